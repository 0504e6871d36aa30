/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mistakes in one file that a person wrote. Each is a sentence that names the word, what was
 * expected and the next step:
 *
 *     kitlogd.yaml:7:9: port: "80800" is not between 1 and 65535
 *
 * All are collected before anybody is bothered. One owner; no allocation but report_text. */
#pragma once

#include <stdbool.h>

enum { REPORT_MAX = 20, REPORT_TEXT = 400 };

struct report {
	const char *file; /* as the user typed it; borrowed */
	int count;        /* of all mistakes, also of those that are not kept */
	bool is_dispute;  /* our check let pass what libcyaml refused: a bug of ours */
	struct mistake {
		int line, column; /* from 1; column in characters; line 0: the file as a whole */
		char text[REPORT_TEXT];
	} mistakes[REPORT_MAX];
};

/* Adds a sentence without file and place. What it quotes may be anything: it is made harmless for a
 * terminal. */
void report_add(struct report *report, int line, int column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* All sentences in the order of the file, one a line, each with file, line and column. malloc'ed,
 * for the caller to free; NULL when memory is short. */
char *report_text(const struct report *report);
