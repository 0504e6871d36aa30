/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes into a chunk comes out of it bit by bit, in few bytes, and damaged bytes come to
 * nothing. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keep/chunk.h"
#include "support/cmocka_all.h"
#include "support/series.h"

enum { MOST = CHUNK_ROWS, PIECES = 64 };

static struct chunk_codec *writer, *reader;
static int64_t stamps[MOST], ticks[MOST];
static double values[MOST * 4];
static struct clock_piece pieces[PIECES];
static uint32_t piece_rows[PIECES];

static int open_codecs(void **state)
{
	(void)state;
	return chunk_codec_new(&writer) || chunk_codec_new(&reader);
}

static int close_codecs(void **state)
{
	(void)state;
	chunk_codec_free(writer);
	chunk_codec_free(reader);
	return 0;
}

/* n rows on arrival time. */
static struct chunk arrivals(uint32_t n_channels, size_t n, int64_t period_ns)
{
	struct series series = series_from(7, n_channels, period_ns, 5000000000);

	for (size_t i = 0; i < n; i++) {
		stamps[i] = series_stamp(&series);
		series_values(&series, values + i * n_channels);
	}
	return (struct chunk){.n_channels = n_channels,
		.n_rows = n,
		.stamp_unit_ns = 1000,
		.stamps_ns = stamps,
		.values = values};
}

/* n rows of a device clock, with a new piece of its map each `rows_per_piece` rows. */
static struct chunk ticked(uint32_t n_channels, size_t n, size_t rows_per_piece)
{
	struct series series = series_from(11, n_channels, 10000000, 0);
	size_t n_pieces = 0;

	for (size_t i = 0; i < n; i++) {
		ticks[i] = 1000000 + series_tick(&series);
		series_values(&series, values + i * n_channels);
		if (i % rows_per_piece == 0) {
			struct clock_piece *piece = &pieces[n_pieces];
			assert_true(n_pieces < PIECES);
			*piece = (struct clock_piece){
				.origin_tick = ticks[i],
				.origin_ns = 77000000000 + ticks[i] * 1000 + ticks[i] / 20 +
					(int64_t)draw_below(&series.draw, 3000),
				.rate_ppb = 50000 + (int32_t)draw_below(&series.draw, 200),
				.uncertainty_ns = 20000 - (uint32_t)n_pieces * 7,
				.segment = 3,
			};
			piece_rows[n_pieces++] = (uint32_t)i;
		}
		stamps[i] = clock_piece_stamp(&pieces[n_pieces - 1], ticks[i]);
	}
	return (struct chunk){.n_channels = n_channels,
		.n_rows = n,
		.stamp_unit_ns = 1,
		.stamps_ns = stamps,
		.ticks = ticks,
		.values = values,
		.n_pieces = n_pieces,
		.pieces = pieces,
		.piece_rows = piece_rows};
}

/* Encodes, decodes, compares. Returns the bytes it took. */
static size_t comes_back(const struct chunk *chunk, int level)
{
	const uint8_t *bytes;
	struct chunk got;
	size_t n;

	assert_int_equal(chunk_encode(writer, chunk, level, &bytes, &n), 0);
	assert_int_equal(chunk_decode(reader, bytes, n, &got), 0);
	assert_int_equal(got.n_channels, chunk->n_channels);
	assert_int_equal(got.n_rows, chunk->n_rows);
	assert_memory_equal(got.stamps_ns, chunk->stamps_ns, chunk->n_rows * sizeof(int64_t));
	for (size_t i = 0; i < chunk->n_rows * chunk->n_channels; i++) {
		if (isnan(chunk->values[i]))
			assert_true(isnan(got.values[i]));
		else
			assert_memory_equal(&got.values[i], &chunk->values[i], sizeof(double));
	}
	assert_int_equal(got.ticks != NULL, chunk->ticks != NULL);
	if (chunk->ticks) {
		assert_memory_equal(got.ticks, chunk->ticks, chunk->n_rows * sizeof(int64_t));
		assert_int_equal(got.n_pieces, chunk->n_pieces);
		assert_memory_equal(got.pieces, chunk->pieces, chunk->n_pieces * sizeof pieces[0]);
		assert_memory_equal(
			got.piece_rows, chunk->piece_rows, chunk->n_pieces * sizeof piece_rows[0]);
	}
	return n;
}

static void rows_come_back_bit_by_bit_at_every_level(void **state)
{
	static const size_t counts[] = {1, 2, 3, 31, 32, 33, 34, 100, 1025, 6000, 65536};

	(void)state;
	for (int level = 0; level <= 4; level++)
		for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
			struct chunk chunk = arrivals(3, counts[i], 10000000);
			comes_back(&chunk, level);
			chunk = ticked(2, counts[i], 2000);
			comes_back(&chunk, level);
		}
}

