/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Upkeep: what keeps the file small, quick and honest, a little in each commit.
 *
 * When the oldest fresh row is a minute old, the streams are rolled: what a stream has in fresh
 * rows becomes a chunk (merge.h). That is shared out over some commits, so that none takes long;
 * fresh rows stay until all streams are done, and what of them is in a chunk already is told by its
 * stamp. A stream so quick that it fills a chunk within the minute is rolled early, and its pending
 * rows go straight into the chunk. Merging waits for a commit that has not rolled, making room for
 * one that has done neither, looking for damage for one with no upkeep at all. With many streams or
 * quick ones there may be no such commit for hours: the last two wait for WAIT_COMMITS at most,
 * then they have their turn whatever else was done. */
#include <errno.h>

#include "keep/database.h"
#include "keep/writer.h"

enum {
	ROLL_VALUES = 32768,   /* fresh values of a stream: rolled before their minute is over */
	COMMIT_VALUES = 49152, /* rolled in one commit, unless one stream alone has more */
	SCRUB_CHUNKS = 2,      /* looked at in one commit, each about a millisecond */
	WAIT_COMMITS = 8,
};

static const int64_t roll_after_ns = ROLL_SECONDS * (int64_t)NS_PER_S;
static const int64_t scrub_again_ns = 24 * 3600 * (int64_t)NS_PER_S;

static uint64_t values_of(const struct pending_stream *stream)
{
	return (stream->next.fresh_rows + stream->packed_rows) * stream->n_channels;
}

static bool is_roll_due(const struct store *store, struct instant now)
{
	return store->roll_to ||
		(store->has_fresh && instant_since(now, store->fresh_since) >= roll_after_ns);
}

bool upkeep_is_due(const struct store *store, struct instant now)
{
	if (is_roll_due(store, now) || (store->limit_bytes && store->may_be_over))
		return true;
	for (size_t i = 0; i < store->pending.n_streams; i++)
		if (store->pending.streams[i].now.may_merge)
			return true;
	return false;
}

static int roll_stream(struct store *store, struct pending_stream *stream, struct instant now)
{
	const struct pending *pending = &store->pending;

	merger_begin(store->merger, stream->id, stream->now.chunked_ns);
	int result = stream->now.fresh_rows ? merger_add_fresh(store->merger) : 0;
	for (size_t i = 0; i < pending->n_records && result == 0; i++) {
		const struct packed_record *record = &pending->records[i];
		if (record->stream == stream->id)
			result = merger_add_record(store->merger,
				pending->packed.at + record->chunk_at, record->chunk_n,
				record->n_rows);
	}
	if (result == 0)
		result = merger_end(store->merger, now, &stream->next.chunked_ns);
	stream->next.fresh_rows = 0;
	stream->next.is_due = false;
	stream->next.may_merge = true;
	stream->is_rolled = true;
	return result;
}

/* All that was in fresh rows at the start of the roll is in chunks now. */
static int release_fresh(struct store *store, struct change *change)
{
	int result = fresh_release(store->fresh, change->roll_to);

	if (result == 0)
		result = expirer_bound_lists(
			store->expirer, store->limit_bytes); /* once a minute is often enough */
	change->roll_to = 0;
	change->is_fresh_new = true;
	change->has_fresh = false;
	for (size_t i = 0; i < store->pending.n_streams; i++) /* those of the last few commits */
		change->has_fresh |= store->pending.streams[i].next.fresh_rows > 0;
	return result;
}

