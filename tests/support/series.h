/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows as kits send them, for tests of the store: a pure function of a state that starts from a
 * seed, so that what comes back from the card can be compared bit by bit with what the same seed
 * gives again.
 *
 * Stamps: 100 Hz (or another rate), later than the beat by a jitter of 0 to 80 us, mostly small (80
 * us * u^4: how late a reader is woken on an idle board), rounded to microseconds; or the ticks of
 * a device clock. Values: temperatures of two decimals that drift slowly, with noise of one
 * step. */
#pragma once

#include <math.h>
#include <stdint.h>

#include "data/batch.h"
#include "support/draw.h"

struct series {
	struct draw draw;
	int64_t row;
	int64_t period_ns;
	int64_t start_ns;
	uint32_t n_channels;
	double level[STREAM_CHANNELS];
};

static inline struct series series_from(
	uint64_t seed, uint32_t n_channels, int64_t period_ns, int64_t start_ns)
{
	struct series series = {.draw = {seed},
		.period_ns = period_ns,
		.start_ns = start_ns,
		.n_channels = n_channels};

	for (uint32_t c = 0; c < n_channels; c++)
		series.level[c] = 2150 + 37 * c;
	return series;
}

static inline double series_unit(struct series *series)
{
	return (double)(draw(&series->draw) >> 11) * 0x1p-53;
}

/* The next row's stamp on arrival. */
static inline int64_t series_stamp(struct series *series)
{
	double u = series_unit(series);
	int64_t late_us = (int64_t)(80 * u * u * u * u);

	return (series->start_ns + series->row++ * series->period_ns) / 1000 * 1000 +
		late_us * 1000;
}

/* The next row's tick of a device clock in microseconds, which counts in steps of 4. */
static inline int64_t series_tick(struct series *series)
{
	int64_t late_us = (int64_t)draw_below(&series->draw, 3) * 4;

	return series->row++ * (series->period_ns / 1000) + late_us;
}

static inline void series_values(struct series *series, double *ret_values)
{
	for (uint32_t c = 0; c < series->n_channels; c++) {
		series->level[c] += 0.4 * (series_unit(series) - 0.5);
		ret_values[c] =
			(floor(series->level[c]) + (double)draw_below(&series->draw, 3) - 1) / 100;
	}
}
