/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes waiting for a commit, see notes.h. */
#include "keep/notes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "keep/act_row.h"
#include "keep/calibration_row.h"
#include "keep/database.h"
#include "keep/refined.h"

enum { NOTES_MAX = 4096, UNCERTAINTIES_MAX = 1024, STATEMENTS = 22 };

struct note {
	enum note_kind kind;
	size_t size;
	void *body;
};

struct notes {
	struct note *notes;
	size_t n, size, bytes;
	sqlite3_stmt *statements[STATEMENTS];
};

int notes_new(struct notes **ret_notes)
{
	*ret_notes = calloc(1, sizeof **ret_notes);
	return *ret_notes ? 0 : -ENOMEM;
}

void notes_free(struct notes *notes)
{
	if (!notes)
		return;
	notes_clear(notes);
	free(notes->notes);
	free(notes);
}

void notes_clear(struct notes *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		free(notes->notes[i].body);
	notes->n = 0;
	notes->bytes = 0;
}

void notes_drop_anchors(struct notes *notes, uint32_t boot)
{
	size_t kept = 0;

	for (size_t i = 0; i < notes->n; i++) {
		const struct note *note = &notes->notes[i];

		if (note->kind == NOTE_ANCHOR &&
			((const struct boot_anchor *)note->body)->boot == boot) {
			notes->bytes -= note->size;
			free(note->body);
		} else {
			notes->notes[kept++] = *note;
		}
	}
	notes->n = kept;
}

void notes_forget_database(struct notes *notes)
{
	memset(notes->statements, 0, sizeof notes->statements);
}

size_t notes_count(const struct notes *notes)
{
	return notes->n;
}

uint32_t notes_newest_act(const struct notes *notes)
{
	uint32_t newest = 0;

	for (size_t i = 0; i < notes->n; i++) {
		const struct journal_entry *entry = notes->notes[i].body;

		if (notes->notes[i].kind == NOTE_ACT && entry->id > newest)
			newest = entry->id;
	}
	return newest;
}

size_t notes_bytes(const struct notes *notes)
{
	return notes->bytes;
}

static bool is_same_hole_list(const struct holes *a, const struct holes *b)
{
	return a->stream == b->stream && !strcmp(a->sink, b->sink);
}

static bool is_same_cursor(const struct cursor *a, const struct cursor *b)
{
	return a->stream == b->stream && !strcmp(a->sink, b->sink);
}

/* Does a note say all that an earlier one of its kind said? */
static bool replaces(enum note_kind kind, const void *later, const void *earlier)
{
	switch (kind) {
	case NOTE_DEVICE:
		return ((const struct device *)later)->id == ((const struct device *)earlier)->id;
	case NOTE_RUN:
		return ((const struct run *)later)->id == ((const struct run *)earlier)->id;
	case NOTE_MARK:
		return ((const struct mark *)later)->id == ((const struct mark *)earlier)->id;
	case NOTE_CURSOR:
		return is_same_cursor(later, earlier);
	case NOTE_HOLES:
		return is_same_hole_list(later, earlier);
	case NOTE_GAP:
		return gap_holds(later, earlier);
	case NOTE_REFINEMENT:
		return refinement_replaces(later, earlier);
	case NOTE_ACT: /* given once more, since what came with it had no room */
		return ((const struct journal_entry *)later)->id ==
			((const struct journal_entry *)earlier)->id;
	case NOTE_BOOT:
	case NOTE_ANCHOR:
	case NOTE_QUARANTINED:
	case NOTE_RELEASED:
	case NOTE_CALIBRATION: /* never altered */
	case NOTE_UNCERTAINTY: /* each is of other rows */
		return false;
	}
	return false;
}

int notes_add(struct notes *notes, enum note_kind kind, const void *body, size_t size)
{
	void *copy = malloc(size);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, body, size);
	for (size_t i = 0; i < notes->n; i++) {
		struct note *note = &notes->notes[i];
		if (note->kind != kind || !replaces(kind, body, note->body))
			continue;
		notes->bytes += size - note->size;
		free(note->body);
		*note = (struct note){kind, size, copy};
		return 0;
	}
	if (notes->n == notes->size && notes->n < NOTES_MAX) {
		size_t more = notes->size ? notes->size * 2 : 16;
		struct note *bigger = realloc(notes->notes, more * sizeof *bigger);
		if (bigger) {
			notes->notes = bigger;
			notes->size = more;
		}
	}
	if (notes->n == notes->size) {
		free(copy);
		return -ENOMEM;
	}
	notes->notes[notes->n++] = (struct note){kind, size, copy};
	notes->bytes += size;
	return 0;
}

int notes_add_uncertainty(struct notes *notes, const struct uncertainty *uncertainty)
{
	struct uncertainty *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < notes->n; i++) {
		struct uncertainty *waiting = notes->notes[i].body;

		if (notes->notes[i].kind != NOTE_UNCERTAINTY)
			continue;
		n++;
		if (waiting->stream == uncertainty->stream)
			last = waiting;
	}
	if (!last || n < UNCERTAINTIES_MAX)
		return notes_add(notes, NOTE_UNCERTAINTY, uncertainty, sizeof *uncertainty);
	if (last->ns < uncertainty->ns)
		last->ns = uncertainty->ns;
	return 0;
}

