/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows become columns without losing a spike, a row or their order, whatever the rate. */
#include "live/condense.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "support/cmocka_all.h"

static struct condense condense;
static char buffer[CONDENSE_TEXT];

static json_t *as_json(uint32_t stream)
{
	struct text text = text_over(buffer, sizeof buffer);
	json_error_t error;

	condense_json(&condense, stream, &text);
	assert_false(text.is_cut);
	json_t *object = json_loads(text.at, 0, &error);
	if (!object)
		fail_msg("%s: %s", error.text, text.at);
	return object;
}

static double number(const json_t *object, const char *table, size_t channel, size_t i)
{
	const json_t *value =
		json_array_get(json_array_get(json_object_get(object, table), channel), i);

	return json_is_null(value) ? NAN : json_number_value(value);
}

static void add(int64_t us, double a, double b)
{
	condense_add(&condense, &(int64_t){us * NS_PER_US}, (double[]){a, b}, 1);
}

static void few_rows_stay_as_they_are(void **unused)
{
	(void)unused;
	condense_reset(&condense, 2);
	add(1000, 0.1, -3);
	add(1500, NAN, INFINITY);
	json_t *object = as_json(7);

	assert_string_equal(buffer, "{\"s\":7,\"t\":[1000,1500],\"y\":[[0.1,null],[-3,null]]}");
	json_decref(object);
}

static void forty_rows_are_rows_and_forty_one_are_columns(void **unused)
{
	(void)unused;
	condense_reset(&condense, 2);
	for (int i = 0; i < CONDENSE_ROWS; i++)
		add(i, i, 0);
	json_t *object = as_json(1);
	assert_int_equal(json_array_size(json_object_get(object, "t")), CONDENSE_ROWS);
	assert_non_null(json_object_get(object, "y"));
	json_decref(object);

	add(CONDENSE_ROWS, CONDENSE_ROWS, 0);
	object = as_json(1);
	assert_null(json_object_get(object, "y"));
	assert_true(json_array_size(json_object_get(object, "t")) <= CONDENSE_COLUMNS);
	json_decref(object);
}

/* Against sums over the rows, for many numbers of rows: nothing is lost or counted twice. */
static void columns_hold_every_row_once_and_every_spike(void **unused)
{
	static double values[2000];

	(void)unused;
	srand(1);
	for (size_t n = CONDENSE_ROWS + 1; n < 2000; n += 37) {
		double sum = 0, sum_of_columns = 0;
		size_t rows = 0, spike = n / 3, at = 0;

		condense_reset(&condense, 1);
		for (size_t i = 0; i < n; i++) {
			values[i] = rand() % 1000;
			if (i == spike)
				values[i] = 1e6;
			sum += values[i];
			condense_add(&condense, &(int64_t){(int64_t)i * NS_PER_MS}, &values[i], 1);
		}
		json_t *object = as_json(1), *t = json_object_get(object, "t");
		size_t n_columns = json_array_size(t);
		int64_t before = -1;

		assert_in_range(n_columns, CONDENSE_COLUMNS / 2, CONDENSE_COLUMNS);
		for (size_t i = 0; i < n_columns; i++) {
			size_t in_column = (size_t)json_integer_value(
				json_array_get(json_object_get(object, "n"), i));
			double least = INFINITY, most = -INFINITY;

			for (size_t k = at; k < at + in_column; k++) {
				least = fmin(least, values[k]);
				most = fmax(most, values[k]);
			}
			assert_true(number(object, "min", 0, i) == least);
			assert_true(number(object, "max", 0, i) == most);
			sum_of_columns += number(object, "mean", 0, i) * (double)in_column;
			int64_t middle = (int64_t)(2 * at + in_column - 1) * 1000 / 2;
			assert_int_equal(json_integer_value(json_array_get(t, i)), middle);
			assert_true(middle > before);
			before = middle;
			at += in_column;
			rows += in_column;
		}
		assert_int_equal(rows, n);
		assert_true(fabs(sum - sum_of_columns) < 1e-3);
		json_decref(object);
	}
}

static void absent_values_do_not_count(void **unused)
{
	(void)unused;
	condense_reset(&condense, 2);
	for (int i = 0; i < 100; i++)
		add(i, i < 50 ? 4 : NAN, NAN);
	json_t *object = as_json(1);
	size_t n = json_array_size(json_object_get(object, "t"));

	assert_true(number(object, "mean", 0, 0) == 4);
	assert_true(isnan(number(object, "mean", 0, n - 1)));
	for (size_t i = 0; i < n; i++)
		assert_true(isnan(number(object, "max", 1, i)));
	json_decref(object);
}

static void the_widest_stream_fits_its_text(void **unused)
{
	double values[STREAM_CHANNELS];

	(void)unused;
	for (size_t rows = CONDENSE_ROWS; rows <= 10 * CONDENSE_ROWS; rows *= 10) {
		condense_reset(&condense, STREAM_CHANNELS);
		for (size_t i = 0; i < rows; i++) {
			for (size_t c = 0; c < STREAM_CHANNELS; c++)
				values[c] = -1.2345678901234567e-300 * (double)(i + c + 1);
			condense_add(
				&condense, &(int64_t){INT64_MAX - 1000 + (int64_t)i}, values, 1);
		}
		json_decref(as_json(UINT32_MAX));
	}
}

/* Main reads every row of every stream: at 20 000 rows/s, 0.15 us a row are 0.3 % of a processor.
 * Told, and held to with room for a slow machine. */
static void a_row_costs_a_fraction_of_a_microsecond(void **unused)
{
	enum { ROUNDS = 4000, ROWS = 128 };
	static int64_t stamps[ROWS];
	static double values[ROWS * 3];

	(void)unused;
	for (int i = 0; i < ROWS; i++) {
		stamps[i] = i * 50000;
		values[3 * i] = values[3 * i + 1] = values[3 * i + 2] = i * 0.37;
	}
	clock_t start = clock(); /* of this process, whoever else computes */
	for (int i = 0; i < ROUNDS; i++) {
		if (i % 8 == 0) { /* a frame of 1024 rows: 50 ms at 20 000 rows/s */
			struct text text = text_over(buffer, sizeof buffer);

			if (i > 0)
				condense_json(&condense, 1, &text);
			condense_reset(&condense, 3);
		}
		condense_add(&condense, stamps, values, ROWS);
	}
	double us = (double)(clock() - start) * 1e6 / CLOCKS_PER_SEC / (ROUNDS * ROWS);

	print_message("%.4f us a row of 3 values, text included\n", us);
	assert_true(us < 1.5); /* ten times the promise: a sanitizer, a slow board */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_rows_stay_as_they_are),
		cmocka_unit_test(forty_rows_are_rows_and_forty_one_are_columns),
		cmocka_unit_test(columns_hold_every_row_once_and_every_spike),
		cmocka_unit_test(absent_values_do_not_count),
		cmocka_unit_test(the_widest_stream_fits_its_text),
		cmocka_unit_test(a_row_costs_a_fraction_of_a_microsecond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
