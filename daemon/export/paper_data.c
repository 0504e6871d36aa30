/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/paper_data.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/formula.h"
#include "history/provenance.h"
#include "export/run_about.h"
#include "class/run_streams.h"

enum { COLUMNS = 560 }; /* as wide as the chart is drawn */

struct gathering {
	struct paper_data *data;
	size_t at; /* the stream */
	struct instant last;
};

void paper_clear(struct paper_data *data)
{
	for (size_t i = 0; data->streams && i < data->about.n_streams; i++)
		for (size_t c = 0; c < STREAM_CHANNELS; c++) {
			free(data->streams[i].channels[c].points);
			free(data->streams[i].channels[c].by);
		}
	free(data->streams);
	typed_table_free(data->readings);
	about_clear(&data->about);
	data->streams = NULL;
}

static bool is_gap_between(const struct gathering *in, struct instant from, struct instant to)
{
	const struct about *about = &in->data->about;
	int64_t begin_ns = in->data->options->run.from.ns;

	for (size_t i = 0; i < about->n_gaps; i++) {
		const struct about_gap *gap = &about->gaps[i];

		if ((gap->stream == in->at || gap->stream == about->n_streams) &&
			gap->gap.from.ns + begin_ns < to.ns && gap->gap.to.ns + begin_ns > from.ns)
			return true;
	}
	return false;
}

static int add_point(struct paper_channel *channel, const struct chart_point *point)
{
	if (channel->n_points == channel->room) {
		size_t room = channel->room ? 2 * channel->room : 256;
		struct chart_point *grown = realloc(channel->points, room * sizeof *grown);

		if (!grown)
			return -ENOMEM;
		channel->points = grown;
		channel->room = room;
	}
	channel->points[channel->n_points++] = *point;
	return 0;
}

static void count(struct paper_channel *channel, const struct bin *bin)
{
	if (channel->n == 0) {
		channel->first = bin->first;
		channel->min = bin->min;
		channel->max = bin->max;
	}
	channel->min = bin->min < channel->min ? bin->min : channel->min;
	channel->max = bin->max > channel->max ? bin->max : channel->max;
	channel->last = bin->last;
	channel->sum += bin->sum;
	channel->n += bin->n;
}

static int take_column(void *self, const struct columns *column)
{
	struct gathering *in = self;
	struct paper_stream *to = &in->data->streams[in->at];
	int64_t middle = column->from.ns + (column->to.ns - column->from.ns) / 2;
	bool is_after_gap = in->last.ns > 0 && is_gap_between(in, in->last, column->from);
	int r = 0;

	for (uint32_t c = 0; c < column->n_channels && r == 0; c++) {
		const struct bin *bin = &column->bins[c];
		struct chart_point point = {
			.x = (double)(middle - in->data->options->run.from.ns) / NS_PER_S,
			.mean = bin->n > 0 ? bin->sum / (double)bin->n : 0,
			.low = bin->min,
			.high = bin->max,
			.is_after_gap = is_after_gap};

		if (bin->n == 0)
			continue;
		count(&to->channels[c], bin);
		r = add_point(&to->channels[c], &point);
	}
	in->last = column->to;
	return r;
}

/* --- where the lesson takes means --- */

/* Is what goes by this id the need itself, or calculated of it? */
static bool is_made_of(const struct lesson *lesson, const char *id, const char *need)
{
	for (size_t i = 0; i < lesson->n_formulas; i++) {
		if (strcmp(lesson->formulas[i].id, id) != 0)
			continue;
		for (size_t k = 0; k < i; k++)
			if (formula_names(lesson->formulas[i].is, lesson->formulas[k].id) &&
				is_made_of(lesson, lesson->formulas[k].id, need))
				return true;
		return formula_names(lesson->formulas[i].is, need);
	}
	return strcmp(id, need) == 0;
}

/* Of "g.mean": is g made of the need? */
static bool is_mean_of(const struct lesson *lesson, const char *what, const char *need)
{
	const char *dot = what ? strchr(what, '.') : NULL;
	char id[LESSON_ID];

	if (!dot || strcmp(dot, ".mean") != 0 || dot - what >= LESSON_ID)
		return false;
	snprintf(id, sizeof id, "%.*s", (int)(dot - what), what);
	return is_made_of(lesson, id, need);
}

/* A class plot does, of runs; of events each reading is a point. */
static bool takes_mean(const struct lesson *lesson, const char *need)
{
	const struct lesson_plot *plot = &lesson->class_plot;

	if (plot->x && plot->y && lesson->mode != LESSON_EVENT &&
		(is_made_of(lesson, plot->x, need) || is_made_of(lesson, plot->y, need)))
		return true;
	for (size_t i = 0; i < lesson->n_expect; i++)
		if (is_mean_of(lesson, lesson->expect[i].what, need))
			return true;
	return is_mean_of(lesson, lesson->predict.compare, need);
}

