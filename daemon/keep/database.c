/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite as the store uses it, and the schema. Any SQLite tool can read the file; what is in the
 * blobs is described in fresh.h, bins.h and chunk.c.
 *
 * The pragmas, and why: WAL and FULL: a commit is one fdatasync of the log, and is on the card when
 * it returns. secure_delete off: Debian's SQLite has it on, and would write zeros over each freed
 * page once a minute. auto_vacuum off: free pages are used again. No mmap: a card's read error
 * would be a signal instead of an error. Small caches: the whole daemon lives in 24 MiB.
 * wal_autocheckpoint 160: the WAL grows to 0.7 MB and is then written over; while it grows, ext4
 * journals its new size with every commit, 19 kB each time, so the 1000 of SQLite cost 11 MB after
 * every start and gain nothing after. */
#include "keep/database.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

_Static_assert(sizeof(off_t) == 8, "a store grows beyond 2 GB");

/* Element v brings a file of schema v to v + 1. Files go forward only; never edit what was
 * released. */
static const char *const steps[DATABASE_SCHEMA] = {
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE boot(id INTEGER PRIMARY KEY, kernel_id TEXT, base_ns INT, begin_ns INT);"
	"CREATE TABLE device(id INTEGER PRIMARY KEY, sticker INT, identity TEXT, kit TEXT, model TEXT,"
	"  port TEXT, family TEXT);"
	/* position: place in the device's last announcement; NULL: a stream of former times */
	"CREATE TABLE stream(id INTEGER PRIMARY KEY, device INT, position INT, name TEXT, kind INT,"
	"  stamps INT, period_ns INT);"
	"CREATE TABLE channel(stream INT, position INT, id TEXT, name_zh TEXT, name_en TEXT,"
	"  quantity TEXT, unit TEXT, resolution REAL, low REAL, high REAL,"
	"  PRIMARY KEY(stream, position)) WITHOUT ROWID;"
	/* slots: fresh.h */
	"CREATE TABLE fresh(id INTEGER PRIMARY KEY, bytes BLOB);"
	/* id: stream << 40 | second. Apart from the data, so that a year is few pages to walk. */
	"CREATE TABLE chunk(id INTEGER PRIMARY KEY, first_ns INT, last_ns INT, n INT, bins BLOB);"
	"CREATE TABLE chunk_data(id INTEGER PRIMARY KEY, mid_bins BLOB, fine_bins BLOB, bytes BLOB);"
	/* chunks that could not be read any more, set aside */
	"CREATE TABLE damaged(id INTEGER PRIMARY KEY, chunk INT, first_ns INT, last_ns INT, n INT,"
	"  bytes BLOB);"
	"CREATE TABLE gap(id INTEGER PRIMARY KEY, stream INT, reason INT, from_ns INT, to_ns INT,"
	"  lost_rows INT);"
	"CREATE TABLE anchor(id INTEGER PRIMARY KEY, boot INT, at_ns INT, wall_ns INT,"
	"  uncertainty_ns INT, source INT);"
	"CREATE TABLE run(id INTEGER PRIMARY KEY, number INT, class_group TEXT, lesson TEXT, title TEXT,"
	"  from_ns INT, to_ns INT);"
	"CREATE TABLE mark(id INTEGER PRIMARY KEY, at_ns INT, author TEXT, text TEXT);"
	"CREATE TABLE cursor(sink TEXT, stream INT, done_ns INT, PRIMARY KEY(sink, stream))"
	"  WITHOUT ROWID;"
	"CREATE TABLE hole(sink TEXT, stream INT, from_ns INT, to_ns INT,"
	"  PRIMARY KEY(sink, stream, from_ns)) WITHOUT ROWID;"
	"CREATE TABLE quarantined(id INTEGER PRIMARY KEY, sink TEXT, stream INT, at_ns INT, status INT,"
	"  line TEXT, words TEXT);",
	/* points: pairs of doubles, raw and true; sum: of all the others (calibration_row.h) */
	"CREATE TABLE calibration(id INTEGER PRIMARY KEY, refers INT, kind INT, identity TEXT,"
	"  stream TEXT, channel TEXT, name TEXT, made_ns INT, wall_ns INT, from_ns INT, to_ns INT,"
	"  ship_from_ns INT, points BLOB, sum INT);"
	"CREATE INDEX calibration_of ON calibration(identity, stream);"
	/* those whose sum was wrong, set aside */
	"CREATE TABLE damaged_calibration(number INTEGER PRIMARY KEY, id, refers, kind, identity, stream,"
	"  channel, name, made_ns, wall_ns, from_ns, to_ns, ship_from_ns, points, sum);",
	/* skipped_ns: board time that the boot's base left out beyond the usual second; from_ns:
	 * the anchor may rule from here on. Anchors of before ruled a whole boot or nothing. */
	"ALTER TABLE boot ADD COLUMN skipped_ns INT NOT NULL DEFAULT 0;"
	"ALTER TABLE anchor ADD COLUMN from_ns INT NOT NULL DEFAULT 4611686018427387904;",
	/* ns: the stamps from from_ns on are within it, until the stream's next one */
	"CREATE TABLE uncertainty(stream INT, from_ns INT, ns INT, PRIMARY KEY(stream, from_ns))"
	"  WITHOUT ROWID;",
	/* curve: keep/curve.h; sum: of all the others (refinement.c) */
	"CREATE TABLE refinement(run INT, device INT, from_ns INT, to_ns INT, curve BLOB, sum INT,"
	"  PRIMARY KEY(run, device));",
	/* journal.h; sum: of all the others. is_withdrawn: a run whose start was undone, a
	 * mark that was */
	"CREATE TABLE act(id INTEGER PRIMARY KEY, session INT, at_ns INT, ship_from_ns INT, who TEXT,"
	"  kind TEXT, body TEXT, sum INT);"
	"CREATE INDEX act_of ON act(session);"
	"CREATE TABLE damaged_act(number INTEGER PRIMARY KEY, id, session, at_ns, ship_from_ns, who,"
	"  kind, body, sum);"
	"ALTER TABLE run ADD COLUMN session INT NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN is_withdrawn INT NOT NULL DEFAULT 0;",
	/* whose mark it is; 0: nobody's in particular, as all marks were before */
	"ALTER TABLE mark ADD COLUMN session INT NOT NULL DEFAULT 0;"
	"ALTER TABLE mark ADD COLUMN class_group INT NOT NULL DEFAULT 0;"
	"ALTER TABLE mark ADD COLUMN is_withdrawn INT NOT NULL DEFAULT 0;",
};

