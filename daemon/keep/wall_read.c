/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wall map from the store's two lists, in one snapshot. A store that was not opened by a kitlogd
 * since columns were added to them is read without. */
#include <errno.h>

#include "keep/boot_name.h"
#include "keep/reading.h"
#include "keep/wall_map_state.h"

/* Both lists only grow, by ids that grow. */
static int read_lists(struct reader *reader, int64_t *ret_lists)
{
	return database_number(reader->db, &reader->statements.wall_lists,
		"SELECT coalesce((SELECT max(id) FROM boot), 0) * 4294967296"
		" + coalesce((SELECT max(id) FROM anchor), 0)",
		0, ret_lists, "");
}

static int read_boots(struct reader *reader, struct wall_map *map)
{
	sqlite3_stmt **boots = &reader->statements.boots;
	int result = database_query(reader->db, boots,
		"SELECT id, begin_ns, skipped_ns, kernel_id FROM boot ORDER BY id", "");

	if (result == -EINVAL)
		result = database_query(
			reader->db, boots, "SELECT id, begin_ns, 0, '' FROM boot ORDER BY id", "");
	while (result == 0 && (result = database_step(reader->db, *boots)) == 1) {
		const struct instant begin = {sqlite3_column_int64(*boots, 1)};
		const char *name;

		result = wall_map_add_boot(map, (uint32_t)sqlite3_column_int64(*boots, 0), begin,
			sqlite3_column_int64(*boots, 2));
		if (result == 0 && (name = (const char *)sqlite3_column_text(*boots, 3)))
			map->boots[map->n - 1].board = boot_name_board(name);
		if (result == -EINVAL)
			result = 0; /* damage: the others have their hours */
	}
	return result;
}

static int read_anchors(struct reader *reader, struct wall_map *map)
{
	sqlite3_stmt **anchors = &reader->statements.anchors;
	int result = database_query(reader->db, anchors,
		"SELECT boot, at_ns, wall_ns, uncertainty_ns, source, from_ns FROM anchor ORDER BY id",
		"");

	if (result == -EINVAL)
		result = database_query(reader->db, anchors,
			"SELECT boot, at_ns, wall_ns, uncertainty_ns, source, 4611686018427387904"
			" FROM anchor ORDER BY id",
			"");
	while (result == 0 && (result = database_step(reader->db, *anchors)) == 1) {
		const struct anchor anchor = {
			.at = {sqlite3_column_int64(*anchors, 1)},
			.wall = {sqlite3_column_int64(*anchors, 2)},
			.uncertainty_ns = sqlite3_column_int64(*anchors, 3),
			.source = (enum anchor_source)sqlite3_column_int(*anchors, 4),
		};
		const struct instant from = {sqlite3_column_int64(*anchors, 5)};

		result = wall_map_add_anchor(
			map, (uint32_t)sqlite3_column_int64(*anchors, 0), &anchor, from, NULL);
	}
	return result;
}

int reader_wall_map(struct reader *reader, struct wall_map **ret_map)
{
	struct wall_map *map = NULL;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = wall_map_new(&map);
	if (result == 0)
		result = read_lists(reader, &map->lists);
	if (result == 0)
		result = read_boots(reader, map);
	if (result == 0)
		result = read_anchors(reader, map);
	result = reading_end(reader, result);
	if (result < 0) {
		wall_map_free(map);
		return result;
	}
	*ret_map = map;
	return 0;
}

int reader_wall_map_is_current(
	struct reader *reader, const struct wall_map *map, bool *ret_is_current)
{
	int64_t lists = 0;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = reading_end(reader, read_lists(reader, &lists));
	if (result == 0)
		*ret_is_current = lists == map->lists;
	return result;
}
