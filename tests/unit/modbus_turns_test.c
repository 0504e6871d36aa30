/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is asked next on a pair with dead slaves: what the head of modbus_turns.h promises, played with a
 * clock of its own. A question takes 40 ms to one that answers, else the time-out and 20 ms. */
#include <string.h>

#include "kits/protocols/modbus_turns.h"
#include "support/cmocka_all.h"

enum { ANSWER_MS = 20, GAP_MS = 20, SLAVES = KIT_SLAVES };

static struct pair {
	struct modbus_turns turns;
	struct instant now;
	int64_t every_ms, timeout_ms;
	bool is_dead[SLAVES];
	unsigned asked[SLAVES];                      /* from here on: since the last `forget` */
	int64_t last_ms[SLAVES], longest_ms[SLAVES]; /* from one question to the next */
} pair;

static int64_t now_ms(void)
{
	return pair.now.ns / NS_PER_MS;
}

static void forget(void)
{
	memset(pair.asked, 0, sizeof(pair.asked));
	memset(pair.longest_ms, 0, sizeof(pair.longest_ms));
}

static void begin(unsigned n_slaves, int64_t every_ms, int64_t timeout_ms)
{
	pair = (struct pair){.now = {NS_PER_S}, .every_ms = every_ms, .timeout_ms = timeout_ms};
	modbus_turns_begin(&pair.turns, n_slaves, 1, pair.now);
}

static void ask(const struct modbus_turn *turn)
{
	unsigned slave = turn->slave;

	modbus_turns_start(&pair.turns, turn, pair.every_ms * NS_PER_MS, pair.now);
	if (pair.last_ms[slave] > 0 && now_ms() - pair.last_ms[slave] > pair.longest_ms[slave])
		pair.longest_ms[slave] = now_ms() - pair.last_ms[slave];
	pair.last_ms[slave] = now_ms();
	pair.asked[slave]++;
	if (pair.is_dead[slave]) {
		pair.now = instant_add(pair.now, pair.timeout_ms * NS_PER_MS);
		modbus_turns_silent(&pair.turns, slave, pair.timeout_ms * NS_PER_MS, pair.now);
	} else {
		pair.now = instant_add(pair.now, ANSWER_MS * NS_PER_MS);
		modbus_turns_answered(&pair.turns, slave);
	}
	pair.now = instant_add(pair.now, GAP_MS * NS_PER_MS);
}

static void play(int64_t ms)
{
	int64_t until_ms = now_ms() + ms;

	while (now_ms() < until_ms) {
		struct modbus_turn turn = modbus_turns_next(
			&pair.turns, (pair.timeout_ms + GAP_MS) * NS_PER_MS, pair.now);

		if (turn.due.ns > pair.now.ns)
			pair.now = turn.due;
		else
			ask(&turn);
	}
}

/* --- one that is dead --- */

static void alone_on_the_pair_it_is_asked_each_two_seconds(void **unused)
{
	(void)unused;
	begin(1, 1000, 500);
	pair.is_dead[0] = true;
	play(20000);
	assert_in_range(pair.asked[0], 7, 10); /* instead of 20 */
	forget();
	play(60000);
	assert_in_range(pair.longest_ms[0], 2000, 2600);
	pair.is_dead[0] = false;
	play(2600);
	forget();
	play(10000);
	assert_in_range(pair.asked[0], 9, 11);
}

static void where_its_silence_fits_in_it_delays_nobody(void **unused)
{
	(void)unused;
	begin(2, 1000, 500);
	pair.is_dead[0] = true;
	play(5000); /* until it is given up */
	forget();
	play(100000);
	assert_in_range(pair.asked[0], 10, 14);
	assert_in_range(pair.asked[1], 99, 101);
	assert_in_range(pair.longest_ms[1], 1000, 1000);
}

