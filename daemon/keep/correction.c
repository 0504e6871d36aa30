/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records lie on the line of time in layers, later ones on top. `spans` are the layers of a channel,
 * in the order of their ids; `edges` is what one sees from above: from each edge to the next, one
 * span or none. Seen anew after a change, when somebody next asks. */
#include "keep/correction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NOTHING = -1 };

struct correction_span {
	uint32_t id;
	int64_t from_ns, to_ns; /* empty when withdrawn */
	struct calibration_map map;
};

struct edge {
	int64_t at_ns;
	int span; /* from here on; NOTHING */
};

struct channel_spans {
	char id[24];
	double resolution;
	struct correction_span *spans;
	size_t n, room;
	struct edge *edges; /* the first is at INT64_MIN */
	size_t n_edges, edges_room;
};

struct correction {
	enum correction_rule rule;
	uint32_t n_channels;
	struct channel_spans channels[STREAM_CHANNELS];
};

int correction_new(
	const struct stream *stream, enum correction_rule rule, struct correction **ret_correction)
{
	struct correction *correction = calloc(1, sizeof *correction);

	if (!correction)
		return -ENOMEM;
	correction->rule = rule;
	correction->n_channels = stream->n_channels;
	for (uint32_t c = 0; c < stream->n_channels; c++) {
		struct channel_spans *channel = &correction->channels[c];

		text_copy(channel->id, sizeof channel->id, stream->channels[c].id);
		channel->resolution = stream->channels[c].resolution;
	}
	*ret_correction = correction;
	return 0;
}

void correction_free(struct correction *correction)
{
	if (!correction)
		return;
	for (uint32_t c = 0; c < correction->n_channels; c++) {
		free(correction->channels[c].spans);
		free(correction->channels[c].edges);
	}
	free(correction);
}

/* ---------------------------------------------------------------- what is seen from above */

/* Room for one more of something: 0 or -ENOMEM. */
static int grow(void *array, size_t n, size_t size, size_t *room)
{
	size_t more = *room ? *room * 2 : 4;
	void *grown, *old;

	if (n < *room)
		return 0;
	memcpy(&old, array, sizeof old);
	grown = realloc(old, more * size);
	if (!grown)
		return -ENOMEM;
	memcpy(array, &grown, sizeof grown);
	*room = more;
	return 0;
}

