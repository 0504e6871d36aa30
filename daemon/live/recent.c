/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last second, see recent.h. */
#include "live/recent.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const int64_t tenth_ns = NS_PER_S / RECENT_SLOTS;
static const int64_t patience_ns = 10 * (int64_t)NS_PER_S;

void recent_reset(struct recent *recent, uint32_t n_channels, int64_t period_ns)
{
	*recent = (struct recent){.n_channels = n_channels, .period_ns = period_ns};
	for (unsigned i = 0; i < RECENT_SLOTS; i++)
		recent->slots[i].tenth = -1;
	for (unsigned c = 0; c < STREAM_CHANNELS; c++)
		recent->last[c] = NAN;
}

static struct recent_slot *slot_of(struct recent *recent, int64_t stamp_ns)
{
	int64_t tenth = stamp_ns / tenth_ns;
	struct recent_slot *slot = &recent->slots[tenth % RECENT_SLOTS];

	if (slot->tenth != tenth)
		*slot = (struct recent_slot){.tenth = tenth};
	return slot;
}

void recent_add(
	struct recent *recent, const int64_t *stamps_ns, const double *values, size_t n_rows)
{
	for (size_t row = 0; row < n_rows; row++) {
		if (stamps_ns[row] < 0)
			continue;
		struct recent_slot *slot = slot_of(recent, stamps_ns[row]);

		for (uint32_t c = 0; c < recent->n_channels; c++) {
			double value = values[row * recent->n_channels + c];

			if (isnan(value))
				continue;
			slot->sum[c] += value;
			slot->n[c]++;
			recent->last[c] = value;
			recent->last_ns[c] = stamps_ns[row];
		}
	}
}

int64_t recent_patience_ns(const struct recent *recent)
{
	return 3 * recent->period_ns > patience_ns ? 3 * recent->period_ns : patience_ns;
}

int recent_mean(const struct recent *recent, uint32_t channel, struct instant now, double *ret_mean,
	uint32_t *ret_n)
{
	int64_t tenth = now.ns / tenth_ns;
	int64_t patience = recent_patience_ns(recent);
	double sum = 0;
	uint32_t n = 0;

	for (unsigned i = 0; i < RECENT_SLOTS; i++) {
		const struct recent_slot *slot = &recent->slots[i];

		if (slot->tenth <= tenth - RECENT_SLOTS || slot->tenth < 0)
			continue;
		sum += slot->sum[channel];
		n += slot->n[channel];
	}
	if (n > 0) {
		*ret_mean = sum / n;
	} else {
		if (isnan(recent->last[channel]) || now.ns - recent->last_ns[channel] > patience)
			return -ENODATA;
		*ret_mean = recent->last[channel];
		n = 1;
	}
	*ret_n = n;
	return 0;
}
