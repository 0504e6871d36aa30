/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work thread: whatever reads the card or computes for long, one job after the other, on a
 * reader of its own. Main hands a job over, and has it back when it is done; in between it is the
 * thread's alone, but for the flag that cancels it.
 *
 * A job is short (a page of rows, one question of columns): what takes long is many jobs in turn,
 * so that a slow download does not keep a chart waiting. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "keep/store.h"

struct work;

struct job {
	/* On the work thread. `reader` is NULL when the store cannot be read (now). It is the board's, or
	 * that of an import (export/import.h), if `import` names one. */
	uint32_t import;
	void (*run)(struct job *job, struct reader *reader);
	/* On the main thread, once, after run; or without it when the daemon stops before:
	 * !has_run. */
	void (*done)(struct job *job);
	atomic_bool is_cancelled; /* main sets it; run may look and stop early */
	bool has_run;
};

/* `drained` is called on the main thread after the jobs that were done have been told. */
int work_open(struct loop *loop, const char *directory, void (*drained)(void *self), void *self,
	struct work **ret_work);

/* 0, or -EBUSY when too many jobs wait (say so to whoever asked), and after work_stop. */
int work_submit(struct work *work, struct job *job);

/* Cancels the job under way, joins, and tells all jobs that they are done. */
void work_stop(struct work *work);
void work_close(struct work *work);
