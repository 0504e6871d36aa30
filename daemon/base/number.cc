// SPDX-License-Identifier: GPL-3.0-or-later
//
// Numbers as text by libstdc++: C's strtod and printf obey the locale, read hex and "nan", need a
// closing NUL, and print either too few digits or too many. std::to_chars (shortest, exact) and
// std::from_chars (correctly rounded) do none of that and are several times faster.
#include "base/number.h"

#include <charconv>
#include <cmath>
#include <system_error>

template <typename Number> static size_t write(Number value, char *ret_text)
{
	return static_cast<size_t>(
		std::to_chars(ret_text, ret_text + NUMBER_TEXT, value).ptr - ret_text);
}

// Digits of a number, exactly n of them, from the right.
static char *write_digits(char *at, uint32_t value, unsigned n)
{
	for (unsigned i = n; i > 0; i--, value /= 10)
		at[i - 1] = static_cast<char>('0' + value % 10);
	return at + n;
}

// Most of what the daemon writes are readings such as 21.34. std::to_chars takes 570 instructions
// for one (callgrind, x86-64), this 140. It takes the value as a number of millionths, if it is
// one.
//
// That the text is the same: a decimal of at most 15 digits that reads back to a double is the
// shortest that does, because two of them never share a double; and in this range the plain
// notation is never longer than the one with an exponent, which is when to_chars prefers it.
// Returns 0 when the value is no such reading.
static size_t write_reading(double value, char *ret_text)
{
	double size = std::fabs(value);
	char *at = ret_text;

	if (!(size >= 0.001 && size < 100000))
		return 0;
	uint64_t millionths = static_cast<uint64_t>(size * 1e6 + 0.5);
	if (static_cast<double>(millionths) / 1e6 != size)
		return 0;
	uint32_t whole = static_cast<uint32_t>(millionths / 1000000);
	uint32_t rest = static_cast<uint32_t>(millionths % 1000000);

	if (value < 0)
		*at++ = '-';
	at = write_digits(at, whole,
		whole < 10              ? 1
			: whole < 100   ? 2
			: whole < 1000  ? 3
			: whole < 10000 ? 4
					: 5);
	if (rest > 0) {
		unsigned places = 6;

		if (rest % 1000 == 0) {
			rest /= 1000;
			places = 3;
		}
		for (; rest % 10 == 0; places--)
			rest /= 10;
		*at++ = '.';
		at = write_digits(at, rest, places);
	}
	return static_cast<size_t>(at - ret_text);
}

size_t number_from_double(double value, char *ret_text)
{
	size_t n = write_reading(value, ret_text);

	if (n > 0)
		return n;
	// "-nan" exists in libstdc++; a NaN has no sign that means anything to us.
	return write(std::isnan(value) ? std::fabs(value) : value, ret_text);
}

size_t number_from_int(int64_t value, char *ret_text)
{
	return write(value, ret_text);
}

size_t number_from_uint(uint64_t value, char *ret_text)
{
	return write(value, ret_text);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

// Is a number that does not fit a double too small (then it is 0) rather than too large? The place
// of the first digit that is not 0, plus the exponent, tells: the two are some 600 decades apart.
static bool is_tiny(const char *at, const char *end)
{
	long place = 0, step = 0;
	bool is_after_point = false, is_found = false;

	for (; at < end && (is_digit(*at) || *at == '.'); at++) {
		if (*at == '.')
			is_after_point = true;
		else if (is_found)
			place += !is_after_point;
		else if (*at != '0')
			is_found = true;
		else
			step -= is_after_point;
	}
	place += step;
	if (at < end) { // at the e: its digits may themselves be too many for a long
		bool is_negative = at + 1 < end && at[1] == '-';
		long exponent = 0;

		for (at++; at < end; at++)
			if (is_digit(*at) && exponent < 1000000000)
				exponent = exponent * 10 + (*at - '0');
		place += is_negative ? -exponent : exponent;
	}
	return place < 0;
}

static const double POWERS_OF_10[] = {
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

// Most of what boards print is as short as 21.34: at most 15 digits make an integer that a double
// holds exactly, so do the powers of ten, and their quotient is rounded once: correctly. Returns 0
// when it is longer or has an exponent, and when it is no number.
static size_t read_short(const char *text, const char *end, double *ret_value)
{
	const char *at = text;
	uint64_t digits = 0;

	for (; at < end && is_digit(*at); at++)
		digits = digits * 10 + static_cast<uint64_t>(*at - '0');
	const char *point = at;
	if (at < end && *at == '.')
		for (at++; at < end && is_digit(*at); at++)
			digits = digits * 10 + static_cast<uint64_t>(*at - '0');
	size_t places = at > point ? static_cast<size_t>(at - point) - 1 : 0;
	size_t n = static_cast<size_t>(point - text) + places;

	if (n == 0 || n > 15 || (at < end && (*at == 'e' || *at == 'E')))
		return 0;
	*ret_value = static_cast<double>(digits) / POWERS_OF_10[places];
	return static_cast<size_t>(at - text);
}

// Anything else. from_chars takes "inf" and "nan" too, hence the look at the first character.
static size_t read_any(const char *text, const char *end, double *ret_value)
{
	bool is_number = text < end &&
		(is_digit(*text) || (*text == '.' && end - text > 1 && is_digit(text[1])));
	double value = 0;

	if (!is_number)
		return 0;
	auto result = std::from_chars(text, end, value);
	if (result.ec == std::errc::result_out_of_range) {
		if (!is_tiny(text, result.ptr))
			return 0;
		value = 0;
	} else if (result.ec != std::errc() || std::isinf(value)) {
		return 0;
	}
	*ret_value = value;
	return static_cast<size_t>(result.ptr - text);
}

size_t number_to_double(const char *text, size_t n, double *ret_value)
{
	size_t sign = n > 0 && (*text == '-' || *text == '+');
	double value;
	size_t used = read_short(text + sign, text + n, &value);

	if (used == 0)
		used = read_any(text + sign, text + n, &value);
	if (used == 0)
		return 0;
	*ret_value = *text == '-' ? -value : value;
	return sign + used;
}

size_t number_to_int(const char *text, size_t n, int64_t *ret_value)
{
	const char *end = text + n;
	const char *at = n > 1 && *text == '+' && is_digit(text[1]) ? text + 1 : text;
	int64_t value;
	auto result = std::from_chars(at, end, value);

	if (result.ec != std::errc())
		return 0;
	*ret_value = value;
	return static_cast<size_t>(result.ptr - text);
}

static bool is_quotient(double value, double mantissa, double power)
{
	// Both are exact, so the division rounds once, as reading the decimal text would.
	return std::fabs(mantissa) < 0x1p53 && mantissa / power == value;
}

bool number_as_decimal(double value, int64_t *ret_mantissa, unsigned *ret_exponent)
{
	if (!(std::fabs(value) < 0x1p53) || (value == 0 && std::signbit(value)))
		return false;
	for (unsigned e = 0; e <= 9; e++) {
		double near = std::nearbyint(value * POWERS_OF_10[e]);

		if (std::fabs(near) > 0x1p53)
			return false;
		// The product is rounded; above 2^50 it may be one off.
		for (double m : {near, near - 1, near + 1}) {
			if (is_quotient(value, m, POWERS_OF_10[e])) {
				*ret_mantissa = static_cast<int64_t>(m);
				*ret_exponent = e;
				return true;
			}
			if (std::fabs(near) < 0x1p50)
				break;
		}
	}
	return false;
}
