/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening the store: one writer only, what the file holds, and what to do when it cannot be read.
 * All that is learnt is small: where each stream's rows end, and how many there are.
 *
 * A new database for a damaged one is made beside it, as kitlog.db.new, and takes its name only
 * when it is whole and on the card. Until then nothing has happened: without room for it, or when
 * the power goes, it is begun once more. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keep/act_row.h"
#include "keep/calibration_row.h"
#include "keep/database.h"
#include "keep/fresh.h"
#include "keep/setaside.h"
#include "keep/writer.h"

#define LOG_TAG "store"

/* What root makes (kitlog restore) is the folder's owner's, or the service could not open it. Only what was made
 * here is given away: another file of that name might be a link to one of root's. */
static int open_lock(const char *directory, const char *path)
{
	struct stat folder;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && geteuid() == 0 &&
		(stat(directory, &folder) < 0 || fchown(fd, folder.st_uid, folder.st_gid) < 0)) {
		int error = errno;

		unlink(path);
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

int store_lock(const char *directory, int *ret_fd)
{
	char path[DATABASE_PATH];
	int fd, result;

	if (mkdir(directory, 0700) < 0 && errno != EEXIST)
		return -errno;
	result = database_path(directory, ".lock", path);
	if (result < 0)
		return result;
	fd = open_lock(directory, path);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		*ret_fd = fd;
		return 0;
	}
	result = errno == EWOULDBLOCK ? -EBUSY : -errno;
	close(fd);
	return result;
}

/* The folder is there, and nobody else has it. */
static int lock(struct store *store)
{
	return store->lock_fd >= 0 ? 0 : store_lock(store->directory, &store->lock_fd);
}

/* The newest chunk of a stream, which says where its rows end. One whose numbers are not those of
 * its rows is set aside: else nonsense in them would have every later row refused. */
static int load_newest(struct store *store, uint32_t id)
{
	sqlite3_stmt *newest = NULL;
	int result = 0;

	for (bool is_found = false; result == 0 && !is_found;) {
		struct pending_stream *stream = pending_stream(&store->pending, id);
		if (!stream)
			return -ENOMEM;
		result = database_query(store->db, &newest,
			"SELECT id, last_ns FROM chunk WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1",
			"ii", chunk_ids_from(id), chunk_ids_to(id));
		if (result == 0)
			result = database_step(store->db, newest);
		if (result <= 0)
			break;
		int64_t chunk = sqlite3_column_int64(newest, 0);
		int64_t last_ns = sqlite3_column_int64(newest, 1);
		sqlite3_reset(newest);
		result = merger_check(store->merger, chunk, &stream->n_channels);
		if (result == -EILSEQ) {
			result = merger_set_aside(store->merger, chunk);
			continue;
		}
		stream->now.chunked_ns = last_ns;
		if (last_ns > stream->last_ns)
			stream->last_ns = last_ns;
		is_found = true;
	}
	sqlite3_finalize(newest);
	return result;
}

static int load_chunks(struct store *store)
{
	sqlite3_stmt *next = NULL, *sum = NULL;
	int64_t id, rows;
	int result = 0;

	for (int64_t from = 0; result == 0 && from < INT64_MAX;) {
		result = database_number(store->db, &next,
			"SELECT min(id) FROM chunk WHERE id >= ?", -1, &id, "i", from);
		if (result < 0 || id < 0)
			break;
		uint32_t stream = (uint32_t)(id >> STREAM_SHIFT);
		result = load_newest(store, stream);
		from = chunk_ids_to(stream);
	}
	if (result == 0)
		result = database_number(store->db, &sum, "SELECT sum(n) FROM chunk", 0, &rows, "");
	if (result == 0)
		store->rows = (uint64_t)rows;
	sqlite3_finalize(next);
	sqlite3_finalize(sum);
	return result;
}

/* A record that does not decode is counted as damaged when its stream is rolled, and becomes a gap
 * there: so the stream must have something to roll. */
static int load_record(
	struct store *store, struct chunk_codec *codec, const struct fresh_record *record)
{
	struct pending_stream *stream;
	struct chunk rows;
	int result = chunk_decode(codec, record->bytes, record->n, &rows);

