/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of the line protocol, written so that InfluxDB 1, 2 and 3 and VictoriaMetrics read the
 * same thing from it. line.h lists the rules; the two hard ones are argued here.
 *
 * Backslash. Before an ordinary character all servers keep it as it is. Elsewhere they differ:
 * InfluxDB 1 and 2 have no escape for it, so that one before a comma, = or space, or at the end of
 * a name, always escapes what follows; InfluxDB 3 and VictoriaMetrics read two as one, so that
 * doubling it changes the name for the former and not doubling it changes or breaks the line for
 * the latter. There is no common spelling, hence such a name is refused. A quotation mark in a
 * field key is refused for the same reason: VictoriaMetrics takes it for the start of a string.
 *
 * Control characters. A newline ends a line (VictoriaMetrics: even inside a quoted string),
 * carriage return, tab and NUL are trouble somewhere. Measurements and keys are made by kitlog, so
 * one in them is refused. Tag values and strings come from devices and people: no control character
 * is worth losing a reading, and two texts that differ in them should not become one, so each is
 * written as its picture, U+2400 + code: a newline is read as "␊" by everybody. */
#include "data/line.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/number.h"

enum { TAGS_MAX = 16 };

static const char IN_MEASUREMENT[] = ", ", IN_KEY[] = ",= ";

static const char *const NOT_UTF8 = "the text is not valid UTF-8; write it in UTF-8";

/* The text as it was, for what is refused or does not fit half way. */
static int undo(struct text *text, struct text before, int error)
{
	*text = before;
	text->at[text->length] = '\0';
	return error;
}

static int settle(struct text *text, struct text before)
{
	return text->is_cut ? undo(text, before, -ENOSPC) : 0;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7F;
}

static void add_picture(struct text *text, char control)
{
	unsigned offset = control == 0x7F ? 0x21 : (unsigned char)control;

	text_add(text, "\xE2\x90");
	text_add_char(text, (char)(0x80 + offset));
}

static bool has_control(const char *name)
{
	for (; *name; name++)
		if (is_control(*name))
			return true;
	return false;
}

/* Is this backslash one that the servers disagree about, given what follows it? */
static bool is_ambiguous_before(char next)
{
	return next == '\0' || strchr(",= \"\\", next) != NULL;
}

static const char *why_not_a_name(const char *name)
{
	size_t n = strlen(name);

	if (n == 0)
		return "the name is empty; give it at least one letter";
	if (!utf8_is_valid(name, n))
		return NOT_UTF8;
	for (size_t i = 0; i < n; i++)
		if (name[i] == '\\' && is_ambiguous_before(name[i + 1]))
			return "a backslash stands at the end of the name or before a comma, =, "
			       "space, quotation mark or backslash, where servers differ in "
			       "reading it; leave it out";
	return NULL;
}

/* For what kitlog itself names: measurements, keys of tags and fields. */
static const char *why_not_our_name(const char *name)
{
	if (name[0] == '_')
		return "the name begins with _, which InfluxDB keeps for itself; choose another";
	if (has_control(name))
		return "a control character stands in the name; leave it out";
	return why_not_a_name(name);
}

static const char *why_not_a_key(const char *key)
{
	if (strcmp(key, "time") == 0)
		return "the name is \"time\", which is the stamp's; choose another";
	return why_not_our_name(key);
}

static const char *why_not_a_field(const char *key)
{
	if (strchr(key, '"'))
		return "a quotation mark stands in the name of a field; leave it out";
	return why_not_a_key(key);
}

static const char *why_not_a_measurement(const char *name)
{
	if (name[0] == '#')
		return "the name begins with #, which starts a comment; choose another";
	return why_not_our_name(name);
}

/* Appends a name that was found good. */
static void add_escaped(struct text *text, const char *name, const char *escaped)
{
	for (; *name; name++) {
		if (is_control(*name)) {
			add_picture(text, *name);
			continue;
		}
		if (strchr(escaped, *name))
			text_add_char(text, '\\');
		text_add_char(text, *name);
	}
}

/* Sorts the tags that have a value by the bytes of their keys; InfluxDB stores such lines
 * fastest. */
static const char *sort_tags(
	const struct line_tag *tags, size_t n, const struct line_tag **ret_sorted, size_t *ret_n)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = used;
		const char *why = why_not_a_key(tags[i].key);

		if (!tags[i].value || !*tags[i].value)
			continue;
		why = why ? why : why_not_a_name(tags[i].value);
		if (why)
			return why;
		if (used == TAGS_MAX)
			return "more than 16 tags; leave some out";
		for (; at > 0 && strcmp(ret_sorted[at - 1]->key, tags[i].key) > 0; at--)
			ret_sorted[at] = ret_sorted[at - 1];
		if (at > 0 && strcmp(ret_sorted[at - 1]->key, tags[i].key) == 0)
			return "two tags have the same name; rename one";
		ret_sorted[at] = &tags[i];
		used++;
	}
	*ret_n = used;
	return NULL;
}

