/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page ends where the first stream's room ended (the horizon): what other streams have beyond it
 * is read again with the next page. Pages go by the instants that come out, which other stamps may
 * have moved by `most_ns`; so each lane knows by itself how far it has been read. All pages of an export together are not one snapshot, but rows
 * are only ever appended, and the end was fixed at the start. */
#include "history/weave.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "history/told.h"

enum { PAGE_NUMBERS = 65536, PAGE_ROWS_LEAST = 64, PAGE_GAPS = 64 };

struct lane {
	uint32_t id, n_channels;
	int64_t period_ns;
	struct restamp restamp;
	struct instant cursor; /* stored: the next page begins here, */
	int64_t last_ns;       /* behind a row that came out with this */
	int64_t *stored_ns, *stamps_ns;
	double *values;
	size_t n, next;
	bool has_more; /* rows beyond its room */
};

struct weave {
	struct lane lanes[WEAVE_STREAMS];
	size_t n_lanes, room; /* rows of a lane */
	struct gap *gaps;     /* PAGE_GAPS for each lane and for the board, by time */
	size_t n_gaps, next_gap;
	struct instant from, to;           /* stored */
	struct instant first, cursor, end; /* the next page begins at cursor */
	int64_t most_ns;                   /* that any stamp is moved */
	struct instant kept;
	struct instant born; /* the first row of all */
	struct instant horizon;
};

int weave_new(const struct weave_stream *streams, size_t n, struct instant from, struct instant to,
	struct instant kept, struct weave **ret_weave)
{
	size_t numbers = 0;

	if (n > WEAVE_STREAMS)
		return -E2BIG;
	struct weave *weave = calloc(1, sizeof *weave);
	if (!weave)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		numbers += 1 + streams[i].n_channels;
	weave->room = numbers ? PAGE_NUMBERS / numbers : 0;
	if (weave->room < PAGE_ROWS_LEAST)
		weave->room = PAGE_ROWS_LEAST;
	weave->from = from;
	weave->to = to;
	weave->kept = kept;
	weave->gaps = calloc(PAGE_GAPS * (n + 1), sizeof *weave->gaps);
	if (!weave->gaps)
		goto fail;
	for (; weave->n_lanes < n; weave->n_lanes++) {
		struct lane *lane = &weave->lanes[weave->n_lanes];

		lane->id = streams[weave->n_lanes].id;
		lane->n_channels = streams[weave->n_lanes].n_channels;
		lane->period_ns = streams[weave->n_lanes].period_ns;
		lane->restamp = streams[weave->n_lanes].restamp;
		lane->cursor = from;
		lane->last_ns = INT64_MIN;
		if (lane->restamp.most_ns > weave->most_ns)
			weave->most_ns = lane->restamp.most_ns;
		lane->stored_ns = malloc(weave->room * sizeof *lane->stored_ns);
		lane->stamps_ns = malloc(weave->room * sizeof *lane->stamps_ns);
		lane->values = malloc(weave->room * lane->n_channels * sizeof *lane->values);
		if (!lane->stored_ns || !lane->stamps_ns || !lane->values) {
			weave->n_lanes++;
			goto fail;
		}
	}
	weave->first = weave->cursor = instant_add(from, -weave->most_ns);
	weave->end = instant_add(to, weave->most_ns);
	*ret_weave = weave;
	return 0;
fail:
	weave_free(weave);
	return -ENOMEM;
}

void weave_free(struct weave *weave)
{
	if (!weave)
		return;
	for (size_t i = 0; i < weave->n_lanes; i++) {
		free(weave->lanes[i].stored_ns);
		free(weave->lanes[i].stamps_ns);
		free(weave->lanes[i].values);
	}
	free(weave->gaps);
	free(weave);
}

/* --- reading a page --- */

struct filling {
	struct lane *lane;
	size_t room;
};

/* Where one map ends and the next begins, a stamp may fall behind the one before by microseconds. */
static int64_t stamp_of(const struct lane *lane, size_t row)
{
	int64_t before = row > 0 ? lane->stamps_ns[row - 1] : lane->last_ns;
	int64_t stamp = restamp(&lane->restamp, lane->stored_ns[row]);

	return stamp > before ? stamp : before + 1;
}

