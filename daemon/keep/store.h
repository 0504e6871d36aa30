/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: what the board knows, on the card, in one SQLite file (DIR/kitlog.db; WAL, FULL).
 *
 * Design and figures. Each second one transaction appends the new samples of all streams to ONE
 * page of fresh rows, in place (a row per stream costs 2.5 times the card's wear: pages per commit
 * count, not bytes; fresh.h). Each minute they become one compressed chunk per stream, and small
 * chunks are merged, eight to one, up to a quarter MiB of values. With its rows a chunk keeps bins
 * (first, last, min, max, sum, count) on grids of 2^k nanoseconds, the coarsest in a table of their
 * own, so that any range is answered in at most two columns a pixel from few pages. rowid = stream
 * << 40 | second; no further index. Measured on ext4 with 1 000 values/s of two decimals and a
 * commit each second, an hour in quick motion: 53 MB written with device clocks, 55 with stamps on
 * arrival (in real time 71, tests/bench/RESULTS.md); 0.56 and 0.73 bytes a value, the whole file
 * counted; 0.2 us a row of three at 20 000 rows/s; ten hours at 100 Hz in a thousand columns in 1.4
 * ms.
 *
 * Stamps are kept at a resolution honest to their source: ticks and clock pieces where the device
 * has a clock; microseconds where all stamps of a record are whole ones (sense rounds stamps taken
 * on arrival before anybody sees the row, so live == stored == shipped); nanoseconds else. Decimal
 * values are scaled integers where that reads back to the same double, else the doubles' bits; then
 * differences of whichever kind pack best, then bits or zstd (column.c).
 *
 * Damage is set aside, never a refusal to start. A chunk that does not decode is moved to the table
 * `damaged`, counted, and becomes a gap: when the daemon meets it, at the latest some minutes after
 * a start, since all chunks are looked at then, and each day. A database that SQLite cannot use is
 * renamed kitlog.db.damaged-<n> with its WAL, once a new one is made with what can be read of the
 * old one; a file from a newer kitlog is set aside likewise. Schema versions (`meta.schema`) only
 * go forward.
 *
 * Calibrations are records of their own; rows stay as the device said them. reader_rows_by and
 * reader_columns_by apply what is on the card, in the snapshot that they read (correction.h). Each
 * record has a sum of its own; one that is damaged applies no longer, is told, and goes to the table
 * `damaged_calibration` at the next start.
 *
 * The size is bounded: oldest chunks first, those that every sink in force has before the others,
 * those that lie in a run last (expire.h); what had to go unshipped is a gap.
 *
 * Threads: `struct store` (the only writer) belongs to keep; `struct reader` is one per reading
 * thread (ship, work, or main at start). They meet in SQLite's WAL, nowhere else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/batch.h"
#include "data/calibration.h"
#include "data/device.h"
#include "data/feed.h"
#include "keep/correction.h"
#include "keep/journal.h"
#include "keep/record.h"
#include "keep/refinement.h"
#include "keep/wall_map.h"

struct store;
struct reader;

/* ---------------------------------------------------------------- opening */

/* Nobody but the store fills the card further than to these: they are left for readings. */
#define STORE_SPARE_BYTES (UINT64_C(32) << 20)

struct store_options {
	const char *directory; /* made if absent (0700) */
	uint64_t limit_bytes;  /* of database and WAL together; 0: no limit */
};

/* What opening found that somebody should hear of. */
struct store_finding {
	char sentence[256];
}; /* empty: nothing */

/* Opens or creates. Fails only if this user may not make or write the directory (-errno), or
 * another kitlogd has it (-EBUSY). A card that is full, read-only or broken is a finding: rows are
 * held in memory, and each commit tries again. */
int store_open(const struct store_options *options, struct store_finding *ret_finding,
	struct store **ret_store);
void store_close(struct store *store); /* commits what is pending if it can; checkpoint */

/* Makes the folder if it is not there, and keeps every kitlogd out of it until *ret_fd is closed; -EBUSY: one
 * has it. For what works on its files. */
