/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Setting a damaged database aside, see setaside.h. */
#include "keep/setaside.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/text.h"
#include "keep/merge.h"
#include "keep/store.h"

static const char *const tables[] = {
	"boot",
	"device",
	"stream",
	"channel",
	"gap",
	"anchor",
	"run",
	"mark",
	"cursor",
	"hole",
	"quarantined",
	"calibration",
	"uncertainty",
	"refinement",
	"act",
};

/* Where a database is to be called next. */
static int damaged_path(const char *directory, char ret_path[DATABASE_PATH])
{
	char suffix[32];

	for (unsigned n = 1;; n++) {
		snprintf(suffix, sizeof suffix, ".damaged-%u", n);
		int result = database_path(directory, suffix, ret_path);
		if (result < 0 || access(ret_path, F_OK) < 0)
			return result;
	}
}

int setaside_rename(const char *directory, char ret_path[DATABASE_PATH])
{
	char path[DATABASE_PATH], wal[DATABASE_PATH], shm[DATABASE_PATH], to[DATABASE_PATH + 8];
	int result = database_path(directory, "", path);

	if (result == 0)
		result = database_path(directory, "-wal", wal);
	if (result == 0)
		result = database_path(directory, "-shm", shm);
	if (result == 0)
		result = damaged_path(directory, ret_path);
	if (result < 0)
		return result;
	if (rename(path, ret_path) < 0)
		return -errno;
	/* SQLite looks for a file's WAL under the file's new name: what is in it stays readable. */
	snprintf(to, sizeof to, "%s-wal", ret_path);
	if (rename(wal, to) < 0 && errno != ENOENT)
		return -errno;
	unlink(shm);
	return 0;
}

enum { ROWS_A_COMMIT = 64 };

/* The columns that a table has in both files: one of an older kitlog has fewer. */
static int common_columns(sqlite3 *from, sqlite3 *to, const char *table, struct text *ret_names)
{
	const char sql[] = "SELECT name FROM pragma_table_info(?) ORDER BY cid";
	sqlite3_stmt *there = NULL, *here = NULL;
	int result = database_query(from, &there, sql, "t", table);
	int n = 0;

	while (result == 0 && (result = database_step(from, there)) == 1) {
		const char *name = (const char *)sqlite3_column_text(there, 0);
		int64_t is_here = 0;
		result = database_number(to, &here,
			"SELECT count(*) FROM pragma_table_info(?) WHERE name = ?", 0, &is_here,
			"tt", table, name ? name : "");
		if (result == 0 && is_here)
			text_addf(ret_names, "%s%s", n++ ? ", " : "", name);
	}
	sqlite3_finalize(there);
	sqlite3_finalize(here);
	return result < 0 ? result : n;
}

static int prepare_copy(sqlite3 *from, sqlite3 *to, const char *table, const char *order,
	sqlite3_stmt **ret_select, sqlite3_stmt **ret_insert)
{
	char names_room[256], sql_room[512];
	struct text names = text_over(names_room, sizeof names_room);
	struct text sql = text_over(sql_room, sizeof sql_room);
	int n = common_columns(from, to, table, &names);

	if (n <= 0)
		return n < 0 ? n : -EINVAL;
	text_addf(&sql, "SELECT %s FROM %s %s", names_room, table, order);
	int result = database_errno(from, sqlite3_prepare_v2(from, sql_room, -1, ret_select, NULL));
	if (result < 0)
		return result;
	text_reset(&sql);
	text_addf(&sql, "INSERT OR IGNORE INTO %s(%s) VALUES(?", table, names_room);
	while (--n)
		text_add(&sql, ",?");
	text_add(&sql, ")");
	return database_errno(to, sqlite3_prepare_v2(to, sql_room, -1, ret_insert, NULL));
}

/* The machine's trouble and not the file's: it may be read another time. A card's error is not among
 * them, since one that stays would keep the store from ever opening. */
