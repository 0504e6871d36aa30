/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units for eyes: the rule, and the table that the pages have too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/unit.h"
#include "support/cmocka_all.h"

static void assert_shown(const char *ucum, const char *wanted)
{
	char buffer[64];
	struct text text = text_over(buffer, sizeof(buffer));

	unit_add_for_people(&text, ucum);
	if (strcmp(text.at, wanted) != 0)
		fail_msg("\"%s\" is shown as \"%s\", not \"%s\"", ucum, text.at, wanted);
}

/* As in tests/web/numbers_test.mjs. */
static void codes_become_what_people_write(void **unused)
{
	(void)unused;
	assert_shown("Cel", "°C");
	assert_shown("m/s2", "m/s²");
	assert_shown("uT", "µT");
	assert_shown("%", "%");
	assert_shown("/min", "min⁻¹");
	assert_shown("{count}/min", "min⁻¹");
	assert_shown("{turns}", "");
	assert_shown("deg/s", "°/s");
	assert_shown("kg.m/s2", "kg m/s²");
	assert_shown("s-1", "s⁻¹");
	assert_shown("us", "µs");
	assert_shown("uS/cm", "µS/cm");
	assert_shown("mol/l/s", "mol/L/s");
	assert_shown("/m/s", "m⁻¹ s⁻¹");
	assert_shown("blub", "blub");
	assert_shown("lx", "lx");
	assert_shown("{", "{");
	assert_shown("1", "");
	assert_shown("", "");
}

/* A word or a string of the script; false at the end of the table. */
static bool next_word(const char **at, char *ret_word, size_t size)
{
	*at += strspn(*at, " \t\n,:");
	char quote = **at == '\'' || **at == '"' ? *(*at)++ : '\0';
	const char close[] = {quote, '\0'};
	size_t n = strcspn(*at, quote ? close : ":} ");

	if (n == 0 && !quote)
		return false;
	assert_true(n < size);
	memcpy(ret_word, *at, n);
	ret_word[n] = '\0';
	*at += n + (quote != '\0');
	return true;
}

static void the_pages_have_the_same_table(void **unused)
{
	FILE *file = fopen(KITLOG_SOURCE "/daemon/web/js/units.js", "r");
	char script[8192], ucum[32], shown[32];
	unsigned n = 0;

	(void)unused;
	assert_non_null(file);
	script[fread(script, 1, sizeof(script) - 1, file)] = '\0';
	fclose(file);
	const char *at = strstr(script, "const ATOM = {");

	assert_non_null(at);
	at = strchr(at, '{') + 1;
	for (; next_word(&at, ucum, sizeof(ucum)); n++) {
		assert_true(next_word(&at, shown, sizeof(shown)));
		assert_shown(ucum, shown);
	}
	assert_true(n > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_become_what_people_write),
		cmocka_unit_test(the_pages_have_the_same_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
