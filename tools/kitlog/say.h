/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chinese or English by locale; text in columns that line up in both. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Reads LC_ALL, LC_MESSAGES, LANG in that order, as gettext would; a locale that is not installed
 * counts all the same: boards often lack it. */
void say_open(void);
/* Both may be formats: the compiler checks each against the arguments. */
const char *say(const char *zh, const char *en) __attribute__((format_arg(1), format_arg(2)));

/* The string of a {"zh":…,"en":…} object in the person's language; "" for anything else. */
const char *say_pick(const json_t *pair);

/* Mistakes in a file as data/report.h and the like tell them, a line each, in the person's language.
 * malloc'ed, for the caller to free; NULL when memory is short. */
char *say_mistakes(const char *lines);
void say_mistakes_to(FILE *out, const char *lines); /* NULL is fine: there are none */

/* Prints it on a line of standard output, with numbers as the board writes them: the shortest that
 * read back (Jansson's own are 50.899999999999999 for 50.9). */
void say_json(json_t *json);

/* What a device or a page told (NULL: nothing), for a terminal: control characters, which might move its cursor or
 * rename its window, as "\x1b". Into a buffer of SAY_LINE bytes, cut there. */
enum { SAY_LINE = 1024 };
const char *say_harmless(const char *text, char *ret_text);
/* The string of a member of an object likewise; "" for what is none. */
const char *say_member(const json_t *object, const char *key, char *ret_text);
/* The same of what may be several lines, each cut likewise, with a line's end behind the last. */
void say_harmless_to(FILE *out, const char *lines);

/* Prints cells, made harmless, in columns `width` wide (0: as it is, the last one), counting a Han
 * character as two. */
void say_row(FILE *out, const int *widths, const char *const *cells, int n);

/* Numbers as people read them, into a buffer of SAY_TEXT bytes. */
enum { SAY_TEXT = 64 };
const char *say_bytes(double bytes, char *ret_text);
const char *say_duration(double seconds, char *ret_text);
/* How exact stamps are, with a space before it: " ±0.08 ms"; "" for what is no number. */
const char *say_precision(const json_t *us, char *ret_text);
/* With the digits its resolution deserves (0: unknown) and its UCUM unit for eyes, as on the
 * pages. */
const char *say_value(double value, double resolution, const char *ucum, char *ret_text);
const char *say_wall(const json_t *wall_us, char *ret_text); /* local time; "-" when unknown */
/* The same; while nobody knows the hour, seconds of the board's own time, so that instants can be told
 * apart and set against an export. */
const char *say_when(const json_t *at_us, const json_t *wall_us, char *ret_text);
/* Who told the hour: "time server" for "ntp". */
const char *say_source(const json_t *source);
