/* SPDX-License-Identifier: GPL-3.0-or-later */
/* long-store DIR STREAM CHANNELS PERIOD_US SECONDS: gives a stream of a store, which kitlogd has made and
 * does not use now, the rows of a long project, and a run over all of them. A second or two make ten
 * hours at 100 Hz.
 *
 * The lines are slow swings with steps of 0.01; a single row in three stands far above all others, at a
 * seventh, a half and six sevenths of the time: whoever draws the run must show these at every zoom.
 * Prints begin and end of the run and the instants of the three, microseconds of board time. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/feed.h"
#include "keep/store.h"

#define SPIKE 900.0

enum { SPIKES = 3, COMMIT_ROWS = 6000 };

struct plan {
	uint32_t stream, channels;
	int64_t period_ns, rows, begin_ns;
};

static int64_t spike(const struct plan *plan, int k)
{
	return plan->rows * (2 + 5 * k) / 14;
}

static int64_t stamp(const struct plan *plan, int64_t row)
{
	return plan->begin_ns + row * plan->period_ns;
}

static double value(const struct plan *plan, uint32_t channel, int64_t row)
{
	double part = (double)row / (double)plan->rows;
	double v = 20 + channel + 6 * sin(2 * M_PI * 5 * part) + 0.2 * sin((double)row * 1.7);

	for (int k = 0; k < SPIKES; k++)
		if (row == spike(plan, k))
			return SPIKE;
	return round(v * 100) / 100;
}

static int add(struct store *store, const struct plan *plan, int64_t row, uint32_t n)
{
	static int64_t stamps[BATCH_ROWS];
	static double values[BATCH_ROWS * STREAM_CHANNELS];
	struct feed_record record = {.kind = FEED_BATCH};

	for (uint32_t i = 0; i < n; i++) {
		stamps[i] = stamp(plan, row + i);
		for (uint32_t c = 0; c < plan->channels; c++)
			values[i * plan->channels + c] = value(plan, c, row + i);
	}
	record.at.ns = stamps[n - 1];
	record.batch.stream = plan->stream;
	record.batch.n_channels = plan->channels;
	record.batch.n_rows = n;
	record.batch.stamps_ns = stamps;
	record.batch.values = values;
	return store_add_batch(store, &record);
}

static int fill(struct store *store, const struct plan *plan)
{
	int64_t pending = 0;
	int result = 0;

	for (int64_t row = 0; !result && row < plan->rows;) {
		uint32_t n =
			plan->rows - row < BATCH_ROWS ? (uint32_t)(plan->rows - row) : BATCH_ROWS;
		result = add(store, plan, row, n);
		row += n;
		pending += n;
		if (!result && pending >= COMMIT_ROWS) {
			result = store_commit(store, (struct instant){stamp(plan, row)});
			pending = 0;
		}
	}
	struct run run = {.id = 100 + plan->stream,
		.number = 100 + plan->stream,
		.from = {plan->begin_ns},
		.to = {stamp(plan, plan->rows)}};
	if (!result)
		result = store_add_run(store, &run);
	return result ? result : store_commit(store, run.to);
}

int main(int argc, char **argv)
{
	struct store *store = NULL;
	struct store_finding finding;
	struct plan plan = {0};
	uint32_t boot;

	if (argc != 6) {
		fprintf(stderr, "usage: long-store DIR STREAM CHANNELS PERIOD_US SECONDS\n");
		return 2;
	}
	struct store_options options = {argv[1], 0};
	plan.stream = (uint32_t)strtoul(argv[2], NULL, 10);
	plan.channels = (uint32_t)strtoul(argv[3], NULL, 10);
	plan.period_ns = strtoll(argv[4], NULL, 10) * NS_PER_US;
	plan.rows = strtoll(argv[5], NULL, 10) * NS_PER_S / plan.period_ns;
	int result = plan.channels > STREAM_CHANNELS ? -22 : store_open(&options, &finding, &store);
	if (!result)
		result = store_begin_boot(store, argv[2], NS_PER_S, &boot, &plan.begin_ns);
	plan.begin_ns += 2 * (int64_t)NS_PER_S;
	if (!result)
		result = fill(store, &plan);
	store_close(store);
	if (result) {
		fprintf(stderr, "long-store: %s\n", strerror(-result));
		return 1;
	}
	printf("%" PRId64 " %" PRId64, plan.begin_ns / 1000, stamp(&plan, plan.rows) / 1000);
	for (int k = 0; k < SPIKES; k++)
		printf(" %" PRId64, stamp(&plan, spike(&plan, k)) / 1000);
	printf("\n");
	return 0;
}
