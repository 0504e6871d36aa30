/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog store verify`: reads everything there is, in one snapshot, and says in sentences what
 * does not add up. Only reads, so it may run beside the daemon; what to do about damage is the
 * daemon's business (it sets aside what it meets). */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "keep/act_row.h"
#include "keep/bins.h"
#include "keep/calibration_row.h"
#include "keep/merge.h"
#include "keep/reading.h"

struct verifier {
	struct reader *reader;
	void (*tell)(void *self, const char *sentence);
	void *self;
	struct verify_report report;
	int64_t last_id, last_ns; /* of the chunk before */
};

static void tell(struct verifier *verifier, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(struct verifier *verifier, const char *format, ...)
{
	char sentence[512];
	va_list values;

	va_start(values, format);
	vsnprintf(sentence, sizeof sentence, format, values);
	va_end(values);
	verifier->report.is_sound = false;
	if (verifier->tell)
		verifier->tell(verifier->self, sentence);
}

/* ---------------------------------------------------------------- a chunk */

/* A bin kept must be what its rows say; sums to within the rounding of their additions. */
static bool is_same_bin(const struct bin *kept, const struct bin *made)
{
	if (kept->n != made->n)
		return false;
	if (!kept->n)
		return true;
	double size = fmax(fabs(made->min), fabs(made->max)) * (double)made->n;
	return kept->first == made->first && kept->last == made->last && kept->min == made->min &&
		kept->max == made->max &&
		(!isfinite(size) ||
			fabs(kept->sum - made->sum) <= size * (double)made->n * 0x1p-52);
}

static bool bins_agree(
	struct verifier *verifier, const uint8_t *bytes, size_t n, const struct chunk *rows)
{
	struct chunk bins;
	size_t row = 0;
	unsigned k;

	if (!n)
		return true;
	if (bins_read(verifier->reader->bins_codec, bytes, n, rows->n_channels, &k, &bins) < 0)
		return false;
	for (size_t i = 0; i < bins.n_rows; i++) {
		size_t from = row;
		while (row < rows->n_rows && rows->stamps_ns[row] >> k == bins.stamps_ns[i] >> k)
			row++;
		for (uint32_t c = 0; c < rows->n_channels; c++) {
			struct bin made = {.n = 0}, kept = bin_of(&bins, i, c);
			for (size_t r = from; r < row; r++)
				bin_add_value(&made, rows->values[r * rows->n_channels + c]);
			if (!is_same_bin(&kept, &made))
				return false;
		}
	}
	return row == rows->n_rows;
}

/* What is wrong with it; NULL: nothing. */
static const char *check_chunk(struct verifier *verifier, sqlite3_stmt *row)
{
	struct chunk rows;
	int64_t first_ns = sqlite3_column_int64(row, 1), last_ns = sqlite3_column_int64(row, 2);

	if (sqlite3_column_type(row, 7) == SQLITE_NULL)
		return "has no data";
	if (chunk_decode(verifier->reader->codec, sqlite3_column_blob(row, 7),
		    (size_t)sqlite3_column_bytes(row, 7), &rows) < 0)
		return "does not decode";
	if ((int64_t)rows.n_rows != sqlite3_column_int64(row, 3))
		return "has another number of rows than noted";
	if (rows.stamps_ns[0] != first_ns || rows.stamps_ns[rows.n_rows - 1] != last_ns)
		return "covers another time than noted";
	for (int level = 4; level <= 6; level++)
		if (!bins_agree(verifier, sqlite3_column_blob(row, level),
			    (size_t)sqlite3_column_bytes(row, level), &rows))
			return "has summaries that do not agree with its rows";
	verifier->report.rows += rows.n_rows;
	return NULL;
}

static int check_chunks(struct verifier *verifier)
{
	sqlite3 *db = verifier->reader->db;
	sqlite3_stmt *all = NULL;
	int result = database_query(db, &all,
		"SELECT chunk.id, first_ns, last_ns, n, bins, mid_bins, fine_bins, bytes"
		" FROM chunk LEFT JOIN chunk_data USING(id) ORDER BY chunk.id",
		"");

	while (result == 0 && (result = database_step(db, all)) == 1) {
		int64_t id = sqlite3_column_int64(all, 0), first_ns = sqlite3_column_int64(all, 1);
		const char *wrong = check_chunk(verifier, all);
		bool is_same_stream = verifier->last_id >> STREAM_SHIFT == id >> STREAM_SHIFT;
		result = 0;
		if (!wrong && is_same_stream && first_ns <= verifier->last_ns)
			wrong = "begins before the one before it ends";
		verifier->report.chunks++;
		if (wrong) {
			verifier->report.damaged++;
			tell(verifier,
				"The chunk of stream %" PRId64 " at board second %" PRId64 " %s.",
				id >> STREAM_SHIFT, first_ns / NS_PER_S, wrong);
		}
		verifier->last_id = id;
		verifier->last_ns = sqlite3_column_int64(all, 2);
	}
	sqlite3_finalize(all);
	return result;
}

/* ---------------------------------------------------------------- the rest */

/* Records may be in a chunk already: only rows behind the stream's newest chunk count. */
static int check_record(
	struct verifier *verifier, sqlite3_stmt **newest, const struct fresh_record *record)
{
	struct chunk rows;
	int64_t chunked_ns;

	if (chunk_decode(verifier->reader->codec, record->bytes, record->n, &rows) < 0 ||
		rows.n_rows != record->n_rows ||
		rows.stamps_ns[rows.n_rows - 1] != record->last_ns) {
		verifier->report.damaged++;
		tell(verifier,
			"A fresh record of stream %" PRIu32 " with %" PRIu32
			" rows does not decode, or to other rows than it says.",
			record->stream, record->n_rows);
		return 0;
	}
	int result = database_number(verifier->reader->db, newest,
		"SELECT last_ns FROM chunk WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1",
		INT64_MIN, &chunked_ns, "ii", chunk_ids_from(record->stream),
		chunk_ids_to(record->stream));
	for (size_t i = 0; i < rows.n_rows && result == 0; i++)
		verifier->report.fresh_rows += rows.stamps_ns[i] > chunked_ns;
	return result;
}

static int check_fresh(struct verifier *verifier)
{
	struct fresh_walk *walk = &verifier->reader->fresh;
	struct fresh_record record;
	sqlite3_stmt *newest = NULL;
	int result = fresh_walk_begin(walk, verifier->reader->db);

	while (result == 0 && (result = fresh_walk_next(walk, &record)) == 1)
		result = check_record(verifier, &newest, &record);
	if (walk->n_broken) {
		verifier->report.damaged += walk->n_broken;
		tell(verifier, "%zu fresh rows break off before their end.", walk->n_broken);
	}
	fresh_walk_end(walk);
	sqlite3_finalize(newest);
	verifier->report.rows += verifier->report.fresh_rows;
	return result;
}

static int check_calibrations(struct verifier *verifier)
{
	sqlite3 *db = verifier->reader->db;
	sqlite3_stmt *all = NULL;
	struct calibration calibration;
	int result = database_query(
		db, &all, "SELECT " CALIBRATION_COLUMNS " FROM calibration ORDER BY id", "");

	if (result == -EINVAL) /* of a former kitlog */
		return 0;
	while (result == 0 && (result = database_step(db, all)) == 1) {
		result = 0;
		if (calibration_row_read(all, &calibration) == 0)
			continue;
		verifier->report.damaged++;
		tell(verifier,
			"Calibration %" PRId64 " is damaged and does not apply; calibrate again.",
			(int64_t)sqlite3_column_int64(all, 0));
	}
	sqlite3_finalize(all);
	return result;
}

static int check_journal(struct verifier *verifier)
{
	sqlite3 *db = verifier->reader->db;
	sqlite3_stmt *all = NULL;
	struct journal_entry *entry = act_row_room();
	int result = entry
		? database_query(db, &all, "SELECT " JOURNAL_COLUMNS " FROM act ORDER BY id", "")
		: -ENOMEM;

	while (result == 0 && (result = database_step(db, all)) == 1) {
		result = 0;
		if (act_row_read(all, entry) == 0)
			continue;
		verifier->report.damaged++;
		tell(verifier,
			"Entry %" PRId64
			" of the class journal is damaged and left out; readings are not concerned.",
			(int64_t)sqlite3_column_int64(all, 0));
	}
	sqlite3_finalize(all);
	free(entry);
	return result == -EINVAL ? 0 : result; /* of a former kitlog */
}

static int check_database(struct verifier *verifier)
{
	sqlite3 *db = verifier->reader->db;
	sqlite3_stmt *all = NULL;
	int result = database_query(db, &all, "PRAGMA integrity_check(20)", "");

	while (result == 0 && (result = database_step(db, all)) == 1) {
		const char *text = (const char *)sqlite3_column_text(all, 0);
		result = 0;
		if (text && strcmp(text, "ok"))
			tell(verifier, "SQLite finds in the file: %s.", text);
	}
	sqlite3_finalize(all);
	return result;
}

static int check_set_aside(struct verifier *verifier)
{
	sqlite3_stmt *count = NULL;
	int64_t chunks;
	int result = database_number(
		verifier->reader->db, &count, "SELECT count(*) FROM damaged", 0, &chunks, "");

	sqlite3_finalize(count);
	if (result == 0 && chunks) {
		verifier->report.damaged += (uint64_t)chunks;
		tell(verifier,
			"%" PRId64 " damaged chunks were set aside before; their times are gaps.",
			chunks);
	}

	return result;
}

static void count_files(struct verifier *verifier, const char *directory)
{
	const char prefix[] = "kitlog.db.damaged-";
	DIR *files = opendir(directory);

	for (struct dirent *file; files && (file = readdir(files));) {
		const char *number = file->d_name + sizeof prefix - 1;
		if (strncmp(file->d_name, prefix, sizeof prefix - 1) ||
			strspn(number, "0123456789") != strlen(number))
			continue;
		verifier->report.set_aside++;
		tell(verifier,
			"%s is a damaged store that was set aside; keep it if its readings matter.",
			file->d_name);
	}
	if (files)
		closedir(files);
}

int store_verify(const char *directory, void (*tell_one)(void *self, const char *sentence),
	void *self, struct verify_report *ret_report)
{
	struct verifier verifier = {
		.tell = tell_one, .self = self, .report.is_sound = true, .last_id = -1};
	int result = reader_open(directory, &verifier.reader);

	if (result == 0) {
		result = reading_begin(verifier.reader);
		if (result == 0)
			result = check_database(&verifier);
		if (result == 0)
			result = check_chunks(&verifier);
		if (result == 0)
			result = check_fresh(&verifier);
		if (result == 0)
			result = check_calibrations(&verifier);
		if (result == 0)
			result = check_journal(&verifier);
		if (result == 0)
			result = check_set_aside(&verifier);
		if (verifier.reader->db)
			reading_end(verifier.reader, result);
	}
	reader_close(verifier.reader);
	if (result == -EBADMSG ||
		result == -EINVAL) { /* the answer to the question, not a failure */
		verifier.report.damaged++;
		tell(&verifier, "The file kitlog.db is damaged: reading stopped before its end.");
		result = 0;
	}
	if (result < 0)
		return result;
	count_files(&verifier, directory);
	*ret_report = verifier.report;
	return 0;
}
