/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the table refinement. As with calibrations, a wrong digit would look like a right one, so
 * each row has a sum of all that is in it. */
#include "keep/refined.h"

#include <errno.h>

#include "base/hash.h"
#include "keep/reading.h"

bool refinement_replaces(const struct refinement *later, const struct refinement *earlier)
{
	return later->run == earlier->run && later->device == earlier->device;
}

static int64_t sum_of(uint32_t run, uint32_t device, struct instant from, struct instant to,
	const uint8_t *bytes, size_t n)
{
	const uint64_t numbers[] = {run, device, (uint64_t)from.ns, (uint64_t)to.ns};
	uint64_t hash = HASH_START;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		for (unsigned k = 0; k < 8; k++)
			hash = hash_add(hash, &(uint8_t){(uint8_t)(numbers[i] >> 8 * k)}, 1);
	return (int64_t)hash_add(hash, bytes, n);
}

int refinement_write(sqlite3 *db, sqlite3_stmt **slots, const struct refinement *r)
{
	int result = database_run(db, &slots[0],
		"INSERT OR REPLACE INTO refinement(run, device, from_ns, to_ns, curve, sum)"
		" VALUES(?, ?, ?, ?, ?, ?)",
		"iiiibi", (int64_t)r->run, (int64_t)r->device, r->from.ns, r->to.ns, r->bytes, r->n,
		sum_of(r->run, r->device, r->from, r->to, r->bytes, r->n));

	if (result < 0)
		return result;
	return database_run(db, &slots[1], "DELETE FROM refinement WHERE run <= ?", "i",
		(int64_t)r->run - REFINEMENT_RUNS);
}

/* -ENOENT: none that is whole, and of this range. */
static int read_row(sqlite3_stmt *row, uint32_t run, uint32_t device, struct instant from,
	struct instant to, struct curve **ret_curve)
{
	const uint8_t *bytes = sqlite3_column_blob(row, 2);
	size_t n = (size_t)sqlite3_column_bytes(row, 2);

	if (sqlite3_column_int64(row, 0) != from.ns || sqlite3_column_int64(row, 1) != to.ns)
		return -ENOENT;
	if (!bytes || sum_of(run, device, from, to, bytes, n) != sqlite3_column_int64(row, 3))
		return -ENOENT;
	int result = curve_unpack(bytes, n, ret_curve);
	return result == -EBADMSG ? -ENOENT : result;
}

int reader_refinement(struct reader *reader, uint32_t run, uint32_t device, struct instant from,
	struct instant to, struct curve **ret_curve)
{
	struct reader_statements *s = &reader->statements;
	int result = reading_begin(reader);

	if (result < 0)
		return result;
	result = database_query(reader->db, &s->refinement,
		"SELECT from_ns, to_ns, curve, sum FROM refinement WHERE run = ? AND device = ?",
		"ii", (int64_t)run, (int64_t)device);
	if (result == 0)
		result = database_step(reader->db, s->refinement);
	if (result == 1)
		result = read_row(s->refinement, run, device, from, to, ret_curve);
	else if (result == 0 || result == -EINVAL) /* a store of former times */
		result = -ENOENT;
	if (s->refinement)
		sqlite3_reset(s->refinement);
	return reading_end(reader, result);
}
