/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/fuzz_told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "sense/expect.h"

static struct expect *expect;
static const struct model *model_told;

static void must(bool is_true, const char *told)
{
	if (is_true)
		return;
	fprintf(stderr, "told: %s\n", told);
	abort();
}

void fuzz_told_begin(struct ring *ring, const struct model *model)
{
	model_told = model;
	must(expect_new(ring, (struct instant){0}, 0, &expect) == 0, "");
}

void fuzz_told_collect(void)
{
	expect_collect(expect);
}

/* "slave1.temp 101 out-of-range", "humidity -" where there is none. (sscanf would take a third of the
 * fuzzer's time.) */
static void check_told(char *told)
{
	static const char flag[] = " out-of-range";
	char *digits = strchr(told, ' '), *dot;
	const struct model_channel *of;
	double value;

	must(digits != NULL, told);
	*digits++ = '\0';
	dot = strchr(told, '.');
	int channel = model_channel(model_told, dot ? dot + 1 : told);
	digits[-1] = ' ';
	must(channel >= 0, told);
	if (strcmp(digits, "-") == 0)
		return;
	must(number_to_double(digits, strlen(digits), &value) > 0, told);
	of = &model_told->channels[channel];
	if (!(of->low < of->high) || (value >= of->low && value <= of->high))
		must(!strstr(digits, flag), told);
	else if (value < of->low - of->resolution || value > of->high + of->resolution)
		must(strstr(digits, flag) != NULL, told);
}

/* Behind the time: "gap wire lost 2" */
static bool is_value(const char *told)
{
	static const char *const others[] = {"device ", "gap ", "error "};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strncmp(told, others[i], strlen(others[i])) == 0)
			return false;
	return true;
}

void fuzz_told_end(bool is_models)
{
	size_t n;
	char *text;

	expect_collect(expect);
	text = expect_text(expect, &n);
	must(text != NULL, "");
	for (char *line = text; is_models && *line;) {
		char *end = strchr(line, '\n'), *told = strchr(line, ' ');

		must(end && told && told < end, line);
		*end = '\0';
		if (is_value(++told))
			check_told(told);
		line = end + 1;
	}
	free(text);
	expect_free(expect);
}