int database_path(const char *directory, const char *suffix, char *ret_path)
{
	int n = snprintf(ret_path, DATABASE_PATH, "%s/kitlog.db%s", directory, suffix);

	return n < 0 || n >= DATABASE_PATH ? -ENAMETOOLONG : 0;
}

int database_errno(sqlite3 *db, int code)
{
	int system = db ? sqlite3_system_errno(db) : 0;

	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
	case SQLITE_CONSTRAINT: /* an id that was free is taken: an index is wrong */
		return -EBADMSG;
	case SQLITE_ERROR: /* a table or column of ours is not there */
	case SQLITE_SCHEMA:
		return -EINVAL;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_TOOBIG:
		return -E2BIG;
	case SQLITE_CANTOPEN:
		return system ? -system : -ENOENT;
	default: /* SQLITE_IOERR of all kinds */
		if (code == SQLITE_IOERR_NOMEM)
			return -ENOMEM;
		return system == ENOSPC || system == EROFS || system == EDQUOT ||
				system == ENOMEM || system == EMFILE || system == ENFILE
			? -system
			: -EIO;
	}
}

int database_exec(sqlite3 *db, const char *sql)
{
	return database_errno(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static int prepare(sqlite3 *db, sqlite3_stmt **slot, const char *sql)
{
	if (*slot) {
		sqlite3_reset(*slot);
		return 0;
	}
	return database_errno(
		db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL));
}

static int bind(sqlite3 *db, sqlite3_stmt *statement, const char *form, va_list values)
{
	int code = SQLITE_OK, at = 1;

	for (; *form && code == SQLITE_OK; form++, at++) {
		switch (*form) {
		case 'i':
			code = sqlite3_bind_int64(statement, at, va_arg(values, int64_t));
			break;
		case 'd':
			code = sqlite3_bind_double(statement, at, va_arg(values, double));
			break;
		case 't':
			code = sqlite3_bind_text(
				statement, at, va_arg(values, const char *), -1, SQLITE_STATIC);
			break;
		case 'b': {
			const void *bytes = va_arg(values, const void *);
			size_t n = va_arg(values, size_t);
			code = sqlite3_bind_blob64(statement, at, bytes, n, SQLITE_STATIC);
			break;
		}
		default:
			code = SQLITE_MISUSE;
		}
	}
	return database_errno(db, code);
}

int database_step(sqlite3 *db, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW)
		return 1;
	int result = database_errno(db, code);
	sqlite3_reset(statement);
	return result;
}

