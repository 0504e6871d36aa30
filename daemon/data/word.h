/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words with a meaning in the files that people write: numbers, times with a unit, and the nearest
 * right word to a wrong one.
 *
 * A reader returns NULL when the word is good, else what it expected, with an example, such that
 *     "WORD" is not EXPECTED
 * is a sentence. The daemon and its error messages use the same readers. No locale, no allocation;
 * any thread. Results are written on success only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 12, -3, 0x0C. Not 010, which is ten to people and eight to C. */
const char *word_whole(const char *word, int64_t *ret_value);

/* 0.1, -2, 1e-3. */
const char *word_number(const char *word, double *ret_value);

/* A number and one of us ms s min h d, a space between them or not: "1 s", "1.5 min", "20ms". */
const char *word_duration(const char *word, int64_t *ret_ns);

/* The word of the list that was probably meant, or NULL. */
const char *word_nearest(const char *word, const char *const *list, size_t n);

/* Does this UTF-8 text hold a sign that nobody sees, but for newlines? YAML's escapes bring in any:
 * the ASCII controls, C1, line and paragraph separators, the byte order mark, what is no character.
 * They speak to terminals and do not survive being written as YAML again. */
bool word_has_control(const char *word);
