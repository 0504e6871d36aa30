/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/restamp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "keep/even.h"

enum { EVEN_ROWS = 500000 }; /* of all streams together: 8 MB */

struct curve_of {
	uint32_t device;
	struct curve *curve; /* NULL: nothing better is known */
};

struct evened {
	uint32_t stream;
	int64_t *stored, *even;
	size_t n, room;
	int64_t most_ns;
};

struct restamps {
	struct restamps_options options;
	struct curve_of *curves;
	struct evened *evened;
	size_t n_curves, n_evened;
	size_t n_rows;        /* to be even */
	struct even *evening; /* of the newest of `evened` */
	bool is_begun;
	struct refining *refining; /* of the devices for which nothing was kept */
	size_t made;               /* so many curves of it were given to be kept */
};

int64_t restamp(const struct restamp *restamp, int64_t stored_ns)
{
	size_t low = 0, high = restamp->n;

	if (restamp->curve)
		return curve_stamp(restamp->curve, stored_ns);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (restamp->stored[middle] < stored_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low < restamp->n && restamp->stored[low] == stored_ns ? restamp->even[low]
								     : stored_ns;
}

int restamps_new(const struct restamps_options *options, struct restamps **ret_restamps)
{
	struct restamps *restamps = calloc(1, sizeof *restamps);

	if (!restamps)
		return -ENOMEM;
	restamps->options = *options;
	*ret_restamps = restamps;
	return 0;
}

void restamps_free(struct restamps *restamps)
{
	if (!restamps)
		return;
	for (size_t i = 0; i < restamps->n_curves; i++)
		curve_free(restamps->curves[i].curve);
	even_free(restamps->evening);
	for (size_t i = 0; i < restamps->n_evened; i++) {
		free(restamps->evened[i].stored);
		free(restamps->evened[i].even);
	}
	free(restamps->curves);
	free(restamps->evened);
	refining_free(restamps->refining);
	free(restamps);
}

/* --- by the better map --- */

static const struct curve *curve_of(const struct restamps *restamps, uint32_t device)
{
	uint32_t made = 0;
	const struct curve *curve;

	for (size_t i = 0; i < restamps->n_curves; i++)
		if (restamps->curves[i].device == device)
			return restamps->curves[i].curve;
	for (size_t i = 0; restamps->refining; i++) {
		curve = refining_curve(restamps->refining, i, &made);
		if (!curve || made == device)
			return curve;
	}
	return NULL;
}

/* What is kept. 1: of some device nothing is. */
static int read_curves(struct restamps *restamps, const struct restamp_stream *streams, size_t n,
	struct reader *reader)
{
	const struct restamps_options *options = &restamps->options;
	bool is_missing = false;

	restamps->curves = calloc(n ? n : 1, sizeof *restamps->curves);
	if (!restamps->curves)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct curve_of *of = &restamps->curves[restamps->n_curves];

		const struct stream *stream = streams[i].stream;

		if (stream->stamps != STAMP_DEVICE || curve_of(restamps, stream->device))
			continue;
		int result = options->run ? reader_refinement(reader, options->run, stream->device,
						    options->from, options->to, &of->curve)
					  : -ENOENT;
		if (result < 0 && result != -ENOENT)
			return result;
		is_missing |= result == -ENOENT;
		if (result == 0) {
			of->device = stream->device;
			restamps->n_curves++;
		}
	}
	return is_missing;
}

static int refine(struct restamps *restamps, const struct restamp_stream *streams, size_t n,
	struct reader *reader)
{
	int result;

	if (!restamps->is_begun) {
		restamps->is_begun = true;
		result = read_curves(restamps, streams, n, reader);
		if (result == 1)
			result = refining_new(
				restamps->options.from, restamps->options.to, &restamps->refining);
		if (result < 0)
			return result;
	}
	return restamps->refining ? refining_step(restamps->refining, reader) : 0;
}

struct refinement *restamps_take_made(struct restamps *restamps)
{
	const struct restamps_options *options = &restamps->options;
	struct refinement *refinement = NULL;
	uint32_t device;

	if (!restamps->refining || !options->run)
		return NULL;
	const struct curve *curve = refining_curve(restamps->refining, restamps->made++, &device);
	if (!curve ||
		refinement_new(
			options->run, device, options->from, options->to, curve, &refinement) < 0)
		return NULL;
	return refinement;
}

/* --- by index --- */

struct taking {
	struct restamps *restamps;
	struct evened *evened;
};

