/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commit: one transaction. The pending records go to the fresh rows, the notes to theirs, and
 * some upkeep is done along with it.
 *
 * A failure rolls the transaction back and leaves everything pending: of each stream there is what
 * is (`now`) and what the transaction will leave (`next`). Upkeep is left out of a second attempt
 * at once: to keep is more urgent; what it failed of is logged. A file that turns out to be damaged
 * is set aside, and a new one begun. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "keep/database.h"
#include "keep/writer.h"

#define LOG_TAG "store"
#include "base/log.h"

/* Appends the pending records to the fresh rows, without those that are in a chunk now. */
static int write_fresh(struct store *store, struct change *change)
{
	const struct pending *pending = &store->pending;
	struct bytes_out *rest = &store->rest;

	rest->n = 0;
	rest->is_broken = false;
	for (size_t i = 0; i < pending->n_records; i++) {
		const struct packed_record *record = &pending->records[i];
		struct pending_stream *stream = pending_stream(&store->pending, record->stream);
		if (stream->is_rolled)
			continue;
		bytes_put(rest, pending->packed.at + record->at, record->n);
		stream->next.fresh_rows += record->n_rows;
	}
	if (rest->is_broken)
		return -ENOMEM;
	if (!rest->n)
		return 0;
	if (!change->has_fresh)
		change->is_fresh_new = true;
	change->has_fresh = true;
	return fresh_append(store->fresh, rest->at, rest->n);
}

/* Rows that memory had no room for. */
static int write_lost(struct store *store)
{
	int result = 0;

	for (size_t i = 0; i < store->pending.n_streams && result == 0; i++) {
		const struct pending_stream *stream = &store->pending.streams[i];
		const struct gap gap = {
			.stream = stream->id,
			.reason = GAP_STORE,
			.from = {stream->lost_from_ns},
			.to = {stream->lost_to_ns},
			.lost_rows = stream->lost_rows,
		};
		if (stream->lost_rows)
			result = merger_note_gap(store->merger, &gap);
	}
	return result;
}

static int write_all(
	struct store *store, struct instant now, bool with_upkeep, struct change *change)
{
	int result = fresh_begin(store->fresh);

	if (result == 0)
		result = database_exec(store->db, "BEGIN IMMEDIATE");
	if (result < 0)
		return result;
	for (size_t i = 0; i < store->pending.n_streams; i++) {
		store->pending.streams[i].next = store->pending.streams[i].now;
		store->pending.streams[i].is_rolled = false;
	}
	if (with_upkeep)
		result = upkeep_do(store, now, change);
	if (result == 0)
		result = write_fresh(store, change);
	if (result == 0)
		result = write_lost(store);
	if (result == 0)
		result = notes_write(store->notes, store->db);
	if (result == 0)
		result = database_exec(store->db, "COMMIT");
	if (result < 0 && !sqlite3_get_autocommit(store->db))
		database_exec(store->db, "ROLLBACK");
	fresh_end(store->fresh, result == 0);
	return result;
}

static int transact(struct store *store, struct instant now, bool with_upkeep)
{
	struct change change = {
		.roll_to = store->roll_to,
		.has_fresh = store->has_fresh,
		.may_be_over = store->may_be_over,
		.room_waits = store->room_waits,
	};
	uint64_t rows = 0;
	int result = store->db ? 0 : opening_load(store); /* the card may take it now */

	if (result == 0)
		result = write_all(store, now, with_upkeep, &change);
	if (!store->db)
		return result;
	uint64_t rows_gone, damaged = merger_damaged(store->merger, &rows_gone);

	if (result < 0)
		return result;
	for (size_t i = 0; i < store->pending.n_streams; i++) {
		struct pending_stream *stream = &store->pending.streams[i];
		rows += stream->packed_rows;
		stream->now = stream->next;
		stream->lost_rows = 0;
	}
	store->rows += rows - change.rows_gone - rows_gone;
	store->may_be_over = change.may_be_over;
	store->room_waits = change.room_waits;
	store->damaged += damaged;
	store->has_fresh = change.has_fresh;
	store->roll_to = change.roll_to;
	if (change.is_fresh_new)
		store->fresh_since = now;
	if (notes_newest_act(store->notes) > store->durable_act)
		store->durable_act = notes_newest_act(store->notes);
	pending_clear(&store->pending);
	notes_clear(store->notes);
	return 0;
}

static int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static bool has_anything(const struct store *store)
{
	if (store->pending.n_records || notes_count(store->notes))
		return true;
	for (size_t i = 0; i < store->pending.n_streams; i++)
		if (store->pending.streams[i].lost_rows)
			return true;
	return false;
}

/* The file turned out to be damaged: what is pending goes into a new one. */
static int begin_anew(struct store *store, int why, struct instant now)
{
	struct store_finding finding = {""};
	int result = opening_begin_anew(store, why, &finding);

	if (result < 0)
		return result;
	log_err("%s", finding.sentence);
	result = opening_note_damage(store, now);
	return result < 0 ? result : transact(store, now, false);
}

/* With upkeep, or if that is what fails without. */
static int transact_or_less(struct store *store, struct instant now)
{
	int whole = transact(store, now, true), result = whole;

	/* Of a file that cannot even be opened, more answers say that it is no store of ours. */
	if (whole == -EBADMSG || (!store->db && opening_is_unusable(whole)))
		return begin_anew(store, whole, now);
	if (whole < 0)
		result = transact(store, now, false);
	if (whole < 0 && result == 0) /* one word of it: it may be so each minute, of one stream */
		log_state_set(&store->upkeep, LOG_WARN, LOG_TAG,
			"the store cannot be tidied (%s): readings are kept, but may take more room than they should",
			strerror(-whole));
	return result;
}

int store_commit(struct store *store, struct instant now)
{
	bool is_upkeep = upkeep_is_due(store, now);
	int64_t begin = monotonic_ns();
	int result = pending_pack(&store->pending);

	if (!has_anything(store) && !is_upkeep) {
		store->durable = now;
		return result;
	}
	result = transact_or_less(store, now);
	int64_t took = monotonic_ns() - begin;
	store->commit_max_ns = took > store->commit_max_ns ? took : store->commit_max_ns;
	store->last_error = result;
	if (result < 0)
		return result;
	store->commits++;
	store->durable = now;
	if (upkeep_scrub(store, now, is_upkeep) == -EBADMSG)
		store->last_error = begin_anew(store, -EBADMSG, now);
	return 0;
}
