/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a channel can mean, in the values that are told of it. The range is the instrument's
 * (data/flag.h), so it moves with the calibration that holds for a reading: who compares a value
 * with these judges what the device said. Pure; any thread. */
#pragma once

#include "base/text.h"
#include "data/device.h"
#include "keep/correction.h"

struct limits {
	double least, most; /* NaN: unknown, and nothing is out of them */
};

/* By a calibration; NULL: as the device says it. */
struct limits limits_by(const struct channel *channel, const struct calibration_map *map);

/* [{"from_us":...,"least":...,"most":...}, ...]: those from `from` on, then wherever they become
 * others. */
void limits_json(struct text *text, const struct channel *channel,
	const struct correction *correction, uint32_t index, struct instant from);

/* Bytes that this takes at most. */
size_t limits_json_size(const struct correction *correction, struct instant from);
