/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with a file that somebody wrote (data/report.h), in Chinese.
 *
 * The sentences are made in English, where the mistake is found, and that is all a check of a format has
 * to do. Here each is understood by the form it was made from, as gettext finds a translation by the
 * English text: the table has the form of the printf that made it, word for word, and what it has in
 * Chinese. So one file has all of the Chinese, and no check carries it along. check/chinese takes the
 * forms out of the sources, and lets none go without Chinese and no Chinese without use.
 *
 * Pure; any thread. */
#pragma once

#include <stdbool.h>

#include "base/text.h"

/* A form, and its Chinese, in which %1 is what stood at its first conversion, as it is, and &1 the same in
 * Chinese, if it is known as a phrase; ^1 of "a, b", each of them. */
struct chinese {
	const char *en, *zh;
};

/* "rate: 5 Hz is above max_rate 2 Hz", and what stands in such sentences: "a whole number such as 12". They
 * end with an entry of NULL. */
extern const struct chinese chinese_sentences[], chinese_phrases[];

/* One line, with or without "FILE:7:9: " before it. False, and it is added as it is: nobody knows it. */
bool chinese_add(struct text *text, const char *line);

/* Many lines, each closed by "\n". malloc'ed, for the caller to free; NULL when memory is short. */
char *chinese_lines(const char *lines);

/* Does whoever sits at this terminal read Chinese? By LC_ALL, LC_MESSAGES and LANG of the environment. */
bool chinese_is_wanted(void);
