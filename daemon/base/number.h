/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Doubles and integers as text: shortest that reads back exactly, exact reading, no locale.
 * C++17's std::to_chars and std::from_chars behind C functions (number.cc is the only C++ file).
 * Any thread; no allocation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { NUMBER_TEXT = 32 }; /* longest text of a double, with room for NUL */

/* Writes the shortest decimal that reads back to the same double; "nan", "inf", "-inf" for those.
 * Not closed by NUL. Returns the length. `ret_text` has room for NUMBER_TEXT bytes. */
size_t number_from_double(double value, char *ret_text);
size_t number_from_int(int64_t value, char *ret_text);
size_t number_from_uint(uint64_t value, char *ret_text);

/* Reads the longest decimal number at the start of text: optional sign (+ too), digits, point,
 * exponent; no hex, no nan, no inf, no leading space. Returns how many bytes it took, 0 when there
 * is none or it overflows a double. The result is correctly rounded. */
size_t number_to_double(const char *text, size_t n, double *ret_value);
size_t number_to_int(const char *text, size_t n, int64_t *ret_value);

/* How a double can be kept as an integer: the smallest e in 0..9 with value == m / 10^e exactly
 * (the same double) and |m| < 2^53. Returns false when there is none (also for nan, inf, -0.0). */
bool number_as_decimal(double value, int64_t *ret_mantissa, unsigned *ret_exponent);

#ifdef __cplusplus
}
#endif