static int take_stamps(void *self, const struct rows *rows)
{
	struct taking *taking = self;
	struct evened *evened = taking->evened;

	taking->restamps->n_rows += rows->n;
	if (taking->restamps->n_rows > EVEN_ROWS)
		return -E2BIG;
	if (evened->n + rows->n > evened->room) {
		size_t room = (evened->n + rows->n) * 2;
		void *grown = realloc(evened->stored, room * sizeof *evened->stored);

		if (!grown)
			return -ENOMEM;
		evened->stored = grown;
		evened->room = room;
	}
	memcpy(evened->stored + evened->n, rows->stamps_ns, rows->n * sizeof *rows->stamps_ns);
	evened->n += rows->n;
	return 0;
}

static int begin_even(
	struct restamps *restamps, const struct restamp_stream *of, struct reader *reader)
{
	struct evened *evened = &restamps->evened[restamps->n_evened++];
	struct taking taking = {restamps, evened};
	int result;

	evened->stream = of->stream->id;
	if (of->stream->stamps != STAMP_ARRIVAL || of->is_polled)
		return -EDOM; /* it has stamps of its own */
	result = reader_rows(reader, evened->stream, restamps->options.from, restamps->options.to,
		take_stamps, &taking);
	if (result < 0 || evened->n == 0)
		return result;
	evened->even = malloc(evened->n * sizeof *evened->even);
	if (!evened->even)
		return -ENOMEM;
	return even_new(evened->stored, evened->n, evened->even, &restamps->evening);
}

static int even_more(struct restamps *restamps)
{
	struct evened *evened = &restamps->evened[restamps->n_evened - 1];
	int result = even_step(restamps->evening);

	if (result == 1)
		return 0;
	even_free(restamps->evening);
	restamps->evening = NULL;
	for (size_t i = 0; result == 0 && i < evened->n; i++) {
		int64_t moved = llabs(evened->even[i] - evened->stored[i]);

		evened->most_ns = moved > evened->most_ns ? moved : evened->most_ns;
	}
	return result;
}

/* A part of a stream at a call. What has stamps of its own keeps them, and so does what comes at no
 * regular time, unless that is what was asked for. */
static int make_next_even(struct restamps *restamps, const struct restamp_stream *streams, size_t n,
	struct reader *reader, uint32_t *ret_stream)
{
	size_t made = 0;
	int result;

	if (!restamps->evened)
		restamps->evened = calloc(n ? n : 1, sizeof *restamps->evened);
	if (!restamps->evened)
		return -ENOMEM;
	if (restamps->evening || restamps->n_evened < n) {
		result = restamps->evening
			? even_more(restamps)
			: begin_even(restamps, &streams[restamps->n_evened], reader);
		struct evened *evened = &restamps->evened[restamps->n_evened - 1];

		*ret_stream = evened->stream;
		if (result == -EDOM && !restamps->options.is_strict) {
			free(evened->even);
			evened->even = NULL;
			result = 0;
		}
		return result < 0 ? result : 1;
	}
	for (size_t i = 0; i < restamps->n_evened; i++)
		made += restamps->evened[i].even != NULL;
	return made ? 0 : -EDOM;
}

/* --- both --- */

int restamps_step(struct restamps *restamps, const struct restamp_stream *streams, size_t n,
	struct reader *reader, uint32_t *ret_stream)
{
	switch (restamps->options.stamps) {
	case STAMPS_REFINED:
		return refine(restamps, streams, n, reader);
	case STAMPS_EVEN:
		return make_next_even(restamps, streams, n, reader, ret_stream);
	case STAMPS_LIVE:
		break;
	}
	return 0;
}

struct restamp restamps_of(const struct restamps *restamps, const struct stream *stream)
{
	struct restamp restamp = {.n = 0};

	if (restamps->options.stamps == STAMPS_REFINED && stream->stamps == STAMP_DEVICE) {
		restamp.curve = curve_of(restamps, stream->device);
		restamp.most_ns = restamp.curve ? CURVE_MOST_MS * (int64_t)NS_PER_MS : 0;
	}
	for (size_t i = 0; i < restamps->n_evened; i++) {
		const struct evened *evened = &restamps->evened[i];

		if (evened->stream != stream->id || !evened->even)
			continue;
		restamp.stored = evened->stored;
		restamp.even = evened->even;
		restamp.n = evened->n;
		restamp.most_ns = evened->most_ns;
	}
	return restamp;
}
