/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seldom asked: the statements are made for one walk. */
#include "keep/boots.h"

#include "keep/reading.h"

/* A boot goes on where the one before ended, and a second behind it (store_begin_boot). */
static int64_t end_of(sqlite3_stmt *row)
{
	if (sqlite3_column_type(row, 2) == SQLITE_NULL)
		return INT64_MAX;

	int64_t ended = sqlite3_column_int64(row, 2) - NS_PER_S,
		began = sqlite3_column_int64(row, 1);

	return ended > began ? ended : began;
}

int boots_read(
	struct reader *reader, int (*visit)(void *self, const struct boot_span *boot), void *self)
{
	sqlite3_stmt *row = NULL;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &row,
		"SELECT id, begin_ns, lead(begin_ns) OVER (ORDER BY id) FROM boot ORDER BY id", "");
	while (result == 0 && (result = database_step(reader->db, row)) == 1) {
		const struct boot_span boot = {
			.id = (uint32_t)sqlite3_column_int64(row, 0),
			.began = {sqlite3_column_int64(row, 1)},
			.ended = {end_of(row)},
		};
		result = visit(self, &boot);
	}
	sqlite3_finalize(row);
	return reading_end(reader, result);
}

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
