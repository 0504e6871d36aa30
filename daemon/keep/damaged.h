/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that are not what we wrote: out of TABLE, where they would be believed or stop a list, into
 * damaged_TABLE, which has the same columns and keeps them for whoever wants to look. Inside keep/, for
 * the writer, at the opening. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sqlite3.h>

struct damaged_kind {
	const char *table, *columns; /* names, the id first, with ", " between them */
	bool (*is_whole)(sqlite3_stmt *row, void *self);
};

/* Moves all damaged ones; *ret_n is how many. 0 or -errno. */
int damaged_move(sqlite3 *db, const struct damaged_kind *kind, void *self, uint64_t *ret_n);