int store_lock(const char *directory, int *ret_fd);

/* Finds or makes the boot's row. `boot_id` is "KERNEL/MACHINE" (boot_name.h), monotonic_ns the clock now.
 * A new boot's base is chosen so that board time goes on 1 s after the last kept instant. Also
 * notes a GAP_STOPPED (stream 0) from the last kept instant to now when there is anything
 * before; one of each stream's own goes on to its first row, and where it has no pace no further
 * than its device was found (store_note_found). After more than a minute it is called unplugged. */
int store_begin_boot(struct store *store, const char *boot_id, int64_t monotonic_ns,
	uint32_t *ret_boot, int64_t *ret_base_ns);

/* Names a sink in force, for each opening anew. What all of these have taken goes first when room
 * must be made; cursors of other sinks are kept, in case they come back, and nothing waits for
 * them. -ENOMEM. */
int store_use_sink(struct store *store, const char *name);

/* ---------------------------------------------------------------- writing: into the pending
 * second */

/* All copy what they need; durable after the next store_commit. Rows whose stamp is not behind the
 * last one kept of their stream are left out and counted (lost_rows): nothing is ever reordered.
 * -ENOMEM when more is pending than the store will hold in memory (the card has refused for long):
 * the rows are counted, and become a GAP_STORE at the next commit that succeeds. -EINVAL: no stream
 * or channels that could be. A gap that is told again (gap_holds) is one that grew. */
int store_add_batch(struct store *store, const struct feed_record *batch);
int store_add_device(struct store *store, const struct device *device);
/* When a device that was just added was understood. The first time in this run counts. */
void store_note_found(struct store *store, uint32_t device, struct instant at);
int store_add_gap(struct store *store, const struct gap *gap);
/* A claim of the boot that its instant is of; -EIO and the like when that is a past one and the card
 * does not tell. What it means is the wall map's rule (wall_map.h). */
int store_add_anchor(struct store *store, const struct anchor *anchor);
/* Told before the rows that it is about, in the order of their stamps; one that comes from before the
 * last one of its stream is left out. */
int store_add_uncertainty(struct store *store, const struct uncertainty *uncertainty);

int store_add_run(struct store *store, const struct run *run);    /* insert or replace by id */
int store_add_mark(struct store *store, const struct mark *mark); /* likewise */
/* Its ship_from becomes the instant behind every row taken so far, if that is later than its own. */
int store_add_act(struct store *store, const struct journal_entry *entry);
/* Its ship_from becomes the instant behind every row taken so far, if that is later than it was
 * made: correction.h says why. -EINVAL: not sound. */
int store_add_calibration(struct store *store, const struct calibration *calibration);
/* Replaces what the run had of the device. The curves of REFINEMENT_RUNS runs are kept. */
int store_add_refinement(struct store *store, const struct refinement *refinement);
int store_set_cursor(struct store *store, const struct cursor *cursor);
/* Replaces all holes of (sink, stream). */
int store_set_holes(
	struct store *store, const char *sink, uint32_t stream, const struct hole *holes, size_t n);
int store_add_quarantined(struct store *store, const struct quarantined *line);
/* The lines in this range leave quarantine: they will be sent again. */
int store_release_quarantined(struct store *store, const struct hole *range);

/* Makes everything pending durable in one transaction, with the merges, bins and removals that are
 * due. Nothing is lost on failure: what was pending stays pending. Returns 0, -ENOSPC, -EROFS,
 * -EIO, ... `now` decides what is due. */
int store_commit(struct store *store, struct instant now);

struct store_status {
	uint64_t bytes;        /* database and WAL */
	uint64_t rows;         /* kept, all streams */
	uint64_t pending_rows; /* not yet durable */
	uint64_t pending_bytes;
	uint64_t lost_rows; /* that never reached the card */
	uint64_t damaged_chunks;
	uint64_t commits;
	int64_t commit_max_ns;  /* slowest commit since the last call */
	int last_error;         /* 0 or -errno of the last commit */
	struct instant durable; /* everything before is safe */
	uint32_t durable_act;   /* the newest act that is, of those since the start; 0: none yet */
};
void store_status(struct store *store, struct store_status *ret_status);

