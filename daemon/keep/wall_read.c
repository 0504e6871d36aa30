/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wall map from the store's two lists, in one snapshot. A store that was not opened by a
 * kitlogd since columns were added to them is read without. */
#include <errno.h>
#include <stdbool.h>

#include "keep/boot_name.h"
#include "keep/reading.h"
#include "keep/wall_map_state.h"

/* What the column from_ns has where nothing was told: 2^62. */
#define NO_FROM_NS INT64_C(4611686018427387904)

/* Both lists only grow, by ids that grow. */
static int read_lists(struct reader *reader, int64_t *ret_lists)
{
	return database_number(reader->db, &reader->statements.wall_lists,
		"SELECT coalesce((SELECT max(id) FROM boot), 0) * 4294967296"
		" + coalesce((SELECT max(id) FROM anchor), 0)",
		0, ret_lists, "");
}

/* The list of boots, at the one that is next. */
struct boots {
	sqlite3 *db;
	sqlite3_stmt *list;
	bool has_next;
	uint32_t id, board;
	struct instant begin;
	int64_t skipped_ns;
};

static int next_boot(struct boots *boots)
{
	int result = database_step(boots->db, boots->list);
	const char *name;

	boots->has_next = result == 1;
	if (result <= 0)
		return result;
	boots->id = (uint32_t)sqlite3_column_int64(boots->list, 0);
	boots->begin = (struct instant){sqlite3_column_int64(boots->list, 1)};
	boots->skipped_ns = sqlite3_column_int64(boots->list, 2);
	name = (const char *)sqlite3_column_text(boots->list, 3);
	boots->board = name ? boot_name_board(name) : 0;
	return 0;
}

static int begin_boots(struct reader *reader, struct boots *ret_boots)
{
	sqlite3_stmt **list = &reader->statements.boots;
	int result = database_query(reader->db, list,
		"SELECT id, begin_ns, skipped_ns, kernel_id FROM boot ORDER BY id", "");

	if (result == -EINVAL)
		result = database_query(
			reader->db, list, "SELECT id, begin_ns, 0, '' FROM boot ORDER BY id", "");
	*ret_boots = (struct boots){.db = reader->db, .list = *list};
	return result < 0 ? result : next_boot(ret_boots);
}

/* Those up to a number, and all that had begun by an instant. */
static int add_boots(struct wall_map *map, struct boots *boots, uint32_t id, int64_t at_ns)
{
	int result = 0;

	while (result == 0 && boots->has_next && (boots->id <= id || boots->begin.ns <= at_ns)) {
		result = wall_map_add_boot(map, boots->id, boots->begin, boots->skipped_ns);
		if (result == 0)
			map->boots[map->n - 1].board = boots->board;
		if (result == -EINVAL)
			result = 0; /* damage: the others have their hours */
		if (result == 0)
			result = next_boot(boots);
	}
	return result;
}

/* When it was told, by what the store knew then. An anchor of before schema 3 was told of its own
 * boot. */
static int64_t told_ns(const struct anchor *anchor, struct instant from)
{
	return from.ns < NO_FROM_NS ? from.ns : anchor->at.ns;
}

/* A boot is in the map when the first claim comes that was told in it and not before: what follows
 * from a claim must not depend on boots that were still to come, since it was shipped by then. */
static int read_claims(struct reader *reader, struct wall_map *map)
{
	sqlite3_stmt **anchors = &reader->statements.anchors;
	struct boots boots;
	int result = begin_boots(reader, &boots);

	if (result == 0)
		result = database_query(reader->db, anchors,
			"SELECT boot, at_ns, wall_ns, uncertainty_ns, source, from_ns FROM anchor"
			" ORDER BY id",
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
		uint32_t boot = (uint32_t)sqlite3_column_int64(*anchors, 0);

		result = add_boots(map, &boots, boot, told_ns(&anchor, from));
		if (result == 0)
			result = wall_map_add_anchor(map, boot, &anchor, from, NULL);
	}
	if (result == 0)
		result = add_boots(map, &boots, UINT32_MAX, INT64_MAX);
	sqlite3_reset(*anchors); /* after an error they are not at their ends */
	sqlite3_reset(boots.list);
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
		result = read_claims(reader, map);
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