int database_query(sqlite3 *db, sqlite3_stmt **slot, const char *sql, const char *form, ...)
{
	va_list values;
	int result = prepare(db, slot, sql);

	if (result < 0)
		return result;
	va_start(values, form);
	result = bind(db, *slot, form, values);
	va_end(values);
	return result;
}

int database_run(sqlite3 *db, sqlite3_stmt **slot, const char *sql, const char *form, ...)
{
	va_list values;
	int result = prepare(db, slot, sql);

	if (result < 0)
		return result;
	va_start(values, form);
	result = bind(db, *slot, form, values);
	va_end(values);
	while (result == 0) {
		result = database_step(db, *slot);
		if (result <= 0)
			return result;
		result = 0;
	}
	return result;
}

int database_number(sqlite3 *db, sqlite3_stmt **slot, const char *sql, int64_t otherwise,
	int64_t *ret_number, const char *form, ...)
{
	va_list values;
	int result = prepare(db, slot, sql);

	if (result < 0)
		return result;
	va_start(values, form);
	result = bind(db, *slot, form, values);
	va_end(values);
	if (result == 0)
		result = database_step(db, *slot);
	if (result < 0)
		return result;
	*ret_number = otherwise;
	if (result == 1 && sqlite3_column_type(*slot, 0) != SQLITE_NULL)
		*ret_number = sqlite3_column_int64(*slot, 0);
	sqlite3_reset(*slot);
	return 0;
}

void database_close(sqlite3 *db)
{
	sqlite3_stmt *statement;

	if (!db)
		return;
	while ((statement = sqlite3_next_stmt(db, NULL)))
		sqlite3_finalize(statement);
	sqlite3_close(db);
}

static int open_connection(const char *path, int flags, const char *pragmas, sqlite3 **ret_db)
{
	sqlite3 *db = NULL;
	int result =
		database_errno(db, sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL));

	if (db && result < 0)
		result = database_errno(db, sqlite3_extended_errcode(db));
	if (result == 0) {
		sqlite3_extended_result_codes(db, 1);
		sqlite3_busy_timeout(db, 5000);
		result = database_exec(db, pragmas);
	}
	if (result < 0) {
		database_close(db);
		return result;
	}
	*ret_db = db;
	return 0;
}

/* 0: an empty file, nothing in it yet. */
static int schema_version(sqlite3 *db, int64_t *ret_version)
{
	sqlite3_stmt *tables = NULL, *version = NULL;
	int64_t n;
	int result = database_number(db, &tables, "SELECT count(*) FROM sqlite_schema", 0, &n, "");

	*ret_version = 0;
	if (result == 0 && n)
		result = database_number(db, &version,
			"SELECT value FROM meta WHERE key = 'schema'", -1, ret_version, "");
	sqlite3_finalize(tables);
	sqlite3_finalize(version);
	return result;
}

int database_bring_up_to_date(sqlite3 *db, const char *const *up, int64_t newest)
{
	int64_t version;
	char sql[96];
	int result = schema_version(db, &version);

	if (result < 0)
		return result;
	if (version < 0)
		return -EBADMSG;
	if (version > newest)
		return -ENOTSUP;
	if (version == newest)
		return 0;
	result = database_exec(db, "BEGIN IMMEDIATE");
	for (; version < newest && result == 0; version++)
		result = database_exec(db, up[version]);
	snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO meta VALUES('schema', %" PRId64 ")",
		newest);
	if (result == 0)
		result = database_exec(db, sql);
	if (result == 0)
		result = database_exec(db, "COMMIT");
	if (result < 0 && !sqlite3_get_autocommit(db))
		database_exec(db, "ROLLBACK");
	return result;
}

/* The last column of step 7 came four hours after the step (2026-11-28): a file of between has
 * none. */
