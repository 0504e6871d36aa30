/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What is settled and what is not: against a model that has one bit per instant. */
#include <string.h>

#include "ship/span.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

static struct instant at(int64_t ns)
{
	return (struct instant){ns};
}

static bool is_open(const struct spans *spans, int64_t ns)
{
	if (ns >= spans->done.ns)
		return true;
	for (size_t i = 0; i < spans->n_holes; i++)
		if (ns >= spans->holes[i].from.ns && ns < spans->holes[i].to.ns)
			return true;
	return false;
}

static void check_form(const struct spans *spans)
{
	assert_true(spans->n_holes <= SPAN_HOLES);
	for (size_t i = 0; i < spans->n_holes; i++) {
		assert_true(spans->holes[i].from.ns < spans->holes[i].to.ns);
		assert_true(spans->holes[i].to.ns <= spans->done.ns);
		if (i)
			assert_true(spans->holes[i - 1].to.ns <= spans->holes[i].from.ns);
	}
}

static void spans_leave_a_hole_when_live_jumps(void **state)
{
	struct spans spans = {0};

	(void)state;
	assert_true(spans_answer(&spans, at(0), at(100)));
	assert_int_equal(spans.done.ns, 100);
	assert_true(spans_skip(&spans, at(500)));
	assert_int_equal(spans.done.ns, 500);
	assert_int_equal(spans.n_holes, 1);
	/* Still falling behind: the same hole grows. */
	assert_true(spans_skip(&spans, at(600)));
	assert_int_equal(spans.n_holes, 1);
	assert_int_equal(spans.holes[0].to.ns, 600);
	assert_true(spans_answer(&spans, at(600), at(700)));
	assert_true(spans_skip(&spans, at(800)));
	assert_int_equal(spans.n_holes, 2);
	/* The holes are filled. */
	assert_true(spans_answer(&spans, at(100), at(300)));
	assert_int_equal(spans.holes[0].from.ns, 300);
	assert_true(spans_answer(&spans, at(300), at(600)));
	assert_true(spans_answer(&spans, at(700), at(800)));
	assert_int_equal(spans.n_holes, 0);
	assert_int_equal(spans.done.ns, 800);
	check_form(&spans);
}

static void spans_refuse_what_they_cannot_remember(void **state)
{
	struct spans spans = {0}, before;

	(void)state;
	for (int64_t i = 0; i < SPAN_HOLES; i++) {
		assert_true(spans_answer(&spans, at(100 * i), at(100 * i + 50)));
		assert_true(spans_skip(&spans, at(100 * i + 100)));
	}
	assert_int_equal(spans.n_holes, SPAN_HOLES);
	assert_true(spans_answer(&spans, spans.done, at(2000)));
	before = spans;
	assert_false(spans_skip(&spans, at(3000)));
	assert_false(spans_answer(&spans, at(60), at(70)));
	assert_memory_equal(&spans, &before, sizeof(spans));
	assert_true(spans_answer(&spans, at(50), at(60)));
	assert_true(spans_answer(&spans, at(60), at(100)));
	assert_true(spans_skip(&spans, at(3000)));
}

static void spans_restored_with_a_hole_beyond_the_cursor_lose_nothing(void **state)
{
	struct spans spans = {.done = {100}};

	(void)state;
	/* The holes were written, the cursor was not: the power failed between the two. */
	spans_restore(&spans, at(40), at(500));
	assert_int_equal(spans.n_holes, 1);
	for (int64_t ns = 40; ns < 600; ns++)
		assert_true(is_open(&spans, ns));
	assert_false(is_open(&spans, 39));
	check_form(&spans);
}

static void spans_keep_a_dark_hole_apart_while_there_is_room(void **state)
{
	struct spans spans = {.done = {100}};

	(void)state;
	spans_restore(&spans, at(0), at(100));
	spans.holes[0].dark = at(3);
	assert_true(spans_skip(&spans, at(200)));
	assert_int_equal(spans.n_holes, 2);
	assert_int_equal(spans.holes[0].dark.ns, 3);
	assert_int_equal(spans.holes[1].dark.ns, 0);
	assert_true(spans_skip(&spans, at(300)));
	assert_int_equal(spans.n_holes, 2);
	check_form(&spans);
}

enum { LENGTH = 400 };

static void spans_agree_with_a_bit_per_instant(void **state)
{
	struct draw random = {11};

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct spans spans = {0};
		bool open[LENGTH];

		memset(open, true, sizeof(open));
		for (int step = 0; step < 60; step++) {
			int64_t from = draw_between(&random, 0, LENGTH - 1);
			int64_t to = draw_between(&random, from, LENGTH - 1);

			if (draw_below(&random, 3) == 0) {
				spans_skip(&spans, at(from));
			} else {
				if (from > spans.done.ns)
					from = spans.done.ns;
				if (spans_answer(&spans, at(from), at(to)))
					for (int64_t i = from; i < to; i++)
						open[i] = false;
			}
			check_form(&spans);
			for (int64_t i = 0; i < LENGTH; i++)
				assert_int_equal(is_open(&spans, i), open[i]);
		}
	}
}

static void spans_restored_in_any_order_never_lose_an_open_instant(void **state)
{
	struct draw random = {12};

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct spans spans = {.done = {draw_between(&random, 0, LENGTH)}};
		bool open[LENGTH] = {0};

		for (int step = 0; step < 30; step++) {
			int64_t from = draw_between(&random, 0, LENGTH - 1);
			int64_t to = draw_between(&random, 0, LENGTH - 1);

			spans_restore(&spans, at(from), at(to));
			for (int64_t i = from; i < to; i++)
				open[i] = true;
			check_form(&spans);
		}
		for (int64_t i = 0; i < LENGTH; i++)
			if (open[i] || i >= spans.done.ns)
				assert_true(is_open(&spans, i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_leave_a_hole_when_live_jumps),
		cmocka_unit_test(spans_refuse_what_they_cannot_remember),
		cmocka_unit_test(spans_restored_with_a_hole_beyond_the_cursor_lose_nothing),
		cmocka_unit_test(spans_keep_a_dark_hole_apart_while_there_is_room),
		cmocka_unit_test(spans_agree_with_a_bit_per_instant),
		cmocka_unit_test(spans_restored_in_any_order_never_lose_an_open_instant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
