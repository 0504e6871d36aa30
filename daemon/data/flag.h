/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reading must not be taken for: a value that the instrument cannot mean, or one of before
 * it is warm. Readings are kept as they came and flagged in CSV, kitlog tail, replays and on the
 * pages; nothing of this is stored, and sinks get no flags. The pages are told the limits
 * and have the same rule (web/js/flags.js); tests/data/flags.txt holds for both.
 *
 * Judged is the value as the device said it, before any calibration: the range is the
 * instrument's. Pure; any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "data/batch.h"

enum flag {
	FLAG_WARM_UP = 1,
	FLAG_OUT_OF_RANGE = 2,
};

/* The least and the greatest value that are not out of range: half a resolution beyond an edge is
 * still the edge, as far as the instrument can tell. False: the range is unknown (low not below
 * high), and nothing is out of it. */
bool flag_limits(double low, double high, double resolution, double *ret_least, double *ret_most);

/* No value (NaN) is out of any range. */
unsigned flag_of_value(double value, double low, double high, double resolution);

/* The age of a row counts from when the device was last plugged in or restarted. */
#define FLAG_AGE_UNKNOWN INT64_MAX /* old enough */
unsigned flag_of_age(int64_t age_ns, int64_t warm_up_ns);

/* Does a device begin anew, and so to warm up, behind such a gap? */
bool flag_begins_anew(enum gap_reason reason);

/* "warm-up", "out-of-range", with a comma between; nothing for none. */
void flag_add_words(struct text *text, unsigned flags);
