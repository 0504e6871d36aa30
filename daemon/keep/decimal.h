/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A channel's doubles as integers, so that the column codec can difference them, and back to the
 * very same doubles: as scaled decimals (21.57 is 2157 and two digits) where all of them read back
 * exactly, else as their bits in an order that rises with the value.
 *
 * Base/number.h answers the same question for one double at a time; this is the way for a whole
 * channel, some 5 ns a value. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { DECIMAL_DIGITS = 9, DECIMAL_BITS = 10 /* kind: not decimals, bits of doubles */ };

/* Takes the values[0], values[stride], ... that are not NaN. Returns the kind: 0..9 digits behind
 * the point, or DECIMAL_BITS; *ret_n how many they were. */
unsigned decimal_from_doubles(
	const double *values, size_t stride, size_t n, int64_t *ret_integers, size_t *ret_n);

/* Back: one integer to the double it came from. */
double decimal_to_double(unsigned kind, int64_t integer);

/* The same for n of them, to values[0], values[stride], ... */
void decimal_to_doubles(
	unsigned kind, const int64_t *integers, size_t n, double *ret_values, size_t stride);
