/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found of runs that are over, so that the next question need not read their rows. It holds as long as
 * no calibration is made, and no row of the run was removed to make room: whoever uses it looks (class/
 * results.h). Of data that were damaged since it tells what they were. Main thread; forgotten at a restart. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "class/results.h"

struct result_memory {
	struct remembered *list; /* NULL: nothing yet */
	size_t n, next;          /* next: to be given up, when it is full */
};

void result_memory_clear(struct result_memory *memory);

/* Gives the runs that are about to be read what is known of them. */
void result_memory_recall(const struct result_memory *memory, struct results *results);

/* Takes what was read of a run, if that can change no more. */
void result_memory_take(struct result_memory *memory, const struct result_run *run);
