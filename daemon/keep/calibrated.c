/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading by the calibrations: raw rows and columns pass through the correction of their stream.
 *
 * Within one snapshot, the records and the rows belong together: correction.h builds on that. The
 * records of a stream are read once and kept as long as the newest record of all is the same one. A
 * stream without any is read as if there were no calibrations at all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "keep/calibration_row.h"
#include "keep/reading.h"

/* ---------------------------------------------------------------- the corrections */

void calibrated_forget(struct calibrated *calibrated)
{
	for (size_t i = 0; i < calibrated->n; i++)
		correction_free(calibrated->streams[i].correction);
	free(calibrated->streams);
	calibrated->streams = NULL;
	calibrated->n = calibrated->room = 0;
}

/* The stream, as far as corrections need to know it, and whose it is. -ENOENT. */
static int read_owner(
	struct reader *reader, struct stream *stream, char ret_identity[IDENTITY_TEXT])
{
	struct reader_statements *s = &reader->statements;
	int result = database_query(reader->db, &s->owner,
		"SELECT identity, name FROM stream JOIN device ON device.id = stream.device"
		" WHERE stream.id = ?",
		"i", (int64_t)stream->id);

	if (result == 0)
		result = database_step(reader->db, s->owner);
	if (result == 1) {
		const char *identity = (const char *)sqlite3_column_text(s->owner, 0);
		const char *name = (const char *)sqlite3_column_text(s->owner, 1);

		text_copy(ret_identity, IDENTITY_TEXT, identity ? identity : "");
		text_copy(stream->name, sizeof stream->name, name ? name : "");
	}
	sqlite3_reset(s->owner);
	if (result < 1)
		return result < 0 ? result : -ENOENT;
	return reading_channels(reader, stream);
}

/* The rows of the table that are the stream's, in order. */
static int add_records(struct reader *reader, const char *identity, const struct stream *stream,
	struct correction *correction)
{
	struct reader_statements *s = &reader->statements;
	struct calibration calibration;
	int result = database_query(reader->db, &s->calibrations_of,
		"SELECT " CALIBRATION_COLUMNS
		" FROM calibration WHERE identity = ? AND stream = ? ORDER BY id",
		"tt", identity, stream->name);

	if (result == -EINVAL) /* a store of former times, on a card that nobody can write */
		return 0;
	while (result == 0 && (result = database_step(reader->db, s->calibrations_of)) == 1) {
		result = 0;
		if (calibration_row_read(s->calibrations_of, &calibration) == 0)
			result = correction_add(correction, &calibration);
	}
	return result;
}

static int read_correction(struct reader *reader, enum correction_rule rule, uint32_t id,
	struct correction **ret_correction)
{
	struct stream stream = {.id = id};
	char identity[IDENTITY_TEXT];
	struct correction *correction = NULL;
	int result = read_owner(reader, &stream, identity);

	if (result == 0)
		result = correction_new(&stream, rule, &correction);
	if (result == 0 && rule != CORRECTION_NONE)
		result = add_records(reader, identity, &stream, correction);
	if (result < 0) {
		correction_free(correction);
		return result;
	}
	*ret_correction = correction;
	return 0;
}

static int remember(struct calibrated *calibrated, enum correction_rule rule, uint32_t stream,
	struct correction *correction)
{
	if (calibrated->n == calibrated->room) {
		size_t room = calibrated->room ? calibrated->room * 2 : 8;
		void *grown = realloc(calibrated->streams, room * sizeof *calibrated->streams);

		if (!grown)
			return -ENOMEM;
		calibrated->streams = grown;
		calibrated->room = room;
	}
	calibrated->streams[calibrated->n++] = (struct calibrated_stream){stream, rule, correction};
	return 0;
}

/* Borrowed until the next call. NULL: the values are as they are. */
static int correction_of(struct reader *reader, enum correction_rule rule, uint32_t stream,
	const struct correction **ret_correction)
{
	struct calibrated *calibrated = &reader->calibrated;
	struct correction *correction = NULL;
	int64_t newest = 0;

	*ret_correction = NULL;
	if (rule == CORRECTION_NONE)
		return 0;
	int result = database_number(reader->db, &reader->statements.newest_calibration,
		"SELECT max(id) FROM calibration", 0, &newest, "");
	if (result < 0 || newest == 0)
		return result == -EINVAL ? 0 : result;
	if (newest != calibrated->newest)
		calibrated_forget(calibrated);
	calibrated->newest = newest;
	for (size_t i = 0; i < calibrated->n && !correction; i++)
		if (calibrated->streams[i].stream == stream && calibrated->streams[i].rule == rule)
			correction = calibrated->streams[i].correction;
	if (!correction) {
		result = read_correction(reader, rule, stream, &correction);
		if (result < 0)
			return result == -ENOENT ? 0 : result;
		result = remember(calibrated, rule, stream, correction);
		if (result < 0) {
			correction_free(correction);
			return result;
		}
	}
	if (correction_is_any(correction))
		*ret_correction = correction;
	return 0;
}

int reader_correction(struct reader *reader, enum correction_rule rule, uint32_t stream,
	struct correction **ret_correction)
{
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	return reading_end(reader, read_correction(reader, rule, stream, ret_correction));
}

