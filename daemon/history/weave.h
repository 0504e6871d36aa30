/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of several streams, raw, and the gaps between them as one sequence in time, read from
 * the store page by page, so that a run of a month takes no more memory than one of a minute. One
 * thread (work). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "keep/store.h"
#include "history/restamp.h"

enum { WEAVE_STREAMS = 64 };

struct weave;

struct weave_stream {
	uint32_t id, n_channels;
	int64_t period_ns;      /* 0: irregular */
	struct restamp restamp; /* its rows and gaps come at these instants instead; lent */
};

/* At most WEAVE_STREAMS streams; rows stored with from <= stamp < to, and what of gaps is there. A gap
 * that lasts does so until `kept`, when all was on the card (told.h). 0, -E2BIG, -ENOMEM. */
int weave_new(const struct weave_stream *streams, size_t n, struct instant from, struct instant to,
	struct instant kept, struct weave **ret_weave);
void weave_free(struct weave *weave);

/* What happened at one instant. Borrowed until the next weave_next. */
struct moment {
	struct instant at;
	const double *values[WEAVE_STREAMS]; /* of each stream, NULL: no row at this instant */
	int64_t stored_ns[WEAVE_STREAMS];    /* the stamp that such a row has in the store */
	const struct gap *gap; /* then there are no values; a gap follows the row it begins at */
};

/* The next moment; false at the end, and when the store cannot be read: then *ret_error is -errno,
 * else 0. Reads a page when the last one is used up. */
bool weave_next(
	struct weave *weave, struct reader *reader, struct moment *ret_moment, int *ret_error);
