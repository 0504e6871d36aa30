/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a range stops early for four reasons: the body is full; the row has no wall time yet
 * ("dark": nobody has told the hour of its boot); the live rows are too old to come first; or a
 * dark row follows rows that were taken. What was taken until then is a piece. */
#include "ship/fill.h"

#include <errno.h>

/* Behind the newest row that is in the store, live begins so much earlier after a jump. */
#define LIVE_START_NS (2 * (int64_t)NS_PER_S)

/* A mean spacing below this is "faster than a millisecond": 1 kHz with a fast quartz is not. */
enum { TOO_FAST_NS = 950000, TOO_FAST_ROWS = 100 };

enum stop { STOP_FULL = 1, STOP_DARK, STOP_LATE };

struct reading {
	struct fill *fill;
	const struct series *series;
	bool may_pass_dark;     /* go on behind dark rows, if none was taken before them */
	struct instant too_old; /* stop at a first row before this; 0: never */
	bool has_taken, has_dark;
	struct instant first_dark, first, last; /* rows; `first` also when it was only looked at */
	struct wall first_wall, last_wall;      /* of the rows that were taken */
	uint64_t rows;
	int error;
};

static int add_row(const struct reading *reading, struct instant stamp, const double *values,
	int64_t uncertainty_ns, struct wall wall)
{
	struct fill *fill = reading->fill;
	unsigned lap = wall_map_lap(fill->map, stamp);
	const struct tenant *tenant =
		fill->tenants ? tenants_at(fill->tenants, reading->series->device, stamp) : NULL;
	const struct series *series = series_call(
		&fill->called, reading->series, tenant, lap, wall_map_board(fill->map, stamp));

	if (!series)
		return -ENAMETOOLONG; /* -ENOSPC would mean that the body is full */
	return body_add(fill->body, series, stamp, values, uncertainty_ns, wall);
}

static int take(struct reading *reading, struct instant stamp, const double *values)
{
	struct fill *fill = reading->fill;
	bool is_first = stated_is_first(&fill->stated, stamp);
	int64_t uncertainty_ns = is_first ? stated_ns(&fill->stated, stamp) : 0;
	struct wall wall;
	int error;

	if (!reading->has_taken && !reading->has_dark && stamp.ns < reading->too_old.ns) {
		reading->first = stamp;
		return STOP_LATE;
	}
	if (!wall_map_at(fill->map, stamp, &wall, NULL)) {
		if (!reading->has_dark)
			reading->first_dark = stamp;
		reading->has_dark = true;
		return reading->may_pass_dark && !reading->has_taken ? 0 : STOP_DARK;
	}
	error = add_row(reading, stamp, values, uncertainty_ns, wall);
	if (error == -ENOSPC)
		return STOP_FULL;
	if (error)
		return error;
	if (!reading->has_taken)
		reading->first = stamp;
	if (!reading->has_taken)
		reading->first_wall = wall;
	reading->has_taken = true;
	reading->last = stamp;
	reading->last_wall = wall;
	reading->rows++;
	return 0;
}

static int visit(void *self, const struct rows *rows)
{
	struct reading *reading = self;

	if (rows->n_channels != reading->series->n_channels)
		return -EBADMSG;
	for (size_t i = 0; i < rows->n; i++) {
		struct instant stamp = {rows->stamps_ns[i]};
		int stop = take(reading, stamp, rows->values + i * rows->n_channels);

		if (stop)
			return stop;
	}
	return 0;
}

/* Goes through the rows of a range. What visit answers, or -errno. */
static int read_range(
	struct reading *reading, struct track *track, struct instant from, struct instant to)
{
	struct reader *reader = reading->fill->reader;
	bool is_next = track->newest.ns == from.ns - 1;
	int r = reader_hold(reader);

	if (r < 0)
		return r;
	if (reading->fill->tenants)
		r = tenants_refresh(reading->fill->tenants, reader);
	if (r < 0) {
		reader_release(reader);
		return r;
	}
	r = stated_begin(&reading->fill->stated, reader, track->stream, from, to,
		is_next ? track->newest : (struct instant){0});
	if (r == 0)
		r = reader_rows_by(
			reader, CORRECTION_SHIP, track->stream, from, to, visit, reading);
	reader_release(reader);
	return r;
}

static bool has_room(const struct fill *fill)
{
	return fill->n_pieces < FILL_PIECES;
}

static void add_piece(struct fill *fill, struct track *track, const struct reading *reading,
	size_t first_line, struct instant from, struct instant to)
{
	struct piece *piece = &fill->pieces[fill->n_pieces];
	/* Wall time may run at half speed. */
	int64_t duration = reading->last_wall.ns - reading->first_wall.ns;

	if (reading->rows >= TOO_FAST_ROWS && duration / (int64_t)(reading->rows - 1) < TOO_FAST_NS)
		track->is_too_fast = true;
	track->newest = reading->last;
	*piece = (struct piece){track, from, to, first_line, body_lines(fill->body) - first_line};
	if (piece->n_lines) {
		fill->n_pieces++;
		return;
	}
	/* Rows without a single number are answered for by saying nothing. */
	track_settle(track, from, to);
}

void fill_begin(struct fill *fill)
{
	fill->called.of = NULL; /* a series may be called otherwise by now */
	body_reset(fill->body);
	fill->n_pieces = 0;
}

