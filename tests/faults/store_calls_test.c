/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: what fails is counted call by call. */
/* The n-th call to the kernel or for memory fails, once or from then on, as a card that is full,
 * read-only or broken fails it: what a commit has said is on the card is there afterwards, exactly
 * once; the store opens again, goes on, and is sound.
 *
 * Two lives: one of two rolls, with a restart; and one that begins with a damaged store, which is
 * set aside while what can be read of it goes into a new one. 24 and 8 of each kind of call drawn
 * (support/failing.h); KITLOG_LONG=1: all but most allocations, and 150. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/draw.h"
#include "support/failing.h"
#include "support/store_bench.h"

/* ---------------------------------------------------------------- a life */

enum {
	STREAM = 3,
	ROWS_A_SECOND = 20,
	SECONDS = 130,
	RESTART = 90,
	DAMAGED_SECONDS = 20,
	MOST_ROWS = (SECONDS + 8) * ROWS_A_SECOND
};

/* Row k has the value k and was at k + 1 ROWS_A_SECONDths. */
enum fate { NOT_OFFERED, OFFERED, PENDING, PROMISED };

struct life {
	struct bench bench;
	bool was_damaged;
	unsigned char fate[MOST_ROWS];
	unsigned n_rows;
	unsigned found;
	int64_t last_ns;
};

static int64_t stamp_of(unsigned row)
{
	return (row + 1) * (int64_t)(NS_PER_S / ROWS_A_SECOND);
}

static int open_store(struct life *life)
{
	struct store_options options = {life->bench.directory, 0};
	uint32_t boot;
	int64_t base;

	fault.is_on = true;
	int r = store_open(&options, &life->bench.finding, &life->bench.store);
	if (r == 0)
		store_begin_boot(life->bench.store, "boot one", life->bench.now.ns, &boot, &base);
	fault.is_on = false;
	return r;
}

/* What was pending and is not on the card by now is lost with the store: nobody has promised it. */
static void close_store(struct life *life)
{
	fault.is_on = true;
	store_close(life->bench.store);
	fault.is_on = false;
	life->bench.store = NULL;
	for (unsigned k = 0; k < life->n_rows; k++)
		if (life->fate[k] == PENDING)
			life->fate[k] = OFFERED;
}

static void measure(struct life *life)
{
	int64_t stamps[ROWS_A_SECOND];
	double values[ROWS_A_SECOND];
	struct feed_record record = {.kind = FEED_BATCH, .at = life->bench.now};
	unsigned first = life->n_rows;

	for (unsigned i = 0; i < ROWS_A_SECOND; i++) {
		stamps[i] = stamp_of(first + i);
		values[i] = first + i;
	}
	record.batch.stream = STREAM;
	record.batch.n_channels = 1;
	record.batch.n_rows = ROWS_A_SECOND;
	record.batch.stamps_ns = stamps;
	record.batch.values = values;
	life->n_rows += ROWS_A_SECOND;
	life->bench.now.ns = stamp_of(life->n_rows - 1) + 1;
	fault.is_on = true;
	bool is_taken = store_add_batch(life->bench.store, &record) == 0;
	bool is_kept = store_commit(life->bench.store, life->bench.now) == 0;
	fault.is_on = false;
	memset(life->fate + first, is_taken ? PENDING : OFFERED, ROWS_A_SECOND);
	for (unsigned k = 0; is_kept && k < life->n_rows; k++)
		if (life->fate[k] == PENDING)
			life->fate[k] = PROMISED;
}

static void live(struct life *life, unsigned seconds)
{
	for (unsigned i = 0; i < seconds && life->bench.store; i++) {
		if (i == RESTART) {
			close_store(life);
			if (open_store(life) < 0)
				return;
		}
		measure(life);
	}
}

/* What was kept without a fault so far lies in a store that must be set aside. */
static void damage(struct life *life)
{
	life->was_damaged = true;
	assert_int_equal(open_store(life), 0);
	live(life, 70);
	close_store(life);
	bench_sql(&life->bench, "UPDATE meta SET value = -5 WHERE key = 'fresh_released'");
}

