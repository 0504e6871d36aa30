/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A range as columns. While there are no more rows than columns asked for, each row is one. Else
 * columns are the cells of a grid of 2^k nanoseconds, the finest that makes no more than 2 * wanted
 * of the range: bins lie on such grids too (bins.h), so every chunk wholly inside gives its
 * coarsest level that is not coarser than the grid, and only the chunks at the range's ends, and
 * those whose bins are too coarse for so near a look, are decoded. Either way the work is bounded
 * by what is shown, not by how long the range is: ten hours at 100 Hz are some ninety chunks of
 * some fifty bins. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "keep/bins.h"
#include "keep/merge.h"
#include "keep/reading.h"

struct maker {
	struct reader *reader;
	uint32_t stream, n_channels;
	struct instant from, to;
	columns_visit *visit;
	void *self;

	bool is_grid;
	unsigned k;
	bool has_cell;
	int64_t cell; /* stamp >> k */
	struct bin bins[STREAM_CHANNELS];

	size_t most; /* columns */
	size_t n_singles;
	int64_t *single_stamps; /* rows kept back while each may still be a column of its own */
	double *single_values;
};

/* ---------------------------------------------------------------- making columns */

static int emit_cell(struct maker *maker)
{
	struct columns column = {
		.stream = maker->stream,
		.n_channels = maker->n_channels,
		.from = {(int64_t)((uint64_t)maker->cell << maker->k)},
		.bins = maker->bins,
	};

	if (!maker->has_cell)
		return 0;
	maker->has_cell = false;
	if (__builtin_add_overflow(column.from.ns, (int64_t)1 << maker->k, &column.to.ns) ||
		column.to.ns > maker->to.ns)
		column.to = maker->to;
	if (column.from.ns < maker->from.ns)
		column.from = maker->from;
	return maker->visit(maker->self, &column);
}

/* The cell that a stamp falls into, empty if it is a new one. */
static int enter_cell(struct maker *maker, int64_t stamp)
{
	int64_t cell = stamp >> maker->k;

	if (maker->has_cell && maker->cell == cell)
		return 0;
	int result = emit_cell(maker);
	maker->cell = cell;
	maker->has_cell = true;
	memset(maker->bins, 0, sizeof maker->bins);
	return result;
}

static int add_to_grid(struct maker *maker, int64_t stamp, const double *values)
{
	int result = enter_cell(maker, stamp);

	for (uint32_t c = 0; c < maker->n_channels; c++)
		bin_add_value(&maker->bins[c], values[c]);
	return result;
}

static int make_singles(struct maker *maker)
{
	maker->single_stamps = malloc(maker->most * sizeof *maker->single_stamps);
	maker->single_values =
		malloc(maker->most * maker->n_channels * sizeof *maker->single_values);
	return maker->single_stamps && maker->single_values ? 0 : -ENOMEM;
}

static int add_rows(void *self, const struct rows *rows)
{
	struct maker *maker = self;
	int result = 0;

	if (!maker->n_channels)
		maker->n_channels = rows->n_channels;
	if (rows->n_channels != maker->n_channels)
		return 0;
	if (!maker->is_grid && !maker->single_stamps)
		result = make_singles(maker);
	if (!maker->is_grid && result == 0 && maker->n_singles + rows->n > maker->most) {
		maker->is_grid = true;
		for (size_t i = 0; i < maker->n_singles && result == 0; i++)
			result = add_to_grid(maker, maker->single_stamps[i],
				maker->single_values + i * maker->n_channels);
		maker->n_singles = 0;
	}
	if (result == 0 && !maker->is_grid) {
		memcpy(maker->single_stamps + maker->n_singles, rows->stamps_ns,
			rows->n * sizeof rows->stamps_ns[0]);
		memcpy(maker->single_values + maker->n_singles * maker->n_channels, rows->values,
			rows->n * maker->n_channels * sizeof rows->values[0]);
		maker->n_singles += rows->n;
		return 0;
	}
	for (size_t i = 0; i < rows->n && result == 0; i++)
		result =
			add_to_grid(maker, rows->stamps_ns[i], rows->values + i * rows->n_channels);
	return result;
}

static int emit_singles(struct maker *maker)
{
	int result = 0;

	for (size_t i = 0; i < maker->n_singles && result == 0; i++) {
		struct instant at = {maker->single_stamps[i]};
		memset(maker->bins, 0, sizeof maker->bins);
		for (uint32_t c = 0; c < maker->n_channels; c++)
			bin_add_value(
				&maker->bins[c], maker->single_values[i * maker->n_channels + c]);
		result = maker->visit(maker->self,
			&(struct columns){
				.stream = maker->stream,
				.n_channels = maker->n_channels,
				.from = at,
				.to = instant_add(at, 1),
				.bins = maker->bins,
			});
	}
	return result;
}

/* ---------------------------------------------------------------- from bins */

