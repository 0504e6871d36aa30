/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* A board that prints its own millis(): rows get the time it was, not the time they came. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/lines_board.h"

enum { PERIOD_MS = 10 };

static struct {
	const char *format; /* of a line: counter, value */
	int64_t zero_ns;    /* board time of its power-on */
	double skew_ppm;
	int64_t step_us; /* that it counts in */
	uint64_t start;  /* counter at power-on */
	uint64_t random;
} printer;

static uint32_t chance(void)
{
	printer.random = printer.random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(printer.random >> 33);
}

/* Of its rows; behind it is the stream of its clock, while that counts. */
static enum stamp_source stamps_now(void)
{
	return rig_device(&board)->streams[0].stamps;
}

static void power_on(const char *format)
{
	printer.format = format;
	printer.zero_ns = board.clock.frozen_ns;
	printer.skew_ppm = 0;
	printer.step_us = 1000;
	printer.start = 12345;
	printer.random = 7;
}

/* A row is made now and comes 0.2 to 2.2 ms later; its value is the true instant in microseconds. */
static void print_row(unsigned extra_ms)
{
	char line[80];

	board.clock.frozen_ns +=
		chance() % 1000 * NS_PER_US; /* a sketch's loop takes as it takes */

	double us = (double)(board.clock.frozen_ns - printer.zero_ns) / 1000 *
		(1 + printer.skew_ppm * 1e-6);
	uint64_t count = printer.start + (uint64_t)us / (uint64_t)printer.step_us;
	int64_t made_ns = board.clock.frozen_ns;
	int n = snprintf(line, sizeof(line), printer.format, (unsigned)(uint32_t)count,
		(double)made_ns / 1000);

	board.clock.frozen_ns += (200 + chance() % 2000 + 1000 * extra_ms) * NS_PER_US;
	rig_feed(&board, line, (size_t)n);
	board.clock.frozen_ns = made_ns + 3 * NS_PER_MS + extra_ms * NS_PER_MS;
	rig_pass_ms(&board, PERIOD_MS - 3 + (chance() % 3));
}

static void print_rows(unsigned n)
{
	while (n-- > 0)
		print_row(0);
}

/* The largest difference of a stamp from the truth among rows from `first` on, in us. */
static double worst_us(size_t first, unsigned column, bool *ret_has_ticks)
{
	double most = 0;

	rig_pass_ms(&board, 200);
	*ret_has_ticks = true;
	for (size_t i = first; i < board.n_rows; i++) {
		if (board.rows[i].n != 2)
			continue; /* a pair of the clock */
		*ret_has_ticks &= board.rows[i].has_tick;
		most = fmax(most,
			fabs((double)board.rows[i].stamp_ns / 1000 - board.rows[i].values[column]));
	}
	return most;
}

static void assert_stamped_by_its_clock(double within_us)
{
	bool has_ticks;
	size_t before;

	print_rows(500);
	rig_pass_ms(&board, 200);
	assert_int_equal(stamps_now(), STAMP_DEVICE);
	before = board.n_rows;
	print_rows(500);
	assert_true(worst_us(before, 1, &has_ticks) <= within_us);
	assert_true(has_ticks);
	assert_int_equal(rig_health(&board).bad_frames, 0);
}

static void millis_under_any_of_its_names_stamp_the_rows(void **unused)
{
	static const char *const formats[] = {"millis:%u x:%.1f\n", "time_ms:%u,x:%.1f\n",
		"t (ms)=%u x=%.1f\n", "{\"ms\":%u,\"x\":%.1f}\n"};

	(void)unused;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		rig_unplug(&board);
		rig_plug(&board);
		board.n_rows = 0;
		power_on(formats[i]);
		printer.skew_ppm = 150;
		assert_stamped_by_its_clock(
			1000); /* half a millisecond of counting, and the path */
		assert_true(rig_health(&board).uncertainty_ns >= 500 * NS_PER_US);
	}
}

static void micros_that_wrap_are_one_clock(void **unused)
{
	(void)unused;
	power_on("micros:%u x:%.1f\n");
	printer.step_us = 1;
	printer.start = 4294967296 - 7000000;
	assert_stamped_by_its_clock(400); /* raw arrival is up to 2.2 ms late */
	/* What lies between its clock and its first byte nobody sees, and the stamps say so. */
	assert_in_range(rig_health(&board).uncertainty_ns, 400 * NS_PER_US, 1600 * NS_PER_US);
	assert_int_equal(rig_health(&board).lost_rows, 0);
}

static void a_number_of_that_name_that_is_no_clock_is_a_channel(void **unused)
{
	(void)unused;
	power_on("echo:1 time_us:%u x:%.1f\n");
	printer.step_us = 1000; /* counts milliseconds under the name of microseconds */
	print_rows(600);
	assert_int_equal(stamps_now(), STAMP_ARRIVAL);
	power_on("t (ms)=%u x=%.1f\n");
	printer.skew_ppm = 30000; /* 3 % out */
	print_rows(1500);
	assert_int_equal(stamps_now(), STAMP_ARRIVAL);
	rig_pass_ms(&board, 200);
	assert_true(board.n_rows > 2000);
	for (size_t i = 0; i < board.n_rows; i++)
		assert_false(board.rows[i].has_tick);
}

/* No row is lost by it, and when its clock is proven anew it counts again. */
static void a_restart_of_the_board_is_stamped_by_arrival_until_proven(void **unused)
{
	uint64_t rows;

	(void)unused;
	power_on("millis:%u x:%.1f\n");
	assert_stamped_by_its_clock(1000);
	rows = rig_health(&board).rows;
	power_on("millis:%u x:%.1f\n");
	print_row(0);
	assert_int_equal(stamps_now(), STAMP_ARRIVAL);
	assert_stamped_by_its_clock(1000);
	assert_in_range(rig_health(&board).rows - rows, 998, 1001);
}

static void a_machine_that_is_busy_for_seconds_loses_nothing_of_the_clock(void **unused)
{
	bool has_ticks;
	size_t before;

	(void)unused;
	power_on("millis:%u x:%.1f\n");
	assert_stamped_by_its_clock(1000);
	before = board.n_rows;
	print_row(3000); /* came three seconds late */
	print_rows(300);
	assert_int_equal(stamps_now(), STAMP_DEVICE);
	assert_true(worst_us(before, 1, &has_ticks) <= 1000);
	assert_true(has_ticks);
}

static void the_clock_stream_has_four_pairs_a_second(void **unused)
{
	size_t pairs = 0;

	(void)unused;
	power_on("millis:%u x:%.1f\n");
	assert_stamped_by_its_clock(1000);
	board.n_rows = 0;
	print_rows(1000);
	rig_pass_ms(&board, 200);
	for (size_t i = 0; i < board.n_rows; i++)
		pairs += board.rows[i].n == 3;
	assert_in_range(pairs, 35, 45);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(millis_under_any_of_its_names_stamp_the_rows),
		BOARD_TEST(micros_that_wrap_are_one_clock),
		BOARD_TEST(a_number_of_that_name_that_is_no_clock_is_a_channel),
		BOARD_TEST(a_restart_of_the_board_is_stamped_by_arrival_until_proven),
		BOARD_TEST(a_machine_that_is_busy_for_seconds_loses_nothing_of_the_clock),
		BOARD_TEST(the_clock_stream_has_four_pairs_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
