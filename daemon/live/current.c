/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One stream, live, see current.h. */
#include "live/current.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct current *current_new(const struct stream *stream)
{
	struct current *current = malloc(sizeof *current);

	if (!current)
		return NULL;
	condense_reset(&current->rows, stream->n_channels);
	recent_reset(&current->recent, stream->n_channels, stream->period_ns);
	current->correction = NULL;
	return current;
}

void current_free(struct current *current)
{
	if (!current)
		return;
	correction_free(current->correction);
	free(current);
}

void current_correct_by(struct current *current, struct correction *correction)
{
	correction_free(current->correction);
	current->correction = correction;
}

void current_add(struct current *current, const struct feed_record *record)
{
	double corrected[BATCH_ROWS * STREAM_CHANNELS];
	const double *values = record->batch.values;
	uint32_t n_rows = record->batch.n_rows;

	recent_add(&current->recent, record->batch.stamps_ns, values, n_rows);
	if (current->correction) {
		memcpy(corrected, values,
			(size_t)n_rows * record->batch.n_channels * sizeof *corrected);
		correction_apply(current->correction, n_rows, record->batch.stamps_ns, corrected);
		values = corrected;
	}
	condense_add(&current->rows, record->batch.stamps_ns, values, n_rows);
}

double current_corrected(
	const struct current *current, uint32_t channel, struct instant at, double raw)
{
	const struct calibration_map *map =
		current->correction ? correction_at(current->correction, channel, at, NULL) : NULL;

	return map
		? calibration_value(map, correction_resolution(current->correction, channel), raw)
		: raw;
}

double current_last(const struct current *current, uint32_t channel, struct instant at)
{
	return current_corrected(current, channel, at, current->recent.last[channel]);
}

double current_value(const struct current *current, uint32_t channel, struct instant at)
{
	int64_t age_ns = at.ns - current->recent.last_ns[channel];

	return age_ns >= 0 && age_ns <= recent_patience_ns(&current->recent)
		? current_last(current, channel, at)
		: NAN;
}
