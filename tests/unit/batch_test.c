/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock map's arithmetic, held against exact numbers, and when two streams are one. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/batch.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

/* Whether it is origin + round(distance * 1000 * (1 + rate / 1e9)), a half up, told in another way than
 * the daemon's, and without 128-bit numbers, which 32-bit boards lack: the millionths that are over
 * are known modulo 2^64; another stamp with such a rest is 1.8e13 ns away, and which one it is floating
 * point knows to some microseconds. */
static bool is_exact(const struct clock_piece *piece, int64_t tick, int64_t stamp)
{
	int64_t rate = (int64_t)NS_PER_S + piece->rate_ppb;
	uint64_t distance = (uint64_t)tick - (uint64_t)piece->origin_tick;
	uint64_t reach = (uint64_t)stamp - (uint64_t)piece->origin_ns;
	double about = (double)(int64_t)distance * ((double)rate / 1e6);

	return distance * (uint64_t)rate + 500000 - reach * 1000000 < 1000000 &&
		fabs((double)(int64_t)reach - about) < 1e12;
}

static struct clock_piece any_piece(struct draw *random)
{
	return (struct clock_piece){
		.origin_tick = draw_between(random, -(INT64_C(1) << 50), INT64_C(1) << 50),
		.origin_ns = draw_between(random, -(INT64_C(1) << 60), INT64_C(1) << 60),
		.rate_ppb =
			(int32_t)draw_between(random, -CLOCK_RATE_MOST_PPB, CLOCK_RATE_MOST_PPB),
	};
}

static void a_stamp_is_the_origin_plus_the_distance_at_the_rate(void **state)
{
	struct clock_piece piece = {.origin_tick = 1000, .origin_ns = 5000000};

	(void)state;
	assert_int_equal(clock_piece_stamp(&piece, 1000), 5000000);
	assert_int_equal(clock_piece_stamp(&piece, 1001), 5001000);
	assert_int_equal(clock_piece_stamp(&piece, 999), 4999000);
	piece.rate_ppb = 40000; /* 40 ppm fast: a device second is 40 us longer */
	assert_int_equal(clock_piece_stamp(&piece, 1001000), 5000000 + 1000040000);
	assert_int_equal(clock_piece_stamp(&piece, 1000 - 1000000), 5000000 - 1000040000);
}

static void halves_are_rounded_up_on_both_sides(void **state)
{
	struct clock_piece piece = {.rate_ppb = 500000}; /* 1000.5 ns per tick */

	(void)state;
	assert_int_equal(clock_piece_stamp(&piece, 1), 1001);
	assert_int_equal(clock_piece_stamp(&piece, 2), 2001);
	assert_int_equal(clock_piece_stamp(&piece, -1), -1000);
	assert_int_equal(clock_piece_stamp(&piece, -2), -2001);
	assert_int_equal(clock_piece_stamp(&piece, -3), -3001);
}

static void stamps_equal_the_exact_arithmetic(void **state)
{
	struct draw random = {7};

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		struct clock_piece piece = any_piece(&random);
		int bits = (int)draw_between(&random, 1, 52); /* 2^52 us are 142 years */
		int64_t reach = INT64_C(1) << bits;
		int64_t tick = piece.origin_tick + draw_between(&random, -reach, reach);

		assert_true(is_exact(&piece, tick, clock_piece_stamp(&piece, tick)));
	}
}

static void stamps_rise_strictly_with_ticks(void **state)
{
	struct draw random = {8};

	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct clock_piece piece = any_piece(&random);
		int64_t tick = piece.origin_tick +
			draw_between(&random, -(INT64_C(1) << 40), INT64_C(1) << 40);

		for (int j = 0; j < 1000; j++, tick++) {
			int64_t step = clock_piece_stamp(&piece, tick + 1) -
				clock_piece_stamp(&piece, tick);

			assert_true(step >= 995 && step <= 1005);
		}
	}
}

static void a_stamp_beyond_the_years_is_held_at_the_end(void **state)
{
	struct clock_piece piece = {.origin_tick = -10, .origin_ns = NS_PER_S};

	(void)state;
	assert_true(clock_piece_stamp(&piece, INT64_MAX) == INT64_MAX);
	assert_true(clock_piece_stamp(&piece, INT64_MAX / 100) == INT64_MAX);
	assert_true(clock_piece_stamp(&piece, -(INT64_MAX / 100)) == INT64_MIN);
	piece.origin_tick = 10;
	assert_true(clock_piece_stamp(&piece, INT64_MIN) == INT64_MIN);
}

