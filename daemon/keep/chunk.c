/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chunk codec. Columns and their packing are column.c's, doubles as integers decimal.c's; here
 * is what a chunk is made of:
 *
 *     version    byte     1
 *     flags      uint     bit 0 has ticks, bit 1 stamps are in microseconds (else nanoseconds)
 *     channels   uint     1 .. 96
 *     rows       uint     1 .. 65536
 *     with ticks: pieces  uint, how many; bytes: per piece, as differences from the piece before,
 *                           uint rows of the piece before (not for the first), int origin_tick,
 *                           int origin_ns less what the piece before says for that tick,
 *                           int rate_ppb, int uncertainty_ns, int segment
 *                 ticks   column
 *     without:    stamps  column, in the unit
 *     per channel kind    byte: 0..9 decimals with so many digits, 10 bits of doubles; + 16: some rows
 *                           say nothing, and a column of 0 and 1 per row follows
 *                 values  column of those that say something
 *     crc        u32      zlib's crc32 of all before
 *
 * uint and int are varints (bytes.h). Small enough to be used for a second's rows as well as for an
 * hour's: what does not depend on the rows is some 25 bytes, and 5 a channel. */
#include "keep/chunk.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <zlib.h>

#include "keep/column.h"
#include "keep/decimal.h"

enum {
	VERSION = 1,
	HAS_TICKS = 1,
	IN_MICROSECONDS = 2,
	CHANNELS = 6 * STREAM_CHANNELS, /* bins are kept as chunks of six numbers a channel */
	CHUNK_VALUES = CHUNK_ROWS * STREAM_CHANNELS,
	PIECE_BYTES = 64, /* at most, in the list */
	HAS_ABSENT = 16,
};

struct chunk_codec {
	struct column_codec *columns;
	struct bytes_out out, pieces_out;
	int64_t *integers; /* a column on its way */
	size_t integers_size;
	int64_t *stamps, *ticks; /* decoded */
	double *values;
	struct clock_piece *pieces;
	uint32_t *piece_rows;
	size_t stamps_size, ticks_size, values_size, pieces_size, piece_rows_size;
};

int chunk_codec_new(struct chunk_codec **ret_codec)
{
	struct chunk_codec *codec = calloc(1, sizeof *codec);

	if (!codec)
		return -ENOMEM;
	int result = column_codec_new(&codec->columns);
	if (result < 0) {
		chunk_codec_free(codec);
		return result;
	}
	*ret_codec = codec;
	return 0;
}

void chunk_codec_free(struct chunk_codec *codec)
{
	if (!codec)
		return;
	column_codec_free(codec->columns);
	free(codec->out.at);
	free(codec->pieces_out.at);
	free(codec->integers);
	free(codec->stamps);
	free(codec->ticks);
	free(codec->values);
	free(codec->pieces);
	free(codec->piece_rows);
	free(codec);
}

/* Grows an array to n elements; what was in it is of no interest. */
static int make_room(void *array, size_t *size, size_t n, size_t each)
{
	void **at = array;

	if (n <= *size)
		return 0;
	free(*at);
	*size = 0;
	*at = malloc(n * each);
	if (!*at)
		return -ENOMEM;
	*size = n;
	return 0;
}

/* ---------------------------------------------------------------- encoding */

