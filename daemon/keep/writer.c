/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store as keep sees it: opening, boots, and what is to be written. Rows and notes only pile up
 * here (pending.h, notes.h), up to 4 MiB while the card refuses; commit.c brings them onto the
 * card. */
#include "keep/store.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "keep/boot_name.h"
#include "keep/database.h"
#include "keep/writer.h"

#define LOG_TAG "store"
#include "base/log.h"

enum {
	PENDING_BYTES = 4 << 20,
	/* Of these, rows leave free: a run that begins must not be lost to them. */
	NOTES_BYTES = 256 << 10,
};

static const int64_t second_ns = NS_PER_S;

/* The card may take it later; a missing right or another kitlogd is for people to mend first. */
static bool is_of_the_card(int error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -EROFS || error == -EIO;
}

int store_open(const struct store_options *options, struct store_finding *ret_finding,
	struct store **ret_store)
{
	struct store_finding finding = {""};
	struct store *store = calloc(1, sizeof *store);
	int result;

	if (!store)
		return -ENOMEM;
	store->lock_fd = -1;
	store->limit_bytes = options->limit_bytes;
	store->directory = strdup(options->directory);
	result = store->directory ? pending_open(&store->pending) : -ENOMEM;
	if (result == 0)
		result = notes_new(&store->notes);
	if (result == 0)
		result = opening_load(store);
	if (opening_is_unusable(result))
		result = opening_begin_anew(store, result, &finding);
	if (is_of_the_card(result)) {
		snprintf(finding.sentence, sizeof finding.sentence,
			"The store in %.80s cannot be opened (%s); new readings are held in memory "
			"until the card can be written.",
			store->directory, strerror(-result));
		store->last_error = result;
		result = 0;
	}
	if (result < 0) {
		store_close(store);
		return result;
	}
	*ret_finding = finding;
	*ret_store = store;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->db)
		store_commit(store, store->durable);
	opening_forget(store);
	notes_free(store->notes);
	pending_close(&store->pending);
	free(store->rest.at);
	free(store->sinks.names);
	for (size_t i = 0; i < store->n_devices; i++)
		free(store->devices[i]);
	free(store->directory);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	free(store);
}

/* Later than anything that is kept; what claims to be later still is damage, and no sum may
 * wrap. */
static const int64_t never_ns = (int64_t)1 << 62;

/* *ret_ns becomes later, if what a list that stores of former times have not says last is. */
static int last_of(sqlite3 *db, const char *sql, int64_t *ret_ns)
{
	sqlite3_stmt *last = NULL;
	int64_t last_ns = INT64_MIN;
	int result = database_number(db, &last, sql, INT64_MIN, &last_ns, "i", never_ns);

	sqlite3_finalize(last);
	if (result == 0 && last_ns > *ret_ns)
		*ret_ns = last_ns;
	return result == -EINVAL ? 0 : result;
}

/* Newest instant that anything in the store is about; INT64_MIN: the store is empty. */
static int last_instant(struct store *store, sqlite3 *db, int64_t *ret_ns)
{
	sqlite3_stmt *marks = NULL;
	int result = database_number(db, &marks,
		"SELECT max(ns) FROM (SELECT max(begin_ns) AS ns FROM boot UNION ALL"
		" SELECT max(at_ns) FROM mark UNION ALL SELECT max(at_ns) FROM anchor UNION ALL"
		" SELECT max(from_ns) FROM run UNION ALL"
		" SELECT max(to_ns) FROM run WHERE to_ns < ?1 UNION ALL"
		" SELECT max(to_ns) FROM gap WHERE to_ns < ?1) WHERE ns < ?1",
		INT64_MIN, ret_ns, "i", never_ns);

	sqlite3_finalize(marks);
	if (result == 0)
		result = last_of(
			db, "SELECT max(made_ns) FROM calibration WHERE made_ns < ?", ret_ns);
	if (result == 0)
		result = last_of(db, "SELECT max(at_ns) FROM act WHERE at_ns < ?", ret_ns);
	for (size_t i = 0; i < store->pending.n_streams; i++)
		if (store->pending.streams[i].last_ns > *ret_ns)
			*ret_ns = store->pending.streams[i].last_ns;
	return result;
}