static int check_rows(void *self, const struct rows *rows)
{
	struct life *life = self;

	for (size_t i = 0; i < rows->n; i++) {
		unsigned row = (unsigned)rows->values[i];

		assert_true(row < life->n_rows && (double)row == rows->values[i]);
		assert_int_equal(rows->stamps_ns[i], stamp_of(row));
		assert_true(rows->stamps_ns[i] > life->last_ns); /* in order, once */
		life->last_ns = rows->stamps_ns[i];
		life->found += life->fate[row] == PROMISED;
	}
	return 0;
}

static void check(struct life *life)
{
	struct verify_report report;
	struct bench_sentences said;
	struct instant to = {stamp_of(life->n_rows) + 1};
	unsigned promised = 0;

	for (unsigned k = 0; k < life->n_rows; k++)
		promised += life->fate[k] == PROMISED;
	life->found = 0;
	life->last_ns = -1;
	assert_int_equal(reader_open(life->bench.directory, &life->bench.reader), 0);
	assert_int_equal(
		reader_rows(life->bench.reader, STREAM, (struct instant){0}, to, check_rows, life),
		0);
	report = bench_verify(&life->bench, &said);
	/* Of what was set aside it still tells. SQLite takes what cannot be read for damage. */
	bool may_tell = life->was_damaged || fault.call == READ;
	if (life->found != promised || (!report.is_sound && !may_tell))
		fail_msg("%u of %u rows after %s %lu, %s, %s; %s", life->found, promised,
			call_names[fault.call], fault.was_at, strerror(fault.error),
			fault.is_for_ever ? "from then on" : "once", said.all);
	reader_close(life->bench.reader);
	life->bench.reader = NULL;
}

/* A whole life with one fault in it, then one without. */
static void try_fault(
	bool is_damaged, struct draw *random, enum call call, unsigned long at, bool is_for_ever)
{
	struct life *life = calloc(1, sizeof *life);

	assert_non_null(life);
	bench_open(&life->bench, 0);
	bench_shut(&life->bench);
	memset(&fault, 0, sizeof fault);
	if (is_damaged)
		damage(life);
	set_fault(call, at, is_for_ever, random);
	if (open_store(life) == 0)
		live(life, is_damaged ? DAMAGED_SECONDS : SECONDS);
	if (life->bench.store)
		close_store(life);
	end_fault();
	assert_int_equal(open_store(life), 0);
	for (unsigned i = 0; i < 5; i++)
		measure(life);
	assert_int_equal(life->fate[life->n_rows - 1], PROMISED);
	close_store(life);
	check(life);
	bench_close(&life->bench);
	free(life);
}

static unsigned long try_each_call(bool is_damaged, struct draw *random, unsigned long most)
{
	unsigned long tried = 0, seen[CALLS];

	try_fault(is_damaged, random, OPEN, 0, false);
	memcpy(seen, fault.seen, sizeof seen);
	for (enum call call = OPEN; call < CALLS; call++) {
		if ((call == ALLOCATE && !MAY_STARVE) || (call == RENAME && !is_damaged))
			continue;
		/* What cannot be read of a damaged store stays in the file that is set aside. */
		if (call == READ && is_damaged)
			continue;
		assert_true(seen[call] > 0); /* else nothing is caught here */
		unsigned long n = seen[call] < most ? seen[call] : most;
		print_message("%s: %lu of %lu\n", call_names[call], n, seen[call]);
		for (unsigned long i = 0; i < n; i++) {
			unsigned long at =
				n == seen[call] ? i + 1 : 1 + draw_below(random, seen[call]);

			try_fault(is_damaged, random, call, at, false);
			try_fault(is_damaged, random, call, at, true);
			tried += 2;
		}
	}
	return tried;
}

static void what_is_promised_is_there_whatever_fails(void **state)
{
	const char *given = getenv("KITLOG_SEED");
	struct draw random = {given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL)};
	bool is_long = getenv("KITLOG_LONG");

	(void)state;
	print_message("KITLOG_SEED=%lu\n", (unsigned long)random.state);
	unsigned long tried = try_each_call(true, &random, is_long ? 150 : 8);
	tried += try_each_call(false, &random, is_long ? 4000 : 24);
	print_message("%lu lives, nothing promised was lost\n", tried);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_promised_is_there_whatever_fails),
	};

	setenv("TMPDIR", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", 1); /* no card is needed */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
