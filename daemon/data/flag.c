/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/flag.h"

#include <math.h>

bool flag_limits(double low, double high, double resolution, double *ret_least, double *ret_most)
{
	double edge = resolution > 0 && isfinite(resolution) ? resolution / 2 : 0;

	if (!(low < high))
		return false;
	*ret_least = low - edge;
	*ret_most = high + edge;
	return true;
}

unsigned flag_of_value(double value, double low, double high, double resolution)
{
	double least, most;

	if (!isfinite(value) || !flag_limits(low, high, resolution, &least, &most))
		return 0;
	return value < least || value > most ? FLAG_OUT_OF_RANGE : 0;
}

unsigned flag_of_age(int64_t age_ns, int64_t warm_up_ns)
{
	return age_ns < warm_up_ns ? FLAG_WARM_UP : 0;
}

bool flag_begins_anew(enum gap_reason reason)
{
	return reason == GAP_UNPLUGGED || reason == GAP_STOPPED || reason == GAP_RESET;
}

void flag_add_words(struct text *text, unsigned flags)
{
	if (flags & FLAG_WARM_UP)
		text_add(text, "warm-up");
	if ((flags & FLAG_WARM_UP) && (flags & FLAG_OUT_OF_RANGE))
		text_add_char(text, ',');
	if (flags & FLAG_OUT_OF_RANGE)
		text_add(text, "out-of-range");
}
