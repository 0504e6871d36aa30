/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A column of integers as bytes:
 *
 *     head       byte     bits 0-1 prediction, bit 2 a divisor follows, bits 4-5 packing
 *     first      int      x[0]; below, y[i] = (x[i] - first) / divisor, so y[0] = 0
 *     divisor    uint     only with bit 2: all differences are multiples of it (an ADC's step of
 *                         4883 uV; a clock that counts in 4 us; the trailing zeros of a float)
 *     step       int      but for DELTA
 *     snap       uint     FOLLOW only
 *     residuals           of y[1] .. y[n-1], zigzag, packed
 *
 * Predictions:
 *     DELTA      y[i-1]: whatever moves without a plan
 *     DELTA2     y[i-1] + (y[i-1] - y[i-2]): regular ticks, smooth curves
 *     FOLLOW     a line that follows slowly (a sixteenth of the error per row, or a quarter): noise
 *                around something slow. A difference of two noisy readings is noisier than one
 *                reading, by half a bit to a bit each; for stamps taken on arrival, where the noise
 *                is all there is, by two. An error above `snap` (a gap) moves the line at once.
 * The cheapest is chosen on up to four windows of 256 rows. The line is kept in 1/256, so that a
 * period of 9999.87 us is followed without lag; arithmetic wraps, so any bytes decode to something.
 *
 * Packings:
 *     NOTHING    all residuals are 0
 *     BITS       blocks of 32: a byte says how many bits each takes, then these
 *     PLANES     byte: how many planes; the lowest byte of all, the next byte of all, ...; each with
 *                its length before it: 0 when all are zero, the row count when it is as it is, else
 *                zstd. A plane by itself, because zstd makes one table of code lengths per block and
 *                noise bytes would spoil those of the quiet planes. */
#include "keep/column.h"

#include <errno.h>
#include <zstd.h>

enum prediction { DELTA = 0, DELTA2 = 1, FOLLOW_SLOW = 2, FOLLOW_FAST = 3 };
enum packing { NOTHING = 0, BITS = 1, PLANES = 2 };
enum {
	HAS_DIVISOR = 4,
	PACKING_SHIFT = 4,
	BLOCK = 32,
	FRACTION = 8, /* bits below the point of FOLLOW's line */
	SAMPLES = 64, /* to find step and snap */
	WINDOWS = 4,
	WINDOW = 256,
};

/* How far a column may reach for FOLLOW, so that neither its line wraps nor the sum in find_line.
 * Only the writer asks: what was packed with another limit is read all the same. */
static const uint64_t follow_range = (uint64_t)1 << 46;

struct column_codec {
	uint64_t *residuals;
	uint8_t *plane;  /* a plane, or what zstd gave back */
	uint8_t *packed; /* what zstd made of it */
	size_t rows;     /* room in residuals and plane */
	size_t packed_size;
	ZSTD_CCtx *compressor;
	ZSTD_DCtx *expander;
};

struct model {
	enum prediction prediction;
	int64_t step; /* DELTA2: y[1]; FOLLOW: in 1/256 a row */
	uint64_t snap;
};

int column_codec_new(struct column_codec **ret_codec)
{
	struct column_codec *codec = calloc(1, sizeof *codec);

	if (!codec)
		return -ENOMEM;
	codec->compressor = ZSTD_createCCtx();
	codec->expander = ZSTD_createDCtx();
	if (!codec->compressor || !codec->expander) {
		column_codec_free(codec);
		return -ENOMEM;
	}
	*ret_codec = codec;
	return 0;
}

void column_codec_free(struct column_codec *codec)
{
	if (!codec)
		return;
	ZSTD_freeCCtx(codec->compressor);
	ZSTD_freeDCtx(codec->expander);
	free(codec->residuals);
	free(codec->plane);
	free(codec->packed);
	free(codec);
}

static int reserve(struct column_codec *codec, size_t n)
{
	if (n <= codec->rows)
		return 0;

	uint64_t *residuals = realloc(codec->residuals, n * sizeof *residuals);
	if (residuals)
		codec->residuals = residuals;
	uint8_t *plane = realloc(codec->plane, n);
	if (plane)
		codec->plane = plane;
	if (!residuals || !plane)
		return -ENOMEM;
	codec->rows = n;
	return 0;
}

