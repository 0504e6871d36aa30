/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The sense thread does not run for a while, or reads a port too seldom: the rows that waited, and only
 * they, say how wrong their stamps may be. The thread's body on a clock that the test moves, a pipe for
 * a port, and the real families. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/feed.h"
#include "sense/port.h"
#include "sense/sense.h"
#include "sense/transport_stream.h"
#include "support/cmocka_all.h"

enum { ROWS = 20000, TOLD = 200 };

static const int64_t ms = NS_PER_MS;

static struct {
	struct clock clock;
	struct registry *registry;
	struct ring *keep, *to_main;
	struct sense *sense;
	struct transport *transport;
	int pipe[2];
	int64_t written_ns[ROWS], stamps_ns[ROWS];
	int n_written, n_rows;
	struct uncertainty told[TOLD];
	size_t n_told;
} board;

static int set_up(void **unused)
{
	struct kit_port about = {
		.path = "/dev/pipe", .socket = "pipe", .uncertainty_ns = NS_PER_MS};

	(void)unused;
	memset(&board, 0, sizeof board);
	board.clock = (struct clock){.is_fake = true, .frozen_ns = 100 * (int64_t)NS_PER_S};
	assert_int_equal(registry_new(&board.registry), 0);
	assert_int_equal(ring_new(1 << 21, &board.keep), 0);
	assert_int_equal(ring_new(1 << 21, &board.to_main), 0);
	struct sense_options options = {.clock = &board.clock,
		.registry = board.registry,
		.feed_keep = board.keep,
		.feed_main = board.to_main};

	assert_int_equal(sense_new(&options, &board.sense), 0);
	assert_int_equal(pipe(board.pipe), 0);
	fcntl(board.pipe[0], F_SETFL, O_NONBLOCK);
	struct port port = {.fd = board.pipe[0]};

	assert_int_equal(transport_stream_new(&port, &board.transport), 0);
	assert_int_equal(sense_add(board.sense, 0, board.transport, &about), 0);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	sense_stop(board.sense);
	sense_free(board.sense);
	board.transport->class->close(board.transport);
	close(board.pipe[1]);
	ring_free(board.keep);
	ring_free(board.to_main);
	registry_free(board.registry);
	return 0;
}

static void collect(void)
{
	struct feed_record record;

	for (; feed_peek(board.keep, &record); ring_drop(board.keep)) {
		if (record.kind == FEED_UNCERTAINTY) {
			assert_true(board.n_told < TOLD);
			board.told[board.n_told++] = record.uncertainty;
		}
		for (uint32_t i = 0; record.kind == FEED_BATCH && i < record.batch.n_rows; i++) {
			int row = (int)record.batch.values[i];

			/* The first line may have been cut, for all that the family knows. */
			assert_true(row == board.n_rows || (row == 1 && board.n_rows == 0));
			board.stamps_ns[row] = record.batch.stamps_ns[i];
			board.n_rows = row + 1;
		}
	}
	while (feed_peek(board.to_main, &record))
		ring_drop(board.to_main);
}

static void turn(void)
{
	while (sense_turn(board.sense, 0) > 0)
		collect();
	collect();
}

/* The board prints: row n at this instant. */
static void print_row(void)
{
	char line[32];
	int n = snprintf(line, sizeof line, "%d\n", board.n_written);

	assert_true(board.n_written < ROWS);
	assert_int_equal(write(board.pipe[1], line, (size_t)n), n);
	board.written_ns[board.n_written++] = board.clock.frozen_ns;
}

static void pass(int64_t ns)
{
	board.clock.frozen_ns += ns;
}

/* A row each 5 ms, which is read at once, and the tick at its time. */
static void run_calmly(int rows)
{
	for (int i = 0; i < rows; i++) {
		for (int k = 0; k < 5; k++) {
			pass(ms);
			turn();
		}
		print_row();
		turn();
	}
}

/* The same while nobody reads. */
static void stand_still(int rows)
{
	for (int i = 0; i < rows; i++) {
		pass(5 * ms);
		print_row();
	}
}

static int64_t stated_of(int row)
{
	int64_t ns = 0;

	for (size_t i = 0; i < board.n_told; i++)
		if (board.told[i].from.ns <= board.stamps_ns[row])
			ns = board.told[i].ns;
	return ns;
}

/* All of them within what they say; returns how many say more than 2 ms. */
static int check(int from, int to)
{
	int wide = 0;

	for (int row = from > 0 ? from : 1; row < to; row++) {
		int64_t error = llabs(board.stamps_ns[row] - board.written_ns[row]);

		if (error > stated_of(row))
			fail_msg("row %d is wrong by %lld us and says %lld us", row,
				(long long)error / 1000, (long long)stated_of(row) / 1000);
		wide += stated_of(row) > 2 * ms;
	}
	return wide;
}

static void rows_that_waited_say_so_and_no_others(void **unused)
{
	(void)unused;
	run_calmly(400);
	stand_still(600);
	turn();
	run_calmly(400);
	pass(100 * ms);
	turn();
	assert_int_equal(board.n_rows, 1400);
	assert_int_equal(check(0, 400), 0);
	assert_int_equal(check(400, 1000), 600);
	assert_true(stated_of(500) < 3030 * ms + 3030 * ms / 4); /* as far above it is told */
	/* Only a row that comes before the tick may still be taken for part of it. */
	assert_in_range(check(1000, 1400), 0, 5);
}

/* More than one read brings: 3 s of 5 bytes each 200 us. */
static void a_backlog_that_takes_many_reads_is_late_to_its_end(void **unused)
{
	(void)unused;
	run_calmly(400);
	for (int i = 0; i < 9000; i++) {
		pass(333 * (int64_t)NS_PER_US);
		print_row();
	}
	turn();
	assert_true(board.n_rows > 9000);
	run_calmly(100);
	pass(100 * ms);
	turn();
	assert_int_equal(check(0, 400), 0);
	assert_int_equal(check(400, 9400), 9000);
	assert_in_range(check(9400, 9500), 0, 10);
}

/* A wake-up that is late by 1 ms is evidence of no more than ten times that, where a tick was due. */
static void a_little_late_is_a_little_uncertain(void **unused)
{
	int64_t worst = 0;

	(void)unused;
	run_calmly(400);
	for (int i = 0; i < 200; i++) {
		pass(3 * ms);
		print_row();
		pass(ms);
		turn();
	}
	pass(100 * ms);
	turn();
	check(0, board.n_rows);
	for (int row = 0; row < board.n_rows; row++)
		worst = stated_of(row) > worst ? stated_of(row) : worst;
	assert_in_range(worst, ms, 22 * ms);
}

/* It is read once a tick, as the other end writes without a pause: its rows say a tick. */
static void a_port_that_is_read_seldom_says_so_of_its_rows(void **unused)
{
	(void)unused;
	run_calmly(400);
	for (int i = 0; i < 200; i++) { /* 2 ms each, 100 rows */
		pass(2 * ms);
		for (int k = 0; k < 60; k++)
			print_row();
		turn();
	}
	pass(100 * ms);
	turn();
	run_calmly(1400); /* 7 s: then there is a word to spare for it again */
	assert_int_equal(check(0, 400), 0);
	check(400, board.n_rows);
	assert_true(stated_of(400 + 6000) > 10 * ms);
	assert_true(stated_of(400 + 6000) < 42 * ms);
	assert_true(stated_of(board.n_rows - 1) <= 2 * ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			rows_that_waited_say_so_and_no_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_backlog_that_takes_many_reads_is_late_to_its_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_little_late_is_a_little_uncertain, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_port_that_is_read_seldom_says_so_of_its_rows, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
