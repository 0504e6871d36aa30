/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run's description out of the store. Work thread. */
#pragma once

#include "data/lesson.h"
#include "keep/store.h"
#include "class/run_notes.h"
#include "export/about.h"

struct about_options {
	const char *board, *directory; /* directory: of the store, for what was imported */
	const struct run *run;         /* closed */
	uint32_t import;     /* it came so (export/import.h); 0: the board's own, and then: */
	struct instant kept; /* all that was recorded before is on the card */
	const uint32_t *streams;
	size_t n_streams;            /* 0: all of the run's group that have a part in it */
	const struct lesson *lesson; /* by whose `accept` the run is judged; NULL: by none */
	enum run_notes_hide hides;   /* until the journal says that all is revealed */
};

/* A group without kits has typed all the same: then there are readings and no stream. 0; -ENOENT: there is
 * neither, or not all of the streams are there; -E2BIG: more than
 * ABOUT_STREAMS; or as the store says. */
int about_collect(
	struct reader *reader, const struct about_options *options, struct about *ret_about);
