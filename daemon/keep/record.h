/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept besides rows, and the summary that rows are shown by: plain values without pointers,
 * so that they can cross threads by copy. The functions are in store.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct run {
	uint32_t id;             /* > 0 */
	uint32_t number;         /* what people call it: 第 3 次; per group of a session */
	uint32_t session, group; /* data/classroom.h; 0: of none */
	char lesson[32];         /* folder name; "": of none */
	char title[96];          /* free text, UTF-8 */
	struct instant from;
	struct instant to; /* INT64_MAX while it runs */
	bool is_withdrawn; /* its start was undone: it is told no more, and keeps its number */
};

struct mark {
	uint32_t id;
	uint32_t session,
		group; /* as of a run; session 0: everybody's; group 0: of all its groups */
	struct instant at;
	char author[24];
	char text[192];
	bool is_withdrawn; /* it was undone: it is told no more, and keeps its number */
};

/* Is a mark of the run's time one of the run? */
static inline bool run_has_mark(const struct run *run, const struct mark *mark)
{
	return mark->session == 0 ||
		(mark->session == run->session && (mark->group == 0 || mark->group == run->group));
}

/* Ship's bookkeeping. A cursor says: of this sink and stream everything before `done` is answered
 * for. A hole is a range behind the cursor that was skipped to send live data first. */
struct cursor {
	char sink[32];
	uint32_t stream;
	struct instant done;
};
struct hole {
	char sink[32];
	uint32_t stream;
	struct instant from, to;
};
struct quarantined {
	char sink[32];
	uint32_t stream;
	struct instant at;
	int status;      /* the server's HTTP status */
	char line[512];  /* cut if longer */
	char words[256]; /* the server's */
};

/* A summary of [from, to) for one channel. */
struct bin {
	double first, last, min, max, sum;
	uint64_t n;
};
