/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From fresh rows to chunks, and from small chunks to larger ones.
 *
 * How far to merge. A chunk is at most 32 768 values (a quarter MiB of doubles: what every reader
 * holds when it decodes one): two minutes of three channels at 100 Hz. Twice that saves 3 % of the
 * bytes (8 % of the file) and takes 2 MB more of the daemon's memory, for scratch of the merger and
 * its codecs. Below, sizes are tiers eight apart; when the newest chunks of one tier would overfill
 * the next, they become one of it. So a row is written once per tier, whether a stream has 20 000
 * rows a second or one in five minutes, and a stream never has more than some fifty chunks that are
 * not full.
 *
 * zstd's level 1 always: on such noise it packs better than 3, and at a fifth less time. */
#include "keep/merge.h"

#include <errno.h>
#include <stdlib.h>

#include "keep/bins.h"
#include "keep/database.h"
#include "keep/fresh.h"
#include "keep/stage.h"

enum {
	VALUES_MAX = 32768,
	TIER = 8,
	GATHER = 128, /* chunks looked at */
	LEVEL = 1,
};

struct merger {
	sqlite3 *db;
	struct chunk_codec *encoder, *decoder;
	struct bins_maker *bins;
	struct stage stage;
	uint32_t stream;
	int64_t after_ns; /* last row already in a chunk or in the stage */
	bool has_hole;    /* something did not decode after that row */
	uint64_t hole_rows, damaged, damaged_rows;
	struct fresh_walk fresh;
	sqlite3_stmt *newest, *insert_chunk, *insert_data, *recent, *bytes;
	sqlite3_stmt *delete_chunk, *delete_data, *aside, *range, *gap;
};

int merger_new(sqlite3 *db, struct merger **ret_merger)
{
	struct merger *merger = calloc(1, sizeof *merger);

	if (!merger)
		return -ENOMEM;
	merger->db = db;
	int result = chunk_codec_new(&merger->encoder);
	if (result == 0)
		result = chunk_codec_new(&merger->decoder);
	if (result == 0)
		result = bins_maker_new(&merger->bins);
	if (result < 0) {
		merger_free(merger);
		return result;
	}
	*ret_merger = merger;
	return 0;
}

void merger_free(struct merger *merger)
{
	if (!merger)
		return;
	chunk_codec_free(merger->encoder);
	chunk_codec_free(merger->decoder);
	bins_maker_free(merger->bins);
	stage_free(&merger->stage);
	fresh_walk_free(&merger->fresh);
	free(merger); /* statements go with the connection */
}

uint64_t merger_damaged(struct merger *merger, uint64_t *ret_rows)
{
	uint64_t damaged = merger->damaged;

	*ret_rows = merger->damaged_rows;
	merger->damaged = merger->damaged_rows = 0;
	return damaged;
}

int merger_note_gap(struct merger *merger, const struct gap *gap)
{
	return database_run(merger->db, &merger->gap,
		"INSERT INTO gap(stream, reason, from_ns, to_ns, lost_rows) VALUES(?, ?, ?, ?, ?)",
		"iiiii", (int64_t)gap->stream, (int64_t)gap->reason, gap->from.ns, gap->to.ns,
		(int64_t)gap->lost_rows);
}

static size_t rows_max(uint32_t n_channels)
{
	size_t rows = VALUES_MAX / n_channels;

	return rows < CHUNK_ROWS ? rows : CHUNK_ROWS;
}

/* ---------------------------------------------------------------- writing a chunk */

static int write_chunk(struct merger *merger, int64_t id)
{
	const struct chunk *rows = &merger->stage.rows;
	struct bins_level levels[BIN_LEVELS];
	const uint8_t *bytes;
	size_t n;

	int result = bins_make(merger->bins, rows, levels);
	if (result == 0)
		result = chunk_encode(merger->encoder, rows, LEVEL, &bytes, &n);
	if (result == 0)
		result = database_run(merger->db, &merger->insert_chunk,
			"INSERT INTO chunk VALUES(?, ?, ?, ?, ?)", "iiiib", id, rows->stamps_ns[0],
			rows->stamps_ns[rows->n_rows - 1], (int64_t)rows->n_rows, levels[0].bytes,
			levels[0].n);
	if (result == 0)
		result = database_run(merger->db, &merger->insert_data,
			"INSERT INTO chunk_data VALUES(?, ?, ?, ?)", "ibbb", id, levels[1].bytes,
			levels[1].n, levels[2].bytes, levels[2].n, bytes, n);
	return result;
}

/* The stage as the newest chunk of the stream. */
static int flush(struct merger *merger)
{
	int64_t newest, id;

	if (!merger->stage.rows.n_rows)
		return 0;
	int result = database_number(merger->db, &merger->newest,
		"SELECT max(id) FROM chunk WHERE id >= ? AND id < ?", -1, &newest, "ii",
		chunk_ids_from(merger->stream), chunk_ids_to(merger->stream));
	if (result < 0)
		return result;
	id = chunk_id(merger->stream, merger->stage.rows.stamps_ns[0]);
	if (id <= newest)
		id = newest + 1; /* two in one second */
	result = write_chunk(merger, id);
	stage_clear(&merger->stage);
	return result;
}

