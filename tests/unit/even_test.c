/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Even stamps by index, where the truth is known: a board at 10 Hz over a UART and over USB, with rows
 * lost and late. The constant part of the path stays in (no one-way method can see it) and is taken
 * off here. Run with KITLOG_REFINE_PRINT=1 to see the figures. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "keep/even.h"
#include "base/clock.h"
#include "support/cmocka_all.h"

enum { ROWS_MOST = 40000 };

static uint64_t random_state;
static int64_t stored[ROWS_MOST], truth[ROWS_MOST], even[ROWS_MOST];

static double uniform(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double tail(double mean)
{
	return -mean * log(1 - uniform());
}

/* All steps of it. */
static int even_stamps(const int64_t *stored_ns, size_t n, int64_t *ret_even_ns)
{
	struct even *evening;
	int result = even_new(stored_ns, n, ret_even_ns, &evening);

	if (result < 0)
		return result;
	while ((result = even_step(evening)) == 1)
		;
	even_free(evening);
	return result;
}

struct board {
	const char *name;
	double rate_hz, rate_ppm, floor_s;
	bool is_usb;
	double lost, late;          /* shares of the rows */
	double hole_at_s, hole_s;   /* unplugged: and then it begins at another phase */
	double stall_at_s, stall_s; /* the daemon was stopped: what waited comes at once */
};

static double delay(const struct board *board, double t)
{
	double d = board->floor_s;

	if (board->is_usb)
		d += ceil(t * 1e3) * 1e-3 - t + tail(40e-6);
	else
		d += uniform() * 350e-6 + tail(30e-6);
	return d + (uniform() < board->late ? tail(20e-3) : 0);
}

/* Returns how many rows there are. */
static size_t record(const struct board *board, double seconds)
{
	double period = (1 + board->rate_ppm * 1e-6) / board->rate_hz, phase = uniform(), last = 0;
	size_t n = 0;

	for (unsigned k = 0; k * period < seconds; k++) {
		double t = 10 + phase + k * period + 20e-6 * sin(2 * M_PI * k * period / 600);
		bool is_hole = board->hole_s > 0 && t > board->hole_at_s &&
			t < board->hole_at_s + board->hole_s;

		if (board->hole_s > 0 && t >= board->hole_at_s + board->hole_s)
			t += 0.37 * period;
		double at = t + delay(board, t);

		if (is_hole || uniform() < board->lost)
			continue;
		if (board->stall_s > 0 && at > board->stall_at_s &&
			at < board->stall_at_s + board->stall_s)
			at = board->stall_at_s + board->stall_s;
		at = at > last + 1e-6 ? at : last + 1e-6; /* as sense does */
		last = at;
		assert_in_range(n, 0, ROWS_MOST - 1);
		truth[n] = llround((t + board->floor_s) * 1e9);
		stored[n++] = llround(at * 1e6) * 1000;
	}
	return n;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double share_us(const int64_t *stamps, size_t n, double share)
{
	static double off[ROWS_MOST];

	for (size_t i = 0; i < n; i++)
		off[i] = fabs((double)(stamps[i] - truth[i])) * 1e-3;
	qsort(off, n, sizeof *off, by_size);
	return off[(size_t)((double)n * share)];
}

/* A row that is late by most of a period, before one that is lost, may take that one's place: nobody
 * can tell. Hence not all rows are asked. */
static void assert_evens(
	const struct board *board, double seconds, double p95_most_us, double p999_most_us)
{
	double before = 0, after = 0, nearly_all = 0;

	for (uint64_t seed = 1; seed <= 10; seed++) {
		random_state = seed * 7919;
		size_t n = record(board, seconds);

		assert_int_equal(even_stamps(stored, n, even), 0);
		for (size_t i = 1; i < n; i++)
			assert_true(even[i] > even[i - 1]);
		before = fmax(before, share_us(stored, n, 0.95));
		after = fmax(after, share_us(even, n, 0.95));
		nearly_all = fmax(nearly_all, share_us(even, n, 0.999));
	}
	if (getenv("KITLOG_REFINE_PRINT"))
		print_message("%-34s arrival p95 %8.1f us | even p95 %6.1f us p99.9 %6.1f us\n",
			board->name, before, after, nearly_all);
	assert_true(after <= p95_most_us);
	assert_true(nearly_all <= p999_most_us);
	assert_true(after < before);
}

static void ten_hertz_over_a_uart_are_even_within_30_us(void **state)
{
	(void)state;
	assert_evens(&(struct board){.name = "10 Hz, UART",
			     .rate_hz = 10,
			     .rate_ppm = 4000,
			     .floor_s = 200e-6,
			     .lost = 0.02,
			     .late = 0.01},
		900, 30, 100);
}

static void ten_hertz_over_usb_are_even_within_100_us(void **state)
{
	(void)state;
	assert_evens(&(struct board){.name = "10 Hz, USB",
			     .rate_hz = 10,
			     .rate_ppm = -80,
			     .floor_s = 150e-6,
			     .is_usb = true,
			     .lost = 0.02,
			     .late = 0.01},
		900, 100, 400);
}

static void a_hole_and_another_phase_begin_a_new_stretch(void **state)
{
	(void)state;
	assert_evens(&(struct board){.name = "10 Hz, unplugged for 7 s",
			     .rate_hz = 10,
			     .rate_ppm = 30,
			     .floor_s = 200e-6,
			     .lost = 0.02,
			     .late = 0.01,
			     .hole_at_s = 100,
			     .hole_s = 7},
		300, 50, 200);
}

static void rows_that_waited_for_a_stopped_daemon_go_back_to_their_places(void **state)
{
	(void)state;
	assert_evens(&(struct board){.name = "10 Hz, stopped for 3 s",
			     .rate_hz = 10,
			     .rate_ppm = 30,
			     .floor_s = 200e-6,
			     .stall_at_s = 100,
			     .stall_s = 3},
		160, 50, 200);
}

static void a_thousand_hertz_are_evened_too(void **state)
{
	(void)state;
	assert_evens(&(struct board){.name = "1000 Hz, UART, 30 s",
			     .rate_hz = 1000,
			     .rate_ppm = 4000,
			     .floor_s = 200e-6,
			     .late = 0.0001},
		30, 50, 200);
}

/* A long file is made in steps, between which others have their turn; nobody sees where they meet. */
static void parts_meet_without_a_seam(void **state)
{
	const struct board board = {.name = "10 Hz, an hour", .rate_hz = 10, .floor_s = 200e-6};
	struct even *evening;
	unsigned steps = 1;

	(void)state;
	random_state = 4711;
	size_t n = record(&board, 3900);

	assert_in_range(n, 38000, ROWS_MOST);
	assert_int_equal(even_new(stored, n, even, &evening), 0);
	while (even_step(evening) == 1)
		steps++;
	even_free(evening);
	assert_in_range(steps, 4, 10); /* two to number them, two to make them even */
	for (size_t i = 1; i < n; i++) {
		int64_t wrong = even[i] - even[i - 1] - (truth[i] - truth[i - 1]);

		assert_in_range(llabs(wrong), 0, 2000);
	}
	assert_true(share_us(even, n, 0.95) < 30);
}

static void what_comes_at_random_is_refused(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		double at = 10;

		random_state = seed;
		for (size_t i = 0; i < 2000; i++) {
			at += tail(0.1) + 1e-5;
			stored[i] = llround(at * 1e6) * 1000;
		}
		assert_int_equal(even_stamps(stored, 2000, even), -EDOM);
		assert_int_equal(even_stamps(stored, 300, even), -EDOM);
	}
	assert_int_equal(even_stamps(stored, 15, even), -EDOM); /* too few to say */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_hertz_over_a_uart_are_even_within_30_us),
		cmocka_unit_test(ten_hertz_over_usb_are_even_within_100_us),
		cmocka_unit_test(a_hole_and_another_phase_begin_a_new_stretch),
		cmocka_unit_test(rows_that_waited_for_a_stopped_daemon_go_back_to_their_places),
		cmocka_unit_test(a_thousand_hertz_are_evened_too),
		cmocka_unit_test(parts_meet_without_a_seam),
		cmocka_unit_test(what_comes_at_random_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
