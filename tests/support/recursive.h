/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recursive least squares with forgetting, as Lab Streaming Layer smooths the stamps of a regular
 * stream (liblsl, time_postprocessor.cpp): arrival = w0 + w1 * index, older samples counting half as
 * much every half-time. The yardstick beside which our map is shown. */
#pragma once

#include <stdbool.h>

struct recursive {
	double lambda;
	double w0, w1, p00, p01, p11;
	double first_s;
	double index;
	bool has_begun;
};

struct recursive recursive_of(double rate_hz, double half_time_s);

/* Feeds the arrival of the next sample; returns its smoothed stamp. */
double recursive_stamp(struct recursive *recursive, double arrival_s);
