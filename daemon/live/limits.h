/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a channel can mean, in the values that are told of it. The range is the instrument's
 * (data/flag.h), so it moves with the calibration that holds for a reading: who compares a value
 * with these judges what the device said. Pure; any thread. */
#pragma once

#include "data/calibration.h"
#include "data/device.h"

struct limits {
	double least, most; /* NaN: unknown, and nothing is out of them */
};

/* By a calibration; NULL: as the device says it. */
struct limits limits_by(const struct channel *channel, const struct calibration_map *map);

/* The range itself, for people: without what an edge has room for. Nobody judges by it. */
struct limits range_by(const struct channel *channel, const struct calibration_map *map);
