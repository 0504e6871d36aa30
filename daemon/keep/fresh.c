/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fresh rows in slots, see fresh.h. */
#include "keep/fresh.h"

#include <errno.h>

#include "keep/database.h"

enum {
	HEAD = 8,
	SLOT_BYTES = 4048, /* with SQLite's own bytes a page; more would take a second one */
	LARGE_BYTES = 4 * SLOT_BYTES,
	SLOTS_KEPT = 256,
};

struct fresh_place {
	uint64_t number;
	int64_t id;
};

static const char released_sql[] = "SELECT value FROM meta WHERE key = 'fresh_released'";

static void put_number(uint8_t *to, uint64_t number)
{
	for (unsigned i = 0; i < HEAD; i++)
		to[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t get_number(const uint8_t *from, size_t n)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < HEAD && i < n; i++)
		number |= (uint64_t)from[i] << (8 * i);
	return number;
}

void fresh_put(struct bytes_out *out, const struct fresh_record *record)
{
	bytes_put_uint(out, record->stream);
	bytes_put_uint(out, record->n_rows);
	bytes_put_int(out, record->last_ns);
	bytes_put_uint(out, record->n);
	bytes_put(out, record->bytes, record->n);
}

/* ---------------------------------------------------------------- reading */

/* A number that no slot gets to: what it stands in is damaged. */
static bool is_nonsense(uint64_t number)
{
	return number >> 62;
}