static void values_of_every_kind_come_back_bit_by_bit(void **state)
{
	static const double odd[] = {0.0, -0.0, 0.1, -273.15, 1e300, 5e-324, DBL_MAX, -DBL_MAX,
		INFINITY, -INFINITY, 1.0 / 3, 123456789.123456789, 4503599627370497.0, 1e15, -1e15,
		0x1p53, 0x1p62, 0x1p63, -0x1p63, 9007199254740993.0, 21.57, 1e-9, 1e-10, 0.1 + 0.2,
		DBL_MIN};
	const size_t n_odd = sizeof odd / sizeof odd[0];
	struct draw random = {3};
	struct chunk chunk = arrivals(4, 3000, 1000000);

	(void)state;
	for (size_t i = 0; i < 3000; i++) {
		double *row = values + i * 4;
		row[0] = odd[i % n_odd];
		row[1] = (double)(float)(sin((double)i / 50) *
			3); /* a sensor that speaks in floats */
		row[2] = (double)draw_between(&random, 0, 1023) * 4883 / 1e6;
		uint64_t bits = draw(&random);
		memcpy(&row[3], &bits, sizeof bits);
		if (isnan(row[3]))
			row[3] = NAN;
	}
	for (int level = 0; level <= 3; level += 3) {
		comes_back(&chunk, level);
		for (size_t i = 0; i < n_odd; i++) { /* each alone, too */
			struct chunk one = arrivals(1, 1, 1000000);
			values[0] = odd[i];
			comes_back(&one, level);
		}
		chunk = arrivals(4, 3000, 1000000);
	}
}

/* Doubles whose bits lie far apart, and as many of them as a chunk holds. */
static void noise_that_is_no_decimal_comes_back(void **state)
{
	struct chunk chunk = arrivals(1, MOST, 1000000);
	struct draw random = {21};

	(void)state;
	for (int round = 0; round < 8; round++) {
		for (size_t i = 0; i < MOST; i++) {
			double noise = 0;
			for (int k = 0; k < 12; k++)
				noise += (double)(draw(&random) >> 11) * 0x1p-53 - 0.5;
			values[i] = 20 * (1 + noise / 1000);
		}
		comes_back(&chunk, 1);
	}
}

static void channels_that_say_nothing_come_back_so(void **state)
{
	struct chunk chunk = arrivals(4, 5000, 10000000);
	struct draw random = {5};

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		if (i % 7)
			values[i * 4] = NAN; /* a slow channel among quick ones */
		if (draw_below(&random, 2))
			values[i * 4 + 1] = -NAN;
		values[i * 4 + 2] = NAN; /* never */
	}
	comes_back(&chunk, 0);
	comes_back(&chunk, 3);
}

static void stamps_of_every_shape_come_back(void **state)
{
	struct draw random = {9};
	struct chunk chunk = arrivals(1, 4000, 10000000);

	(void)state;
	/* Gaps of seconds to years among regular rows. */
	for (size_t i = 0; i < 4000; i++)
		stamps[i] = (int64_t)i * 10000000 + (int64_t)(i / 500) * 3000000000 +
			(i > 3000 ? 100000000000000000 : 0);
	comes_back(&chunk, 3);
	/* Nanoseconds without any order, from the far past on. */
	chunk.stamp_unit_ns = 1;
	stamps[0] = INT64_MIN;
	for (size_t i = 1; i < 4000; i++)
		stamps[i] = stamps[i - 1] + 1 +
			(int64_t)(draw(&random) >> (12 + draw_below(&random, 50)));
	comes_back(&chunk, 3);
	stamps[3999] = INT64_MAX;
	comes_back(&chunk, 0);
	chunk.n_rows = 2;
	stamps[1] = INT64_MAX;
	comes_back(&chunk, 0);
}

/* The ceramic resonator of an Uno is off by up to 0.5 %. */
static void ticks_of_a_resonator_are_kept(void **state)
{
	struct chunk chunk = ticked(1, 400, 100);

	(void)state;
	for (int sign = -1; sign <= 1; sign += 2) {
		for (size_t p = 0; p < chunk.n_pieces; p++) {
			pieces[p].rate_ppb = sign * 4900000;
			pieces[p].origin_ns =
				77000000000 + (int64_t)p * 1100000000; /* behind the one before */
		}
		for (size_t i = 0; i < chunk.n_rows; i++)
			stamps[i] = clock_piece_stamp(&pieces[i / 100], ticks[i]);
		comes_back(&chunk, 1);
	}
	pieces[0].rate_ppb = CLOCK_PIECE_MOST_PPB + 1;
	const uint8_t *bytes;
	size_t n;
	assert_int_equal(chunk_encode(writer, &chunk, 1, &bytes, &n), -EINVAL);
}

