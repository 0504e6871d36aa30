/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The streams at one sink and how far each is settled there: read from the store at the start, told
 * to keep whenever it moves. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keep/keep.h"
#include "keep/store.h"
#include "ship/series.h"
#include "ship/span.h"

enum { REFUSED_IN_ROW = 16 }; /* lines, then it is the stream that is refused */

/* One stream at one sink. */
struct track {
	uint32_t stream;
	const struct series *series; /* NULL: nobody knows this stream (any more) */
	struct spans spans;
	bool has_new_done, has_new_holes;    /* not yet told to keep */
	bool waits_for_time;                 /* its newest rows have no wall time */
	bool is_too_fast;                    /* comes faster than one row a millisecond */
	unsigned refused_in_row;             /* lines set aside since the server last took one, */
	struct span refused[REFUSED_IN_ROW]; /* and where they are; neighbours are joined */
	size_t n_refused;
	bool is_taking_back;       /* they are to leave quarantine, not yet told to keep */
	struct instant held_until; /* every line was refused: not before */
	unsigned known_boots;      /* that had an hour when its holes were looked at */
	unsigned quiet;            /* looks in a row that found nothing */
	struct instant newest;     /* row that was put into a request; 0: none yet */
};

/* Tracks stay where they are in memory until tracks_free. */
struct tracks {
	const char *sink; /* its name */
	size_t n;
	struct track **list;
};

int tracks_load(struct tracks *tracks, struct reader *reader);
void tracks_free(struct tracks *tracks);

/* A stream to ship from now on, or under new names. The series lives longer. */
int tracks_add_series(struct tracks *tracks, const struct series *series);

/* [from, to) is settled. */
void track_settle(struct track *track, struct instant from, struct instant to);

/* A line was set aside, with which [from, to) is settled. Not while is_taking_back. */
void track_refuse(struct track *track, struct instant from, struct instant to);

/* It was not the lines: those set aside since the server last took one wait like the rest. */
void track_take_back(struct track *track);

/* The server took a line: those set aside before are to blame for themselves. */
void track_release(struct track *track);

/* Orders keep to remember what has moved; what its ring has no room for is ordered by a later
 * call. */
void tracks_flush(struct tracks *tracks, struct keep *keep);
bool tracks_are_flushed(const struct tracks *tracks);

/* Is there a hole in which no row has an hour? */
bool tracks_are_dark(const struct tracks *tracks);

/* About how many rows are not settled yet, as the bins of the store say. */
uint64_t tracks_behind(const struct tracks *tracks, struct reader *reader);
