/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a run is good enough: by samples, by their mean, by a formula of the means and of what was typed. */
#include "class/judging.h"

#include <math.h>
#include <string.h>

#include "support/cmocka_all.h"

static char T[] = "T", L[] = "L", g[] = "g", is[] = "39.478 * L / T^2", half[] = "half",
	    is_half[] = "g / 2", nobody[] = "nobody";
static struct lesson_need needs[] = {{.id = T}, {.id = nobody}};
static struct lesson_typed typed[] = {{.id = L}};
static struct lesson_formula formulas[] = {{.id = g, .is = is}, {.id = half, .is = is_half}};

static struct accepted judge(
	struct lesson_accept accept, uint64_t n, double mean, json_t *last, json_t *times)
{
	const struct lesson lesson = {.needs = needs,
		.n_needs = 2,
		.typed = typed,
		.n_typed = 1,
		.formulas = formulas,
		.n_formulas = 2,
		.accept = &accept,
		.n_accept = 1};
	struct result_run run = {
		.run = 7, .typed = last, .n_channels = 1, .channels = {{.n = n, .mean = mean}}};
	struct accepted accepted = {.run = 7};

	strcpy(run.channels[0].id, "T");
	judging_judge(&lesson, &run, times, &accepted);
	json_decref(last);
	json_decref(times);
	assert_int_equal(accepted.n, 1);
	return accepted;
}

static enum acceptance is_good(
	struct lesson_accept accept, uint64_t n, double mean, const char *length)
{
	json_t *last = json_object(), *times = json_object();

	if (length) {
		json_object_set_new(last, "L", json_real(strtod(length, NULL)));
		json_object_set_new(times, "L", json_integer(3));
	}
	return judge(accept, n, mean, last, times).of[0].is;
}

static void samples_must_be_enough(void **unused)
{
	const struct lesson_accept accept = {.channel = T, .least_samples = 20};

	(void)unused;
	assert_int_equal(is_good(accept, 19, 1, NULL), ACCEPTANCE_FAILS);
	assert_int_equal(is_good(accept, 20, 1, NULL), ACCEPTANCE_HOLDS);
}

/* Of n samples, each of them `apart` after the one before. */
static struct accepted_one how_long_by(int64_t to_ns, uint64_t n, int64_t apart_ns)
{
	struct lesson_accept accept = {.channel = T, .least_ns = 60 * (int64_t)NS_PER_S};
	struct result_run run = {.run = 7,
		.typed = json_object(),
		.n_channels = 1,
		.channels = {{.id = "T", .n = n, .mean = 1, .first_ns = 5, .last_ns = 5}}};
	struct accepted accepted = {.to_ns = to_ns};
	json_t *times = json_object();

	run.channels[0].last_ns += (int64_t)(n - 1) * apart_ns;
	judging_judge(&(struct lesson){.needs = needs,
			      .n_needs = 2,
			      .formulas = formulas,
			      .n_formulas = 2,
			      .accept = &accept,
			      .n_accept = 1},
		&run, times, &accepted);
	json_decref(run.typed);
	json_decref(times);
	return accepted.of[0];
}

static struct accepted_one how_long(uint64_t n, int64_t apart_ns)
{
	return how_long_by(5, n, apart_ns);
}

/* Whatever the kit's rate: a second's readings of a fast one are no minute. */
static void samples_must_last_as_long_as_is_said(void **unused)
{
	const int64_t s = NS_PER_S;

	(void)unused;
	assert_int_equal(how_long(600, s / 100).is, ACCEPTANCE_FAILS);
	assert_int_equal(how_long(600, s / 100).ns, 6 * s);
	assert_int_equal(how_long(6, 10 * s).is, ACCEPTANCE_HOLDS); /* each until the next */
	assert_int_equal(how_long(5, 10 * s).is, ACCEPTANCE_FAILS);
	assert_int_equal(how_long(1, 10 * s).is, ACCEPTANCE_FAILS);
}