static void a_minute_of_two_decimals_takes_less_than_a_byte_a_sample(void **state)
{
	(void)state;
	struct chunk device = ticked(1, 6000, 200); /* 30 pieces of the clock map in the minute */
	size_t n = comes_back(&device, 1);
	print_message("device clock, 1 channel, a minute: %.3f bytes a sample\n", (double)n / 6000);
	assert_in_range(n, 1, 6000);

	device = ticked(3, 6000, 200);
	n = comes_back(&device, 1);
	print_message(
		"device clock, 3 channels, a minute: %.3f bytes a sample\n", (double)n / 18000);

	struct chunk host = arrivals(1, 6000, 10000000);
	n = comes_back(&host, 1);
	print_message(
		"arrival stamps, 1 channel, a minute: %.3f bytes a sample\n", (double)n / 6000);
	assert_in_range(n, 1, 2 * 6000);

	host = arrivals(1, 60000, 10000000);
	n = comes_back(&host, 3);
	print_message(
		"arrival stamps, 1 channel, ten minutes: %.3f bytes a sample\n", (double)n / 60000);
	assert_in_range(n, 1, 3 * 60000 / 2);
}

static void a_second_of_rows_is_small_too(void **state)
{
	(void)state;
	struct chunk second = ticked(3, 100, 100);
	size_t n = comes_back(&second, 0);
	print_message("device clock, 3 channels, a second: %zu bytes for 300 samples\n", n);
	assert_in_range(n, 1, 300);
	second = arrivals(3, 100, 10000000);
	n = comes_back(&second, 0);
	print_message("arrival stamps, 3 channels, a second: %zu bytes for 300 samples\n", n);
	assert_in_range(n, 1, 450);
}

static void an_adc_costs_its_bits_not_its_microvolts(void **state)
{
	struct chunk chunk = ticked(1, 6000, 6000);
	struct draw random = {1};

	(void)state;
	for (size_t i = 0; i < 6000; i++)
		values[i] = (double)(draw_below(&random, 1024) * 4883 + 17) / 1e6;
	size_t n = comes_back(&chunk, 1);
	assert_in_range(n, 1, 6000 * 14 / 8); /* ten bits of noise, some for the ticks */
}

static void rows_that_break_the_rules_are_refused(void **state)
{
	const uint8_t *bytes;
	size_t n;

	(void)state;
	struct chunk chunk = arrivals(1, 100, 10000000);
	stamps[50] = stamps[49];
	assert_int_equal(chunk_encode(writer, &chunk, 1, &bytes, &n), -EINVAL);

	chunk = arrivals(1, 100, 10000000);
	stamps[50] += 1;
	assert_int_equal(chunk_encode(writer, &chunk, 1, &bytes, &n), -EINVAL);
	chunk.stamp_unit_ns = 1;
	assert_int_equal(chunk_encode(writer, &chunk, 1, &bytes, &n), 0);

	chunk = ticked(1, 100, 50);
	stamps[50] += 1;
	assert_int_equal(chunk_encode(writer, &chunk, 1, &bytes, &n), -EINVAL);
	chunk = ticked(1, 100, 50);
	piece_rows[1] = 100;
	assert_int_equal(chunk_encode(writer, &chunk, 1, &bytes, &n), -EINVAL);
	chunk = ticked(1, 100, 50);
	chunk.n_pieces = 0;
	assert_int_equal(chunk_encode(writer, &chunk, 1, &bytes, &n), -EINVAL);

	chunk = arrivals(1, 100, 10000000);
	chunk.n_rows = CHUNK_ROWS + 1;
	assert_int_equal(chunk_encode(writer, &chunk, 1, &bytes, &n), -E2BIG);
	chunk.n_rows = 0;
	assert_int_equal(chunk_encode(writer, &chunk, 1, &bytes, &n), -EINVAL);
}

static void a_flipped_bit_or_a_missing_end_is_noticed(void **state)
{
	const uint8_t *bytes;
	struct chunk chunk = ticked(2, 300, 100), got;
	size_t n;

	(void)state;
	assert_int_equal(chunk_encode(writer, &chunk, 3, &bytes, &n), 0);
	uint8_t *copy = malloc(n);
	assert_non_null(copy);
	memcpy(copy, bytes, n);
	for (size_t bit = 0; bit < n * 8; bit++) {
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(chunk_decode(reader, copy, n, &got), -EBADMSG);
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(chunk_decode(reader, copy, cut, &got), -EBADMSG);
	assert_int_equal(chunk_decode(reader, copy, n, &got), 0);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back_bit_by_bit_at_every_level),
		cmocka_unit_test(values_of_every_kind_come_back_bit_by_bit),
		cmocka_unit_test(noise_that_is_no_decimal_comes_back),
		cmocka_unit_test(channels_that_say_nothing_come_back_so),
		cmocka_unit_test(stamps_of_every_shape_come_back),
		cmocka_unit_test(ticks_of_a_resonator_are_kept),
		cmocka_unit_test(a_minute_of_two_decimals_takes_less_than_a_byte_a_sample),
		cmocka_unit_test(a_second_of_rows_is_small_too),
		cmocka_unit_test(an_adc_costs_its_bits_not_its_microvolts),
		cmocka_unit_test(rows_that_break_the_rules_are_refused),
		cmocka_unit_test(a_flipped_bit_or_a_missing_end_is_noticed),
	};

	return cmocka_run_group_tests(tests, open_codecs, close_codecs);
}
