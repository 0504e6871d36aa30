/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /streams/{id}/columns: the history of a stream in as many points as a chart has pixels, with
 * the gaps in it, and what its readings must not be taken for. Asked on main, answered by the work
 * thread. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/number.h"
#include "http/ask.h"
#include "live/described.h"
#include "api/handlers.h"
#include "api/inquiry.h"
#include "live/json.h"
#include "history/told.h"
#include "history/warming.h"

enum {
	COLUMNS_USUAL = 1000,
	COLUMNS_MOST = 4000,
	MOST_GAPS = 1000,
	GAP_JSON = 160,
	PIECE_JSON = 96
};

struct question {
	struct inquiry inquiry;
	uint32_t id;
	struct instant from, to;
	struct instant durable; /* everything before was on the card when it was asked */
	unsigned wanted;
	bool is_as_said; /* values without calibrations */

	/* the work thread's */
	struct stream stream;
	bool is_known;
	struct point {
		int64_t at_ns;
		uint64_t n;
	} * points;
	struct bin *bins; /* point by point, n_channels in each */
	size_t n_points, room;
	struct gap *gaps;
	size_t n_gaps;
	int64_t uncertainty_ns; /* the largest in the range; 0: unknown */
	struct wall_map *wall;  /* NULL: it cannot be read now */
	struct correction *correction;
	struct warming warming; /* at `from` */
	char *json;
	size_t n_json;
};

static struct question *of(struct inquiry *inquiry)
{
	return CONTAINER(inquiry, struct question, inquiry);
}

/* --- gathering --- */

static int find_stream(void *self, const struct device *device)
{
	struct question *question = self;

	for (uint32_t i = 0; i < device->n_streams; i++)
		if (device->streams[i].id == question->id) {
			const struct model *model =
				described_device(question->inquiry.parts->catalogue, device);

			question->stream = device->streams[i];
			question->warming.warm_up_ns = model ? model->warm_up_ns : 0;
			question->is_known = true;
			return 1;
		}
	return 0;
}

static bool make_room(struct question *question, size_t room)
{
	void *points = realloc(question->points, room * sizeof *question->points);
	void *bins = realloc(
		question->bins, room * question->stream.n_channels * sizeof *question->bins);

	question->points = points ? points : question->points;
	question->bins = bins ? bins : question->bins;
	if (points && bins)
		question->room = room;
	return points && bins;
}

static int take_column(void *self, const struct columns *column)
{
	struct question *question = self;
	uint32_t n_channels = question->stream.n_channels;

	if (column->n_channels != n_channels)
		return -EBADMSG;
	if (question->n_points == question->room && !make_room(question, question->room * 2))
		return -ENOMEM;
	struct point *point = &question->points[question->n_points];

	point->at_ns = column->from.ns + (instant_since(column->to, column->from) - 1) / 2;
	point->n = 0;
	for (uint32_t c = 0; c < n_channels; c++)
		if (column->bins[c].n > point->n)
			point->n = column->bins[c].n;
	memcpy(question->bins + question->n_points * n_channels, column->bins,
		n_channels * sizeof *question->bins);
	question->n_points++;
	return atomic_load(&question->inquiry.job.is_cancelled) ? -ECANCELED : 0;
}

static int take_gap(void *self, const struct gap *gap)
{
	struct question *question = self;

	if (question->n_gaps == MOST_GAPS)
		return 1;
	question->gaps[question->n_gaps++] = *gap;
	return 0;
}

/* --- writing --- */

enum what { MIN, MAX, MEAN };

static double of_bin(const struct bin *bin, enum what what)
{
	if (bin->n == 0)
		return NAN;
	switch (what) {
	case MIN:
		return bin->min;
	case MAX:
		return bin->max;
	case MEAN:
		return bin->sum / (double)bin->n;
	}
	return NAN;
}

static void add_values(const struct question *question, uint32_t channel, const char *name,
	enum what what, struct text *text)
{
	text_addf(text, ",\"%s\":[", name);
	for (size_t i = 0; i < question->n_points; i++) {
		if (i > 0)
			text_add_char(text, ',');
		json_number(text,
			of_bin(&question->bins[i * question->stream.n_channels + channel], what));
	}
	text_add_char(text, ']');
}

