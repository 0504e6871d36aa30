/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The anchors of a boot, for people who ask what was claimed of its hour. What they mean is the wall map's
 * to say (wall_map.h). Any thread that has
 * a reader. */
#pragma once

#include <stdint.h>

#include "keep/store.h"

/* The newest first, at most `most`. */
int boots_read_anchors(struct reader *reader, uint32_t boot, unsigned most,
	int (*visit)(void *self, const struct anchor *anchor), void *self);