static bool may_pass(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE || error == -EROFS ||
		error == -ENOSPC || error == -EDQUOT || error == -EBUSY;
}

/* One table, row by row. 1: all of it; 0: a row could not be read, and that was the end; or -errno:
 * one could not be written, or not be read now. */
static int copy(sqlite3 *from, sqlite3 *to, const char *table, const char *order)
{
	sqlite3_stmt *select = NULL, *insert = NULL;
	int code = SQLITE_ERROR;
	int result = prepare_copy(from, to, table, order, &select, &insert);

	if (result == 0) {
		for (unsigned row = 1; result == 0 && (code = sqlite3_step(select)) == SQLITE_ROW;
			row++) {
			for (int i = 0; i < sqlite3_column_count(select); i++)
				sqlite3_bind_value(insert, i + 1, sqlite3_column_value(select, i));
			result = database_step(to, insert);
			if (result == 0 && row % ROWS_A_COMMIT == 0)
				result = database_exec(to, "COMMIT; BEGIN IMMEDIATE");
		}
		if (result == 0 && may_pass(database_errno(from, code)))
			result = database_errno(from, code);
	} else if (!may_pass(result)) {
		result = 0; /* there is no such table in it */
	}
	sqlite3_finalize(select);
	sqlite3_finalize(insert);
	return result < 0 ? result : code == SQLITE_DONE;
}

/* Ids between which rows of a table were lost, both ends excluded. */
struct hole_in_ids {
	bool is_any;
	int64_t after, before;
};

static int64_t number(sqlite3 *db, const char *sql, int64_t otherwise, int64_t a, int64_t b)
{
	sqlite3_stmt *statement = NULL;
	int64_t answer;

	if (database_number(db, &statement, sql, otherwise, &answer, "ii", a, b) < 0)
		answer = otherwise;
	sqlite3_finalize(statement);
	return answer;
}

/* From the first on, and if that does not get to the end, from the last back. */
static int copy_from_both_ends(
	sqlite3 *from, sqlite3 *to, const char *table, struct hole_in_ids *ret_hole)
{
	char newest[80], next[80];
	int result = copy(from, to, table, "ORDER BY id");

	*ret_hole = (struct hole_in_ids){.is_any = result == 0};
	if (result != 0)
		return result;
	snprintf(newest, sizeof newest, "SELECT max(id) FROM %s WHERE id BETWEEN ? AND ?", table);
	snprintf(next, sizeof next, "SELECT min(id) FROM %s WHERE id BETWEEN ? AND ?", table);
	ret_hole->after = number(to, newest, -1, 0, INT64_MAX);
	result = copy(from, to, table, "ORDER BY id DESC");
	ret_hole->before = number(to, next, INT64_MAX, ret_hole->after + 1, INT64_MAX);
	return result;
}

static void lose(struct loss *loss, int64_t stream, int64_t from_ns, int64_t to_ns)
{
	if (loss->n < sizeof loss->gaps / sizeof loss->gaps[0])
		loss->gaps[loss->n++] = (struct gap){.stream = (uint32_t)stream,
			.reason = GAP_STORE,
			.from = {from_ns},
			.to = {to_ns}};
}

/* What the hole means in times: chunks lie by stream, then by time. */
static void tell_loss(sqlite3 *db, struct hole_in_ids hole, struct loss *loss)
{
	const char last[] = "SELECT max(last_ns) FROM chunk WHERE id BETWEEN ? AND ?";
	const char first[] = "SELECT min(first_ns) FROM chunk WHERE id BETWEEN ? AND ?";

	if (!hole.is_any)
		return;
	bool has_after = hole.after >= 0, has_before = hole.before < INT64_MAX;
	uint32_t after = has_after ? (uint32_t)(hole.after >> STREAM_SHIFT) : 0;
	uint32_t before = (uint32_t)(hole.before >> STREAM_SHIFT);
	int64_t from_ns = number(db, last, 0, chunk_ids_from(after), hole.after);
	int64_t to_ns = number(db, first, INT64_MAX, hole.before, chunk_ids_to(before) - 1);
	if (has_after && has_before && before == after) {
		lose(loss, after, from_ns, to_ns);
		return;
	}
	if (!has_after || !has_before || before > after + 1) {
		lose(loss, 0, 0, INT64_MAX); /* whole streams, and which is not known */
		return;
	}
	lose(loss, after, from_ns, INT64_MAX);
	lose(loss, before, 0, to_ns);
}

