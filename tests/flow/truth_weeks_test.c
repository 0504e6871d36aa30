/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Three weeks of a class in seconds: a board whose truth is known (support/truth.h) measures the water
 * each ten seconds, from morning to afternoon, over one weekend throughout. It is unplugged for the
 * night, and by whoever needs the socket; its button is pressed; its line is dead for hours while its
 * clock goes on and wraps; this board stalls. All goes through the real keep into a real store on the
 * fake clock, and what can be read back is held against the truth. */
#include <stdio.h>
#include <stdlib.h>

#include "keep/keep.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"
#include "support/truth_draw.h"
#include "support/truth_figures.h"

enum {
	DAYS = 21,
	WEEKEND = 5, /* the day from which on it stays plugged in, for two */
	HOUR_S = 3600,
	DAY_S = 24 * HOUR_S,
	SCHOOL_S = 8 * HOUR_S,
	PART_S = 300, /* keep looks at its feed each so many seconds */
	EVENTS_A_DAY = 4,
	SETTLED_S = 10,
	P95_US = 50,
	MOST_US = 1000, /* a row that comes before the first ping after hours of silence */
	FEED_BYTES = 1 << 22,
};

struct weeks {
	struct bench bench;
	struct truth truth;
	struct keep *keep;
	struct draw draw;
	unsigned n_starts; /* of the board: a segment each */
	unsigned n_cuts;
	double passed_s;
};

static void pass(struct weeks *weeks, double seconds)
{
	while (seconds > 0) {
		double part = seconds < PART_S ? seconds : PART_S;

		truth_run(&weeks->truth, part);
		weeks->bench.now = clock_now(&weeks->truth.clock);
		keep_turn(weeks->keep, weeks->bench.now);
		seconds -= part;
		weeks->passed_s += part;
	}
}

/* A stretch in which something happens, and time enough for the map to be made again. */
static void pass_with_events(struct weeks *weeks, double seconds)
{
	for (unsigned i = 0; i < EVENTS_A_DAY; i++) {
		double part = seconds / EVENTS_A_DAY,
		       first = part * truth_uniform(&weeks->draw) / 2;

		pass(weeks, first);
		switch (draw_below(&weeks->draw, 5)) {
		case 0:
			truth_happen(&weeks->truth, TRUTH_RESET, 0);
			weeks->n_starts++;
			break;
		case 1:
			truth_happen(
				&weeks->truth, TRUTH_UNPLUG, 2 + 60 * truth_uniform(&weeks->draw));
			weeks->n_starts++;
			break;
		case 2:
			truth_happen(
				&weeks->truth, TRUTH_CUT, part / 3 * truth_uniform(&weeks->draw));
			weeks->n_cuts++;
			break;
		case 3:
			truth_happen(&weeks->truth, TRUTH_STALL, 5 * truth_uniform(&weeks->draw));
			break;
		default:
			break;
		}
		pass(weeks, part - first);
	}
}

static void pass_day(struct weeks *weeks, unsigned day)
{
	bool is_weekend = day == WEEKEND || day == WEEKEND + 1;

	if (is_weekend) {
		pass_with_events(weeks, DAY_S);
		return;
	}
	pass_with_events(weeks, SCHOOL_S);
	if (day + 1 == WEEKEND || day + 1 == DAYS) {
		pass(weeks, DAY_S - SCHOOL_S);
		return;
	}
	truth_happen(&weeks->truth, TRUTH_UNPLUG, DAY_S - SCHOOL_S);
	weeks->n_starts++;
	pass(weeks, DAY_S - SCHOOL_S);
}

static void begin(struct weeks *weeks, const struct truth_plan *plan, uint64_t seed)
{
	bench_open(&weeks->bench, 0);
	weeks->draw.state = seed;
	weeks->truth.clock = (struct clock){.is_fake = true, .frozen_ns = weeks->bench.now.ns};
	assert_int_equal(ring_new(FEED_BYTES, &weeks->truth.keep), 0);
	assert_int_equal(keep_new(&(struct keep_options){.clock = &weeks->truth.clock,
					  .store = weeks->bench.store,
					  .feed = weeks->truth.keep,
					  .commit_ns = HOUR_S * (int64_t)NS_PER_S},
				 &weeks->keep),
		0);
	truth_open(&weeks->truth, plan, seed);
	weeks->n_starts = 1;
}

/* What the store gives back is what was sent, row by row. */
struct reading {
	const struct truth *truth;
	uint64_t n;
	int64_t last_ns;
	double last_number;
};

static int compare(void *self, const struct rows *rows)
{
	struct reading *reading = self;

	for (size_t i = 0; i < rows->n; i++) {
		double number = rows->values[i * rows->n_channels];

		assert_true(rows->stamps_ns[i] > reading->last_ns);
		assert_true(number > reading->last_number); /* none twice, in order */
		assert_true(number < (double)reading->truth->n_samples);
		assert_int_equal(
			rows->stamps_ns[i], reading->truth->samples[(size_t)number].stamp_ns);
		reading->last_ns = rows->stamps_ns[i];
		reading->last_number = number;
		reading->n++;
	}
	return 0;
}