/* ---------------------------------------------------------------- writing */

static int write_channel(struct notes *notes, sqlite3 *db, const struct stream *stream, unsigned i)
{
	const struct channel *channel = &stream->channels[i];

	return database_run(db, &notes->statements[0],
		"INSERT INTO channel VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "iitttttddd",
		(int64_t)stream->id, (int64_t)i, channel->id, channel->name_zh, channel->name_en,
		channel->quantity, channel->unit, channel->resolution, channel->low, channel->high);
}

static int write_stream(struct notes *notes, sqlite3 *db, const struct stream *stream, unsigned i)
{
	int result = database_run(db, &notes->statements[1],
		"INSERT OR REPLACE INTO stream VALUES(?, ?, ?, ?, ?, ?, ?)", "iiitiii",
		(int64_t)stream->id, (int64_t)stream->device, (int64_t)i, stream->name,
		(int64_t)stream->kind, (int64_t)stream->stamps, stream->period_ns);

	if (result == 0)
		result = database_run(db, &notes->statements[2],
			"DELETE FROM channel WHERE stream = ?", "i", (int64_t)stream->id);
	for (unsigned c = 0; c < stream->n_channels && c < STREAM_CHANNELS && result == 0; c++)
		result = write_channel(notes, db, stream, c);
	return result;
}

static int write_device(struct notes *notes, sqlite3 *db, const struct device *device)
{
	int result = database_run(db, &notes->statements[3],
		"INSERT OR REPLACE INTO device VALUES(?, ?, ?, ?, ?, ?, ?)", "iittttt",
		(int64_t)device->id, (int64_t)device->sticker, device->identity, device->kit,
		device->model, device->port, device->family);

	if (result == 0)
		result = database_run(db, &notes->statements[4],
			"UPDATE stream SET position = NULL WHERE device = ?", "i",
			(int64_t)device->id);
	for (unsigned s = 0; s < device->n_streams && s < DEVICE_STREAMS && result == 0; s++)
		result = write_stream(notes, db, &device->streams[s], s);
	return result;
}

static int write_holes(struct notes *notes, sqlite3 *db, const struct holes *holes)
{
	int result = database_run(db, &notes->statements[5],
		"DELETE FROM hole WHERE sink = ? AND stream = ?", "ti", holes->sink,
		(int64_t)holes->stream);

	for (size_t i = 0; i < holes->n && result == 0; i++)
		result = database_run(db, &notes->statements[6],
			"INSERT OR REPLACE INTO hole VALUES(?, ?, ?, ?)", "tiii", holes->sink,
			(int64_t)holes->stream, holes->holes[i].from.ns, holes->holes[i].to.ns);
	return result;
}

/* Told again it is among the newest, where the search begins. For a new one it goes through all,
 * which expirer_bound_lists holds down: too long for each frame that a bad cable breaks, but those are
 * told once. */
static int grow_gap(struct notes *notes, sqlite3 *db, const struct gap *gap, bool *ret_has_grown)
{
	int result = 0;

	*ret_has_grown = false;
	if (gap->reason != GAP_SILENT && gap->reason != GAP_UNPLUGGED)
		return 0;
	result = database_run(db, &notes->statements[16],
		"UPDATE gap SET to_ns = ?4, lost_rows = ?5 WHERE id = (SELECT id FROM gap"
		" WHERE stream = ?1 AND reason = ?2 AND from_ns = ?3 ORDER BY id DESC LIMIT 1)",
		"iiiii", (int64_t)gap->stream, (int64_t)gap->reason, gap->from.ns, gap->to.ns,
		(int64_t)gap->lost_rows);
	*ret_has_grown = result == 0 && sqlite3_changes(db) > 0;
	return result;
}

static int write_gap(struct notes *notes, sqlite3 *db, const struct gap *gap)
{
	bool has_grown;
	int result = grow_gap(notes, db, gap, &has_grown);

	if (result < 0 || has_grown)
		return result;
	return database_run(db, &notes->statements[8],
		"INSERT INTO gap(stream, reason, from_ns, to_ns, lost_rows) VALUES(?, ?, ?, ?, ?)",
		"iiiii", (int64_t)gap->stream, (int64_t)gap->reason, gap->from.ns, gap->to.ns,
		(int64_t)gap->lost_rows);
}

/* Sense tells it anew for each track it opens: what holds already is not written again. */
static int write_uncertainty(
	struct notes *notes, sqlite3 *db, const struct uncertainty *uncertainty)
{
	return database_run(db, &notes->statements[17],
		"INSERT OR REPLACE INTO uncertainty SELECT ?1, ?2, ?3 WHERE NOT EXISTS"
		" (SELECT 1 FROM (SELECT from_ns, ns FROM uncertainty WHERE stream = ?1"
		"  ORDER BY from_ns DESC LIMIT 1) WHERE from_ns > ?2 OR ns = ?3)",
		"iii", (int64_t)uncertainty->stream, uncertainty->from.ns, uncertainty->ns);
}