/* Welford, as class/results.c. */
static int take_rows(void *self, const struct rows *rows)
{
	struct paper_stream *to = self;

	for (size_t i = 0; i < rows->n; i++)
		for (uint32_t c = 0; c < rows->n_channels; c++) {
			double value = rows->values[i * rows->n_channels + c];
			struct paper_channel *channel = &to->channels[c];
			double before = value - channel->mean;

			if (!channel->is_meant || isnan(value))
				continue;
			channel->n_meant++;
			channel->mean += before / (double)channel->n_meant;
			channel->squares += before * (value - channel->mean);
		}
	return 0;
}

static int gather_means(struct gathering *in, struct reader *reader)
{
	const struct paper_options *o = in->data->options;
	const struct stream *stream = &in->data->about.streams[in->at].stream;
	struct paper_stream *to = &in->data->streams[in->at];
	bool is_any = false;

	for (size_t i = 0; o->lesson && i < o->lesson->n_needs; i++) {
		const struct need_channel *by = &in->data->needs[i];

		if (by->stream != stream->id || by->channel >= stream->n_channels ||
			!takes_mean(o->lesson, o->lesson->needs[i].id))
			continue;
		to->channels[by->channel].is_meant = is_any = true;
	}
	return is_any ? reader_rows_by(reader, CORRECTION_READ, stream->id, o->run.from, o->run.to,
				take_rows, to)
		      : 0;
}

static int gather_stream(struct gathering *in, struct reader *reader)
{
	const struct run *run = &in->data->options->run;
	const struct stream *stream = &in->data->about.streams[in->at].stream;
	struct paper_stream *to = &in->data->streams[in->at];
	struct correction *correction = NULL;
	int r;

	in->last = (struct instant){0};
	r = reader_columns_by(
		reader, CORRECTION_READ, stream->id, run->from, run->to, COLUMNS, take_column, in);
	if (r == 0)
		r = reader_worst_uncertainty(reader, stream->id, run->from, run->to, &to->worst_ns);
	if (r == 0)
		r = reader_correction(reader, CORRECTION_READ, stream->id, &correction);
	for (uint32_t c = 0; c < stream->n_channels && r == 0; c++)
		r = provenance_in_words(
			reader, correction, c, run->from, run->to, &to->channels[c].by);
	correction_free(correction);
	return r == 0 ? gather_means(in, reader) : r;
}

static int describe(struct paper_data *data, struct instant kept, struct reader *reader)
{
	const struct paper_options *o = data->options;
	const struct run_about_options options = {.directory = o->directory,
		.import = o->import,
		.own = {.board = o->board,
			.run = &o->run,
			.kept = kept,
			.streams = o->streams,
			.n_streams = o->n_streams,
			.lesson = o->lesson,
			.hides = o->hides}};
	int r = run_about(reader, &options, &data->about);

	if (r == 0 && o->lesson)
		r = run_need_channels(reader, &options, o->lesson, data->needs);
	return r == 0 ? run_readings(reader, &options, &data->about, o->lesson, &data->readings)
		      : r;
}

/* What the lesson plots against time and fits, over the whole run; false: nothing. */
static bool find_own_fit(const struct paper_data *data, struct fit_range *range)
{
	const struct paper_options *o = data->options;
	const struct lesson_plot *plot = o->lesson ? &o->lesson->plot : NULL;

	if (!plot || !plot->x || !plot->y || plot->n_fits == 0 || strcmp(plot->x, "time") != 0)
		return false;
	for (size_t i = 0; i < o->lesson->n_needs; i++) {
		const struct need_channel *by = &data->needs[i];

		for (size_t s = 0; s < data->about.n_streams; s++) {
			const struct stream *stream = &data->about.streams[s].stream;

			if (strcmp(o->lesson->needs[i].id, plot->y) != 0 ||
				by->stream != stream->id || by->channel >= stream->n_channels)
				continue;
			*range = (struct fit_range){
				.from = o->run.from, .to = o->run.to, .zero = o->run.from};
			range->y.stream = stream->id;
			return text_copy(
				range->y.id, sizeof range->y.id, stream->channels[by->channel].id);
		}
	}
	return false;
}

/* The model that was asked for, whatever comes of it; of the lesson's the first that fits the whole run: nobody chose a part
 * of it, so none is blamed. */