static void add_channels(const struct question *question, bool is_raw, struct text *text)
{
	text_add(text, ",\"channels\":[");
	for (uint32_t c = 0; c < question->stream.n_channels; c++) {
		text_add(text, c > 0 ? ",{\"id\":" : "{\"id\":");
		text_add_json(text, question->stream.channels[c].id);
		if (is_raw) {
			add_values(question, c, "y", MIN, text);
		} else {
			add_values(question, c, "min", MIN, text);
			add_values(question, c, "max", MAX, text);
			add_values(question, c, "mean", MEAN, text);
		}
		text_add(text, ",\"limits\":");
		json_limits(text, &question->stream.channels[c], question->correction, c,
			question->from);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

/* Board time as wall time: a piece for each boot in the range, or more where a clock was set. */
static void add_wall(const struct question *question, struct text *text)
{
	struct instant at = question->from;

	text_add(text, ",\"wall\":[");
	while (at.ns < question->to.ns) {
		int64_t us = instant_us(at);
		struct wall wall;

		text_addf(text,
			"%s{\"from_us\":%lld,\"wall_us\":", at.ns > question->from.ns ? "," : "",
			(long long)us);
		if (question->wall && wall_map_at(question->wall, at, &wall, NULL))
			text_add_int(text, (wall.ns - (at.ns - us * NS_PER_US)) / NS_PER_US);
		else
			text_add(text, "null");
		if (question->wall && wall_map_is_squeezed(question->wall, at))
			text_add(text, ",\"speed\":0.5");
		text_add_char(text, '}');
		at = question->wall ? wall_map_next(question->wall, at) : question->to;
	}
	text_add_char(text, ']');
}

/* As far as it is of use to tell which rows are of before the kit was warm. */
static void add_began(const struct question *question, struct text *text)
{
	const struct warming *warming = &question->warming;

	text_add(text, ",\"began_us\":");
	if (warming->is_known)
		text_add_int(text, instant_us(warming->since));
	else
		text_add(text, "null");
}

static size_t count_pieces(const struct question *question)
{
	size_t n = 1;

	for (struct instant at = question->from; question->wall && at.ns < question->to.ns; n++)
		at = wall_map_next(question->wall, at);
	return n;
}

static void write_answer(const struct question *question, struct text *text)
{
	bool is_raw = true;

	for (size_t i = 0; i < question->n_points; i++)
		is_raw &= question->points[i].n <= 1;
	text_addf(text, "{\"stream\":%u,\"from_us\":%lld,\"to_us\":%lld,\"is_raw\":", question->id,
		(long long)instant_us(question->from), (long long)instant_us(question->to));
	json_bool(text, is_raw);
	text_add(text, ",\"t_us\":[");
	for (size_t i = 0; i < question->n_points; i++) {
		if (i > 0)
			text_add_char(text, ',');
		text_add_int(text, instant_us((struct instant){question->points[i].at_ns}));
	}
	text_add_char(text, ']');
	if (!is_raw) {
		text_add(text, ",\"n\":[");
		for (size_t i = 0; i < question->n_points; i++) {
			if (i > 0)
				text_add_char(text, ',');
			text_add_uint(text, question->points[i].n);
		}
		text_add_char(text, ']');
	}
	add_channels(question, is_raw, text);
	text_add(text, ",\"gaps\":[");
	for (size_t i = 0; i < question->n_gaps; i++) {
		if (i > 0)
			text_add_char(text, ',');
		json_gap(text, &question->gaps[i]);
	}
	text_add_char(text, ']');
	text_addf(text, ",\"stamps\":\"%s\",\"uncertainty_us\":",
		stamp_source_name(question->stream.stamps));
	json_uncertainty(text, question->uncertainty_ns);
	add_wall(question, text);
	add_began(question, text);
	text_addf(text, ",\"durable_us\":%lld}\n", (long long)instant_us(question->durable));
}

/* --- the job --- */

/* Rows, gaps, and how exact the stamps are. */
static int gather_history(struct question *question, struct reader *reader)
{
	int r = reader_columns_by(reader, question->is_as_said ? CORRECTION_NONE : CORRECTION_READ,
		question->id, question->from, question->to, question->wanted, take_column,
		question);

	if (r < 0)
		return r;
	struct told_range range = {.stream = question->id,
		.period_ns = question->stream.period_ns,
		.from = question->from,
		.to = question->to,
		.kept = question->durable};

	r = told_born(reader, question->id, &range.born);
	if (r == 0)
		r = told_gaps(reader, &range, take_gap, question);
	if (r >= 0)
		r = reader_worst_uncertainty(reader, question->id, question->from, question->to,
			&question->uncertainty_ns);
	return r < 0 ? r : 0;
}

/* What they are judged by. */
static int gather_judgement(struct question *question, struct reader *reader)
{
	int r = reader_correction(reader, question->is_as_said ? CORRECTION_NONE : CORRECTION_READ,
		question->id, &question->correction);

	if (r == 0)
		r = warming_begin(reader, question->id, question->from,
			question->warming.warm_up_ns, &question->warming);
	/* The page takes the others; of these it does not know what they are to a first row. */
	for (size_t i = 0; r == 0 && i < question->n_gaps; i++)
		if (question->gaps[i].reason == GAP_EXPIRED)
			warming_take_gap(&question->warming, &question->gaps[i]);
	return r;
}

static int gather(struct question *question, struct reader *reader)
{
	int r = reader_devices(reader, find_stream, question);

	if (r < 0)
		return r;
	if (!question->is_known || question->stream.kind != STREAM_DATA)
		return -ENOENT;
	/* What was promised, and one for each end of the range; more where calibrations change. */
	question->gaps = malloc(MOST_GAPS * sizeof *question->gaps);
	if (!question->gaps || !make_room(question, 2 * (size_t)question->wanted + 2))
		return -ENOMEM;
	r = gather_history(question, reader);
	if (r == 0)
		r = gather_judgement(question, reader);
	if (r == 0 && reader_wall_map(reader, &question->wall) < 0)
		question->wall = NULL;
	return r;
}

static int find_answer(struct inquiry *inquiry, struct reader *reader)
{
	struct question *question = of(inquiry);
	int r = gather(question, reader);

	if (r < 0)
		return r;
	/* Pages that are not written take no memory, and the rest is given back. */
	size_t numbers = question->n_points * (2 + 3 * (size_t)question->stream.n_channels);
	size_t size = numbers * (NUMBER_TEXT + 1) + question->n_gaps * GAP_JSON +
		count_pieces(question) * PIECE_JSON +
		question->stream.n_channels *
			json_limits_size(question->correction, question->from) +
		4096;
	question->json = malloc(size);
	if (!question->json)
		return -ENOMEM;
	struct text text = text_over(question->json, size);

	write_answer(question, &text);
	question->n_json = text.length;
	return text.is_cut ? -EMSGSIZE : 0;
}

static void send_answer(struct inquiry *inquiry)
{
	struct question *question = of(inquiry);

	request_answer_owned(
		inquiry->request, 200, "application/json", question->json, question->n_json);
	question->json = NULL;
}

static bool refuse(struct inquiry *inquiry, int error)
{
	if (error != -ENOENT)
		return false;
	refuse_no_stream(inquiry->request, of(inquiry)->id);
	return true;
}

static void clear(struct inquiry *inquiry)
{
	struct question *question = of(inquiry);

	wall_map_free(question->wall);
	correction_free(question->correction);
	free(question->points);
	free(question->bins);
	free(question->gaps);
	free(question->json);
}

static const struct inquiry_kind KIND = {
	.look = find_answer, .answer = send_answer, .refuse = refuse, .clear = clear};

static bool ask_question(
	struct parts *parts, struct request *request, struct question *ret_question)
{
	int64_t wanted = COLUMNS_USUAL;
	struct instant from = {0}, to = clock_now(parts->clock);
	const struct imported *imported;

	if (!ask_id(request, 0, &ret_question->id))
		return false;
	imported = imports_find(&parts->imports, ret_question->id);
	if (imported) {
		from = imported->run.from;
		to = imported->run.to;
		ret_question->inquiry.job.import = imported->import;
	}
	if (!ask_instant(request, "from_us", &from) || !ask_instant(request, "to_us", &to) ||
		!ask_int(request, "columns", &wanted) ||
		!ask_values(request, &ret_question->is_as_said))
		return false;
	if (wanted < 1 || wanted > COLUMNS_MOST) {
		refuse_parameter(request, "columns", "要在 1 到 4000 之间", "must be 1 to 4000");
		return false;
	}
	if (to.ns <= from.ns) {
		refuse_parameter(request, "to_us", "要晚于 from_us", "must be later than from_us");
		return false;
	}
	ret_question->from = from;
	ret_question->to = to;
	ret_question->durable = imported ? to : parts->store.durable;
	ret_question->wanted = (unsigned)wanted;
	return true;
}

void handle_columns(void *self, struct request *request)
{
	struct parts *parts = self;
	struct question *question = inquiry_new(parts, request, &KIND, sizeof *question);

	if (!question)
		return;
	if (ask_question(parts, request, question))
		inquiry_ask(&question->inquiry);
	else
		inquiry_free(&question->inquiry);
}