	if (result < 0 && result != -EBADMSG)
		return result;
	if (!record->stream || record->stream > STREAM_MAX)
		return 0;
	stream = pending_stream(&store->pending, record->stream);
	if (!stream)
		return -ENOMEM;
	if (result == -EBADMSG) {
		stream->now.fresh_rows++;
		store->has_fresh = true;
		return 0;
	}
	for (size_t i = 0; i < rows.n_rows; i++)
		if (rows.stamps_ns[i] > stream->last_ns) {
			stream->last_ns = rows.stamps_ns[i];
			stream->now.fresh_rows++;
			store->rows++;
			store->has_fresh = true;
		}
	stream->n_channels = rows.n_channels;
	return 0;
}

/* A slot that breaks off may have hidden rows of any stream behind the chunks. */
static void lose_fresh(struct store *store)
{
	struct loss *loss = &store->loss;
	int64_t from_ns = 0;

	store->damaged++;
	for (size_t i = 0; i < store->pending.n_streams; i++)
		if (store->pending.streams[i].now.chunked_ns > from_ns)
			from_ns = store->pending.streams[i].now.chunked_ns;
	if (loss->n < sizeof loss->gaps / sizeof loss->gaps[0])
		loss->gaps[loss->n++] =
			(struct gap){.reason = GAP_STORE, .from = {from_ns}, .to = {INT64_MAX}};
}

static int load_fresh(struct store *store)
{
	struct fresh_walk walk = {.db = NULL};
	struct fresh_record record;
	int result = fresh_walk_begin(&walk, store->db);

	while (result == 0 && (result = fresh_walk_next(&walk, &record)) == 1)
		result = load_record(store, store->pending.codec, &record);
	if (result == 0 && walk.n_broken)
		lose_fresh(store);
	sqlite3_finalize(walk.released);
	sqlite3_finalize(walk.list);
	sqlite3_finalize(walk.slot);
	fresh_walk_free(&walk);

	if (result == 0)
		result = fresh_new(store->db, &store->fresh);
	return result;
}

void opening_forget(struct store *store)
{
	fresh_free(store->fresh);
	merger_free(store->merger);
	expirer_free(store->expirer);
	store->fresh = NULL;
	store->merger = NULL;
	store->expirer = NULL;
	if (store->notes)
		notes_forget_database(store->notes);
	database_close(store->db);
	store->db = NULL;
	store->next_chunk = NULL;
	store->scrubbed = 0;
	store->may_be_over = true;
	store->has_fresh = false;
	store->roll_to = 0;
	store->rows = 0;
	for (size_t i = 0; i < store->pending.n_streams; i++)
		store->pending.streams[i].now = (struct kept){.chunked_ns = INT64_MIN};
}

static int open_database(struct store *store)
{
	char path[DATABASE_PATH];
	int result = database_path(store->directory, "", path);

	if (result == 0)
		result = database_open_writer(path, &store->db);
	if (result == 0)
		result = merger_new(store->db, &store->merger);
	if (result == 0)
		result = expirer_new(store->db, &store->sinks, &store->expirer);
	store->may_be_over = true;
	return result;
}

static int look_at_calibrations(struct store *store)
{
	uint64_t n = 0;
	int result = calibration_row_set_aside(store->db, &n);

	if (result < 0 || n == 0)
		return result;
	store->damaged += n;
	log_warn(
		"%" PRIu64
		" calibrations on the card are damaged and no longer apply; calibrate these channels again",
		n);
	return 0;
}

static int look_at_journal(struct store *store)
{
	uint64_t n = 0;
	int result = act_row_set_aside(store->db, &n);

	if (result < 0 || n == 0)
		return result;
	store->damaged += n;
	log_warn(
		"%" PRIu64
		" entries of the class journal on the card are damaged and left out; look through the sessions that are open, readings are not concerned",
		n);
	return 0;
}

/* A chunk that is set aside here must not be half so. */
static int learn(struct store *store)
{
	uint64_t rows_gone; /* were not counted yet */
	int result = database_exec(store->db, "BEGIN IMMEDIATE");

	if (result == 0)
		result = load_chunks(store);
	store->damaged += merger_damaged(store->merger, &rows_gone);
	if (result == 0)
		result = load_fresh(store);
	if (result == 0)
		result = look_at_calibrations(store);
	if (result == 0)
		result = look_at_journal(store);
	return result < 0 ? result : database_exec(store->db, "COMMIT");
}

static int open_and_learn(struct store *store)
{
	int result = open_database(store);

	if (result == 0)
		result = learn(store);
	if (result < 0)
		opening_forget(store);
	return result;
}

bool opening_is_unusable(int error)
{
	return error == -EBADMSG || error == -EINVAL || error == -ENOTSUP;
}

/* ---------------------------------------------------------------- a new database for a damaged
 * one */

