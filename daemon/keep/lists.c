/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading what is not rows: devices, gaps, runs, marks and ship's bookkeeping. Each list is read in
 * one snapshot. The visitor is called within it, so it should not take long; it may open another
 * reader, not use this one. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "keep/calibration_row.h"
#include "keep/reading.h"

static struct instant instant_at(sqlite3_stmt *row, int column)
{
	return (struct instant){sqlite3_column_int64(row, column)};
}

static void text_at(sqlite3_stmt *row, int column, char *ret_text, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	text_copy(ret_text, size, text ? text : "");
}

static uint32_t u32_at(sqlite3_stmt *row, int column)
{
	return (uint32_t)sqlite3_column_int64(row, column);
}

/* ---------------------------------------------------------------- devices */

int reading_channels(struct reader *reader, struct stream *stream)
{
	struct reader_statements *s = &reader->statements;
	int result = database_query(reader->db, &s->channels,
		"SELECT id, name_zh, name_en, quantity, unit, resolution, low, high FROM channel"
		" WHERE stream = ? ORDER BY position",
		"i", (int64_t)stream->id);

	while (result == 0 && (result = database_step(reader->db, s->channels)) == 1) {
		struct channel *channel = &stream->channels[stream->n_channels];
		result = 0;
		if (stream->n_channels == STREAM_CHANNELS)
			continue;
		text_at(s->channels, 0, channel->id, sizeof channel->id);
		text_at(s->channels, 1, channel->name_zh, sizeof channel->name_zh);
		text_at(s->channels, 2, channel->name_en, sizeof channel->name_en);
		text_at(s->channels, 3, channel->quantity, sizeof channel->quantity);
		text_at(s->channels, 4, channel->unit, sizeof channel->unit);
		channel->resolution = sqlite3_column_double(s->channels, 5);
		channel->low = sqlite3_column_double(s->channels, 6);
		channel->high = sqlite3_column_double(s->channels, 7);
		stream->n_channels++;
	}
	return result;
}

/* Those of its last announcement in their order, then those of former times, newest first. */
static int read_streams(struct reader *reader, struct device *device)
{
	struct reader_statements *s = &reader->statements;
	int result = database_query(reader->db, &s->streams,
		"SELECT id, name, kind, stamps, period_ns FROM stream WHERE device = ?"
		" ORDER BY position IS NULL, position, id DESC LIMIT ?",
		"ii", (int64_t)device->id, (int64_t)DEVICE_STREAMS);

	while (result == 0 && (result = database_step(reader->db, s->streams)) == 1) {
		struct stream *stream = &device->streams[device->n_streams++];
		stream->id = u32_at(s->streams, 0);
		stream->device = device->id;
		text_at(s->streams, 1, stream->name, sizeof stream->name);
		stream->kind = (enum stream_kind)sqlite3_column_int(s->streams, 2);
		stream->stamps = (enum stamp_source)sqlite3_column_int(s->streams, 3);
		stream->period_ns = sqlite3_column_int64(s->streams, 4);
		result = reading_channels(reader, stream);
	}
	return result;
}

int reader_devices(
	struct reader *reader, int (*visit)(void *self, const struct device *device), void *self)
{
	struct reader_statements *s = &reader->statements;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->devices,
		"SELECT id, sticker, identity, kit, model, port, family FROM device ORDER BY id",
		"");
	while (result == 0 && (result = database_step(reader->db, s->devices)) == 1) {
		struct device device = {
			.id = u32_at(s->devices, 0), .sticker = u32_at(s->devices, 1)};
		text_at(s->devices, 2, device.identity, sizeof device.identity);
		text_at(s->devices, 3, device.kit, sizeof device.kit);
		text_at(s->devices, 4, device.model, sizeof device.model);
		text_at(s->devices, 5, device.port, sizeof device.port);
		text_at(s->devices, 6, device.family, sizeof device.family);
		result = read_streams(reader, &device);
		if (result == 0)
			result = visit(self, &device);
	}
	return reading_end(reader, result);
}

/* ---------------------------------------------------------------- the others */

static struct gap gap_at(sqlite3_stmt *row)
{
	return (struct gap){
		.stream = u32_at(row, 0),
		.reason = (enum gap_reason)sqlite3_column_int(row, 1),
		.from = instant_at(row, 2),
		.to = instant_at(row, 3),
		.lost_rows = (uint64_t)sqlite3_column_int64(row, 4),
	};
}

int reader_gaps(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	int (*visit)(void *self, const struct gap *gap), void *self)
{
	struct reader_statements *s = &reader->statements;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->gaps,
		"SELECT stream, reason, from_ns, to_ns, lost_rows FROM gap WHERE stream IN (0, ?1)"
		" AND from_ns < ?3 AND (to_ns > ?2 OR from_ns >= ?2) ORDER BY from_ns, id",
		"iii", (int64_t)stream, from.ns, to.ns);
	while (result == 0 && (result = database_step(reader->db, s->gaps)) == 1) {
		const struct gap gap = gap_at(s->gaps);
		result = visit(self, &gap);
	}
	return reading_end(reader, result);
}

