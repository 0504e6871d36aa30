/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the lesson of a report calculates, as points of a chart. Inside export/paper*.c only. Pure, but for memory. */
#pragma once

#include "export/paper_data.h"

bool paper_is_calculated(const struct lesson *lesson, const char *id); /* NULL: it is not */

/* Points of a formula of the lesson over the run, owned by the caller (free); how many. 0: it has no value. */
size_t paper_calculate(
	const struct paper_data *data, const char *id, struct chart_point **ret_points);