/* Rolls what is due, some streams per commit; when all are done the fresh rows go. */
static int roll(struct store *store, struct instant now, struct change *change, bool *ret_is_any)
{
	struct pending *pending = &store->pending;
	uint64_t budget = COMMIT_VALUES;
	bool is_any_left = false, is_any = false;
	int result = 0;

	if (!change->roll_to && is_roll_due(store, now)) {
		change->roll_to = fresh_mark(store->fresh);
		for (size_t i = 0; i < pending->n_streams; i++)
			pending->streams[i].next.is_due = pending->streams[i].now.fresh_rows > 0;
	}
	for (size_t i = 0; i < pending->n_streams && result == 0; i++) {
		struct pending_stream *stream = &pending->streams[i];
		uint64_t values = values_of(stream);
		if (!stream->next.is_due && values < ROLL_VALUES)
			continue;
		if (is_any && values > budget) {
			is_any_left |= stream->next.is_due;
			continue;
		}
		budget -= values < budget ? values : budget;
		is_any = true;
		result = roll_stream(store, stream, now);
	}
	if (result == 0 && change->roll_to && !is_any_left)
		result = release_fresh(store, change);
	*ret_is_any = is_any;
	return result;
}

/* Merges in the first stream where there is something to merge: 1; 0: nowhere. */
static int merge(struct store *store)
{
	int result = 0;

	for (size_t i = 0; i < store->pending.n_streams && result == 0; i++) {
		struct pending_stream *stream = &store->pending.streams[i];
		if (!stream->next.may_merge)
			continue;
		result = merger_merge(store->merger, stream->id);
		stream->next.may_merge = result > 0;
		if (result < 0) /* the others, and room, are not to wait for this one for ever */
			stream->now.may_merge = false;
	}
	return result;
}

/* Once it has begun it goes on with each commit until the limit is kept. */
static int make_room(struct store *store, struct change *change)
{
	uint64_t rows_gone = 0;
	int result = expirer_make_room(store->expirer, store->limit_bytes, &rows_gone);

	change->may_be_over = result > 0;
	change->rows_gone += rows_gone;
	if (result == 0)
		change->room_waits = 0;
	return result;
}

int upkeep_do(struct store *store, struct instant now, struct change *change)
{
	bool is_any = false;
	int result = roll(store, now, change, &is_any);

	if (result == 0 && !is_any) {
		result = merge(store);
		is_any = result > 0;
	}
	if (result >= 0 && store->limit_bytes && store->may_be_over &&
		(!is_any || ++change->room_waits > WAIT_COMMITS))
		result = make_room(store, change);
	change->may_be_over |= is_any;
	return result < 0 ? result : 0;
}

/* ---------------------------------------------------------------- looking for damage */

static int set_aside(struct store *store, int64_t id)
{
	uint64_t rows_gone = 0;
	int result = database_exec(store->db, "BEGIN IMMEDIATE");

	if (result == 0)
		result = merger_set_aside(store->merger, id);
	if (result == 0)
		result = database_exec(store->db, "COMMIT");
	if (result < 0 && !sqlite3_get_autocommit(store->db))
		database_exec(store->db, "ROLLBACK");
	uint64_t damaged = merger_damaged(store->merger, &rows_gone);
	if (result == 0) {
		store->damaged += damaged;
		store->rows -= rows_gone;
	}
	return result;
}

int upkeep_scrub(struct store *store, struct instant now, bool was_busy)
{
	uint32_t n_channels;
	int64_t id;
	int result = 0;

	if (was_busy && ++store->scrub_waits <= WAIT_COMMITS)
		return 0;
	store->scrub_waits = 0;
	if (store->scrubbed < 0) {
		if (instant_since(now, store->scrub_again) < 0)
			return 0;
		store->scrubbed = 0;
	}
	for (unsigned i = 0; i < SCRUB_CHUNKS && result == 0; i++) {
		result = database_number(store->db, &store->next_chunk,
			"SELECT min(id) FROM chunk WHERE id > ?", -1, &id, "i", store->scrubbed);
		if (result < 0)
			break;
		store->scrubbed = id;
		if (id < 0) {
			store->scrub_again = instant_add(now, scrub_again_ns);
			break;
		}
		result = merger_check(store->merger, id, &n_channels);
		if (result == -EILSEQ)
			result = set_aside(store, id);
	}
	return result;
}