static int compare_places(const void *a, const void *b)
{
	const struct fresh_place *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static int add_place(struct fresh_walk *walk, struct fresh_place place)
{
	if (walk->n_places == walk->size) {
		size_t size = walk->size * 2 + 32;
		struct fresh_place *bigger = realloc(walk->places, size * sizeof *bigger);
		if (!bigger)
			return -ENOMEM;
		walk->places = bigger;
		walk->size = size;
	}
	walk->places[walk->n_places++] = place;
	return 0;
}

int fresh_walk_begin(struct fresh_walk *walk, sqlite3 *db)
{
	int64_t released;

	walk->db = db;
	walk->n_places = walk->at = walk->n_broken = 0;
	walk->in = (struct bytes_in){.n = 0};
	int result = database_number(db, &walk->released, released_sql, 0, &released, "");
	if (result == 0)
		result = database_query(
			db, &walk->list, "SELECT id, substr(bytes, 1, 8) FROM fresh", "");
	while (result == 0 && (result = database_step(db, walk->list)) == 1) {
		struct fresh_place place = {
			.number = get_number(sqlite3_column_blob(walk->list, 1),
				(size_t)sqlite3_column_bytes(walk->list, 1)),
			.id = sqlite3_column_int64(walk->list, 0),
		};
		result = 0;
		if (is_nonsense(place.number))
			walk->n_broken++;
		else if (place.number > (uint64_t)released)
			result = add_place(walk, place);
	}
	if (walk->list)
		sqlite3_reset(walk->list);
	if (result == 0 && walk->n_places)
		qsort(walk->places, walk->n_places, sizeof walk->places[0], compare_places);
	return result;
}

/* 1: a slot is open; 0: there are no more. */
static int next_slot(struct fresh_walk *walk)
{
	if (walk->at == walk->n_places)
		return 0;
	int result = database_query(walk->db, &walk->slot, "SELECT bytes FROM fresh WHERE id = ?",
		"i", walk->places[walk->at++].id);
	if (result == 0)
		result = database_step(walk->db, walk->slot);
	if (result < 0)
		return result;
	walk->in = (struct bytes_in){.n = 0};
	if (result == 1)
		walk->in = (struct bytes_in){
			.at = sqlite3_column_blob(walk->slot, 0),
			.n = (size_t)sqlite3_column_bytes(walk->slot, 0),
		};
	bytes_get(&walk->in, HEAD);
	return 1;
}

int fresh_walk_next(struct fresh_walk *walk, struct fresh_record *ret_record)
{
	for (;;) {
		struct bytes_in *in = &walk->in;
		if (in->n && !in->is_broken && *in->at) {
			uint64_t stream = bytes_get_uint(in), n_rows = bytes_get_uint(in);
			int64_t last_ns = bytes_get_int(in);
			uint64_t n = bytes_get_uint(in);
			if (stream > UINT32_MAX || n_rows > UINT32_MAX || n > in->n)
				in->is_broken = true;
			*ret_record = (struct fresh_record){.stream = (uint32_t)stream,
				.n_rows = (uint32_t)n_rows,
				.last_ns = last_ns,
				.bytes = bytes_get(in, (size_t)n),
				.n = (size_t)n};
			if (!in->is_broken)
				return 1;
		}
		walk->n_broken += in->is_broken;
		int result = next_slot(walk);
		if (result != 1) {
			fresh_walk_end(walk);
			return result;
		}
	}
}

void fresh_walk_end(struct fresh_walk *walk)
{
	if (walk->slot)
		sqlite3_reset(walk->slot);
	walk->in = (struct bytes_in){.n = 0};
	walk->at = walk->n_places;
}

void fresh_walk_free(struct fresh_walk *walk)
{
	free(walk->places); /* statements go with the connection */
	*walk = (struct fresh_walk){.db = NULL};
}

/* ---------------------------------------------------------------- writing */

struct slot {
	int64_t id;
	uint64_t number;
	size_t size;
	bool is_free;
};

/* As it is, and as the transaction will leave it. */
struct slots {
	struct slot *slots;
	size_t n, size;
	bool has_open;
	size_t open; /* the slot in use, and the bytes used in it */
	size_t used;
	uint64_t newest; /* number */
};

struct fresh {
	sqlite3 *db;
	sqlite3_stmt *insert, *update, *delete, *release;
	struct slots now, next;
	uint8_t *content; /* of the slot in use; what is behind `used` may be anything */
	size_t content_size;
};

static int make_room(struct slots *slots, size_t n)
{
	if (n <= slots->size)
		return 0;
	struct slot *bigger = realloc(slots->slots, 2 * n * sizeof *bigger);
	if (!bigger)
		return -ENOMEM;
	slots->slots = bigger;
	slots->size = 2 * n;
	return 0;
}

static int load(struct fresh *fresh)
{
	sqlite3_stmt *all = NULL, *released_query = NULL;
	struct slots *slots = &fresh->now;
	int64_t released = 0;
	int result = database_number(fresh->db, &released_query, released_sql, 0, &released, "");

	if (is_nonsense((uint64_t)released))
		return result < 0 ? result : -EBADMSG;
	slots->newest = (uint64_t)released;
	if (result == 0)
		result = database_query(fresh->db, &all,
			"SELECT id, length(bytes), substr(bytes, 1, 8) FROM fresh ORDER BY id", "");
	while (result == 0 && (result = database_step(fresh->db, all)) == 1) {
		result = make_room(slots, slots->n + 1);
		if (result < 0)
			break;
		struct slot *slot = &slots->slots[slots->n++];
		*slot = (struct slot){
			.id = sqlite3_column_int64(all, 0),
			.size = (size_t)sqlite3_column_int64(all, 1),
			.number = get_number(
				sqlite3_column_blob(all, 2), (size_t)sqlite3_column_bytes(all, 2)),
		};
		if (is_nonsense(slot->number))
			slot->number = 0;
		slot->is_free = slot->number <= (uint64_t)released;
		if (slot->number > slots->newest)
			slots->newest = slot->number;
	}
	sqlite3_finalize(released_query);
	sqlite3_finalize(all);
	return result;
}

int fresh_new(sqlite3 *db, struct fresh **ret_fresh)
{
	struct fresh *fresh = calloc(1, sizeof *fresh);

	if (!fresh)
		return -ENOMEM;
	fresh->db = db;
	int result = load(fresh);
	if (result < 0) {
		fresh_free(fresh);
		return result;
	}
	*ret_fresh = fresh;
	return 0;
}

void fresh_free(struct fresh *fresh)
{
	if (!fresh)
		return;
	free(fresh->now.slots);
	free(fresh->next.slots);
	free(fresh->content);
	free(fresh);
}

int fresh_begin(struct fresh *fresh)
{
	struct slots *next = &fresh->next;
	int result = make_room(next, fresh->now.n);

	if (result < 0)
		return result;
	struct slot *slots = next->slots;
	size_t size = next->size;
	*next = fresh->now;
	next->slots = slots;
	next->size = size;
	for (size_t i = 0; i < next->n; i++)
		slots[i] = fresh->now.slots[i];
	return 0;
}

void fresh_end(struct fresh *fresh, bool is_committed)
{
	struct slots before = fresh->now;

	if (is_committed) {
		fresh->now = fresh->next;
		fresh->next = before;
	} else {
		fresh->now.has_open =
			false; /* what is in memory of it may not be what is on the card */
	}
}

/* Its content in memory, zeros behind what is used. */
static int open_content(struct fresh *fresh, size_t used, size_t size)
{
	if (size > fresh->content_size || size < fresh->content_size / 8) {
		uint8_t *content = realloc(fresh->content, size);
		if (!content)
			return -ENOMEM;
		fresh->content = content;
		fresh->content_size = size;
	}
	memset(fresh->content + used, 0, size - used);
	return 0;
}

/* Begins the smallest free slot that has room, or a new one. */
static int begin_slot(struct fresh *fresh, size_t n, bool *ret_is_new)
{
	struct slots *slots = &fresh->next;
	size_t best = slots->n, size = HEAD + n;
	int64_t id = 0;

	for (size_t i = 0; i < slots->n; i++) {
		const struct slot *slot = &slots->slots[i];
		id = slot->id > id ? slot->id : id;
		if (slot->is_free && slot->size >= size &&
			(best == slots->n || slot->size < slots->slots[best].size))
			best = i;
	}
	*ret_is_new = best == slots->n;
	if (*ret_is_new) {
		int result = make_room(slots, slots->n + 1);
		if (result < 0)
			return result;
		size = size <= SLOT_BYTES ? SLOT_BYTES
					  : (size + SLOT_BYTES - 1) / SLOT_BYTES * SLOT_BYTES;
		slots->slots[slots->n++] = (struct slot){.id = id + 1, .size = size};
	}
	slots->slots[best].number = ++slots->newest;
	slots->slots[best].is_free = false;
	slots->has_open = true;
	slots->open = best;
	slots->used = HEAD;
	return 0;
}

int fresh_append(struct fresh *fresh, const uint8_t *records, size_t n)
{
	struct slots *slots = &fresh->next;
	bool is_new = false;
	int result = 0;

	if (!slots->has_open || slots->used + n > slots->slots[slots->open].size)
		result = begin_slot(fresh, n, &is_new);
	if (result < 0)
		return result;
	const struct slot *slot = &slots->slots[slots->open];
	result = open_content(fresh, slots->used, slot->size);
	if (result < 0)
		return result;
	if (slots->used == HEAD)
		put_number(fresh->content, slot->number);
	memcpy(fresh->content + slots->used, records, n);
	slots->used += n;
	if (is_new)
		return database_run(fresh->db, &fresh->insert, "INSERT INTO fresh VALUES(?, ?)",
			"ib", slot->id, fresh->content, slot->size);
	return database_run(fresh->db, &fresh->update, "UPDATE fresh SET bytes = ? WHERE id = ?",
		"bi", fresh->content, slot->size, slot->id);
}

uint64_t fresh_mark(struct fresh *fresh)
{
	fresh->next.has_open = false;
	return fresh->next.newest;
}

static int remove_slot(struct fresh *fresh, size_t at)
{
	struct slots *slots = &fresh->next;
	int result = database_run(fresh->db, &fresh->delete, "DELETE FROM fresh WHERE id = ?", "i",
		slots->slots[at].id);

	slots->slots[at] = slots->slots[--slots->n];
	if (slots->has_open && slots->open == slots->n)
		slots->open = at;
	return result;
}

int fresh_release(struct fresh *fresh, uint64_t mark)
{
	struct slots *slots = &fresh->next;
	int result = 0;

	for (size_t i = slots->n; i-- > 0 && result == 0;) {
		struct slot *slot = &slots->slots[i];
		if (slot->number > mark)
			continue;
		slot->is_free = true;
		if (slot->size > LARGE_BYTES || slots->n > SLOTS_KEPT)
			result = remove_slot(fresh, i);
	}
	if (result == 0)
		result = database_run(fresh->db, &fresh->release,
			"INSERT OR REPLACE INTO meta VALUES('fresh_released', ?)", "i",
			(int64_t)mark);
	return result;
}