static void the_mean_lies_in_the_range(void **unused)
{
	const struct lesson_accept accept = {
		.channel = T, .has_range = true, .low = 0.5, .high = 3};

	(void)unused;
	assert_int_equal(is_good(accept, 2, 0.5, NULL), ACCEPTANCE_HOLDS);
	assert_int_equal(is_good(accept, 2, 3.01, NULL), ACCEPTANCE_FAILS);
	assert_int_equal(is_good(accept, 0, 0, NULL), ACCEPTANCE_UNKNOWN);
}

static void a_formula_takes_means_and_what_was_typed(void **unused)
{
	struct lesson_accept accept = {.channel = g, .has_range = true, .low = 9, .high = 10};

	(void)unused;
	assert_int_equal(is_good(accept, 30, 2, "1"), ACCEPTANCE_HOLDS);
	assert_int_equal(is_good(accept, 30, 1, "1"), ACCEPTANCE_FAILS);
	assert_int_equal(is_good(accept, 30, 2, NULL), ACCEPTANCE_UNKNOWN);
	accept.channel = half;
	assert_int_equal(is_good(accept, 30, 1.414, "1"), ACCEPTANCE_HOLDS);
}

/* Three swings are three, however many readings came of something else. */
static void a_formula_has_the_samples_of_what_it_speaks_of(void **unused)
{
	struct lesson_accept accept = {.channel = half, .least_samples = 4};
	const struct lesson lesson = {.needs = needs,
		.n_needs = 2,
		.typed = typed,
		.n_typed = 1,
		.formulas = formulas,
		.n_formulas = 2,
		.accept = &accept,
		.n_accept = 1};
	struct result_run run = {.run = 7,
		.typed = json_pack("{s:f}", "L", 1.0),
		.n_channels = 2,
		.channels = {
			{.id = "T", .n = 3, .mean = 2}, {.id = "nobody", .n = 6000, .mean = 1}}};
	struct accepted accepted = {.run = 7};
	json_t *times = json_object();

	(void)unused;
	judging_judge(&lesson, &run, times, &accepted);
	assert_int_equal(accepted.of[0].n, 3);
	assert_int_equal(accepted.of[0].is, ACCEPTANCE_FAILS);
	json_decref(run.typed);
	json_decref(times);
}

static void what_is_typed_is_counted(void **unused)
{
	const struct lesson_accept accept = {.channel = L, .least_samples = 3};
	const struct lesson_accept more = {.channel = L, .least_samples = 4};

	(void)unused;
	assert_int_equal(is_good(accept, 0, 0, "1"), ACCEPTANCE_HOLDS);
	assert_int_equal(is_good(more, 0, 0, "1"), ACCEPTANCE_FAILS);
	assert_int_equal(is_good(accept, 0, 0, NULL), ACCEPTANCE_FAILS);
}

static void a_kit_that_is_not_there_gives_no_samples(void **unused)
{
	const struct lesson_accept least = {.channel = nobody, .least_samples = 1};
	const struct lesson_accept range = {.channel = nobody, .has_range = true, .high = 1};

	(void)unused;
	assert_int_equal(is_good(least, 5, 1, NULL), ACCEPTANCE_FAILS);
	assert_int_equal(is_good(range, 5, 1, NULL), ACCEPTANCE_UNKNOWN);
}

static void what_a_run_lacks_while_it_goes_on_may_still_come(void **unused)
{
	const int64_t s = NS_PER_S;

	(void)unused;
	assert_int_equal(how_long_by(INT64_MAX, 5, 10 * s).is, ACCEPTANCE_UNKNOWN);
	assert_int_equal(how_long_by(INT64_MAX, 6, 10 * s).is, ACCEPTANCE_HOLDS);
}