static int64_t wrapped_difference(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* Do the rows keep the rules of chunk.h? Else they would not come back. */
static int check(const struct chunk *chunk)
{
	if (chunk->n_channels < 1 || chunk->n_channels > CHANNELS || chunk->n_rows < 1)
		return -EINVAL;
	if (chunk->n_rows > CHUNK_ROWS || chunk->n_rows * chunk->n_channels > CHUNK_VALUES)
		return -E2BIG;
	for (size_t i = 1; i < chunk->n_rows; i++)
		if (chunk->stamps_ns[i] <= chunk->stamps_ns[i - 1])
			return -EINVAL;

	if (!chunk->ticks) {
		if (chunk->stamp_unit_ns != 1 && chunk->stamp_unit_ns != 1000)
			return -EINVAL;
		for (size_t i = 0; chunk->stamp_unit_ns == 1000 && i < chunk->n_rows; i++)
			if (chunk->stamps_ns[i] % 1000)
				return -EINVAL;
		return 0;
	}
	if (!chunk->n_pieces || chunk->n_pieces > chunk->n_rows || chunk->piece_rows[0] != 0)
		return -EINVAL;
	for (size_t p = 0; p < chunk->n_pieces; p++) {
		const struct clock_piece *piece = &chunk->pieces[p];
		size_t end = p + 1 < chunk->n_pieces ? chunk->piece_rows[p + 1] : chunk->n_rows;
		if (end <= chunk->piece_rows[p] || end > chunk->n_rows ||
			piece->rate_ppb > CLOCK_PIECE_MOST_PPB ||
			piece->rate_ppb < -CLOCK_PIECE_MOST_PPB)
			return -EINVAL;
		for (size_t i = chunk->piece_rows[p]; i < end; i++)
			if (clock_piece_stamp(piece, chunk->ticks[i]) != chunk->stamps_ns[i])
				return -EINVAL;
	}
	return 0;
}

static int put_pieces(struct chunk_codec *codec, const struct chunk *chunk, int level)
{
	struct bytes_out *list = &codec->pieces_out;
	struct clock_piece before = {0};

	list->n = 0;
	list->is_broken = false;
	for (size_t p = 0; p < chunk->n_pieces; p++) {
		const struct clock_piece *piece = &chunk->pieces[p];
		int64_t foreseen = p ? clock_piece_stamp(&before, piece->origin_tick) : 0;
		if (p)
			bytes_put_uint(list, chunk->piece_rows[p] - chunk->piece_rows[p - 1]);
		bytes_put_int(list, wrapped_difference(piece->origin_tick, before.origin_tick));
		bytes_put_int(list, wrapped_difference(piece->origin_ns, foreseen));
		bytes_put_int(list, (int64_t)piece->rate_ppb - before.rate_ppb);
		bytes_put_int(list, (int64_t)piece->uncertainty_ns - before.uncertainty_ns);
		bytes_put_int(list, (int64_t)piece->segment - before.segment);
		before = *piece;
	}
	if (list->is_broken)
		return -ENOMEM;
	bytes_put_uint(&codec->out, chunk->n_pieces);
	return column_encode_bytes(codec->columns, &codec->out, list->at, list->n, level);
}

static int put_channel(
	struct chunk_codec *codec, const struct chunk *chunk, unsigned channel, int level)
{
	const double *values = chunk->values + channel;
	size_t n = chunk->n_rows, n_present;
	unsigned kind =
		decimal_from_doubles(values, chunk->n_channels, n, codec->integers, &n_present);

	if (n_present < n) {
		bytes_put_byte(&codec->out, kind | HAS_ABSENT);
		for (size_t i = 0; i < n; i++)
			codec->integers[i] = !isnan(values[i * chunk->n_channels]);
		int result = column_encode(codec->columns, &codec->out, codec->integers, n, level);
		if (result < 0)
			return result;
		decimal_from_doubles(values, chunk->n_channels, n, codec->integers, &n_present);
	} else {
		bytes_put_byte(&codec->out, kind);
	}
	return column_encode(codec->columns, &codec->out, codec->integers, n_present, level);
}

int chunk_encode(struct chunk_codec *codec, const struct chunk *chunk, int level,
	const uint8_t **ret_bytes, size_t *ret_n)
{
	struct bytes_out *out = &codec->out;
	int result = check(chunk);

	if (result < 0)
		return result;
	result = make_room(
		&codec->integers, &codec->integers_size, chunk->n_rows, sizeof codec->integers[0]);
	if (result < 0)
		return result;

	out->n = 0;
	out->is_broken = false;
	bytes_put_byte(out, VERSION);
	bytes_put_uint(out,
		(chunk->ticks ? HAS_TICKS : 0) |
			(!chunk->ticks && chunk->stamp_unit_ns == 1000 ? IN_MICROSECONDS : 0));
	bytes_put_uint(out, chunk->n_channels);
	bytes_put_uint(out, chunk->n_rows);
	if (chunk->ticks) {
		result = put_pieces(codec, chunk, level);
		if (result < 0)
			return result;
		memcpy(codec->integers, chunk->ticks, chunk->n_rows * sizeof codec->integers[0]);
	} else {
		for (size_t i = 0; i < chunk->n_rows; i++)
			codec->integers[i] = chunk->stamps_ns[i] / chunk->stamp_unit_ns;
	}
	result = column_encode(codec->columns, out, codec->integers, chunk->n_rows, level);
	for (unsigned c = 0; c < chunk->n_channels && result == 0; c++)
		result = put_channel(codec, chunk, c, level);
	if (result < 0)
		return result;
	if (!out->is_broken)
		bytes_put_u32(out, (uint32_t)crc32(0, out->at, (unsigned)out->n));
	if (out->is_broken)
		return -ENOMEM;
	*ret_bytes = out->at;
	*ret_n = out->n;
	return 0;
}

/* ---------------------------------------------------------------- decoding */

static bool fits_u32(int64_t x)
{
	return x >= 0 && x <= UINT32_MAX;
}

static int get_pieces(struct chunk_codec *codec, struct bytes_in *in, size_t n_rows, size_t *ret_n)
{
	struct clock_piece before = {0};
	uint64_t n = bytes_get_uint(in), row = 0;
	const uint8_t *bytes;
	size_t n_bytes;

	if (in->is_broken || n < 1 || n > n_rows)
		return -EBADMSG;
	int result =
		column_decode_bytes(codec->columns, in, (size_t)n * PIECE_BYTES, &bytes, &n_bytes);
	if (result == 0)
		result = make_room(
			&codec->pieces, &codec->pieces_size, (size_t)n, sizeof *codec->pieces);
	if (result == 0)
		result = make_room(&codec->piece_rows, &codec->piece_rows_size, (size_t)n,
			sizeof *codec->piece_rows);
	if (result < 0)
		return result;

	struct bytes_in list = {.at = bytes, .n = n_bytes};
	for (size_t p = 0; p < n; p++) {
		uint64_t rows = p ? bytes_get_uint(&list) : 0;
		uint64_t tick = (uint64_t)before.origin_tick + (uint64_t)bytes_get_int(&list);
		int64_t foreseen = p ? clock_piece_stamp(&before, (int64_t)tick) : 0;
		uint64_t origin = (uint64_t)foreseen + (uint64_t)bytes_get_int(&list);
		uint64_t rate = (uint64_t)bytes_get_int(&list) + (uint64_t)(int64_t)before.rate_ppb;
		uint64_t uncertainty = (uint64_t)bytes_get_int(&list) + before.uncertainty_ns;
		uint64_t segment = (uint64_t)bytes_get_int(&list) + before.segment;
		if (list.is_broken || (p && rows == 0) || rows >= n_rows - row ||
			(int64_t)rate > CLOCK_PIECE_MOST_PPB ||
			(int64_t)rate < -CLOCK_PIECE_MOST_PPB || !fits_u32((int64_t)uncertainty) ||
			!fits_u32((int64_t)segment))
			return -EBADMSG;
		row += rows;
		before = (struct clock_piece){
			.origin_tick = (int64_t)tick,
			.origin_ns = (int64_t)origin,
			.rate_ppb = (int32_t)(int64_t)rate,
			.uncertainty_ns = (uint32_t)uncertainty,
			.segment = (uint32_t)segment,
		};
		codec->pieces[p] = before;
		codec->piece_rows[p] = (uint32_t)row;
	}
	if (list.n)
		return -EBADMSG;
	*ret_n = (size_t)n;
	return 0;
}

/* Stamps from ticks, or as they were kept; they must rise. */
static int get_stamps(struct chunk_codec *codec, struct bytes_in *in, bool has_ticks, int64_t unit,
	size_t n_rows, size_t n_pieces)
{
	int64_t *stamps = codec->stamps;
	int result = column_decode(codec->columns, in, has_ticks ? codec->ticks : stamps, n_rows);

	if (result < 0)
		return result;
	for (size_t p = 0; p < n_pieces; p++) {
		size_t end = p + 1 < n_pieces ? codec->piece_rows[p + 1] : n_rows;
		for (size_t i = codec->piece_rows[p]; i < end; i++)
			stamps[i] = clock_piece_stamp(&codec->pieces[p], codec->ticks[i]);
	}
	for (size_t i = 0; unit != 1 && i < n_rows; i++)
		if (__builtin_mul_overflow(stamps[i], unit, &stamps[i]))
			return -EBADMSG;
	for (size_t i = 1; i < n_rows; i++)
		if (stamps[i] <= stamps[i - 1])
			return -EBADMSG;
	return 0;
}

static int get_channel(struct chunk_codec *codec, struct bytes_in *in, size_t n_rows,
	uint32_t n_channels, double *ret_values)
{
	unsigned kind = bytes_get_byte(in);
	bool has_absent = kind & HAS_ABSENT;
	int64_t *integers = codec->integers;
	size_t n_present = n_rows;
	int result;

	kind &= HAS_ABSENT - 1;
	if (in->is_broken || kind > DECIMAL_BITS)
		return -EBADMSG;
	if (!has_absent) {
		result = column_decode(codec->columns, in, integers, n_rows);
		if (result == 0)
			decimal_to_doubles(kind, integers, n_rows, ret_values, n_channels);
		return result;
	}

	result = column_decode(codec->columns, in, integers, n_rows);
	if (result < 0)
		return result;
	n_present = 0;
	for (size_t i = 0; i < n_rows; i++) {
		n_present += integers[i] != 0;
		ret_values[i * n_channels] = integers[i] ? 0 : NAN;
	}
	result = column_decode(codec->columns, in, integers, n_present);
	if (result < 0)
		return result;
	for (size_t i = 0, k = 0; i < n_rows; i++)
		if (!isnan(ret_values[i * n_channels]))
			ret_values[i * n_channels] = decimal_to_double(kind, integers[k++]);
	return 0;
}

int chunk_decode(struct chunk_codec *codec, const uint8_t *bytes, size_t n, struct chunk *ret_chunk)
{
	struct bytes_in in = {.at = bytes, .n = n}, end = in;

	if (n < 4 || n > INT32_MAX)
		return -EBADMSG;
	in.n -= 4;
	bytes_get(&end, n - 4);
	if (bytes_get_u32(&end) != (uint32_t)crc32(0, bytes, (unsigned)(n - 4)))
		return -EBADMSG;

	unsigned version = bytes_get_byte(&in);
	uint64_t flags = bytes_get_uint(&in), channels = bytes_get_uint(&in),
		 rows = bytes_get_uint(&in);
	if (in.is_broken || version != VERSION ||
		flags >= (HAS_TICKS | IN_MICROSECONDS) /* both make no sense */ || !channels ||
		channels > CHANNELS || !rows || rows > CHUNK_ROWS || rows * channels > CHUNK_VALUES)
		return -EBADMSG;

	bool has_ticks = flags & HAS_TICKS;
	int64_t unit = flags & IN_MICROSECONDS ? 1000 : 1;
	size_t n_rows = (size_t)rows, n_values = n_rows * (size_t)channels, n_pieces = 0;
	int result = make_room(&codec->stamps, &codec->stamps_size, n_rows, sizeof *codec->stamps);
	if (result == 0)
		result = make_room(
			&codec->integers, &codec->integers_size, n_rows, sizeof *codec->integers);
	if (result == 0)
		result = make_room(
			&codec->values, &codec->values_size, n_values, sizeof *codec->values);
	if (result == 0 && has_ticks)
		result = make_room(&codec->ticks, &codec->ticks_size, n_rows, sizeof *codec->ticks);
	if (result == 0 && has_ticks)
		result = get_pieces(codec, &in, n_rows, &n_pieces);
	if (result == 0)
		result = get_stamps(codec, &in, has_ticks, unit, n_rows, n_pieces);
	for (uint64_t c = 0; c < channels && result == 0; c++)
		result = get_channel(codec, &in, n_rows, (uint32_t)channels, codec->values + c);
	if (result < 0)
		return result;
	if (in.n)
		return -EBADMSG;

	*ret_chunk = (struct chunk){
		.n_channels = (uint32_t)channels,
		.n_rows = n_rows,
		.stamp_unit_ns = unit,
		.stamps_ns = codec->stamps,
		.ticks = has_ticks ? codec->ticks : NULL,
		.values = codec->values,
		.n_pieces = n_pieces,
		.pieces = has_ticks ? codec->pieces : NULL,
		.piece_rows = has_ticks ? codec->piece_rows : NULL,
	};
	return 0;
}
