/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fresh rows: the samples of the last minute, as they came, in the table `fresh`. Inside keep/
 * only.
 *
 * A row of the table is a slot, a page of its own. A commit appends its records to the slot that is
 * in use, which rewrites this one page in place; when they do not fit, the next slot is begun.
 * Slots whose records are all in chunks are used again and never deleted: to delete a row and to
 * insert one each touch three pages of SQLite's besides, and a card wears by pages.
 *
 *     slot    u64     least byte first: number of the slot's beginning; they rise, and so tell the order
 *             records, one behind the other
 *             zeros, to the slot's size
 *     record  stream  uint, not 0
 *             rows    uint
 *             last    int, stamp of the last row: whoever wants later ones need not unpack it
 *             length  uint
 *             bytes   a chunk (chunk.c) of `length` bytes, packed at level 0, with its own checksum
 *
 * Slots up to the number in meta's `fresh_released` are done with. A record in a later one may be
 * in a chunk already: its stamps tell. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>

#include "keep/bytes.h"

struct fresh_record {
	uint32_t stream;
	uint32_t n_rows;
	int64_t last_ns;
	const uint8_t *bytes;
	size_t n;
};

void fresh_put(struct bytes_out *out, const struct fresh_record *record);

/* ---------------------------------------------------------------- reading */

/* Walks the records of all slots, oldest first. */
struct fresh_walk {
	sqlite3 *db;
	sqlite3_stmt *released, *list, *slot; /* kept from walk to walk; the connection's */
	struct fresh_place *places; /* of the slots, in order; free with fresh_walk_free */
	size_t n_places, at, size;
	struct bytes_in in;
	size_t n_broken; /* slots that broke off: what was behind cannot be found */
};

/* Of a zeroed struct, or of one that was used with the same connection. */
int fresh_walk_begin(struct fresh_walk *walk, sqlite3 *db);
/* 1 and a record, borrowed until the next call; 0 at the end; or -errno. */
int fresh_walk_next(struct fresh_walk *walk, struct fresh_record *ret_record);
/* Ends a walk early. */
void fresh_walk_end(struct fresh_walk *walk);
void fresh_walk_free(struct fresh_walk *walk);

/* ---------------------------------------------------------------- writing */

struct fresh;
/* Learns which slots there are. */
int fresh_new(sqlite3 *db, struct fresh **ret_fresh);
void fresh_free(struct fresh *fresh); /* before its database is closed */

/* Around a transaction: what is done between them holds only if it was committed. */
int fresh_begin(struct fresh *fresh);
void fresh_end(struct fresh *fresh, bool is_committed);

/* Appends records. */
int fresh_append(struct fresh *fresh, const uint8_t *records, size_t n);
/* Closes the slot in use and returns its number: all records so far are in slots up to it. */
uint64_t fresh_mark(struct fresh *fresh);
/* The slots up to that number may be used again. Large ones, of a time when the card refused,
 * go. */
int fresh_release(struct fresh *fresh, uint64_t mark);