static void gap_reasons_have_stable_words(void **state)
{
	static const char *const words[] = {"unplugged", "wire", "device", "ring", "stopped",
		"reset", "store", "expired", "silent"};

	(void)state;
	for (int reason = GAP_UNPLUGGED; reason <= GAP_SILENT; reason++)
		assert_string_equal(gap_reason_name((enum gap_reason)reason), words[reason - 1]);
	assert_string_equal(gap_reason_name((enum gap_reason)0), "unknown");
}

static void a_stream_is_the_same_while_its_numbers_mean_the_same(void **state)
{
	struct stream a = {
		.id = 1,
		.device = 1,
		.name = "main",
		.stamps = STAMP_DEVICE,
		.period_ns = 1000,
		.n_channels = 2,
		.channels = {{.id = "t", .unit = "Cel", .resolution = 0.01},
			{.id = "h", .unit = "%"}},
	};
	struct stream b = a;

	(void)state;
	b.id = 2;
	b.device = 3;
	b.period_ns = 5;
	strcpy(b.channels[0].name_zh, "温度");
	b.channels[0].high = 100;
	strcpy(b.channels[2].id, "x"); /* beyond n_channels */
	assert_true(stream_is_same(&a, &b));

	struct stream other[7];
	for (size_t i = 0; i < 7; i++)
		other[i] = b;
	strcpy(other[0].name, "second");
	other[1].stamps = STAMP_ARRIVAL;
	other[2].n_channels = 1;
	strcpy(other[3].channels[1].id, "humidity");
	strcpy(other[4].channels[0].unit, "K");
	other[5].channels[0].resolution = 0.1;
	strcpy(other[6].channels[1].quantity, "moisture");
	for (size_t i = 0; i < 7; i++)
		assert_false(stream_is_same(&a, &other[i]));
}

static void assert_id(const char *text, const char *expected)
{
	char id[24];

	id_from_text(text, 3, id, sizeof id);
	assert_string_equal(id, expected);
}

static void any_label_becomes_an_id(void **state)
{
	(void)state;
	assert_id("temp", "temp");
	assert_id("Temp_2", "temp_2");
	assert_id("  Air temperature (°C) ", "air_temperature_c");
	assert_id("3V", "c3v");
	assert_id("__a--b__", "a_b");
	assert_id("温度", "c3");
	assert_id("温度 A1", "a1");
	assert_id("", "c3");
	assert_id("%", "c3");
	assert_id("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvw");
	assert_id("abcdefghijklmnopqrstuv wxyz", "abcdefghijklmnopqrstuv");
	assert_id("ABC\x80\xFF\n", "abc");
}

static void an_id_is_valid_in_any_room_and_from_any_bytes(void **state)
{
	struct draw random = {9};

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char text[40] = "", id[24];
		unsigned size = (unsigned)draw_between(&random, 3, sizeof id);

		for (size_t j = 0; j < draw_below(&random, sizeof text - 1); j++)
			text[j] = (char)(draw_below(&random, 3) ? draw_between(&random, ' ', '~')
								: draw_between(&random, 1, 255));
		id_from_text(text, 7, id, size);
		assert_in_range(strlen(id), 1, size - 1);
		assert_in_range(id[0], 'a', 'z');
		assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(id));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stamp_is_the_origin_plus_the_distance_at_the_rate),
		cmocka_unit_test(halves_are_rounded_up_on_both_sides),
		cmocka_unit_test(stamps_equal_the_exact_arithmetic),
		cmocka_unit_test(stamps_rise_strictly_with_ticks),
		cmocka_unit_test(a_stamp_beyond_the_years_is_held_at_the_end),
		cmocka_unit_test(gap_reasons_have_stable_words),
		cmocka_unit_test(a_stream_is_the_same_while_its_numbers_mean_the_same),
		cmocka_unit_test(any_label_becomes_an_id),
		cmocka_unit_test(an_id_is_valid_in_any_room_and_from_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