int reader_uncertainty(struct reader *reader, uint32_t stream, struct instant from,
	struct instant to, int (*visit)(void *self, const struct uncertainty *uncertainty),
	void *self)
{
	struct reader_statements *s = &reader->statements;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->uncertainty,
		"SELECT from_ns, ns FROM uncertainty WHERE stream = ?1 AND from_ns < ?3 AND from_ns >="
		" (SELECT ifnull(max(from_ns), ?2) FROM uncertainty"
		"  WHERE stream = ?1 AND from_ns <= ?2) ORDER BY from_ns",
		"iii", (int64_t)stream, from.ns, to.ns);
	if (result == -EINVAL) /* a store of former times, on a card that nobody can write */
		return reading_end(reader, 0);
	while (result == 0 && (result = database_step(reader->db, s->uncertainty)) == 1) {
		const struct uncertainty uncertainty = {
			.stream = stream,
			.from = instant_at(s->uncertainty, 0),
			.ns = sqlite3_column_int64(s->uncertainty, 1),
		};
		result = visit(self, &uncertainty);
	}
	return reading_end(reader, result);
}

static int take_worst(void *self, const struct uncertainty *uncertainty)
{
	int64_t *worst_ns = self;

	if (uncertainty->ns > *worst_ns)
		*worst_ns = uncertainty->ns;
	return 0;
}

int reader_worst_uncertainty(struct reader *reader, uint32_t stream, struct instant from,
	struct instant to, int64_t *ret_ns)
{
	int64_t worst_ns = 0;
	int result = reader_uncertainty(reader, stream, from, to, take_worst, &worst_ns);

	if (result == 0)
		*ret_ns = worst_ns;
	return result;
}

int reader_last_gap(struct reader *reader, uint32_t stream, struct gap *ret_gap)
{
	struct reader_statements *s = &reader->statements;
	struct instant first, last;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->last_gap,
		"SELECT stream, reason, from_ns, to_ns, lost_rows FROM gap WHERE stream = ?1"
		" ORDER BY from_ns DESC, to_ns DESC LIMIT 1",
		"i", (int64_t)stream);
	if (result == 0)
		result = database_step(reader->db, s->last_gap);
	if (result < 0)
		return reading_end(reader, result);
	if (result == 0)
		return reading_end(reader, -ENODATA);
	*ret_gap = gap_at(s->last_gap);
	result = reading_extent(reader, stream, &first, &last);
	if (result == 0 && last.ns > ret_gap->from.ns)
		result = -ENODATA;
	else if (result == -ENODATA) /* it never said anything */
		result = 0;
	return reading_end(reader, result);
}

int reader_runs(struct reader *reader, int (*visit)(void *self, const struct run *run), void *self)
{
	struct reader_statements *s = &reader->statements;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->runs,
		"SELECT id, number, class_group, lesson, title, from_ns, to_ns, session, is_withdrawn"
		" FROM run ORDER BY from_ns, id",
		"");
	if (result == -EINVAL) /* a store of former times, on a card that nobody can write */
		result = database_query(reader->db, &s->runs,
			"SELECT id, number, class_group, lesson, title, from_ns, to_ns, 0, 0 FROM run"
			" ORDER BY from_ns, id",
			"");
	while (result == 0 && (result = database_step(reader->db, s->runs)) == 1) {
		struct run run = {
			.id = u32_at(s->runs, 0),
			.number = u32_at(s->runs, 1),
			.from = instant_at(s->runs, 5),
			.to = instant_at(s->runs, 6),
			.session = u32_at(s->runs, 7),
			.group = u32_at(s->runs, 2),
			.is_withdrawn = sqlite3_column_int(s->runs, 8) != 0,
		};
		text_at(s->runs, 3, run.lesson, sizeof run.lesson);
		text_at(s->runs, 4, run.title, sizeof run.title);
		result = visit(self, &run);
	}
	return reading_end(reader, result);
}

