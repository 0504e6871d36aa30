/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any points: refused, or a map that keeps or turns the order and never makes an infinity. And a row
 * of the store in which any column holds anything: damaged, or the record that was written. Input: a
 * byte that chooses a column, then points of 16 bytes; the same bytes go into the column. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep/calibration_row.h"
#include "keep/database.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static sqlite3 *db;
static sqlite3_stmt *insert, *erase, *select_all;

static void must(int is_true)
{
	if (!is_true)
		abort();
}

static void open_database(void)
{
	must(sqlite3_open(":memory:", &db) == SQLITE_OK);
	must(database_exec(db,
		     "CREATE TABLE calibration(id INTEGER PRIMARY KEY, refers, kind, identity, stream,"
		     " channel, name, made_ns, wall_ns, from_ns, to_ns, ship_from_ns, points, sum)") ==
		0);
}

static void try_map(const struct calibration_map *map)
{
	double last = 0;

	for (int i = -40; i <= 40; i++) {
		double raw = ldexp(i, abs(i)), value = calibration_line(map, raw);

		must(!isinf(value) && !isinf(calibration_value(map, 0.01, raw)) &&
			!isinf(calibration_value(map, 0, raw)));
		double noise = 1e-12 * fmax(fabs(value), fabs(last)) + 1e-300;
		for (uint32_t p = 0; p < map->n; p++)
			noise = fmax(noise, 1e-12 * fabs(map->truth[p]));
		if (i > -40 && !isnan(value) && !isnan(last))
			must(calibration_falls(map) ? value <= last + noise
						    : value >= last - noise);
		last = value;
	}
	for (uint32_t i = 0; i < map->n; i++)
		must(calibration_line(map, map->raw[i]) == map->truth[i] || map->n == 1);
}

/* One column of the row is what the input says, as a blob, a text or a number. */
static void spoil(unsigned column, const uint8_t *bytes, size_t n)
{
	static const char *const columns[] = {"refers", "kind", "identity", "stream", "channel",
		"name", "made_ns", "wall_ns", "from_ns", "to_ns", "ship_from_ns", "points", "sum"};
	const char *name = columns[column % (sizeof columns / sizeof *columns)];
	char sql[80];
	sqlite3_stmt *update;

	snprintf(sql, sizeof sql, "UPDATE calibration SET %s = ?", name);
	must(sqlite3_prepare_v2(db, sql, -1, &update, NULL) == SQLITE_OK);
	if (column % 3 == 0)
		sqlite3_bind_blob(update, 1, bytes, (int)n, SQLITE_STATIC);
	else if (column % 3 == 1)
		sqlite3_bind_text(update, 1, (const char *)bytes, (int)n, SQLITE_STATIC);
	else
		sqlite3_bind_int64(update, 1, n ? bytes[0] : 0);
	must(sqlite3_step(update) == SQLITE_DONE);
	sqlite3_finalize(update);
}

static void try_row(
	const struct calibration *calibration, unsigned column, const uint8_t *bytes, size_t n)
{
	struct calibration read = {.id = 0};

	must(database_run(db, &erase, "DELETE FROM calibration", "") == 0);
	must(calibration_row_write(db, &insert, calibration) == 0);
	for (int is_spoilt = 0; is_spoilt <= 1; is_spoilt++) {
		if (is_spoilt)
			spoil(column, bytes, n);
		must(database_query(db, &select_all,
			     "SELECT " CALIBRATION_COLUMNS " FROM calibration", "") == 0);
		must(database_step(db, select_all) == 1);
		int result = calibration_row_read(select_all, &read);
		must(is_spoilt || result == 0);
		if (result == 0)
			must(read.map.n == calibration->map.n && read.kind == calibration->kind &&
				!memcmp(read.map.raw, calibration->map.raw, sizeof read.map.raw) &&
				!memcmp(read.map.truth, calibration->map.truth,
					sizeof read.map.truth) &&
				!strcmp(read.name, calibration->name));
		sqlite3_reset(select_all);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct calibration calibration = {.id = 7,
		.identity = "link:01",
		.stream = "main",
		.channel = "t",
		.name = "冰水",
		.to = {INT64_MAX}};
	struct calibration_map *map = &calibration.map;
	unsigned column = n ? bytes[0] : 0;

	if (!db)
		open_database();
	if (n) {
		bytes++;
		n--;
	}
	for (; map->n < CALIBRATION_POINTS && (map->n + 1) * 16 <= n; map->n++) {
		memcpy(&map->raw[map->n], bytes + map->n * 16, 8);
		memcpy(&map->truth[map->n], bytes + map->n * 16 + 8, 8);
	}
	calibration.kind = calibration_kind_for(map->n);
	if (calibration_map_sort(map, calibration.kind) != CALIBRATION_SOUND)
		return 0;
	try_map(map);
	try_row(&calibration, column, bytes, n);
	return 0;
}
