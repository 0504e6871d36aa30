/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep/column_bits.h"

enum { BLOCK = 32 };

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

size_t column_bits_size(const uint64_t *errors, size_t n)
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

void column_put_bits(struct bytes_out *out, const uint64_t *errors, size_t n, size_t size)
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

void column_get_bits(struct bytes_in *in, uint64_t *ret_errors, size_t n)
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
