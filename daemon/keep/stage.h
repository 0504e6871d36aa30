/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of one stream being gathered until they are enough for a record or a chunk. One owner. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keep/chunk.h"

struct stage {
	struct chunk rows;       /* a chunk at any time; its arrays are this stage's */
	size_t size, ticks_size; /* rows there is room for */
	size_t pieces_size;
	int64_t *stamps_ns, *ticks;
	double *values;
	struct clock_piece *pieces;
	uint32_t *piece_rows;
};

/* Zero-initialise; free lets go of the memory and leaves an empty stage. */
void stage_free(struct stage *stage);
void stage_clear(struct stage *stage);

/* May rows like these follow those that are there? (Same channels, ticks or none.) */
bool stage_takes(const struct stage *stage, const struct chunk *rows);

/* Appends rows `from` .. `to`-1 of a chunk that stage_takes. -ENOMEM, and nothing was added. */
int stage_add(struct stage *stage, const struct chunk *rows, size_t from, size_t to);

/* The stamps as they are, without the ticks: for rows that do not follow from theirs. */
void stage_forget_ticks(struct stage *stage);
