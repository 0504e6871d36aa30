/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do the recordings that every kit must have hold what they are named after? A copy of the good one
 * under their names would show nothing. */
#pragma once

#include "tools/kitlog/kit_finding.h"
#include "tools/kitlog/kit_play.h"

/* Of one that was played: its name in the folder, its path. What is missing is a problem found. */
void kit_named_check(struct finding *finding, const char *name, const char *path,
	const struct kit_played *played);
