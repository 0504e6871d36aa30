/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cursor over the bytes, a function per part of the line. Numbers are read by the C library,
 * which the encoder does not use. */
#include "support/line_decoder.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
	const char *at, *end;
	const char *wrong; /* the first thing that was */
};

static void fail(struct cursor *cursor, const char *wrong)
{
	if (!cursor->wrong)
		cursor->wrong = wrong;
	cursor->at = cursor->end; /* ends every loop */
}

static bool is_at(const struct cursor *cursor, char c)
{
	return cursor->at < cursor->end && *cursor->at == c;
}

static void skip(struct cursor *cursor, char c, const char *wrong)
{
	if (is_at(cursor, c))
		cursor->at++;
	else
		fail(cursor, wrong);
}

static void append(struct cursor *cursor, char *text, size_t *n, char c)
{
	if (*n + 1 >= DECODED_TEXT) {
		fail(cursor, "a name is too long for this decoder");
		return;
	}
	text[(*n)++] = c;
	text[*n] = '\0';
}

/* A name up to an unescaped character of `ends`. `escapable` are those that stand in it only behind
 * a backslash. A backslash before anything else is itself, unless servers differ in reading it. */
static void read_name(
	struct cursor *cursor, const char *ends, const char *escapable, char *ret_name)
{
	size_t n = 0;

	*ret_name = '\0';
	while (cursor->at < cursor->end && !strchr(ends, *cursor->at)) {
		char c = *cursor->at++;

		if ((unsigned char)c < ' ' || c == 0x7F)
			fail(cursor, "a control character in a name");
		else if (c != '\\' && strchr(escapable, c))
			fail(cursor, "a character in a name that should be escaped");
		else if (c != '\\')
			append(cursor, ret_name, &n, c);
		else if (cursor->at == cursor->end)
			fail(cursor, "a backslash at the end");
		else if (strchr(escapable, *cursor->at))
			append(cursor, ret_name, &n, *cursor->at++);
		else if (strchr(",= \"\\", *cursor->at))
			fail(cursor, "a backslash that servers read differently");
		else
			append(cursor, ret_name, &n, '\\');
	}
	if (n == 0)
		fail(cursor, "an empty name");
}

static void read_key(struct cursor *cursor, char *ret_key)
{
	read_name(cursor, "=", ",= ", ret_key);
	skip(cursor, '=', "no = behind a key");
}

static void read_tags(struct cursor *cursor, struct decoded_line *line)
{
	while (is_at(cursor, ',')) {
		struct decoded_tag *tag = &line->tags[line->n_tags];

		cursor->at++;
		if (line->n_tags == DECODED_TAGS) {
			fail(cursor, "too many tags for this decoder");
			return;
		}
		read_key(cursor, tag->key);
		read_name(cursor, ", ", ",= ", tag->value);
		if (line->n_tags > 0 && strcmp(tag[-1].key, tag->key) >= 0)
			fail(cursor, "tags that are not sorted, or twice the same");
		line->n_tags++;
	}
}

static void read_string(struct cursor *cursor, char *ret_string)
{
	size_t n = 0;

	*ret_string = '\0';
	skip(cursor, '"', "no quote");
	while (cursor->at < cursor->end && *cursor->at != '"') {
		char c = *cursor->at++;

		if ((unsigned char)c < ' ' || c == 0x7F) {
			fail(cursor, "a control character in a string");
		} else if (c == '\\' && (is_at(cursor, '"') || is_at(cursor, '\\'))) {
			append(cursor, ret_string, &n, *cursor->at++);
		} else if (c == '\\') {
			fail(cursor, "a lone backslash in a string");
		} else {
			append(cursor, ret_string, &n, c);
		}
	}
	skip(cursor, '"', "a string that is not closed");
}

/* A number's text up to the next separator, as a C string. */
static size_t read_word(struct cursor *cursor, char *ret_word, size_t size)
{
	size_t n = 0;

	while (cursor->at < cursor->end && !strchr(", \n", *cursor->at)) {
		if (n + 1 >= size) {
			fail(cursor, "a number that is too long");
			break;
		}
		ret_word[n++] = *cursor->at++;
	}
	ret_word[n] = '\0';
	return n;
}

static int64_t read_integer(struct cursor *cursor, const char *word)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(word, &end, 10);
	if (errno || *end || end == word || isspace((unsigned char)*word) || *word == '+')
		fail(cursor, "no integer");
	return value;
}

static void read_number(struct cursor *cursor, struct decoded_field *field)
{
	char word[64];
	size_t n = read_word(cursor, word, sizeof word);
	char *end;

	if (n > 1 && word[n - 1] == 'i') {
		word[n - 1] = '\0';
		field->kind = DECODED_INT;
		field->integer = read_integer(cursor, word);
		return;
	}
	field->kind = DECODED_DOUBLE;
	field->number = strtod(word, &end);
	if (n == 0 || *end || word[strspn(word, "0123456789+-.e")] || !isfinite(field->number))
		fail(cursor, "no number");
	if (*word == '.' || *word == '+' || (n > 0 && word[n - 1] == '.'))
		fail(cursor, "a number that some servers refuse");
}

static void read_fields(struct cursor *cursor, struct decoded_line *line)
{
	do {
		struct decoded_field *field = &line->fields[line->n_fields];

		if (line->n_fields == DECODED_FIELDS) {
			fail(cursor, "too many fields for this decoder");
			return;
		}
		read_key(cursor, field->key);
		if (strchr(field->key, '"'))
			fail(cursor, "a quotation mark in a key");
		if (is_at(cursor, '"')) {
			field->kind = DECODED_STRING;
			read_string(cursor, field->string);
		} else {
			read_number(cursor, field);
		}
		line->n_fields++;
		if (!is_at(cursor, ','))
			return;
		cursor->at++;
	} while (cursor->at < cursor->end);
	fail(cursor, "nothing behind a comma");
}

const char *line_decode(const char *bytes, size_t n, struct decoded_line *ret_line)
{
	struct cursor cursor = {bytes, bytes + n, NULL};
	char stamp[32];

	memset(ret_line, 0, sizeof *ret_line);
	if (memchr(bytes, '\0', n))
		return "a NUL";
	if (n == 0 || *bytes == '#')
		return "a comment or nothing";
	read_name(&cursor, ", ", ", ", ret_line->measurement);
	read_tags(&cursor, ret_line);
	skip(&cursor, ' ', "no space before the fields");
	read_fields(&cursor, ret_line);
	skip(&cursor, ' ', "no space before the stamp");
	read_word(&cursor, stamp, sizeof stamp);
	ret_line->stamp = read_integer(&cursor, stamp);
	skip(&cursor, '\n', "no newline at the end");
	if (cursor.at != cursor.end)
		fail(&cursor, "something behind the newline");
	return cursor.wrong;
}

void line_unpicture(char *text)
{
	char *to = text;

	for (const char *at = text; *at; at++) {
		bool is_picture = strncmp(at, "\xE2\x90", 2) == 0 && (unsigned char)at[2] >= 0x81 &&
			(unsigned char)at[2] <= 0xA1 && (unsigned char)at[2] != 0xA0;

		if (!is_picture) {
			*to++ = *at;
			continue;
		}
		*to++ = at[2] == (char)0xA1 ? 0x7F : (char)((unsigned char)at[2] - 0x80);
		at += 2;
	}
	*to = '\0';
}