static int complete(sqlite3 *db)
{
	sqlite3_stmt *has = NULL;
	int64_t n;
	int result = database_number(db, &has,
		"SELECT count(*) FROM pragma_table_info('mark') WHERE name = 'is_withdrawn'", 0, &n,
		"");

	sqlite3_finalize(has);
	if (result == 0 && n == 0)
		result = database_exec(
			db, "ALTER TABLE mark ADD COLUMN is_withdrawn INT NOT NULL DEFAULT 0");
	return result;
}

/* Its tables and their columns; the caller's to free. */
static int list_columns(sqlite3 *db, char **ret_list)
{
	sqlite3_stmt *list = NULL;
	int result = database_query(db, &list,
		"SELECT group_concat(it, ' ') FROM (SELECT t.name || '.' || c.name AS it"
		" FROM sqlite_schema AS t, pragma_table_info(t.name) AS c"
		" WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY it)",
		"");

	if (result == 0)
		result = database_step(db, list);
	if (result == 1) {
		const char *text = (const char *)sqlite3_column_text(list, 0);

		*ret_list = strdup(text ? text : "");
		result = *ret_list ? 0 : -ENOMEM;
	}
	sqlite3_finalize(list);
	return result;
}

/* A turned bit may rename a table or a column of ours, which SQLite then only misses when it is
 * asked for: are they those that a new file has? -EINVAL: no. */
static int check_columns(sqlite3 *db)
{
	char *has = NULL, *wanted = NULL;
	sqlite3 *fresh = NULL;
	int result =
		open_connection(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "", &fresh);

	if (result == 0)
		result = database_bring_up_to_date(fresh, steps, DATABASE_SCHEMA);
	if (result == 0)
		result = list_columns(fresh, &wanted);
	if (result == 0)
		result = list_columns(db, &has);
	if (result == 0 && strcmp(has, wanted))
		result = -EINVAL;
	free(has);
	free(wanted);
	database_close(fresh);
	return result;
}

int database_open_writer(const char *path, sqlite3 **ret_db)
{
	sqlite3 *db = NULL;
	int result = open_connection(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
		"PRAGMA page_size = 4096; PRAGMA auto_vacuum = NONE; PRAGMA journal_mode = WAL;"
		"PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 160;"
		"PRAGMA journal_size_limit = 4194304; PRAGMA secure_delete = OFF;"
		"PRAGMA mmap_size = 0; PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY;"
		"PRAGMA cell_size_check = ON",
		&db);

	if (result == 0)
		result = database_bring_up_to_date(db, steps, DATABASE_SCHEMA);
	if (result == 0)
		result = complete(db);
	if (result == 0)
		result = check_columns(db);
	if (result < 0) {
		database_close(db);
		return result;
	}
	*ret_db = db;
	return 0;
}

static const char reader_pragmas[] =
	"PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -256;"
	"SELECT count(*) FROM sqlite_schema"; /* opens it in earnest */

int database_open_frozen(const char *path, sqlite3 **ret_db)
{
	char room[3 * DATABASE_PATH + 32];
	struct text uri = text_over(room, sizeof room);

	text_add(&uri, "file:");
	for (const char *at = path; *at; at++) {
		if (strchr("?#%", *at))
			text_addf(&uri, "%%%02x", *at);
		else
			text_add_char(&uri, *at);
	}
	text_add(&uri, "?immutable=1");
	return open_connection(
		room, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, reader_pragmas, ret_db);
}

int database_open_reader(const char *path, sqlite3 **ret_db, bool *ret_is_frozen)
{
	struct stat found;

	if (stat(path, &found) < 0)
		return -errno;
	int result = open_connection(path, SQLITE_OPEN_READONLY, reader_pragmas, ret_db);
	*ret_is_frozen = result < 0 && result != -EBADMSG && result != -EBUSY &&
		database_open_frozen(path, ret_db) == 0;
	return *ret_is_frozen ? 0 : result;
}

int database_open_damaged(const char *path, sqlite3 **ret_db)
{
	/* writable_schema: else a file that is shorter than its header says would not open at
	 * all. */
	return open_connection(path, SQLITE_OPEN_READONLY,
		"PRAGMA writable_schema = ON; PRAGMA query_only = ON; PRAGMA cache_size = -256",
		ret_db);
}
