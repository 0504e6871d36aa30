/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings are flagged as tests/data/flags.txt says, which the pages' test reads too. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/flag.h"
#include "support/cmocka_all.h"

enum { FIELDS = 7, LINES_LEAST = 40 };

static double number_or(const char *word, double unknown)
{
	return strcmp(word, "-") == 0 ? unknown : strtod(word, NULL);
}

/* How many lines it judged. */
static unsigned judge(const char *line)
{
	char field[FIELDS][32], buffer[64];
	struct text words = text_over(buffer, sizeof buffer);

	int n = sscanf(line, "%31s %31s %31s %31s %31s %31s %31s", field[0], field[1], field[2],
		field[3], field[4], field[5], field[6]);
	if (n <= 0 || field[0][0] == '#')
		return 0;
	if (n != FIELDS)
		fail_msg("%d fields: %s", n, line);
	int64_t age_ns = strcmp(field[4], "-") == 0 ? FLAG_AGE_UNKNOWN
						    : strtoll(field[4], NULL, 10) * NS_PER_US;
	unsigned flags = flag_of_value(number_or(field[0], NAN), number_or(field[1], 0),
		number_or(field[2], 0), number_or(field[3], 0));

	flags |= flag_of_age(age_ns, strtoll(field[5], NULL, 10) * NS_PER_US);
	flag_add_words(&words, flags);
	if (strcmp(flags ? words.at : "-", field[6]) != 0)
		fail_msg("\"%s\" instead of %s", words.at, line);
	return 1;
}

static void readings_are_flagged_as_the_table_says(void **unused)
{
	char line[256];
	unsigned n = 0;
	FILE *table = fopen(KITLOG_SOURCE "/tests/data/flags.txt", "re");

	(void)unused;
	assert_non_null(table);
	while (fgets(line, sizeof line, table))
		n += judge(line);
	fclose(table);
	assert_true(n >= LINES_LEAST);
}

static void what_is_no_number_is_no_value(void **unused)
{
	(void)unused;
	assert_int_equal(flag_of_value(INFINITY, 0, 1, 0), 0);
	assert_int_equal(flag_of_value(5, NAN, 1, 0), 0);
	assert_int_equal(flag_of_value(5, 0, 1, NAN), FLAG_OUT_OF_RANGE);
	assert_int_equal(flag_of_value(5, 0, 1, INFINITY), FLAG_OUT_OF_RANGE);
}

static void a_device_warms_up_again_when_it_was_away_or_restarted(void **unused)
{
	(void)unused;
	assert_true(flag_begins_anew(GAP_UNPLUGGED));
	assert_true(flag_begins_anew(GAP_STOPPED));
	assert_true(flag_begins_anew(GAP_RESET));
	assert_false(flag_begins_anew(GAP_WIRE));
	assert_false(flag_begins_anew(GAP_SILENT));
	assert_false(flag_begins_anew(GAP_EXPIRED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readings_are_flagged_as_the_table_says),
		cmocka_unit_test(what_is_no_number_is_no_value),
		cmocka_unit_test(a_device_warms_up_again_when_it_was_away_or_restarted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
