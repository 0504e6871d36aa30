/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line is read from left to right: separators, then either a number with perhaps a unit behind
 * it, or a label that ends in ':' or '='. A word between a number and the next label is a unit if
 * it is known as one, else it belongs to the label ("21.5 C Humidity: 40"). A word between two
 * labels is the value of the first ("led=on temp=20"), which is no number and is left out. Behind
 * the last number of a line with labels any words may stand ("21.5 degrees C", "Status: OK"). */
#include "kits/protocols/lines_parse.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/text.h"
#include "data/quantity.h"
#include "kits/protocols/lines_json.h"

/* --- characters --- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_separator(char c)
{
	return is_space(c) || c == ',' || c == ';' || c == '|';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- numbers --- */

/* Is the comma of this line a decimal one? Only if something else separates, and each part has at
 * most one comma and that between digits: "21,5;40,2" yes, "1,2,3" and "1, 2" no. */
static bool has_decimal_comma(const char *line, const char *end)
{
	unsigned commas = 0, in_part = 0;
	bool has_separator = false;

	for (const char *c = line; c < end; c++) {
		if (*c == ';' || is_space(*c)) {
			has_separator = true;
			in_part = 0;
		} else if (*c == ',') {
			if (c == line || c + 1 == end || !is_digit(c[-1]) || !is_digit(c[1]) ||
				in_part++)
				return false;
			commas++;
		}
	}
	return commas > 0 && has_separator;
}

static const char *read_decimal_comma(const char *at, const char *end, double *ret_value)
{
	char copy[NUMBER_TEXT];
	size_t n = 0;

	while (at + n < end && n < sizeof(copy) && !is_space(at[n]) && at[n] != ';') {
		copy[n] = at[n] == ',' ? '.' : at[n];
		n++;
	}
	return at + number_to_double(copy, n, ret_value);
}

/* A word that stands for a number that could not be given. Returns its length. */
static size_t missing_word(const char *at, const char *end)
{
	static const char *const words[] = {"nan", "inf", "ovf", "none", "null"};
	size_t sign = at < end && (*at == '-' || *at == '+');

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		if ((size_t)(end - at) >= n + sign && strncasecmp(at + sign, words[i], n) == 0 &&
			(at + sign + n == end || is_separator(at[sign + n])))
			return n + sign;
	}
	return 0;
}

/* --- units --- */

/* The known unit at this place, if the text up to the next separator is one. Returns its length. */
static size_t unit_at(const char *at, const char *end)
{
	const char *to = at;

	while (to < end && !is_separator(*to))
		to++;
	return unit_of_text(at, (size_t)(to - at)) ? (size_t)(to - at) : 0;
}

/* --- lines --- */

/* Nothing but text: no control characters but tab, so no binary protocol is taken for one. */
static bool is_text(const char *line, const char *end)
{
	for (; line < end; line++)
		if (((unsigned char)*line < 0x20 && *line != '\t') || *line == 0x7f)
			return false;
	return true;
}

/* The label up to the next ':' or '='; *at moves behind that. What stands in front of a separator
 * other than a space is prose. at NULL: there is none. */
static struct lines_word take_label(const char **at, const char *end)
{
	const char *to = *at;
	struct lines_word word;

	while (to < end && *to != ':' && *to != '=')
		to++;
	if (to == end)
		return (struct lines_word){0};
	word = lines_trimmed(*at, to);
	for (size_t i = word.n; i-- > 0;)
		if (is_separator(word.at[i]) && word.at[i] != ' ') {
			word = lines_trimmed(word.at + i + 1, word.at + word.n);
			break;
		}
	*at = to + 1;
	return word;
}

static char separator_of(const char *line, const char *end)
{
	static const char separators[] = {';', ',', '\t', ' '};

	for (size_t i = 0; i < sizeof(separators); i++)
		if (memchr(line, separators[i], (size_t)(end - line)))
			return separators[i];
	return '\0';
}

/* Words that all could be names, by one separator. */
static enum lines_kind parse_header(
	const char *line, const char *end, struct lines_reading *ret_reading)
{
	char separator = ret_reading->separator;

	ret_reading->n = 0;
	while (line < end) {
		const char *to = line;
		struct lines_word word;

		while (to < end && *to != separator)
			to++;
		word = lines_trimmed(line, to);
		line = to < end ? to + 1 : end;
		if (word.n == 0 && (separator == ' ' || to == end))
			continue; /* spaces in a row, a separator at the end */
		if (!lines_is_label(word) || ret_reading->n == STREAM_CHANNELS)
			return LINES_UNKNOWN;
		ret_reading->items[ret_reading->n++] = (struct lines_item){.label = word};
	}
	return ret_reading->n ? LINES_HEADER : LINES_UNKNOWN;
}

/* The number at *at with what belongs to it. False: there is none. */
static bool take_number(
	const char **at, const char *end, bool is_comma_decimal, struct lines_item *ret_item)
{
	const char *from = *at, *to;
	size_t unit;

	if (is_comma_decimal)
		to = read_decimal_comma(from, end, &ret_item->value);
	else
		to = from + number_to_double(from, (size_t)(end - from), &ret_item->value);
	if (to == from) {
		to += missing_word(from, end);
		ret_item->value = NAN;
	}
	if (to == from)
		return false;
	*at = to;
	while (to < end && is_space(*to))
		to++;
	unit = unit_at(to, end);
	if (unit) {
		ret_item->unit = (struct lines_word){to, unit};
		*at = to + unit;
	}
	/* Else the number must end where it ends: "12abc" and "192.168.1.1" are none. */
	return *at == end || is_separator(**at) || **at == ':';
}

