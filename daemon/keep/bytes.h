/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes going out into a buffer that grows, and coming in from a buffer that is not believed:
 * numbers as varints (seven bits a byte, least first; signed ones by zigzag, so that small means
 * short).
 *
 * Both remember a failure and go on harmlessly, so a format is written and read line by line and
 * asked once at the end. Any thread; an object belongs to one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes_out {
	uint8_t *at; /* malloc'ed; the owner frees it */
	size_t n, size;
	bool is_broken; /* no memory */
};

struct bytes_in {
	const uint8_t *at;
	size_t n;       /* left */
	bool is_broken; /* read past the end, or a number that no writer writes */
};

static inline unsigned bit_length(uint64_t x)
{
	return x ? 64 - (unsigned)__builtin_clzll(x) : 0;
}

static inline uint64_t zigzag(int64_t x)
{
	return ((uint64_t)x << 1) ^ (x < 0 ? UINT64_MAX : 0);
}

static inline int64_t unzigzag(uint64_t z)
{
	return (int64_t)((z >> 1) ^ (0 - (z & 1)));
}

/* Room for n more bytes: where to write them, or NULL. The writer adds to out->n itself. */
static inline uint8_t *bytes_room(struct bytes_out *out, size_t n)
{
	if (out->is_broken)
		return NULL;
	if (out->size - out->n < n) {
		size_t size = (out->n + n) * 3 / 2 + 64;
		uint8_t *at = realloc(out->at, size);
		if (!at) {
			out->is_broken = true;
			return NULL;
		}
		out->at = at;
		out->size = size;
	}
	return out->at + out->n;
}

static inline void bytes_put(struct bytes_out *out, const void *bytes, size_t n)
{
	uint8_t *to = bytes_room(out, n);

	if (to && n) {
		memcpy(to, bytes, n);
		out->n += n;
	}
}

static inline void bytes_put_byte(struct bytes_out *out, unsigned byte)
{
	uint8_t b = (uint8_t)byte;

	bytes_put(out, &b, 1);
}

static inline void bytes_put_uint(struct bytes_out *out, uint64_t x)
{
	uint8_t *to = bytes_room(out, 10);

	if (!to)
		return;
	while (x > 127) {
		*to++ = (uint8_t)(x | 128);
		x >>= 7;
	}
	*to++ = (uint8_t)x;
	out->n = (size_t)(to - out->at);
}

static inline void bytes_put_int(struct bytes_out *out, int64_t x)
{
	bytes_put_uint(out, zigzag(x));
}

static inline void bytes_put_u32(struct bytes_out *out, uint32_t x)
{
	const uint8_t b[4] = {
		(uint8_t)x, (uint8_t)(x >> 8), (uint8_t)(x >> 16), (uint8_t)(x >> 24)};

	bytes_put(out, b, sizeof b);
}

/* The next n bytes, borrowed from the input; NULL when there are not that many. */
static inline const uint8_t *bytes_get(struct bytes_in *in, size_t n)
{
	const uint8_t *at = in->at;

	if (in->is_broken || in->n < n) {
		in->is_broken = true;
		return NULL;
	}
	in->at += n;
	in->n -= n;
	return at;
}

static inline unsigned bytes_get_byte(struct bytes_in *in)
{
	const uint8_t *at = bytes_get(in, 1);

	return at ? *at : 0;
}

static inline uint64_t bytes_get_uint(struct bytes_in *in)
{
	uint64_t x = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		unsigned byte = bytes_get_byte(in);
		if (shift == 63 && byte > 1)
			break;
		x |= (uint64_t)(byte & 127) << shift;
		if (byte < 128)
			return x;
	}
	in->is_broken = true;
	return 0;
}

static inline int64_t bytes_get_int(struct bytes_in *in)
{
	return unzigzag(bytes_get_uint(in));
}

static inline uint32_t bytes_get_u32(struct bytes_in *in)
{
	const uint8_t *b = bytes_get(in, 4);

	return b
		? (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24
		: 0;
}
