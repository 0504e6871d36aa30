/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/told.h"

#include <errno.h>

static uint64_t rows_in(int64_t period_ns, int64_t from_ns, int64_t to_ns)
{
	return period_ns > 0 && to_ns > from_ns ? (uint64_t)((to_ns - from_ns) / period_ns) : 0;
}

struct gap told_within(const struct gap *gap, const struct told_range *range)
{
	struct gap within = *gap;

	if (within.from.ns < range->from.ns)
		within.from = range->from;
	if (within.to.ns > range->to.ns)
		within.to = range->to;
	if (within.from.ns == gap->from.ns && within.to.ns == gap->to.ns)
		return within;
	uint64_t rows = rows_in(range->period_ns, within.from.ns, within.to.ns);

	within.lost_rows = rows < gap->lost_rows ? rows : gap->lost_rows;
	return within;
}

int told_born(struct reader *reader, uint32_t stream, struct instant *ret_born)
{
	struct instant last;
	uint64_t rows;
	int r = reader_extent(reader, stream, ret_born, &last, &rows);

	if (r == -ENODATA)
		*ret_born = (struct instant){0};
	return r < 0 && r != -ENODATA ? r : 0;
}

/* --- what lasts --- */

struct telling {
	struct gap lasting; /* stream 0: none */
	bool is_told;
	struct instant born;
	int (*visit)(void *self, const struct gap *gap);
	void *self;
};

/* The newest gap of the stream, if it goes on behind what is noted of it. */
static int find_lasting(struct reader *reader, const struct told_range *range, struct gap *ret_gap)
{
	struct instant end = range->kept;
	struct gap gap;
	int r = reader_last_gap(reader, range->stream, &gap);

	if (r < 0)
		return r == -ENODATA ? 0 : r;
	if (gap.reason == GAP_SILENT && end.ns > gap.to.ns + SILENCE_TOLD_MS * (int64_t)NS_PER_MS)
		end.ns = gap.to.ns + SILENCE_TOLD_MS * (int64_t)NS_PER_MS;
	if ((gap.reason != GAP_SILENT && gap.reason != GAP_UNPLUGGED) || end.ns <= gap.to.ns)
		return 0;
	if (gap.lost_rows > 0)
		gap.lost_rows += rows_in(range->period_ns, gap.to.ns, end.ns);
	gap.to = end;
	*ret_gap = gap;
	return 0;
}

static int tell(void *self, const struct gap *gap)
{
	struct telling *telling = self;

	if (gap->stream == 0 && gap->to.ns <= telling->born.ns)
		return 0;
	if (!gap_holds(&telling->lasting, gap))
		return telling->visit(telling->self, gap);
	if (telling->is_told)
		return 0;
	telling->is_told = true;
	return telling->visit(telling->self, &telling->lasting);
}

int told_gaps(struct reader *reader, const struct told_range *range,
	int (*visit)(void *self, const struct gap *gap), void *self)
{
	struct telling telling = {.born = range->born, .visit = visit, .self = self};
	int r = find_lasting(reader, range, &telling.lasting);

	/* As it is noted it may end before the range. */
	if (r == 0 && telling.lasting.stream && telling.lasting.from.ns < range->from.ns &&
		telling.lasting.to.ns > range->from.ns)
		r = tell(&telling, &telling.lasting);
	if (r == 0)
		r = reader_gaps(reader, range->stream, range->from, range->to, tell, &telling);
	return r;
}
