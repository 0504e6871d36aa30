/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calibrations: list, make, use one for another time, withdraw. What is made is answered once it is
 * on the card, and then told to everybody: what they ask next is by it. Zeroing is api_zero.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "http/ask.h"
#include "api/calibrating.h"
#include "api/handlers.h"
#include "live/json.h"

enum { MOST_CALIBRATIONS = 200 };

/* ---------------------------------------------------------------- telling */

/* The channel that a calibration is for, as its device has it in this boot; false: it has none. */
static bool find_channel(const struct device *device, const struct calibration *calibration,
	const struct stream **ret_stream, const struct channel **ret_channel)
{
	for (uint32_t i = 0; device && i < device->n_streams; i++) {
		const struct stream *stream = &device->streams[i];

		for (uint32_t c = 0; c < stream->n_channels; c++)
			if (strcmp(stream->name, calibration->stream) == 0 &&
				strcmp(stream->channels[c].id, calibration->channel) == 0) {
				*ret_stream = stream;
				*ret_channel = &stream->channels[c];
				return true;
			}
	}
	return false;
}

/* The hour may have been told after it was made. */
static void add_hour(const struct walltime *walltime, struct calibration *calibration)
{
	struct wall wall;

	if (!calibration->wall_ns && walltime_at(walltime, calibration->made, &wall, NULL))
		calibration->wall_ns = wall.ns;
}

static void add_calibration(
	const struct parts *parts, const struct calibration *calibration, struct text *text)
{
	const struct calibrations *all = &parts->calibrations;
	const struct device *device = live_device_named(parts->live, calibration->identity);
	struct instant now = clock_now(parts->clock);
	struct calibration_news news = {.sticker = device ? device->sticker : 0,
		.is_withdrawn = calibrations_are_withdrawn(all, calibration->id),
		.is_current = calibrations_at(all, calibration->identity, calibration->stream,
				      calibration->channel, now) == calibration};
	struct calibration told = *calibration;
	const struct channel *channel;
	const struct stream *stream;
	struct wall wall = {0};

	add_hour(&parts->walltime, &told);
	if (told.kind != CALIBRATION_WITHDRAWAL && find_channel(device, &told, &stream, &channel)) {
		if (!walltime_at(&parts->walltime, now, &wall, NULL))
			wall.ns = 0;
		news.is_overdue =
			calibrations_are_overdue(all, device, stream, channel, &told, now, wall.ns);
		news.wall_due_ns = calibrations_due(all, device, stream, channel, &told);
	}
	json_calibration(text, &told, &news);
}

void answer_calibrations(void *self, struct request *request, uint32_t first, uint32_t last)
{
	struct parts *parts = self;
	struct text text;

	for (uint32_t id = first; id <= last; id++) {
		add_calibration(parts, calibrations_find(&parts->calibrations, id),
			events_begin(parts->events, "calibration"));
		events_send(parts->events);
	}
	text = answer_begin(parts);
	text_add(&text, "{\"calibrations\":[");
	for (uint32_t id = first; id <= last; id++) {
		if (id > first)
			text_add_char(&text, ',');
		add_calibration(parts, calibrations_find(&parts->calibrations, id), &text);
	}
	text_add(&text, "]}\n");
	answer_send(request, 201, &text);
}

static bool is_asked_for(const struct calibration *calibration, const struct device *device)
{
	return !device || strcmp(calibration->identity, device->identity) == 0;
}

static void answer_list(struct parts *parts, struct request *request, int64_t before, int64_t limit,
	const struct device *device)
{
	const struct calibrations *calibrations = &parts->calibrations;
	struct text text = answer_begin(parts);
	size_t from = calibrations->n;
	bool is_first = true;

	for (; from > 0 && limit > 0; from--)
		limit -= calibrations->list[from - 1].id < before &&
			is_asked_for(&calibrations->list[from - 1], device);
	text_add(&text, "{\"calibrations\":[");
	for (size_t i = from; i < calibrations->n; i++) {
		const struct calibration *calibration = &calibrations->list[i];

		if (calibration->id >= before || !is_asked_for(calibration, device))
			continue;
		if (!is_first)
			text_add_char(&text, ',');
		is_first = false;
		add_calibration(parts, calibration, &text);
	}
	text_add(&text, "]}\n");
	answer_send(request, 200, &text);
}

