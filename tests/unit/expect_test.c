/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came out of a conversation, written down: its flags. (Whole conversations are replay_test's.) */
#include "sense/expect.h"

#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)

static struct ring *ring;
static struct expect *expect;
static char *text;

static int set_up(void **unused)
{
	struct device device = {.id = 1, .kit = "probe", .n_streams = 1};

	(void)unused;
	device.streams[0] = (struct stream){.id = 10, .name = "main", .n_channels = 1};
	device.streams[0].channels[0] =
		(struct channel){.id = "rh", .unit = "%", .low = 0, .high = 100, .resolution = 1};
	assert_int_equal(ring_new(1 << 16, &ring), 0);
	assert_int_equal(expect_new(ring, (struct instant){0}, 30 * S, &expect), 0);
	assert_int_equal(feed_put_device(ring, (struct instant){0}, &device), 0);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	expect_free(expect);
	ring_free(ring);
	free(text);
	text = NULL;
	return 0;
}

static void say(int64_t seconds, double value)
{
	static struct batch batch;

	batch = (struct batch){.stream = 10, .n_channels = 1, .n_rows = 1};
	batch.stamps_ns[0] = seconds * S;
	batch.values[0] = value;
	assert_int_equal(feed_put_batch(ring, (struct instant){seconds * S}, &batch), 0);
}

static void read_as(const char *wanted)
{
	size_t n;

	expect_collect(expect);
	text = expect_text(expect, &n);
	assert_non_null(text);
	assert_string_equal(text, wanted);
}

static void values_are_flagged_beyond_the_edge_and_while_it_warms_up(void **unused)
{
	(void)unused;
	say(1, 101);
	say(29, 100.5);
	say(30, 100.5);
	say(31, 101);
	say(32, -1);
	read_as("0.000000000 device probe rh=%\n"
		"1.000000000 rh 101 warm-up,out-of-range\n"
		"29.000000000 rh 100.5 warm-up\n"
		"30.000000000 rh 100.5\n"
		"31.000000000 rh 101 out-of-range\n"
		"32.000000000 rh -1 out-of-range\n");
	assert_int_equal(expect_values(expect), 5);
	assert_int_equal(expect_flagged(expect), 3);
}

static void what_restarts_warms_up_again(void **unused)
{
	const struct gap wire = {10, GAP_WIRE, {40 * S}, {50 * S}, 0};
	const struct gap reset = {10, GAP_RESET, {60 * S}, {70 * S}, 0};

	(void)unused;
	say(40, 1);
	assert_int_equal(feed_put_gap(ring, (struct instant){50 * S}, &wire), 0);
	say(50, 2);
	assert_int_equal(feed_put_gap(ring, (struct instant){70 * S}, &reset), 0);
	say(70, 3);
	say(100, 4);
	read_as("0.000000000 device probe rh=%\n"
		"40.000000000 rh 1\n"
		"50.000000000 gap wire\n"
		"50.000000000 rh 2\n"
		"70.000000000 gap reset\n"
		"70.000000000 rh 3 warm-up\n"
		"100.000000000 rh 4\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			values_are_flagged_beyond_the_edge_and_while_it_warms_up, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(what_restarts_warms_up_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