static int carry_rows(sqlite3 *from, sqlite3 *to, struct loss *loss)
{
	struct hole_in_ids heads, data;
	int result = copy_from_both_ends(from, to, "chunk", &heads);

	if (result >= 0)
		result = copy_from_both_ends(from, to, "chunk_data", &data);
	if (result < 0)
		return result;
	if (heads.is_any && data.is_any) {
		heads.after = heads.after < data.after ? heads.after : data.after;
		heads.before = heads.before > data.before ? heads.before : data.before;
	} else if (data.is_any) {
		heads = data;
	}
	result = database_exec(to,
		"DELETE FROM chunk WHERE id NOT IN (SELECT id FROM chunk_data);"
		"DELETE FROM chunk_data WHERE id NOT IN (SELECT id FROM chunk)");
	if (result < 0)
		return result;
	tell_loss(to, heads, loss);
	/* Only a number that a slot can have: with another the new store could not be opened
	 * either. */
	result = copy(from, to, "meta",
		"WHERE key = 'fresh_released' AND typeof(value) = 'integer' AND"
		" value BETWEEN 0 AND (1 << 62) - 1");
	if (result >= 0)
		result = copy(from, to, "fresh", "ORDER BY id");
	if (result == 0)
		lose(loss, 0,
			number(to, "SELECT max(last_ns) FROM chunk WHERE id BETWEEN ? AND ?", 0, 0,
				INT64_MAX),
			INT64_MAX);
	return result;
}

/* A copy must not be what fills the card. */
static bool has_room_for(const char *path)
{
	struct statvfs card;
	struct stat file;

	return stat(path, &file) == 0 && statvfs(path, &card) == 0 &&
		(uint64_t)card.f_bavail * card.f_frsize >
		(uint64_t)file.st_size + STORE_SPARE_BYTES;
}

static int carry(const char *path, sqlite3 *from, sqlite3 *to, struct loss *loss)
{
	int result = database_exec(to, "BEGIN IMMEDIATE");

	for (size_t i = 0; i < sizeof tables / sizeof tables[0] && result >= 0; i++)
		result = copy(from, to, tables[i], "");
	if (result >= 0 && has_room_for(path))
		result = carry_rows(from, to, loss);
	else if (result >= 0)
		lose(loss, 0, 0, INT64_MAX);
	return result < 0 ? result : database_exec(to, "COMMIT");
}

static int open_damaged(const char *path, sqlite3 **ret_from)
{
	int result = database_open_damaged(path, ret_from);

	if (result < 0)
		return result;
	result = database_exec(*ret_from, "SELECT count(*) FROM meta");
	if (result < 0) {
		database_close(*ret_from);
		*ret_from = NULL;
	}
	return result;
}

int setaside_carry_over(const char *path, sqlite3 *db, struct loss *ret_loss)
{
	sqlite3 *from = NULL;
	int result = open_damaged(path, &from);

	ret_loss->n = 0;
	/* SQLite does not always say that it only could not open a log: that passes, damage stays. */
	if (result < 0)
		result = open_damaged(path, &from);
	if (result == 0) {
		result = carry(path, from, db, ret_loss);
	} else if (!may_pass(result)) {
		lose(ret_loss, 0, 0, INT64_MAX);
		result = 0;
	}
	database_close(from);
	return result;
}
