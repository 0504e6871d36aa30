/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows that are not on the card yet, by stream, and what is known of each stream. Inside keep/,
 * for the writer only.
 *
 * Rows are gathered as they are and packed into records (fresh.h) at the commit, or when many are
 * together: packed, a second of a class is a few kilobytes, so that a card that refuses for an hour
 * costs little memory. Records stay until pending_clear. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/feed.h"
#include "keep/bytes.h"
#include "keep/stage.h"

/* A stream as it is on the card. The writer keeps two: as it is, and as the transaction will leave
 * it. */
struct kept {
	int64_t chunked_ns;  /* rows to here are in chunks; INT64_MIN: none */
	uint64_t fresh_rows; /* in fresh rows, behind chunked_ns */
	bool is_due;         /* to be rolled into a chunk */
	bool may_merge;      /* has a chunk that was not there at the last merge */
};

struct pending_stream {
	uint32_t id;
	uint32_t n_channels; /* 0: not known yet */
	int64_t last_ns;     /* newest row accepted; INT64_MIN: none */
	struct kept now, next;
	bool is_rolled;       /* in the transaction that is on its way */
	struct stage rows;    /* not packed yet */
	uint64_t packed_rows; /* in records */
	unsigned idle;        /* commits without a row */
	uint64_t lost_rows;   /* refused because memory was full, since the last commit */
	int64_t lost_from_ns, lost_to_ns;
};

/* A packed record: its place in pending.packed, and of the chunk in it. */
struct packed_record {
	uint32_t stream, n_rows;
	size_t at, n, chunk_at, chunk_n;
};

struct pending {
	struct pending_stream *streams; /* by id */
	size_t n_streams, streams_size;
	struct bytes_out packed;
	struct packed_record *records;
	size_t n_records, records_size;
	uint64_t lost_rows; /* all that were refused, ever */
	struct chunk_codec *codec;
};

int pending_open(struct pending *pending); /* of a zeroed struct */
void pending_close(struct pending *pending);

/* The stream's entry, made if absent; NULL: no memory. Valid until the next new stream. */
struct pending_stream *pending_stream(struct pending *pending, uint32_t id);

/* Adds the rows of a FEED_BATCH whose stamps are after the stream's last; others are counted as lost.
 * -ENOMEM: more than `most` bytes are packed already; the rows are counted, by stream too.
 * -EINVAL. */
int pending_add(struct pending *pending, const struct feed_record *batch, size_t most);

/* Packs everything. -ENOMEM: what could not be packed stays as it is. */
int pending_pack(struct pending *pending);

/* All records are on the card; counts idle streams and lets go of their memory. */
void pending_clear(struct pending *pending);

uint64_t pending_rows(const struct pending *pending);