/* Live rows cannot be sent in order, because they are too old or of an hour that nobody knows: jump
 * close to the newest row, if that has a wall time. The jump goes no further than rows that are in
 * the store, so that no row can still appear in the hole it leaves. Returns 1 when it jumped. */
static int jump(struct fill *fill, struct track *track, struct instant first)
{
	struct instant oldest, newest, to;
	struct wall wall;
	uint64_t rows;
	int error = reader_extent(fill->reader, track->stream, &oldest, &newest, &rows);

	if (error)
		return error == -ENODATA ? 0 : error;
	if (!wall_map_at(fill->map, newest, &wall, NULL)) {
		track->waits_for_time = true;
		return 0;
	}
	to = instant_add(newest, -LIVE_START_NS);
	if (to.ns <= first.ns || !spans_skip(&track->spans, to))
		return 0;
	track->has_new_holes = track->has_new_done = true;
	return 1;
}

int fill_live(struct fill *fill, struct track *track, struct instant now)
{
	const struct instant end = {INT64_MAX};
	bool has_jumped = false;

	track->waits_for_time = false;
	for (;;) {
		struct reading reading = {.fill = fill, .series = track->series};
		size_t first_line = body_lines(fill->body);
		int stop, jumped;

		if (!has_room(fill))
			return -ENOSPC;
		if (!has_jumped)
			reading.too_old = instant_add(now, -fill->late_ns);
		reading.may_pass_dark = has_jumped && spans_have_room(&track->spans);
		stop = read_range(&reading, track, track->spans.done, end);
		if (reading.has_taken) {
			track->quiet = 0;
			/* A start of the board lies between rows that are close to each other. */
			if (reading.has_dark && reading.first_dark.ns < reading.first.ns &&
				spans_skip(&track->spans, reading.first))
				track->has_new_holes = track->has_new_done = true;
			add_piece(fill, track, &reading, first_line, track->spans.done,
				instant_add(reading.last, 1));
			return stop == STOP_FULL ? -ENOSPC : stop < 0 ? stop : 0;
		}
		if (stop <= 0) {
			track->quiet++;
			return stop;
		}
		if (stop == STOP_FULL)
			return -ENOSPC;
		jumped = jump(fill, track, stop == STOP_DARK ? reading.first_dark : reading.first);
		if (jumped < 0)
			return jumped;
		if (stop == STOP_DARK && (has_jumped || !jumped))
			return 0;
		has_jumped = true; /* what is old now is sent in order */
	}
}

/* One hole. Dark rows at its beginning are passed; they stay behind as a hole of their own, which
 * cuts this one in two when it is settled (*ret_cuts). */
static int fill_hole(struct fill *fill, struct track *track, struct span *hole, bool *ret_cuts)
{
	struct reading reading = {.fill = fill,
		.series = track->series,
		.may_pass_dark = spans_have_room(&track->spans)};
	size_t first_line = body_lines(fill->body);
	int stop = read_range(&reading, track, hole->from, hole->to);

	if (reading.has_taken) {
		bool cuts = reading.has_dark && reading.first_dark.ns < reading.first.ns;
		struct instant from = cuts ? reading.first : hole->from;
		struct instant to = stop ? instant_add(reading.last, 1) : hole->to;

		*ret_cuts = cuts;
		add_piece(fill, track, &reading, first_line, from, to);
	} else if (reading.has_dark && stop != STOP_FULL) {
		hole->dark = reading.first_dark;
	} else if (stop == 0) {
		track_settle(track, hole->from, hole->to);
	}
	return stop == STOP_FULL ? -ENOSPC : stop < 0 ? stop : 0;
}

int fill_holes(struct fill *fill, struct track *track)
{
	bool cuts = false;

	/* Some boot has an hour now: it may be any of those that a hole spans. */
	if (track->known_boots != wall_map_known(fill->map))
		for (size_t i = 0; i < track->spans.n_holes; i++)
			track->spans.holes[i].dark.ns = 0;
	track->known_boots = wall_map_known(fill->map);
	/* At most one cut in a request, for which there is room. */
	for (size_t i = 0; i < track->spans.n_holes && !cuts;) {
		struct span *hole = &track->spans.holes[i];
		size_t n_holes = track->spans.n_holes;
		struct wall wall;
		int error;

		if (!has_room(fill))
			return -ENOSPC;
		if (hole->dark.ns && !wall_map_at(fill->map, hole->dark, &wall, NULL)) {
			i++;
			continue;
		}
		error = fill_hole(fill, track, hole, &cuts);
		if (error)
			return error;
		if (track->spans.n_holes >= n_holes)
			i++;
	}
	return 0;
}

void fill_settle(struct fill *fill, size_t n)
{
	for (size_t i = 0; i < fill->n_pieces; i++) {
		struct piece *piece = &fill->pieces[i];
		size_t end = piece->first_line + piece->n_lines;
		struct instant to;

		if (!piece->n_lines || n <= piece->first_line)
			continue;
		to = n >= end ? piece->to : instant_add(body_stamp(fill->body, n - 1), 1);
		track_settle(piece->track, piece->from, to);
		piece->from = to;
		piece->n_lines = n >= end ? 0 : end - n;
		piece->first_line = n >= end ? end : n;
	}
}

const struct piece *fill_piece(const struct fill *fill, size_t line)
{
	for (size_t i = 0; i < fill->n_pieces; i++) {
		const struct piece *piece = &fill->pieces[i];

		if (line >= piece->first_line && line < piece->first_line + piece->n_lines)
			return piece;
	}
	return NULL;
}
