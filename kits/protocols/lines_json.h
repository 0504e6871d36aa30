/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of JSON and the numbers in it:
 *
 *     {"t":1234,"temp":21.5,"ok":true,"pins":[1,0],"imu":{"ax":0.1}}
 *
 * A number's label is the nearest key above it: pins and pins again, ax. true and false are 1 and 0,
 * null is a number that is missing; texts are passed over, and what stands under a key that is no
 * label. Four levels deep. Pure; any thread. */
#pragma once

#include "kits/protocols/lines_reading.h"

/* `line` begins with '{'. LINES_LABELLED or LINES_UNKNOWN. */
enum lines_kind lines_parse_json(
	const char *line, const char *end, size_t from, struct lines_reading *ret_reading);
