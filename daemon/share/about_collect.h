/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run's description out of the store. Work thread. */
#pragma once

#include "keep/store.h"
#include "share/about.h"
#include "share/run_notes.h"

struct about_options {
	const char *board;
	const struct run *run; /* closed */
	struct instant kept;   /* all that was recorded before is on the card */
	const uint32_t *streams;
	size_t n_streams;              /* 0: all of the run's group that have a part in it */
	const struct run_notes *notes; /* of the run; the readings get one more owner */
};

/* 0; -ENOENT: nothing has a part in it, or not all of the streams are there; -E2BIG: more than
 * ABOUT_STREAMS; or as the store says. */
int about_collect(
	struct reader *reader, const struct about_options *options, struct about *ret_about);
