/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board that prints its own millis() or micros() says when it made a row, which is worth more
 * than when the row came. Its name lets expect it ("millis", "time_ms", "t (us)"), and what it
 * does proves it: for two seconds and eight rows it has to grow as fast as time does. An echo's
 * time or a reaction's does not. What breaks the proof, a restart of the board too, makes rows
 * stamped by arrival again, until it is proven anew; no row is held up or lost by that.
 *
 * Of the words of each quarter of a second the one that came the soonest is told to the map: at a
 * thousand rows a second the others would say no more, and fill the card. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "kits/protocols/lines_state.h"

enum {
	PROOF_MS = 2000,
	PROOF_ROWS = 8,
	OFF_MS = 50, /* from a good clock by late bytes; and by 1 % */
	LATE_MS = 10000,
	TELL_MS = 250,
	/* Between reading its clock and the first byte a sketch measures and formats: a float takes an
	 * Uno 0.2 ms. No message tells how long at least, so up to a millisecond is doubted. */
	PRINT_US = 1000,
};

/* Microseconds that a column counts in; 0: it is no time. */
static unsigned unit_us(const struct column *column)
{
	static const char *const names[] = {"time", "t", "timestamp", "uptime", "elapsed", "时间"};

	if (!strcasecmp(column->label, "millis") || !strcasecmp(column->label, "ms"))
		return 1000;
	if (!strcasecmp(column->label, "micros") || !strcasecmp(column->label, "us"))
		return 1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(column->label, names[i]) != 0)
			continue;
		return !strcmp(column->unit, "ms") ? 1000 : !strcmp(column->unit, "us") ? 1 : 0;
	}
	return 0;
}

enum stamp_source lines_time_find(struct lines *lines)
{
	struct lines_time *time = &lines->time;
	unsigned at = 0, us = 0;

	while (at < lines->n_columns && !us)
		us = unit_us(&lines->columns[at++]);
	if (us != time->unit_us || at - 1 != time->column)
		*time = (struct lines_time){.unit_us = us, .column = at - 1};
	return time->is_proven ? STAMP_DEVICE : STAMP_ARRIVAL;
}

static bool is_count(double value)
{
	return value >= 0 && value <= UINT32_MAX && value == floor(value);
}

static int64_t passed_us(const struct lines_time *time, struct instant arrival)
{
	return instant_since(arrival, time->since) / 1000;
}

/* How far it is ahead of the time that has passed, in the counter's own arithmetic: a wrap is
 * none. */
static int32_t ahead_us(const struct lines_time *time, uint32_t tick, struct instant arrival)
{
	return (int32_t)(tick - time->since_tick - (uint32_t)passed_us(time, arrival));
}

/* Does it go on as a clock would? Bytes may be late, for long where this machine was busy; a row of
 * the future there is not. */
static bool goes_on(const struct lines_time *time, uint32_t tick, struct instant arrival)
{
	int64_t ahead = ahead_us(time, tick, arrival), drift = passed_us(time, arrival) / 100;
	int64_t behind_most = (time->is_proven ? LATE_MS : OFF_MS) * INT64_C(1000) + drift;

	return (int32_t)(tick - time->tick) >= 0 && ahead <= OFF_MS * 1000 + drift &&
		-ahead <= behind_most;
}

/* The proof goes on from here, now and then: one per cent of an hour would be no measure. */
static void move_on(struct lines_time *time, uint32_t tick, struct instant arrival)
{
	int32_t ahead = ahead_us(time, tick, arrival);

	if (passed_us(time, arrival) < LATE_MS * 1000 || ahead < -OFF_MS * 1000)
		return;
	time->since = arrival;
	time->since_tick = tick;
}

/* One row more of the proof. Returns true when what was believed has changed. */
static bool prove(struct lines_time *time, bool has_tick, uint32_t tick, struct instant arrival)
{
	bool was_proven = time->is_proven;

	if (!has_tick || time->rows == 0 || !goes_on(time, tick, arrival)) {
		*time = (struct lines_time){.unit_us = time->unit_us,
			.column = time->column,
			.rows = has_tick,
			.since = arrival,
			.since_tick = tick};
	} else if (time->is_proven) {
		move_on(time, tick, arrival);
	} else if (++time->rows >= PROOF_ROWS &&
		instant_since(arrival, time->since) >= PROOF_MS * (int64_t)NS_PER_MS) {
		time->is_proven = true;
	}
	time->tick = tick;
	return time->is_proven != was_proven;
}

static void tell(struct kit *kit, struct lines_time *time, uint32_t tick, struct instant arrival)
{
	if (!time->has_best ||
		instant_since(arrival, time->best_arrival) <
			(int64_t)(int32_t)(tick - time->best_tick) * 1000) {
		time->has_best = true;
		time->best_tick = tick;
		time->best_arrival = arrival;
	}
	if (instant_since(arrival, time->told) < TELL_MS * (int64_t)NS_PER_MS)
		return;
	kit_heard(kit, time->best_tick, time->best_arrival);
	time->has_best = false;
	time->told = arrival;
}

void lines_row(struct kit *kit, struct lines *lines, const double *values, struct instant arrival)
{
	struct lines_time *time = &lines->time;
	double value = time->unit_us ? values[time->column] : 0;
	bool has_tick = time->unit_us && is_count(value);
	/* Modulo 2^32 us; both counters wrap at a multiple of it. */
	uint32_t tick = has_tick ? (uint32_t)((uint64_t)value * time->unit_us) : 0;

	if (time->unit_us && prove(time, has_tick, tick, arrival)) {
		lines_describe(kit, lines);
		if (time->is_proven)
			kit_clock_step(kit, time->unit_us + PRINT_US);
	}
	if (!time->is_proven) {
		kit_row(kit, 0, arrival, values);
		return;
	}
	tell(kit, time, tick, arrival);
	/* It counted up to there, and had not counted on: the middle. */
	kit_row_at_tick(kit, 0, tick + time->unit_us / 2, values);
}
