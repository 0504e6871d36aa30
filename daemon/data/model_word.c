/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each reader takes the word from left to right, part by part; what is left over is a mistake. */
#include "data/model_word.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"
#include "data/word.h"

static const char *skip(const char *word)
{
	return word + strspn(word, " ");
}

/* A number that is not negative; NULL when there is none. Steps behind it and the spaces there. */
static const char *take_number(const char *word, double *ret_value)
{
	double value;
	size_t used = number_to_double(word, strlen(word), &value);

	if (used == 0 || value < 0)
		return NULL;
	*ret_value = value;
	return skip(word + used);
}

#define SMALL_LETTERS "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static bool is_id(const char *word, const char *signs, size_t most)
{
	size_t n = strspn(word, signs);

	return *word >= 'a' && *word <= 'z' && word[n] == '\0' && n <= most;
}

const char *word_id(const char *word)
{
	return is_id(word, SMALL_LETTERS DIGITS "-_", 31)
		? NULL
		: "a short name (31 at most) of small letters, digits, - and _, such as gate1";
}

const char *word_kit_id(const char *word)
{
	return is_id(word, SMALL_LETTERS DIGITS "-", 31)
		? NULL
		: "a short name (31 at most) of small letters, digits and -, such as co2-zytemp";
}

const char *word_channel_id(const char *word)
{
	return is_id(word, SMALL_LETTERS DIGITS "_", 23)
		? NULL
		: "a short name (23 at most) of small letters, digits and _, such as temp or temp_2";
}

static bool read_period(const char *word, double *ret_hz)
{
	int64_t ns;

	if (strncmp(word, "every ", 6) != 0 || word_duration(skip(word + 6), &ns) || ns == 0)
		return false;
	*ret_hz = (double)NS_PER_S / (double)ns;
	return true;
}

static bool read_frequency(const char *word, double *ret_hz)
{
	double number, divisor = 1;

	word = take_number(word, &number);
	if (word && *word == '/')
		word = take_number(skip(word + 1), &divisor);
	if (!word || divisor == 0)
		return false;
	double factor = strcmp(word, "Hz") == 0 ? 1 : strcmp(word, "kHz") == 0 ? 1000 : 0;

	*ret_hz = number / divisor * factor;
	return true;
}

/* A reading in eleven days is no rate any more, and the period must fit into nanoseconds. */
static const double rate_least_hz = 1e-6, rate_most_hz = 1e6;

const char *word_rate(const char *word, double *ret_hz)
{
	double hz;

	if ((read_period(word, &hz) || read_frequency(word, &hz)) && hz >= rate_least_hz &&
		hz <= rate_most_hz) {
		*ret_hz = hz;
		return NULL;
	}
	return "a rate such as 10 Hz, 1/60 Hz or every 5 min";
}

const char *word_speed(const char *word, unsigned *ret_speed)
{
	static const char *const usual[] = {"300", "600", "1200", "2400", "4800", "9600", "19200",
		"38400", "57600", "74880", "115200", "230400", "250000", "460800", "500000",
		"921600", "1000000", "2000000"};

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		if (strcmp(word, usual[i]) == 0) {
			*ret_speed = (unsigned)strtoul(word, NULL, 10);
			return NULL;
		}
	}
	return "a usual bit rate such as 9600 or 115200";
}

const char *word_serial(const char *word, struct model_serial *ret_serial)
{
	char speed[8] = "";
	size_t n = strcspn(word, " ");
	const char *format = skip(word + n);
	struct model_serial serial = {.is_given = true};

	if (strcmp(word, "auto") == 0) {
		serial.is_automatic = true;
		*ret_serial = serial;
		return NULL;
	}
	if (n < sizeof speed)
		memcpy(speed, word, n);
	if (word_speed(speed, &serial.speed) || strlen(format) != 3 || !strchr("78", format[0]) ||
		!strchr("NEO", format[1]) || !strchr("12", format[2]))
		return "a usual bit rate and a format such as 9600 8N1, or auto";
	serial.bits = (uint8_t)(format[0] - '0');
	serial.parity = format[1];
	serial.stop_bits = (uint8_t)(format[2] - '0');
	*ret_serial = serial;
	return NULL;
}

