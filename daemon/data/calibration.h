/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A calibration: what a channel really measured when it said this or that. Values and pure
 * functions; any thread.
 *
 * It is a dated, named record, bound to one channel of one device by the device's identity, and
 * never altered: whoever knows better makes another one. What a device said stays in the store as
 * it was said; the record is applied when that is read (keep/correction.h).
 *
 * The map is 1..16 points (raw, truth), raw rising. One point shifts: value + (truth - raw). More
 * are joined by straight lines, of which the first and the last go on beyond their ends. truth only
 * rises or only falls from point to point: then every raw value has one meaning and every value one
 * raw, and the least of a column of a chart stays its least (or becomes its greatest). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/device.h"

enum { CALIBRATION_POINTS = 16, CALIBRATION_NAME = 64 };

/* Numbers are stored: append only. */
enum calibration_kind {
	CALIBRATION_OFFSET = 1, /* one point */
	CALIBRATION_TWO_POINT = 2,
	CALIBRATION_TABLE = 3,
	CALIBRATION_WITHDRAWAL = 4, /* has no points: `refers` applies no longer */
};

struct calibration_map {
	uint32_t n;
	double raw[CALIBRATION_POINTS], truth[CALIBRATION_POINTS];
};

struct calibration {
	uint32_t id; /* > 0; a later record has a higher one */
	uint32_t
		refers; /* to the one that is withdrawn, used for another time too, or shifted; 0 */
	enum calibration_kind kind;
	char identity[IDENTITY_TEXT]; /* of the device; with the stream's name and channel's id: */
	char stream[24], channel[24]; /* whose values are meant */
	char name[CALIBRATION_NAME];  /* free text: "ice and steam"; nobody's name */
	struct instant made;
	int64_t wall_ns;          /* the same since 1970; 0: nobody had told the hour */
	struct instant from, to;  /* stamps it holds for; INT64_MAX: from then on */
	struct instant ship_from; /* as to sinks: not before this (keep/correction.h) */
	struct calibration_map map;
};

/* "two-point": a stable word for the API and files. */
const char *calibration_kind_name(enum calibration_kind kind);
/* 0: no such word. Withdrawals are not asked for by this word. */
enum calibration_kind calibration_kind_of(const char *word);
/* The kind that so many points make. */
enum calibration_kind calibration_kind_for(uint32_t n_points);

enum calibration_fault {
	CALIBRATION_SOUND = 0,
	CALIBRATION_COUNT,  /* too few or too many points for the kind */
	CALIBRATION_NUMBER, /* not finite, or beyond 1e12 */
	CALIBRATION_SAME_RAW,
	CALIBRATION_TURNS, /* the truth does not only rise or only fall */
};
/* Sorts the points by raw and says what is wrong with them. */
enum calibration_fault calibration_map_sort(
	struct calibration_map *map, enum calibration_kind kind);
/* One sentence on a fault; empty for CALIBRATION_SOUND. */
struct calibration_words {
	const char *zh, *en;
};
struct calibration_words calibration_fault_words(enum calibration_fault fault);

/* Could this record have been written by us? What comes out of a file is asked. */
bool calibration_is_sound(const struct calibration *calibration);

/* The value on the line, not rounded; NaN for NaN and where no double is large enough. */
double calibration_line(const struct calibration_map *map, double raw);

/* The value to show, keep in a file or ship. calibration_line leaves noise in the 16th digit
 * (20.1 + 0.3 gives 20.400000000000002), which everybody would have to read. So it is rounded as a
 * driver's values are (data/rounding.h: to a thousandth of the resolution); where that is unknown
 * (0) to 14 digits of the greatest number that went into it. */
double calibration_value(const struct calibration_map *map, double resolution, double raw);

/* Rounded likewise, for what is computed of values: a mean. */
double calibration_round(double value, double resolution);

bool calibration_falls(const struct calibration_map *map);

/* The same map, `by` higher: what zeroing does to a channel that has one already. */
void calibration_shift(struct calibration_map *map, double by);
