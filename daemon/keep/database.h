/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite as the store uses it: one way to open a connection, to run a statement and to name an
 * error. Inside keep/ only.
 *
 * A statement is prepared once, into a slot of its user (a pointer that starts as NULL), and lives
 * as long as the connection. A `form` says what its parameters are, one letter each: i int64_t, d
 * double, t text (const char *), b blob (const void *, size_t; NULL bytes: SQL NULL). Text and
 * blobs are borrowed until the statement is done. Errors: -EBADMSG the file is damaged, -EINVAL it
 * is SQLite's but none of ours, -ENOSPC, -EROFS, -EIO, -EBUSY, -ENOMEM, -EACCES ... as the card
 * said. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>

enum {
	DATABASE_SCHEMA = 7, /* version this program writes */
	DATABASE_PATH = 512,
};

/* DIR/kitlog.db and what lies beside it ("", "-wal", ".lock"). -ENAMETOOLONG. */
int database_path(const char *directory, const char *suffix, char *ret_path);

/* The writer's connection: creates the file if absent, brings older schemas up to date. -ENOTSUP:
 * the file is from a newer kitlog. */
int database_open_writer(const char *path, sqlite3 **ret_db);
/* A connection that only reads. A full or read-only card has no room for the writer's index of its
 * log; then it is frozen. -ENOENT. */
int database_open_reader(const char *path, sqlite3 **ret_db, bool *ret_is_frozen);
/* A connection to the file as it is, without its log, for as long as nobody writes it: to be closed
 * soon. */
int database_open_frozen(const char *path, sqlite3 **ret_db);
/* The same on a file that may be damaged: tolerates what it can. */
int database_open_damaged(const char *path, sqlite3 **ret_db);
/* What the writer's does about schemas: up[v] brings a file of schema v to v + 1, all or none of
 * them. Of an empty file too. -ENOTSUP, -EBADMSG as above. */
int database_bring_up_to_date(sqlite3 *db, const char *const *up, int64_t newest);
/* Finalises every statement of the connection too. NULL is fine. */
void database_close(sqlite3 *db);

/* Runs SQL without parameters or answers. */
int database_exec(sqlite3 *db, const char *sql);
/* Prepares (once), binds, runs to the end. */
int database_run(sqlite3 *db, sqlite3_stmt **slot, const char *sql, const char *form, ...);
/* Prepares (once) and binds; then database_step until it says 0. */
int database_query(sqlite3 *db, sqlite3_stmt **slot, const char *sql, const char *form, ...);
/* 1: a row is there; 0: no more; or -errno. After 0 or an error the statement is reset. */
int database_step(sqlite3 *db, sqlite3_stmt *statement);
/* The single number that a query answers, or `otherwise` when it answers no row or NULL. */
int database_number(sqlite3 *db, sqlite3_stmt **slot, const char *sql, int64_t otherwise,
	int64_t *ret_number, const char *form, ...);

/* What a result code of SQLite means as -errno; 0 for those that are none. */
int database_errno(sqlite3 *db, int code);