/* ---------------------------------------------------------------- rolling */

void merger_begin(struct merger *merger, uint32_t stream, int64_t after_ns)
{
	stage_clear(&merger->stage);
	merger->stream = stream;
	merger->after_ns = after_ns;
	merger->has_hole = false;
	merger->hole_rows = 0;
}

static int close_hole(struct merger *merger, int64_t to_ns)
{
	const struct gap gap = {
		.stream = merger->stream,
		.reason = GAP_STORE,
		.from = {merger->after_ns == INT64_MIN ? 0 : merger->after_ns},
		.to = {to_ns},
		.lost_rows = merger->hole_rows,
	};

	if (!merger->has_hole)
		return 0;
	merger->has_hole = false;
	merger->hole_rows = 0;
	return merger_note_gap(merger, &gap);
}

int merger_add_record(struct merger *merger, const uint8_t *bytes, size_t n, uint32_t n_rows)
{
	struct chunk rows;
	int result = chunk_decode(merger->decoder, bytes, n, &rows);

	if (result == -EBADMSG) {
		merger->damaged++;
		merger->has_hole = true;
		merger->hole_rows += n_rows;
		return 0;
	}
	if (result < 0)
		return result;

	size_t from = 0;
	while (from < rows.n_rows && rows.stamps_ns[from] <= merger->after_ns)
		from++;
	if (from == rows.n_rows)
		return 0;
	result = close_hole(merger, rows.stamps_ns[from]);
	if (result == 0 && !stage_takes(&merger->stage, &rows))
		result = flush(merger);
	while (result == 0 && from < rows.n_rows) {
		size_t room = rows_max(rows.n_channels) - merger->stage.rows.n_rows;
		size_t to = rows.n_rows - from < room ? rows.n_rows : from + room;
		result = stage_add(&merger->stage, &rows, from, to);
		if (result < 0)
			return result;
		merger->after_ns = rows.stamps_ns[to - 1];
		from = to;
		if (merger->stage.rows.n_rows == rows_max(rows.n_channels))
			result = flush(merger);
	}
	return result;
}

int merger_add_fresh(struct merger *merger)
{
	struct fresh_record record;
	int result = fresh_walk_begin(&merger->fresh, merger->db);

	while (result == 0 && (result = fresh_walk_next(&merger->fresh, &record)) == 1) {
		result = 0;
		if (record.stream == merger->stream)
			result = merger_add_record(merger, record.bytes, record.n, record.n_rows);
	}
	fresh_walk_end(&merger->fresh);
	return result;
}

int merger_end(struct merger *merger, struct instant now, int64_t *ret_last_ns)
{
	int result = flush(merger);

	/* When the lost rows were, nobody can say any more: they were before now. */
	if (result == 0)
		result = close_hole(merger, now.ns);
	if (result == 0)
		*ret_last_ns = merger->after_ns;
	return result;
}

/* ---------------------------------------------------------------- merging */

struct found {
	int64_t id, n;
};

static int delete_chunk(struct merger *merger, int64_t id)
{
	int result = database_run(
		merger->db, &merger->delete_chunk, "DELETE FROM chunk WHERE id = ?", "i", id);

	if (result == 0)
		result = database_run(merger->db, &merger->delete_data,
			"DELETE FROM chunk_data WHERE id = ?", "i", id);
	return result;
}

int merger_set_aside(struct merger *merger, int64_t id)
{
	struct gap gap = {.stream = (uint32_t)(id >> STREAM_SHIFT), .reason = GAP_STORE};

	int result = database_query(merger->db, &merger->range,
		"SELECT first_ns, last_ns, n FROM chunk WHERE id = ?", "i", id);
	if (result == 0)
		result = database_step(merger->db, merger->range);
	if (result <= 0)
		return result;
	gap.from.ns = sqlite3_column_int64(merger->range, 0);
	gap.to.ns = sqlite3_column_int64(merger->range, 1) + 1;
	gap.lost_rows = (uint64_t)sqlite3_column_int64(merger->range, 2);
	sqlite3_reset(merger->range);

	merger->damaged++;
	merger->damaged_rows += gap.lost_rows;
	result = database_run(merger->db, &merger->aside,
		"INSERT INTO damaged(chunk, first_ns, last_ns, n, bytes)"
		" SELECT chunk.id, first_ns, last_ns, n, bytes FROM chunk LEFT JOIN chunk_data USING(id)"
		" WHERE chunk.id = ?",
		"i", id);
	if (result == 0)
		result = delete_chunk(merger, id);
	if (result == 0)
		result = merger_note_gap(merger, &gap);
	return result;
}

