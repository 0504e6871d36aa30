/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The anchors of a boot, for people who ask what was claimed of its hour. What they mean is the wall map's
 * to say (wall_map.h). Any thread that has
 * a reader. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "keep/store.h"

/* The newest first, at most `most`. */
int boots_read_anchors(struct reader *reader, uint32_t boot, unsigned most,
	int (*visit)(void *self, const struct anchor *anchor), void *self);

/* Can what a person said of a boot not be corrected any more, because rows may have been shipped by it?
 * False as well when no person has said anything yet. 0 or -errno. */
int boots_is_word_final(struct reader *reader, uint32_t boot, bool *ret_is_final);