int line_add_head(struct text *text, const char *measurement, const struct line_tag *tags,
	size_t n_tags, const char **ret_why)
{
	const struct line_tag *sorted[TAGS_MAX];
	struct text before = *text;
	size_t n = 0;
	const char *why = why_not_a_measurement(measurement);

	why = why ? why : sort_tags(tags, n_tags, sorted, &n);
	if (why) {
		*ret_why = why;
		return -EINVAL;
	}
	add_escaped(text, measurement, IN_MEASUREMENT);
	for (size_t i = 0; i < n; i++) {
		text_add_char(text, ',');
		add_escaped(text, sorted[i]->key, IN_KEY);
		text_add_char(text, '=');
		add_escaped(text, sorted[i]->value, IN_KEY);
	}
	return settle(text, before);
}

int line_add_key(struct text *text, const char *key, const char **ret_why)
{
	struct text before = *text;
	const char *why = why_not_a_field(key);

	if (why) {
		*ret_why = why;
		return -EINVAL;
	}
	add_escaped(text, key, IN_KEY);
	return settle(text, before);
}

/* --- rows: most of what the daemon writes, so no step looks at a byte twice --- */

struct pen {
	char *at, *end; /* end: one byte is left behind it for the NUL */
};

static bool put(struct pen *pen, const char *bytes, size_t n)
{
	if (n > (size_t)(pen->end - pen->at))
		return false;
	memcpy(pen->at, bytes, n);
	pen->at += n;
	return true;
}

static bool put_char(struct pen *pen, char c)
{
	if (pen->at == pen->end)
		return false;
	*pen->at++ = c;
	return true;
}

static bool put_double(struct pen *pen, double value)
{
	char digits[NUMBER_TEXT];

	if (pen->end - pen->at < NUMBER_TEXT)
		return put(pen, digits, number_from_double(value, digits));
	pen->at += number_from_double(value, pen->at);
	return true;
}

static bool put_int(struct pen *pen, int64_t value)
{
	char digits[NUMBER_TEXT];

	if (pen->end - pen->at < NUMBER_TEXT)
		return put(pen, digits, number_from_int(value, digits));
	pen->at += number_from_int(value, pen->at);
	return true;
}

int line_add_row(struct text *text, const char *head, size_t head_length, const char *const *keys,
	const double *values, size_t n, struct wall stamp)
{
	struct pen pen = {text->at + text->length, text->at + text->size - 1};
	char before = ' '; /* the first field follows a space, the others a comma */

	if (text->is_cut || !put(&pen, head, head_length))
		return -ENOSPC;
	for (size_t i = 0; i < n; i++) {
		if (isnan(values[i]))
			continue;
		if (isinf(values[i]))
			return undo(text, *text, -EDOM);
		if (!put_char(&pen, before) || !put(&pen, keys[i], strlen(keys[i])) ||
			!put_char(&pen, '=') || !put_double(&pen, values[i]))
			return undo(text, *text, -ENOSPC);
		before = ',';
	}
	if (before == ' ')
		return undo(text, *text, -EDOM);
	if (!put_char(&pen, ' ') || !put_int(&pen, stamp.ns) || !put_char(&pen, '\n'))
		return undo(text, *text, -ENOSPC);
	*pen.at = '\0';
	text->length = (size_t)(pen.at - text->at);
	return 0;
}

/* --- single fields --- */

static int start_field(struct text *text, const char *key, const char **ret_why)
{
	int r = line_add_key(text, key, ret_why);

	if (r == 0)
		text_add_char(text, '=');
	return r;
}

int line_add_int_field(struct text *text, const char *key, int64_t value, const char **ret_why)
{
	struct text before = *text;
	int r = start_field(text, key, ret_why);

	if (r < 0)
		return r;
	text_add_int(text, value);
	text_add_char(text, 'i');
	return settle(text, before);
}

int line_add_double_field(struct text *text, const char *key, double value, const char **ret_why)
{
	struct text before = *text;

	if (!isfinite(value)) {
		*ret_why = "the value is not a finite number; leave the field out";
		return -EINVAL;
	}
	int r = start_field(text, key, ret_why);
	if (r < 0)
		return r;
	text_add_double(text, value);
	return settle(text, before);
}

int line_add_string_field(
	struct text *text, const char *key, const char *value, const char **ret_why)
{
	struct text before = *text;

	if (!utf8_is_valid(value, strlen(value))) {
		*ret_why = NOT_UTF8;
		return -EINVAL;
	}
	int r = start_field(text, key, ret_why);
	if (r < 0)
		return r;
	text_add_char(text, '"');
	for (; *value; value++) {
		if (is_control(*value)) {
			add_picture(text, *value);
			continue;
		}
		if (*value == '"' || *value == '\\')
			text_add_char(text, '\\');
		text_add_char(text, *value);
	}
	text_add_char(text, '"');
	return settle(text, before);
}