static unsigned bit_length(uint64_t x)
{
	return x ? 64 - (unsigned)__builtin_clzll(x) : 0;
}

/* ---------------------------------------------------------------- prediction */

/* The line of FOLLOW: one state, advanced alike by writer and reader. */
struct line {
	uint64_t at; /* prediction of the next y, in 1/256 */
	uint64_t step;
	uint64_t snap;
	unsigned gain; /* the line moves by error / 2^gain */
};

static struct line line_from(const struct model *model, int64_t y)
{
	return (struct line){
		.at = ((uint64_t)y << FRACTION) + (uint64_t)model->step,
		.step = (uint64_t)model->step,
		.snap = model->snap,
		.gain = model->prediction == FOLLOW_SLOW ? 4 : 2,
	};
}

static int64_t line_next(const struct line *line)
{
	return (int64_t)(line->at + ((uint64_t)1 << (FRACTION - 1))) >> FRACTION;
}

static void line_see(struct line *line, int64_t y, int64_t error)
{
	uint64_t size = error < 0 ? 0 - (uint64_t)error : (uint64_t)error;

	if (size > line->snap)
		line->at = ((uint64_t)y << FRACTION) + line->step;
	else
		line->at += line->step + ((uint64_t)error << (FRACTION - line->gain));
}

static int64_t minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* Zigzag errors of y[from+1] .. y[from+n-1], the model starting afresh at y[from]. */
static void predict(const struct model *model, const int64_t *y, size_t n, uint64_t *ret_errors)
{
	int64_t delta = model->step;

	switch (model->prediction) {
	case DELTA:
		for (size_t i = 1; i < n; i++)
			ret_errors[i - 1] = zigzag(minus(y[i], y[i - 1]));
		break;
	case DELTA2:
		for (size_t i = 1; i < n; i++) {
			int64_t now = minus(y[i], y[i - 1]);
			ret_errors[i - 1] = zigzag(minus(now, delta));
			delta = now;
		}
		break;
	case FOLLOW_SLOW:
	case FOLLOW_FAST: {
		struct line line = line_from(model, y[0]);
		for (size_t i = 1; i < n; i++) {
			int64_t error = minus(y[i], line_next(&line));
			ret_errors[i - 1] = zigzag(error);
			line_see(&line, y[i], error);
		}
		break;
	}
	}
}

