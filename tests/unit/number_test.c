/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Numbers as text: held against the C library's correct but slow strtod and printf. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

static double from_bits(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static const char *text_of(double value)
{
	static char text[NUMBER_TEXT + 1];

	text[number_from_double(value, text)] = '\0';
	return text;
}

static void doubles_are_written_as_people_write_them(void **state)
{
	(void)state;
	assert_string_equal(text_of(0), "0");
	assert_string_equal(text_of(-0.0), "-0");
	assert_string_equal(text_of(1), "1");
	assert_string_equal(text_of(-1.5), "-1.5");
	assert_string_equal(text_of(21.34), "21.34");
	assert_string_equal(text_of(0.1), "0.1");
	assert_string_equal(text_of(0.1 + 0.2), "0.30000000000000004");
	assert_string_equal(text_of(25.0375), "25.0375");
	assert_string_equal(text_of(0.001), "0.001");
	assert_string_equal(text_of(99999.999999), "99999.999999");
	assert_string_equal(text_of(1e22), "1e+22");
	assert_string_equal(text_of(5e-324), "5e-324");
	assert_string_equal(text_of(DBL_MAX), "1.7976931348623157e+308");
	assert_string_equal(text_of(-2.2250738585072014e-308), "-2.2250738585072014e-308");
	assert_string_equal(text_of(NAN), "nan");
	assert_string_equal(text_of(-(double)NAN), "nan");
	assert_string_equal(text_of(INFINITY), "inf");
	assert_string_equal(text_of(-(double)INFINITY), "-inf");
}

/* The fewest digits with which printf writes it so that strtod reads it back. */
static int fewest_digits(double value)
{
	char text[64];

	for (int digits = 1; digits < 17; digits++) {
		snprintf(text, sizeof text, "%.*e", digits - 1, value);
		if (strtod(text, NULL) == value)
			return digits;
	}
	return 17;
}

/* Digits from the first to the last that is not 0, before the exponent. */
static int digits_in(const char *text)
{
	int n = 0, last = 0;

	for (; *text && *text != 'e'; text++) {
		if (*text < '0' || *text > '9' || (n == 0 && *text == '0'))
			continue;
		n++;
		if (*text != '0')
			last = n;
	}
	return last;
}

static void assert_shortest_and_exact(double value)
{
	const char *text = text_of(value);
	double back = 0;

	assert_in_range(strlen(text), 1, NUMBER_TEXT);
	assert_int_equal(bits_of(strtod(text, NULL)), bits_of(value));
	assert_int_equal(number_to_double(text, strlen(text), &back), strlen(text));
	assert_int_equal(bits_of(back), bits_of(value));
	/* A large integer is written out (its digits are exact) where that is no longer than with
	 * an exponent: there the length counts, elsewhere the digits. */
	if (fabs(value) < 1e15)
		assert_true(digits_in(text) <= fewest_digits(value));
	else
		assert_true(strlen(text) <= strlen("-.e+000") + (size_t)fewest_digits(value));
}

static void any_double_is_written_shortest_and_reads_back_exactly(void **state)
{
	struct draw random = {2};

	(void)state;
	for (int i = 0; i < 100000; i++) {
		double value = from_bits(draw(&random));

		if (isfinite(value))
			assert_shortest_and_exact(value);
	}
}

static void readings_are_written_shortest_and_read_back_exactly(void **state)
{
	static const double powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
	struct draw random = {3};

	(void)state;
	for (int i = 0; i < 200000; i++) {
		int64_t top = (int64_t)powers[draw_below(&random, 10)] * 100;
		double m = (double)draw_between(&random, -top, top);

		assert_shortest_and_exact(m / powers[draw_below(&random, 10)]);
		/* Neighbours of a decimal are none: nothing may be rounded to it. */
		assert_shortest_and_exact(nextafter(m / 100, INFINITY));
		assert_shortest_and_exact(nextafter(m / 1e6, -INFINITY));
	}
}

/* Decimal texts of all lengths, with and without point, sign and exponent. */
static void any_text_is_read_as_the_c_library_reads_it(void **state)
{
	struct draw random = {11};

	(void)state;
	for (int i = 0; i < 500000; i++) {
		char text[64];
		size_t n = 0, digits = 1 + (size_t)draw_below(&random, 20);
		size_t point = (size_t)draw_below(&random, 25);
		double value = -77;
		char *end;

		if (draw_below(&random, 3) == 0)
			text[n++] = draw_below(&random, 2) ? '-' : '+';
		for (size_t j = 0; j < digits; j++) {
			if (j == point)
				text[n++] = '.';
			text[n++] = (char)('0' + draw_below(&random, 10));
		}
		text[n] = '\0';
		if (draw_below(&random, 4) == 0)
			n += (size_t)snprintf(text + n, sizeof text - n, "e%d",
				(int)draw_between(&random, -330, 280));
		strcpy(text + n, draw_below(&random, 2) ? "" : ";");

		double expected = strtod(text, &end);
		assert_int_equal(number_to_double(text, strlen(text), &value), end - text);
		assert_int_equal(bits_of(value), bits_of(expected));
	}
}

static void integers_reach_both_ends(void **state)
{
	char text[NUMBER_TEXT];
	int64_t value = 1;

	(void)state;
	assert_int_equal(number_from_int(INT64_MIN, text), 20);
	assert_memory_equal(text, "-9223372036854775808", 20);
	assert_int_equal(number_to_int(text, 20, &value), 20);
	assert_true(value == INT64_MIN);
	assert_int_equal(number_from_int(INT64_MAX, text), 19);
	assert_int_equal(number_to_int(text, 19, &value), 19);
	assert_true(value == INT64_MAX);
	assert_int_equal(number_from_uint(UINT64_MAX, text), 20);
	assert_memory_equal(text, "18446744073709551615", 20);
	assert_int_equal(number_from_int(0, text), 1);
	assert_int_equal(text[0], '0');
}

static void assert_reads(const char *text, size_t used, double expected)
{
	double value = -77;

	assert_int_equal(number_to_double(text, strlen(text), &value), used);
	if (used == 0)
		assert_true(value == -77); /* nothing is written on refusal */
	else
		assert_int_equal(bits_of(value), bits_of(expected));
}

static void a_number_is_read_as_far_as_it_goes(void **state)
{
	(void)state;
	assert_reads("12", 2, 12);
	assert_reads("+12", 3, 12);
	assert_reads("-12.50 mV", 6, -12.5);
	assert_reads(".5", 2, 0.5);
	assert_reads("5.", 2, 5);
	assert_reads("1e3", 3, 1000);
	assert_reads("1E-3,", 4, 0.001);
	assert_reads("1e", 1, 1);
	assert_reads("1e+", 1, 1);
	assert_reads("1.2.3", 3, 1.2);
	assert_reads("1,5", 1, 1);
	assert_reads("0x10", 1, 0);
	assert_reads("007", 3, 7);
	assert_reads("-0", 2, -0.0);
	assert_reads("0.1000000000000000055511151231257827021181583404541015625", 57, 0.1);
	assert_reads("9007199254740993", 16, 9007199254740992.0); /* a tie goes to even */
}

static void what_is_no_number_is_refused(void **state)
{
	static const char *const none[] = {"", "+", "-", ".", "-.", "e5", ".e5", " 1", "nan", "NaN",
		"inf", "-inf", "+infinity", "+-1", "--1", "++1", "x", "\xC2\xB0"};

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_reads(none[i], 0, 0);
}

static void too_large_is_refused_and_too_small_is_zero(void **state)
{
	(void)state;
	assert_reads("1e308", 5, 1e308);
	assert_reads("1e309", 0, 0);
	assert_reads("-1e309", 0, 0);
	assert_reads("1e99999999999999999999", 0, 0);
	assert_reads("1e-400", 6, 0);
	assert_reads("-1e-400", 7, -0.0);
	assert_reads("1e-99999999999999999999", 23, 0);
	assert_reads("4.9e-324", 8, 5e-324);
	assert_reads("0e99999", 7, 0);
}

static void long_digits_do_not_fool_the_range(void **state)
{
	char text[1024] = "0.";
	double value = -1;

	(void)state;
	memset(text + 2, '0', 400); /* 1e-401 */
	strcpy(text + 402, "1");
	assert_int_equal(number_to_double(text, 403, &value), 403);
	assert_true(value == 0);
	strcpy(text + 403, "e401"); /* and back up to 1 */
	assert_int_equal(number_to_double(text, 407, &value), 407);
	assert_true(value == 1);
	memset(text, '9', 400);
	assert_int_equal(number_to_double(text, 400, &value), 0);
	strcpy(text + 400, "e-400"); /* just below 1 */
	assert_int_equal(number_to_double(text, 405, &value), 405);
	assert_true(value == 1);
}

static void integers_are_read_and_never_wrap(void **state)
{
	int64_t value = -77;

	(void)state;
	assert_int_equal(number_to_int("12x", 3, &value), 2);
	assert_int_equal(value, 12);
	assert_int_equal(number_to_int("+7", 2, &value), 2);
	assert_int_equal(value, 7);
	assert_int_equal(number_to_int("12", 1, &value), 1); /* as long as it was told */
	assert_int_equal(value, 1);
	assert_int_equal(number_to_int("9223372036854775808", 19, &value), 0);
	assert_int_equal(number_to_int("+-1", 3, &value), 0);
	assert_int_equal(number_to_int("", 0, &value), 0);
	assert_int_equal(number_to_int("+", 1, &value), 0);
	assert_int_equal(number_to_int(" 1", 2, &value), 0);
	assert_int_equal(value, 1);
}

static void assert_decimal(double value, int64_t mantissa, unsigned exponent)
{
	int64_t m = -77;
	unsigned e = 77;

	assert_true(number_as_decimal(value, &m, &e));
	assert_int_equal(m, mantissa);
	assert_int_equal(e, exponent);
}

static void decimals_are_found_with_the_fewest_places(void **state)
{
	(void)state;
	assert_decimal(0, 0, 0);
	assert_decimal(21, 21, 0);
	assert_decimal(21.5, 215, 1);
	assert_decimal(-21.34, -2134, 2);
	assert_decimal(0.000000001, 1, 9);
	assert_decimal(100, 100, 0);
	assert_decimal(9007199254740991.0, 9007199254740991, 0);
	assert_decimal(-9007199254740991.0, -9007199254740991, 0);
}

static void what_is_no_short_decimal_is_refused(void **state)
{
	static const double none[] = {
		0.1 + 0.2, 1.0 / 3, 9007199254740992.0, 1e300, 1e-10, -0.0, 0.0000000005, 5e-324};
	int64_t m = -77;
	unsigned e = 77;

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(number_as_decimal(none[i], &m, &e));
	assert_false(number_as_decimal(NAN, &m, &e));
	assert_false(number_as_decimal(INFINITY, &m, &e));
	assert_int_equal(m, -77);
	assert_int_equal(e, 77);
}

static void any_decimal_is_found_again_up_to_53_bits(void **state)
{
	static const double powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
	struct draw random = {4};

	(void)state;
	for (int i = 0; i < 500000; i++) {
		int64_t limit = (INT64_C(1) << draw_between(&random, 1, 53)) - 1;
		double value = (double)draw_between(&random, -limit, limit);
		size_t places = (size_t)draw_below(&random, 10);
		int64_t m;
		unsigned e;

		value /= powers[places];
		if (value == 0)
			continue;
		assert_true(number_as_decimal(value, &m, &e));
		assert_true(e <= places);
		assert_true((double)m / powers[e] == value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_are_written_as_people_write_them),
		cmocka_unit_test(any_double_is_written_shortest_and_reads_back_exactly),
		cmocka_unit_test(readings_are_written_shortest_and_read_back_exactly),
		cmocka_unit_test(any_text_is_read_as_the_c_library_reads_it),
		cmocka_unit_test(integers_reach_both_ends),
		cmocka_unit_test(a_number_is_read_as_far_as_it_goes),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(too_large_is_refused_and_too_small_is_zero),
		cmocka_unit_test(long_digits_do_not_fool_the_range),
		cmocka_unit_test(integers_are_read_and_never_wrap),
		cmocka_unit_test(decimals_are_found_with_the_fewest_places),
		cmocka_unit_test(what_is_no_short_decimal_is_refused),
		cmocka_unit_test(any_decimal_is_found_again_up_to_53_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