static int take_rows(void *self, const struct rows *rows)
{
	struct filling *filling = self;
	struct lane *lane = filling->lane;
	size_t n = filling->room - lane->n;
	double *values = lane->values + lane->n * lane->n_channels;

	assert(rows->n_channels == lane->n_channels);
	lane->has_more = rows->n > n;
	if (rows->n < n)
		n = rows->n;
	memcpy(lane->stored_ns + lane->n, rows->stamps_ns, n * sizeof *lane->stored_ns);
	for (size_t i = 0; i < n; i++)
		lane->stamps_ns[lane->n + i] = stamp_of(lane, lane->n + i);
	memcpy(values, rows->values, n * lane->n_channels * sizeof *values);
	lane->n += n;
	return lane->has_more ? 1 : 0;
}

static int load_rows(struct weave *weave, struct lane *lane, struct reader *reader)
{
	struct filling filling = {lane, weave->room};

	lane->n = lane->next = 0;
	lane->has_more = false;
	int r = reader_rows(reader, lane->id, lane->cursor, weave->to, take_rows, &filling);
	if (r < 0)
		return r;
	if (lane->has_more && lane->stamps_ns[lane->n - 1] < weave->horizon.ns)
		weave->horizon.ns = lane->stamps_ns[lane->n - 1] + 1;
	return 0;
}

struct gathering {
	struct weave *weave;
	struct told_range page;
	const struct restamp *restamp;
	uint32_t stream;
	size_t n;
};

static int take_gap(void *self, const struct gap *gap)
{
	struct gathering *gathering = self;
	struct weave *weave = gathering->weave;
	const struct told_range *page = &gathering->page;
	bool is_first_page = weave->cursor.ns == weave->first.ns;

	if (gap->stream != gathering->stream)
		return 0;
	struct gap told = told_within(gap,
		&(struct told_range){
			.period_ns = page->period_ns, .from = page->from, .to = weave->to});
	told.from.ns = restamp(gathering->restamp, told.from.ns);
	told.to.ns = restamp(gathering->restamp, told.to.ns);
	/* Board-wide gaps come with every stream, and were told when they began. */
	if (restamp(gathering->restamp, gap->from.ns) < weave->cursor.ns && !is_first_page)
		return 0;
	struct gap *before = gathering->n > 0 ? &weave->gaps[weave->n_gaps - 1] : NULL;
	if (before && gap_holds(&told, before)) {
		before->to.ns = told.to.ns > before->to.ns ? told.to.ns : before->to.ns;
		before->lost_rows = told.lost_rows;
		return 0;
	}
	if (gathering->n++ == PAGE_GAPS) {
		if (told.from.ns < weave->horizon.ns)
			weave->horizon = told.from;
		return 1;
	}
	weave->gaps[weave->n_gaps++] = told;
	return 0;
}

/* The lane's own, or the board's, which come with any lane's. */
static int load_gaps(
	struct weave *weave, const struct lane *lane, bool is_of_board, struct reader *reader)
{
	static const struct restamp none = {.n = 0};
	struct instant from = instant_add(weave->cursor, -weave->most_ns);
	struct instant to = instant_add(weave->horizon, weave->most_ns);
	struct gathering gathering = {
		.weave = weave,
		.page = {.stream = lane->id,
			.period_ns = is_of_board ? 0 : lane->period_ns,
			.from = from.ns > weave->from.ns ? from : weave->from,
			.to = to.ns < weave->to.ns ? to : weave->to,
			.kept = weave->kept,
			.born = weave->born},
		.restamp = is_of_board ? &none : &lane->restamp,
		.stream = is_of_board ? 0 : lane->id,
	};
	int r = told_gaps(reader, &gathering.page, take_gap, &gathering);

	return r < 0 ? r : 0;
}

static int by_time(const void *a, const void *b)
{
	const struct gap *left = a, *right = b;

	return (left->from.ns > right->from.ns) - (left->from.ns < right->from.ns);
}

