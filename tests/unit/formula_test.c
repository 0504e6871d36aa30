/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What a formula means: tests/data/formulas.txt is one table for the daemon and the pages. Sentences of
 * refused ones are held by tests/data/lesson-mistakes. */
#include "data/formula.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

enum { SAID = 400 };

struct values {
	char words[200];
	const char *names[8];
	double values[8];
	size_t n;
};

/* "jar=24.5 room=21.25" */
static struct values take_values(const char *words)
{
	static struct values taken;
	char *rest;

	taken.n = 0;
	snprintf(taken.words, sizeof taken.words, "%s", words);
	for (char *word = strtok_r(taken.words, " ", &rest); word;
		word = strtok_r(NULL, " ", &rest)) {
		char *equal = strchr(word, '=');

		*equal = '\0';
		taken.names[taken.n] = word;
		taken.values[taken.n++] = strtod(equal + 1, NULL);
	}
	return taken;
}

static void refused(const char *text, const struct values *given, const char *word)
{
	char buffer[SAID];
	struct text why = text_over(buffer, sizeof buffer);
	struct formula *formula = NULL;

	if (formula_open(text, given->names, given->n, &why, &formula) != -EINVAL || formula)
		fail_msg("\"%s\" is not refused", text);
	if (why.length == 0 || why.is_cut || !strstr(why.at, word))
		fail_msg("\"%s\" is refused by \"%s\", which does not name %s", text, why.at, word);
}

static void means(const char *text, const struct values *given, const char *expected)
{
	char buffer[SAID];
	struct text why = text_over(buffer, sizeof buffer);
	struct formula *formula = NULL;

	if (formula_open(text, given->names, given->n, &why, &formula))
		fail_msg("\"%s\" is refused: %s", text, why.at);
	double value = formula_value(formula, given->values);
	double wanted = strtod(expected, NULL);

	if (strcmp(expected, "-") == 0 ? isfinite(value) != 0
				       : !(fabs(value - wanted) <= 1e-12 * fabs(wanted)))
		fail_msg("\"%s\" is %.17g, not %s", text, value, expected);
	formula_close(formula);
}

/* Cuts "a ; b" into "a" and returns "b". */
static char *cut(char *line)
{
	char *semicolon = strstr(line, " ;");

	if (!semicolon)
		fail_msg("a line of the table has no three parts: %s", line);
	*semicolon = '\0';
	return semicolon + 2 + strspn(semicolon + 2, " ");
}

static void each_means_what_the_table_says(void **unused)
{
	char path[300], line[400];
	unsigned n = 0;

	(void)unused;
	snprintf(path, sizeof path, "%s/tests/data/formulas.txt", KITLOG_SOURCE);
	FILE *table = fopen(path, "r");

	assert_non_null(table);
	while (fgets(line, sizeof line, table)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line == '#' || !*line)
			continue;
		char *words = *line == ';' ? NULL : cut(line), *expected;

		assert_non_null(words);
		/* Without ids the second part is empty: "2+3 ; ; 5". */
		expected = *words == ';' ? words + 1 + strspn(words + 1, " ") : cut(words);
		struct values given = take_values(*words == ';' ? "" : words);

		if (*expected == '!')
			refused(line, &given, expected + 1 + strspn(expected + 1, " "));
		else
			means(line, &given, expected);
		n++;
	}
	fclose(table);
	assert_true(n > 70);
}

static void values_change_and_the_formula_stays(void **unused)
{
	static const char *const names[] = {"a", "b"};
	char buffer[SAID];
	struct text why = text_over(buffer, sizeof buffer);
	struct formula *formula;

	(void)unused;
	assert_int_equal(formula_open("a / b", names, 2, &why, &formula), 0);
	assert_true(formula_value(formula, (double[]){1, 4}) == 0.25);
	assert_true(isinf(formula_value(formula, (double[]){1, 0})));
	assert_true(isnan(formula_value(formula, (double[]){NAN, 1})));
	assert_true(formula_value(formula, (double[]){9, 3}) == 3);
	formula_close(formula);
	formula_close(NULL);
}

static void deep_parentheses_are_no_danger(void **unused)
{
	char text[FORMULA_TEXT], buffer[SAID];
	struct text why = text_over(buffer, sizeof buffer);
	struct formula *formula;

	(void)unused;
	memset(text, '(', sizeof text);
	text[FORMULA_TEXT - 1] = '\0';
	assert_int_equal(formula_open(text, NULL, 0, &why, &formula), -EINVAL);
	memset(text, '-', sizeof text);
	text[FORMULA_TEXT - 2] = '1';
	text[FORMULA_TEXT - 1] = '\0';
	if (formula_open(text, NULL, 0, &why, &formula) == 0)
		formula_close(formula);
}

static void a_comma_of_the_locale_changes_nothing(void **unused)
{
	(void)unused;
	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		skip();
	struct values given = take_values("");

	means("1.5 * 2", &given, "3");
	setlocale(LC_ALL, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_means_what_the_table_says),
		cmocka_unit_test(values_change_and_the_formula_stays),
		cmocka_unit_test(deep_parentheses_are_no_danger),
		cmocka_unit_test(a_comma_of_the_locale_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