/* Wherever in its pause it comes back, and whether its silence fits in or not. */
static void one_that_is_back_is_found_within_ten_seconds(void **unused)
{
	static const int64_t periods_ms[] = {1000, 200};

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		for (int64_t dead_ms = 40000; dead_ms < 50000; dead_ms += 100) {
			begin(2, periods_ms[i], 500);
			pair.is_dead[0] = true;
			play(dead_ms);
			forget();
			pair.is_dead[0] = false;
			play(10000);
			assert_true(pair.asked[0] > 0);
			forget();
			play(10000);
			assert_in_range(pair.asked[0], 10000 / periods_ms[i] - 1,
				10000 / periods_ms[i] + 1);
		}
	}
}

/* A time-out of 500 ms does not fit in between questions that come each 200 ms. */
static void where_it_fits_in_nowhere_the_live_one_waits_seldom(void **unused)
{
	(void)unused;
	begin(2, 200, 500);
	pair.is_dead[0] = true;
	play(40000);
	forget();
	play(50000);
	assert_in_range(pair.asked[0], 4, 6);
	assert_in_range(pair.asked[1], 250 - 4 * pair.asked[0], 250 - 2 * pair.asked[0]);
}

/* --- several that are dead --- */

/* Those who answer are asked between two silences, not behind all of them. */
static void who_answers_waits_for_one_silence_at_most(void **unused)
{
	static const int64_t timeouts_ms[] = {100, 300, 500, 900};
	static const int64_t periods_ms[] = {100, 200, 500, 1000, 2000};

	(void)unused;
	for (unsigned n_live = 1; n_live < SLAVES; n_live++) {
		for (size_t i = 0; i < 4 * 5; i++) {
			int64_t rounds_ms = n_live * (ANSWER_MS + GAP_MS);

			begin(SLAVES, periods_ms[i % 5], timeouts_ms[i / 5]);
			for (unsigned s = n_live; s < SLAVES; s++)
				pair.is_dead[s] = true;
			play(30000); /* until they are given up */
			forget();
			play(200000);
			for (unsigned s = 0; s < n_live; s++)
				assert_in_range(pair.longest_ms[s], periods_ms[i % 5],
					periods_ms[i % 5] + pair.timeout_ms + GAP_MS + rounds_ms);
		}
	}
}

static void five_dead_ones_leave_the_live_one_most_of_its_rows(void **unused)
{
	(void)unused;
	begin(SLAVES, 500, 900);
	for (unsigned s = 1; s < SLAVES; s++)
		pair.is_dead[s] = true;
	play(30000);
	forget();
	play(200000);
	assert_in_range(pair.asked[0], 280, 400); /* of 400 */
}

/* Each of the others costs its silence and the rounds until the next. */
static void each_of_several_dead_ones_is_found_again(void **unused)
{
	static const int64_t periods_ms[] = {100, 200, 500, 1000};

	(void)unused;
	for (unsigned n_live = 0; n_live < SLAVES; n_live++) {
		for (size_t i = 0; i < 4; i++) {
			int64_t rounds_ms = (n_live + 1) * (ANSWER_MS + GAP_MS);

			begin(SLAVES, periods_ms[i], 900);
			for (unsigned s = n_live; s < SLAVES; s++)
				pair.is_dead[s] = true;
			play(40000);
			forget();
			play(200000);
			for (unsigned s = n_live; s < SLAVES; s++)
				assert_in_range(pair.longest_ms[s], 8000,
					10000 + (SLAVES - n_live) * (900 + GAP_MS + rounds_ms));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alone_on_the_pair_it_is_asked_each_two_seconds),
		cmocka_unit_test(where_its_silence_fits_in_it_delays_nobody),
		cmocka_unit_test(one_that_is_back_is_found_within_ten_seconds),
		cmocka_unit_test(where_it_fits_in_nowhere_the_live_one_waits_seldom),
		cmocka_unit_test(who_answers_waits_for_one_silence_at_most),
		cmocka_unit_test(five_dead_ones_leave_the_live_one_most_of_its_rows),
		cmocka_unit_test(each_of_several_dead_ones_is_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
