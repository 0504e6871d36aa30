/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rows go into the next request of a sink: of each stream the live ones first, and in what
 * room is left the holes behind them, oldest first (the oldest are the next to be removed when the
 * card is full). A request is a list of pieces, one per range of one stream; when its lines are
 * settled, so are the ranges.
 *
 * How far a range goes is decided by rows that were seen, never by the clock: a row may reach the
 * store seconds after its stamp, but always with a later stamp than the rows before it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keep/store.h"
#include "ship/body.h"
#include "history/stated.h"
#include "history/tenants.h"
#include "ship/tracks.h"

enum { FILL_PIECES = 64 };

struct piece {
	struct track *track;
	struct instant from, to; /* settled with all its lines */
	size_t first_line, n_lines;
};

struct fill {
	struct reader *reader;
	const struct wall_map *map;
	struct body *body;
	int64_t late_ns;         /* live rows older than this become a hole */
	struct stated stated;    /* of the rows that are being read; stated_clear in the end */
	struct tenants *tenants; /* NULL: devices are nobody's */
	struct series_called called;
	size_t n_pieces;
	struct piece pieces[FILL_PIECES];
};

/* Empties body and pieces. */
void fill_begin(struct fill *fill);

/* Add what there is and fits. 0, -ENOSPC when body or pieces are full, or the reader's -errno. May
 * change the track's spans (jump forward, close a hole without rows) and marks it then. */
int fill_live(struct fill *fill, struct track *track, struct instant now);
int fill_holes(struct fill *fill, struct track *track);

/* The first n lines are settled: what that says of their tracks' spans. Lines count from the start
 * of the body; call it with growing n. */
void fill_settle(struct fill *fill, size_t n);

/* The piece a line belongs to. */
const struct piece *fill_piece(const struct fill *fill, size_t line);