/* What lies beyond the horizon belongs to the next page. */
static void trim(struct weave *weave)
{
	if (weave->horizon.ns <= weave->cursor.ns) /* more gaps at one instant than there is room */
		weave->horizon.ns = weave->cursor.ns + 1;
	for (size_t i = 0; i < weave->n_lanes; i++) {
		struct lane *lane = &weave->lanes[i];

		size_t read = lane->n;

		while (lane->n > 0 && lane->stamps_ns[lane->n - 1] >= weave->horizon.ns)
			lane->n--;
		if (lane->n < read)
			lane->cursor.ns = lane->stored_ns[lane->n];
		else if (read > 0)
			lane->cursor.ns = lane->stored_ns[read - 1] + 1;
		if (lane->n > 0)
			lane->last_ns = lane->stamps_ns[lane->n - 1];
	}
	qsort(weave->gaps, weave->n_gaps, sizeof *weave->gaps, by_time);
	while (weave->n_gaps > 0 && weave->gaps[weave->n_gaps - 1].from.ns >= weave->horizon.ns)
		weave->n_gaps--;
}

static int find_born(struct weave *weave, struct reader *reader)
{
	int r = 0;

	weave->born.ns = INT64_MAX;
	for (size_t i = 0; i < weave->n_lanes && r == 0; i++) {
		struct instant born;

		r = told_born(reader, weave->lanes[i].id, &born);
		if (r == 0 && born.ns < weave->born.ns)
			weave->born = born;
	}
	return r;
}

static int load_page(struct weave *weave, struct reader *reader)
{
	int r = weave->cursor.ns == weave->first.ns ? find_born(weave, reader) : 0;

	weave->horizon = weave->end;
	weave->n_gaps = weave->next_gap = 0;
	for (size_t i = 0; i < weave->n_lanes && r == 0; i++)
		r = load_rows(weave, &weave->lanes[i], reader);
	for (size_t i = 0; i < weave->n_lanes && r == 0; i++)
		r = load_gaps(weave, &weave->lanes[i], false, reader);
	if (r == 0 && weave->n_lanes > 0)
		r = load_gaps(weave, &weave->lanes[0], true, reader);
	trim(weave);
	weave->cursor = weave->horizon;
	return r;
}

/* --- walking it --- */

static int64_t next_stamp(const struct weave *weave)
{
	int64_t first_ns = INT64_MAX;

	for (size_t i = 0; i < weave->n_lanes; i++) {
		const struct lane *lane = &weave->lanes[i];

		if (lane->next < lane->n && lane->stamps_ns[lane->next] < first_ns)
			first_ns = lane->stamps_ns[lane->next];
	}
	return first_ns;
}

bool weave_next(
	struct weave *weave, struct reader *reader, struct moment *ret_moment, int *ret_error)
{
	int64_t stamp_ns, gap_ns;

	*ret_error = 0;
	for (;;) {
		stamp_ns = next_stamp(weave);
		gap_ns = weave->next_gap < weave->n_gaps ? weave->gaps[weave->next_gap].from.ns
							 : INT64_MAX;
		if (stamp_ns != INT64_MAX || gap_ns != INT64_MAX)
			break;
		if (weave->cursor.ns >= weave->end.ns)
			return false;
		*ret_error = reader ? load_page(weave, reader) : -ENODEV;
		if (*ret_error < 0)
			return false;
	}
	memset(ret_moment, 0, sizeof *ret_moment);
	if (gap_ns < stamp_ns) {
		ret_moment->at.ns = gap_ns;
		ret_moment->gap = &weave->gaps[weave->next_gap++];
		return true;
	}
	ret_moment->at.ns = stamp_ns;
	for (size_t i = 0; i < weave->n_lanes; i++) {
		struct lane *lane = &weave->lanes[i];

		if (lane->next == lane->n || lane->stamps_ns[lane->next] != stamp_ns)
			continue;
		ret_moment->stored_ns[i] = lane->stored_ns[lane->next];
		ret_moment->values[i] = &lane->values[lane->next++ * lane->n_channels];
	}
	return true;
}
