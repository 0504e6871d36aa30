/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making room, see expire.h.
 *
 * The file never shrinks: what is removed makes free pages, which new chunks use. So the limit is
 * held against the pages in use, less what the WAL may take beside them. */
#include "keep/expire.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "data/batch.h"
#include "data/device.h"
#include "keep/database.h"
#include "keep/merge.h"

enum {
	PAGE = 4096,
	WAL_BYTES = 4 << 20, /* journal_size_limit */
	CHUNKS_A_COMMIT = 8,
	KEPT_BY_RUNS = 4096, /* chunks of one stream passed over in looking for one in no run */
	QUARANTINED_MAX = 10000,
	MARKS_MAX = 20000, /* of a button that somebody stands on, all night */
	GAPS_MAX = 10000,
	GAPS_KEPT = 9000, /* as they are, when there are more than that */
	UNCERTAINTIES_MAX = 20000,
	UNCERTAINTIES_KEPT = 8000, /* likewise; the time of the others is told */
	UNCERTAINTY_PARTS = 128,   /* in so many parts */
	REFINEMENT_SHARE = 20,     /* of the limit */
};

enum class { TAKEN, FREE, IN_RUN, CLASSES };

struct victim {
	int64_t id, first_ns, last_ns, n;
	bool is_found;
};

struct expirer {
	sqlite3 *db;
	const struct sink_names *sinks;
	sqlite3_stmt *pages, *free_pages, *next_stream, *chunks, *in_run, *is_taken, *is_clock,
		*oldest_damaged;
	sqlite3_stmt *delete_damaged, *delete_chunk, *delete_data, *before, *grow, *insert,
		*prune_gaps;
	sqlite3_stmt *prune_uncertainties, *count_uncertainties, *cut, *first, *widen, *thin;
	sqlite3_stmt *prune_refinements, *prune_lines, *prune_marks, *count_gaps, *merge_gaps,
		*delete_gaps;
};

int expirer_new(sqlite3 *db, const struct sink_names *sinks, struct expirer **ret_expirer)
{
	struct expirer *expirer = calloc(1, sizeof *expirer);

	if (!expirer)
		return -ENOMEM;
	expirer->db = db;
	expirer->sinks = sinks;
	*ret_expirer = expirer;
	return 0;
}

void expirer_free(struct expirer *expirer)
{
	free(expirer); /* statements go with the connection */
}

static int bytes_used(struct expirer *expirer, uint64_t *ret_bytes)
{
	int64_t pages, free_pages;
	int result =
		database_number(expirer->db, &expirer->pages, "PRAGMA page_count", 0, &pages, "");

	if (result == 0)
		result = database_number(expirer->db, &expirer->free_pages, "PRAGMA freelist_count",
			0, &free_pages, "");
	if (result == 0)
		*ret_bytes = (uint64_t)(pages - free_pages) * PAGE;
	return result;
}

/* ---------------------------------------------------------------- choosing */

static int is_in_run(struct expirer *expirer, const struct victim *chunk, bool *ret_is)
{
	int64_t runs;
	int result = database_number(expirer->db, &expirer->in_run,
		"SELECT count(*) FROM run WHERE from_ns <= ? AND to_ns > ? AND NOT is_withdrawn", 0,
		&runs, "ii", chunk->last_ns, chunk->first_ns);

	if (result == 0)
		*ret_is = runs > 0;
	return result;
}

static int is_taken_by(
	struct expirer *expirer, const char *sink, const struct victim *chunk, bool *ret_is)
{
	int64_t taken;
	int result = database_number(expirer->db, &expirer->is_taken,
		"SELECT EXISTS(SELECT 1 FROM cursor WHERE sink = ?1 AND stream = ?2 AND done_ns > ?4)"
		" AND NOT EXISTS(SELECT 1 FROM hole WHERE sink = ?1 AND stream = ?2"
		"  AND from_ns <= ?4 AND to_ns > ?3)",
		0, &taken, "tiii", sink, chunk->id >> STREAM_SHIFT, chunk->first_ns,
		chunk->last_ns);

	if (result == 0)
		*ret_is = taken;
	return result;
}

/* By all sinks in force, of which there is at least one; and what no sink gets is as good as
 * taken. */
