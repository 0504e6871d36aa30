/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a formula, of a lesson or typed by somebody: refused with a reason that stands in a
 * sentence, or it has a value, the same each time, and speaks of the names that it has. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/formula.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char *const names[] = {"T", "L", "room", "time", "x_1"};

enum { NAMES = sizeof names / sizeof *names, WHY = 400 };

static void must(bool is_so, const char *what, const char *shown)
{
	if (is_so)
		return;
	fprintf(stderr, "formula_fuzz: %s: %s\n", what, shown);
	abort();
}

static bool same(double a, double b)
{
	return (isnan(a) && isnan(b)) || a == b;
}

static void check_values(const char *formula, struct formula *opened)
{
	static const double values[][NAMES] = {{1, 1, 1, 1, 1}, {0, 0, 0, 0, 0},
		{-2.5, 1e300, 1e-300, 3, 0.1}, {NAN, INFINITY, -INFINITY, 2, -1}};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		must(same(formula_value(opened, values[i]), formula_value(opened, values[i])),
			"another value the next time", formula);
}

/* A name that it does not speak of may go: it opens, and is the same, without. */
static void check_names(const char *formula)
{
	for (size_t i = 0; i < NAMES; i++) {
		const char *fewer[NAMES - 1];
		char buffer[WHY];
		struct text why = text_over(buffer, sizeof buffer);
		struct formula *opened = NULL;
		size_t n = 0;

		for (size_t k = 0; k < NAMES; k++)
			if (k != i)
				fewer[n++] = names[k];
		int r = formula_open(formula, fewer, n, &why, &opened);

		must(formula_names(formula, names[i]) == (r != 0), names[i], formula);
		formula_close(opened);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char buffer[WHY], *text = malloc(n + 1);
	struct text why = text_over(buffer, sizeof buffer);
	struct formula *opened = NULL;

	must(text != NULL, "no memory", "");
	memcpy(text, bytes, n);
	text[n] = '\0';
	if (formula_open(text, names, NAMES, &why, &opened) == 0) {
		must(why.length == 0, "it opens, and says why not", why.at);
		check_values(text, opened);
		check_names(text);
		formula_close(opened);
	} else {
		must(why.length > 0, "no reason", text);
	}
	free(text);
	return 0;
}
