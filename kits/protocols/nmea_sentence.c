/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields may be empty at any place: a receiver without a fix prints commas. */
#include "kits/protocols/nmea_sentence.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/number.h"

enum { HEAD_BYTES = 6, TAIL_BYTES = 3 }; /* "$GPGGA", "*69" */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_capital(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool has_head(const char *line)
{
	if (line[0] != '$')
		return false;
	for (size_t i = 1; i < HEAD_BYTES; i++)
		if (!is_capital(line[i]))
			return false;
	return line[HEAD_BYTES] == ',';
}

static bool is_sound(const char *line, size_t n, int high, int low)
{
	uint8_t sum = 0;

	for (size_t i = 1; i < n - TAIL_BYTES; i++)
		sum ^= (uint8_t)line[i];
	return sum == (high << 4 | low);
}

enum nmea_verdict nmea_read(const char *line, size_t n, struct nmea_sentence *ret_sentence)
{
	struct nmea_sentence sentence = {0};
	const char *at = line + HEAD_BYTES, *end;
	int high, low;

	if (n < HEAD_BYTES + 1 + TAIL_BYTES || n > NMEA_SENTENCE_MOST || !has_head(line) ||
		line[n - TAIL_BYTES] != '*')
		return NMEA_OTHER;
	high = hex_digit(line[n - 2]);
	low = hex_digit(line[n - 1]);
	if (high < 0 || low < 0)
		return NMEA_OTHER;
	if (!is_sound(line, n, high, low))
		return NMEA_DAMAGED;
	end = line + n - TAIL_BYTES;
	memcpy(sentence.type, line + 3, 3);
	while (at < end && sentence.n < NMEA_FIELDS) { /* at a comma each time */
		const char *next = memchr(at + 1, ',', (size_t)(end - at - 1));

		if (!next)
			next = end;
		sentence.fields[sentence.n++] =
			(struct nmea_field){at + 1, (size_t)(next - at - 1)};
		at = next;
	}
	*ret_sentence = sentence;
	return NMEA_GOOD;
}

double nmea_number(struct nmea_field field)
{
	double value;

	if (field.n == 0 || number_to_double(field.at, field.n, &value) != field.n)
		return NAN;
	return value;
}

double nmea_time(struct nmea_field field)
{
	double all = nmea_number(field), hours = floor(all / 10000);
	double minutes = floor(all / 100) - hours * 100;

	return hours * 3600 + minutes * 60 + (all - hours * 10000 - minutes * 100);
}

double nmea_angle(struct nmea_field field, struct nmea_field side)
{
	double all = nmea_number(field), degrees = floor(all / 100);
	double angle = degrees + (all - degrees * 100) / 60;

	if (side.n != 1 || !strchr("NSEW", *side.at))
		return NAN;
	return *side.at == 'S' || *side.at == 'W' ? -angle : angle;
}