/* ---------------------------------------------------------------- rows */

struct row_filter {
	struct calibrated *calibrated;
	const struct correction *correction;
	rows_visit *visit;
	void *self;
};

static int filter_rows(void *self, const struct rows *rows)
{
	const struct row_filter *filter = self;
	struct calibrated *calibrated = filter->calibrated;
	struct rows corrected = *rows;
	size_t n = rows->n * rows->n_channels;

	if (rows->n_channels != correction_channels(filter->correction))
		return filter->visit(filter->self, rows);
	if (n > calibrated->n_values) {
		double *grown = realloc(calibrated->values, n * sizeof *grown);

		if (!grown)
			return -ENOMEM;
		calibrated->values = grown;
		calibrated->n_values = n;
	}
	memcpy(calibrated->values, rows->values, n * sizeof *calibrated->values);
	correction_apply(filter->correction, rows->n, rows->stamps_ns, calibrated->values);
	corrected.values = calibrated->values;
	return filter->visit(filter->self, &corrected);
}

int reader_rows_by(struct reader *reader, enum correction_rule rule, uint32_t stream,
	struct instant from, struct instant to, rows_visit *visit, void *self)
{
	struct row_filter filter = {
		.calibrated = &reader->calibrated, .visit = visit, .self = self};
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = correction_of(reader, rule, stream, &filter.correction);
	if (result == 0 && filter.correction)
		result = reading_rows(reader, stream, from, to, filter_rows, &filter);
	else if (result == 0)
		result = reading_rows(reader, stream, from, to, visit, self);
	return reading_end(reader, result);
}

/* ---------------------------------------------------------------- columns */

struct column_filter {
	const struct correction *correction;
	struct instant at; /* all columns that come have the calibrations of this instant */
	columns_visit *visit;
	void *self;
};

static struct bin correct_bin(
	const struct calibration_map *map, double resolution, const struct bin *bin)
{
	bool falls = calibration_falls(map);

	if (bin->n == 0)
		return *bin;
	double mean = bin->n == 1 ? calibration_value(map, resolution, bin->sum)
				  : calibration_line(map, bin->sum / (double)bin->n);
	return (struct bin){
		.first = calibration_value(map, resolution, bin->first),
		.last = calibration_value(map, resolution, bin->last),
		.min = calibration_value(map, resolution, falls ? bin->max : bin->min),
		.max = calibration_value(map, resolution, falls ? bin->min : bin->max),
		.sum = mean * (double)bin->n,
		.n = bin->n,
	};
}

static int filter_column(void *self, const struct columns *column)
{
	const struct column_filter *filter = self;
	struct columns corrected = *column;
	struct bin bins[STREAM_CHANNELS];

	if (column->n_channels != correction_channels(filter->correction))
		return filter->visit(filter->self, column);
	for (uint32_t c = 0; c < column->n_channels; c++) {
		const struct calibration_map *map =
			correction_at(filter->correction, c, filter->at, NULL);

		bins[c] = map ? correct_bin(map, correction_resolution(filter->correction, c),
					&column->bins[c])
			      : column->bins[c];
	}
	corrected.bins = bins;
	return filter->visit(filter->self, &corrected);
}

/* So many of the columns wanted as the part is of the whole. */
static unsigned share_of(unsigned wanted, int64_t part_ns, int64_t whole_ns)
{
	double share = (double)wanted * (double)part_ns / (double)whole_ns;

	return share < 1 ? 1 : share > wanted ? wanted : (unsigned)share;
}

static int read_parts(struct reader *reader, uint32_t stream, struct instant from,
	struct instant to, unsigned wanted, struct column_filter *filter)
{
	struct instant first, last, next;
	/* Where there are rows: the parts before and behind would take columns and give none. */
	int result = reading_extent(reader, stream, &first, &last);

	if (result < 0)
		return result == -ENODATA ? 0 : result;
	if (from.ns < first.ns)
		from = first;
	if (to.ns > last.ns)
		to.ns = last.ns == INT64_MAX ? last.ns : last.ns + 1;
	for (struct instant at = from; at.ns < to.ns && result == 0; at = next) {
		next = correction_next(filter->correction, at);
		if (next.ns > to.ns)
			next = to;
		filter->at = at;
		result = reading_columns(reader, stream, at, next,
			share_of(wanted, instant_since(next, at), instant_since(to, from)),
			filter_column, filter);
	}
	return result;
}

int reader_columns_by(struct reader *reader, enum correction_rule rule, uint32_t stream,
	struct instant from, struct instant to, unsigned wanted, columns_visit *visit, void *self)
{
	struct column_filter filter = {.visit = visit, .self = self};

	if (wanted < 1 || wanted > 1000000)
		return -EINVAL;
	int result = reading_begin(reader);
	if (result < 0)
		return result;
	result = correction_of(reader, rule, stream, &filter.correction);
	if (result == 0 && filter.correction)
		result = read_parts(reader, stream, from, to, wanted, &filter);
	else if (result == 0)
		result = reading_columns(reader, stream, from, to, wanted, visit, self);
	return reading_end(reader, result);
}
