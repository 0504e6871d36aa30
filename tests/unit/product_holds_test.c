/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* A file is made while it is sent, for as long as a slow browser takes it; meanwhile a teacher may have the
 * lessons read again. So each product holds the lesson that it tells of, and lets go of it in the end. */
#include <stdlib.h>

#include "export/extract_product.h"
#include "export/package.h"
#include "export/paper.h"
#include "export/sheet.h"
#include "export/typed_product.h"
#include "support/cmocka_all.h"

static atomic_uint n_holders;
static const struct lesson lesson = {.n_holders = &n_holders};

static void held_until_it_is_freed(struct product *product, unsigned times)
{
	assert_int_equal(n_holders, times);
	assert_true(lesson_is_held(&lesson));
	product->kind->free(product);
	assert_int_equal(n_holders, 0);
}

static void a_table_a_workbook_and_readings_hold_their_lesson(void **unused)
{
	const struct extract_product_options options = {
		.extract = {.format = EXPORT_CSV}, .lesson = &lesson};
	struct product *product;

	(void)unused;
	assert_int_equal(extract_product_new(&options, &product), 0);
	held_until_it_is_freed(product, 1);
	assert_int_equal(sheet_product_new(&options, &product), 0);
	held_until_it_is_freed(product, 1);
	assert_int_equal(typed_product_new(&options, &product), 0);
	held_until_it_is_freed(product, 1);
}

static void a_report_holds_its_lesson(void **unused)
{
	const struct paper_options options = {.lesson = &lesson};
	struct product *product;

	(void)unused;
	assert_int_equal(paper_product_new(&options, &product), 0);
	held_until_it_is_freed(product, 1);
}

static void a_package_holds_that_of_its_class_and_of_each_run(void **unused)
{
	struct package_options options = {.n_runs = 2, .session = {.lesson = &lesson}};
	struct product *product;

	(void)unused;
	options.runs = calloc(2, sizeof *options.runs);
	options.runs[1].lesson = &lesson;
	assert_int_equal(package_product_new(&options, &product), 0);
	held_until_it_is_freed(product, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_a_workbook_and_readings_hold_their_lesson),
		cmocka_unit_test(a_report_holds_its_lesson),
		cmocka_unit_test(a_package_holds_that_of_its_class_and_of_each_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
