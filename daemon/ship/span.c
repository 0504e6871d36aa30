/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arithmetic on a short sorted list of ranges. */
#include "ship/span.h"

#include <string.h>

static void remove_hole(struct spans *spans, size_t i)
{
	spans->n_holes--;
	memmove(&spans->holes[i], &spans->holes[i + 1],
		(spans->n_holes - i) * sizeof(*spans->holes));
}

static void insert_hole(struct spans *spans, size_t i, struct span hole)
{
	memmove(&spans->holes[i + 1], &spans->holes[i],
		(spans->n_holes - i) * sizeof(*spans->holes));
	spans->holes[i] = hole;
	spans->n_holes++;
}

/* Joins hole i with those behind it that it touches. */
static void join(struct spans *spans, size_t i)
{
	struct span *hole = &spans->holes[i];

	while (i + 1 < spans->n_holes && hole[1].from.ns <= hole->to.ns) {
		if (hole[1].from.ns < hole->from.ns)
			hole->from = hole[1].from;
		if (hole[1].to.ns > hole->to.ns)
			hole->to = hole[1].to;
		hole->dark.ns = 0;
		remove_hole(spans, i + 1);
	}
}

void spans_restore(struct spans *spans, struct instant from, struct instant to)
{
	size_t i = 0;

	if (to.ns > spans->done.ns)
		to = spans->done;
	if (from.ns >= to.ns)
		return;
	while (i < spans->n_holes && spans->holes[i].to.ns < from.ns)
		i++;
	if (spans_have_room(spans)) {
		insert_hole(spans, i, (struct span){.from = from, .to = to});
	} else {
		if (i == spans->n_holes)
			i--;
		if (from.ns < spans->holes[i].from.ns)
			spans->holes[i].from = from;
		if (to.ns > spans->holes[i].to.ns)
			spans->holes[i].to = to;
		spans->holes[i].dark.ns = 0;
	}
	join(spans, i);
}

bool spans_skip(struct spans *spans, struct instant to)
{
	struct span *last = spans->n_holes ? &spans->holes[spans->n_holes - 1] : NULL;

	if (to.ns <= spans->done.ns)
		return true;
	/* A hole known to be dark stays by itself while it can, so that nobody searches it
	 * again. */
	if (last && last->to.ns == spans->done.ns && (!last->dark.ns || !spans_have_room(spans))) {
		last->to = to;
		last->dark.ns = 0;
	} else if (spans_have_room(spans)) {
		insert_hole(spans, spans->n_holes, (struct span){.from = spans->done, .to = to});
	} else {
		return false;
	}
	spans->done = to;
	return true;
}

bool spans_answer(struct spans *spans, struct instant from, struct instant to)
{
	for (size_t i = 0; i < spans->n_holes;) {
		struct span *hole = &spans->holes[i];

		if (to.ns <= hole->from.ns || from.ns >= hole->to.ns) {
			i++;
		} else if (from.ns <= hole->from.ns && to.ns >= hole->to.ns) {
			remove_hole(spans, i);
		} else if (from.ns <= hole->from.ns) {
			hole->from = to;
			hole->dark.ns = 0;
			i++;
		} else if (to.ns >= hole->to.ns) {
			hole->to = from;
			i++;
		} else {
			struct span right = {.from = to, .to = hole->to};

			if (!spans_have_room(spans))
				return false; /* strictly inside: no other hole was touched */
			hole->to = from;
			insert_hole(spans, i + 1, right);
			return true;
		}
	}
	if (from.ns <= spans->done.ns && to.ns > spans->done.ns)
		spans->done = to;
	return true;
}
