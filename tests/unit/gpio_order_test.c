/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edges of several lines come out in the order of their stamps, none twice, none missing. */
#include "sense/gpio_order.h"

#include <string.h>

#include "support/cmocka_all.h"

static struct gpio_edge edge(unsigned line, int64_t ns)
{
	return (struct gpio_edge){.line = line, .monotonic_ns = ns};
}

static void put(struct gpio_order *order, unsigned line, int64_t ns)
{
	struct gpio_edge at = edge(line, ns);

	assert_true(gpio_order_put(order, &at));
}

static void order_gives_the_oldest_first(void **state)
{
	static const int64_t stamps[] = {30, 10, 20, 50, 40};
	struct gpio_order order = {0};
	struct gpio_edge got;

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		put(&order, i, stamps[i]);
	for (int64_t ns = 10; ns <= 50; ns += 10) {
		assert_true(gpio_order_take(&order, INT64_MAX, &got));
		assert_int_equal(got.monotonic_ns, ns);
	}
	assert_false(gpio_order_take(&order, INT64_MAX, &got));
}

static void order_holds_what_is_too_young(void **state)
{
	struct gpio_order order = {0};
	struct gpio_edge got;

	(void)state;
	put(&order, 0, 100);
	put(&order, 1, 90);
	assert_false(gpio_order_take(&order, 89, &got));
	assert_true(gpio_order_take(&order, 90, &got));
	assert_int_equal(got.line, 1);
	assert_false(gpio_order_take(&order, 99, &got));
	assert_true(gpio_order_take(&order, 100, &got));
}

static void order_keeps_equal_stamps_as_they_came(void **state)
{
	struct gpio_order order = {0};
	struct gpio_edge got;

	(void)state;
	for (unsigned line = 0; line < 4; line++)
		put(&order, line, 7);
	for (unsigned line = 0; line < 4; line++) {
		assert_true(gpio_order_take(&order, 7, &got));
		assert_int_equal(got.line, line);
	}
}

static void order_says_when_it_is_full(void **state)
{
	struct gpio_order order = {0};
	struct gpio_edge got, more = edge(1, -1);

	(void)state;
	for (int i = 0; i < GPIO_ORDER_EDGES; i++)
		put(&order, 0, i);
	assert_false(gpio_order_put(&order, &more));
	assert_true(gpio_order_take(&order, INT64_MAX, &got));
	assert_int_equal(got.monotonic_ns, 0);
	assert_true(gpio_order_put(&order, &more));
	assert_true(gpio_order_take(&order, INT64_MAX, &got));
	assert_int_equal(got.line, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_gives_the_oldest_first),
		cmocka_unit_test(order_holds_what_is_too_young),
		cmocka_unit_test(order_keeps_equal_stamps_as_they_came),
		cmocka_unit_test(order_says_when_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