int reader_marks(struct reader *reader, struct instant from, struct instant to,
	int (*visit)(void *self, const struct mark *mark), void *self)
{
	struct reader_statements *s = &reader->statements;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->marks,
		"SELECT id, at_ns, author, text, session, class_group FROM mark"
		" WHERE at_ns >= ? AND at_ns < ? AND NOT is_withdrawn ORDER BY at_ns, id",
		"ii", from.ns, to.ns);
	if (result ==
		-EINVAL) /* a store of former times that nobody opened to write, as an import's */
		result = database_query(reader->db, &s->marks,
			"SELECT id, at_ns, author, text, 0, 0 FROM mark"
			" WHERE at_ns >= ? AND at_ns < ? ORDER BY at_ns, id",
			"ii", from.ns, to.ns);
	while (result == 0 && (result = database_step(reader->db, s->marks)) == 1) {
		struct mark mark = {.id = u32_at(s->marks, 0),
			.at = instant_at(s->marks, 1),
			.session = u32_at(s->marks, 4),
			.group = u32_at(s->marks, 5)};
		text_at(s->marks, 2, mark.author, sizeof mark.author);
		text_at(s->marks, 3, mark.text, sizeof mark.text);
		result = visit(self, &mark);
	}
	return reading_end(reader, result);
}

int reader_highest_mark(struct reader *reader, uint32_t *ret_id)
{
	int64_t id = 0;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_number(reader->db, &reader->statements.highest_mark,
		"SELECT max(id) FROM mark", 0, &id, "");
	*ret_id = (uint32_t)id;
	return reading_end(reader, result);
}

int reader_cursors(struct reader *reader, const char *sink,
	int (*visit)(void *self, const struct cursor *cursor), void *self)
{
	struct reader_statements *s = &reader->statements;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->cursors,
		"SELECT sink, stream, done_ns FROM cursor WHERE sink = ? ORDER BY stream", "t",
		sink);
	while (result == 0 && (result = database_step(reader->db, s->cursors)) == 1) {
		struct cursor cursor = {
			.stream = u32_at(s->cursors, 1), .done = instant_at(s->cursors, 2)};
		text_at(s->cursors, 0, cursor.sink, sizeof cursor.sink);
		result = visit(self, &cursor);
	}
	return reading_end(reader, result);
}

int reader_holes(struct reader *reader, const char *sink,
	int (*visit)(void *self, const struct hole *hole), void *self)
{
	struct reader_statements *s = &reader->statements;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->holes,
		"SELECT sink, stream, from_ns, to_ns FROM hole WHERE sink = ? ORDER BY stream, from_ns",
		"t", sink);
	while (result == 0 && (result = database_step(reader->db, s->holes)) == 1) {
		struct hole hole = {
			.stream = u32_at(s->holes, 1),
			.from = instant_at(s->holes, 2),
			.to = instant_at(s->holes, 3),
		};
		text_at(s->holes, 0, hole.sink, sizeof hole.sink);
		result = visit(self, &hole);
	}
	return reading_end(reader, result);
}

int reader_quarantined(struct reader *reader, const char *sink,
	int (*visit)(void *self, const struct quarantined *line), void *self)
{
	struct reader_statements *s = &reader->statements;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->quarantined,
		"SELECT sink, stream, at_ns, status, line, words FROM quarantined WHERE sink = ? ORDER BY id",
		"t", sink);
	while (result == 0 && (result = database_step(reader->db, s->quarantined)) == 1) {
		struct quarantined line = {
			.stream = u32_at(s->quarantined, 1),
			.at = instant_at(s->quarantined, 2),
			.status = sqlite3_column_int(s->quarantined, 3),
		};
		text_at(s->quarantined, 0, line.sink, sizeof line.sink);
		text_at(s->quarantined, 4, line.line, sizeof line.line);
		text_at(s->quarantined, 5, line.words, sizeof line.words);
		result = visit(self, &line);
	}
	return reading_end(reader, result);
}

int reader_calibrations(struct reader *reader, unsigned newest,
	int (*visit)(void *self, const struct calibration *calibration), void *self)
{
	struct reader_statements *s = &reader->statements;
	struct calibration calibration;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->calibrations,
		"SELECT " CALIBRATION_COLUMNS " FROM calibration WHERE id IN"
		" (SELECT id FROM calibration ORDER BY id DESC LIMIT ?) OR id IN"
		" (SELECT max(id) FROM calibration GROUP BY identity, stream, channel) ORDER BY id",
		"i", (int64_t)newest);
	if (result == -EINVAL) /* a store of former times, on a card that nobody can write */
		return reading_end(reader, 0);
	while (result == 0 && (result = database_step(reader->db, s->calibrations)) == 1) {
		result = 0;
		if (calibration_row_read(s->calibrations, &calibration) == 0)
			result = visit(self, &calibration);
	}
	return reading_end(reader, result);
}

int reader_calibration(struct reader *reader, uint32_t id, struct calibration *ret_calibration)
{
	struct reader_statements *s = &reader->statements;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->calibration,
		"SELECT " CALIBRATION_COLUMNS " FROM calibration WHERE id = ?", "i", (int64_t)id);
	if (result == 0)
		result = database_step(reader->db, s->calibration);
	if (result == 1)
		result = calibration_row_read(s->calibration, ret_calibration);
	else if (result == 0)
		result = -ENOENT;
	return reading_end(reader, result);
}
