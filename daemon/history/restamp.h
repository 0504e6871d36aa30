/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other stamps for an export than those that rows were given while they came in: by the better map
 * of a closed run (keep/curve.h), or even ones by index (keep/even.h). The store is not touched, no
 * row changes its place, and who wants the stored stamps has them. Work thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "keep/refining.h"
#include "keep/store.h"

enum stamps {
	STAMPS_LIVE = 0, /* as stored, shipped and shown */
	STAMPS_REFINED = 1,
	STAMPS_EVEN = 2,
};

/* What makes of a stored stamp of one stream another; all zero: nothing. */
struct restamp {
	const struct curve *curve;
	const int64_t *stored, *even; /* of all rows in the range, in order */
	size_t n;
	int64_t most_ns; /* no stamp is moved further */
};
int64_t restamp(const struct restamp *restamp, int64_t stored_ns);

struct restamp_stream {
	const struct stream *stream;
	bool is_polled; /* its rows come when we ask: no clock of the device's is in them */
};

struct restamps_options {
	enum stamps stamps;
	bool is_strict; /* each stream must be made even; else those that can, and one at least */
	uint32_t run;   /* whose better map; 0: none is kept, it is made */
	struct instant from, to;
};

struct restamps;

int restamps_new(const struct restamps_options *options, struct restamps **ret_restamps);
void restamps_free(struct restamps *restamps);

/* Gets what these streams need, a part at each call. 1: there is more to do; 0: it is ready; -EDOM:
 * the rows of *ret_stream come at no regular time; -E2BIG: too many rows for even stamps; else as
 * the reader says. */
int restamps_step(struct restamps *restamps, const struct restamp_stream *streams, size_t n,
	struct reader *reader, uint32_t *ret_stream);

/* When it is ready. The curve and stamps are lent. */
struct restamp restamps_of(const struct restamps *restamps, const struct stream *stream);

/* Was the better map made here, since none was kept? Then here it is once, to be kept; the caller's
 * to free. NULL: no (more). */
struct refinement *restamps_take_made(struct restamps *restamps);
