/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sense thread costs, whatever is sent: garbage, floods and a reader that stalls take little
 * time, lose no row in silence and allocate nothing.
 *
 * This program has its own malloc, which counts what the sense thread asks for: nothing. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/desk.h"

/* --- counting what the sense thread allocates --- */

/* Set by its first notice, on its own thread. Volatile: a compiler believes that malloc reads
 * nothing of ours. */
static _Thread_local volatile bool is_sense;
static atomic_ulong sense_allocations;
static atomic_long sense_clock_id; /* of its processor time; 0: not known yet */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { COUNTS_ALLOCATIONS = 0 }; /* the sanitizer's malloc is not to be stood in front of */
#else
enum { COUNTS_ALLOCATIONS = 1 };
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);
void __libc_free(void *old);

void *malloc(size_t n)
{
	sense_allocations += is_sense;
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	sense_allocations += is_sense;
	return __libc_calloc(n, size);
}

void *realloc(void *old, size_t n)
{
	sense_allocations += is_sense;
	return __libc_realloc(old, n);
}

void free(void *old)
{
	sense_allocations += is_sense;
	__libc_free(old);
}
#endif

static void noticed(void)
{
	clockid_t id;

	is_sense = true;
	if (sense_clock_id == 0 && pthread_getcpuclockid(pthread_self(), &id) == 0)
		sense_clock_id = id;
}

static int set_up(void **state)
{
	int failed = desk_set_up(state);

	sense_clock_id = 0;
	((struct desk *)*state)->noticed = noticed;
	return failed;
}

static int64_t sense_cpu_ns(void)
{
	struct timespec spent = {0};

	clock_gettime((clockid_t)sense_clock_id, &spent);
	return (int64_t)spent.tv_sec * NS_PER_S + spent.tv_nsec;
}

/* 300 kB/s for two seconds: 3 Mbaud of it. */
static void garbage_costs_little_and_is_called_so(void **state)
{
	struct desk *desk = *state;
	int master = desk_plug_pty(desk);
	uint8_t noise[3000];
	uint64_t random = 5;
	int64_t start_ns, cpu_ns, sent = 0;

	desk_open_port(desk);
	AWAIT(desk_port(desk).is_open);
	AWAIT((desk_say(master, "\xff"), sense_clock_id != 0));
	start_ns = desk_now_ns(desk);
	cpu_ns = sense_cpu_ns();
	while (desk_now_ns(desk) - start_ns < 2 * (int64_t)NS_PER_S) {
		while (sent < (desk_now_ns(desk) - start_ns) * 300 / NS_PER_MS) {
			for (size_t i = 0; i < sizeof(noise); i++) {
				random = random * 6364136223846793005u + 1442695040888963407u;
				noise[i] = (uint8_t)(random >> 56);
			}
			ssize_t n = write(master, noise, sizeof(noise));

			if (n <= 0)
				break;
			sent += n;
		}
		desk_collect(desk);
		loop_turn(desk->loop, 1);
	}
	double share = (double)(sense_cpu_ns() - cpu_ns) / (double)(desk_now_ns(desk) - start_ns);

	print_message(
		"garbage at %.0f kB/s: %.1f %% of a core\n", (double)sent / 2000, share * 100);
	assert_true(sent > 400000); /* it did arrive */
	if (COUNTS_ALLOCATIONS)     /* an ordinary build, not a sanitizer's */
		assert_true(share < 0.25);
	AWAIT((desk_say(master, "\xff\xfe\x80 garbage \x01"),
		desk->health.state == DEVICE_GARBLED));
	assert_int_equal(desk->n_devices, 0);
	close(master);
}

/* As much as a pty can carry: the port is read in measure, and a tick still comes when it
 * should. */
