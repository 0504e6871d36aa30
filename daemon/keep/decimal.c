/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Doubles as integers, see decimal.h. The test is the definition: m / 10^e must be the same double,
 * bit by bit (so -0.0, infinities and 17-digit numbers go the other way). */
#include "keep/decimal.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const double power[DECIMAL_DIGITS + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits;
}

/* Adding 1.5 * 2^52 leaves a double's integer part, rounded to nearest, in its lowest bits: a tenth
 * of the time of llround(3). Good below 2^51. */
static bool is_decimal(double value, unsigned digits, int64_t *ret_integer)
{
	const double magic = 0x1.8p52;
	double scaled = value * power[digits];

	if (!(fabs(scaled) < 0x1p51))
		return false;
	int64_t integer = (int64_t)(bits_of(scaled + magic) - bits_of(magic));
	if (bits_of((double)integer / power[digits]) != bits_of(value))
		return false;
	*ret_integer = integer;
	return true;
}

/* Integers that rise as the doubles do: the bits of a double are sign and size. */
static int64_t ordered_bits(double value)
{
	uint64_t bits = bits_of(value);

	return (int64_t)(bits >> 63 ? ~bits ^ (uint64_t)1 << 63 : bits);
}

static double from_ordered_bits(int64_t integer)
{
	uint64_t bits = (uint64_t)integer;
	double value;

	if (bits >> 63)
		bits = ~(bits ^ (uint64_t)1 << 63);
	memcpy(&value, &bits, sizeof value);
	return value;
}

/* Fewest digits that hold the values from `at` on, at least `digits`; more than DECIMAL_DIGITS:
 * none. With more digits a decimal stays a decimal, so what was looked at need not be looked at
 * again. */
static unsigned digits_for(const double *values, size_t stride, size_t n, unsigned digits)
{
	int64_t integer;

	for (size_t i = 0; i < n && digits <= DECIMAL_DIGITS; i++) {
		double value = values[i * stride];
		while (!isnan(value) && digits <= DECIMAL_DIGITS &&
			!is_decimal(value, digits, &integer))
			digits++;
	}
	return digits;
}

unsigned decimal_from_doubles(
	const double *values, size_t stride, size_t n, int64_t *ret_integers, size_t *ret_n)
{
	enum { LOOK = 8 };
	unsigned digits = digits_for(values, stride, n < LOOK ? n : LOOK, 0);
	size_t count = 0;

	for (size_t i = 0; i < n && digits <= DECIMAL_DIGITS; i++) {
		double value = values[i * stride];
		if (isnan(value))
			continue;
		if (!is_decimal(value, digits, &ret_integers[count])) {
			digits = digits_for(values + i * stride, stride, n - i, digits);
			count = 0;
			i = (size_t)-1; /* once more from the start */
			continue;
		}
		count++;
	}
	if (digits <= DECIMAL_DIGITS) {
		*ret_n = count;
		return digits;
	}

	count = 0;
	for (size_t i = 0; i < n; i++) {
		double value = values[i * stride];
		if (!isnan(value))
			ret_integers[count++] = ordered_bits(value);
	}
	*ret_n = count;
	return DECIMAL_BITS;
}

double decimal_to_double(unsigned kind, int64_t integer)
{
	return kind == DECIMAL_BITS ? from_ordered_bits(integer) : (double)integer / power[kind];
}

void decimal_to_doubles(
	unsigned kind, const int64_t *integers, size_t n, double *ret_values, size_t stride)
{
	if (kind == DECIMAL_BITS) {
		for (size_t i = 0; i < n; i++)
			ret_values[i * stride] = from_ordered_bits(integers[i]);
		return;
	}
	for (size_t i = 0; i < n; i++)
		ret_values[i * stride] = (double)integers[i] / power[kind];
}
