/* SPDX-License-Identifier: GPL-3.0-or-later */
/* long-store DIR STREAM[,STREAM...] CHANNELS PERIOD_US SECONDS [UNIX_S]: gives streams of a store, which
 * kitlogd has made and does not use now, the rows of a long project, and each a run over all of them. A
 * second or two make ten hours at 100 Hz. With UNIX_S the first row was recorded then, and a time server
 * says so; without, nobody knows the hour.
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

enum { SPIKES = 3, COMMIT_ROWS = 6000, STREAMS = 32 };

struct plan {
	uint32_t streams[STREAMS], channels;
	size_t n_streams;
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

static int add(
	struct store *store, const struct plan *plan, uint32_t stream, int64_t row, uint32_t n)
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
	record.batch.stream = stream;
	record.batch.n_channels = plan->channels;
	record.batch.n_rows = n;
	record.batch.stamps_ns = stamps;
	record.batch.values = values;
	return store_add_batch(store, &record);
}

static int add_runs(struct store *store, const struct plan *plan)
{
	int result = 0;

	for (size_t i = 0; i < plan->n_streams && !result; i++) {
		struct run run = {.id = 100 + plan->streams[i],
			.number = 100 + plan->streams[i],
			.from = {plan->begin_ns},
			.to = {stamp(plan, plan->rows)}};

		result = store_add_run(store, &run);
	}
	return result ? result : store_commit(store, (struct instant){stamp(plan, plan->rows)});
}

static int fill(struct store *store, const struct plan *plan)
{
	int64_t pending = 0;
	int result = 0;

	for (int64_t row = 0; !result && row < plan->rows;) {
		uint32_t n =
			plan->rows - row < BATCH_ROWS ? (uint32_t)(plan->rows - row) : BATCH_ROWS;
		for (size_t i = 0; i < plan->n_streams && !result; i++)
			result = add(store, plan, plan->streams[i], row, n);
		row += n;
		pending += n * (int64_t)plan->n_streams;
		if (!result && pending >= COMMIT_ROWS) {
			result = store_commit(store, (struct instant){stamp(plan, row)});
			pending = 0;
		}
	}
	return result ? result : add_runs(store, plan);
}

static void read_streams(struct plan *plan, const char *text)
{
	char *end;

	while (plan->n_streams < STREAMS) {
		plan->streams[plan->n_streams++] = (uint32_t)strtoul(text, &end, 10);
		if (*end != ',')
			return;
		text = end + 1;
	}
}

static int add_anchor(struct store *store, const struct plan *plan, const char *unix_s)
{
	struct anchor anchor = {.at = {plan->begin_ns},
		.wall = {strtoll(unix_s, NULL, 10) * NS_PER_S},
		.uncertainty_ns = 10 * NS_PER_MS,
		.source = ANCHOR_NTP};

	return store_add_anchor(store, &anchor);
}

int main(int argc, char **argv)
{
	struct store *store = NULL;
	struct store_finding finding;
	struct plan plan = {0};
	uint32_t boot;

	if (argc != 6 && argc != 7) {
		fprintf(stderr,
			"usage: long-store DIR STREAM[,STREAM...] CHANNELS PERIOD_US SECONDS "
			"[UNIX_S]\n");
		return 2;
	}
	struct store_options options = {argv[1], 0};
	read_streams(&plan, argv[2]);
	plan.channels = (uint32_t)strtoul(argv[3], NULL, 10);
	plan.period_ns = strtoll(argv[4], NULL, 10) * NS_PER_US;
	plan.rows = strtoll(argv[5], NULL, 10) * NS_PER_S / plan.period_ns;
	int result = plan.channels > STREAM_CHANNELS ? -22 : store_open(&options, &finding, &store);
	if (!result)
		result = store_begin_boot(store, argv[2], NS_PER_S, &boot, &plan.begin_ns);
	plan.begin_ns += 2 * (int64_t)NS_PER_S;
	if (!result && argc == 7)
		result = add_anchor(store, &plan, argv[6]);
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
