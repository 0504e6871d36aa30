/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the table act, see journal.h. Numbers go into the sum least byte first, whatever the
 * machine. */
#include "keep/act_row.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "keep/damaged.h"
#include "keep/database.h"

static uint64_t add_number(uint64_t hash, int64_t x)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((uint64_t)x >> 8 * i);
	return hash_add(hash, bytes, sizeof bytes);
}

static int64_t sum_of(const struct journal_entry *entry)
{
	uint64_t hash = add_number(HASH_START, entry->id);

	hash = add_number(hash, entry->session);
	hash = add_number(hash, entry->at.ns);
	hash = add_number(hash, entry->ship_from.ns);
	hash = hash_add(hash, entry->who, strlen(entry->who) + 1);
	hash = hash_add(hash, entry->kind, strlen(entry->kind) + 1);
	return (int64_t)hash_add(hash, entry->body, (size_t)entry->n + 1);
}

int act_row_write(sqlite3 *db, sqlite3_stmt **slot, const struct journal_entry *entry)
{
	return database_run(db, slot,
		"INSERT OR IGNORE INTO act(" JOURNAL_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
		"iiiittti", (int64_t)entry->id, (int64_t)entry->session, entry->at.ns,
		entry->ship_from.ns, entry->who, entry->kind, entry->body, sum_of(entry));
}

/* False: it is longer than any that we wrote, or has a NUL in it. */
static bool take_text(sqlite3_stmt *row, int column, char *ret_text, size_t size, uint32_t *ret_n)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	size_t n = (size_t)sqlite3_column_bytes(row, column);

	if (!text || n >= size || strlen(text) != n)
		return false;
	memcpy(ret_text, text, n + 1);
	*ret_n = (uint32_t)n;
	return true;
}

static bool take_id(sqlite3_stmt *row, int column, uint32_t *ret_id)
{
	int64_t id = sqlite3_column_int64(row, column);

	*ret_id = (uint32_t)id;
	return id > 0 && id <= UINT32_MAX;
}

int act_row_read(sqlite3_stmt *row, struct journal_entry *ret_entry)
{
	uint32_t n;
	bool is_whole = take_id(row, 0, &ret_entry->id) && take_id(row, 1, &ret_entry->session) &&
		take_text(row, 4, ret_entry->who, sizeof ret_entry->who, &n) &&
		take_text(row, 5, ret_entry->kind, sizeof ret_entry->kind, &n) &&
		take_text(row, 6, ret_entry->body, JOURNAL_BODY, &ret_entry->n);

	ret_entry->at.ns = sqlite3_column_int64(row, 2);
	ret_entry->ship_from.ns = sqlite3_column_int64(row, 3);
	return is_whole && sum_of(ret_entry) == sqlite3_column_int64(row, 7) ? 0 : -EBADMSG;
}

struct journal_entry *act_row_room(void)
{
	return malloc(journal_size(JOURNAL_BODY));
}

static bool is_whole(sqlite3_stmt *row, void *room)
{
	return act_row_read(row, room) == 0;
}

int act_row_set_aside(sqlite3 *db, uint64_t *ret_n)
{
	static const struct damaged_kind kind = {"act", JOURNAL_COLUMNS, is_whole};
	struct journal_entry *room = act_row_room();
	int result = room ? damaged_move(db, &kind, room, ret_n) : -ENOMEM;

	free(room);
	return result;
}
