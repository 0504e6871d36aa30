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

/* So many digits from there on, and nothing else. */
static bool read_digits(const char *at, size_t n, int *ret_value)
{
	int value = 0;

	for (size_t i = 0; i < n; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		value = value * 10 + (at[i] - '0');
	}
	*ret_value = value;
	return n > 0;
}

/* Nanoseconds of the day. */
static bool read_time(struct nmea_field field, int64_t *ret_ns)
{
	int hour, minute, second;
	int64_t ns, unit = NS_PER_S;

	if (field.n < 6 || !read_digits(field.at, 2, &hour) ||
		!read_digits(field.at + 2, 2, &minute) || !read_digits(field.at + 4, 2, &second) ||
		hour > 23 || minute > 59 || second > 59 || (field.n > 6 && field.at[6] != '.'))
		return false;
	ns = (hour * 3600 + minute * 60 + second) * (int64_t)NS_PER_S;
	for (size_t i = 7; i < field.n; i++) {
		int digit;

		if (!read_digits(field.at + i, 1, &digit))
			return false;
		unit /= 10;
		ns += digit * unit;
	}
	*ret_ns = ns;
	return true;
}

static bool is_date(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month >= 1 && month <= 12 && day >= 1 && year >= 1970 && year <= 2262 &&
		day <= days[month - 1] + (month == 2 && is_leap);
}

/* Days since 1970: years begin in March, so that the leap day is the last of one, as in
 * base/clock.c. */
static int64_t days_to(int year, int month, int day)
{
	enum { DAYS_TO_1970_FROM_MARCH_0 = 719468 };
	int64_t years = month > 2 ? year : year - 1;
	int64_t months = month > 2 ? month - 3 : month + 9;

	return 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day -
		1 - DAYS_TO_1970_FROM_MARCH_0;
}

static bool put_wall(struct nmea_field time, int year, int month, int day, struct wall *ret_wall)
{
	int64_t ns;

	if (!is_date(year, month, day) || !read_time(time, &ns) || year == 2262)
		return false; /* the nanoseconds of an int64 end within 2262 */
	ret_wall->ns = days_to(year, month, day) * 86400 * NS_PER_S + ns;
	return true;
}

bool nmea_wall_rmc(struct nmea_field time, struct nmea_field date, struct wall *ret_wall)
{
	int year, month, day;

	return date.n == 6 && read_digits(date.at, 2, &day) &&
		read_digits(date.at + 2, 2, &month) && read_digits(date.at + 4, 2, &year) &&
		put_wall(time, 2000 + year, month, day, ret_wall);
}

bool nmea_wall_zda(struct nmea_field time, struct nmea_field day, struct nmea_field month,
	struct nmea_field year, struct wall *ret_wall)
{
	int y, m, d;

	return year.n == 4 && month.n <= 2 && day.n <= 2 && read_digits(day.at, day.n, &d) &&
		read_digits(month.at, month.n, &m) && read_digits(year.at, 4, &y) &&
		put_wall(time, y, m, d, ret_wall);
}

double nmea_angle(struct nmea_field field, struct nmea_field side)
{
	double all = nmea_number(field), degrees = floor(all / 100);
	double angle = degrees + (all - degrees * 100) / 60;

	if (side.n != 1 || !strchr("NSEW", *side.at))
		return NAN;
	return *side.at == 'S' || *side.at == 'W' ? -angle : angle;
}
