/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The track of one stream: its open batch, its newest stamp, the gap that is owed, its silence.
 *
 * Rows go in stamped; they come out in batches through the outlet, gaps between them in their
 * place. A silence is told while it lasts, again and again from the same beginning, each time up to
 * now: who reads it keeps the newest. So it is with an unplugging, which the registry remembers, as
 * it does the newest stamp: stamps rise strictly for ever. Sense thread, no allocation. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "data/batch.h"
#include "data/device.h"
#include "sense/outlet.h"
#include "sense/registry.h"

struct track {
	uint32_t stream, n_channels; /* private from here on */
	int64_t period_ns;
	int64_t last_ns; /* newest stamp given; 0: none yet */
	int64_t seen_ns,
		spacing_ns;   /* when the last row came, and how far rows are apart, smoothed */
	int64_t silence_ns;   /* the last silence, fading with the rows since */
	int64_t batch_ns;     /* when the oldest row of the open batch came */
	enum gap_reason owed; /* 0: none. Told in front of the next row, a silence also before */
	uint64_t owed_rows;
	int64_t owed_ns; /* when it was first owed */
	int64_t from_ns; /* where it begins: the newest stamp, the opening, the end of one before */
	int64_t told_ns; /* what is owed was told up to here; 0: not yet */
	uint64_t told_rows;
	bool is_known;            /* it gave a row or was missed: its absence is a gap */
	bool is_silent, is_fresh; /* fresh: nothing was sent yet */
	bool is_doubtful;         /* something went wrong since the last row */
	bool is_event;            /* comes when something happens: silence means nothing */
	int64_t uncertain_ns;     /* the stamps, as it was told last; 0: nothing was */
	int64_t spoken_ns;        /* so far words about that are spent: track.c */
	struct batch batch;
};

/* Begins, or goes on, with a stream that was numbered. A stream that had rows before, or was missed,
 * owes the gap that was told when it was left, else one with `reason`; a track that already carries
 * this very stream goes on as it is. */
void track_open(struct track *track, const struct stream *stream, struct registry *registry,
	enum gap_reason reason, struct instant now);

/* A row at a stamp of board time, rounded to whole microseconds and moved behind the last one. In 95 of
 * 100 cases it is within uncertainty_ns; when that is news, it is told before the row. */
void track_row(struct track *track, struct outlet *outlet, struct instant now,
	struct instant arrival, int64_t uncertainty_ns, const double *values);

/* The same, with the exact stamp and no rounding. For the clock stream, of which nobody asks how
 * uncertain it is (0), and for stamps of the kernel. */
void track_row_exact(struct track *track, struct outlet *outlet, struct instant now,
	struct instant stamp, int64_t uncertainty_ns, const double *values);

/* A row at a device tick, as uncertain as the piece. False, and the row is owed as damage, when its stamp would not rise. */
bool track_row_at_tick(struct track *track, struct outlet *outlet, struct instant now,
	const struct clock_piece *piece, int64_t tick, const double *values);

/* Owes a gap; the reason first given stays until it is told, but a reset outranks all. */
void track_owe(struct track *track, struct instant now, enum gap_reason reason, uint64_t rows);

/* Something that may have been a row came damaged, or was asked for and did not come. Where the next
 * row is late, that was rows, and a gap is owed: as many as fit in with the stream's period; of a
 * stream without one nobody knows how many. */
void track_doubt(struct track *track);

/* Sends the open batch. */
void track_flush(struct track *track, struct outlet *outlet, struct instant now);

/* About each 20 ms: sends a batch that is old enough, notices silence and tells it. A stream that
 * never gave a row is missed if it has a period or was asked in vain. */
void track_tick(struct track *track, struct outlet *outlet, struct instant now);

/* Sends a batch now if the next row is not to be expected within 20 ms. After each read. */
void track_end_burst(struct track *track, struct outlet *outlet, struct instant now);

/* The device went away, or sense stops: sends all, tells a silence that ends here, or whatever is
 * owed when `reason` is 0, else the gap with `reason` so far, and leaves with the registry what
 * track_open goes on from. */
void track_close(struct track *track, struct outlet *outlet, struct registry *registry,
	enum gap_reason reason, struct instant now);