static void unpredict(const struct model *model, const uint64_t *errors, size_t n, int64_t *ret_y)
{
	int64_t delta = model->step;

	ret_y[0] = 0;
	switch (model->prediction) {
	case DELTA:
		for (size_t i = 1; i < n; i++)
			ret_y[i] = plus(ret_y[i - 1], unzigzag(errors[i - 1]));
		break;
	case DELTA2:
		for (size_t i = 1; i < n; i++) {
			delta = plus(delta, unzigzag(errors[i - 1]));
			ret_y[i] = plus(ret_y[i - 1], delta);
		}
		break;
	case FOLLOW_SLOW:
	case FOLLOW_FAST: {
		struct line line = line_from(model, 0);
		for (size_t i = 1; i < n; i++) {
			int64_t error = unzigzag(errors[i - 1]);
			ret_y[i] = plus(line_next(&line), error);
			line_see(&line, ret_y[i], error);
		}
		break;
	}
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Step and snap of FOLLOW: the usual difference, by the median of some, then the mean of those that
 * are usual. Only for columns within follow_range. */
static void find_line(const int64_t *y, size_t n, struct model *ret_model)
{
	int64_t some[SAMPLES];
	size_t n_some = n - 1 < SAMPLES ? n - 1 : SAMPLES;

	for (size_t i = 0; i < n_some; i++) {
		size_t at = 1 + i * (n - 1) / n_some;
		some[i] = y[at] - y[at - 1];
	}
	qsort(some, n_some, sizeof some[0], compare);
	int64_t usual = some[n_some / 2];
	for (size_t i = 0; i < n_some; i++)
		some[i] = some[i] > usual ? some[i] - usual : usual - some[i];
	qsort(some, n_some, sizeof some[0], compare);
	int64_t snap = 16 + 8 * some[n_some / 2];

	int64_t sum = 0, count = 0;
	for (size_t i = 1; i < n; i++) {
		int64_t off = y[i] - y[i - 1] - usual;
		if (off <= snap && off >= -snap) {
			sum += off;
			count++;
		}
	}
	ret_model->step = usual * (1 << FRACTION);
	if (count) /* by parts, since the sum may use all the bits there are */
		ret_model->step +=
			sum / count * (1 << FRACTION) + sum % count * (1 << FRACTION) / count;
	ret_model->snap = (uint64_t)snap;
}

/* Bits that the errors of a model would take, on a sample. */
static uint64_t cost(const struct model *model, const int64_t *y, size_t n)
{
	size_t windows = n <= (size_t)WINDOWS * WINDOW ? 1 : WINDOWS;
	size_t length = windows == 1 ? n : WINDOW;
	uint64_t errors[WINDOWS * WINDOW], bits = 0;
	struct model here = *model;

	for (size_t w = 0; w < windows; w++) {
		const int64_t *from = y + (windows == 1 ? 0 : w * (n - length) / (windows - 1));
		if (here.prediction == DELTA2)
			here.step = minus(from[1], from[0]);
		predict(&here, from, length, errors);
		for (size_t i = 0; i < length - 1; i++)
			bits += bit_length(errors[i]);
	}
	return bits;
}

static struct model choose(const int64_t *y, size_t n, uint64_t reach)
{
	struct model best = {.prediction = DELTA};
	struct model other = {.prediction = DELTA2};

	if (n < 3)
		return best;
	uint64_t least = cost(&best, y, n);
	if (!least)
		return best;

	other.step = minus(y[1], y[0]);
	uint64_t bits = cost(&other, y, n);
	if (bits < least) {
		best = other;
		least = bits;
	}
	if (!least || reach >= follow_range)
		return best;

	find_line(y, n, &other);
	for (enum prediction p = FOLLOW_SLOW; p <= FOLLOW_FAST; p++) {
		other.prediction = p;
		bits = cost(&other, y, n);
		if (bits < least) {
			best = other;
			least = bits;
		}
	}
	return best;
}

/* ---------------------------------------------------------------- packing by bits */

struct bit_writer {
	uint8_t *to;
	uint64_t held;
	unsigned n_held; /* < 8 between calls */
};

static void put_bits(struct bit_writer *bits, uint64_t x, unsigned width) /* width <= 56 */
{
	bits->held |= x << bits->n_held;
	bits->n_held += width;
	while (bits->n_held >= 8) {
		*bits->to++ = (uint8_t)bits->held;
		bits->held >>= 8;
		bits->n_held -= 8;
	}
}

static size_t bits_size(const uint64_t *errors, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i += BLOCK) {
		size_t end = i + BLOCK < n ? i + BLOCK : n;
		uint64_t all = 0;
		for (size_t j = i; j < end; j++)
			all |= errors[j];
		size += 1 + ((end - i) * bit_length(all) + 7) / 8;
	}
	return size;
}

static void put_blocks(struct bytes_out *out, const uint64_t *errors, size_t n, size_t size)
{
	uint8_t *to = bytes_room(out, size);

	if (!to)
		return;
	for (size_t i = 0; i < n; i += BLOCK) {
		size_t end = i + BLOCK < n ? i + BLOCK : n;
		uint64_t all = 0;
		for (size_t j = i; j < end; j++)
			all |= errors[j];

		unsigned width = bit_length(all);
		struct bit_writer bits = {.to = to + 1};
		to[0] = (uint8_t)width;
		for (size_t j = i; j < end; j++) {
			if (width > 32) {
				put_bits(&bits, errors[j] & UINT32_MAX, 32);
				put_bits(&bits, errors[j] >> 32, width - 32);
			} else {
				put_bits(&bits, errors[j], width);
			}
		}
		if (bits.n_held)
			*bits.to++ = (uint8_t)bits.held;
		to = bits.to;
	}
	out->n += size;
}

struct bit_reader {
	const uint8_t *from;
	uint64_t held;
	unsigned n_held;
};

static uint64_t get_bits(struct bit_reader *bits, unsigned width) /* width <= 32 */
{
	while (bits->n_held < width) {
		bits->held |= (uint64_t)*bits->from++ << bits->n_held;
		bits->n_held += 8;
	}
	uint64_t x = bits->held & (((uint64_t)1 << width) - 1);
	bits->held >>= width;
	bits->n_held -= width;
	return x;
}

static void get_blocks(struct bytes_in *in, uint64_t *ret_errors, size_t n)
{
	for (size_t i = 0; i < n; i += BLOCK) {
		size_t end = i + BLOCK < n ? i + BLOCK : n;
		unsigned width = bytes_get_byte(in);
		if (width > 64)
			in->is_broken = true;
		struct bit_reader bits = {.from = bytes_get(in, ((end - i) * width + 7) / 8)};
		if (!bits.from)
			return;
		for (size_t j = i; j < end; j++) {
			if (width > 32) {
				uint64_t low = get_bits(&bits, 32);
				ret_errors[j] = low | get_bits(&bits, width - 32) << 32;
			} else {
				ret_errors[j] = get_bits(&bits, width);
			}
		}
	}
}

/* ---------------------------------------------------------------- packing by planes */

int column_encode_bytes(struct column_codec *codec, struct bytes_out *out, const uint8_t *bytes,
	size_t n, int level)
{
	size_t packed = n;

	if (n >= 32 && level > 0) {
		size_t bound = ZSTD_compressBound(n);
		if (bound > codec->packed_size) {
			uint8_t *room = realloc(codec->packed, bound);
			if (!room)
				return -ENOMEM;
			codec->packed = room;
			codec->packed_size = bound;
		}
		packed =
			ZSTD_compressCCtx(codec->compressor, codec->packed, bound, bytes, n, level);
		if (ZSTD_isError(packed))
			packed = n;
	}
	bytes_put_uint(out, n);
	if (packed < n) {
		bytes_put_uint(out, packed);
		bytes_put(out, codec->packed, packed);
	} else {
		bytes_put_uint(out, n);
		bytes_put(out, bytes, n);
	}
	return out->is_broken ? -ENOMEM : 0;
}

int column_decode_bytes(struct column_codec *codec, struct bytes_in *in, size_t most,
	const uint8_t **ret_bytes, size_t *ret_n)
{
	uint64_t n = bytes_get_uint(in), packed = bytes_get_uint(in);

	if (in->is_broken || n > most || packed > n)
		return -EBADMSG;
	const uint8_t *at = bytes_get(in, (size_t)packed);
	if (!at)
		return -EBADMSG;
	if (packed < n) {
		int result = reserve(codec, (size_t)n);
		if (result < 0)
			return result;
		if (ZSTD_decompressDCtx(
			    codec->expander, codec->plane, (size_t)n, at, (size_t)packed) != n)
			return -EBADMSG;
		at = codec->plane;
	}
	*ret_bytes = at;
	*ret_n = (size_t)n;
	return 0;
}

/* Writes the planes to `out`; what they take is for the caller to compare. */
static int put_planes(
	struct column_codec *codec, struct bytes_out *out, size_t n, unsigned width, int level)
{
	unsigned planes = (width + 7) / 8;

	bytes_put_byte(out, planes);
	for (unsigned p = 0; p < planes; p++) {
		uint8_t any = 0;
		for (size_t i = 0; i < n; i++) {
			codec->plane[i] = (uint8_t)(codec->residuals[i] >> (8 * p));
			any |= codec->plane[i];
		}
		if (!any) {
			bytes_put_uint(out, 0);
			continue;
		}
		int result = column_encode_bytes(codec, out, codec->plane, n, level);
		if (result < 0)
			return result;
	}
	return 0;
}

static int get_planes(struct column_codec *codec, struct bytes_in *in, size_t n)
{
	unsigned planes = bytes_get_byte(in);

	if (planes > 8)
		return -EBADMSG;
	memset(codec->residuals, 0, n * sizeof codec->residuals[0]);
	for (unsigned p = 0; p < planes; p++) {
		const uint8_t *bytes;
		size_t got;
		if (in->n && in->at[0] == 0) { /* a length of 0: all are zero */
			bytes_get_byte(in);
			continue;
		}
		int result = column_decode_bytes(codec, in, n, &bytes, &got);
		if (result < 0)
			return result;
		if (got != n)
			return -EBADMSG;
		for (size_t i = 0; i < n; i++)
			codec->residuals[i] |= (uint64_t)bytes[i] << (8 * p);
	}
	return 0;
}

/* ---------------------------------------------------------------- the column */

static uint64_t divisor_of(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Turns x into y = (x - x[0]) / divisor. Says how far y reaches (UINT64_MAX: it may wrap). */
static uint64_t reduce(int64_t *x, size_t n, uint64_t *ret_reach)
{
	int64_t low = x[0], high = x[0], first = x[0];
	uint64_t divisor = 0;

	for (size_t i = 1; i < n; i++) {
		low = x[i] < low ? x[i] : low;
		high = x[i] > high ? x[i] : high;
	}
	uint64_t reach = (uint64_t)high - (uint64_t)low;
	if (reach >> 62) { /* doubles of both signs: differences would not fit */
		for (size_t i = 0; i < n; i++)
			x[i] = minus(x[i], first);
		*ret_reach = UINT64_MAX;
		return 1;
	}
	for (size_t i = 1; i < n && divisor != 1; i++) {
		int64_t delta = x[i] - x[i - 1];
		uint64_t size = delta < 0 ? (uint64_t)-delta : (uint64_t)delta;
		if (size && size != divisor)
			divisor = divisor_of(size, divisor);
	}
	if (divisor <= 1) {
		for (size_t i = 0; i < n; i++)
			x[i] -= first;
		divisor = 1;
	} else {
		for (size_t i = 0; i < n; i++)
			x[i] = (x[i] - first) / (int64_t)divisor;
	}
	*ret_reach = reach / divisor;
	return divisor;
}

int column_encode(
	struct column_codec *codec, struct bytes_out *out, int64_t *x, size_t n, int level)
{
	if (!n)
		return 0;
	int result = reserve(codec, n);
	if (result < 0)
		return result;

	uint64_t reach, all = 0;
	int64_t first = x[0];
	uint64_t divisor = reduce(x, n, &reach);
	struct model model = choose(x, n, reach);
	predict(&model, x, n, codec->residuals);
	for (size_t i = 0; i < n - 1; i++)
		all |= codec->residuals[i];

	size_t head = out->n;
	unsigned flags = model.prediction | (divisor > 1 ? HAS_DIVISOR : 0);
	bytes_put_byte(out, flags | NOTHING << PACKING_SHIFT);
	bytes_put_int(out, first);
	if (divisor > 1)
		bytes_put_uint(out, divisor);
	if (model.prediction != DELTA)
		bytes_put_int(out, model.step);
	if (model.prediction >= FOLLOW_SLOW)
		bytes_put_uint(out, model.snap);
	if (!all)
		return out->is_broken ? -ENOMEM : 0;

	size_t body = out->n, size = bits_size(codec->residuals, n - 1);
	enum packing packing = BITS;
	if (level > 0) {
		result = put_planes(codec, out, n - 1, bit_length(all), level);
		if (result < 0)
			return result;
		packing = PLANES;
	}
	if (level <= 0 || size < out->n - body) {
		out->n = body;
		put_blocks(out, codec->residuals, n - 1, size);
		packing = BITS;
	}
	if (out->is_broken)
		return -ENOMEM;
	out->at[head] = (uint8_t)(flags | packing << PACKING_SHIFT);
	return 0;
}

int column_decode(struct column_codec *codec, struct bytes_in *in, int64_t *ret_x, size_t n)
{
	if (!n)
		return 0;
	int result = reserve(codec, n);
	if (result < 0)
		return result;

	unsigned head = bytes_get_byte(in);
	uint64_t first = (uint64_t)bytes_get_int(in);
	uint64_t divisor = head & HAS_DIVISOR ? bytes_get_uint(in) : 1;
	struct model model = {.prediction = head & 3};
	if (model.prediction != DELTA)
		model.step = bytes_get_int(in);
	if (model.prediction >= FOLLOW_SLOW)
		model.snap = bytes_get_uint(in);
	switch (head >> PACKING_SHIFT) {
	case NOTHING:
		memset(codec->residuals, 0, n * sizeof codec->residuals[0]);
		break;
	case BITS:
		get_blocks(in, codec->residuals, n - 1);
		break;
	case PLANES:
		result = get_planes(codec, in, n - 1);
		if (result < 0)
			return result;
		break;
	default:
		return -EBADMSG;
	}
	if (in->is_broken)
		return -EBADMSG;
	unpredict(&model, codec->residuals, n, ret_x);
	for (size_t i = 0; i < n; i++)
		ret_x[i] = (int64_t)((uint64_t)ret_x[i] * divisor + first);
	return 0;
}
