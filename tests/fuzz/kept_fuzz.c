/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in the store beside chunks (chunk_fuzz.c) and calibrations, after a card that told lies: curves of
 * better stamps, bins, the slots of fresh rows, rows of the journal. Each is read as what may be relied on,
 * or as damaged. The first byte chooses; where a checksum would hide the reader, it is made right. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "keep/act_row.h"
#include "keep/bins.h"
#include "keep/curve.h"
#include "keep/database.h"
#include "keep/fresh.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { POINTS = 16 };

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "kept_fuzz: %s\n", what);
	abort();
}

/* --- curves --- */

/* Better stamps do not fall where stamps rise by a microsecond, and none is moved far. */
static void check_stretch(const struct curve *curve, int64_t from_ns, int64_t to_ns)
{
	int64_t most_ns = CURVE_MOST_MS * (int64_t)NS_PER_MS, last_ns = INT64_MIN;
	int64_t step_ns = (to_ns - from_ns) / POINTS + NS_PER_US;

	for (int64_t at_ns = from_ns; at_ns <= to_ns; at_ns += step_ns) {
		int64_t better_ns = curve_stamp(curve, at_ns);

		must(better_ns >= last_ns, "a stamp that falls");
		must(better_ns - at_ns <= most_ns && at_ns - better_ns <= most_ns,
			"a stamp that is moved far");
		must(curve_uncertainty_ns(curve, at_ns) >= 0, "an uncertainty");
		last_ns = better_ns;
	}
}

static void try_curve(const uint8_t *bytes, size_t n)
{
	struct curve *curve, *again;
	uint8_t *packed;
	size_t n_packed;
	int64_t from_ns, to_ns;

	if (curve_unpack(bytes, n, &curve) < 0)
		return;
	for (size_t i = 0; i + 1 < curve->n; i++)
		check_stretch(curve, curve->knots[i].stamp_ns, curve->knots[i + 1].stamp_ns);
	curve_silence(curve, INT64_MIN / 4, INT64_MAX / 4, &from_ns, &to_ns);
	curve_extent(curve, INT64_MIN / 4, INT64_MAX / 4, &from_ns, &to_ns);
	must(curve_pack(curve, &packed, &n_packed) == 0, "no memory");
	must(curve_unpack(packed, n_packed, &again) == 0, "packed, and not read");
	must(again->n == curve->n &&
			!memcmp(again->knots, curve->knots, curve->n * sizeof *curve->knots),
		"packed, it is another one");
	free(packed);
	curve_free(again);
	curve_free(curve);
}

/* --- bins --- */

static void try_bins(const uint8_t *bytes, size_t n)
{
	static struct chunk_codec *codec;
	uint8_t *copy = malloc(n + 4);
	struct chunk rows;
	unsigned k;

	must(copy && (codec || chunk_codec_new(&codec) == 0), "no memory");
	memcpy(copy, bytes, n);
	if (n > 0) { /* of the chunk behind the first byte */
		uint32_t crc = (uint32_t)crc32(0, bytes + 1, (unsigned)(n - 1));

		for (unsigned i = 0; i < 4; i++)
			copy[n + i] = (uint8_t)(crc >> (8 * i));
		n += 4;
	}
	if (bins_read(codec, copy, n, 0, &k, &rows) == 0) {
		struct bin all = {.n = 0};

		must(k < 64, "a bin longer than time");
		for (size_t row = 0; row < rows.n_rows && row < 1000; row++)
			for (uint32_t c = 0; c < rows.n_channels / BIN_NUMBERS; c++) {
				struct bin bin = bin_of(&rows, row, c);

				bin_add(&all, &bin);
			}
	}
	free(copy);
}

/* --- fresh rows --- */

static sqlite3 *db;

static void open_database(void)
{
	if (db)
		return;
	must(sqlite3_open(":memory:", &db) == SQLITE_OK &&
			database_exec(db,
				"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
				"CREATE TABLE fresh(id INTEGER PRIMARY KEY, bytes BLOB);"
				"CREATE TABLE act(id, session, at_ns, ship_from_ns, who, kind, body,"
				" sum)") == 0,
		"no memory");
}

static void put(const char *sql, const uint8_t *bytes, size_t n)
{
	sqlite3_stmt *statement;

	must(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, sql);
	sqlite3_bind_blob(statement, 1, bytes, (int)n, SQLITE_STATIC);
	must(sqlite3_step(statement) == SQLITE_DONE, sql);
	sqlite3_finalize(statement);
}

/* In two slots, cut anywhere: by the first byte. */
static void try_fresh(const uint8_t *bytes, size_t n)
{
	static struct fresh_walk walk;
	struct fresh_record record;
	size_t cut = n ? bytes[0] % n : 0, sum = 0;
	int r;

	must(database_exec(db, "DELETE FROM fresh") == 0, "delete");
	put("INSERT INTO fresh VALUES(1, ?)", bytes, cut);
	put("INSERT INTO fresh VALUES(2, ?)", bytes + cut, n - cut);
	r = fresh_walk_begin(&walk, db);
	while (r == 0 && (r = fresh_walk_next(&walk, &record)) == 1) {
		for (size_t i = 0; i < record.n; i++)
			sum += record.bytes[i]; /* all of it is there to be read */
		must(record.n <= n, "more than there is");
		r = 0;
	}
	must(r == 0 && sum <= n * 255, "refused");
	fresh_walk_end(&walk);
}

/* --- the journal --- */

/* A row that was written reads as itself; with any column spoilt it is damaged, or the same. */
static void try_act(const uint8_t *bytes, size_t n)
{
	static const char *const columns[] = {
		"id", "session", "at_ns", "ship_from_ns", "who", "kind", "body", "sum"};
	static sqlite3_stmt *insert, *select_all;
	static struct journal_entry *entry, *read;
	char sql[80];

	if (!entry) {
		entry = act_row_room();
		read = act_row_room();
	}
	must(entry && read, "no memory");
	memset(entry, 0, sizeof *entry);
	entry->id = 3;
	entry->session = 2;
	strcpy(entry->who, "group 3");
	strcpy(entry->kind, "mark");
	strcpy(entry->body, "{}");
	entry->n = 2;
	must(database_exec(db, "DELETE FROM act") == 0, "delete");
	must(act_row_write(db, &insert, entry) == 0, "insert");
	if (n > 0) {
		snprintf(sql, sizeof sql,
			n % 2 ? "UPDATE act SET %s = ?" : "UPDATE act SET %s = CAST(? AS TEXT)",
			columns[bytes[0] % 8]);
		put(sql, bytes + 1, n - 1);
	}
	must(database_query(db, &select_all, "SELECT " JOURNAL_COLUMNS " FROM act", "") == 0 &&
			database_step(db, select_all) == 1,
		"no row");
	int r = act_row_read(select_all, read);

	must(n > 0 || r == 0, "damaged, though nobody did it");
	if (r == 0)
		must(read->id == entry->id && read->session == entry->session &&
				read->n == entry->n && !strcmp(read->body, entry->body) &&
				!strcmp(read->who, entry->who) && !strcmp(read->kind, entry->kind),
			"another row that looks whole");
	sqlite3_reset(select_all);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static void (*const tries[])(const uint8_t *bytes, size_t n) = {
		try_curve, try_bins, try_fresh, try_act};

	if (!n)
		return 0;
	open_database();
	tries[bytes[0] % (sizeof tries / sizeof *tries)](bytes + 1, n - 1);
	return 0;
}
