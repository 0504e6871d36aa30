/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the journal of the class says of a run: whose it is, what was typed while it ran, what was predicted
 * before. Work thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "keep/store.h"
#include "share/run_streams.h"

struct run_notes {
	uint32_t devices[RUN_DEVICES]; /* of its group; none: all that have rows */
	size_t n_devices;
	json_t *readings;   /* [{group, at_us, typed}, ...], from its begin; NULL: none */
	json_t *prediction; /* of its group, as the journal has it: choice, value or points; NULL */
};

/* 0 or -errno. Of a run outside any session nothing is known. */
int run_notes_read(struct reader *reader, const struct run *run, struct run_notes *ret_notes);
void run_notes_clear(struct run_notes *notes);

/* The streams of a run: with a part in [from, to) of these devices. As partakers (share/partakers.h). */
int run_notes_streams(struct reader *reader, const struct run_notes *notes, const struct run *range,
	struct instant kept, uint32_t ret_streams[WEAVE_STREAMS], size_t *ret_n);
