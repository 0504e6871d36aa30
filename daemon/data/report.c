/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collecting sentences, and bringing them into the order in which the file is read. */
#include "data/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void report_add(struct report *report, int line, int column, const char *format, ...)
{
	char sentence[REPORT_TEXT];
	va_list arguments;

	if (report->count++ >= REPORT_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);

	struct mistake *mistake = &report->mistakes[report->count - 1];
	struct text text = text_over(mistake->text, sizeof mistake->text);
	text_add_harmless(&text, sentence);
	mistake->line = line;
	mistake->column = column;
}

static int by_place(const void *a, const void *b)
{
	const struct mistake *const *left = a, *const *right = b;

	if ((*left)->line != (*right)->line)
		return (*left)->line < (*right)->line ? -1 : 1;
	if ((*left)->column != (*right)->column)
		return (*left)->column < (*right)->column ? -1 : 1;
	return *left < *right ? -1 : 1; /* as they were found */
}

char *report_text(const struct report *report)
{
	const struct mistake *sorted[REPORT_MAX];
	size_t kept = (size_t)(report->count < REPORT_MAX ? report->count : REPORT_MAX);
	size_t size = (kept + 1) * (REPORT_TEXT + strlen(report->file) + 64);
	char *buffer = malloc(size);

	if (!buffer)
		return NULL;
	struct text text = text_over(buffer, size);
	for (size_t i = 0; i < kept; i++)
		sorted[i] = &report->mistakes[i];
	qsort(sorted, kept, sizeof *sorted, by_place);
	for (size_t i = 0; i < kept; i++) {
		const struct mistake *mistake = sorted[i];

		text_add(&text, report->file);
		if (mistake->line > 0)
			text_addf(&text, ":%d:%d", mistake->line, mistake->column);
		text_addf(&text, ": %s\n", mistake->text);
	}
	if (report->count > REPORT_MAX)
		text_addf(&text, "%s: and %d more\n", report->file, report->count - REPORT_MAX);
	return buffer;
}