/* *ret_is_used stays as it is when the level is too coarse, absent or damaged. */
static int add_level(struct maker *maker, const uint8_t *bytes, size_t n, bool *ret_is_used)
{
	struct chunk rows;
	unsigned k;

	if (!n || bytes[0] > maker->k)
		return 0;
	int result = bins_read(maker->reader->bins_codec, bytes, n, maker->n_channels, &k, &rows);
	if (result < 0)
		return result == -EBADMSG ? 0 : result;
	if (rows.n_channels > STREAM_CHANNELS * BIN_NUMBERS)
		return 0;
	maker->n_channels = rows.n_channels / BIN_NUMBERS;
	for (size_t i = 0; i < rows.n_rows && result == 0; i++) {
		result = enter_cell(maker, rows.stamps_ns[i]);
		for (uint32_t c = 0; c < maker->n_channels; c++) {
			struct bin bin = bin_of(&rows, i, c);
			bin_add(&maker->bins[c], &bin);
		}
	}
	*ret_is_used = true;
	return result;
}

static int add_kept_level(
	struct maker *maker, sqlite3_stmt **slot, const char *sql, int64_t id, bool *ret_is_used)
{
	sqlite3 *db = maker->reader->db;
	int result = database_query(db, slot, sql, "i", id);

	if (result == 0)
		result = database_step(db, *slot);
	if (result == 1) {
		const void *bytes = sqlite3_column_blob(*slot, 0);
		result = add_level(
			maker, bytes, (size_t)sqlite3_column_bytes(*slot, 0), ret_is_used);
	}
	sqlite3_reset(*slot);
	return result;
}

static int add_chunk(void *self, const struct chunk_head *head)
{
	struct maker *maker = self;
	struct reader_statements *s = &maker->reader->statements;
	struct chunk rows;
	bool is_used = false;
	int result = 0;

	if (maker->is_grid && head->first_ns >= maker->from.ns && head->last_ns < maker->to.ns) {
		result = add_level(maker, head->bins, head->bins_n, &is_used);
		if (result == 0 && !is_used)
			result = add_kept_level(maker, &s->mid,
				"SELECT mid_bins FROM chunk_data WHERE id = ?", head->id, &is_used);
		if (result == 0 && !is_used)
			result = add_kept_level(maker, &s->fine,
				"SELECT fine_bins FROM chunk_data WHERE id = ?", head->id,
				&is_used);
		if (result != 0 || is_used)
			return result;
	}
	result = reading_decode(maker->reader, head, &rows);
	if (result < 0)
		return result == -EILSEQ ? 0 : result;
	return reading_slice(&rows, maker->stream, maker->from, maker->to, add_rows, maker);
}

/* ---------------------------------------------------------------- the range */

/* Are there surely more rows than columns? Counts chunks wholly inside, up to enough. */
struct tally {
	const struct maker *maker;
	int64_t rows;
};

static int count_inside(void *self, const struct chunk_head *head)
{
	struct tally *tally = self;

	if (head->first_ns >= tally->maker->from.ns && head->last_ns < tally->maker->to.ns)
		tally->rows += head->n;
	return tally->rows > (int64_t)tally->maker->most;
}

/* The part of the range that has rows: a grid over years of nothing would be one column. */
static int clip(struct maker *maker)
{
	struct instant first, last;
	int result = reading_extent(maker->reader, maker->stream, &first, &last);

	if (result < 0)
		return result;
	if (maker->from.ns < first.ns)
		maker->from = first;
	if (maker->to.ns > last.ns)
		maker->to.ns = last.ns == INT64_MAX ? last.ns : last.ns + 1;
	return maker->from.ns < maker->to.ns ? 0 : -ENODATA;
}

static unsigned finest_grid(const struct maker *maker)
{
	unsigned k = 0;

	while (k < 62 &&
		(uint64_t)((maker->to.ns - 1) >> k) - (uint64_t)(maker->from.ns >> k) >=
			maker->most)
		k++;
	return k;
}

static int make_columns(struct maker *maker)
{
	struct tally tally = {.maker = maker};
	int result = clip(maker);

	if (result < 0)
		return result == -ENODATA ? 0 : result;
	maker->k = finest_grid(maker);
	result = reading_walk(
		maker->reader, maker->stream, maker->from, maker->to, count_inside, &tally);
	if (result < 0)
		return result;
	maker->is_grid = result > 0;
	result = reading_walk(
		maker->reader, maker->stream, maker->from, maker->to, add_chunk, maker);
	if (result == 0)
		result = reading_fresh(
			maker->reader, maker->stream, maker->from, maker->to, add_rows, maker);
	if (result == 0)
		result = maker->is_grid ? emit_cell(maker) : emit_singles(maker);
	return result;
}

int reading_columns(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	unsigned wanted, columns_visit *visit, void *self)
{
	struct maker maker = {
		.reader = reader,
		.stream = stream,
		.from = from,
		.to = to,
		.visit = visit,
		.self = self,
		.most = 2 * (size_t)wanted,
	};

	int result = make_columns(&maker);

	free(maker.single_stamps);
	free(maker.single_values);
	return result;
}

int reader_columns(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	unsigned wanted, columns_visit *visit, void *self)
{
	return reader_columns_by(reader, CORRECTION_NONE, stream, from, to, wanted, visit, self);
}
