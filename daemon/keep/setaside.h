/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database that cannot be used is renamed, never deleted, and what can still be read of it goes
 * into the new one: the small tables as far as they can be read, the chunks from both ends up to
 * the damage, if the card has room for both. Inside keep/, for the writer only; the writer has no
 * connection open on the file. */
#pragma once

#include <stddef.h>
#include <sqlite3.h>

#include "data/batch.h"
#include "keep/database.h"

/* Gaps that damage has left; to.ns == INT64_MAX: to whenever it is now. */
struct loss {
	size_t n;
	struct gap gaps[4];
};

/* DIR/kitlog.db becomes DIR/kitlog.db.damaged-<n>, its WAL likewise. Returns 0 or -errno. */
int setaside_rename(const char *directory, char ret_path[DATABASE_PATH]);

/* Copies what can be read from the file into db, a new one, and says what could not. Negative when
 * db could not be written, or the file not be read for want of memory, descriptors or room, which is
 * no damage: then db is to be thrown away, and another time will do. */
int setaside_carry_over(const char *path, sqlite3 *db, struct loss *ret_loss);