static int is_taken(struct expirer *expirer, const struct victim *chunk, bool *ret_is)
{
	int64_t is_clock;
	int result = database_number(expirer->db, &expirer->is_clock,
		"SELECT EXISTS(SELECT 1 FROM stream WHERE id = ? AND kind = ?)", 0, &is_clock, "ii",
		chunk->id >> STREAM_SHIFT, (int64_t)STREAM_CLOCK);
	bool is_with_all = expirer->sinks->n > 0;

	for (size_t i = 0; i < expirer->sinks->n && is_with_all && result == 0; i++)
		result = is_taken_by(expirer, expirer->sinks->names[i], chunk, &is_with_all);
	if (result == 0)
		*ret_is = is_clock || is_with_all;
	return result;
}

/* The oldest chunk of a stream that belongs to the class, but for the newest of all. */
static int find_in_stream(
	struct expirer *expirer, int64_t stream, enum class class, struct victim *ret_victim)
{
	struct victim candidate = {.is_found = false};
	bool is_match = false;
	int result = database_query(expirer->db, &expirer->chunks,
		"SELECT id, first_ns, last_ns, n FROM chunk WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
		"iii", chunk_ids_from((uint32_t)stream), chunk_ids_to((uint32_t)stream),
		(int64_t)KEPT_BY_RUNS);

	while (result == 0 && (result = database_step(expirer->db, expirer->chunks)) == 1) {
		struct victim chunk = {
			.id = sqlite3_column_int64(expirer->chunks, 0),
			.first_ns = sqlite3_column_int64(expirer->chunks, 1),
			.last_ns = sqlite3_column_int64(expirer->chunks, 2),
			.n = sqlite3_column_int64(expirer->chunks, 3),
			.is_found = true,
		};
		bool in_run = false, taken = false;
		result = 0;
		if (is_match) { /* and there is a newer one */
			*ret_victim = candidate;
			break;
		}
		if (class != IN_RUN)
			result = is_in_run(expirer, &chunk, &in_run);
		if (class == TAKEN && !in_run && result == 0) {
			result = is_taken(expirer, &chunk, &taken);
			if (result == 0 && !taken)
				break; /* sinks take the oldest first: no later one is */
		}
		is_match = !in_run;
		candidate = chunk;
	}
	sqlite3_reset(expirer->chunks);
	return result;
}

static int find_victim(struct expirer *expirer, enum class class, struct victim *ret_victim)
{
	struct victim oldest = {.is_found = false};
	int result = 0;

	for (int64_t from = 0, id; result == 0 && from < INT64_MAX;
		from = chunk_ids_to((uint32_t)(id >> STREAM_SHIFT))) {
		struct victim victim = {.is_found = false};
		result = database_number(expirer->db, &expirer->next_stream,
			"SELECT min(id) FROM chunk WHERE id >= ?", -1, &id, "i", from);
		if (result < 0 || id < 0)
			break;
		result = find_in_stream(expirer, id >> STREAM_SHIFT, class, &victim);
		if (victim.is_found && (!oldest.is_found || victim.first_ns < oldest.first_ns))
			oldest = victim;
	}
	*ret_victim = oldest;
	return result;
}

/* ---------------------------------------------------------------- removing */

/* One gap that grows, as long as nothing is left between its end and the chunk. */
static int note_gap(struct expirer *expirer, const struct victim *victim)
{
	int64_t stream = victim->id >> STREAM_SHIFT, before_ns;
	int result = database_number(expirer->db, &expirer->before,
		"SELECT last_ns FROM chunk WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1",
		INT64_MIN, &before_ns, "ii", chunk_ids_from((uint32_t)stream), victim->id);

	if (result == 0)
		result = database_run(expirer->db, &expirer->grow,
			"UPDATE gap SET to_ns = ?1, lost_rows = lost_rows + ?2 WHERE id = (SELECT id FROM gap"
			" WHERE stream = ?3 AND reason = ?4 AND to_ns <= ?5 AND to_ns > ?6"
			" ORDER BY to_ns DESC LIMIT 1)",
			"iiiiii", victim->last_ns + 1, victim->n, stream, (int64_t)GAP_EXPIRED,
			victim->first_ns, before_ns);
	if (result == 0 && sqlite3_changes(expirer->db) == 0)
		result = database_run(expirer->db, &expirer->insert,
			"INSERT INTO gap(stream, reason, from_ns, to_ns, lost_rows) VALUES(?, ?, ?, ?, ?)",
			"iiiii", stream, (int64_t)GAP_EXPIRED, victim->first_ns,
			victim->last_ns + 1, victim->n);
	return result;
}

