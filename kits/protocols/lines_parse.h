/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of text and the numbers in it. Pure; any thread.
 *
 *     21.5,40.2   10 20<TAB>30   (12, -34, 1008)   [1, 2]   21,5;40,2         positional
 *     Temp:21.5,RH:40   T=21.5 C RH=40%   Humidity: 40.00 %  Temperature: 21.50 C   温度:21.5   labelled
 *     Temp: 21.5 degrees C   Distance: 12 pulses   T:21.5 Status: OK          and prose behind it
 *     led=on temp=20.5                                                        words are no numbers
 *     {"temp":21.5,"pins":[1,0]}                                              JSON (lines_json.h)
 *     time_ms,temp_C   temp (C);hum [%]                                       header of what follows
 *
 * nan, inf, ovf, None are numbers that are missing (NaN). Everything else is unknown, which is no
 * crime. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kits/protocols/lines_reading.h"

enum { LINES_LINE_MAX = 1024 };

/* A line without its end. Header: the items' labels and units are the words. */
enum lines_kind lines_parse(const char *line, size_t n, struct lines_reading *ret_reading);

/* The form of a line: what stands between its numbers. Boards print the same form for hours, and
 * then a line costs a comparison and the reading of its numbers. */
struct lines_form {
	unsigned n; /* numbers; 0: none learnt */
	unsigned short ends[STREAM_CHANNELS +
		1]; /* of each piece of text in front of, between, and behind */
	char text[256];
};
void lines_form_learn(
	struct lines_form *form, const char *line, size_t n, const struct lines_reading *reading);

/* Reads a line that begins at `text` and ends at or before n bytes with CR or LF. Returns the
 * length of the line with the one byte that ends it, 0 when the line has another form. */
size_t lines_form_read(
	const struct lines_form *form, const char *text, size_t n, double *ret_values);
