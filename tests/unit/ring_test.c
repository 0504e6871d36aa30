/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring as one thread sees it; two threads are in tests/flow/ring_threads_test.c. */
#include <errno.h>
#include <string.h>

#include "base/ring.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

enum { SIZE = 4096, LARGEST = SIZE / 2 - 8 };

static struct ring *ring;

static int open_ring(void **state)
{
	(void)state;
	return ring_new(SIZE, &ring);
}

static int close_ring(void **state)
{
	(void)state;
	ring_free(ring);
	ring = NULL;
	return 0;
}

static void assert_next(const void *bytes, size_t n)
{
	size_t got = 99;
	const void *at = ring_peek(ring, &got);

	assert_non_null(at);
	assert_int_equal((uintptr_t)at % 8, 0);
	assert_int_equal(got, n);
	assert_memory_equal(at, bytes, n);
	ring_drop(ring);
}

static void assert_empty(void)
{
	size_t n;

	assert_null(ring_peek(ring, &n));
	assert_int_equal(ring_used(ring), 0);
}

static void only_powers_of_two_from_4096_are_sizes(void **state)
{
	struct ring *none = NULL;

	(void)state;
	assert_int_equal(ring_new(0, &none), -EINVAL);
	assert_int_equal(ring_new(2048, &none), -EINVAL);
	assert_int_equal(ring_new(4097, &none), -EINVAL);
	assert_int_equal(ring_new(12288, &none), -EINVAL);
	assert_null(none);
	ring_free(NULL);
	assert_int_equal(ring_size(ring), SIZE);
}

static void records_come_out_as_they_went_in_and_in_order(void **state)
{
	(void)state;
	assert_empty();
	assert_int_equal(ring_put(ring, "one", 3), 0);
	assert_int_equal(ring_put(ring, "", 0), 0);
	assert_int_equal(ring_put(ring, "three three", 11), 0);
	assert_true(ring_used(ring) >= 3 + 11);
	assert_next("one", 3);
	assert_next("", 0);
	assert_next("three three", 11);
	assert_empty();
}

static void peeking_lends_the_same_record_until_it_is_dropped(void **state)
{
	size_t n;

	(void)state;
	ring_put(ring, "a", 1);
	ring_put(ring, "b", 1);
	const void *first = ring_peek(ring, &n);
	assert_ptr_equal(ring_peek(ring, &n), first);
	assert_next("a", 1);
	assert_next("b", 1);
}

static void a_reservation_is_unseen_until_committed_and_may_shrink(void **state)
{
	(void)state;
	char *at = ring_reserve(ring, 1000);

	assert_non_null(at);
	assert_int_equal((uintptr_t)at % 8, 0);
	memset(at, 'x', 1000);
	assert_empty();
	ring_commit(ring, 5);
	assert_true(ring_used(ring) < 100);
	assert_next("xxxxx", 5);
	assert_empty();
}

static void a_full_ring_says_so_and_keeps_what_it_has(void **state)
{
	char record[100];
	unsigned n = 0;

	(void)state;
	memset(record, 'r', sizeof record);
	while (ring_put(ring, record, sizeof record) == 0)
		n++;
	assert_int_equal(n, SIZE / (8 + 104)); /* length and padding */
	assert_int_equal(ring_put(ring, record, sizeof record), -ENOSPC);
	assert_null(ring_reserve(ring, sizeof record));
	assert_next(record, sizeof record);
	assert_int_equal(ring_put(ring, record, sizeof record), 0); /* room again */
	for (; n > 0; n--)
		assert_next(record, sizeof record);
	assert_empty();
}

static void what_can_never_fit_is_too_long(void **state)
{
	static char record[SIZE];

	(void)state;
	assert_int_equal(ring_put(ring, record, LARGEST + 1), -EMSGSIZE);
	assert_null(ring_reserve(ring, LARGEST + 1));
	assert_null(ring_reserve(ring, SIZE_MAX));
	assert_int_equal(ring_put(ring, record, SIZE_MAX - 4), -EMSGSIZE);
	assert_empty();
}

static void the_largest_record_fits_an_empty_ring_at_any_place(void **state)
{
	static char record[LARGEST];

	(void)state;
	memset(record, 'L', sizeof record);
	for (int place = 0; place < SIZE; place += 8) {
		assert_int_equal(ring_put(ring, record, sizeof record), 0);
		assert_next(record, sizeof record);
		assert_int_equal(ring_put(ring, "", 0), 0); /* one step on */
		assert_next("", 0);
	}
}

/* A plain model beside it: a queue of sizes. A record's bytes tell its number. */
static void any_sequence_of_puts_and_drops_behaves_like_a_queue(void **state)
{
	enum { STEPS = 300000 };
	static size_t sizes[STEPS];
	static unsigned char record[LARGEST];
	struct draw random = {5};
	size_t in = 0, out = 0, refused = 0;

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		size_t n = (size_t)draw_below(
			&random, draw_below(&random, 50) == 0 ? LARGEST + 1 : 300);

		if (draw_below(&random, 100) < (i / 1000 % 2 ? 45u : 55u)) { /* fills, empties */
			memset(record, (int)in, n);
			int r = ring_put(ring, record, n);

			if (r == 0)
				sizes[in++] = n;
			else
				refused++;
			assert_true(r == 0 || r == -ENOSPC);
			/* Refused only when the record, its length, padding and what a wrap may
			 * waste are more than what is free. */
			if (r < 0)
				assert_true(ring_used(ring) + 2 * (n + 16) > SIZE);
		} else if (out < in) {
			memset(record, (int)out, sizes[out]);
			assert_next(record, sizes[out]);
			out++;
		} else {
			assert_empty();
		}
		assert_true(ring_used(ring) <= SIZE);
	}
	assert_true(refused > 100 && in > 10000); /* it did get full, and it did work */
}

#define OPENED(test) cmocka_unit_test_setup_teardown(test, open_ring, close_ring)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OPENED(only_powers_of_two_from_4096_are_sizes),
		OPENED(records_come_out_as_they_went_in_and_in_order),
		OPENED(peeking_lends_the_same_record_until_it_is_dropped),
		OPENED(a_reservation_is_unseen_until_committed_and_may_shrink),
		OPENED(a_full_ring_says_so_and_keeps_what_it_has),
		OPENED(what_can_never_fit_is_too_long),
		OPENED(the_largest_record_fits_an_empty_ring_at_any_place),
		OPENED(any_sequence_of_puts_and_drops_behaves_like_a_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