/* The last edge at or before an instant. */
static size_t edge_at(const struct channel_spans *channel, int64_t ns)
{
	size_t low = 0, high = channel->n_edges;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;
		if (channel->edges[middle].at_ns <= ns)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Makes an edge there, where what is seen does not change yet. */
static int cut(struct channel_spans *channel, int64_t ns, size_t *ret_edge)
{
	size_t i = edge_at(channel, ns);

	if (channel->edges[i].at_ns != ns) {
		int r = grow(&channel->edges, channel->n_edges, sizeof *channel->edges,
			&channel->edges_room);
		if (r < 0)
			return r;
		i++;
		memmove(&channel->edges[i + 1], &channel->edges[i],
			(channel->n_edges - i) * sizeof *channel->edges);
		channel->n_edges++;
		channel->edges[i] = (struct edge){ns, channel->edges[i - 1].span};
	}
	*ret_edge = i;
	return 0;
}

static int lay(struct channel_spans *channel, int index)
{
	const struct correction_span *span = &channel->spans[index];
	size_t from = 0, to = channel->n_edges;

	if (span->from_ns >= span->to_ns)
		return 0;
	int r = cut(channel, span->from_ns, &from);
	to = channel->n_edges;
	if (r == 0 && span->to_ns < INT64_MAX)
		r = cut(channel, span->to_ns, &to);
	if (r < 0)
		return r;
	channel->edges[from].span = index;
	memmove(&channel->edges[from + 1], &channel->edges[to],
		(channel->n_edges - to) * sizeof *channel->edges);
	channel->n_edges -= to - (from + 1);
	return 0;
}

static int see_anew(struct channel_spans *channel)
{
	int r = grow(&channel->edges, 0, sizeof *channel->edges, &channel->edges_room);

	if (r < 0)
		return r;
	channel->edges[0] = (struct edge){INT64_MIN, NOTHING};
	channel->n_edges = 1;
	for (size_t i = 0; i < channel->n && r == 0; i++)
		r = lay(channel, (int)i);
	return r;
}

/* ---------------------------------------------------------------- taking in */

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int add_span(
	struct correction *correction, struct channel_spans *channel, const struct calibration *c)
{
	int64_t from_ns = correction->rule == CORRECTION_SHIP ? later(c->from.ns, c->ship_from.ns)
							      : c->from.ns;
	int r = grow(&channel->spans, channel->n, sizeof *channel->spans, &channel->room);

	if (r < 0)
		return r;
	channel->spans[channel->n++] = (struct correction_span){c->id, from_ns, c->to.ns, c->map};
	if (channel->n_edges == 0)
		return see_anew(channel);
	return lay(channel, (int)channel->n - 1);
}

static int withdraw(
	struct correction *correction, struct channel_spans *channel, const struct calibration *c)
{
	int64_t end_ns = correction->rule == CORRECTION_SHIP ? c->ship_from.ns : INT64_MIN;

	for (size_t i = 0; i < channel->n; i++)
		if (channel->spans[i].id == c->refers && channel->spans[i].to_ns > end_ns) {
			channel->spans[i].to_ns = end_ns;
			return see_anew(channel);
		}
	return 0;
}

int correction_add(struct correction *correction, const struct calibration *calibration)
{
	for (uint32_t i = 0; i < correction->n_channels; i++) {
		struct channel_spans *channel = &correction->channels[i];

		if (strcmp(channel->id, calibration->channel) != 0)
			continue;
		return calibration->kind == CALIBRATION_WITHDRAWAL
			? withdraw(correction, channel, calibration)
			: add_span(correction, channel, calibration);
	}
	return 0;
}

/* ---------------------------------------------------------------- asking */

bool correction_is_any(const struct correction *correction)
{
	for (uint32_t c = 0; c < correction->n_channels; c++)
		if (correction->channels[c].n_edges > 1)
			return true;
	return false;
}

struct instant correction_next(const struct correction *correction, struct instant at)
{
	struct instant next = {INT64_MAX};

	for (uint32_t c = 0; c < correction->n_channels; c++) {
		const struct channel_spans *channel = &correction->channels[c];
		size_t i = channel->n_edges ? edge_at(channel, at.ns) + 1 : 0;

		if (i < channel->n_edges && channel->edges[i].at_ns < next.ns)
			next.ns = channel->edges[i].at_ns;
	}
	return next;
}

const struct calibration_map *correction_at(
	const struct correction *correction, uint32_t channel, struct instant at, uint32_t *ret_id)
{
	const struct channel_spans *of = &correction->channels[channel];

	if (of->n_edges == 0)
		return NULL;
	int span = of->edges[edge_at(of, at.ns)].span;
	if (span == NOTHING)
		return NULL;
	if (ret_id)
		*ret_id = of->spans[span].id;
	return &of->spans[span].map;
}

uint32_t correction_channels(const struct correction *correction)
{
	return correction->n_channels;
}

double correction_resolution(const struct correction *correction, uint32_t channel)
{
	return correction->channels[channel].resolution;
}

/* One channel of some rows: from edge to edge the same span. */
static void apply_channel(const struct channel_spans *channel, size_t n, const int64_t *stamps_ns,
	double *values, size_t stride)
{
	for (size_t row = 0; row < n;) {
		size_t i = edge_at(channel, stamps_ns[row]);
		bool is_last = i + 1 == channel->n_edges;
		int span = channel->edges[i].span;

		for (; row < n && (is_last || stamps_ns[row] < channel->edges[i + 1].at_ns); row++)
			if (span != NOTHING)
				values[row * stride] = calibration_value(&channel->spans[span].map,
					channel->resolution, values[row * stride]);
	}
}

void correction_apply(
	const struct correction *correction, size_t n, const int64_t *stamps_ns, double *values)
{
	for (uint32_t c = 0; c < correction->n_channels; c++)
		if (correction->channels[c].n_edges > 1)
			apply_channel(&correction->channels[c], n, stamps_ns, values + c,
				correction->n_channels);
}
