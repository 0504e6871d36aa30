/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stream said in the last second, raw, whatever its rate: sums over tenths of a second. For
 * calibrating: a mean is steadier than a value, and old values would be of another situation.
 * Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/device.h"

enum { RECENT_SLOTS = 10 };

struct recent {
	uint32_t n_channels;
	int64_t period_ns; /* nominal; 0: irregular */
	struct recent_slot {
		int64_t tenth; /* stamp / 100 ms */
		double sum[STREAM_CHANNELS];
		uint32_t n[STREAM_CHANNELS];
	} slots[RECENT_SLOTS];
	double last[STREAM_CHANNELS]; /* NaN: none yet */
	int64_t last_ns[STREAM_CHANNELS];
};

void recent_reset(struct recent *recent, uint32_t n_channels, int64_t period_ns);

/* Rows in order; NaN says nothing. */
void recent_add(
	struct recent *recent, const int64_t *stamps_ns, const double *values, size_t n_rows);

/* How long a value is good for: three periods, at least 10 s. */
int64_t recent_patience_ns(const struct recent *recent);

/* The mean of a channel over the second that ends now, of *ret_n values. A stream slower than that
 * gives its last value, while it is not older than three periods or 10 s. -ENODATA. */
int recent_mean(const struct recent *recent, uint32_t channel, struct instant now, double *ret_mean,
	uint32_t *ret_n);
