/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring of slices; a slice is emptied when its turn comes again. */
#include "sense/punctual.h"

#include <string.h>

static const int64_t SLICE_NS = 10 * (int64_t)NS_PER_S;

static void move_on(struct punctual *punctual, struct instant now)
{
	int64_t slice = now.ns / SLICE_NS;
	int64_t steps = slice - punctual->slice;

	if (steps <= 0)
		return;
	if (steps > PUNCTUAL_SLICES)
		steps = PUNCTUAL_SLICES;
	for (int64_t i = slice - steps + 1; i <= slice; i++) {
		memset(&punctual->late.slices[i % PUNCTUAL_SLICES], 0, sizeof(struct histogram));
		memset(&punctual->turn.slices[i % PUNCTUAL_SLICES], 0, sizeof(struct histogram));
	}
	punctual->slice = slice;
}

static void add(
	struct punctual *punctual, struct punctual_line *line, struct instant now, int64_t value)
{
	move_on(punctual, now);
	histogram_add(&line->all, value);
	histogram_add(&line->slices[punctual->slice % PUNCTUAL_SLICES], value);
}

void punctual_late(struct punctual *punctual, struct instant now, int64_t late_ns)
{
	add(punctual, &punctual->late, now, late_ns);
}

void punctual_turn(struct punctual *punctual, struct instant now, int64_t turn_ns)
{
	add(punctual, &punctual->turn, now, turn_ns);
}

static struct spread of_minute(struct punctual *punctual, const struct punctual_line *line)
{
	memset(&punctual->minute, 0, sizeof(punctual->minute));
	for (size_t i = 0; i < PUNCTUAL_SLICES; i++)
		histogram_merge(&punctual->minute, &line->slices[i]);
	return histogram_spread(&punctual->minute);
}

void punctual_tell(
	struct punctual *punctual, struct instant now, struct feed_punctual *ret_punctual)
{
	move_on(punctual, now);
	*ret_punctual = (struct feed_punctual){
		.late = histogram_spread(&punctual->late.all),
		.late_minute = of_minute(punctual, &punctual->late),
		.turn = histogram_spread(&punctual->turn.all),
		.turn_minute = of_minute(punctual, &punctual->turn),
	};
}
