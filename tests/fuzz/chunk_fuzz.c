/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes through the chunk decoder: nothing but a chunk that keeps its rules, or -EBADMSG, and
 * what was decoded encodes and decodes to the same again. The checksum at the end is made right
 * first, else nothing but the checksum would be tested. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "keep/chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static struct chunk_codec *first, *second;

static void make_checksum_right(uint8_t *bytes, size_t n)
{
	uint32_t crc = (uint32_t)crc32(0, bytes, (unsigned)n);

	for (unsigned i = 0; i < 4; i++)
		bytes[n + i] = (uint8_t)(crc >> (8 * i));
}

static void must(int is_true)
{
	if (!is_true)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct chunk chunk, again;
	const uint8_t *encoded;
	size_t n_encoded;

	if (!first && (chunk_codec_new(&first) || chunk_codec_new(&second)))
		return 0;
	uint8_t *copy = malloc(n + 4);
	if (!copy)
		return 0;
	memcpy(copy, bytes, n);
	make_checksum_right(copy, n);
	if (chunk_decode(first, copy, n + 4, &chunk) == 0 &&
		chunk.n_rows * chunk.n_channels < 100000) {
		must(chunk_encode(second, &chunk, 1, &encoded, &n_encoded) == 0);
		must(chunk_decode(second, encoded, n_encoded, &again) == 0);
		must(again.n_rows == chunk.n_rows && again.n_channels == chunk.n_channels);
		must(!memcmp(again.stamps_ns, chunk.stamps_ns, chunk.n_rows * sizeof(int64_t)));
		for (size_t i = 0; i < chunk.n_rows * chunk.n_channels; i++)
			must((isnan(again.values[i]) && isnan(chunk.values[i])) ||
				!memcmp(&again.values[i], &chunk.values[i], sizeof(double)));
	}
	free(copy);
	return 0;
}
