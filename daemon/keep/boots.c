/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seldom asked: the statement is made for one walk. */
#include "keep/boots.h"

#include "keep/notes.h"
#include "keep/reading.h"

int boots_read_anchors(struct reader *reader, uint32_t boot, unsigned most,
	int (*visit)(void *self, const struct anchor *anchor), void *self)
{
	sqlite3_stmt *row = NULL;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &row,
		"SELECT at_ns, wall_ns, uncertainty_ns, source FROM anchor WHERE boot = ?1"
		" ORDER BY id DESC LIMIT ?2",
		"ii", (int64_t)boot, (int64_t)most);
	while (result == 0 && (result = database_step(reader->db, row)) == 1) {
		const struct anchor anchor = {
			.at = {sqlite3_column_int64(row, 0)},
			.wall = {sqlite3_column_int64(row, 1)},
			.uncertainty_ns = sqlite3_column_int64(row, 2),
			.source = (enum anchor_source)sqlite3_column_int(row, 3),
		};
		result = visit(self, &anchor);
	}
	sqlite3_finalize(row);
	return reading_end(reader, result);
}

int boots_is_word_final(struct reader *reader, uint32_t boot, bool *ret_is_final)
{
	sqlite3_stmt *row = NULL;
	int64_t is_final;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_number(reader->db, &row,
		"SELECT EXISTS (SELECT 1 FROM anchor WHERE boot = ?1 AND source = ?2)"
		" AND " NOTES_BOOT_IS_SENT,
		0, &is_final, "ii", (int64_t)boot, (int64_t)ANCHOR_PERSON);
	if (result == 0)
		*ret_is_final = is_final;
	sqlite3_finalize(row);
	return reading_end(reader, result);
}
