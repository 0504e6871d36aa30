/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the reader share. Inside keep/ only. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <sqlite3.h>

#include "keep/chunk.h"
#include "keep/database.h"
#include "keep/fresh.h"
#include "keep/store.h"

/* A chunk's head as the walk meets it. */
struct chunk_head {
	int64_t id;
	int64_t first_ns, last_ns, n;
	const uint8_t *bins; /* top level; borrowed for the call */
	size_t bins_n;
};

/* The corrections that were asked for last, good as long as no calibration is added. */
struct calibrated {
	int64_t newest; /* id of the newest record when they were read */
	struct calibrated_stream {
		uint32_t stream;
		enum correction_rule rule;
		struct correction *correction;
	} * streams;
	size_t n, room;
	double *values; /* of the rows being handed out */
	size_t n_values;
};

struct reader {
	char path[DATABASE_PATH];
	ino_t inode; /* of the file that is open: the writer may set it aside */
	sqlite3 *db;
	bool is_held;   /* reader_hold: the snapshot goes on */
	bool is_frozen; /* good for one reading: the card may have room again at the next */
	struct chunk_codec *codec, *bins_codec;
	struct chunk_head held; /* the chunk whose rows `codec` holds; id 0: none */
	struct chunk held_rows;
	struct fresh_walk fresh;
	uint64_t damaged; /* chunks that did not decode */
	struct reader_statements {
		sqlite3_stmt *begin, *end, *start, *chunks, *bytes, *mid, *fine, *newest, *oldest,
			*sum;
		sqlite3_stmt *first, *devices, *streams, *channels, *gaps, *last_gap, *runs, *marks,
			*cursors, *holes, *highest_mark;
		sqlite3_stmt *quarantined, *boots, *anchors, *wall_lists, *highest;
		sqlite3_stmt *calibrations, *calibrations_of, *newest_calibration, *calibration,
			*owner, *uncertainty, *refinement;
		sqlite3_stmt *journal[3], *journal_newest, *journal_sessions;
	} statements;
	struct calibrated calibrated;
};

/* A snapshot: what the writer does until the end is not seen. end takes the result so far and
 * returns it. */
int reading_begin(struct reader *reader);
int reading_end(struct reader *reader, int result);

typedef int head_visit(void *self, const struct chunk_head *head);

/* The chunks with rows in [from, to), in order. */
int reading_walk(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	head_visit *visit, void *self);

/* A chunk's rows; the reader's until it reads other ones. Those of the last chunk are still there:
 * a sink that goes through a large one in many requests unpacks it once. -EILSEQ: damaged, and
 * counted. */
int reading_decode(struct reader *reader, const struct chunk_head *head, struct chunk *ret_rows);

/* Hands out those rows of a chunk that are in [from, to). */
int reading_slice(const struct chunk *rows, uint32_t stream, struct instant from, struct instant to,
	rows_visit *visit, void *self);

/* The rows in [from, to) that are not in chunks yet. */
int reading_fresh(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	rows_visit *visit, void *self);

/* reader_rows and reader_columns within a snapshot. */
int reading_rows(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	rows_visit *visit, void *self);
int reading_columns(struct reader *reader, uint32_t stream, struct instant from, struct instant to,
	unsigned wanted, columns_visit *visit, void *self);

/* The database is another one now, or gone. */
void calibrated_forget(struct calibrated *calibrated);

/* The channels of a stream whose id is set. */
int reading_channels(struct reader *reader, struct stream *stream);

/* First and last stamp kept; -ENODATA. */
int reading_extent(struct reader *reader, uint32_t stream, struct instant *ret_first,
	struct instant *ret_last);
