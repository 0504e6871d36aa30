/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /fits: a model against points, which are given or read from a range. Asked on main; read, fitted
 * and written down by the work thread. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "http/ask.h"
#include "api/fit_answer.h"
#include "api/handlers.h"
#include "api/inquiry.h"
#include "export/import.h"

enum { POINTS_MOST = 10000, UNIT_MOST = 40, SENTENCE_TEXT = 512 };

struct question {
	struct inquiry inquiry;
	enum fit_model model;
	unsigned among; /* which others may be advised */
	bool is_of_range;
	struct fit_range range;
	char x_unit[UNIT_MOST], y_unit[UNIT_MOST];
	bool x_is_time;
	struct fit_points points;
	double *numbers; /* x, y and weights of given points */

	/* the work thread's */
	struct fit_gathered gathered;
	struct fit_result result;
	char *json;
	size_t n_json;
};

static struct question *of(struct inquiry *inquiry)
{
	return CONTAINER(inquiry, struct question, inquiry);
}

static void clear(struct inquiry *inquiry)
{
	struct question *question = of(inquiry);

	fit_gathered_clear(&question->gathered);
	free(question->numbers);
	free(question->json);
}

/* --- on the work thread --- */

/* Means of many rows count as often as they have rows. */
static int gather(struct question *question, struct reader *reader)
{
	struct fit_gathered *gathered = &question->gathered;
	struct fit_range *range = &question->range;
	int r = reader ? fit_gather(range, reader, &question->inquiry.job.is_cancelled, gathered)
		       : -ENODEV;

	if (r < 0)
		return r;
	question->points = (struct fit_points){.n = gathered->n,
		.x = gathered->x,
		.y = gathered->y,
		.weights = gathered->most_rows > 1 ? gathered->rows : NULL,
		.resolution = gathered->most_rows > 1 ? 0 : range->y.channel.resolution,
		.x_width = range->x.stream ? 0 : gathered->width};
	question->x_is_time = range->x.stream == 0;
	text_copy(question->y_unit, UNIT_MOST, range->y.channel.unit);
	text_copy(question->x_unit, UNIT_MOST, range->x.stream ? range->x.channel.unit : "s");
	return 0;
}

static struct fit_naming naming_of(const struct question *question)
{
	/* Of given points those against time are a part of a recording still. */
	return (struct fit_naming){question->x_is_time, question->x_unit, question->y_unit,
		question->numbers && !question->x_is_time};
}

static int answer_points(struct question *question, double *residuals)
{
	struct fit_naming naming = naming_of(question);
	struct fit_answer answer = {&question->result, &naming, &question->points, residuals,
		question->is_of_range ? &question->range : NULL,
		question->is_of_range ? &question->gathered : NULL};
	int r = fit_advise(question->model, question->among, &question->points,
		&question->inquiry.job.is_cancelled, &question->result, residuals);

	if (r < 0 || !fit_has_numbers(question->result.why))
		return r;
	question->json = malloc(FIT_ANSWER_BYTES);
	if (!question->json)
		return -ENOMEM;
	struct text text = text_over(question->json, FIT_ANSWER_BYTES);
	r = fit_answer_add(&answer, &text);
	question->n_json = text.length;
	return r < 0 ? r : text.is_cut ? -EMSGSIZE : 0;
}

static int find_fit(struct inquiry *inquiry, struct reader *reader)
{
	struct question *question = of(inquiry);
	int r = question->is_of_range ? gather(question, reader) : 0;

	if (r == 0) {
		double *residuals = malloc((question->points.n + 1) * sizeof *residuals);

		r = residuals ? answer_points(question, residuals) : -ENOMEM;
		free(residuals);
	}
	return r;
}

/* --- back on main --- */

static void refuse_channel(const struct question *question)
{
	const struct fit_range *range = &question->range;
	bool is_x = range->x.stream && range->y.channel.id[0];
	const char *id = is_x ? range->x.id : range->y.id;
	char zh[SENTENCE_TEXT], en[SENTENCE_TEXT];
	struct text in_zh = text_over(zh, sizeof zh), in_en = text_over(en, sizeof en);

	text_addf(&in_zh, "这个数据流没有通道 %s。看看器材的列表（kitlog devices）。", id);
	text_addf(&in_en,
		"The stream has no channel %s. Look at the list of devices (kitlog devices).", id);
	refuse_unknown(question->inquiry.request, zh, en);
}