/* A person may correct his own word of a boot, as long as nothing went out by it. It becomes the newest
 * one, so that whoever has a map of the former sees that the list has grown. */
static int correct_word(struct notes *notes, sqlite3 *db, const struct boot_anchor *of)
{
	if (of->anchor.source != ANCHOR_PERSON)
		return 0;
	return database_run(db, &notes->statements[20],
		"UPDATE anchor SET id = (SELECT max(id) FROM anchor) + 1, wall_ns = ?3,"
		" uncertainty_ns = ?4, from_ns = ?6 WHERE boot = ?1 AND at_ns = ?2 AND source = ?5"
		" AND wall_ns <> ?3 AND NOT " NOTES_BOOT_IS_SENT,
		"iiiiii", (int64_t)of->boot, of->anchor.at.ns, of->anchor.wall.ns,
		of->anchor.uncertainty_ns, (int64_t)of->anchor.source, of->from.ns);
}

static int write_note(struct notes *notes, sqlite3 *db, const struct note *note)
{
	switch (note->kind) {
	case NOTE_BOOT: {
		const struct boot *boot = note->body;
		return database_run(db, &notes->statements[7],
			"INSERT OR IGNORE INTO boot(id, kernel_id, base_ns, begin_ns, skipped_ns)"
			" VALUES(?, ?, ?, ?, ?)",
			"itiii", (int64_t)boot->id, boot->kernel_id, boot->base_ns, boot->begin_ns,
			boot->skipped_ns);
	}
	case NOTE_DEVICE:
		return write_device(notes, db, note->body);
	case NOTE_GAP:
		return write_gap(notes, db, note->body);
	case NOTE_ANCHOR: {
		const struct boot_anchor *of = note->body;
		int result = correct_word(notes, db, of);
		if (result < 0)
			return result;
		return database_run(db, &notes->statements[9],
			"INSERT INTO anchor(boot, at_ns, wall_ns, uncertainty_ns, source, from_ns)"
			" SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS"
			" (SELECT 1 FROM anchor WHERE boot = ?1 AND at_ns = ?2 AND source = ?5)",
			"iiiiii", (int64_t)of->boot, of->anchor.at.ns, of->anchor.wall.ns,
			of->anchor.uncertainty_ns, (int64_t)of->anchor.source, of->from.ns);
	}
	case NOTE_RUN: {
		const struct run *run = note->body;
		return database_run(db, &notes->statements[10],
			"INSERT OR REPLACE INTO run(id, number, class_group, lesson, title, from_ns, to_ns,"
			" session, is_withdrawn) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
			"iiittiiii", (int64_t)run->id, (int64_t)run->number, (int64_t)run->group,
			run->lesson, run->title, run->from.ns, run->to.ns, (int64_t)run->session,
			(int64_t)run->is_withdrawn);
	}
	case NOTE_MARK: {
		const struct mark *mark = note->body;
		return database_run(db, &notes->statements[11],
			"INSERT OR REPLACE INTO mark(id, at_ns, author, text, session, class_group,"
			" is_withdrawn) VALUES(?, ?, ?, ?, ?, ?, ?)",
			"iittiii", (int64_t)mark->id, mark->at.ns, mark->author, mark->text,
			(int64_t)mark->session, (int64_t)mark->group, (int64_t)mark->is_withdrawn);
	}
	case NOTE_CURSOR: {
		const struct cursor *cursor = note->body;
		return database_run(db, &notes->statements[12],
			"INSERT OR REPLACE INTO cursor VALUES(?, ?, ?)", "tii", cursor->sink,
			(int64_t)cursor->stream, cursor->done.ns);
	}
	case NOTE_HOLES:
		return write_holes(notes, db, note->body);
	case NOTE_QUARANTINED: {
		const struct quarantined *line = note->body;
		return database_run(db, &notes->statements[13],
			"INSERT INTO quarantined(sink, stream, at_ns, status, line, words)"
			" VALUES(?, ?, ?, ?, ?, ?)",
			"tiiitt", line->sink, (int64_t)line->stream, line->at.ns,
			(int64_t)line->status, line->line, line->words);
	}
	case NOTE_RELEASED: {
		const struct hole *range = note->body;
		return database_run(db, &notes->statements[14],
			"DELETE FROM quarantined WHERE sink = ? AND stream = ? AND at_ns >= ?"
			" AND at_ns < ?",
			"tiii", range->sink, (int64_t)range->stream, range->from.ns, range->to.ns);
	}
	case NOTE_CALIBRATION:
		return calibration_row_write(db, &notes->statements[15], note->body);
	case NOTE_UNCERTAINTY:
		return write_uncertainty(notes, db, note->body);
	case NOTE_REFINEMENT:
		return refinement_write(db, &notes->statements[18], note->body);
	case NOTE_ACT:
		return act_row_write(db, &notes->statements[21], note->body);
	}
	return -EINVAL;
}

int notes_write(struct notes *notes, sqlite3 *db)
{
	int result = 0;

	for (size_t i = 0; i < notes->n && result == 0; i++)
		result = write_note(notes, db, &notes->notes[i]);
	return result;
}
