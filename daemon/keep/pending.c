/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows on their way to the card, see pending.h. */
#include "keep/pending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "keep/fresh.h"
#include "keep/merge.h"

enum {
	PACK_ROWS = 2048,         /* packed when so many are together */
	IDLE_COMMITS = 60,        /* then a silent stream's memory is let go */
	PACKED_KEPT = 256 * 1024, /* a larger buffer is let go once it is empty */
};

int pending_open(struct pending *pending)
{
	return chunk_codec_new(&pending->codec);
}

void pending_close(struct pending *pending)
{
	for (size_t i = 0; i < pending->n_streams; i++)
		stage_free(&pending->streams[i].rows);
	free(pending->streams);
	free(pending->packed.at);
	free(pending->records);
	chunk_codec_free(pending->codec);
	memset(pending, 0, sizeof *pending);
}

struct pending_stream *pending_stream(struct pending *pending, uint32_t id)
{
	size_t low = 0, high = pending->n_streams;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (pending->streams[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < pending->n_streams && pending->streams[low].id == id)
		return &pending->streams[low];

	if (pending->n_streams == pending->streams_size) {
		size_t size = pending->streams_size * 2 + 8;
		struct pending_stream *bigger = realloc(pending->streams, size * sizeof *bigger);
		if (!bigger)
			return NULL;
		pending->streams = bigger;
		pending->streams_size = size;
	}
	struct pending_stream *stream = &pending->streams[low];
	memmove(stream + 1, stream, (pending->n_streams - low) * sizeof *stream);
	*stream = (struct pending_stream){.id = id,
		.last_ns = INT64_MIN,
		.now.chunked_ns = INT64_MIN,
		.next.chunked_ns = INT64_MIN};
	pending->n_streams++;
	return stream;
}

/* One record of what a stream has gathered. Rows whose stamps do not follow from their ticks (a
 * batch that broke its promise) are kept with their stamps instead: they are what everybody else
 * saw. */
static int pack(struct pending *pending, struct pending_stream *stream)
{
	const struct chunk *rows = &stream->rows.rows;
	struct fresh_record record = {.stream = stream->id, .n_rows = (uint32_t)rows->n_rows};
	struct bytes_out *packed = &pending->packed;
	size_t at = packed->n;

	if (!record.n_rows)
		return 0;
	if (pending->n_records == pending->records_size) {
		size_t size = pending->records_size * 2 + 16;
		struct packed_record *bigger = realloc(pending->records, size * sizeof *bigger);
		if (!bigger)
			return -ENOMEM;
		pending->records = bigger;
		pending->records_size = size;
	}
	record.last_ns = rows->stamps_ns[rows->n_rows - 1];
	int result = chunk_encode(pending->codec, rows, 0, &record.bytes, &record.n);
	if (result == -EINVAL && rows->ticks) {
		stage_forget_ticks(&stream->rows);
		result = chunk_encode(pending->codec, rows, 0, &record.bytes, &record.n);
	}
	if (result < 0)
		return result;
	fresh_put(packed, &record);
	if (packed->is_broken) {
		packed->is_broken = false;
		packed->n = at;
		return -ENOMEM;
	}
	pending->records[pending->n_records++] = (struct packed_record){
		.stream = stream->id,
		.n_rows = record.n_rows,
		.at = at,
		.n = packed->n - at,
		.chunk_at = packed->n - record.n,
		.chunk_n = record.n,
	};
	stream->packed_rows += record.n_rows;
	stage_clear(&stream->rows);
	return 0;
}

static int64_t stamp_unit(const int64_t *stamps_ns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (stamps_ns[i] % NS_PER_US)
			return 1;
	return NS_PER_US;
}

static void count_lost(
	struct pending *pending, struct pending_stream *stream, const int64_t *stamps_ns, size_t n)
{
	if (!stream->lost_rows)
		stream->lost_from_ns =
			stream->last_ns == INT64_MIN ? stamps_ns[0] : stream->last_ns;
	stream->lost_rows += n;
	stream->lost_to_ns = stamps_ns[n - 1] + 1;
	stream->last_ns = stamps_ns[n - 1]; /* what comes later is judged by what was offered */
	pending->lost_rows += n;
}

int pending_add(struct pending *pending, const struct feed_record *record, size_t most)
{
	const uint32_t piece_row = 0;
	const struct chunk rows = {
		.n_channels = record->batch.n_channels,
		.n_rows = record->batch.n_rows,
		.stamp_unit_ns = record->batch.ticks
			? 1
			: stamp_unit(record->batch.stamps_ns, record->batch.n_rows),
		.stamps_ns = record->batch.stamps_ns,
		.ticks = record->batch.ticks,
		.values = record->batch.values,
		.n_pieces = record->batch.ticks ? 1 : 0,
		.pieces = &record->batch.piece,
		.piece_rows = &piece_row,
	};

	if (!record->batch.stream || record->batch.stream > STREAM_MAX || rows.n_channels < 1 ||
		rows.n_channels > STREAM_CHANNELS)
		return -EINVAL;
	struct pending_stream *stream = pending_stream(pending, record->batch.stream);
	if (!stream) {
		pending->lost_rows += rows.n_rows;
		return -ENOMEM;
	}

	int result = 0;
	for (size_t from = 0, to; from < rows.n_rows && result == 0; from = to) {
		/* The longest part that rises, behind what is there. */
		if (rows.stamps_ns[from] <= stream->last_ns) {
			pending->lost_rows++;
			to = from + 1;
			continue;
		}
		for (to = from + 1;
			to < rows.n_rows && rows.stamps_ns[to] > rows.stamps_ns[to - 1];)
			to++;
		if (!stage_takes(&stream->rows, &rows) ||
			stream->rows.rows.n_rows + to - from > PACK_ROWS)
			result = pack(pending, stream);
		if (result == 0 && pending->packed.n > most)
			result = -ENOMEM;
		if (result == 0)
			result = stage_add(&stream->rows, &rows, from, to);
		if (result < 0)
			count_lost(pending, stream, rows.stamps_ns + from, to - from);
		else
			stream->last_ns = rows.stamps_ns[to - 1];
	}
	stream->n_channels = rows.n_channels;
	stream->idle = 0;
	return result;
}

int pending_pack(struct pending *pending)
{
	int result = 0;

	for (size_t i = 0; i < pending->n_streams && result == 0; i++)
		result = pack(pending, &pending->streams[i]);
	return result;
}

void pending_clear(struct pending *pending)
{
	pending->n_records = 0;
	pending->packed.n = 0;
	if (pending->packed.size > PACKED_KEPT) {
		free(pending->packed.at);
		pending->packed = (struct bytes_out){0};
	}
	for (size_t i = 0; i < pending->n_streams; i++) {
		struct pending_stream *stream = &pending->streams[i];
		stream->packed_rows = 0;
		if (++stream->idle == IDLE_COMMITS && !stream->rows.rows.n_rows)
			stage_free(&stream->rows);
	}
}

uint64_t pending_rows(const struct pending *pending)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < pending->n_streams; i++)
		rows += pending->streams[i].packed_rows + pending->streams[i].rows.rows.n_rows;
	return rows;
}