void handle_calibrations(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct device *device = NULL;
	int64_t before = INT64_MAX, limit = MOST_CALIBRATIONS, id = 0;
	bool is_gone;

	if (!ask_int(request, "before", &before) || !ask_int(request, "limit", &limit) ||
		!ask_int(request, "device", &id))
		return;
	if (id > 0 && id <= UINT32_MAX)
		device = live_device(parts->live, (uint32_t)id, &is_gone);
	if (limit < 1 || limit > MOST_CALIBRATIONS)
		refuse_parameter(request, "limit", "要在 1 到 200 之间", "must be 1 to 200");
	else if (request_query(request, "device") && !device)
		calibrating_refuse(request,
			"这台器材开机后没有插过。插上它，再看看器材的列表（kitlog devices）。",
			"That kit was not plugged in since the start. Plug it in and look at the "
			"list of devices (kitlog devices).");
	else if (!parts->calibrations.is_known)
		refuse_busy(request);
	else
		answer_list(parts, request, before, limit, device);
}

/* ---------------------------------------------------------------- making */

/* Makes the one, or refuses. */
static void make(
	struct parts *parts, struct request *request, const struct calibration *calibration)
{
	const struct calibration *made;

	if (calibrations_make(&parts->calibrations, calibration, &made) < 0)
		refuse_busy(request);
	else
		calibrating_end(parts, request, made->id, made->id);
}

/* A number that somebody typed and that no list has. */
static void refuse_number_of(struct request *request, const char *zh_noun, const char *noun,
	const char *command, int64_t id)
{
	char zh[256], en[256];

	snprintf(zh, sizeof zh, "没有编号 %" PRId64 " 的%s。看看列表（kitlog %s list）。", id,
		zh_noun, command);
	snprintf(en, sizeof en, "There is no %s %" PRId64 ". Look at the list (kitlog %s list).",
		noun, id, command);
	calibrating_refuse(request, zh, en);
}

static bool ask_point(struct request *request, const json_t *point, struct calibration_map *map)
{
	double raw = 0, truth = 0;

	if (!json_is_object(point) || !json_is_number(json_object_get(point, "raw")) ||
		!json_is_number(json_object_get(point, "true"))) {
		calibrating_refuse(request, "每个点要有读数和实际值（raw 和 true），都是数。",
			"Each point needs what was read and what is true (raw and true), both numbers.");
		return false;
	}
	if (!ask_member_number(request, point, "raw", &raw) ||
		!ask_member_number(request, point, "true", &truth))
		return false;
	map->raw[map->n] = raw;
	map->truth[map->n++] = truth;
	return true;
}

/* The kind is what the points make, unless another word is given. */
static bool ask_points(
	struct request *request, const json_t *body, struct calibration *ret_calibration)
{
	const json_t *points = json_object_get(body, "points");
	size_t n = json_array_size(points);
	const char *kind = calibration_kind_name(calibration_kind_for((uint32_t)n));

	if (!ask_member_text(request, body, "kind", &kind))
		return false;
	ret_calibration->kind = calibration_kind_of(kind);
	if (!ret_calibration->kind) {
		calibrating_refuse(request,
			"没有这种校准，只有单点（offset）、两点（two-point）、多点表（table）。",
			"There is no such kind of calibration: only offset, two-point and table.");
		return false;
	}
	if (n < 1 || n > CALIBRATION_POINTS) {
		calibrating_refuse(request, "要有 1 到 16 个点，每个点是读数和实际值。",
			"Give 1 to 16 points, each what was read and what is true.");
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (!ask_point(request, json_array_get(points, i), &ret_calibration->map))
			return false;
	enum calibration_fault fault =
		calibration_map_sort(&ret_calibration->map, ret_calibration->kind);
	if (fault) {
		struct calibration_words words = calibration_fault_words(fault);

		request_refuse(request, 400, "bad_points", words.zh, words.en);
	}
	return !fault;
}

/* From now on unless a run or another time is given. */
static bool ask_when(struct parts *parts, struct request *request, const json_t *body,
	struct calibration *ret_calibration)
{
	int64_t id = 0;

	if (!ask_member_int(request, body, "run", &id))
		return false;
	if (id) {
		const struct run *run =
			id > 0 && id <= UINT32_MAX ? runs_find(&parts->runs, (uint32_t)id) : NULL;

		if (!run) {
			refuse_number_of(request, "记录", "run", "run", id);
			return false;
		}
		ret_calibration->from = run->from;
		ret_calibration->to = run->to;
	}
	if (!ask_member_instant(request, body, "from_us", &ret_calibration->from) ||
		!ask_member_instant(request, body, "to_us", &ret_calibration->to))
		return false;
	if (ret_calibration->to.ns <= ret_calibration->from.ns) {
		calibrating_refuse(request, "校准的结束时间（to_us）要晚于开始时间（from_us）。",
			"The end of the time it holds for (to_us) must be later than its start (from_us).");
		return false;
	}
	return true;
}

/* The one that is to be used for another time. */
static bool ask_used(struct parts *parts, struct request *request, int64_t id,
	struct calibration *ret_calibration)
{
	const struct calibration *used = id > 0 && id <= UINT32_MAX
		? calibrations_find(&parts->calibrations, (uint32_t)id)
		: NULL;