/* ---------------------------------------------------------------- reading */

int reader_open(
	const char *directory, struct reader **ret_reader); /* -ENOENT when there is no store */
void reader_close(struct reader *reader);

/* Visitors are called within a snapshot of the database, which the writer cannot clean up behind
 * while it is held: they should not wait for anybody. What they are given is borrowed for the call.
 * They may use another reader, not this one. What is not 0 stops the walk and is returned. */

/* What is read until reader_release is of one snapshot. 0 or -errno. */
int reader_hold(struct reader *reader);
void reader_release(struct reader *reader);

/* Rows in order, by batches as they come to hand. */
struct rows {
	uint32_t stream, n_channels;
	size_t n;
	const int64_t *stamps_ns;
	const int64_t *ticks; /* NULL: none */
	const double *values; /* row by row; NaN: absent */
};
typedef int rows_visit(void *self, const struct rows *rows);

/* All rows with from <= stamp < to, chunks and fresh rows alike. Chunks that are damaged are left out;
 * -EBADMSG when the database is. */
int reader_rows(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	rows_visit *visit, void *self);
/* The same with the calibrations applied that are on the card in the same snapshot. A record that is
 * damaged is left out. */
int reader_rows_by(struct reader *reader, enum correction_rule rule, uint32_t stream,
	struct instant from, struct instant to, rows_visit *visit, void *self);

struct columns {
	uint32_t stream, n_channels;
	struct instant from, to; /* of this column; rows inside */
	const struct bin *bins;  /* one per channel; n == 0: channel said nothing here */
};
typedef int columns_visit(void *self, const struct columns *column);

/* At most 2 * `wanted` columns over [from, to), from the level of bins that fits; single rows as
 * columns of one when there are no more than that. Columns without rows are left out. */
int reader_columns(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	unsigned wanted, columns_visit *visit, void *self);
/* The same by the calibrations: in parts, from where one begins or ends to the next, so that no
 * column has values of two; at most two columns more for each part. Of a table, the sum of a column
 * is what its mean is by the table: exact where the column lies on one of its lines. */
int reader_columns_by(struct reader *reader, enum correction_rule rule, uint32_t stream,
	struct instant from, struct instant to, unsigned wanted, columns_visit *visit, void *self);

/* What holds for a stream, to ask it for names and times; the caller's to free. -ENOENT: no such
 * stream. */
int reader_correction(struct reader *reader, enum correction_rule rule, uint32_t stream,
	struct correction **ret_correction);
/* Records in the order of their ids: the `newest` ones, and of each channel the last that was made.
 * Damaged ones are left out. */
int reader_calibrations(struct reader *reader, unsigned newest,
	int (*visit)(void *self, const struct calibration *calibration), void *self);
/* One of them; -ENOENT. */
int reader_calibration(struct reader *reader, uint32_t id, struct calibration *ret_calibration);

/* The journal, in the order of its ids; `of`: the session for JOURNAL_SESSION, the id for JOURNAL_SINCE,
 * for JOURNAL_OPEN how many sessions that ended.
 * Damaged rows are left out. */
int reader_journal(struct reader *reader, enum journal_choice choice, uint32_t of,
	int (*visit)(void *self, const struct journal_entry *entry), void *self);
/* The highest numbers ever given, 0: none. */
int reader_journal_newest(struct reader *reader, uint32_t *ret_act, uint32_t *ret_session);
/* The sessions below a number, newest first. */
int reader_journal_sessions(struct reader *reader, uint32_t before,
	int (*visit)(void *self, uint32_t session), void *self);

/* The better map of a device in a run, if it was made of this range; the caller's to free. -ENOENT:
 * there is none, or one that is damaged: make it again. */