/* The newest boot and its anchors. All zeros: none. */
static int newest_boot(sqlite3 *db, struct boot *ret_boot, struct anchors *ret_anchors)
{
	sqlite3_stmt *boots = NULL;
	int result = database_query(db, &boots,
		"SELECT id, kernel_id, base_ns, begin_ns FROM boot ORDER BY id DESC LIMIT 1", "");

	*ret_boot = (struct boot){.id = 0};
	ret_anchors->n = 0;
	if (result == 0 && (result = database_step(db, boots)) == 1) {
		const char *text = (const char *)sqlite3_column_text(boots, 1);
		ret_boot->id = (uint32_t)sqlite3_column_int64(boots, 0);
		text_copy(ret_boot->kernel_id, sizeof ret_boot->kernel_id, text ? text : "");
		ret_boot->base_ns = sqlite3_column_int64(boots, 2);
		ret_boot->begin_ns = sqlite3_column_int64(boots, 3);
		result = anchors_load(ret_anchors, db, ret_boot->id);
	}
	sqlite3_finalize(boots);
	return result < 0 ? result : 0;
}

/* What an unopened store says of itself: all but what is in its log. So this is not quite its last
 * instant, nor its newest boot; and nothing, when it cannot be read. */
static void look_at_unopened(struct store *store, int64_t *ret_last_ns, struct boot *ret_newest,
	struct anchors *ret_anchors)
{
	char path[DATABASE_PATH];
	sqlite3 *db = NULL;
	sqlite3_stmt *rows = NULL;
	int64_t row_ns = INT64_MIN;

	if (database_path(store->directory, "", path) < 0 || database_open_frozen(path, &db) < 0)
		return;
	last_instant(store, db, ret_last_ns);
	newest_boot(db, ret_newest, ret_anchors);
	database_number(db, &rows, "SELECT max(last_ns) FROM chunk WHERE last_ns < ?", INT64_MIN,
		&row_ns, "i", never_ns);
	if (row_ns > *ret_last_ns)
		*ret_last_ns = row_ns;
	database_close(db);
}

/* An unopened store is behind by its log: by minutes, and by a boot or two that were short. Its
 * next boot must begin behind all of that, since its rows could not be kept otherwise. */
static const int64_t log_ns = 24 * 3600 * (int64_t)NS_PER_S;
enum { LOG_BOOTS = 16 };

static int begin_boot(struct store *store, const char *boot_id, int64_t monotonic_ns,
	uint32_t *ret_boot, int64_t *ret_base_ns)
{
	struct boot boot = {.id = 0};
	int64_t last_ns = INT64_MIN;
	int result = 0;

	if (store->db) {
		result = last_instant(store, store->db, &last_ns);
		if (result == 0)
			result = newest_boot(store->db, &boot, &store->anchors);
	} else {
		look_at_unopened(store, &last_ns, &boot, &store->anchors);
	}
	if (result < 0)
		return result;

	if (!boot_name_is_of(boot.kernel_id, boot_id)) {
		char name[BOOT_NAME];

		result = boot_name_make(boot_id, boot.kernel_id, name);
		if (result < 0)
			return result;
		int64_t begin_ns = last_ns + second_ns + (store->db ? 0 : log_ns);
		boot.id += store->db ? 1 : LOG_BOOTS;
		text_copy(boot.kernel_id, sizeof boot.kernel_id, name);
		boot.base_ns = last_ns == INT64_MIN ? 0 : begin_ns - monotonic_ns;
		boot.begin_ns = boot.base_ns + monotonic_ns;
		boot.skipped_ns = store->db ? 0 : log_ns;
		store->anchors.n = 0;
		result = notes_add(store->notes, NOTE_BOOT, &boot, sizeof boot);
	}
	struct instant now = {boot.base_ns + monotonic_ns};
	if (result == 0)
		result = opening_note_damage(store, now);
	if (store->db && last_ns != INT64_MIN && last_ns < now.ns && result == 0) {
		const struct gap gap = {.reason = GAP_STOPPED, .from = {last_ns}, .to = now};
		result = store_add_gap(store, &gap);
	}
	if (result < 0)
		return result;
	store->boot = boot;
	store->started = now;
	store->fresh_since = instant_add(now, -ROLL_SECONDS * second_ns); /* of former times */
	store->durable = now;
	store_commit(store, now); /* refused: it stays pending, and the status says so */
	*ret_boot = boot.id;
	*ret_base_ns = boot.base_ns;
	return 0;
}

int store_begin_boot(struct store *store, const char *boot_id, int64_t monotonic_ns,
	uint32_t *ret_boot, int64_t *ret_base_ns)
{
	struct store_finding finding = {""};
	int result = begin_boot(store, boot_id, monotonic_ns, ret_boot, ret_base_ns);

	if (result != -EBADMSG)
		return result;
	result = opening_begin_anew(store, result, &finding);
	if (result == 0)
		log_err("%s", finding.sentence);
	else if (!is_of_the_card(result))
		return result;
	return begin_boot(store, boot_id, monotonic_ns, ret_boot, ret_base_ns);
}

