/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run package: one run, or all of a session, as a zip that says what it is, that any program can read,
 * and that comes back by export/import.h as it was.
 *
 *     README.txt        how to read it with Python's standard library alone, in both languages; of one run, too,
 *                       whether it was good enough
 *     run.json          what it is (export/about.h)
 *     1-photogate-pendulum-main.csv   the rows of one stream: a head `t_ns,<channel id>,...`, then lines
 *     readings.csv      what the group typed, and its kits said then, where it typed anything: made of the
 *                       readings in run.json, which alone come back
 *     session.json      of a session: what it was (class/session_about.h)
 *     SHA256SUMS        the hash of each of these, by which an import sees that one was changed (export/sums.h)
 *
 * t_ns is whole nanoseconds from the run's begin, and may be negative. Values are as the device said them, the
 * shortest decimals that read back to the same double; an empty cell is no value. The calibrations stand in
 * run.json. A session has a folder "run-<id>/" for each run instead, with a SHA256SUMS
 * of its own, and one README.txt. One that is to go on at another board also has what groups typed that recorded
 * nothing ("group-<number>/", run 0: no rows), and the runs with which it came from the board before. The same run
 * gives the same bytes, whenever it is asked for, as long as its lesson stays as it is and nothing more is known of it: a
 * calibration, a reading, the hour. To a group, what others typed and predicted is left out until it is revealed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "export/about.h"
#include "http/product.h"
#include "class/run_notes.h"
#include "class/session_about.h"

struct package_run {
	struct run run;                  /* that goes on: up to now */
	const struct lesson *lesson;     /* that it is of; NULL: none, or not known. Held */
	uint32_t streams[ABOUT_STREAMS]; /* its own; */
	size_t n_streams;                /* 0: all that have a part in its range */
	uint32_t import;           /* it came so, and leaves as it came; 0: it is the board's own */
	enum run_notes_hide hides; /* what is not for whoever asks */
};

struct package_options {
	const char *board, *directory; /* of the store. Borrowed for the product's life */
	struct package_run *runs;      /* from malloc, given away */
	size_t n_runs;
	bool has_folders;                     /* one for each run; else it is one run */
	struct session_about_options session; /* session 0: it is of none */
	struct instant to;                    /* of all, the latest end */
	char file[64];                        /* name without suffix */
};

/* Main thread. -ENOMEM; the runs are gone all the same. */
int package_product_new(const struct package_options *options, struct product **ret_product);
