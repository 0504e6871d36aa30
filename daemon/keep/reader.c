/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading rows: a stream's chunks in order, then what is in fresh rows behind them, in one snapshot
 * of the database (SQLite's WAL keeps it while the writer goes on). A chunk that does not decode is
 * left out; the writer notes it as a gap when it looks there itself (upkeep.c). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keep/merge.h"
#include "keep/reading.h"

/* ---------------------------------------------------------------- opening */

static void let_go(struct reader *reader)
{
	fresh_walk_free(&reader->fresh);
	reader->held.id = 0;
	calibrated_forget(&reader->calibrated);
	database_close(reader->db);
	reader->db = NULL;
	memset(&reader->statements, 0, sizeof reader->statements);
}

static int open_database(struct reader *reader)
{
	struct stat found;

	if (stat(reader->path, &found) < 0)
		return -errno;
	reader->inode = found.st_ino;
	return database_open_reader(reader->path, &reader->db, &reader->is_frozen);
}

int reader_open(const char *directory, struct reader **ret_reader)
{
	struct reader *reader = calloc(1, sizeof *reader);

	if (!reader)
		return -ENOMEM;
	int result = database_path(directory, "", reader->path);
	if (result == 0)
		result = chunk_codec_new(&reader->codec);
	if (result == 0)
		result = chunk_codec_new(&reader->bins_codec);
	if (result == 0)
		result = open_database(reader);
	if (result < 0) {
		reader_close(reader);
		return result;
	}
	*ret_reader = reader;
	return 0;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	let_go(reader);
	chunk_codec_free(reader->codec);
	chunk_codec_free(reader->bins_codec);
	free(reader->calibrated.values);
	free(reader);
}

int reading_begin(struct reader *reader)
{
	struct stat found;

	if (reader->is_held)
		return 0;
	if (reader->db &&
		(reader->is_frozen || stat(reader->path, &found) < 0 ||
			found.st_ino != reader->inode))
		let_go(reader);
	int result = reader->db ? 0 : open_database(reader);
	if (result == 0)
		result = database_run(reader->db, &reader->statements.begin, "BEGIN", "");
	return result;
}

int reading_end(struct reader *reader, int result)
{
	/* What was left in the middle of its rows would hold the snapshot. */
	for (sqlite3_stmt *s = NULL; (s = sqlite3_next_stmt(reader->db, s));)
		sqlite3_reset(s);
	if (!reader->is_held)
		database_run(reader->db, &reader->statements.end, "COMMIT", "");
	return result;
}

int reader_hold(struct reader *reader)
{
	int result = reading_begin(reader);

	reader->is_held = result == 0;
	return result;
}

void reader_release(struct reader *reader)
{
	if (!reader->is_held)
		return;
	reader->is_held = false;
	reading_end(reader, 0);
}

/* ---------------------------------------------------------------- chunks */

int reading_walk(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	head_visit *visit, void *self)
{
	struct reader_statements *s = &reader->statements;
	int64_t start;
	/* The chunk that began last before `from` may hold it. Ids are the second of the first row,
	 * or one more for each chunk that began in the same second: never before their time. One of
	 * the same second as `from` may begin behind it, so the search is for an earlier second. */
	int result = database_number(reader->db, &s->start,
		"SELECT max(id) FROM chunk WHERE id >= ? AND id < ?", chunk_ids_from(stream),
		&start, "ii", chunk_ids_from(stream), chunk_id(stream, from.ns));

	if (result == 0)
		result = database_query(reader->db, &s->chunks,
			"SELECT id, first_ns, last_ns, n, bins FROM chunk WHERE id >= ? AND id < ? ORDER BY id",
			"ii", start, chunk_ids_to(stream));
	while (result == 0 && (result = database_step(reader->db, s->chunks)) == 1) {
		const struct chunk_head head = {
			.id = sqlite3_column_int64(s->chunks, 0),
			.first_ns = sqlite3_column_int64(s->chunks, 1),
			.last_ns = sqlite3_column_int64(s->chunks, 2),
			.n = sqlite3_column_int64(s->chunks, 3),
			.bins = sqlite3_column_blob(s->chunks, 4),
			.bins_n = (size_t)sqlite3_column_bytes(s->chunks, 4),
		};
		result = 0;
		if (head.first_ns >= to.ns)
			break;
		if (head.last_ns >= from.ns)
			result = visit(self, &head);
	}
	sqlite3_reset(s->chunks);
	return result;
}

/* A chunk that grew by a merge keeps its id, not its length. */
static bool is_held(const struct reader *reader, const struct chunk_head *head)
{
	return reader->held.id == head->id && reader->held.n == head->n &&
		reader->held.last_ns == head->last_ns;
}

int reading_decode(struct reader *reader, const struct chunk_head *head, struct chunk *ret_rows)
{
	struct reader_statements *s = &reader->statements;

	if (is_held(reader, head)) {
		*ret_rows = reader->held_rows;
		return 0;
	}
	reader->held.id = 0;
	int result = database_query(
		reader->db, &s->bytes, "SELECT bytes FROM chunk_data WHERE id = ?", "i", head->id);
	if (result == 0)
		result = database_step(reader->db, s->bytes);
	if (result < 0)
		return result;
	if (result == 1)
		result = chunk_decode(reader->codec, sqlite3_column_blob(s->bytes, 0),
			(size_t)sqlite3_column_bytes(s->bytes, 0), ret_rows);
	else
		result = -EBADMSG;
	sqlite3_reset(s->bytes);
	if (result == -EBADMSG) {
		reader->damaged++;
		return -EILSEQ;
	}
	if (result == 0) {
		reader->held = *head;
		reader->held_rows = *ret_rows;
	}
	return result;
}

/* First row with a stamp not before `at`. */
static size_t row_at(const struct chunk *rows, int64_t at)
{
	size_t low = 0, high = rows->n_rows;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (rows->stamps_ns[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int reading_slice(const struct chunk *rows, uint32_t stream, struct instant from, struct instant to,
	rows_visit *visit, void *self)
{
	size_t first = row_at(rows, from.ns), end = row_at(rows, to.ns);

	if (first >= end)
		return 0;
	return visit(self,
		&(struct rows){
			.stream = stream,
			.n_channels = rows->n_channels,
			.n = end - first,
			.stamps_ns = rows->stamps_ns + first,
			.ticks = rows->ticks ? rows->ticks + first : NULL,
			.values = rows->values + first * rows->n_channels,
		});
}

static const char newest_sql[] =
	"SELECT last_ns FROM chunk WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1";

int reading_fresh(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	rows_visit *visit, void *self)
{
	struct reader_statements *s = &reader->statements;
	struct fresh_record record;
	struct chunk rows;
	int64_t chunked_ns;
	int result = database_number(reader->db, &s->newest, newest_sql, INT64_MIN, &chunked_ns,
		"ii", chunk_ids_from(stream), chunk_ids_to(stream));

	if (result < 0 || chunked_ns >= to.ns - 1)
		return result;
	if (from.ns <= chunked_ns)
		from.ns = chunked_ns + 1;
	result = fresh_walk_begin(&reader->fresh, reader->db);
	while (result == 0 && (result = fresh_walk_next(&reader->fresh, &record)) == 1) {
		result = 0;
		if (record.stream != stream || record.last_ns < from.ns)
			continue;
		reader->held.id = 0;
		result = chunk_decode(reader->codec, record.bytes, record.n, &rows);
		if (result == 0)
			result = reading_slice(&rows, stream, from, to, visit, self);
		else if (result == -EBADMSG)
			result = 0; /* a gap by and by */
	}
	fresh_walk_end(&reader->fresh);
	return result;
}

/* ---------------------------------------------------------------- rows */

struct row_walk {
	struct reader *reader;
	uint32_t stream;
	struct instant from, to;
	rows_visit *visit;
	void *self;
};

static int visit_chunk(void *self, const struct chunk_head *head)
{
	const struct row_walk *walk = self;
	struct chunk rows;
	int result = reading_decode(walk->reader, head, &rows);

	if (result < 0)
		return result == -EILSEQ ? 0 : result;
	return reading_slice(&rows, walk->stream, walk->from, walk->to, walk->visit, walk->self);
}

int reading_rows(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	rows_visit *visit, void *self)
{
	struct row_walk walk = {reader, stream, from, to, visit, self};
	int result = reading_walk(reader, stream, from, to, visit_chunk, &walk);

	if (result == 0)
		result = reading_fresh(reader, stream, from, to, visit, self);
	return result;
}

int reader_rows(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	rows_visit *visit, void *self)
{
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	return reading_end(reader, reading_rows(reader, stream, from, to, visit, self));
}

/* ---------------------------------------------------------------- extent */

struct extent {
	struct instant first, last;
	uint64_t rows;
};

static int extend(void *self, const struct rows *rows)
{
	struct extent *extent = self;

	if (!extent->rows)
		extent->first.ns = rows->stamps_ns[0];
	extent->last.ns = rows->stamps_ns[rows->n - 1];
	extent->rows += rows->n;
	return 0;
}

/* Of the fresh rows; then of the chunks in front of them. */
static int find_extent(struct reader *reader, uint32_t stream, struct extent *ret_extent)
{
	const struct instant ever = {INT64_MIN}, never = {INT64_MAX};
	struct reader_statements *s = &reader->statements;
	struct extent fresh = {.rows = 0};
	int64_t first_ns, last_ns;
	int result = reading_fresh(reader, stream, ever, never, extend, &fresh);

	if (result == 0)
		result = database_number(reader->db, &s->oldest,
			"SELECT first_ns FROM chunk WHERE id >= ? AND id < ? ORDER BY id LIMIT 1",
			INT64_MIN, &first_ns, "ii", chunk_ids_from(stream), chunk_ids_to(stream));
	if (result == 0)
		result = database_number(reader->db, &s->newest, newest_sql, INT64_MIN, &last_ns,
			"ii", chunk_ids_from(stream), chunk_ids_to(stream));
	if (result < 0)
		return result;
	if (last_ns == INT64_MIN && !fresh.rows)
		return -ENODATA;
	*ret_extent = fresh;
	if (last_ns != INT64_MIN) {
		ret_extent->first.ns = first_ns;
		if (!fresh.rows)
			ret_extent->last.ns = last_ns;
	}
	return 0;
}

int reading_extent(
	struct reader *reader, uint32_t stream, struct instant *ret_first, struct instant *ret_last)
{
	struct extent extent;
	int result = find_extent(reader, stream, &extent);

	if (result < 0)
		return result;
	*ret_first = extent.first;
	*ret_last = extent.last;
	return 0;
}

int reader_extent(struct reader *reader, uint32_t stream, struct instant *ret_first,
	struct instant *ret_last, uint64_t *ret_rows)
{
	struct reader_statements *s = &reader->statements;
	struct extent extent;
	int64_t rows;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = find_extent(reader, stream, &extent);
	if (result == 0)
		result = database_number(reader->db, &s->sum,
			"SELECT sum(n) FROM chunk WHERE id >= ? AND id < ?", 0, &rows, "ii",
			chunk_ids_from(stream), chunk_ids_to(stream));
	result = reading_end(reader, result);
	if (result < 0)
		return result;
	*ret_first = extent.first;
	*ret_last = extent.last;
	*ret_rows = extent.rows + (uint64_t)rows;
	return 0;
}

int reader_highest_stream(struct reader *reader, uint32_t *ret_stream)
{
	struct fresh_record record;
	int64_t id = 0;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_number(reader->db, &reader->statements.highest,
		"SELECT max(max(id) >> ?, (SELECT ifnull(max(id), 0) FROM stream)) FROM chunk", 0,
		&id, "i", (int64_t)STREAM_SHIFT);
	if (result == 0)
		result = fresh_walk_begin(&reader->fresh, reader->db);
	while (result == 0 && (result = fresh_walk_next(&reader->fresh, &record)) == 1) {
		result = 0;
		if (record.stream <= STREAM_MAX && record.stream > id)
			id = record.stream;
	}
	result = reading_end(reader, result);
	if (result == 0)
		*ret_stream = id < 0 || id > STREAM_MAX ? 0 : (uint32_t)id;
	return result;
}
