/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calibrations: list, make, use one for another time, withdraw. What is made is answered once it is
 * on the card, and then told to everybody: what they ask next is by it. Zeroing is api_zero.c. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "share/ask.h"
#include "share/calibrating.h"
#include "share/handlers.h"
#include "share/json.h"

enum { MOST_CALIBRATIONS = 200 };

/* ---------------------------------------------------------------- telling */

static void add_calibration(
	const struct parts *parts, const struct calibration *calibration, struct text *text)
{
	const struct device *device = live_device_named(parts->live, calibration->identity);

	json_calibration(text, calibration, device ? device->sticker : 0,
		calibrations_are_withdrawn(&parts->calibrations, calibration->id));
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
		refuse_parameter(request, "device", "没有这个编号的器材",
			"is not the id of a device of this boot");
	else if (!parts->calibrations.is_known)
		refuse_busy(request);
	else
		answer_list(parts, request, before, limit, device);
}

/* ---------------------------------------------------------------- making */

bool calibrating_begin(struct parts *parts, struct request *request, const json_t *body,
	struct calibration *ret_calibration)
{
	struct calibration begun = {.made = clock_now(parts->clock), .to = {INT64_MAX}};
	const char *name = "";
	struct wall wall;

	if (!ask_member_text(request, body, "name", &name))
		return false;
	if (strlen(name) >= sizeof begun.name) {
		refuse_parameter(
			request, "name", "太长，最多 63 个字节", "is too long: at most 63 bytes");
		return false;
	}
	text_copy(begun.name, sizeof begun.name, name);
	if (walltime_at(&parts->walltime, begun.made, &wall, NULL))
		begun.wall_ns = wall.ns;
	begun.from = begun.made;
	*ret_calibration = begun;
	return true;
}

void calibrating_of(struct calibration *calibration, const struct device *device,
	const struct stream *stream, const struct channel *channel)
{
	text_copy(calibration->identity, sizeof calibration->identity, device->identity);
	text_copy(calibration->stream, sizeof calibration->stream, stream->name);
	text_copy(calibration->channel, sizeof calibration->channel, channel->id);
}

bool calibrating_is_ready(struct parts *parts, struct request *request)
{
	if (!parts->calibrations.is_known)
		refuse_busy(request);
	return parts->calibrations.is_known;
}

void calibrating_end(struct parts *parts, struct request *request, uint32_t first, uint32_t last)
{
	live_recalibrate(parts->live);
	settle_wait(&parts->settles, request, first, last);
}

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

const struct stream *calibrating_stream(
	struct parts *parts, struct request *request, const json_t *body)
{
	const struct stream *stream;
	int64_t id = 0;

	if (!ask_member_int(request, body, "stream", &id))
		return NULL;
	stream = id > 0 && id <= UINT32_MAX ? live_stream(parts->live, (uint32_t)id) : NULL;
	if (!stream)
		refuse_parameter(request, "stream", "要写一组数据的编号，器材要在这次开机后插过",
			"must be the number of a stream of a device that was plugged in since the start");
	return stream;
}

const struct channel *calibrating_channel(
	struct request *request, const json_t *body, const struct stream *stream)
{
	const char *id = "";

	if (!ask_member_text(request, body, "channel", &id))
		return NULL;
	for (uint32_t c = 0; c < stream->n_channels; c++)
		if (strcmp(stream->channels[c].id, id) == 0)
			return &stream->channels[c];
	refuse_parameter(request, "channel", "要写这组数据里一个通道的名字，例如 t",
		"must be the id of a channel of that stream, such as t");
	return NULL;
}

static bool ask_point(struct request *request, const json_t *point, struct calibration_map *map)
{
	double raw = 0, truth = 0;

	if (!json_is_object(point) || !json_is_number(json_object_get(point, "raw")) ||
		!json_is_number(json_object_get(point, "true"))) {
		refuse_parameter(request, "points",
			"每个点要写成 {\"raw\": 读数, \"true\": 实际值}",
			"must each be {\"raw\": what was read, \"true\": what is true}");
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
		refuse_parameter(request, "kind", "要写 offset、two-point 或 table",
			"must be offset, two-point or table");
		return false;
	}
	if (n < 1 || n > CALIBRATION_POINTS) {
		refuse_parameter(request, "points", "要写 1 到 16 个点", "must be 1 to 16 points");
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

/* "offset, two-point" */
static void add_kinds(struct text *text, const struct calibration_rules *rules)
{
	for (unsigned kind = CALIBRATION_OFFSET; kind <= CALIBRATION_TABLE; kind++) {
		if (!calibration_rules_allow(rules, kind))
			continue;
		text_add(text, text->length > 0 ? ", " : "");
		text_add(text, calibration_kind_name(kind));
	}
}

bool calibrating_is_offered(
	struct request *request, const struct calibration_rules *rules, enum calibration_kind kind)
{
	char kinds[64], zh[256], en[256];
	const char *word = calibration_kind_name(kind);
	struct text text = text_over(kinds, sizeof kinds);

	if (calibration_rules_allow(rules, kind))
		return true;
	add_kinds(&text, rules);
	if (text.length == 0) {
		request_refuse(request, 409, "not_offered", "这个通道由厂家校准，不能再校准。",
			"This channel is calibrated by its maker, and not again.");
		return false;
	}
	snprintf(zh, sizeof zh, "这种器材的这个通道不能用 %s 校准，可以用：%s。", word, kinds);
	snprintf(en, sizeof en, "This kit's channel is not calibrated by %s, but by: %s.", word,
		kinds);
	request_refuse(request, 409, "not_offered", zh, en);
	return false;
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
			refuse_parameter(
				request, "run", "没有这一次记录", "is not the id of a run");
			return false;
		}
		ret_calibration->from = run->from;
		ret_calibration->to = run->to;
	}
	if (!ask_member_instant(request, body, "from_us", &ret_calibration->from) ||
		!ask_member_instant(request, body, "to_us", &ret_calibration->to))
		return false;
	if (ret_calibration->to.ns <= ret_calibration->from.ns) {
		refuse_parameter(request, "to_us", "要晚于 from_us", "must be later than from_us");
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
		refuse_parameter(
			request, "use", "没有这个编号的校准", "is not the id of a calibration");
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

static bool ask_new(struct parts *parts, struct request *request, const json_t *body,
	struct calibration *ret_calibration)
{
	const struct stream *stream = calibrating_stream(parts, request, body);
	const struct channel *channel = stream ? calibrating_channel(request, body, stream) : NULL;

	const struct device *device;
	struct calibration_rules rules;

	if (!channel || !ask_points(request, body, ret_calibration))
		return false;
	device = live_device_of(parts->live, stream->id);
	rules = calibrations_rules(&parts->calibrations, device, stream, channel);
	if (!calibrating_is_offered(request, &rules, ret_calibration->kind))
		return false;
	calibrating_of(ret_calibration, device, stream, channel);
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
		refuse_unknown(request, "没有这个编号的校准。", "There is no such calibration.");
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
