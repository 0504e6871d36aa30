/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/recursive.h"

#include <math.h>

struct recursive recursive_of(double rate_hz, double half_time_s)
{
	return (struct recursive){
		.lambda = pow(2, -1 / (rate_hz * half_time_s)),
		.w1 = 1 / rate_hz,
		.p00 = 1e10,
		.p11 = 1e10,
	};
}

double recursive_stamp(struct recursive *r, double arrival_s)
{
	double u, t, pi0, pi1, error, gain;

	if (!r->has_begun) {
		r->has_begun = true;
		r->first_s = arrival_s;
	}
	u = r->index++;
	t = arrival_s - r->first_s;
	pi0 = r->p00 + u * r->p01;
	pi1 = r->p01 + u * r->p11;
	error = t - (r->w0 + u * r->w1);
	gain = 1 / (r->lambda + pi0 + pi1 * u);
	r->p00 = (r->p00 - pi0 * pi0 * gain) / r->lambda;
	r->p01 = (r->p01 - pi0 * pi1 * gain) / r->lambda;
	r->p11 = (r->p11 - pi1 * pi1 * gain) / r->lambda;
	r->w0 += error * (r->p00 + r->p01 * u);
	r->w1 += error * (r->p01 + r->p11 * u);
	return r->w0 + u * r->w1 + r->first_s;
}