/* "12:34:56" behind a number's first part: a time of day, which is not read. */
static bool skip_clock(const char **at, const char *end)
{
	if (*at == end || **at != ':')
		return true;
	if (end - *at < 2 || !is_digit((*at)[1]))
		return false;
	while (*at < end && (is_digit(**at) || **at == ':' || **at == '.'))
		++*at;
	return *at == end || is_separator(**at);
}

/* The word at this place, when it is not a label. Returns its length. */
static size_t word_at(const char *at, const char *end)
{
	const char *to = at;

	while (to < end && !is_separator(*to) && *to != ':' && *to != '=')
		to++;
	return to == end || is_separator(*to) ? (size_t)(to - at) : 0;
}

/* What the whole line stands in. */
static char bracket_of(const char *at, const char *end)
{
	static const char pairs[] = "()[]{}";

	for (size_t i = 0; i + 1 < sizeof(pairs); i += 2)
		if (*at == pairs[i] && end[-1] == pairs[i + 1] && end - at > 1)
			return *at;
	return '\0';
}

enum lines_kind lines_parse(const char *line, size_t n, struct lines_reading *ret_reading)
{
	struct lines_word body = lines_trimmed(line, line + n);
	const char *at = body.at, *end = body.at + body.n;
	struct lines_word label = {0};
	unsigned labelled = 0;
	bool is_comma_decimal, has_word = false; /* a label whose value is one */

	ret_reading->n = 0;
	ret_reading->bracket = '\0';
	if (at == end)
		return LINES_EMPTY;
	if (!is_text(at, end))
		return LINES_UNKNOWN;
	ret_reading->bracket = bracket_of(at, end);
	if (ret_reading->bracket == '{')
		return lines_parse_json(at, end, (size_t)(at - line), ret_reading);
	if (ret_reading->bracket) {
		at++;
		end--;
	}
	is_comma_decimal = has_decimal_comma(at, end);
	ret_reading->separator = separator_of(at, end);
	ret_reading->has_form = !is_comma_decimal;
	for (;;) {
		struct lines_item item = {0};

		while (at < end && (label.n ? is_space(*at) : is_separator(*at)))
			at++;
		if (at == end)
			break;
		item.from = (size_t)(at - line);
		if (take_number(&at, end, is_comma_decimal, &item)) {
			const char *number_end = at;

			if (!skip_clock(&at, end))
				return LINES_UNKNOWN;
			ret_reading->has_form &= at == number_end && !isnan(item.value);
			if (at != number_end) {
				label.n = 0;
				continue;
			}
			if (ret_reading->n == STREAM_CHANNELS)
				return LINES_UNKNOWN;
			item.label = label;
			labelled += label.n > 0;
			label.n = 0;
			ret_reading->items[ret_reading->n++] = item;
		} else {
			/* Also "Temp: RH:40": a label without a value; the next one begins here. */
			bool is_first = label.n == 0 && ret_reading->n == 0 && !has_word;
			size_t word = label.n ? word_at(at, end) : 0;

			if (word) {
				at += word;
				label.n = 0;
				has_word = true;
				continue;
			}
			label = take_label(&at, end);
			if (label.n == 0 && is_first)
				return parse_header(body.at, body.at + body.n, ret_reading);
			if (!label.at && labelled)
				break; /* the rest is prose */
			if (!lines_is_label(label))
				return LINES_UNKNOWN;
		}
	}
	if (ret_reading->n == 0 || ((labelled || has_word) && labelled < ret_reading->n))
		return LINES_UNKNOWN;
	return labelled ? LINES_LABELLED : LINES_POSITIONAL;
}

/* --- forms --- */

void lines_form_learn(
	struct lines_form *form, const char *line, size_t n, const struct lines_reading *reading)
{
	size_t from = 0, size = 0;

	form->n = 0;
	if (!reading->has_form || n == 0)
		return;
	for (unsigned i = 0; i <= reading->n; i++) {
		size_t to = i < reading->n ? reading->items[i].from : n, piece = to - from;

		if (size + piece > sizeof(form->text))
			return;
		memcpy(form->text + size, line + from, piece);
		size += piece;
		form->ends[i] = (unsigned short)size;
		if (i < reading->n) {
			double value;

			from = to + number_to_double(line + to, n - to, &value);
		}
	}
	form->n = reading->n;
}

size_t lines_form_read(
	const struct lines_form *form, const char *text, size_t n, double *ret_values)
{
	size_t at = 0, piece_from = 0;

	for (unsigned i = 0;; i++) {
		size_t piece = form->ends[i] - piece_from;

		if (piece > n - at || memcmp(text + at, form->text + piece_from, piece) != 0)
			return 0;
		at += piece;
		piece_from = form->ends[i];
		if (i == form->n)
			break;

		size_t digits = number_to_double(text + at, n - at, &ret_values[i]);
		if (digits == 0)
			return 0;
		at += digits;
	}
	return at < n && (text[at] == '\n' || text[at] == '\r') ? at + 1 : 0;
}