static void a_flood_is_held_back_and_others_are_heard(void **state)
{
	struct desk *desk = *state;
	int master = desk_plug_pty(desk);
	char block[4096];
	int64_t start_ns, cpu_ns, sent = 0;

	memset(block, '7', sizeof(block));
	for (size_t i = 7; i < sizeof(block); i += 8)
		block[i] = '\n';
	desk_open_port(desk);
	AWAIT(desk_port(desk).is_open);
	AWAIT((desk_say(master, "1\n"), sense_clock_id != 0));
	start_ns = desk_now_ns(desk);
	cpu_ns = sense_cpu_ns();
	while (desk_now_ns(desk) - start_ns < 2 * (int64_t)NS_PER_S) {
		ssize_t n = write(master, block, sizeof(block));

		sent += n > 0 ? n : 0;
		desk_collect(desk);
		if (n <= 0)
			loop_turn(desk->loop, 1);
	}
	double share = (double)(sense_cpu_ns() - cpu_ns) / (double)(desk_now_ns(desk) - start_ns);

	print_message(
		"flood: %.0f kB/s let in, %.1f %% of a core\n", (double)sent / 2000, share * 100);
	assert_true(sent < 2 * 50 * 65536 * 12 / 10); /* 64 KiB a tick, and what the kernel holds */
	assert_true(desk->n_rows > 0);
	assert_true(desk->rises);
	close(master);
	AWAIT(desk->n_gone == 1);
}

static void the_thread_allocates_nothing(void **state)
{
	struct desk *desk = *state;
	unsigned long before;
	int master;

	if (!COUNTS_ALLOCATIONS) {
		print_message("a sanitizer's malloc is not counted\n");
		skip();
	}
	desk_open_port(desk);
	before = sense_allocations;
	for (int i = 0; i < 3; i++) {
		uint64_t had = desk->n_rows;

		master = desk_plug_pty(desk);
		AWAIT(desk_port(desk).is_open);
		AWAIT((desk_say(master, "a:1 b:2\n"), desk->n_rows >= had + 50));
		desk_say(master, "\xff\xff\n\nboot\n");
		AWAIT((desk_say(master, "a:1 b:2 c:3\n"), desk->n_rows >= had + 200));
		close(master);
		AWAIT(desk->n_gone == (unsigned)i + 1);
	}
	/* Frames, a clock and its map, pings and orders. */
	desk_start_virtual(desk, "80");
	AWAIT(desk->n_rows_with_ticks >= 1000 && desk->health.round_trip_ns > 0);
	assert_int_equal(sense_order(desk->sense, desk->device.id, KIT_IDENTIFY, 1), 0);
	AWAIT(desk->n_rows_with_ticks >= 1500);
	desk_end_virtual(desk);
	AWAIT(desk->n_gone == 4);
	assert_true(desk->rises);
	assert_int_equal(sense_allocations - before, 0);
	/* And the counter counts: an allocation on a thread marked as sense's is seen. */
	is_sense = true;
	void *volatile seen = malloc(1);
	free(seen);
	is_sense = false;
	assert_int_equal(sense_allocations - before, 2);
}

/* A reader that stalls: rows are lost and said to be, the thread goes on. */
static void a_stalled_reader_loses_rows_and_is_told_how_many(void **state)
{
	struct desk *desk = *state;
	int master = desk_plug_pty(desk);
	uint64_t said = 0;
	char lines[4000];

	for (size_t i = 0; i < sizeof(lines) / 4; i++)
		memcpy(lines + 4 * i, "1,2\n", 4);
	desk_open_port(desk);
	AWAIT(desk_port(desk).is_open);
	AWAIT((said++, desk_say(master, "1,2\n"), desk->n_rows >= 10));
	/* Nobody reads the rings until far more was said than they hold. */
	while (said < 400000) {
		ssize_t n = write(master, lines, sizeof(lines));

		said += n > 0 ? (uint64_t)n / 4 : 0;
		if (n <= 0)
			loop_turn(desk->loop, 1);
	}
	AWAIT((desk_say(master, "1,2\n"), said++, desk->n_gaps > 0));
	assert_int_equal(desk->gaps[0].reason, GAP_RING);
	AWAIT((desk_say(master, "1,2\n"), said++, desk->health.rows > 399000));
	close(master);
	AWAIT(desk->n_gone == 1);
	uint64_t lost = 0;
	for (size_t i = 0; i < desk->n_gaps; i++)
		lost += desk->gaps[i].reason == GAP_RING ? desk->gaps[i].lost_rows : 0;
	assert_true(lost > 0);
	assert_in_range(desk->n_rows + lost, desk->health.rows, desk->health.rows + 1000);
	assert_true(desk->rises);
}

#define COST_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, desk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		COST_TEST(garbage_costs_little_and_is_called_so),
		COST_TEST(a_flood_is_held_back_and_others_are_heard),
		COST_TEST(the_thread_allocates_nothing),
		COST_TEST(a_stalled_reader_loses_rows_and_is_told_how_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
