/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The point that a run makes in the plot of its class: as the pages plot it (tests/web/class_points_test.mjs). */
#include <string.h>

#include "class/class_point.h"
#include "support/cmocka_all.h"

static char L[] = "L", T[] = "T", T2[] = "T2", g[] = "g", square[] = "T^2",
	    gravity[] = "4*pi^2*L/T2", group[] = "group", none[] = "none";

static struct lesson_typed typed[] = {{.id = L}};
static struct lesson_formula formulas[] = {{.id = T2, .is = square}, {.id = g, .is = gravity}};

static struct lesson pendulum(char *x, char *y)
{
	return (struct lesson){.typed = typed,
		.n_typed = 1,
		.formulas = formulas,
		.n_formulas = 2,
		.class_plot = {.x = x, .y = y}};
}

static struct result_run a_run(const char *words)
{
	struct result_run run = {.group = 3, .n_channels = 1, .typed = json_loads(words, 0, NULL)};

	assert_non_null(run.typed);
	run.channels[0] = (struct result_channel){.n = 20, .mean = 1.5};
	strcpy(run.channels[0].id, T);
	return run;
}

static void a_point_is_of_what_was_typed_measured_and_computed(void **unused)
{
	struct result_run run = a_run("{\"L\":0.5}");
	struct lesson lesson = pendulum(L, T2);
	struct class_point point;

	(void)unused;
	assert_true(class_point_of(&lesson, &run, &point));
	assert_true(point.x == 0.5);
	assert_true(point.y == 2.25);
	lesson = pendulum(group, g); /* a formula of formulas */
	assert_true(class_point_of(&lesson, &run, &point));
	assert_true(point.x == 3);
	assert_true(point.y > 8.77 && point.y < 8.78);
	json_decref(run.typed);
}

static void there_is_no_point_where_something_is_missing(void **unused)
{
	struct result_run run = a_run("{\"L\":0.5}"), untyped = a_run("{}");
	struct lesson lesson = pendulum(L, T2), other = pendulum(none, T),
		      plain = pendulum(NULL, NULL);
	struct class_point point;

	(void)unused;
	assert_false(class_point_of(&lesson, &untyped, &point));
	assert_false(class_point_of(&other, &run, &point));
	assert_false(class_point_of(&plain, &run, &point));
	assert_false(class_point_of(NULL, &run, &point));
	run.channels[0].n = 0; /* no row of it came */
	assert_false(class_point_of(&lesson, &run, &point));
	json_decref(run.typed);
	json_decref(untyped.typed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_point_is_of_what_was_typed_measured_and_computed),
		cmocka_unit_test(there_is_no_point_where_something_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
