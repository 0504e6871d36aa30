/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the journal of the class says of a run: whose it is, what was typed about it, what was predicted
 * before. Work thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "keep/store.h"
#include "class/readings.h"
#include "class/run_streams.h"

/* What of it is not for whoever asks, until the journal says that all is revealed. */
enum run_notes_hide {
	HIDES_NOTHING,
	HIDES_GUESS, /* it is another browser's of the group */
	HIDES_NOTES, /* what was typed and predicted: the run is another group's */
};

struct run_notes {
	uint32_t devices[RUN_DEVICES]; /* of its group; none: all that have rows */
	size_t n_devices;
	json_t *readings; /* of the run (class/readings.h) by its begin, as run.json has them; NULL: none */
	json_t *prediction; /* of its group: {"choice": 1}, {"value": 2} or {"points": []}; NULL: none */
	bool is_revealed; /* its session: what was typed and predicted is everybody's */
};

/* 0 or -errno. Of a run outside any session nothing is known. */
int run_notes_read(struct reader *reader, const struct run *run, struct run_notes *ret_notes);
void run_notes_clear(struct run_notes *notes);

/* The streams of a run: with a part in [from, to) of these devices. As partakers (history/partakers.h). */
int run_notes_streams(struct reader *reader, const struct run_notes *notes, const struct run *range,
	struct instant kept, uint32_t ret_streams[WEAVE_STREAMS], size_t *ret_n);

/* A reading as files have it: {group, at_us, typed, values}, by the instant `zero`; NULL: no memory. Once all
 * are there, values get the names that outlive the board: "12:t" becomes "3 main:t", sticker, stream and
 * channel. */
json_t *run_notes_reading(const struct reading *reading, struct instant zero);
int run_notes_name_values(struct reader *reader, json_t *readings);

/* A prediction without whose it is, and who made it; a new one, NULL: none. */
json_t *run_notes_prediction(const json_t *prediction);
