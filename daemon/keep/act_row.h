/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An entry of the journal as a row of the store. Inside keep/ only. */
#pragma once

#include <sqlite3.h>

#include "keep/journal.h"

/* The columns that act_row_read expects, in its order. */
#define JOURNAL_COLUMNS "id, session, at_ns, ship_from_ns, who, kind, body, sum"

int act_row_write(sqlite3 *db, sqlite3_stmt **slot, const struct journal_entry *entry);

/* -EBADMSG: damaged. The entry has room for JOURNAL_BODY. */
int act_row_read(sqlite3_stmt *row, struct journal_entry *ret_entry);

/* An entry with that room, from malloc; NULL. */
struct journal_entry *act_row_room(void);

/* Moves what is damaged out of the table, within the caller's transaction. */
int act_row_set_aside(sqlite3 *db, uint64_t *ret_n);