/* Of run 7 that was judged at 1000 s with one reading and one calibration. */
static bool is_due(struct accepted known, int64_t at_s, unsigned n_readings, size_t n_calibrations)
{
	static struct acceptances acceptances;
	const struct accepted now = {.run = 7,
		.from_ns = known.from_ns,
		.to_ns = known.to_ns,
		.at.ns = at_s * NS_PER_S,
		.n_readings = n_readings,
		.n_calibrations = n_calibrations};

	acceptances = (struct acceptances){.next = 0};
	assert_true(acceptances_are_due(&acceptances, &now));
	known.run = 7;
	known.at.ns = 1000 * (int64_t)NS_PER_S;
	known.n_readings = 1;
	known.n_calibrations = 1;
	acceptances_put(&acceptances, &known);
	return acceptances_are_due(&acceptances, &now);
}

static void a_run_is_judged_once_until_something_changes(void **unused)
{
	const struct accepted known = {.to_ns = 900};

	(void)unused;
	assert_false(is_due(known, 1001, 1, 1));
	assert_false(is_due(known, 1000000, 1, 1));
	assert_true(is_due(known, 1001, 2, 1));
	assert_true(is_due(known, 1001, 1, 2));
}

/* As when its lesson was read again; and a run that is being read stays so. */
static void what_is_forgotten_is_judged_anew(void **unused)
{
	static struct acceptances acceptances = {.is_asking = true};
	const struct accepted run = {.run = 7, .to_ns = 900};

	(void)unused;
	acceptances_put(&acceptances, &run);
	assert_false(acceptances_are_due(&acceptances, &run));
	acceptances_clear(&acceptances);
	assert_null(acceptances_find(&acceptances, 7, (struct instant){900}));
	assert_true(acceptances_are_due(&acceptances, &run));
	assert_true(acceptances.is_asking);
}

static void a_run_that_cannot_be_read_lets_others_be_judged(void **unused)
{
	const struct accepted known = {.to_ns = 900, .is_unread = true};

	(void)unused;
	assert_false(is_due(known, 1001, 1, 1));
	assert_false(is_due(known, 1599, 1, 1));
	assert_true(is_due(known, 1600, 1, 1));
	assert_true(is_due(known, 1001, 1, 2));
}

static void a_run_that_goes_on_is_judged_now_and_then(void **unused)
{
	const struct accepted known = {.from_ns = -86400 * (int64_t)NS_PER_S, .to_ns = INT64_MAX};

	(void)unused;
	assert_false(is_due(known, 1001, 1, 1));
	assert_false(is_due(known, 1001, 2, 1)); /* not all of it anew for each word */
	assert_true(is_due(known, 1060, 2, 1));
	assert_false(is_due(known, 4599, 1, 1));
	assert_true(is_due(known, 4600, 1, 1));
}

static void a_run_that_began_is_judged_when_it_is_twice_as_old(void **unused)
{
	struct accepted known = {.from_ns = 1000 * (int64_t)NS_PER_S, .to_ns = INT64_MAX};

	(void)unused;
	assert_false(is_due(known, 1059, 1, 1)); /* at its begin there was nothing to judge */
	assert_true(is_due(known, 1060, 1, 1));
	known.from_ns = 880 * (int64_t)NS_PER_S;
	assert_false(is_due(known, 1119, 1, 1));
	assert_true(is_due(known, 1120, 1, 1));
	assert_true(is_due(known, 1060, 2, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_must_be_enough),
		cmocka_unit_test(samples_must_last_as_long_as_is_said),
		cmocka_unit_test(the_mean_lies_in_the_range),
		cmocka_unit_test(a_formula_takes_means_and_what_was_typed),
		cmocka_unit_test(a_formula_has_the_samples_of_what_it_speaks_of),
		cmocka_unit_test(what_is_typed_is_counted),
		cmocka_unit_test(a_kit_that_is_not_there_gives_no_samples),
		cmocka_unit_test(what_a_run_lacks_while_it_goes_on_may_still_come),
		cmocka_unit_test(a_run_is_judged_once_until_something_changes),
		cmocka_unit_test(what_is_forgotten_is_judged_anew),
		cmocka_unit_test(a_run_that_cannot_be_read_lets_others_be_judged),
		cmocka_unit_test(a_run_that_goes_on_is_judged_now_and_then),
		cmocka_unit_test(a_run_that_began_is_judged_when_it_is_twice_as_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
