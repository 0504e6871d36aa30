/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A visitor of the reader may not ask the reader: first the numbers, then what they stand for. */
#include "history/partakers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "history/told.h"

struct candidates {
	uint32_t *ids;
	size_t n, room;
};

static int take_candidate(void *self, const struct device *device)
{
	struct candidates *candidates = self;

	for (uint32_t i = 0; i < device->n_streams; i++) {
		if (device->streams[i].kind != STREAM_DATA)
			continue;
		if (candidates->n == candidates->room) {
			size_t room = candidates->room ? candidates->room * 2 : 64;
			uint32_t *grown = realloc(candidates->ids, room * sizeof *grown);

			if (!grown)
				return -ENOMEM;
			candidates->ids = grown;
			candidates->room = room;
		}
		candidates->ids[candidates->n++] = device->streams[i].id;
	}
	return 0;
}

/* Its own, and not that it was put away. */
static int look_for_trouble(void *self, const struct gap *gap)
{
	const uint32_t *stream = self;

	return gap->stream == *stream && gap->reason != GAP_UNPLUGGED;
}

static bool has_part(struct reader *reader, const struct told_range *range)
{
	struct instant first, last;
	uint32_t stream = range->stream;
	uint64_t rows;

	if (reader_extent(reader, stream, &first, &last, &rows) == 0 && first.ns < range->to.ns &&
		last.ns >= range->from.ns)
		return true;
	return told_gaps(reader, range, look_for_trouble, &stream) > 0;
}

int partakers(struct reader *reader, struct instant from, struct instant to, struct instant kept,
	uint32_t ret_streams[WEAVE_STREAMS], size_t *ret_n)
{
	struct candidates candidates = {0};
	int r = reader_devices(reader, take_candidate, &candidates);
	size_t n = 0;

	for (size_t i = 0; i < candidates.n && r == 0; i++) {
		const struct told_range range = {
			.stream = candidates.ids[i], .from = from, .to = to, .kept = kept};

		if (!has_part(reader, &range))
			continue;
		if (n == WEAVE_STREAMS)
			r = -E2BIG;
		else
			ret_streams[n++] = candidates.ids[i];
	}
	free(candidates.ids);
	if (r == 0)
		*ret_n = n;
	return r;
}
