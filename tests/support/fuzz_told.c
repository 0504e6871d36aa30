/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/fuzz_told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "sense/expect.h"

static struct expect *expect;
static const struct model *model_told;

static void must(bool is_true, const char *line, size_t n)
{
	if (is_true)
		return;
	fprintf(stderr, "told: %.*s\n", (int)n, line);
	abort();
}

void fuzz_told_begin(struct ring *ring, const struct model *model)
{
	model_told = model;
	must(expect_new(ring, (struct instant){0}, 0, &expect) == 0, "", 0);
}

void fuzz_told_collect(void)
{
	expect_collect(expect);
}

/* "12.5 slave1.temp 101 out-of-range": value NaN where there is none. */
static void check_line(const char *line, size_t n)
{
	static const char flag[] = " out-of-range";
	char text[300], name[64];
	const char *id, *digits;
	const struct model_channel *of;
	int used = 0, channel;
	double value;

	must(n < sizeof text, line, n);
	memcpy(text, line, n);
	text[n] = '\0';
	must(sscanf(text, "%*s %63s %n", name, &used) == 1 && used > 0, line, n);
	id = strchr(name, '.') ? strchr(name, '.') + 1 : name;
	digits = text + used;
	channel = model_channel(model_told, id);
	must(channel >= 0, line, n);
	if (strcmp(digits, "-") == 0)
		return;
	must(number_to_double(digits, strlen(digits), &value) > 0, line, n);
	of = &model_told->channels[channel];
	if (!(of->low < of->high) || (value >= of->low && value <= of->high))
		must(!strstr(digits, flag), line, n);
	else if (value < of->low - of->resolution || value > of->high + of->resolution)
		must(strstr(digits, flag) != NULL, line, n);
}

/* "12.5 gap wire lost 2" */
static bool is_value(const char *line, size_t n)
{
	static const char *const others[] = {" device ", " gap ", " error "};
	const char *blank = memchr(line, ' ', n);

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!blank || strncmp(blank, others[i], strlen(others[i])) == 0)
			return false;
	return true;
}

void fuzz_told_end(bool is_models)
{
	size_t n;
	char *text;

	expect_collect(expect);
	text = expect_text(expect, &n);
	must(text != NULL, "", 0);
	for (char *line = text; is_models && *line;) {
		size_t length = strcspn(line, "\n");

		if (is_value(line, length))
			check_line(line, length);
		line += length + (line[length] == '\n');
	}
	free(text);
	expect_free(expect);
}