static int remove_chunk(struct expirer *expirer, const struct victim *victim, enum class class)
{
	int result = database_run(expirer->db, &expirer->delete_chunk,
		"DELETE FROM chunk WHERE id = ?", "i", victim->id);

	if (result == 0)
		result = database_run(expirer->db, &expirer->delete_data,
			"DELETE FROM chunk_data WHERE id = ?", "i", victim->id);
	if (result == 0 && class != TAKEN)
		result = note_gap(expirer, victim);
	return result;
}

/* 1: something was removed. */
static int remove_one(struct expirer *expirer, uint64_t *rows_gone)
{
	int64_t damaged;
	int result = database_number(expirer->db, &expirer->oldest_damaged,
		"SELECT min(id) FROM damaged", -1, &damaged, "");

	if (result < 0)
		return result;
	if (damaged >= 0) {
		result = database_run(expirer->db, &expirer->delete_damaged,
			"DELETE FROM damaged WHERE id = ?", "i", damaged);
		return result < 0 ? result : 1;
	}
	for (enum class class = TAKEN; class < CLASSES; class ++) {
		struct victim victim;
		result = find_victim(expirer, class, &victim);
		if (result == 0 && victim.is_found) {
			*rows_gone += (uint64_t)victim.n;
			result = remove_chunk(expirer, &victim, class);
			return result < 0 ? result : 1;
		}
		if (result < 0)
			return result;
	}
	return 0;
}

/* The oldest gaps become one for each stream and reason, with their rows added up: a cable that
 * breaks each frame must not fill the card with words about it. No index is worth its wear for what
 * is left. */
static int merge_gaps(struct expirer *expirer)
{
	int64_t n;
	int result = database_number(
		expirer->db, &expirer->count_gaps, "SELECT count(*) FROM gap", 0, &n, "");

	if (result < 0 || n <= GAPS_MAX)
		return result;
	result = database_run(expirer->db, &expirer->merge_gaps,
		"UPDATE gap SET (from_ns, to_ns, lost_rows) = (old.from_ns, old.to_ns, old.lost_rows)"
		" FROM (SELECT min(id) AS id, min(from_ns) AS from_ns, max(to_ns) AS to_ns,"
		"  sum(lost_rows) AS lost_rows FROM (SELECT * FROM gap ORDER BY id LIMIT ?)"
		"  GROUP BY stream, reason) AS old WHERE gap.id = old.id",
		"i", n - GAPS_KEPT);
	if (result == 0)
		result = database_run(expirer->db, &expirer->delete_gaps,
			"WITH old AS (SELECT * FROM gap ORDER BY id LIMIT ?)"
			"DELETE FROM gap WHERE id IN (SELECT id FROM old) AND"
			" id NOT IN (SELECT min(id) FROM old GROUP BY stream, reason)",
			"i", n - GAPS_KEPT);
	return result;
}

/* What is only about times that are gone now. What tells of readings that this board has lost
 * stays. */
static int prune_gaps(struct expirer *expirer)
{
	/* Stream 0 is about all of them: as long as there is anything of that time. */
	return database_run(expirer->db, &expirer->prune_gaps,
		"DELETE FROM gap WHERE reason NOT IN (?1, ?2) AND to_ns < (CASE stream"
		" WHEN 0 THEN (SELECT min(first_ns) FROM chunk)"
		" ELSE (SELECT first_ns FROM chunk WHERE id >= gap.stream << ?3"
		"  AND id < (gap.stream + 1) << ?3 ORDER BY id LIMIT 1) END)",
		"iii", (int64_t)GAP_EXPIRED, (int64_t)GAP_STORE, (int64_t)STREAM_SHIFT);
}

/* Those of before the oldest row, but for the one that holds for it. */
static int prune_uncertainties(struct expirer *expirer)
{
	return database_run(expirer->db, &expirer->prune_uncertainties,
		"WITH kept AS (SELECT id, (SELECT first_ns FROM chunk WHERE chunk.id >= stream.id << ?1"
		"  AND chunk.id < (stream.id + 1) << ?1 ORDER BY chunk.id LIMIT 1) AS first_ns FROM stream)"
		"DELETE FROM uncertainty WHERE (stream, from_ns) IN"
		" (SELECT u.stream, u.from_ns FROM kept JOIN uncertainty AS u ON u.stream = kept.id AND"
		"  u.from_ns < (SELECT max(from_ns) FROM uncertainty WHERE stream = kept.id AND"
		"   from_ns <= kept.first_ns))",
		"i", (int64_t)STREAM_SHIFT);
}

