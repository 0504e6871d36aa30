/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boots that the store knows and the anchors of one, for people who ask which of them have an
 * hour, and from whom. What the anchors mean is the wall map's to say (store.h). Any thread that has
 * a reader. */
#pragma once

#include <stdint.h>

#include "keep/store.h"

struct boot_span {
	uint32_t id;          /* counts from 1 */
	struct instant began; /* kitlogd was first seen in it */
	struct instant ended; /* the last that is kept of it; INT64_MAX: it is the newest */
};

/* In their order; what is not 0 stops the walk and is returned. */
int boots_read(
	struct reader *reader, int (*visit)(void *self, const struct boot_span *boot), void *self);
/* Those of a boot, the newest first, at most `most`. */
int boots_read_anchors(struct reader *reader, uint32_t boot, unsigned most,
	int (*visit)(void *self, const struct anchor *anchor), void *self);
