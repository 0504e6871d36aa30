/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the channels are that serve the needs of a run's lesson: for files, which calculate what the lesson does. By
 * the rule of data/serving.h over the devices of the run's group as they were dealt, as results go by (results.h). Of a
 * run of no session nothing is known. Work thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "data/device.h"
#include "data/lesson.h"
#include "data/serving.h"
#include "keep/store.h"

struct need_channel {
	uint32_t stream, channel; /* stream 0: no channel serves it */
	char key[NAME_TEXT + 48]; /* "3 main:t": what a reading calls its value (run_notes.h) */
};

struct need_channel need_channel_of(const struct serving *serving);

/* By need. 0 or -errno. */
int need_channels_find(struct reader *reader, const struct run *run, const struct lesson *lesson,
	struct need_channel ret_channels[LESSON_NEEDS]);
