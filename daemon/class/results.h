/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session found: for each run of each group what was typed, and of each thing that its lesson needs
 * the mean, scatter and ends of its readings, by the calibrations as they are now. Without a lesson the
 * channels of the group's kits go by their own ids.
 *
 * Which channel of the run's kits serves a need: data/serving.h; what groups share each of them has. Read run
 * by run on the work thread; main makes it and writes it down. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/text.h"
#include "data/classroom.h"
#include "data/lesson.h"
#include "keep/store.h"

enum { RESULT_DEVICES = 32, RESULT_CHANNELS = 16 };

struct result_channel {
	char id[32]; /* of the need, or the channel */
	uint32_t stream, index;
	uint64_t n;
	double mean, squares, min, max, first, last; /* squares: of the differences from the mean */
	int64_t first_ns, last_ns;                   /* stamps of these two; n > 0 */
	uint32_t calibration;                        /* the newest record that there was, 0: none */
	struct instant
		oldest; /* from where on rows of the stream are kept, if behind the run's begin */
};

struct result_run {
	uint32_t run;
	unsigned group;
	struct instant from, to;
	json_t *typed; /* the last value of each, typed from this run on until the next */
	uint32_t devices[RESULT_DEVICES];
	size_t n_devices;
	uint32_t shared; /* of them, as struct run_devices has it */
	struct result_channel channels[RESULT_CHANNELS];
	size_t n_channels;
	bool is_over;                                 /* and on the card: its rows change no more */
	struct result_channel known[RESULT_CHANNELS]; /* read before (class/result_memory.h) */
	size_t n_known;
};

struct results {
	unsigned n_groups;
	json_t *predictions[CLASSROOM_GROUPS + 1]; /* NULL: none */
	const struct lesson *lesson;               /* NULL: none; held */
	struct result_run *runs;                   /* in the order in which they were made */
	size_t n, next;                            /* next: to be read */

	const struct device **devices; /* private: those of the runs */
	size_t n_devices;
};

/* Of a session; `now` ends what goes on; all from before `durable` is on the card. -ENOMEM. */
int results_new(const struct classroom *room, const struct session *session,
	const struct lesson *lesson, struct instant now, struct instant durable,
	struct results **ret_results);
void results_free(struct results *results);

/* Reads the next run: 1: there are more; 0: that is all; -errno. */
int results_step(struct results *results, struct reader *reader);

/* {"groups": [...]} as in openapi.yaml. */
void results_write(const struct results *results, struct text *text);
