/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* How uncertain stamps are is told with the first row, at once when it grows, and again when it is
 * over, but no more often than the card can take. */
#include "support/wishes.h"

static const int64_t ms = NS_PER_MS;

/* What holds of a row, as whoever reads the records later finds it. */
static int64_t held_at(uint32_t stream, int64_t stamp_ns)
{
	int64_t ns = 0;

	for (size_t i = 0; i < rig.n_uncertainties; i++)
		if (rig.uncertainties[i].stream == stream &&
			rig.uncertainties[i].from.ns <= stamp_ns)
			ns = rig.uncertainties[i].ns;
	return ns;
}

static int64_t held_of_row(size_t row)
{
	return held_at(rig.rows[row].stream, rig.rows[row].stamp_ns);
}

/* Never below what holds, and above it by a quarter at most. */
static void assert_held(size_t row, int64_t ns)
{
	assert_in_range(held_of_row(row), ns, ns + ns / 4);
}

/* A row that was read after it may have waited for so long; 50 ms later it was taken. */
static void row_after(int64_t waited_ns)
{
	conversation_waited(rig.kit, waited_ns);
	let(send_row);
	rig_pass_ms(&rig, 50);
}

static void it_comes_with_the_first_row_and_is_not_repeated(void **unused)
{
	(void)unused;
	let(describe);
	assert_int_equal(rig.n_uncertainties, 0);
	for (int i = 0; i < 20; i++)
		row_after(0);
	assert_int_equal(rig.n_uncertainties, 1);
	assert_int_equal(rig.uncertainties[0].from.ns, rig.rows[0].stamp_ns);
	assert_int_equal(rig.uncertainties[0].ns, rig.port.uncertainty_ns);
	assert_int_equal(rig.uncertainties[0].stream, rig.rows[0].stream);
}

static void exactly_the_rows_that_waited_say_so(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 10; i++)
		row_after(i == 4 || i == 5 ? 3000 * ms : 0);
	for (size_t i = 0; i < 10; i++)
		assert_held(i, i == 4 || i == 5 ? 3001 * ms : ms);
	assert_int_equal(held_of_row(9), ms);
	assert_int_equal(rig.n_uncertainties, 3);
}

static void the_least_growth_is_told_at_once_and_a_little_less_is_no_news(void **unused)
{
	(void)unused;
	let(describe);
	row_after(0);
	row_after(1);
	assert_in_range(held_of_row(1), ms + 1, ms + ms / 4);
	row_after(ms / 10);
	row_after(0);
	assert_int_equal(rig.n_uncertainties, 2);
	row_after(ms / 5);
	assert_int_equal(rig.n_uncertainties, 3);
	assert_held(4, ms + ms / 5);
	row_after(0);
	assert_int_equal(rig.n_uncertainties, 4);
	assert_int_equal(held_of_row(5), ms);
}

/* Up by a part in a thousand each row, and down again: no row is told less than holds, none much more,
 * and few words are made of it. */
static void one_that_creeps_is_told_in_steps_that_are_never_below(void **unused)
{
	enum { ROWS = 2000 };

	(void)unused;
	let(describe);
	for (int i = 0; i < ROWS; i++)
		row_after((i < ROWS / 2 ? i : ROWS - i) * ms / 100);
	for (size_t i = 0; i < ROWS; i++)
		assert_held(i, ms + (int64_t)(i < ROWS / 2 ? i : ROWS - i) * ms / 100);
	/* Of eleven times: 21 steps of an eighth up, 11 of a quarter down. */
	assert_in_range(rig.n_uncertainties, 30, 34);
}

static void a_board_that_stumbles_all_day_is_told_seldom_and_never_smaller(void **unused)
{
	enum { ROWS = 4000 }; /* 200 s */

	(void)unused;
	let(describe);
	for (int i = 0; i < ROWS; i++)
		row_after(i % 2 ? 20 * ms : 0);
	for (size_t i = 0; i < ROWS; i++)
		assert_true(held_of_row(i) >= (i % 2 ? 21 * ms : ms));
	/* 8 to begin with and one in 5 s, each there and back. */
	assert_in_range(rig.n_uncertainties, 2 * (8 + 40) - 4, 2 * (8 + 40) + 4);
	/* In the end it is good again, and that is told. */
	for (int i = 0; i < 200; i++)
		row_after(0);
	assert_int_equal(held_of_row(ROWS + 199), ms);
}

static void a_kit_that_comes_back_says_it_again(void **unused)
{
	(void)unused;
	let(describe);
	row_after(0);
	rig_unplug(&rig);
	rig.port.uncertainty_ns = 16 * ms;
	rig_plug(&rig);
	let(describe);
	row_after(0);
	assert_int_equal(held_of_row(1), 16 * ms);
	assert_int_equal(held_of_row(0), ms);
}

static void ping(struct kit *kit)
{
	struct instant now = kit_now(kit);
	uint32_t tick = (uint32_t)(now.ns / NS_PER_US);

	kit_pair(kit, instant_add(now, -200 * NS_PER_US), tick - 100, tick - 100, now);
}

static void send_row_at_tick(struct kit *kit)
{
	double values[] = {row_value++, 0};

	kit_row_at_tick(kit, 0, (uint32_t)(kit_now(kit).ns / NS_PER_US), values);
}

static void of_a_device_with_a_clock_it_is_the_maps_whenever_its_rows_are_read(void **unused)
{
	size_t n = 0;

	(void)unused;
	let(describe_with_clock);
	for (int i = 0; i < 200; i++) {
		if (i % 10 == 0)
			let(ping);
		conversation_waited(rig.kit, 500 * ms);
		let(send_row_at_tick);
		rig_pass_ms(&rig, 50);
	}
	for (size_t i = 0; i < rig.n_rows; i++) {
		const struct rig_row *row = &rig.rows[i];
		int64_t held = held_of_row(i), own = row->piece.uncertainty_ns;

		if (!row->has_tick) {
			assert_int_equal(held, 0); /* the pairs: nobody asks */
			continue;
		}
		assert_true(held >= own);
		n++;
	}
	assert_true(n > 150);
	assert_in_range(rig.n_uncertainties, 1, 20);
	assert_true(rig.uncertainties[rig.n_uncertainties - 1].ns < ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WISHES_TEST(it_comes_with_the_first_row_and_is_not_repeated),
		WISHES_TEST(exactly_the_rows_that_waited_say_so),
		WISHES_TEST(the_least_growth_is_told_at_once_and_a_little_less_is_no_news),
		WISHES_TEST(one_that_creeps_is_told_in_steps_that_are_never_below),
		WISHES_TEST(a_board_that_stumbles_all_day_is_told_seldom_and_never_smaller),
		WISHES_TEST(a_kit_that_comes_back_says_it_again),
		WISHES_TEST(of_a_device_with_a_clock_it_is_the_maps_whenever_its_rows_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
