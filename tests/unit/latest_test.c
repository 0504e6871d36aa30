/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader gets whole values, the newest ones, in order, however the threads meet. */
#include <pthread.h>

#include "ship/latest.h"
#include "support/cmocka_all.h"

enum { VALUES = 200000, WORDS = 64 };

static void publish(struct latest *latest, unsigned value)
{
	unsigned *slot = latest_slot(latest);

	for (int i = 0; i < WORDS; i++)
		slot[i] = value;
	latest_publish(latest);
}

static void latest_gives_the_newest_and_keeps_it(void **state)
{
	struct latest *latest;
	const unsigned *value;

	(void)state;
	assert_int_equal(latest_new(WORDS * sizeof(unsigned), &latest), 0);
	assert_null(latest_read(latest));
	for (unsigned i = 1; i < 100; i++)
		publish(latest, i);
	value = latest_read(latest);
	assert_int_equal(value[0], 99);
	assert_ptr_equal(latest_read(latest), value);
	publish(latest, 100);
	publish(latest, 101);
	assert_int_equal(value[WORDS - 1], 99); /* what is lent does not change */
	value = latest_read(latest);
	assert_int_equal(value[WORDS - 1], 101);
	latest_free(latest);
}

static void *write_all(void *self)
{
	for (unsigned i = 1; i <= VALUES; i++)
		publish(self, i);
	return NULL;
}

static void latest_is_whole_and_in_order_across_threads(void **state)
{
	struct latest *latest;
	pthread_t writer;
	unsigned last = 0;

	(void)state;
	assert_int_equal(latest_new(WORDS * sizeof(unsigned), &latest), 0);
	assert_int_equal(pthread_create(&writer, NULL, write_all, latest), 0);
	while (last < VALUES) {
		const unsigned *value = latest_read(latest);

		if (!value)
			continue;
		for (int i = 1; i < WORDS; i++)
			assert_int_equal(value[i], value[0]);
		assert_true(value[0] >= last);
		last = value[0];
	}
	pthread_join(writer, NULL);
	latest_free(latest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latest_gives_the_newest_and_keeps_it),
		cmocka_unit_test(latest_is_whole_and_in_order_across_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
