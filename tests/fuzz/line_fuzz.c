/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any names, texts and values into the line encoder. Each part is refused with words, or the line
 * reads back to exactly what went in, by a decoder written from the rules alone.
 *
 * Input: parts separated by NUL: measurement, tag key, tag value, tag key, tag value, field key,
 * string; what is left is doubles, eight bytes each. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "data/line.h"
#include "support/line_decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { PART = 160, PARTS = 7, VALUES = 3 };
enum { MEASUREMENT, KEY_1, VALUE_1, KEY_2, VALUE_2, FIELD, STRING };

#define MUST(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "line_fuzz: not so: %s\n", #what); \
			abort(); \
		} \
	} while (0)

struct input {
	char parts[PARTS][PART];
	double values[VALUES];
};

static void split(const uint8_t *bytes, size_t n, struct input *ret_input)
{
	memset(ret_input, 0, sizeof *ret_input);
	for (size_t i = 0; i < PARTS; i++) {
		size_t length = strnlen((const char *)bytes, n);

		memcpy(ret_input->parts[i], bytes, length < PART ? length : PART - 1);
		bytes += length + (length < n);
		n -= length + (length < n);
	}
	for (size_t i = 0; i < VALUES && n >= sizeof(double); i++) {
		memcpy(&ret_input->values[i], bytes, sizeof(double));
		bytes += sizeof(double);
		n -= sizeof(double);
	}
}

/* Refusal says why and leaves the text as it was. */
static bool is_refused(int r, const char *const *why, const struct text *text, size_t before)
{
	if (r == 0)
		return false;
	MUST(r == -EINVAL || r == -ENOSPC);
	MUST(r == -ENOSPC || (*why && **why));
	MUST(text->length == before && text->at[before] == '\0' && !text->is_cut);
	return true;
}

static void check_tag(const struct decoded_line *line, const char *key, const char *value)
{
	for (size_t i = 0; i < line->n_tags; i++) {
		char seen[DECODED_TEXT];

		strcpy(seen, line->tags[i].value);
		line_unpicture(seen);
		if (strcmp(line->tags[i].key, key) == 0 && strcmp(seen, value) == 0)
			return;
	}
	MUST(*value == '\0'); /* only an empty one is left out */
}

/* A value that holds pictures of its own reads back as the characters they show. */
static bool has_pictures(const struct input *input)
{
	return strstr(input->parts[VALUE_1], "\xE2\x90") ||
		strstr(input->parts[VALUE_2], "\xE2\x90") ||
		strstr(input->parts[STRING], "\xE2\x90");
}

static void check_line(const struct text *text, const struct input *input, int64_t stamp)
{
	static struct decoded_line line;
	const char *wrong = line_decode(text->at, text->length, &line);
	size_t at = 0;

	if (wrong)
		fprintf(stderr, "line_fuzz: %s: %s\n", wrong, text->at);
	MUST(!wrong);
	MUST(strcmp(line.measurement, input->parts[MEASUREMENT]) == 0);
	MUST(line.stamp == stamp);
	if (!has_pictures(input)) {
		check_tag(&line, input->parts[KEY_1], input->parts[VALUE_1]);
		check_tag(&line, input->parts[KEY_2], input->parts[VALUE_2]);
	}
	for (size_t i = 0; i < VALUES; i++) {
		if (isnan(input->values[i]))
			continue;
		MUST(at < line.n_fields);
		MUST(strcmp(line.fields[at].key, input->parts[FIELD]) == 0);
		MUST(memcmp(&line.fields[at].number, &input->values[i], sizeof(double)) == 0);
		at++;
	}
	MUST(line.n_fields == at);
}

static void check_string(const char *head, const struct input *input)
{
	static struct decoded_line line;
	char buffer[4096];
	struct text text = text_over(buffer, sizeof buffer);
	const char *why = NULL;

	text_add(&text, head);
	text_add_char(&text, ' ');
	size_t before = text.length;
	if (is_refused(
		    line_add_string_field(&text, input->parts[FIELD], input->parts[STRING], &why),
		    &why, &text, before))
		return;
	text_add(&text, " 1\n");
	MUST(line_decode(text.at, text.length, &line) == NULL);
	MUST(line.n_fields == 1 && line.fields[0].kind == DECODED_STRING);
	line_unpicture(line.fields[0].string);
	MUST(has_pictures(input) || strcmp(line.fields[0].string, input->parts[STRING]) == 0);
}

/* A number is read as far and as exactly as the C library reads it, which also takes hex. */
static void check_number(const char *word)
{
	double value = 0;
	size_t used = number_to_double(word, strlen(word), &value);
	char *end;

	if (used == 0 || strpbrk(word, "xX"))
		return;
	MUST(value == strtod(word, &end));
	MUST(end == word + used);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input input;
	char head_buffer[2048], key_buffer[512], buffer[4096];
	struct text head = text_over(head_buffer, sizeof head_buffer);
	struct text key = text_over(key_buffer, sizeof key_buffer);
	struct text text = text_over(buffer, sizeof buffer);
	const char *why = NULL;

	split(bytes, n, &input);
	check_number(input.parts[STRING]);
	const struct line_tag tags[] = {
		{input.parts[KEY_1], input.parts[VALUE_1]},
		{input.parts[KEY_2], input.parts[VALUE_2]},
	};
	if (is_refused(
		    line_add_head(&head, input.parts[MEASUREMENT], tags, 2, &why), &why, &head, 0))
		return 0;
	check_string(head.at, &input);
	if (is_refused(line_add_key(&key, input.parts[FIELD], &why), &why, &key, 0))
		return 0;

	const char *const keys[VALUES] = {key.at, key.at, key.at};
	int64_t stamp = n >= 8 ? (int64_t)(bytes[0] + ((uint64_t)bytes[n - 1] << 56)) : 0;
	text.size = n % 3 ? sizeof buffer : 1 + n * 7 % 400; /* sometimes too small */
	int r = line_add_row(
		&text, head.at, head.length, keys, input.values, VALUES, (struct wall){stamp});
	if (r == 0)
		check_line(&text, &input, stamp);
	else
		MUST(text.length == 0 && text.at[0] == '\0' && !text.is_cut);
	return 0;
}
