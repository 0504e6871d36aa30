/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both channels are read as columns, so that any range costs about the same; instants become seconds by
 * integers, less the zero: a double of a stamp would have lost its microseconds. */
#include "history/fit_points.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A value of x is taken between two that are so many of its periods apart at most: not over a gap. */
static const double NEAR = 3;

struct place {
	int64_t at_ns;
	double value;
	uint64_t rows;
};

struct places {
	struct place *at;
	size_t n, room;
	int64_t widest_ns;
	const struct fit_channel *of;
	const atomic_bool *is_cancelled;
};

/* --- which --- */

struct search {
	struct fit_channel *of;
	bool has_stream, has_channel;
};

static int find_channel(void *self, const struct device *device)
{
	struct search *search = self;

	for (uint32_t i = 0; i < device->n_streams; i++) {
		const struct stream *stream = &device->streams[i];

		if (stream->id != search->of->stream || stream->kind != STREAM_DATA)
			continue;
		search->has_stream = true;
		search->of->period_ns = stream->period_ns;
		for (uint32_t c = 0; c < stream->n_channels; c++)
			if (strcmp(stream->channels[c].id, search->of->id) == 0) {
				search->of->index = c;
				search->of->channel = stream->channels[c];
				search->has_channel = true;
			}
		return 1;
	}
	return 0;
}

static int find(struct fit_channel *of, struct reader *reader)
{
	struct search search = {.of = of};
	int r = reader_devices(reader, find_channel, &search);

	if (r < 0)
		return r;
	return !search.has_stream ? -ENOENT : search.has_channel ? 0 : -ENODATA;
}

/* --- reading --- */

static int take_column(void *self, const struct columns *column)
{
	struct places *places = self;
	int64_t width_ns = instant_since(column->to, column->from);

	if (atomic_load(places->is_cancelled))
		return -ECANCELED;
	if (places->of->index >= column->n_channels)
		return -EBADMSG;
	const struct bin *bin = &column->bins[places->of->index];
	if (bin->n == 0)
		return 0;
	if (places->n == places->room) {
		size_t room = places->room ? places->room * 2 : 1024;
		struct place *grown = realloc(places->at, room * sizeof *grown);

		if (!grown)
			return -ENOMEM;
		places->at = grown;
		places->room = room;
	}
	places->at[places->n++] = (struct place){
		column->from.ns + (width_ns - 1) / 2, bin->sum / (double)bin->n, bin->n};
	if (bin->n > 1 && width_ns > places->widest_ns)
		places->widest_ns = width_ns;
	return 0;
}

static int read_channel(const struct fit_range *range, const struct fit_channel *of,
	struct reader *reader, const atomic_bool *is_cancelled, struct places *ret_places)
{
	*ret_places = (struct places){.of = of, .is_cancelled = is_cancelled};
	return reader_columns_by(reader, range->is_as_said ? CORRECTION_NONE : CORRECTION_READ,
		of->stream, range->from, range->to, FIT_COLUMNS, take_column, ret_places);
}

/* --- joining --- */

/* x at an instant, between the two values around it; NaN: there are none near. *at moves on. */
static double x_at(const struct places *x, int64_t ns, size_t *at)
{
	while (*at + 1 < x->n && x->at[*at + 1].at_ns <= ns)
		(*at)++;
	const struct place *before = &x->at[*at];
	if (x->n > 0 && before->at_ns == ns)
		return before->value;
	if (*at + 1 >= x->n || before->at_ns > ns)
		return NAN;
	double apart_ns = (double)(before[1].at_ns - before->at_ns);
	double usual_ns = (double)(x->of->period_ns > 0
			? x->of->period_ns
			: (x->at[x->n - 1].at_ns - x->at[0].at_ns) / (int64_t)(x->n - 1));
	if (apart_ns > NEAR * fmax(usual_ns, (double)x->widest_ns))
		return NAN;
	double part = (double)(ns - before->at_ns) / apart_ns;
	return before->value + part * (before[1].value - before->value);
}

static int join(const struct fit_range *range, const struct places *y, const struct places *x,
	struct fit_gathered *ret)
{
	size_t at = 0, room = y->n ? y->n : 1;
	double *numbers = malloc(3 * room * sizeof *numbers);

	if (!numbers)
		return -ENOMEM;
	*ret = (struct fit_gathered){.x = numbers,
		.y = numbers + room,
		.rows = numbers + 2 * room,
		.room = room,
		.most_rows = 1,
		.width = (double)y->widest_ns / NS_PER_S};
	for (size_t i = 0; i < y->n; i++) {
		const struct place *place = &y->at[i];
		double value = range->x.stream ? x_at(x, place->at_ns, &at)
					       : (double)(place->at_ns - range->zero.ns) / NS_PER_S;

		if (isnan(value)) {
			ret->n_left_out++;
			continue;
		}
		ret->x[ret->n] = value;
		ret->y[ret->n] = place->value;
		ret->rows[ret->n++] = (double)place->rows;
		ret->most_rows = place->rows > ret->most_rows ? place->rows : ret->most_rows;
	}
	return 0;
}

int fit_gather(struct fit_range *range, struct reader *reader, const atomic_bool *is_cancelled,
	struct fit_gathered *ret_gathered)
{
	struct places y = {0}, x = {0};
	int r = find(&range->y, reader);

	if (r == 0 && range->x.stream)
		r = find(&range->x, reader);
	if (r == 0)
		r = read_channel(range, &range->y, reader, is_cancelled, &y);
	if (r == 0 && range->x.stream)
		r = read_channel(range, &range->x, reader, is_cancelled, &x);
	if (r == 0)
		r = join(range, &y, &x, ret_gathered);
	free(y.at);
	free(x.at);
	return r;
}

void fit_gathered_clear(struct fit_gathered *gathered)
{
	free(gathered->x);
	*gathered = (struct fit_gathered){0};
}
