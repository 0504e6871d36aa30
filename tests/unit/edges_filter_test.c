/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line without its chatter: the first edge is kept with its own instant, what lasts is never lost,
 * and what is missing is known. */
#include "kits/protocols/edges_filter.h"

#include <string.h>

#include "support/cmocka_all.h"

enum { IGNORE_US = 300 };

struct feed {
	struct edges_line line;
	struct edges_change changes[16];
	unsigned n;
	uint32_t n_lost;
};

static struct instant at_us(int64_t us)
{
	return (struct instant){us * NS_PER_US};
}

static void lose(struct feed *feed, bool is_active, int64_t us, uint32_t n_lost)
{
	uint32_t lost;

	feed->n += edges_filter(&feed->line, IGNORE_US * NS_PER_US, is_active, n_lost, at_us(us),
		&feed->changes[feed->n], &lost);
	feed->n_lost += lost;
}

static void move(struct feed *feed, bool is_active, int64_t us)
{
	lose(feed, is_active, us, 0);
}

static void settle(struct feed *feed, int64_t us)
{
	feed->n += edges_filter_settle(
		&feed->line, IGNORE_US * NS_PER_US, at_us(us), &feed->changes[feed->n]);
}

static void assert_change(const struct feed *feed, unsigned i, bool is_active, int64_t us)
{
	assert_true(i < feed->n);
	assert_int_equal(feed->changes[i].is_active, is_active);
	assert_int_equal(feed->changes[i].at.ns, us * NS_PER_US);
}

static void filter_keeps_the_first_edge_of_a_chatter(void **state)
{
	struct feed feed = {0};

	(void)state;
	move(&feed, true, 0);
	move(&feed, false, 41);
	move(&feed, true, 80);
	move(&feed, false, 12500);
	move(&feed, true, 12520);
	move(&feed, false, 12540);
	assert_int_equal(feed.n, 2);
	assert_change(&feed, 0, true, 0);
	assert_change(&feed, 1, false, 12500);
	assert_int_equal(feed.line.n_chatter, 4);
	assert_int_equal(feed.n_lost, 0);
}

static void filter_tells_a_change_that_lasted_with_its_own_instant(void **state)
{
	struct feed feed = {0};

	(void)state;
	move(&feed, true, 0);
	move(&feed, false, 100); /* within the dead time, but nothing follows */
	settle(&feed, 399);
	assert_int_equal(feed.n, 1);
	settle(&feed, 400);
	assert_int_equal(feed.n, 2);
	assert_change(&feed, 1, false, 100);
	settle(&feed, 100000);
	assert_int_equal(feed.n, 2);
}

static void filter_tells_it_at_the_next_edge_too(void **state)
{
	struct feed feed = {0};

	(void)state;
	move(&feed, true, 0);
	move(&feed, false, 100);
	move(&feed, true, 5000);
	assert_int_equal(feed.n, 3);
	assert_change(&feed, 1, false, 100);
	assert_change(&feed, 2, true, 5000);
	assert_int_equal(feed.n_lost, 0);
}

static void filter_takes_chatter_that_goes_on_for_chatter(void **state)
{
	struct feed feed = {0};

	(void)state;
	move(&feed, true, 0);
	move(&feed, false, 280);
	move(&feed, true, 350);
	move(&feed, false, 20000);
	assert_int_equal(feed.n, 2);
	assert_change(&feed, 1, false, 20000);
}

static void filter_takes_two_equal_edges_for_a_loss(void **state)
{
	struct feed feed = {0};

	(void)state;
	move(&feed, true, 0);
	move(&feed, true, 10000);
	assert_int_equal(feed.n_lost, 1);
	assert_int_equal(feed.n, 2);
	assert_change(&feed, 1, true, 10000);
}

static void filter_passes_on_what_the_kernel_counts(void **state)
{
	struct feed feed = {0};

	(void)state;
	move(&feed, true, 0);
	lose(&feed, false, 10000, 4);
	assert_int_equal(feed.n_lost, 4);
	assert_change(&feed, 1, false, 10000);
}

static void filter_misses_nothing_when_chatter_is_lost(void **state)
{
	struct feed feed = {0};

	(void)state;
	move(&feed, true, 0);
	lose(&feed, true, 200, 7); /* equal besides */
	move(&feed, false, 12500);
	assert_int_equal(feed.n_lost, 0);
	assert_int_equal(feed.n, 2);
	assert_change(&feed, 1, false, 12500);
}

static void filter_begins_with_whatever_comes_first(void **state)
{
	struct feed feed = {0};

	(void)state;
	move(&feed, false, 50);
	assert_int_equal(feed.n, 1);
	assert_change(&feed, 0, false, 50);
	assert_int_equal(feed.n_lost, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filter_keeps_the_first_edge_of_a_chatter),
		cmocka_unit_test(filter_tells_a_change_that_lasted_with_its_own_instant),
		cmocka_unit_test(filter_tells_it_at_the_next_edge_too),
		cmocka_unit_test(filter_takes_chatter_that_goes_on_for_chatter),
		cmocka_unit_test(filter_takes_two_equal_edges_for_a_loss),
		cmocka_unit_test(filter_passes_on_what_the_kernel_counts),
		cmocka_unit_test(filter_misses_nothing_when_chatter_is_lost),
		cmocka_unit_test(filter_begins_with_whatever_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