static int fit_points(
	struct paper_data *data, const struct fit_points *points, const atomic_bool *is_cancelled)
{
	const struct paper_options *o = data->options;
	bool is_asked = o->model != FIT_MODELS;
	size_t n = is_asked ? 1 : o->lesson->plot.n_fits;

	for (size_t i = 0; i < n && !data->has_fit; i++) {
		enum fit_model model =
			is_asked ? o->model : fit_model_find(o->lesson->plot.fits[i]);
		int r = model < FIT_MODELS ? fit_run(model, points, is_cancelled, &data->fit, NULL)
					   : -EINVAL;

		if (r < 0)
			return r;
		data->has_fit =
			is_asked || (fit_is_good(data->fit.why) && data->fit.why != FIT_FLAT);
	}
	return 0;
}

/* -ENOENT, -ENODATA: there is no such stream, no such channel. */
static int gather_fit(
	struct paper_data *data, struct reader *reader, const atomic_bool *is_cancelled)
{
	struct fit_range range = data->options->fit;
	struct fit_gathered gathered = {.n = 0};
	int r;

	if (data->options->model == FIT_MODELS && !find_own_fit(data, &range))
		return 0;
	r = fit_gather(&range, reader, is_cancelled, &gathered);
	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	const struct fit_points points = {.n = gathered.n,
		.x = gathered.x,
		.y = gathered.y,
		.weights = gathered.most_rows > 1 ? gathered.rows : NULL,
		.resolution = gathered.most_rows > 1 ? 0 : range.y.channel.resolution,
		.x_width = gathered.width};

	r = fit_points(data, &points, is_cancelled);
	if (gathered.n > 0) {
		data->fit_low = gathered.x[0];
		data->fit_high = gathered.x[gathered.n - 1];
	}
	data->fit_channel = range.y.channel;
	fit_gathered_clear(&gathered);
	return r;
}

/* How far the point moves when each mean does by its own uncertainty, one after the other. */
static void find_unsure(struct paper_data *data, const struct result_run *run)
{
	struct result_run moved = *run;

	for (size_t i = 0; i < run->n_channels; i++) {
		const struct result_channel *channel = &run->channels[i];
		double n = (double)channel->n;
		struct class_point to;

		if (channel->n < 2)
			continue;
		moved.channels[i].mean += sqrt(channel->squares / (n - 1) / n);
		if (class_point_of(data->options->lesson, &moved, &to)) {
			data->unsure.x = hypot(data->unsure.x, to.x - data->point.x);
			data->unsure.y = hypot(data->unsure.y, to.y - data->point.y);
		}
		moved.channels[i].mean = channel->mean;
	}
}

static int find_point(struct paper_data *data, struct reader *reader, const struct classroom *room,
	const struct session *session)
{
	const struct paper_options *o = data->options;
	struct results *results;
	int r = results_new(room, session, o->lesson, o->run.to, (struct instant){0}, &results);

	if (r < 0)
		return r;
	for (size_t i = 0; i < results->n && r == 0; i++) {
		if (results->runs[i].run != o->run.id)
			continue;
		results->next = i;
		r = results_step(results, reader);
		data->has_point =
			r >= 0 && class_point_of(o->lesson, &results->runs[i], &data->point);
		if (data->has_point)
			find_unsure(data, &results->runs[i]);
		r = r > 0 ? 0 : r;
	}
	results_free(results);
	return r;
}

/* Of a lesson of events each reading is a point: the table has them. */
static int gather_point(struct paper_data *data, struct reader *reader)
{
	const struct paper_options *o = data->options;
	const struct session *session;
	struct classroom *room;
	int r;

	if (!o->run.session || !o->lesson || !o->lesson->class_plot.x ||
		o->lesson->mode == LESSON_EVENT)
		return 0;
	r = run_room(reader, o->run.session, &room);
	if (r < 0)
		return r;
	session = classroom_session(room, o->run.session);
	if (session && (session->is_revealed || o->hides != HIDES_NOTES))
		r = find_point(data, reader, room, session);
	classroom_free(room);
	return r;
}

int paper_gather(struct paper_data *data, const struct paper_options *options, struct instant kept,
	struct reader *reader, const atomic_bool *is_cancelled)
{
	struct gathering in = {.data = data};
	int r;

	*data = (struct paper_data){.options = options};
	r = describe(data, kept, reader);
	if (r < 0)
		return r;
	data->streams = calloc(data->about.n_streams + 1, sizeof *data->streams);
	r = data->streams ? 0 : -ENOMEM;
	for (; in.at < data->about.n_streams && r == 0; in.at++)
		r = gather_stream(&in, reader);
	if (r == 0)
		r = gather_point(data, reader);
	return r == 0 ? gather_fit(data, reader, is_cancelled) : r;
}
