/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of malloc'ed blocks: descriptions are a few kilobytes, and an overrun is seen by
 * AddressSanitizer for each block by itself. */
#include "data/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *before;
	size_t size;
	alignas(max_align_t) unsigned char bytes[];
};

void *arena_take(struct arena *arena, size_t n)
{
	size_t left = arena->limit - arena->used;

	if (left < sizeof(struct arena_block) || n > left - sizeof(struct arena_block))
		return NULL;
	struct arena_block *block = calloc(1, sizeof *block + n);

	if (!block)
		return NULL;
	block->before = arena->last;
	block->size = n;
	arena->last = block;
	arena->used += sizeof *block + n;
	return block->bytes;
}

void *arena_resize(struct arena *arena, void *old, size_t n)
{
	if (n == 0)
		return NULL;
	void *grown = arena_take(arena, n);

	if (grown && old) {
		const unsigned char *bytes = old;
		const struct arena_block *block =
			(const void *)(bytes - offsetof(struct arena_block, bytes));

		memcpy(grown, old, block->size < n ? block->size : n);
	}
	return grown;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t n)
{
	char *copy = arena_take(arena, n + 1);

	if (copy)
		memcpy(copy, bytes, n);
	return copy;
}

void arena_free(struct arena *arena)
{
	while (arena->last) {
		struct arena_block *block = arena->last;

		arena->last = block->before;
		free(block);
	}
	arena->used = 0;
}
