/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 8259 as boards write it: no more of it than they need. Labels point into the line, so that
 * nothing is copied; hence keys with escapes in them are no labels. */
#include "kits/protocols/lines_json.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

enum { DEPTH_MOST = 4 };

struct reader {
	const char *line, *at, *end;
	struct lines_reading *reading;
};

static void skip_spaces(struct reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t'))
		reader->at++;
}

/* Is this the next sign? Then goes behind it. */
static bool take(struct reader *reader, char c)
{
	skip_spaces(reader);
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

static bool take_text(struct reader *reader, struct lines_word *ret_word)
{
	const char *from;

	if (!take(reader, '"'))
		return false;
	from = reader->at;
	while (reader->at < reader->end && *reader->at != '"')
		reader->at += *reader->at == '\\' && reader->end - reader->at > 1 ? 2 : 1;
	if (reader->at >= reader->end)
		return false;
	*ret_word = (struct lines_word){from, (size_t)(reader->at - from)};
	reader->at++;
	return true;
}

static bool add(struct reader *reader, struct lines_word label, double value, const char *from)
{
	struct lines_reading *reading = reader->reading;

	if (!lines_is_label(label) || memchr(label.at, '\\', label.n))
		return true; /* passed over */
	if (reading->n == STREAM_CHANNELS)
		return false;
	reading->items[reading->n++] = (struct lines_item){.value = value,
		.label = label,
		.from = (size_t)(from - reader->line),
		.to = (size_t)(reader->at - reader->line)};
	return true;
}

static bool take_word(struct reader *reader, struct lines_word label)
{
	static const struct {
		const char *word;
		double value;
	} words[] = {{"true", 1}, {"false", 0}, {"null", NAN}, {"NaN", NAN}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i].word);

		if ((size_t)(reader->end - reader->at) < n ||
			memcmp(reader->at, words[i].word, n) != 0)
			continue;
		reader->at += n;
		reader->reading->has_form = false;
		return add(reader, label, words[i].value, reader->at - n);
	}
	return false;
}

static bool take_number(struct reader *reader, struct lines_word label)
{
	const char *from = reader->at;
	double value;
	size_t n = number_to_double(from, (size_t)(reader->end - from), &value);

	if (n == 0)
		return take_word(reader, label);
	reader->at += n;
	return add(reader, label, value, from);
}

static bool take_value(struct reader *reader, struct lines_word label, unsigned depth);

/* What stands in [] or {}, behind the bracket. */
static bool take_members(
	struct reader *reader, struct lines_word label, unsigned depth, bool is_object)
{
	char closing = is_object ? '}' : ']';

	if (depth == DEPTH_MOST)
		return false;
	if (take(reader, closing))
		return true;
	do {
		if (is_object && (!take_text(reader, &label) || !take(reader, ':')))
			return false;
		if (!take_value(reader, label, depth + 1))
			return false;
	} while (take(reader, ','));
	return take(reader, closing);
}

static bool take_value(struct reader *reader, struct lines_word label, unsigned depth)
{
	struct lines_word text;

	skip_spaces(reader);
	if (reader->at == reader->end)
		return false;
	if (*reader->at == '"')
		return take_text(reader, &text);
	if (*reader->at == '{' || *reader->at == '[') {
		bool is_object = *reader->at++ == '{';

		return take_members(reader, label, depth, is_object);
	}
	return take_number(reader, label);
}

enum lines_kind lines_parse_json(
	const char *line, const char *end, size_t from, struct lines_reading *ret_reading)
{
	struct reader reader = {line - from, line, end, ret_reading};
	struct lines_word none = {0};

	ret_reading->n = 0;
	ret_reading->has_form = true;
	ret_reading->separator = ',';
	if (!take_value(&reader, none, 0) || reader.at != end || ret_reading->n == 0)
		return LINES_UNKNOWN;
	return LINES_LABELLED;
}
