/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of one stream is answered for at one sink: everything before `done`, but for the holes.
 *
 *      sent        hole       sent      hole    sent |  not yet sent
 *     ------------[......]-------------[.....]-------|- - - - - - ->
 *                                                   done
 *
 * Live data are sent from `done` on. When they fall behind, `done` jumps forward and leaves a hole,
 * which is filled later. Holes lie before `done`, in order of time, without overlap. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

enum { SPAN_HOLES = 16 };

struct span {
	struct instant from, to; /* from <= stamp < to */
	struct instant dark;     /* its rows were all seen to have no wall time yet, the first of
	                          * them is this; 0: not known */
};

struct spans {
	struct instant done;
	size_t n_holes;
	struct span holes[SPAN_HOLES];
};

/* Adds a hole that was kept on the card, after `done` was set. Any holes give a valid state: what
 * lies behind `done` is cut off (that is not yet sent anyway), what overlaps is joined, and when
 * there are too many the gap between two is joined too: then something is sent twice, nothing
 * never. */
void spans_restore(struct spans *spans, struct instant from, struct instant to);

/* `done` jumps to `to`. False, and nothing happens, when there is no room for another hole. */
bool spans_skip(struct spans *spans, struct instant to);

/* Everything in [from, to) is answered for: a part of a hole, or a range that begins at `done`.
 * False, and nothing happens, when this would cut a hole in two and there is no room. */
bool spans_answer(struct spans *spans, struct instant from, struct instant to);

static inline bool spans_have_room(const struct spans *spans)
{
	return spans->n_holes < SPAN_HOLES;
}
