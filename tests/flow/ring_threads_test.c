/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring between two threads, as the daemon uses it: a producer that never waits and signals, a
 * consumer that sleeps in its loop. What is lost must be exactly what the producer was told. Run
 * under ThreadSanitizer, this is the proof that nothing else is shared. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "base/loop.h"
#include "base/ring.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

enum { RECORDS = 200000, WORDS_MAX = 40 };

/* A record: its number, then words that follow from it, so that a torn one is seen. */
struct flow {
	struct ring *ring;
	struct loop *loop;
	struct wake wake;
	bool is_patient;           /* producer: try again instead of losing */
	uint64_t lost, got, wrong; /* lost: producer's until it ended */
	uint64_t next;
	atomic_bool is_done;
};

static void *produce(void *argument)
{
	struct flow *flow = argument;
	struct draw random = {6};

	for (uint64_t number = 0; number < RECORDS; number++) {
		size_t words = 1 + draw_below(&random, WORDS_MAX);
		uint64_t *record = ring_reserve(flow->ring, (words + 3) * sizeof *record);

		while (!record && flow->is_patient) {
			sched_yield();
			record = ring_reserve(flow->ring, (words + 3) * sizeof *record);
		}
		if (!record) {
			flow->lost++;
			continue;
		}
		for (size_t i = 0; i < words; i++)
			record[i] = number * 31 + i;
		record[0] = number;
		ring_commit(flow->ring, words * sizeof *record);
		wake_signal(&flow->wake);
	}
	atomic_store(&flow->is_done, true);
	wake_signal(&flow->wake);
	return NULL;
}

static void take(struct flow *flow, const uint64_t *record, size_t n)
{
	size_t words = n / sizeof *record;

	flow->wrong += n % sizeof *record != 0 || record[0] < flow->next;
	for (size_t i = 1; i < words; i++)
		flow->wrong += record[i] != record[0] * 31 + i;
	flow->next = record[0] + 1;
	flow->got++;
}

static void consume(struct wake *wake)
{
	struct flow *flow = (struct flow *)(void *)((char *)wake - offsetof(struct flow, wake));
	bool is_done = atomic_load(&flow->is_done);
	const uint64_t *record;
	size_t n;

	while ((record = ring_peek(flow->ring, &n))) {
		take(flow, record, n);
		ring_drop(flow->ring);
	}
	assert_true(ring_used(flow->ring) <= ring_size(flow->ring));
	if (is_done)
		loop_stop(flow->loop);
}

static void run(struct flow *flow, size_t bytes)
{
	const struct clock clock = {0};
	pthread_t thread;

	assert_int_equal(ring_new(bytes, &flow->ring), 0);
	assert_int_equal(loop_open(&clock, &flow->loop), 0);
	flow->wake.woken = consume;
	assert_int_equal(wake_open(flow->loop, &flow->wake), 0);
	assert_int_equal(pthread_create(&thread, NULL, produce, flow), 0);
	assert_int_equal(loop_run(flow->loop), 0);
	pthread_join(thread, NULL);
	assert_int_equal(flow->wrong, 0);
	assert_int_equal(flow->got + flow->lost, RECORDS);
	assert_int_equal(ring_used(flow->ring), 0);
	wake_close(&flow->wake);
	loop_close(flow->loop);
	ring_free(flow->ring);
}

static void records_cross_whole_in_order_and_losses_are_counted(void **state)
{
	struct flow flow = {0};

	(void)state;
	run(&flow, 4096);
	assert_true(flow.got > 0);
}

static void a_patient_producer_loses_nothing(void **state)
{
	struct flow flow = {.is_patient = true};

	(void)state;
	run(&flow, 8192);
	assert_int_equal(flow.lost, 0);
	assert_int_equal(flow.got, RECORDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_cross_whole_in_order_and_losses_are_counted),
		cmocka_unit_test(a_patient_producer_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
