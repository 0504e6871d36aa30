/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fit/digits.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NARROW "\u202f"
#define MINUS "\u2212"

enum { DIGITS_WITHOUT = 7, LARGEST_TEN = 6, SMALLEST_TEN = -4 };

bool digits_of(double error, int *ret_decimals)
{
	if (!(error > 0) || !isfinite(error))
		return false;
	int ten = (int)floor(log10(error) + 1e-12);
	double lead = error / pow(10, ten);

	*ret_decimals = -ten + (lead < 1.95 ? 1 : 0);
	return true;
}

static void add_plain(struct text *text, double value, int decimals)
{
	char digits[400];

	/* Rounding to tens or hundreds is done on the number, the rest by the printer. */
	if (decimals < 0) {
		double step = pow(10, -decimals);
		value = round(value / step) * step;
	}
	snprintf(digits, sizeof digits, "%.*f", decimals > 0 ? decimals : 0, fabs(value));
	if (value < 0 && strspn(digits, "0.") < strlen(digits))
		text_add(text, MINUS);
	text_add(text, digits);
}

static void add_power(struct text *text, int ten)
{
	static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
	char digits[16];

	snprintf(digits, sizeof digits, "%d", ten < 0 ? -ten : ten);
	text_add(text, "×10");
	if (ten < 0)
		text_add(text, "⁻");
	for (const char *c = digits; *c; c++)
		text_add(text, raised[*c - '0']);
}

/* Where the value is written with a power of ten of its own; 0: it is not. */
static int power_for(double value, double error)
{
	double size = fmax(fabs(value), isfinite(error) ? fabs(error) : 0);

	if (!(size > 0) || !isfinite(size))
		return 0;
	int ten = (int)floor(log10(size) + 1e-12);
	return ten > LARGEST_TEN || ten < SMALLEST_TEN ? ten : 0;
}

/* Seven digits that count where nobody says how many do. */
static int decimals_for(double value, double error)
{
	int decimals;

	if (digits_of(error, &decimals))
		return decimals;
	if (value == 0 || !isfinite(value))
		return 0;
	return DIGITS_WITHOUT - 1 - (int)floor(log10(fabs(value)) + 1e-12);
}

static void add_number(struct text *text, double value, double error, bool has_error)
{
	int decimals = decimals_for(value, error), ten = power_for(value, error);
	double scale = pow(10, ten);

	if (!isfinite(value) || !isfinite(scale) || scale == 0) {
		text_add(text, "?");
		return;
	}
	if (ten && has_error)
		text_add(text, "(");
	add_plain(text, value / scale, decimals + ten);
	if (has_error) {
		text_add(text, NARROW "±" NARROW);
		add_plain(text, error / scale, decimals + ten);
	}
	if (ten && has_error)
		text_add(text, ")");
	if (ten)
		add_power(text, ten);
}

void digits_add(struct text *text, double value, double error)
{
	add_number(text, value, error, false);
}

void digits_add_both(struct text *text, double value, double error)
{
	add_number(text, value, error, error > 0 && isfinite(error));
}