	if (!used || used->kind == CALIBRATION_WITHDRAWAL) {
		refuse_number_of(request, "校准", "calibration", "calibrate", id);
		return false;
	}
	if (calibrations_are_withdrawn(&parts->calibrations, used->id)) {
		request_refuse(request, 409, "is_withdrawn",
			"这次校准已经撤销了，不能再用；重新校准一次。",
			"This calibration has been withdrawn and cannot be used again; calibrate anew.");
		return false;
	}
	text_copy(ret_calibration->identity, sizeof ret_calibration->identity, used->identity);
	text_copy(ret_calibration->stream, sizeof ret_calibration->stream, used->stream);
	text_copy(ret_calibration->channel, sizeof ret_calibration->channel, used->channel);
	if (!ret_calibration->name[0])
		text_copy(ret_calibration->name, sizeof ret_calibration->name, used->name);
	ret_calibration->kind = used->kind;
	ret_calibration->map = used->map;
	ret_calibration->refers = used->id;
	return true;
}

/* Is it by what the kit reads now, and not for a run of the past? */
static bool is_by_now(const json_t *body)
{
	return !json_is_number(json_object_get(body, "run")) &&
		!json_is_number(json_object_get(body, "from_us"));
}

static bool ask_new(struct parts *parts, struct request *request, const json_t *body,
	struct calibration *ret_calibration)
{
	const struct stream *stream = calibrating_stream(parts, request, body);
	const struct channel *channel = stream ? calibrating_channel(request, body, stream) : NULL;
	struct calibrating_doubt doubt = {.channel = channel}, doubts[2];
	struct calibration_rules rules;
	size_t n = 0;

	if (!channel || !ask_points(request, body, ret_calibration))
		return false;
	doubt.device = live_device_of(parts->live, stream->id);
	rules = calibrations_rules(&parts->calibrations, doubt.device, stream, channel);
	if (!calibrating_is_offered(request, &rules, ret_calibration->kind))
		return false;
	if (is_by_now(body) && calibrating_is_cold(parts, &doubt))
		doubts[n++] = doubt;
	doubt.cold_ns = 0;
	doubt.question =
		calibration_question_of(&ret_calibration->map, channel->low, channel->high);
	if (doubt.question.doubt)
		doubts[n++] = doubt;
	if (!calibrating_is_meant(request, body, doubts, n))
		return false;
	calibrating_of(ret_calibration, doubt.device, stream, channel);
	return true;
}

void handle_calibrate(void *self, struct request *request)
{
	struct parts *parts = self;
	struct calibration calibration;
	int64_t used = 0;
	json_t *body;

	if (!ask_body(request, &body))
		return;
	if (calibrating_is_ready(parts, request) && ask_member_int(request, body, "use", &used) &&
		calibrating_begin(parts, request, body, &calibration) &&
		(used ? ask_used(parts, request, used, &calibration)
		      : ask_new(parts, request, body, &calibration)) &&
		ask_when(parts, request, body, &calibration))
		make(parts, request, &calibration);
	json_decref(body);
}

/* ---------------------------------------------------------------- withdrawing */

static void withdraw(struct parts *parts, struct request *request, uint32_t id, const json_t *body)
{
	const struct calibration *of = calibrations_find(&parts->calibrations, id);
	struct calibration calibration;

	if (!of || of->kind == CALIBRATION_WITHDRAWAL) {
		refuse_unknown(request, "没有这个编号的校准。看看列表（kitlog calibrate list）。",
			"There is no such calibration. Look at the list (kitlog calibrate list).");
	} else if (calibrations_are_withdrawn(&parts->calibrations, id)) {
		request_refuse(request, 409, "is_withdrawn", "这次校准已经撤销了。",
			"This calibration has already been withdrawn.");
	} else if (calibrating_begin(parts, request, body, &calibration)) {
		calibration.kind = CALIBRATION_WITHDRAWAL;
		calibration.refers = id;
		text_copy(calibration.identity, sizeof calibration.identity, of->identity);
		text_copy(calibration.stream, sizeof calibration.stream, of->stream);
		text_copy(calibration.channel, sizeof calibration.channel, of->channel);
		make(parts, request, &calibration);
	}
}

void handle_withdraw(void *self, struct request *request)
{
	struct parts *parts = self;
	uint32_t id;
	json_t *body;

	if (!ask_id(request, 0, &id) || !ask_body(request, &body))
		return;
	if (calibrating_is_ready(parts, request))
		withdraw(parts, request, id, body);
	json_decref(body);
}
