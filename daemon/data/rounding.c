/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/rounding.h"

#include <math.h>

enum { DECIMALS_MOST = 12, DECIMALS_BEHIND = 3 };

static const double whole_most = 4503599627370496.0; /* 2^52: doubles above are whole */

double rounding_of(double resolution)
{
	double decimals;

	if (!(resolution > 0))
		return 0;
	decimals = ceil(-log10(resolution)) + DECIMALS_BEHIND;
	return decimals >= 0 && decimals <= DECIMALS_MOST ? pow(10, decimals) : 0;
}

double rounding_apply(double rounding, double value)
{
	if (!(rounding > 0) || !(fabs(value * rounding) < whole_most))
		return value;
	return round(value * rounding) / rounding;
}