/* n hex digits, nothing else looked at. */
static bool take_hex(const char *word, size_t n, unsigned *ret_value)
{
	unsigned value = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)word[i];

		if (!isxdigit(c))
			return false;
		value = value * 16 + (unsigned)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	*ret_value = value;
	return true;
}

const char *word_usb(
	const char *word, uint16_t *ret_vendor, uint16_t *ret_product, bool *ret_any_product)
{
	unsigned vendor, product = 0;
	bool is_good = take_hex(word, 4, &vendor) && word[4] == ':';
	bool is_any = is_good && strcmp(word + 5, "*") == 0;

	if (!is_good || !(is_any || (take_hex(word + 5, 4, &product) && word[9] == '\0')))
		return "a vendor and product id in hex such as 04d9:a052 or 04d9:*";
	*ret_vendor = (uint16_t)vendor;
	*ret_product = (uint16_t)product;
	*ret_any_product = is_any;
	return NULL;
}

static bool read_text(const char *text, struct model_bytes *bytes)
{
	for (; *text; text++) {
		char c = *text;

		if (c == '\\') {
			c = *++text;
			if (c != 'r' && c != 'n' && c != '\\')
				return false;
			c = c == 'r' ? '\r' : c == 'n' ? '\n' : c;
		}
		if (bytes->n == MODEL_BYTES)
			return false;
		bytes->mask[bytes->n] = 0xFF;
		bytes->bytes[bytes->n++] = (uint8_t)c;
	}
	return true;
}

static bool read_pairs(const char *word, struct model_bytes *bytes)
{
	for (word = skip(word); *word; word = skip(word + 2)) {
		bool is_any = strncmp(word, "..", 2) == 0;
		unsigned value = 0;

		if (bytes->n == MODEL_BYTES || (!is_any && !take_hex(word, 2, &value)))
			return false;
		if (word[2] != '\0' && word[2] != ' ')
			return false;
		bytes->mask[bytes->n] = is_any ? 0 : 0xFF;
		bytes->bytes[bytes->n++] = (uint8_t)value;
	}
	return true;
}

static bool read_bytes(const char *word, struct model_bytes *ret_bytes)
{
	struct model_bytes bytes = {.n = 0};
	bool is_text = strncmp(word, "text ", 5) == 0;

	if (!(is_text ? read_text(word + 5, &bytes) : read_pairs(word, &bytes)) || bytes.n == 0)
		return false;
	*ret_bytes = bytes;
	return true;
}

const char *word_bytes(const char *word, struct model_bytes *ret_bytes)
{
	if (read_bytes(word, ret_bytes))
		return NULL;
	return "bytes in hex such as 01 04 .. 0A (.. is any byte; up to 64), or text HELLO\\r\\n";
}

const char *word_bytes_to_send(const char *word, struct model_bytes *ret_bytes)
{
	struct model_bytes bytes;

	if (!read_bytes(word, &bytes) || memchr(bytes.mask, 0, bytes.n))
		return "bytes to send, in hex such as 01 04 00 0A (up to 64), or text HELLO\\r\\n";
	*ret_bytes = bytes;
	return NULL;
}

const char *word_accuracy(const char *word, struct model_accuracy *ret_accuracy)
{
	struct model_accuracy accuracy = {0};
	double first, second = 0;

	word = take_number(word, &first);
	if (word && (*word == '+' || strncmp(word, "or ", 3) == 0)) {
		accuracy.is_greater = *word == 'o';
		accuracy.absolute = first;
		word = take_number(skip(word + (accuracy.is_greater ? 3 : 1)), &second);
		if (word && *word != '%')
			word = NULL; /* two absolute ones */
		first = second;
	}
	if (!word || (strcmp(word, "%") != 0 && *word))
		return "an accuracy such as 0.5, 3 %, 30 + 3 % or 100 or 7 %";
	if (*word)
		accuracy.relative = first / 100;
	else
		accuracy.absolute = first;
	*ret_accuracy = accuracy;
	return NULL;
}

bool word_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *from = text;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1; /* the star takes one more */
			text = ++from;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}
