/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep/damaged.h"

#include <assert.h>

#include "base/text.h"
#include "keep/database.h"

enum { SQL_BYTES = 1024 };

struct move {
	sqlite3 *db;
	const struct damaged_kind *kind;
	void *self;
	sqlite3_stmt *find, *copy, *remove;
};

/* The next damaged one from an id on: 1; 0: none. */
static int find_next(struct move *move, int64_t from, int64_t *ret_id)
{
	char buffer[SQL_BYTES];
	struct text sql = text_over(buffer, sizeof buffer);

	text_addf(&sql, "SELECT %s FROM %s WHERE id >= ? ORDER BY id", move->kind->columns,
		move->kind->table);
	assert(!sql.is_cut);
	int result = database_query(move->db, &move->find, sql.at, "i", from);

	while (result == 0 && (result = database_step(move->db, move->find)) == 1) {
		if (!move->kind->is_whole(move->find, move->self)) {
			*ret_id = sqlite3_column_int64(move->find, 0);
			sqlite3_reset(move->find);
			return 1;
		}
		result = 0;
	}
	return result;
}

static int move_row(struct move *move, int64_t id)
{
	const char *table = move->kind->table, *columns = move->kind->columns;
	char buffer[SQL_BYTES];
	struct text sql = text_over(buffer, sizeof buffer);

	text_addf(&sql, "INSERT INTO damaged_%s(%s) SELECT %s FROM %s WHERE id = ?", table, columns,
		columns, table);
	assert(!sql.is_cut);
	int result = database_run(move->db, &move->copy, sql.at, "i", id);

	text_reset(&sql);
	text_addf(&sql, "DELETE FROM %s WHERE id = ?", table);
	return result == 0 ? database_run(move->db, &move->remove, sql.at, "i", id) : result;
}

int damaged_move(sqlite3 *db, const struct damaged_kind *kind, void *self, uint64_t *ret_n)
{
	struct move move = {.db = db, .kind = kind, .self = self};
	int64_t id = INT64_MIN;
	uint64_t n = 0;
	int result;

	while ((result = find_next(&move, id, &id)) == 1) {
		result = move_row(&move, id);
		if (result < 0)
			break;
		n++;
	}
	sqlite3_finalize(move.find);
	sqlite3_finalize(move.copy);
	sqlite3_finalize(move.remove);
	if (result == 0)
		*ret_n = n;
	return result;
}