/* -EILSEQ: the chunk is damaged (the database is not). */
static int decode_chunk(struct merger *merger, int64_t id, struct chunk *ret_rows)
{
	int result = database_query(
		merger->db, &merger->bytes, "SELECT bytes FROM chunk_data WHERE id = ?", "i", id);

	if (result == 0)
		result = database_step(merger->db, merger->bytes);
	if (result < 0)
		return result;
	if (result == 0)
		return -EILSEQ;
	result = chunk_decode(merger->decoder, sqlite3_column_blob(merger->bytes, 0),
		(size_t)sqlite3_column_bytes(merger->bytes, 0), ret_rows);
	sqlite3_reset(merger->bytes);
	return result == -EBADMSG ? -EILSEQ : result;
}

int merger_check(struct merger *merger, int64_t id, uint32_t *ret_n_channels)
{
	struct chunk rows;
	int64_t first_ns, last_ns, n;
	int result = database_query(merger->db, &merger->range,
		"SELECT first_ns, last_ns, n FROM chunk WHERE id = ?", "i", id);

	if (result == 0)
		result = database_step(merger->db, merger->range);
	if (result <= 0)
		return result < 0 ? result : -EILSEQ;
	first_ns = sqlite3_column_int64(merger->range, 0);
	last_ns = sqlite3_column_int64(merger->range, 1);
	n = sqlite3_column_int64(merger->range, 2);
	sqlite3_reset(merger->range);

	result = decode_chunk(merger, id, &rows);
	if (result < 0)
		return result;
	if (rows.stamps_ns[0] != first_ns || rows.stamps_ns[rows.n_rows - 1] != last_ns ||
		(int64_t)rows.n_rows != n)
		return -EILSEQ;
	*ret_n_channels = rows.n_channels;
	return 0;
}

/* The tier of a chunk: 0 is as full as it gets, each further one an eighth. */
static unsigned tier_of(int64_t n, size_t most)
{
	unsigned tier = 0;

	for (int64_t least = (int64_t)most / 2; n < least; least /= TIER)
		tier++;
	return tier;
}

/* How many of the newest chunks (newest first) should become one; 0: none yet. */
static size_t how_many(const struct found *found, size_t n_found, size_t most)
{
	int64_t sum = 0;
	size_t n = 0;

	if (!n_found)
		return 0;
	unsigned tier = tier_of(found[0].n, most);
	if (tier == 0)
		return 0;
	int64_t full = (int64_t)most;
	for (unsigned t = 1; t < tier; t++)
		full /= TIER;
	full = full < 2 ? 2 : full;
	while (n < n_found && tier_of(found[n].n, most) >= tier && sum + found[n].n <= full)
		sum += found[n++].n;
	/* One more of their size would not fit, or an older one of this tier did not. */
	bool is_full =
		sum + sum / (int64_t)n > full || (n < n_found && tier_of(found[n].n, most) >= tier);
	return is_full && n > 1 ? n : 0;
}

static int merge_found(struct merger *merger, uint32_t stream, const struct found *found, size_t n)
{
	int result = 0;
	size_t taken = 0;

	merger_begin(merger, stream, INT64_MIN);
	for (size_t i = n; i-- > 0 && result == 0; taken++) { /* oldest first */
		struct chunk rows;
		result = decode_chunk(merger, found[i].id, &rows);
		if (result == -EILSEQ)
			return merger_set_aside(merger, found[i].id);
		if (result == 0 && !stage_takes(&merger->stage, &rows))
			break;
		if (result == 0)
			result = stage_add(&merger->stage, &rows, 0, rows.n_rows);
	}
	if (result < 0 || taken < 2)
		return result;
	for (size_t i = n; i-- > n - taken && result == 0;)
		result = delete_chunk(merger, found[i].id);
	if (result == 0)
		result = write_chunk(merger, found[n - 1].id);
	stage_clear(&merger->stage);
	return result < 0 ? result : 1;
}

int merger_merge(struct merger *merger, uint32_t stream)
{
	struct found found[GATHER];
	struct chunk rows;

	for (;;) {
		size_t n_found = 0;
		int result = database_query(merger->db, &merger->recent,
			"SELECT id, n FROM chunk WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?",
			"iii", chunk_ids_from(stream), chunk_ids_to(stream), (int64_t)GATHER);
		while (result == 0 && (result = database_step(merger->db, merger->recent)) == 1) {
			found[n_found].id = sqlite3_column_int64(merger->recent, 0);
			found[n_found++].n = sqlite3_column_int64(merger->recent, 1);
			result = 0;
		}
		if (result < 0 || !n_found)
			return result;
		result = decode_chunk(merger, found[0].id, &rows);
		if (result == -EILSEQ) {
			result = merger_set_aside(merger, found[0].id);
			if (result < 0)
				return result;
			continue;
		}
		if (result < 0)
			return result;
		size_t n = how_many(found, n_found, rows_max(rows.n_channels));
		return n ? merge_found(merger, stream, found, n) : 0;
	}
}