/* 422: understood, and there is no such fit. */
static void refuse_fit(const struct question *question)
{
	struct fit_naming naming = naming_of(question);
	char zh[SENTENCE_TEXT], en[SENTENCE_TEXT];
	struct text in_zh = text_over(zh, sizeof zh), in_en = text_over(en, sizeof en);

	fit_sentence(&question->result, &naming, &in_zh, &in_en);
	request_refuse(question->inquiry.request, 422, fit_why_name(question->result.why), zh, en);
}

static void send_answer(struct inquiry *inquiry)
{
	struct question *question = of(inquiry);

	if (!question->json) {
		refuse_fit(question);
		return;
	}
	request_answer_owned(
		inquiry->request, 200, "application/json", question->json, question->n_json);
	question->json = NULL;
}

static bool refuse(struct inquiry *inquiry, int error)
{
	const struct fit_range *range = &of(inquiry)->range;
	bool is_x = range->y.channel.id[0];

	if (error == -ENOENT)
		refuse_no_stream(inquiry->request, is_x ? range->x.stream : range->y.stream);
	else if (error == -ENODATA)
		refuse_channel(of(inquiry));
	else
		return false;
	return true;
}

static const struct inquiry_kind KIND = {
	.look = find_fit,
	.answer = send_answer,
	.refuse = refuse,
	.clear = clear,
	.needs_no_store = true, /* where the points are given */
};

/* --- what is asked --- */

static bool refuse_model(struct request *request, const char *name)
{
	refuse_parameter(request, name,
		"要写 proportional、linear、quadratic、power、exponential、decay、logarithm、sine、damped、"
		"gaussian 或 poisson",
		"must be proportional, linear, quadratic, power, exponential, decay, logarithm, sine, "
		"damped, gaussian or poisson");
	return false;
}

static bool ask_model(struct request *request, const json_t *body, enum fit_model *ret_model)
{
	const char *id = "";

	if (!ask_member_text(request, body, "model", &id))
		return false;
	*ret_model = fit_model_find(id);
	return *ret_model < FIT_MODELS || refuse_model(request, "model");
}

/* A lesson offers some models: nobody is told to try another, which the page would not have. */
static bool ask_among(struct request *request, const json_t *body, unsigned *ret_among)
{
	const json_t *ids = json_object_get(body, "among"), *id;
	unsigned among = 0;
	size_t i;

	*ret_among = FIT_ALL_MODELS;
	if (!ids || json_is_null(ids))
		return true;
	if (!json_is_array(ids))
		return refuse_model(request, "among");
	json_array_foreach(ids, i, id)
	{
		enum fit_model model =
			json_is_string(id) ? fit_model_find(json_string_value(id)) : FIT_MODELS;

		if (model >= FIT_MODELS)
			return refuse_model(request, "among");
		among |= 1U << model;
	}
	*ret_among = among;
	return true;
}

static bool ask_unit(
	struct request *request, const json_t *body, const char *name, char ret_unit[UNIT_MOST])
{
	const char *unit = "";

	if (!ask_member_text(request, body, name, &unit))
		return false;
	if (text_copy(ret_unit, UNIT_MOST, unit))
		return true;
	refuse_parameter(request, name, "太长", "is too long");
	return false;
}

/* Pairs of numbers into two columns. */
static bool take_pairs(const json_t *pairs, double *x, double *y)
{
	const json_t *pair;
	size_t i;

	json_array_foreach(pairs, i, pair)
	{
		if (json_array_size(pair) != 2 || !json_is_number(json_array_get(pair, 0)) ||
			!json_is_number(json_array_get(pair, 1)))
			return false;
		x[i] = json_number_value(json_array_get(pair, 0));
		y[i] = json_number_value(json_array_get(pair, 1));
	}
	return true;
}

/* `uncertainties` are known beforehand, `weights` only say which point counts more. */
static bool ask_weights(
	struct request *request, const json_t *body, double *weights, struct fit_points *points)
{
	const char *names[] = {"weights", "uncertainties"};

	for (size_t k = 0; k < 2; k++) {
		const json_t *numbers = json_object_get(body, names[k]), *number;
		bool is_sound = json_array_size(numbers) == points->n && !points->weights;
		size_t i;

		if (!numbers || json_is_null(numbers))
			continue;
		json_array_foreach(numbers, i, number)
		{
			double value = json_number_value(number);

			is_sound = is_sound && value > 0;
			if (is_sound)
				weights[i] = k == 0 ? value : 1 / (value * value);
		}
		if (!is_sound) {
			refuse_parameter(request, names[k],
				"要给每个点一个大于 0 的数，weights 和 uncertainties 只给一个",
				"must have a number above 0 for each point, and only one of weights and "
				"uncertainties may be given");
			return false;
		}
		points->weights = weights;
		points->are_absolute = k == 1;
	}
	return true;
}

