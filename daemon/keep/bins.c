/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bins, see bins.h. */
#include "keep/bins.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
	ROWS_A_BIN = 64, /* fewer are quicker read as rows */
	COARSER = 3,     /* levels are 2^3 apart */
	WORTH = 16,      /* a coarser level is made of more bins than this */
	K_MAX = 62,
};

struct bins_maker {
	struct chunk_codec *codec;
	int64_t *stamps;
	struct bin *bins;       /* n_channels per row */
	double *values;         /* the same as a chunk's rows */
	size_t size, bins_size; /* rows, rows * channels */
	struct bytes_out bytes[BIN_LEVELS];
};

int bins_maker_new(struct bins_maker **ret_maker)
{
	struct bins_maker *maker = calloc(1, sizeof *maker);

	if (!maker)
		return -ENOMEM;
	int result = chunk_codec_new(&maker->codec);
	if (result < 0) {
		bins_maker_free(maker);
		return result;
	}
	*ret_maker = maker;
	return 0;
}

void bins_maker_free(struct bins_maker *maker)
{
	if (!maker)
		return;
	chunk_codec_free(maker->codec);
	free(maker->stamps);
	free(maker->bins);
	free(maker->values);
	for (unsigned i = 0; i < BIN_LEVELS; i++)
		free(maker->bytes[i].at);
	free(maker);
}

void bin_add(struct bin *bin, const struct bin *later)
{
	if (!later->n)
		return;
	if (!bin->n) {
		*bin = *later;
		return;
	}
	bin->last = later->last;
	bin->min = later->min < bin->min ? later->min : bin->min;
	bin->max = later->max > bin->max ? later->max : bin->max;
	bin->sum += later->sum;
	bin->n += later->n;
}

void bin_add_value(struct bin *bin, double value)
{
	if (isnan(value))
		return;
	if (!bin->n)
		*bin = (struct bin){.first = value, .min = value, .max = value};
	bin->last = value;
	bin->min = value < bin->min ? value : bin->min;
	bin->max = value > bin->max ? value : bin->max;
	bin->sum += value;
	bin->n++;
}

/* The sum of decimals is a decimal: the nearest one, if it is as near as the additions were
 * exact. */
static double exact_sum(const struct bin *bin)
{
	double most = fmax(fabs(bin->min), fabs(bin->max)) * (double)bin->n;
	double tolerance = most * (double)bin->n * 0x1p-53, power = 1;

	for (int digits = 0; digits <= 6; digits++, power *= 10) {
		double scaled = bin->sum * power;
		if (!(fabs(scaled) < 0x1p50))
			break;
		double near = nearbyint(scaled) / power;
		if (fabs(near - bin->sum) <= tolerance)
			return near;
	}
	return bin->sum;
}

static size_t count_bins(const struct chunk *chunk, unsigned k)
{
	size_t n = 1;

	for (size_t i = 1; i < chunk->n_rows; i++)
		n += chunk->stamps_ns[i] >> k != chunk->stamps_ns[i - 1] >> k;
	return n;
}

/* The finest grid that gives no more than a bin per 64 rows (two in any case: a chunk may lie
 * across an edge of every grid). */
static unsigned finest_grid(const struct chunk *chunk)
{
	size_t most = chunk->n_rows / ROWS_A_BIN < 2 ? 2 : chunk->n_rows / ROWS_A_BIN;
	uint64_t span =
		(uint64_t)chunk->stamps_ns[chunk->n_rows - 1] - (uint64_t)chunk->stamps_ns[0];
	unsigned k = 0;

	while (k < K_MAX && span >> k > most)
		k++;
	while (k < K_MAX && count_bins(chunk, k) > most)
		k++;
	while (k > 0 &&
		count_bins(chunk, k - 1) <= most) /* bursts are fewer bins than their span */
		k--;
	return k;
}

static int reserve(struct bins_maker *maker, size_t n, size_t n_channels)
{
	if (n > maker->size) {
		free(maker->stamps);
		maker->size = 0;
		maker->stamps = malloc(n * sizeof *maker->stamps);
		if (!maker->stamps)
			return -ENOMEM;
		maker->size = n;
	}
	if (n * n_channels > maker->bins_size) {
		free(maker->bins);
		free(maker->values);
		maker->bins_size = 0;
		maker->bins = malloc(n * n_channels * sizeof *maker->bins);
		maker->values = malloc(n * n_channels * BIN_NUMBERS * sizeof *maker->values);
		if (!maker->bins || !maker->values)
			return -ENOMEM;
		maker->bins_size = n * n_channels;
	}
	return 0;
}

