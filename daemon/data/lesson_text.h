/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts of a lesson: Markdown in four files, student and teacher, Chinese and English.
 *
 * Every heading carries an id, which decides where its section is shown: "## 动手 {#measure}". Pages show
 * headings, paragraphs, lists, **strong**, *emphasis* and `code` (web/js/markdown.js): text stays text, and
 * no request leaves the board. HTML, pictures, links, tables and the like are refused.
 * Pure; any thread. */
#pragma once

#include <stdio.h>

#include "data/lesson.h"

enum { LESSON_TEXT_BYTES = 32 * 1024, LESSON_SECTIONS = 8 };

/* The ids of the sections of a text, in its order. */
struct lesson_sections {
	const char *ids[LESSON_SECTIONS]; /* of tables; never to be freed */
	size_t n;
};

/* Looks at one text, closed by NUL. What is wrong is said in the report by line. */
void lesson_text_check(const char *text, bool is_teacher, struct report *report,
	struct lesson_sections *ret_sections);

/* Have both languages the same sections in the same order? Said in the English text's report. */
void lesson_text_compare(
	const struct lesson_sections *zh, const struct lesson_sections *en, struct report *report);

/* No number that is to be found out stands in what students read before: an end of an expected range, or
 * a decimal within it. Numbers of one digit say nothing. */
void lesson_text_keeps_secret(const char *text, const struct lesson *lesson, struct report *report);