static bool ask_points(struct request *request, const json_t *body, struct question *question)
{
	const json_t *pairs = json_object_get(body, "points");
	size_t n = json_array_size(pairs);

	question->numbers = malloc((3 * n + 1) * sizeof *question->numbers);
	if (!question->numbers) {
		refuse_busy(request);
		return false;
	}
	double *x = question->numbers, *y = x + n;
	if (!json_is_array(pairs) || n > POINTS_MOST || !take_pairs(pairs, x, y)) {
		refuse_parameter(request, "points", "要写成 [[x, y], …]，最多 10000 个",
			"must be [[x, y], ...], at most 10000");
		return false;
	}
	question->points = (struct fit_points){.n = n, .x = x, .y = y};
	return ask_weights(request, body, y + n, &question->points) &&
		ask_member_number(request, body, "resolution", &question->points.resolution) &&
		ask_member_bool(request, body, "x_is_time", &question->x_is_time) &&
		ask_unit(request, body, "x_unit", question->x_unit) &&
		ask_unit(request, body, "y_unit", question->y_unit);
}

/* {"stream": 3, "channel": "t"} */
static bool ask_channel(struct request *request, const json_t *object, struct fit_channel *ret)
{
	const char *id = "";
	int64_t stream = 0;

	if (!ask_member_int(request, object, "stream", &stream) ||
		!ask_member_text(request, object, "channel", &id))
		return false;
	if (stream < 1 || stream > UINT32_MAX) {
		refuse_parameter(
			request, "stream", "要写数据流的编号", "must be the id of a stream");
		return false;
	}
	if (!*id || !text_copy(ret->id, sizeof ret->id, id)) {
		refuse_parameter(
			request, "channel", "要写通道的 id", "must be the id of a channel");
		return false;
	}
	ret->stream = (uint32_t)stream;
	return true;
}

static bool ask_range(struct request *request, const json_t *body, const struct parts *parts,
	struct fit_range *ret)
{
	const json_t *x = json_object_get(body, "x");
	const char *values = "calibrated";
	const struct imported *imported;

	ret->to = clock_now(parts->clock);
	if (!ask_channel(request, body, &ret->y) ||
		(x && !json_is_null(x) && !ask_channel(request, x, &ret->x)))
		return false;
	imported = imports_find(&parts->imports, ret->y.stream);
	if (imported) {
		ret->from = imported->run.from;
		ret->to = imported->run.to;
	}
	if (!ask_member_instant(request, body, "from_us", &ret->from) ||
		!ask_member_instant(request, body, "to_us", &ret->to) ||
		!ask_member_text(request, body, "values", &values))
		return false;
	ret->zero = ret->from;
	if (!ask_member_instant(request, body, "x_zero_us", &ret->zero))
		return false;
	if (strcmp(values, "raw") != 0 && strcmp(values, "calibrated") != 0) {
		refuse_parameter(
			request, "values", "要写 calibrated 或 raw", "must be calibrated or raw");
		return false;
	}
	if (ret->to.ns <= ret->from.ns) {
		refuse_parameter(request, "to_us", "要晚于 from_us", "must be later than from_us");
		return false;
	}
	ret->is_as_said = strcmp(values, "raw") == 0;
	return true;
}

static bool ask_fit(struct parts *parts, struct request *request, struct question *question)
{
	json_t *body;

	if (!ask_body(request, &body))
		return false;
	question->is_of_range = !json_object_get(body, "points");
	bool is_sound = ask_model(request, body, &question->model) &&
		ask_among(request, body, &question->among) &&
		(question->is_of_range ? ask_range(request, body, parts, &question->range)
				       : ask_points(request, body, question));
	json_decref(body);
	question->inquiry.job.import = import_of(question->range.y.stream); /* 0: the board's own */
	return is_sound;
}

void handle_fit(void *self, struct request *request)
{
	struct parts *parts = self;
	struct question *question = inquiry_new(parts, request, &KIND, sizeof *question);

	if (!question)
		return;
	if (ask_fit(parts, request, question))
		inquiry_ask(&question->inquiry);
	else
		inquiry_free(&question->inquiry);
}