int store_use_sink(struct store *store, const char *name)
{
	struct sink_names *sinks = &store->sinks;
	void *bigger = realloc(sinks->names, (sinks->n + 1) * sizeof sinks->names[0]);

	if (!bigger)
		return -ENOMEM;
	sinks->names = bigger;
	text_copy(sinks->names[sinks->n++], sizeof sinks->names[0], name);
	return 0;
}

/* ---------------------------------------------------------------- adding */

static size_t room_for_rows(const struct store *store)
{
	size_t notes = notes_bytes(store->notes);

	notes = notes < NOTES_BYTES ? NOTES_BYTES : notes;
	return notes < PENDING_BYTES ? PENDING_BYTES - notes : 0;
}

static int add_note(struct store *store, enum note_kind kind, const void *body, size_t size)
{
	if (store->pending.packed.n + notes_bytes(store->notes) + size > PENDING_BYTES)
		return -ENOMEM;
	return notes_add(store->notes, kind, body, size);
}

/* Of a stream that was announced in this run. What has no pace says nothing between two rows: as soon as it is
 * understood, it is listened to. */
struct pace {
	int64_t period_ns; /* 0: irregular */
	int64_t found_ns;  /* INT64_MAX: nobody told */
};

static struct pace pace_of(const struct store *store, uint32_t stream)
{
	for (size_t i = 0; i < store->n_devices; i++)
		for (size_t k = 0; k < store->devices[i]->n_streams; k++)
			if (store->devices[i]->streams[k].id == stream)
				return (struct pace){store->devices[i]->streams[k].period_ns,
					store->found_ns[i]};
	return (struct pace){0, INT64_MAX};
}

/* The gap of the time without kitlogd ends when it starts, but a device is found and understood some seconds later:
 * of a stream with a pace its first row ends the gap, of another its finding, or the row that came before that was
 * told. Whoever comes after more than FOUND_S was not plugged in. */
enum { FOUND_S = 60 };

static int note_return(struct store *store, uint32_t id, int64_t first_ns)
{
	const struct pending_stream *stream = pending_stream(&store->pending, id);
	struct pace pace = pace_of(store, id);
	bool is_late = pace.period_ns == 0 && pace.found_ns < first_ns;
	int64_t end_ns = is_late ? pace.found_ns : first_ns, found_ns = end_ns - store->started.ns;
	struct gap gap = {
		.stream = id,
		.reason = found_ns > FOUND_S * second_ns ? GAP_UNPLUGGED : GAP_STOPPED,
		.from = store->started,
		.to = {end_ns},
	};

	if (!stream || stream->last_ns == INT64_MIN || stream->last_ns > store->started.ns ||
		(pace.period_ns == 0 && pace.found_ns == INT64_MAX) || found_ns <= pace.period_ns)
		return 0;
	return store_add_gap(store, &gap);
}

int store_add_batch(struct store *store, const struct feed_record *batch)
{
	int result = 0;

	assert(batch->kind == FEED_BATCH);
	if (batch->batch.n_rows > 0 && batch->batch.stream > 0 && batch->batch.stream <= STREAM_MAX)
		result = note_return(store, batch->batch.stream, batch->batch.stamps_ns[0]);
	/* Of a note that found no room the rows are none the less, kept or counted. */
	int added = pending_add(&store->pending, batch, room_for_rows(store));

	return added < 0 ? added : result;
}

/* For a database that is lost in mid-run. No memory, or more of them than can be plugged in: then
 * it is announced again when it is plugged in again. */
static void remember_device(struct store *store, const struct device *device)
{
	struct device *copy;
	size_t i = 0;

	while (i < store->n_devices && store->devices[i]->id != device->id)
		i++;
	if (i == DEVICE_MAX)
		return;
	copy = i < store->n_devices ? store->devices[i] : malloc(sizeof *copy);
	if (!copy)
		return;
	*copy = *device;
	store->devices[i] = copy;
	if (i == store->n_devices)
		store->found_ns[store->n_devices++] = INT64_MAX;
}

void store_note_found(struct store *store, uint32_t device, struct instant at)
{
	for (size_t i = 0; i < store->n_devices; i++)
		if (store->devices[i]->id == device && store->found_ns[i] == INT64_MAX)
			store->found_ns[i] = at.ns;
}

int store_add_device(struct store *store, const struct device *device)
{
	remember_device(store, device);
	return add_note(store, NOTE_DEVICE, device, sizeof *device);
}

int store_add_gap(struct store *store, const struct gap *gap)
{
	return add_note(store, NOTE_GAP, gap, sizeof *gap);
}

/* `at`, or the instant behind every row taken so far: those may have been shipped. */
static struct instant behind_all_rows(const struct store *store, struct instant at)
{
	for (size_t i = 0; i < store->pending.n_streams; i++)
		if (store->pending.streams[i].last_ns >= at.ns)
			at.ns = store->pending.streams[i].last_ns + 1;
	return at;
}

