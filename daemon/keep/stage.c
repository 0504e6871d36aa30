/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gathering rows, see stage.h. */
#include "keep/stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void stage_free(struct stage *stage)
{
	free(stage->stamps_ns);
	free(stage->ticks);
	free(stage->values);
	free(stage->pieces);
	free(stage->piece_rows);
	memset(stage, 0, sizeof *stage);
}

void stage_clear(struct stage *stage)
{
	stage->rows.n_rows = 0;
	stage->rows.n_pieces = 0;
}

bool stage_takes(const struct stage *stage, const struct chunk *rows)
{
	return !stage->rows.n_rows ||
		(stage->rows.n_channels == rows->n_channels && !stage->rows.ticks == !rows->ticks);
}

static bool grow(void *array, size_t n, size_t each)
{
	void **at = array;
	void *bigger = realloc(*at, n * each);

	if (bigger)
		*at = bigger;
	return bigger;
}

/* Growing moves arrays, also when not all of them could grow. */
static void point_rows(struct stage *stage, bool has_ticks)
{
	stage->rows.stamps_ns = stage->stamps_ns;
	stage->rows.ticks = has_ticks ? stage->ticks : NULL;
	stage->rows.values = stage->values;
	stage->rows.pieces = stage->pieces;
	stage->rows.piece_rows = stage->piece_rows;
}

static int reserve(
	struct stage *stage, size_t n, uint32_t n_channels, bool has_ticks, size_t n_pieces)
{
	bool is_other = !stage->rows.n_rows && stage->rows.n_channels != n_channels;

	if (n > stage->size || is_other) {
		size_t size = n > stage->size ? n + n / 4 + 64 : stage->size;
		stage->size = 0;
		if (!grow(&stage->stamps_ns, size, sizeof *stage->stamps_ns) ||
			!grow(&stage->values, size * n_channels, sizeof *stage->values))
			return -ENOMEM;
		stage->size = size;
	}
	/* What has no ticks may have made the others longer. */
	if (has_ticks && stage->ticks_size < stage->size) {
		if (!grow(&stage->ticks, stage->size, sizeof *stage->ticks))
			return -ENOMEM;
		stage->ticks_size = stage->size;
	}
	if (n_pieces > stage->pieces_size) {
		size_t size = n_pieces + n_pieces / 2 + 4;
		if (!grow(&stage->pieces, size, sizeof *stage->pieces) ||
			!grow(&stage->piece_rows, size, sizeof *stage->piece_rows))
			return -ENOMEM;
		stage->pieces_size = size;
	}
	return 0;
}

static bool is_same_piece(const struct clock_piece *a, const struct clock_piece *b)
{
	return a->origin_tick == b->origin_tick && a->origin_ns == b->origin_ns &&
		a->rate_ppb == b->rate_ppb && a->uncertainty_ns == b->uncertainty_ns &&
		a->segment == b->segment;
}

static void add_pieces(struct stage *stage, const struct chunk *rows, size_t from, size_t to)
{
	for (size_t p = 0; p < rows->n_pieces; p++) {
		size_t begin = rows->piece_rows[p];
		size_t end = p + 1 < rows->n_pieces ? rows->piece_rows[p + 1] : rows->n_rows;
		size_t last = stage->rows.n_pieces;
		if (end <= from || begin >= to)
			continue;
		if (last && is_same_piece(&stage->pieces[last - 1], &rows->pieces[p]))
			continue;
		begin = begin < from ? from : begin;
		stage->pieces[last] = rows->pieces[p];
		stage->piece_rows[last] = (uint32_t)(stage->rows.n_rows + begin - from);
		stage->rows.n_pieces++;
	}
}

int stage_add(struct stage *stage, const struct chunk *rows, size_t from, size_t to)
{
	size_t at = stage->rows.n_rows, n = to - from, channels = rows->n_channels;
	int64_t unit = rows->stamp_unit_ns;
	int result = reserve(stage, at + n, rows->n_channels, rows->ticks,
		stage->rows.n_pieces + rows->n_pieces);

	point_rows(stage, at ? stage->rows.ticks : rows->ticks);
	if (result < 0)
		return result;
	if (at && stage->rows.stamp_unit_ns < unit)
		unit = stage->rows.stamp_unit_ns; /* nanoseconds as soon as some rows need them */
	memcpy(stage->stamps_ns + at, rows->stamps_ns + from, n * sizeof *stage->stamps_ns);
	memcpy(stage->values + at * channels, rows->values + from * channels,
		n * channels * sizeof *stage->values);
	if (rows->ticks) {
		memcpy(stage->ticks + at, rows->ticks + from, n * sizeof *stage->ticks);
		add_pieces(stage, rows, from, to);
	}
	stage->rows.n_channels = rows->n_channels;
	stage->rows.n_rows = at + n;
	stage->rows.stamp_unit_ns = unit;
	return 0;
}

void stage_forget_ticks(struct stage *stage)
{
	stage->rows.ticks = NULL;
	stage->rows.n_pieces = 0;
	stage->rows.stamp_unit_ns = 1;
}
