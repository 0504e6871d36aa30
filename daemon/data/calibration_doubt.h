/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is what can be meant also meant? Points that make no calibration are refused (calibration.h); the
 * slip of a finger, 1000 for 100, makes one, and a lesson is spoiled by it. So who calibrates is
 * asked once more where the points are unlike those of any sensor. Pure; any thread. */
#pragma once

#include "data/calibration.h"

enum calibration_doubt {
	CALIBRATION_PLAIN = 0,
	CALIBRATION_UNHEARD, /* a reading that the channel never gives */
	CALIBRATION_FALLS,   /* a higher reading comes to mean less */
	CALIBRATION_FAR,     /* values are moved further than a sensor is wrong by */
	CALIBRATION_OUTSIDE, /* zeroing by a reading that the channel cannot measure */
};

struct calibration_question {
	enum calibration_doubt doubt;
	double raw, value; /* an example: what this reading becomes */
};

/* Of points that are sound and sorted, for a channel that measures from `low` to `high` (equal:
 * unknown; then the points are only held against each other, and less strictly). */
struct calibration_question calibration_question_of(
	const struct calibration_map *map, double low, double high);

/* Of zeroing: what reads `raw` is to read `value`, in the range of such readings. A scale with a
 * bucket on it is moved far to 0 and is meant, so of that only more than the whole range is doubted;
 * to another value it is moved as by an offset. */
struct calibration_question calibration_question_of_zero(
	double raw, double value, double low, double high);