static void remove_files(const struct store *store, const char *name)
{
	static const char *const parts[] = {"", "-wal", "-shm"};
	char path[DATABASE_PATH], part[32];

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		snprintf(part, sizeof part, "%s%s", name, parts[i]);
		if (database_path(store->directory, part, path) == 0)
			unlink(path);
	}
}

/* Makes DIR/kitlog.db.new of what can be read of DIR/kitlog.db. */
static int make_new(struct store *store)
{
	char path[DATABASE_PATH], new_path[DATABASE_PATH];
	sqlite3 *db = NULL;
	int result = database_path(store->directory, "", path);

	if (result == 0)
		result = database_path(store->directory, ".new", new_path);
	if (result == 0)
		result = database_open_writer(new_path, &db);
	if (result == 0)
		result = setaside_carry_over(path, db, &store->loss);
	if (result == 0) /* all of it into the file, since its log does not go along */
		result = database_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	database_close(db);
	if (result < 0)
		remove_files(store, ".new");
	return result;
}

/* The new one takes the place of the old one, which has left it. */
static int put_in_place(struct store *store)
{
	char path[DATABASE_PATH], new_path[DATABASE_PATH];
	int result = database_path(store->directory, "", path);

	if (result == 0)
		result = database_path(store->directory, ".new", new_path);
	if (result < 0)
		return result;
	remove_files(store, ""); /* a log of the old one would be taken for the new one's */
	return rename(new_path, path) < 0 ? -errno : 0;
}

/* A power cut between the two renamings has left the new one without its place. */
static int finish_replacing(struct store *store)
{
	char path[DATABASE_PATH], new_path[DATABASE_PATH];
	int result = database_path(store->directory, "", path);

	if (result == 0)
		result = database_path(store->directory, ".new", new_path);
	if (result < 0 || access(path, F_OK) == 0 || access(new_path, F_OK) < 0)
		return result;
	return put_in_place(store);
}

int opening_load(struct store *store)
{
	int result = lock(store);

	if (result == 0)
		result = finish_replacing(store);
	return result < 0 ? result : open_and_learn(store);
}

/* What this run has said already, and the lost tables may not know any more: without its boot and
 * anchors nothing could be shipped, or with another hour, and without its device a stream is nobody's. */
static int note_what_is_known(struct store *store)
{
	int result = 0;

	if (store->boot.id)
		result = notes_add(store->notes, NOTE_BOOT, &store->boot, sizeof store->boot);
	if (store->boot.id && result == 0)
		result = anchors_note(&store->anchors, store->notes);
	for (size_t i = 0; i < store->n_devices && result == 0; i++)
		result = notes_add(
			store->notes, NOTE_DEVICE, store->devices[i], sizeof *store->devices[i]);
	return result;
}

/* The replaced file is a new one, which nobody has written to. */
static int open_replaced(struct store *store)
{
	int result = open_and_learn(store);

	if (!opening_is_unusable(result))
		return result;
	remove_files(store, ""); /* what was carried over is nonsense: without it */
	store->loss.n = 1;
	store->loss.gaps[0] = (struct gap){.reason = GAP_STORE, .to = {INT64_MAX}};
	return open_and_learn(store);
}

int opening_begin_anew(struct store *store, int why, struct store_finding *ret_finding)
{
	char damaged[DATABASE_PATH];
	int result;

	opening_forget(store);
	remove_files(store, ".new"); /* of an attempt that the power ended */
	result = make_new(store);
	if (result == 0)
		result = setaside_rename(store->directory, damaged);
	if (result == 0)
		result = put_in_place(store);
	if (result == 0)
		result = open_replaced(store);
	if (result == 0)
		result = note_what_is_known(store);
	if (result < 0) {
		opening_forget(store);
		return result;
	}
	store->damaged++;
	snprintf(ret_finding->sentence, sizeof ret_finding->sentence,
		why == -ENOTSUP
			? "The store in %.80s was written by a newer kitlog and is kept as %.24s; "
			  "update kitlog, then rename it back. Until then a new one is used."
			: "The store in %.80s was damaged and is kept as %.24s; a new one has begun, "
			  "with what could be read of the old one.",
		store->directory, strrchr(damaged, '/') + 1);
	return 0;
}

int opening_note_damage(struct store *store, struct instant now)
{
	int result = 0;

	for (; store->loss.n && result == 0; store->loss.n--) {
		struct gap *gap = &store->loss.gaps[store->loss.n - 1];
		if (gap->to.ns == INT64_MAX)
			gap->to = now;
		result = store_add_gap(store, gap);
	}
	return result;
}
