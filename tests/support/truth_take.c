/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples go in by number, and rows find them by what they say. */
#include "support/truth_take.h"

#include <math.h>
#include <stdlib.h>

#include "sense/describe.h"
#include "support/cmocka_all.h"

void truth_take_sample(void *self, int64_t true_ns, int32_t *ret_number)
{
	struct truth *truth = self;

	if (truth->n_samples == truth->samples_room) {
		truth->samples_room = truth->samples_room ? 2 * truth->samples_room : 4096;
		truth->samples =
			realloc(truth->samples, truth->samples_room * sizeof(truth->samples[0]));
		assert_non_null(truth->samples);
	}
	truth->samples[truth->n_samples] =
		(struct truth_sample){.true_ns = true_ns, .age_ns = true_ns - truth->anew_ns};
	*ret_number = (int32_t)truth->n_samples++;
}

void truth_sniff(struct truth *truth, const uint8_t *bytes, size_t n)
{
	struct link_frame frame;
	struct link_data data;

	for (size_t i = 0; i < n; i++) {
		if (!link_decode(&truth->sniffer, bytes[i], &frame) || frame.type != LINK_DATA ||
			!link_read_data(&frame, &data))
			continue;
		for (size_t at = 0; at + 4 <= data.size; at += 4) {
			uint32_t number = (uint32_t)link_read_raw(data.samples + at, 4);

			if (number < truth->n_samples)
				truth->samples[number].read_ns = truth->clock.frozen_ns;
		}
	}
}

static void take_told(struct truth *truth, const struct uncertainty *told)
{
	if (truth->n_told == truth->told_room) {
		truth->told_room = truth->told_room ? 2 * truth->told_room : 256;
		truth->told = realloc(truth->told, truth->told_room * sizeof(truth->told[0]));
		assert_non_null(truth->told);
	}
	truth->told[truth->n_told++] = *told;
}

/* What users see is what was told, not what the map knew: the last word that holds from a stamp at or
 * before this one. It comes before the row does. */
static int64_t told_at(const struct truth *truth, int64_t stamp_ns)
{
	for (size_t i = truth->n_told; i-- > 0;)
		if (truth->told[i].from.ns <= stamp_ns)
			return truth->told[i].ns;
	return 0;
}

static void take_row(struct truth *truth, const struct feed_record *record, uint32_t row)
{
	double value = record->batch.values[row * record->batch.n_channels];
	int64_t stamp_ns = record->batch.stamps_ns[row];

	truth->n_falling += stamp_ns <= truth->last_stamp_ns;
	truth->last_stamp_ns = stamp_ns;
	if (!(value >= 0 && value < (double)truth->n_samples)) {
		truth->n_strange++;
		return;
	}
	struct truth_sample *sample = &truth->samples[(size_t)value];
	bool has_ticks = record->batch.has_ticks;

	sample->stamp_ns = stamp_ns;
	sample->rows++;
	sample->tick = has_ticks ? record->batch.ticks[row] : 0;
	sample->uncertainty_ns = told_at(truth, stamp_ns);
	sample->segment = has_ticks ? record->batch.piece.segment : 0;
	truth->n_segments += sample->segment != truth->last_segment;
	truth->last_segment = sample->segment;
}

/* As keep/refining.c reads it back. */
static void take_pair(struct truth *truth, int64_t received_ns, const double *values)
{
	bool has_sent = isfinite(values[CLOCK_TRIP]);
	int64_t tick = (int64_t)values[CLOCK_RECEIVED];

	if (truth->n_pairs == truth->pairs_room) {
		truth->pairs_room = truth->pairs_room ? 2 * truth->pairs_room : 1024;
		truth->pairs = realloc(truth->pairs, truth->pairs_room * sizeof(truth->pairs[0]));
		assert_non_null(truth->pairs);
	}
	truth->pairs[truth->n_pairs++] = (struct refine_pair){.received_ns = received_ns,
		.has_sent = has_sent,
		.sent_ns = has_sent ? received_ns - (int64_t)values[CLOCK_TRIP] : 0,
		.tick_in = tick,
		.tick_out = tick + (has_sent ? (int64_t)values[CLOCK_PAUSE] : 0)};
}

/* Told again, it is the same one, grown. */
static void take_gap(struct truth *truth, const struct gap *gap)
{
	if (truth->n_gaps > 0 && gap_holds(gap, &truth->last_gap))
		truth->gap_rows -= truth->last_gap.lost_rows;
	else
		truth->n_gaps++;
	truth->gap_rows += gap->lost_rows;
	truth->last_gap = *gap;
}

static void take_device(struct truth *truth, const struct device *device)
{
	truth->device = *device;
	for (uint32_t i = device->n_streams; i-- > 0;)
		if (device->streams[i].kind == STREAM_CLOCK)
			truth->clock_stream = device->streams[i].id;
		else
			truth->stream = device->streams[i].id;
}

void truth_take_record(struct truth *truth, const struct feed_record *record)
{
	if (record->kind == FEED_DEVICE)
		take_device(truth, record->device);
	for (uint32_t i = 0; record->kind == FEED_BATCH && i < record->batch.n_rows; i++) {
		if (record->batch.stream == truth->stream)
			take_row(truth, record, i);
		else if (record->batch.stream == truth->clock_stream)
			take_pair(truth, record->batch.stamps_ns[i],
				record->batch.values + i * record->batch.n_channels);
	}
	if (record->kind == FEED_UNCERTAINTY && record->uncertainty.stream == truth->stream)
		take_told(truth, &record->uncertainty);
	if (record->kind == FEED_GAP && record->gap.stream == truth->stream)
		take_gap(truth, &record->gap);
}
