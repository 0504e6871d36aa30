/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InfluxDB line protocol, one line at a time:
 *
 *     measurement,tag=value,... field=value,... 1700000000000000000\n
 *
 * Rules (influxdata's "line protocol reference" for 1.x and 2.x, and what InfluxDB 1.6.7 and
 * VictoriaMetrics 1.79/1.112 were seen to accept):
 *   measurement: escape comma, space          tag key, tag value, field key: escape comma, =, space
 *   a backslash stays as it is before an ordinary character; at the end of a name, and before a comma,
 *   =, space, quotation mark or another backslash, servers differ in reading it: such a name is refused
 *   string field values are quoted, with " and \ escaped
 *   control characters (newline, carriage return, tab, DEL, ...) cannot break or forge a line: in a
 *   measurement or key they are refused, in tag values and strings each is written as its picture,
 *   U+2400 + code ("␊" for a newline)
 *   tags sorted by key bytes; empty tag values left out; integers end in i; doubles are the shortest
 *   decimal that reads back to the same double; NaN and infinity are refused (a row's NaN channels are
 *   simply not written; a line without any field is refused); invalid UTF-8 is refused; stamps are
 *   integers
 *   refused too: an empty name, a measurement or key that begins with _ (InfluxDB's own) or is "time"
 *   (a key; the stamp's name), a measurement that begins with # (a comment), a quotation mark in a
 *   field key, two tags of one name
 *
 * The head (measurement and tags) is built once per series and appended as bytes, so a row costs
 * its fields and its stamp only. Any thread; no allocation. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"

struct line_tag {
	const char *key, *value;
};

/* Appends "measurement,tag=value,..." (tags in any order; sorted here; at most 16). On refusal
 * returns -EINVAL and *ret_why is a static sentence naming what is wrong; the text is as before.
 * -ENOSPC when it does not fit. */
int line_add_head(struct text *text, const char *measurement, const struct line_tag *tags,
	size_t n_tags, const char **ret_why);

/* Appends a field key, escaped, for reuse in line_add_row. 0, -EINVAL or -ENOSPC, as above. */
int line_add_key(struct text *text, const char *key, const char **ret_why);

/* Appends head, the fields that are not NaN, and the stamp, and a newline. `keys` are already
 * escaped. Returns 0; -EDOM when a value is infinite or none is a number; -ENOSPC when it does not
 * fit (the text is then as before: nothing half written, is_cut untouched). */
int line_add_row(struct text *text, const char *head, size_t head_length, const char *const *keys,
	const double *values, size_t n, struct wall stamp);

/* Single fields for lines that are not rows (tests, health): key=value, as above on refusal. The
 * caller writes head, ' ', fields with commas, ' ', stamp. */
int line_add_int_field(struct text *text, const char *key, int64_t value, const char **ret_why);
int line_add_double_field(struct text *text, const char *key, double value, const char **ret_why);
int line_add_string_field(
	struct text *text, const char *key, const char *value, const char **ret_why);
