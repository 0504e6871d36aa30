/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the table calibration, see calibration_row.h. Numbers go into the sum and the points least
 * byte first, whatever the machine. */
#include "keep/calibration_row.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "keep/damaged.h"
#include "keep/database.h"

enum { POINT_BYTES = 16, POINTS_BYTES = CALIBRATION_POINTS * POINT_BYTES };

static void put_u64(uint8_t *to, uint64_t x)
{
	for (unsigned i = 0; i < 8; i++)
		to[i] = (uint8_t)(x >> 8 * i);
}

static void put_double(uint8_t *to, double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof bits);
	put_u64(to, bits);
}

static double get_double(const uint8_t *from)
{
	uint64_t bits = 0;
	double x;

	for (unsigned i = 0; i < 8; i++)
		bits |= (uint64_t)from[i] << 8 * i;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static size_t pack_points(const struct calibration_map *map, uint8_t ret_bytes[POINTS_BYTES])
{
	for (uint32_t i = 0; i < map->n; i++) {
		put_double(ret_bytes + i * POINT_BYTES, map->raw[i]);
		put_double(ret_bytes + i * POINT_BYTES + 8, map->truth[i]);
	}
	return (size_t)map->n * POINT_BYTES;
}

static uint64_t add_number(uint64_t hash, int64_t x)
{
	uint8_t bytes[8];

	put_u64(bytes, (uint64_t)x);
	return hash_add(hash, bytes, sizeof bytes);
}

static uint64_t add_text(uint64_t hash, const char *text)
{
	return hash_add(hash, text, strlen(text) + 1);
}

static int64_t sum_of(const struct calibration *c)
{
	uint8_t points[POINTS_BYTES];
	size_t n = pack_points(&c->map, points);
	const int64_t numbers[] = {c->id, c->refers, c->kind, c->made.ns, c->wall_ns, c->from.ns,
		c->to.ns, c->ship_from.ns};
	const char *const texts[] = {c->identity, c->stream, c->channel, c->name};
	uint64_t hash = HASH_START;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		hash = add_number(hash, numbers[i]);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		hash = add_text(hash, texts[i]);
	return (int64_t)hash_add(hash, points, n);
}

int calibration_row_write(sqlite3 *db, sqlite3_stmt **slot, const struct calibration *c)
{
	uint8_t points[POINTS_BYTES];
	size_t n = pack_points(&c->map, points);

	return database_run(db, slot,
		"INSERT OR IGNORE INTO calibration(" CALIBRATION_COLUMNS
		") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"iiittttiiiiibi", (int64_t)c->id, (int64_t)c->refers, (int64_t)c->kind, c->identity,
		c->stream, c->channel, c->name, c->made.ns, c->wall_ns, c->from.ns, c->to.ns,
		c->ship_from.ns, points, n, sum_of(c));
}

/* False: it is longer than any that we wrote. */
static bool take_text(sqlite3_stmt *row, int column, char *ret_text, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	text_copy(ret_text, size, text ? text : "");
	return text && strlen(text) < size && strlen(text) == strlen(ret_text);
}

static bool take_u32(sqlite3_stmt *row, int column, uint32_t *ret_number)
{
	int64_t number = sqlite3_column_int64(row, column);

	*ret_number = (uint32_t)number;
	return number >= 0 && number <= UINT32_MAX;
}

static bool take_points(sqlite3_stmt *row, int column, struct calibration_map *ret_map)
{
	const uint8_t *bytes = sqlite3_column_blob(row, column);
	size_t n = (size_t)sqlite3_column_bytes(row, column);

	if (n % POINT_BYTES || n > POINTS_BYTES)
		return false;
	ret_map->n = (uint32_t)(n / POINT_BYTES);
	for (uint32_t i = 0; i < ret_map->n; i++) {
		ret_map->raw[i] = get_double(bytes + i * POINT_BYTES);
		ret_map->truth[i] = get_double(bytes + i * POINT_BYTES + 8);
	}
	return true;
}

int calibration_row_read(sqlite3_stmt *row, struct calibration *ret_calibration)
{
	struct calibration c = {
		.made = {sqlite3_column_int64(row, 7)},
		.wall_ns = sqlite3_column_int64(row, 8),
		.from = {sqlite3_column_int64(row, 9)},
		.to = {sqlite3_column_int64(row, 10)},
		.ship_from = {sqlite3_column_int64(row, 11)},
	};
	uint32_t kind = 0;
	bool is_whole = take_u32(row, 0, &c.id) && take_u32(row, 1, &c.refers) &&
		take_u32(row, 2, &kind) && kind <= CALIBRATION_WITHDRAWAL &&
		take_text(row, 3, c.identity, sizeof c.identity) &&
		take_text(row, 4, c.stream, sizeof c.stream) &&
		take_text(row, 5, c.channel, sizeof c.channel) &&
		take_text(row, 6, c.name, sizeof c.name) && take_points(row, 12, &c.map);

	c.kind = (enum calibration_kind)kind;
	if (!is_whole || sum_of(&c) != sqlite3_column_int64(row, 13) || !calibration_is_sound(&c))
		return -EBADMSG;
	*ret_calibration = c;
	return 0;
}

static bool is_whole(sqlite3_stmt *row, void *unused)
{
	(void)unused;
	return calibration_row_read(row, &(struct calibration){0}) == 0;
}

int calibration_row_set_aside(sqlite3 *db, uint64_t *ret_n)
{
	static const struct damaged_kind kind = {"calibration", CALIBRATION_COLUMNS, is_whole};

	return damaged_move(db, &kind, NULL, ret_n);
}