static void check_store(struct weeks *weeks)
{
	struct reading reading = {.truth = &weeks->truth, .last_number = -1};
	struct bench_sentences sentences = {0};
	uint64_t given = 0;

	for (size_t i = 0; i < weeks->truth.n_samples; i++)
		given += weeks->truth.samples[i].rows;
	assert_int_equal(reader_rows(weeks->bench.reader, weeks->truth.stream, (struct instant){0},
				 (struct instant){INT64_MAX}, compare, &reading),
		0);
	assert_int_equal(reading.n, given);
	assert_true(bench_verify(&weeks->bench, &sentences).is_sound);
}

/* Every segment by itself: how many there are, and those in which a stamp is further out than so. */
static unsigned count_segments(const struct truth *truth, int64_t most_ns, unsigned *ret_bad)
{
	unsigned segments = 0;
	uint32_t last = 0;
	bool is_bad = false;

	*ret_bad = 0;
	for (size_t i = 0; i < truth->n_samples; i++) {
		const struct truth_sample *sample = &truth->samples[i];
		bool is_out = sample->age_ns > SETTLED_S * (int64_t)NS_PER_S &&
			llabs(sample->stamp_ns - sample->true_ns) > most_ns;

		if (sample->rows == 0)
			continue;
		if (sample->segment != last) {
			segments++;
			is_bad = false;
		}
		last = sample->segment;
		if (is_out && !is_bad) {
			if (truth_prints())
				printf("segment %u: sample %zu, %.0f s after its beginning, %.1f us "
				       "out\n",
					sample->segment, i, (double)sample->age_ns / NS_PER_S,
					(double)(sample->stamp_ns - sample->true_ns) / 1000);
			++*ret_bad;
		}
		is_bad |= is_out;
	}
	return segments;
}

static void three_weeks_are_kept_with_the_right_time(void **unused)
{
	static struct weeks weeks;
	struct truth_figures figures = {0};
	struct truth_plan plan = {.port = TRUTH_UART,
		.clock = {.skew_ppm = -87, .wander_ppm = 3, .wander_s = DAY_S},
		.period_us = 10000000,
		.outliers = 0.015,
		.tick_ms = 500};
	size_t missing = 0;

	(void)unused;
	begin(&weeks, &plan, 5);
	for (unsigned day = 0; day < DAYS; day++)
		pass_day(&weeks, day);
	truth_stop(&weeks.truth);
	keep_turn(weeks.keep, weeks.bench.now);
	keep_turn(weeks.keep, instant_add(weeks.bench.now, 2 * HOUR_S * (int64_t)NS_PER_S));

	for (size_t i = 0; i < weeks.truth.n_samples; i++) {
		assert_true(weeks.truth.samples[i].rows <= 1);
		missing += weeks.truth.samples[i].rows == 0;
	}
	truth_figures_add(&figures, &weeks.truth, SETTLED_S, DAYS * DAY_S);
	unsigned bad, segments = count_segments(&weeks.truth, MOST_US * (int64_t)NS_PER_US, &bad);
	if (truth_prints())
		printf("%.0f days, %zu samples, %zu missing, %zu told; %u segments, %u starts, %u "
		       "cuts; p95 %.1f us, max %.1f us, covered %.2f %%\n",
			weeks.passed_s / DAY_S, weeks.truth.n_samples, missing,
			(size_t)weeks.truth.gap_rows, segments, weeks.n_starts, weeks.n_cuts,
			(double)truth_quantile(&figures.stamp, 0.95) / 1000,
			(double)truth_quantile(&figures.stamp, 1) / 1000,
			100 * truth_coverage(&figures));
	assert_int_equal(weeks.truth.n_falling, 0);
	assert_int_equal(weeks.truth.n_strange, 0);
	assert_int_equal(bad, 0);
	/* Of each start one; the map may also begin anew when it has heard nothing for long. */
	assert_in_range(segments, weeks.n_starts, weeks.n_starts + weeks.n_cuts);
	assert_true(truth_quantile(&figures.stamp, 0.95) < P95_US * NS_PER_US);
	assert_true(truth_coverage(&figures) >= 0.95);
	/* All that is missing is told by number, but for what was on its way at an end. */
	assert_in_range(missing, weeks.truth.gap_rows, weeks.truth.gap_rows + weeks.n_starts);
	check_store(&weeks);

	truth_figures_free(&figures);
	keep_free(weeks.keep);
	struct ring *feed = weeks.truth.keep;
	truth_close(&weeks.truth);
	ring_free(feed);
	bench_close(&weeks.bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_weeks_are_kept_with_the_right_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
