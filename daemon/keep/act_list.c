/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the journal. The visitor is called within the snapshot, as of other lists (lists.c). */
#include <errno.h>
#include <stdlib.h>

#include "keep/act_row.h"
#include "keep/reading.h"

/* A session is over by its end, unless that was undone: any undoing behind it will do here, and
 * whoever folds the acts sees what it was. */
static const char *const SELECTS[] = {
	[JOURNAL_SESSION] = "SELECT " JOURNAL_COLUMNS " FROM act WHERE session = ? ORDER BY id",
	[JOURNAL_OPEN] =
		"SELECT " JOURNAL_COLUMNS " FROM act WHERE session NOT IN"
		" (SELECT ended.session FROM act AS ended WHERE ended.kind = 'end' AND"
		"  NOT EXISTS (SELECT 1 FROM act AS undo WHERE undo.session = ended.session"
		"  AND undo.kind = 'undo' AND undo.id > ended.id))"
		" OR session IN (SELECT session FROM act WHERE kind = 'end' GROUP BY session"
		"  ORDER BY max(id) DESC LIMIT ?) ORDER BY id",
	[JOURNAL_SINCE] = "SELECT " JOURNAL_COLUMNS " FROM act WHERE id > ? ORDER BY id",
};

int reader_journal(struct reader *reader, enum journal_choice choice, uint32_t of,
	int (*visit)(void *self, const struct journal_entry *entry), void *self)
{
	sqlite3_stmt **slot = &reader->statements.journal[choice];
	struct journal_entry *entry = act_row_room();
	int result = entry ? reading_begin(reader) : -ENOMEM;

	if (result < 0) {
		free(entry);
		return result;
	}
	result = database_query(reader->db, slot, SELECTS[choice], "i", (int64_t)of);
	while (result == 0 && (result = database_step(reader->db, *slot)) == 1)
		result = act_row_read(*slot, entry) == 0 ? visit(self, entry) : 0;
	free(entry);
	/* -EINVAL: a store of former times, on a card that nobody can write */
	return reading_end(reader, result == -EINVAL ? 0 : result);
}

int reader_journal_newest(struct reader *reader, uint32_t *ret_act, uint32_t *ret_session)
{
	sqlite3_stmt **slot = &reader->statements.journal_newest;
	int result = reading_begin(reader);

	*ret_act = *ret_session = 0;
	if (result < 0)
		return result;
	result = database_query(reader->db, slot,
		"SELECT max(id), max(session) FROM (SELECT max(id) AS id, max(session) AS session"
		" FROM act UNION ALL SELECT max(id), max(session) FROM damaged_act"
		" WHERE typeof(id) = 'integer' AND typeof(session) = 'integer'"
		" AND id < 1 << 31 AND session < 1 << 31)",
		"");
	if (result == 0 && (result = database_step(reader->db, *slot)) == 1) {
		*ret_act = (uint32_t)sqlite3_column_int64(*slot, 0);
		*ret_session = (uint32_t)sqlite3_column_int64(*slot, 1);
		result = 0;
		sqlite3_reset(*slot);
	}
	return reading_end(reader, result == -EINVAL ? 0 : result);
}

int reader_journal_sessions(struct reader *reader, uint32_t before,
	int (*visit)(void *self, uint32_t session), void *self)
{
	sqlite3_stmt **slot = &reader->statements.journal_sessions;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, slot,
		"SELECT DISTINCT session FROM act WHERE session < ? ORDER BY session DESC", "i",
		(int64_t)before);
	while (result == 0 && (result = database_step(reader->db, *slot)) == 1)
		result = visit(self, (uint32_t)sqlite3_column_int64(*slot, 0));
	return reading_end(reader, result == -EINVAL ? 0 : result);
}
