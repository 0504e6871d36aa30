/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A classroom of boards must not come back in lockstep, and none may give up. */
#include "base/clock.h"
#include "ship/backoff.h"
#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)

static struct backoff usual(uint64_t seed)
{
	struct backoff backoff;

	backoff_init(&backoff, S, 60 * S, seed);
	return backoff;
}

static void backoff_window_doubles_from_1_s_to_60_s(void **state)
{
	static const int64_t windows[] = {1, 2, 4, 8, 16, 32, 60, 60, 60, 60};

	(void)state;
	for (size_t attempt = 0; attempt < 10; attempt++) {
		int64_t longest = 0, shortest = INT64_MAX;

		for (uint64_t seed = 0; seed < 400; seed++) {
			struct backoff backoff = usual(seed * 7919);
			int64_t delay = 0;

			for (size_t i = 0; i <= attempt; i++)
				delay = backoff_next(&backoff, 0);
			assert_in_range(delay, 1, windows[attempt] * S);
			longest = delay > longest ? delay : longest;
			shortest = delay < shortest ? delay : shortest;
		}
		/* The whole window is used. */
		assert_true(longest > windows[attempt] * S * 9 / 10);
		assert_true(shortest < windows[attempt] * S / 10);
	}
}

static void thirty_boards_come_back_spread_over_30_s(void **state)
{
	int64_t first = INT64_MAX, last = 0;

	(void)state;
	for (uint64_t board = 0; board < 30; board++) {
		struct backoff backoff = usual(board + 1);
		int64_t delay = 0;

		for (int i = 0; i < 8; i++)
			delay = backoff_next(&backoff, 0);
		first = delay < first ? delay : first;
		last = delay > last ? delay : last;
	}
	assert_true(last - first >= 30 * S);
}

static void backoff_keeps_to_retry_after_but_for_ten_minutes(void **state)
{
	struct backoff backoff = usual(5);

	(void)state;
	assert_in_range(backoff_next(&backoff, 7 * S), 7 * S, 8 * S);
	backoff_reset(&backoff);
	assert_in_range(backoff_next(&backoff, 100000 * S), 600 * S, 601 * S);
	backoff_reset(&backoff);
	assert_in_range(backoff_next(&backoff, -3), 1, S);
}

static void backoff_never_gives_up_and_starts_again_after_success(void **state)
{
	struct backoff backoff = usual(5);

	(void)state;
	for (int i = 0; i < 100000; i++)
		assert_in_range(backoff_next(&backoff, 0), 1, 60 * S);
	backoff_reset(&backoff);
	assert_in_range(backoff_next(&backoff, 0), 1, S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backoff_window_doubles_from_1_s_to_60_s),
		cmocka_unit_test(thirty_boards_come_back_spread_over_30_s),
		cmocka_unit_test(backoff_keeps_to_retry_after_but_for_ten_minutes),
		cmocka_unit_test(backoff_never_gives_up_and_starts_again_after_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
