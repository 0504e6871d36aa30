/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wall map: for each boot its first anchor. Boots are few and in order of board time, so a map
 * is a sorted array. An anchor says which boot it is of: by its time it could be taken for one of
 * the boot that begins there, and a whole day would get the hour of the day before. */
#include <errno.h>
#include <stdlib.h>

#include "keep/reading.h"

struct boot_hour {
	int64_t id;
	int64_t begin_ns; /* the boot rules from here to the next one's begin */
	bool is_known;
	struct anchor anchor;
};

struct wall_map {
	size_t n;
	struct boot_hour boots[];
};

static int read_boots(struct reader *reader, struct wall_map *map, size_t n)
{
	struct reader_statements *s = &reader->statements;
	int result = database_query(
		reader->db, &s->boots, "SELECT id, begin_ns FROM boot ORDER BY id", "");

	while (result == 0 && (result = database_step(reader->db, s->boots)) == 1) {
		result = 0;
		if (map->n < n)
			map->boots[map->n++] = (struct boot_hour){
				.id = sqlite3_column_int64(s->boots, 0),
				.begin_ns = sqlite3_column_int64(s->boots, 1),
			};
	}
	return result;
}

static struct boot_hour *boot_of(struct wall_map *map, int64_t id)
{
	for (size_t i = map->n; i-- > 0;)
		if (map->boots[i].id == id)
			return &map->boots[i];
	return NULL;
}

static int read_anchors(struct reader *reader, struct wall_map *map)
{
	struct reader_statements *s = &reader->statements;
	int result = database_query(reader->db, &s->anchors,
		"SELECT boot, at_ns, wall_ns, uncertainty_ns, source FROM anchor ORDER BY id", "");

	while (result == 0 && (result = database_step(reader->db, s->anchors)) == 1) {
		struct boot_hour *boot = boot_of(map, sqlite3_column_int64(s->anchors, 0));
		result = 0;
		if (!boot || boot->is_known)
			continue;
		boot->is_known = true;
		boot->anchor = (struct anchor){
			.at = {sqlite3_column_int64(s->anchors, 1)},
			.wall = {sqlite3_column_int64(s->anchors, 2)},
			.uncertainty_ns = sqlite3_column_int64(s->anchors, 3),
			.source = (enum anchor_source)sqlite3_column_int(s->anchors, 4),
		};
	}
	return result;
}

int reader_wall_map(struct reader *reader, struct wall_map **ret_map)
{
	sqlite3_stmt *count = NULL;
	struct wall_map *map = NULL;
	int64_t n = 0;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_number(reader->db, &count, "SELECT count(*) FROM boot", 0, &n, "");
	sqlite3_finalize(count);
	if (result == 0) {
		map = calloc(1, sizeof *map + (size_t)n * sizeof map->boots[0]);
		result = map ? read_boots(reader, map, (size_t)n) : -ENOMEM;
	}
	if (result == 0)
		result = read_anchors(reader, map);
	result = reading_end(reader, result);
	if (result < 0) {
		free(map);
		return result;
	}
	*ret_map = map;
	return 0;
}

void wall_map_free(struct wall_map *map)
{
	free(map);
}

/* The boot that rules an instant; also the first, for what lies before it. */
static size_t boot_at(const struct wall_map *map, struct instant at)
{
	size_t low = 0, high = map->n;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;
		if (map->boots[middle].begin_ns <= at.ns)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct instant wall_map_next(const struct wall_map *map, struct instant at)
{
	size_t next = boot_at(map, at) + 1;

	return (struct instant){next < map->n ? map->boots[next].begin_ns : INT64_MAX};
}

bool wall_map_at(const struct wall_map *map, struct instant at, struct wall *ret_wall,
	struct anchor *ret_anchor)
{
	size_t low = boot_at(map, at);

	if (!map->n || !map->boots[low].is_known)
		return false;

	const struct anchor *anchor = &map->boots[low].anchor;
	int64_t since, wall_ns;
	if (__builtin_sub_overflow(at.ns, anchor->at.ns, &since) ||
		__builtin_add_overflow(anchor->wall.ns, since, &wall_ns))
		return false;
	ret_wall->ns = wall_ns;
	if (ret_anchor)
		*ret_anchor = *anchor;
	return true;
}