/* A board that stumbles all day says so all day. Of each part of the old times what is left of a
 * stream is its first word with the largest uncertainty: never a smaller one than was told. */
static int thin_uncertainties(struct expirer *expirer)
{
	static const char thin_sql[] =
		"DELETE FROM uncertainty WHERE from_ns < ?1 AND (stream, from_ns) NOT IN"
		" (SELECT stream, min(from_ns) FROM uncertainty WHERE from_ns < ?1"
		"  GROUP BY stream, (from_ns - ?2) / ?3)";
	int64_t n, cut_ns, first_ns, part_ns;
	int result = database_number(expirer->db, &expirer->count_uncertainties,
		"SELECT count(*) FROM uncertainty", 0, &n, "");

	if (result < 0 || n <= UNCERTAINTIES_MAX)
		return result;
	result = database_number(expirer->db, &expirer->cut,
		"SELECT from_ns FROM uncertainty ORDER BY from_ns DESC LIMIT 1 OFFSET ?", 0,
		&cut_ns, "i", (int64_t)UNCERTAINTIES_KEPT);
	if (result == 0)
		result = database_number(expirer->db, &expirer->first,
			"SELECT min(from_ns) FROM uncertainty", 0, &first_ns, "");
	if (result < 0)
		return result;
	part_ns = (cut_ns - first_ns) / UNCERTAINTY_PARTS + 1;
	result = database_run(expirer->db, &expirer->widen,
		"UPDATE uncertainty SET ns = old.ns FROM (SELECT stream, min(from_ns) AS from_ns,"
		"  max(ns) AS ns FROM uncertainty WHERE from_ns < ?1"
		"  GROUP BY stream, (from_ns - ?2) / ?3) AS old"
		" WHERE uncertainty.stream = old.stream AND uncertainty.from_ns = old.from_ns",
		"iii", cut_ns, first_ns, part_ns);
	if (result == 0)
		result = database_run(
			expirer->db, &expirer->thin, thin_sql, "iii", cut_ns, first_ns, part_ns);
	return result;
}

/* Those of the oldest runs, however many devices a run has. */
static int prune_refinements(struct expirer *expirer, uint64_t limit_bytes)
{
	if (!limit_bytes)
		return 0;
	return database_run(expirer->db, &expirer->prune_refinements,
		"DELETE FROM refinement WHERE (run, device) IN (SELECT run, device FROM"
		" (SELECT run, device, sum(length(curve)) OVER (ORDER BY run DESC, device DESC)"
		"  AS bytes FROM refinement) WHERE bytes > ?)",
		"i", (int64_t)(limit_bytes / REFINEMENT_SHARE));
}

int expirer_bound_lists(struct expirer *expirer, uint64_t limit_bytes)
{
	int result = merge_gaps(expirer);

	if (result == 0)
		result = prune_uncertainties(expirer);
	if (result == 0)
		result = thin_uncertainties(expirer);
	if (result == 0)
		result = prune_refinements(expirer, limit_bytes);
	if (result == 0)
		result = database_run(expirer->db, &expirer->prune_lines,
			"DELETE FROM quarantined WHERE id <= (SELECT max(id) FROM quarantined) - ?",
			"i", (int64_t)QUARANTINED_MAX);
	if (result == 0)
		result = database_run(expirer->db, &expirer->prune_marks,
			"DELETE FROM mark WHERE id <= (SELECT max(id) FROM mark) - ?", "i",
			(int64_t)MARKS_MAX);
	return result;
}

int expirer_make_room(struct expirer *expirer, uint64_t limit_bytes, uint64_t *ret_rows_gone)
{
	uint64_t wal = limit_bytes / 4 < WAL_BYTES ? limit_bytes / 4 : WAL_BYTES, used = 0,
		 gone = 0;
	int result = 0;
	bool is_any = false;

	for (unsigned i = 0; limit_bytes && i < CHUNKS_A_COMMIT; i++) {
		result = bytes_used(expirer, &used);
		if (result < 0 || used <= limit_bytes - wal)
			break;
		result = remove_one(expirer, &gone);
		if (result <= 0)
			break;
		is_any = true;
		result = 0;
	}
	if (result == 0 && is_any)
		result = prune_gaps(expirer);
	if (result < 0)
		return result;
	*ret_rows_gone = gone;
	return is_any;
}