/* The boot that an instant is of; the first, for what lies before it. */
static int boot_of(struct store *store, struct instant at, uint32_t *ret_boot)
{
	sqlite3_stmt *boots = NULL;
	int64_t id = store->boot.id;
	int result = 0;

	if (at.ns < store->boot.begin_ns && store->db)
		result = database_number(store->db, &boots,
			"SELECT coalesce((SELECT max(id) FROM boot WHERE begin_ns <= ?), min(id))"
			" FROM boot",
			id, &id, "i", at.ns);
	sqlite3_finalize(boots);
	*ret_boot = (uint32_t)id;
	return result;
}

int store_add_anchor(struct store *store, const struct anchor *anchor)
{
	struct boot_anchor of = {.anchor = *anchor, .from = behind_all_rows(store, anchor->at)};
	int result = boot_of(store, anchor->at, &of.boot);

	if (result < 0)
		return result;
	result = add_note(store, NOTE_ANCHOR, &of, sizeof of);
	if (result == 0 && of.boot == store->boot.id)
		anchors_add(&store->anchors, &of);
	return result;
}

int store_add_uncertainty(struct store *store, const struct uncertainty *uncertainty)
{
	if (!uncertainty->stream || uncertainty->ns < 0)
		return -EINVAL;
	if (store->pending.packed.n + notes_bytes(store->notes) > PENDING_BYTES)
		return -ENOMEM;
	return notes_add_uncertainty(store->notes, uncertainty);
}

int store_add_run(struct store *store, const struct run *run)
{
	return add_note(store, NOTE_RUN, run, sizeof *run);
}

int store_add_mark(struct store *store, const struct mark *mark)
{
	return add_note(store, NOTE_MARK, mark, sizeof *mark);
}

int store_add_act(struct store *store, const struct journal_entry *entry)
{
	size_t size = journal_size(entry->n);
	struct journal_entry *kept = malloc(size);

	if (!kept)
		return -ENOMEM;
	memcpy(kept, entry, sizeof *entry + entry->n + 1);
	kept->ship_from = behind_all_rows(store, entry->at);
	int result = add_note(store, NOTE_ACT, kept, size);
	free(kept);
	return result;
}

int store_add_calibration(struct store *store, const struct calibration *calibration)
{
	struct calibration kept = *calibration;

	if (!calibration_is_sound(calibration))
		return -EINVAL;
	kept.ship_from = behind_all_rows(store, calibration->made);
	return add_note(store, NOTE_CALIBRATION, &kept, sizeof kept);
}

int store_add_refinement(struct store *store, const struct refinement *refinement)
{
	return add_note(store, NOTE_REFINEMENT, refinement, refinement_size(refinement));
}

int store_set_cursor(struct store *store, const struct cursor *cursor)
{
	return add_note(store, NOTE_CURSOR, cursor, sizeof *cursor);
}

int store_set_holes(
	struct store *store, const char *sink, uint32_t stream, const struct hole *holes, size_t n)
{
	size_t size = sizeof(struct holes) + n * sizeof holes[0];
	struct holes *all = calloc(1, size);

	if (!all)
		return -ENOMEM;
	text_copy(all->sink, sizeof all->sink, sink);
	all->stream = stream;
	all->n = n;
	for (size_t i = 0; i < n; i++)
		all->holes[i] = holes[i];
	int result = add_note(store, NOTE_HOLES, all, size);
	free(all);
	return result;
}

int store_add_quarantined(struct store *store, const struct quarantined *line)
{
	return add_note(store, NOTE_QUARANTINED, line, sizeof *line);
}

int store_release_quarantined(struct store *store, const struct hole *range)
{
	return add_note(store, NOTE_RELEASED, range, sizeof *range);
}

/* ---------------------------------------------------------------- status */

static uint64_t file_size(const struct store *store, const char *suffix)
{
	char path[DATABASE_PATH];
	struct stat found;

	if (database_path(store->directory, suffix, path) < 0 || stat(path, &found) < 0)
		return 0;
	return (uint64_t)found.st_size;
}

void store_status(struct store *store, struct store_status *ret_status)
{
	*ret_status = (struct store_status){
		.bytes = file_size(store, "") + file_size(store, "-wal"),
		.rows = store->rows,
		.pending_rows = pending_rows(&store->pending),
		.pending_bytes = store->pending.packed.n + notes_bytes(store->notes),
		.lost_rows = store->pending.lost_rows,
		.damaged_chunks = store->damaged,
		.commits = store->commits,
		.commit_max_ns = store->commit_max_ns,
		.last_error = store->last_error,
		.durable = store->durable,
		.durable_act = store->durable_act,
	};
	store->commit_max_ns = 0;
}
