/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory that is given back as a whole: what was read from one file, with all its texts and lists.
 *
 * Bounded, so that no file, however odd, makes the daemon large. One owner; no thread of its
 * own. */
#pragma once

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *last;
	size_t used, limit; /* bytes */
};

/* An empty arena that will give at most `limit` bytes. Holds nothing: arena_free is not needed
 * yet. */
static inline struct arena arena_of(size_t limit)
{
	return (struct arena){.limit = limit};
}

/* n zeroed bytes, aligned for anything; NULL when the limit or the memory is exhausted. */
void *arena_take(struct arena *arena, size_t n);

/* Like realloc, for libraries that want one: NULL takes, n == 0 returns NULL (nothing is freed
 * before arena_free), growing may move. */
void *arena_resize(struct arena *arena, void *old, size_t n);

/* A copy of n bytes with a NUL behind it. */
char *arena_copy(struct arena *arena, const char *bytes, size_t n);

void arena_free(struct arena *arena);
