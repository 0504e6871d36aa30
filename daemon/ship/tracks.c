/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A short list, searched from the front: a board has some tens of streams. */
#include "ship/tracks.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"

static int find_or_add(struct tracks *tracks, uint32_t stream, struct track **ret_track)
{
	struct track **longer, *track;

	for (size_t i = 0; i < tracks->n; i++) {
		if (tracks->list[i]->stream == stream) {
			*ret_track = tracks->list[i];
			return 0;
		}
	}
	longer = realloc(tracks->list, (tracks->n + 1) * sizeof(*longer));
	if (!longer)
		return -ENOMEM;
	tracks->list = longer;
	track = calloc(1, sizeof(*track));
	if (!track)
		return -ENOMEM;
	track->stream = stream;
	tracks->list[tracks->n++] = track;
	*ret_track = track;
	return 0;
}

static int load_cursor(void *self, const struct cursor *cursor)
{
	struct track *track;
	int error = find_or_add(self, cursor->stream, &track);

	if (!error)
		track->spans.done = cursor->done;
	return error;
}

static int load_hole(void *self, const struct hole *hole)
{
	struct track *track;
	int error = find_or_add(self, hole->stream, &track);

	if (!error)
		spans_restore(&track->spans, hole->from, hole->to);
	return error;
}

int tracks_load(struct tracks *tracks, struct reader *reader)
{
	int error = reader_cursors(reader, tracks->sink, load_cursor, tracks);

	return error ? error : reader_holes(reader, tracks->sink, load_hole, tracks);
}

void tracks_free(struct tracks *tracks)
{
	for (size_t i = 0; i < tracks->n; i++)
		free(tracks->list[i]);
	free(tracks->list);
	tracks->list = NULL;
	tracks->n = 0;
}

int tracks_add_series(struct tracks *tracks, const struct series *series)
{
	struct track *track;
	int error = find_or_add(tracks, series->stream, &track);

	if (!error)
		track->series = series;
	return error;
}

void track_settle(struct track *track, struct instant from, struct instant to)
{
	if (to.ns > track->spans.done.ns)
		track->has_new_done = true;
	else
		track->has_new_holes = true;
	spans_answer(&track->spans, from, to);
}

void track_refuse(struct track *track, struct instant from, struct instant to)
{
	struct span *last = track->n_refused ? &track->refused[track->n_refused - 1] : NULL;

	track->refused_in_row++;
	if (last && last->to.ns == from.ns)
		last->to = to;
	else if (track->n_refused < REFUSED_IN_ROW)
		track->refused[track->n_refused++] = (struct span){.from = from, .to = to};
}

void track_take_back(struct track *track)
{
	for (size_t i = 0; i < track->n_refused; i++)
		spans_restore(&track->spans, track->refused[i].from, track->refused[i].to);
	track->has_new_holes |= track->n_refused > 0;
	track->is_taking_back = track->n_refused > 0;
}

void track_release(struct track *track)
{
	track->refused_in_row = 0;
	if (!track->is_taking_back)
		track->n_refused = 0;
}

/* What is in a hole again leaves quarantine; in this order, so that it is in one of the two at
 * least. */
static int flush_refused(struct track *track, const char *sink, struct keep *keep)
{
	struct hole range = {.stream = track->stream};

	text_copy(range.sink, sizeof(range.sink), sink);
	while (track->n_refused) {
		const struct span *last = &track->refused[track->n_refused - 1];
		int error;

		range.from = last->from;
		range.to = last->to;
		error = keep_order_release(keep, &range);
		if (error)
			return error;
		track->n_refused--;
	}
	track->is_taking_back = false;
	return 0;
}

/* Holes before the cursor. If the power fails between the two, a hole that reaches beyond the
 * cursor is cut off when it is read, while a cursor without its hole would be a loss. */
static int flush(struct track *track, const char *sink, struct keep *keep)
{
	struct hole holes[SPAN_HOLES] = {0};
	struct cursor cursor = {.stream = track->stream, .done = track->spans.done};
	int error;

	if (track->has_new_holes) {
		for (size_t i = 0; i < track->spans.n_holes; i++) {
			text_copy(holes[i].sink, sizeof(holes[i].sink), sink);
			holes[i].stream = track->stream;
			holes[i].from = track->spans.holes[i].from;
			holes[i].to = track->spans.holes[i].to;
		}
		error = keep_order_holes(keep, sink, track->stream, holes, track->spans.n_holes);
		if (error)
			return error;
		track->has_new_holes = false;
	}
	if (track->is_taking_back) {
		error = flush_refused(track, sink, keep);
		if (error)
			return error;
	}
	if (track->has_new_done) {
		text_copy(cursor.sink, sizeof(cursor.sink), sink);
		error = keep_order_cursor(keep, &cursor);
		if (error)
			return error;
		track->has_new_done = false;
	}
	return 0;
}

void tracks_flush(struct tracks *tracks, struct keep *keep)
{
	for (size_t i = 0; i < tracks->n; i++)
		if (flush(tracks->list[i], tracks->sink, keep))
			return;
}

bool tracks_are_flushed(const struct tracks *tracks)
{
	for (size_t i = 0; i < tracks->n; i++)
		if (tracks->list[i]->has_new_done || tracks->list[i]->has_new_holes ||
			tracks->list[i]->is_taking_back)
			return false;
	return true;
}

bool tracks_are_dark(const struct tracks *tracks)
{
	for (size_t i = 0; i < tracks->n; i++)
		for (size_t h = 0; h < tracks->list[i]->spans.n_holes; h++)
			if (tracks->list[i]->series && tracks->list[i]->spans.holes[h].dark.ns)
				return true;
	return false;
}

static int add_column(void *self, const struct columns *column)
{
	uint64_t *rows = self, most = 0;

	for (uint32_t i = 0; i < column->n_channels; i++)
		if (column->bins[i].n > most)
			most = column->bins[i].n;
	*rows += most;
	return 0;
}

uint64_t tracks_behind(const struct tracks *tracks, struct reader *reader)
{
	uint64_t rows = 0, kept;

	for (size_t i = 0; i < tracks->n; i++) {
		const struct track *track = tracks->list[i];
		struct instant first, last;

		if (!track->series || reader_extent(reader, track->stream, &first, &last, &kept))
			continue;
		if (last.ns >= track->spans.done.ns)
			reader_columns(reader, track->stream, track->spans.done,
				instant_add(last, 1), 1, add_column, &rows);
		for (size_t h = 0; h < track->spans.n_holes; h++)
			reader_columns(reader, track->stream, track->spans.holes[h].from,
				track->spans.holes[h].to, 1, add_column, &rows);
	}
	return rows;
}
