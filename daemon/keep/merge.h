/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From fresh rows to chunks, and from small chunks to larger ones. Inside keep/, for the writer
 * only, inside its transaction: nothing here begins or ends one, and when one fails everything here
 * is as if it had not been. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>

#include "data/batch.h"
#include "keep/chunk.h"

enum { STREAM_SHIFT = 40, STREAM_MAX = (1 << 23) - 2 };

/* Where a stream's chunks are: ids from the first to before the second. Stream numbers beyond the
 * largest (somebody's typing, or damage) have none. */
static inline int64_t chunk_ids_from(uint32_t stream)
{
	return stream > STREAM_MAX ? INT64_MAX : (int64_t)stream << STREAM_SHIFT;
}

static inline int64_t chunk_ids_to(uint32_t stream)
{
	return stream > STREAM_MAX ? INT64_MAX : ((int64_t)stream + 1) << STREAM_SHIFT;
}

/* The id that a chunk starting then has, or the one it would have. */
static inline int64_t chunk_id(uint32_t stream, int64_t first_ns)
{
	int64_t second = first_ns < 0 ? 0 : first_ns / 1000000000;

	return chunk_ids_from(stream) | (second & (((int64_t)1 << STREAM_SHIFT) - 1));
}

struct merger;
int merger_new(sqlite3 *db, struct merger **ret_merger);
void merger_free(struct merger *merger); /* before its database is closed */

/* Rolling: opens a chunk for a stream; rows not after `after_ns` are there already and left out. */
void merger_begin(struct merger *merger, uint32_t stream, int64_t after_ns);
/* Adds the stream's rows from the fresh rows. */
int merger_add_fresh(struct merger *merger);
/* Adds rows from a record's bytes. What does not decode is counted and becomes a gap. */
int merger_add_record(struct merger *merger, const uint8_t *bytes, size_t n, uint32_t n_rows);
/* Writes what was gathered; *ret_last_ns is the last row's stamp, or after_ns when there was none.
 * What did not decode behind the last row is a gap until now. */
int merger_end(struct merger *merger, struct instant now, int64_t *ret_last_ns);

/* Merges the newest chunks of a stream if enough of one size have come together: 1 (there may be
 * more to merge), or 0 when there was nothing to do. */
int merger_merge(struct merger *merger, uint32_t stream);

/* Is what is said of a chunk true? -EILSEQ when it is not or it does not decode. */
int merger_check(struct merger *merger, int64_t id, uint32_t *ret_n_channels);

/* Sets a chunk aside that does not decode, and notes the gap. */
int merger_set_aside(struct merger *merger, int64_t id);

/* Records and chunks that did not decode since the last call, and the rows of those chunks. */
uint64_t merger_damaged(struct merger *merger, uint64_t *ret_rows);

/* Writes a gap into the database. */
int merger_note_gap(struct merger *merger, const struct gap *gap);