static size_t fill(struct bins_maker *maker, const struct chunk *chunk, unsigned k)
{
	size_t n = 0, channels = chunk->n_channels;
	struct bin *bins = NULL;

	for (size_t i = 0; i < chunk->n_rows; i++) {
		int64_t start = (int64_t)((uint64_t)(chunk->stamps_ns[i] >> k) << k);
		if (!n || maker->stamps[n - 1] != start) {
			bins = &maker->bins[n * channels];
			for (size_t c = 0; c < channels; c++)
				bins[c] = (struct bin){.n = 0};
			maker->stamps[n++] = start;
		}
		for (size_t c = 0; c < channels; c++)
			bin_add_value(&bins[c], chunk->values[i * channels + c]);
	}
	for (size_t i = 0; i < n * channels; i++)
		maker->bins[i].sum = exact_sum(&maker->bins[i]);
	return n;
}

/* In place: a coarser bin is never behind the finer ones it is made of. */
static size_t coarsen(struct bins_maker *maker, size_t n, size_t channels, unsigned k)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t start = (int64_t)((uint64_t)(maker->stamps[i] >> k) << k);
		if (to && maker->stamps[to - 1] == start) {
			for (size_t c = 0; c < channels; c++)
				bin_add(&maker->bins[(to - 1) * channels + c],
					&maker->bins[i * channels + c]);
			continue;
		}
		maker->stamps[to] = start;
		for (size_t c = 0; c < channels; c++)
			maker->bins[to * channels + c] = maker->bins[i * channels + c];
		to++;
	}
	for (size_t i = 0; i < to * channels; i++)
		maker->bins[i].sum = exact_sum(&maker->bins[i]);
	return to;
}

static int pack(
	struct bins_maker *maker, size_t n, size_t channels, unsigned k, struct bytes_out *out)
{
	const struct chunk rows = {.n_channels = (uint32_t)channels * BIN_NUMBERS,
		.n_rows = n,
		.stamp_unit_ns = 1,
		.stamps_ns = maker->stamps,
		.values = maker->values};
	double *to = maker->values;
	const uint8_t *bytes;
	size_t n_bytes;

	for (size_t i = 0; i < n * channels; i++) {
		const struct bin *bin = &maker->bins[i];
		bool is_empty = !bin->n;
		*to++ = is_empty ? NAN : bin->first;
		*to++ = is_empty ? NAN : bin->last;
		*to++ = is_empty ? NAN : bin->min;
		*to++ = is_empty ? NAN : bin->max;
		*to++ = is_empty ? NAN : bin->sum;
		*to++ = (double)bin->n;
	}
	int result = chunk_encode(maker->codec, &rows, 1, &bytes, &n_bytes);
	if (result < 0)
		return result;
	out->n = 0;
	out->is_broken = false;
	bytes_put_byte(out, k);
	bytes_put(out, bytes, n_bytes);
	return out->is_broken ? -ENOMEM : 0;
}

int bins_make(struct bins_maker *maker, const struct chunk *chunk,
	struct bins_level ret_levels[BIN_LEVELS])
{
	size_t channels = chunk->n_channels;
	unsigned k = finest_grid(chunk), n_levels = 0;
	int result = reserve(maker, count_bins(chunk, k), channels);

	if (result < 0)
		return result;
	size_t n = fill(maker, chunk, k);
	for (;;) {
		result = pack(maker, n, channels, k, &maker->bytes[n_levels++]);
		if (result < 0)
			return result;
		if (n_levels == BIN_LEVELS || n <= WORTH || k + COARSER > K_MAX)
			break;
		k += COARSER;
		n = coarsen(maker, n, channels, k);
	}
	for (unsigned i = 0; i < BIN_LEVELS; i++) {
		const struct bytes_out *level =
			i < n_levels ? &maker->bytes[n_levels - 1 - i] : NULL;
		ret_levels[i] = level ? (struct bins_level){level->at, level->n}
				      : (struct bins_level){NULL, 0};
	}
	return 0;
}

int bins_read(struct chunk_codec *codec, const uint8_t *bytes, size_t n, uint32_t n_channels,
	unsigned *ret_k, struct chunk *ret_rows)
{
	struct chunk rows;

	if (n < 1 || bytes[0] > K_MAX)
		return -EBADMSG;
	int result = chunk_decode(codec, bytes + 1, n - 1, &rows);
	if (result < 0)
		return result;
	if (rows.n_channels % BIN_NUMBERS ||
		(n_channels && rows.n_channels != n_channels * BIN_NUMBERS))
		return -EBADMSG;
	*ret_k = bytes[0];
	*ret_rows = rows;
	return 0;
}

struct bin bin_of(const struct chunk *rows, size_t row, uint32_t channel)
{
	const double *v = &rows->values[row * rows->n_channels + (size_t)channel * BIN_NUMBERS];

	return (struct bin){.first = v[0],
		.last = v[1],
		.min = v[2],
		.max = v[3],
		.sum = v[4],
		.n = v[5] >= 0 && v[5] < 0x1p53 ? (uint64_t)v[5] : 0};
}