int reader_refinement(struct reader *reader, uint32_t run, uint32_t device, struct instant from,
	struct instant to, struct curve **ret_curve);

/* Range kept of a stream; -ENODATA when nothing. */
int reader_extent(struct reader *reader, uint32_t stream, struct instant *ret_first,
	struct instant *ret_last, uint64_t *ret_rows);

/* The highest number of a stream that anything is kept of, of whichever device; 0: nothing. */
int reader_highest_stream(struct reader *reader, uint32_t *ret_stream);

/* Lists, by visitors in order of time or id. A device comes with its streams: those of its last
 * announcement in their order, then those of former times, newest first, as many as there is room
 * for. */
int reader_devices(
	struct reader *reader, int (*visit)(void *self, const struct device *device), void *self);
int reader_gaps(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	int (*visit)(void *self, const struct gap *gap), void *self); /* incl. stream 0 */
/* How uncertain a stream's stamps are: what holds at `from`, whenever that began, then each change
 * before `to`. Nothing is known of rows that were kept before kitlog kept this. Old times are told
 * coarsely in the end, then with the largest that held (expire.c). */
int reader_uncertainty(struct reader *reader, uint32_t stream, struct instant from,
	struct instant to, int (*visit)(void *self, const struct uncertainty *uncertainty),
	void *self);
/* The largest of these; 0: it is not known. */
int reader_worst_uncertainty(struct reader *reader, uint32_t stream, struct instant from,
	struct instant to, int64_t *ret_ns);
/* The newest gap of a stream's own, if no row is behind where it begins; -ENODATA. */
int reader_last_gap(struct reader *reader, uint32_t stream, struct gap *ret_gap);
int reader_runs(struct reader *reader, int (*visit)(void *self, const struct run *run), void *self);
int reader_marks(struct reader *reader, struct instant from, struct instant to,
	int (*visit)(void *self, const struct mark *mark), void *self);
/* The highest number of a mark; 0: there is none. */
int reader_highest_mark(struct reader *reader, uint32_t *ret_id);
int reader_cursors(struct reader *reader, const char *sink,
	int (*visit)(void *self, const struct cursor *cursor), void *self);
int reader_holes(struct reader *reader, const char *sink,
	int (*visit)(void *self, const struct hole *hole), void *self);
int reader_quarantined(struct reader *reader, const char *sink,
	int (*visit)(void *self, const struct quarantined *line), void *self);

/* ---------------------------------------------------------------- wall time */

/* The wall map of what is in the store: wall_map.h tells the rules and answers questions. The
 * caller's to free. */
int reader_wall_map(struct reader *reader, struct wall_map **ret_map);
/* False when boots or anchors came since; -errno. Who sends rows asks after it has read them: if the
 * map is current still, it was when they were read. */
int reader_wall_map_is_current(
	struct reader *reader, const struct wall_map *map, bool *ret_is_current);

/* ---------------------------------------------------------------- checking */

struct verify_report {
	uint64_t chunks, rows;
	uint64_t fresh_rows; /* of these, not in a chunk yet */
	uint64_t damaged; /* chunks, fresh rows or calibrations that do not decode, or whose numbers
			     * disagree */
	uint64_t set_aside; /* files kitlog.db.damaged-* */
	bool is_sound;
};
/* Reads everything: SQLite's integrity_check, every chunk's checksum, count, order, bins against
 * rows. `tell` gets one sentence per finding. For `kitlog store verify`; works beside a running
 * daemon. */
int store_verify(const char *directory, void (*tell)(void *self, const char *sentence), void *self,
	struct verify_report *ret_report);

/* ---------------------------------------------------------------- copying */

/* Writes kitlog.db into `folder`, which is there and has none: the store of `directory` as it is at one
 * instant, whole and on the card when it returns, also while a daemon writes it. What was set aside as
 * damaged is not in it. -ENOENT: no store; -EEXIST; -EBADMSG, -ENOSPC and so on; then nothing is left. */
int store_copy(const char *directory, const char *folder);
