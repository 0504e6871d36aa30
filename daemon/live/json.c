/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hand-written JSON: each object's fields stand here in the order in which they are sent. */
#include "live/json.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "data/chinese.h"
#include "live/limits.h"

enum { LIMITS_PIECE = 40 + 3 * NUMBER_TEXT };

void json_number(struct text *text, double value)
{
	if (isfinite(value))
		text_add_double(text, value);
	else
		text_add(text, "null");
}

void json_numbers(struct text *text, const double *values, size_t stride, size_t n)
{
	text_add_char(text, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			text_add_char(text, ',');
		json_number(text, values[i * stride]);
	}
	text_add_char(text, ']');
}

void json_uncertainty(struct text *text, int64_t ns)
{
	json_number(text, ns > 0 ? (double)ns / NS_PER_US : NAN);
}

void json_bool(struct text *text, bool value)
{
	text_add(text, value ? "true" : "false");
}

void json_text(struct text *text, const char *value)
{
	if (*value)
		text_add_json(text, value);
	else
		text_add(text, "null");
}

void json_words(struct text *text, const char *zh, const char *en)
{
	if (!zh[0] && !en[0]) {
		text_add(text, "null");
		return;
	}
	text_add(text, "{\"zh\":");
	text_add_json(text, zh);
	text_add(text, ",\"en\":");
	text_add_json(text, en);
	text_add_char(text, '}');
}

void json_mistakes(struct text *text, const char *lines)
{
	char line[1024], buffer[2 * sizeof line];
	bool is_first = true;

	for (const char *end; *lines; lines = *end ? end + 1 : end) {
		size_t n;

		end = strchrnul(lines, '\n');
		n = (size_t)(end - lines) < sizeof line - 1 ? (size_t)(end - lines)
							    : sizeof line - 1;
		memcpy(line, lines, n);
		line[n] = '\0';
		struct text zh = text_over(buffer, sizeof buffer);

		chinese_add(&zh, line);
		text_add(text, is_first ? "" : ",");
		json_words(text, zh.at, line);
		is_first = false;
	}
}

/* ,"name":"value" */
static void add_string(struct text *text, const char *name, const char *value)
{
	text_add(text, ",\"");
	text_add(text, name);
	text_add(text, "\":");
	text_add_json(text, value);
}

static void add_int(struct text *text, const char *name, int64_t value)
{
	text_add(text, ",\"");
	text_add(text, name);
	text_add(text, "\":");
	text_add_int(text, value);
}

void json_id(struct text *text, const char *name, uint32_t id)
{
	if (id)
		add_int(text, name, id);
	else
		text_addf(text, ",\"%s\":null", name);
}

static void add_number(struct text *text, const char *name, double value)
{
	text_add(text, ",\"");
	text_add(text, name);
	text_add(text, "\":");
	json_number(text, value);
}

static void add_wall(struct text *text, const char *name, int64_t wall_ns)
{
	if (wall_ns)
		add_int(text, name, wall_ns / NS_PER_US);
	else
		text_addf(text, ",\"%s\":null", name);
}

static void add_end(struct text *text, const char *name, struct instant end)
{
	if (end.ns == INT64_MAX)
		text_addf(text, ",\"%s\":null", name);
	else
		add_int(text, name, instant_us(end));
}

/* What a page shows of it beside a value. */
static void add_calibration(
	struct text *text, const struct channel *channel, const struct calibration *by)
{
	text_add(text, ",\"calibration\":");
	if (!by) {
		text_add(text, "null");
		return;
	}
	struct limits range = range_by(channel, &by->map);

	text_addf(text, "{\"id\":%u", by->id);
	add_string(text, "kind", calibration_kind_name(by->kind));
	add_string(text, "name", by->name);
	add_int(text, "made_us", instant_us(by->made));
	add_wall(text, "wall_made_us", by->wall_ns);
	add_number(text, "low", range.least);
	add_number(text, "high", range.most);
	text_add_char(text, '}');
}

static void add_accuracy(struct text *text, const struct model_accuracy *accuracy)
{
	text_add(text, ",\"accuracy\":");
	if (!accuracy) {
		text_add(text, "null");
		return;
	}
	text_add(text, "{\"absolute\":");
	json_number(text, accuracy->absolute);
	add_number(text, "relative", accuracy->relative);
	text_add(text, ",\"is_greater\":");
	json_bool(text, accuracy->is_greater);
	text_add_char(text, '}');
}

/* How it may be calibrated. */
static void add_rules(struct text *text, const struct calibration_rules *rules)
{
	static const enum calibration_kind kinds[] = {
		CALIBRATION_OFFSET, CALIBRATION_TWO_POINT, CALIBRATION_TABLE};
	bool is_first = true;

	text_add(text, ",\"calibrations\":");
	text_add(text, rules->is_limited ? "[" : "null");
	for (size_t i = 0; rules->is_limited && i < sizeof kinds / sizeof *kinds; i++) {
		if (!calibration_rules_allow(rules, kinds[i]))
			continue;
		text_add(text, is_first ? "" : ",");
		text_add_json(text, calibration_kind_name(kinds[i]));
		is_first = false;
	}
	text_add(text, rules->is_limited ? "]" : "");
	text_add(text, ",\"is_zeroable\":");
	json_bool(text, rules->is_zeroable);
}

static void add_channel(
	struct text *text, const struct channel *channel, const struct channel_news *news)
{
	struct limits range = range_by(channel, NULL);
	struct limits limits = limits_by(channel, news->by ? &news->by->map : NULL);

	text_add(text, "{\"id\":");
	text_add_json(text, channel->id);
	text_add(text, ",\"name\":");
	json_words(text, channel->name_zh, channel->name_en);
	add_string(text, "quantity", channel->quantity);
	add_string(text, "unit", channel->unit);
	add_number(text, "resolution", channel->resolution > 0 ? channel->resolution : NAN);
	add_number(text, "low", range.least);
	add_number(text, "high", range.most);
	add_number(text, "least", limits.least);
	add_number(text, "most", limits.most);
	add_number(text, "last", news->last);
	add_calibration(text, channel, news->by);
	text_add(text, ",\"is_overdue\":");
	json_bool(text, news->is_overdue);
	add_accuracy(text, news->accuracy);
	add_rules(text, &news->rules);
	text_add_char(text, '}');
}

static void add_label(struct text *text, const char *address)
{
	text_add(text, ",\"label\":");
	if (!address[0]) {
		text_add(text, "null");
		return;
	}
	text_addf(text, "{\"zh\":\"地址 %s\",\"en\":\"address %s\"}", address, address);
}

static void add_problem(struct text *text, const struct trouble_words *problem)
{
	text_add(text, ",\"problem\":");
	json_words(text, problem->zh, problem->en);
}

static void add_stream(struct text *text, const struct stream *stream,
	const struct stream_news *news, const struct channel_news *channels)
{
	text_addf(text, "{\"id\":%u", stream->id);
	add_string(text, "name", stream->name);
	add_label(text, stream->address);
	add_problem(text, &news->problem);
	add_string(text, "stamps", stamp_source_name(stream->stamps));
	text_add(text, ",\"uncertainty_us\":");
	json_uncertainty(text, news->uncertainty_ns);
	add_int(text, "period_us", stream->period_ns / NS_PER_US);
	text_add(text, ",\"channels\":[");
	for (uint32_t i = 0; i < stream->n_channels; i++) {
		if (i > 0)
			text_add_char(text, ',');
		add_channel(text, &stream->channels[i], &channels[i]);
	}
	text_add(text, "]}");
}

static void add_health(struct text *text, const struct feed_health *health)
{
	text_add(text, ",\"health\":");
	if (!health) {
		text_add(text, "null");
		return;
	}
	text_addf(text, "{\"bytes\":%llu", (unsigned long long)health->bytes);
	add_int(text, "rows", (int64_t)health->rows);
	add_int(text, "bad_frames", (int64_t)health->bad_frames);
	add_int(text, "unanswered", (int64_t)health->unanswered);
	add_int(text, "lost_rows", (int64_t)health->lost_rows);
	add_number(text, "uncertainty_us", (double)health->uncertainty_ns / NS_PER_US);
	add_number(text, "round_trip_us",
		health->round_trip_ns > 0 ? (double)health->round_trip_ns / NS_PER_US : NAN);
	add_number(text, "rate_ppm", (double)health->rate_ppb / 1000);
	add_string(text, "trouble", health->trouble);
	text_add_char(text, '}');
}

void json_device(struct text *text, const struct device *device, const struct device_news *news)
{
	bool is_first = true;

	text_addf(text, "{\"id\":%u,\"sticker\":%u", device->id, device->sticker);
	add_string(text, "identity", device->identity);
	add_string(text, "kit", device->kit);
	text_add(text, ",\"name\":");
	json_words(text, news->name_zh, news->name_en);
	text_addf(text, ",\"is_described\":%s", news->is_described ? "true" : "false");
	add_string(text, "model", device->model);
	add_string(text, "port", device->port);
	add_string(text, "family", device->family);
	add_string(text, "state", news->state);
	add_problem(text, &news->problem);
	if (news->warming_until.ns)
		add_int(text, "warming_until_us", instant_us(news->warming_until));
	else
		text_add(text, ",\"warming_until_us\":null");
	add_health(text, news->health);
	text_add(text, ",\"streams\":[");
	for (uint32_t i = 0; i < device->n_streams; i++) {
		if (device->streams[i].kind != STREAM_DATA)
			continue;
		if (!is_first)
			text_add_char(text, ',');
		add_stream(text, &device->streams[i], &news->streams[i],
			news->channels + (size_t)i * STREAM_CHANNELS);
		is_first = false;
	}
	text_add(text, "]}");
}

void json_limits(struct text *text, const struct channel *channel,
	const struct correction *correction, uint32_t index, struct instant from)
{
	struct limits last = {0};
	bool is_first = true;

	text_add_char(text, '[');
	for (struct instant at = from; at.ns < INT64_MAX; at = correction_next(correction, at)) {
		struct limits now = limits_by(channel, correction_at(correction, index, at, NULL));
		bool is_same = now.least == last.least && now.most == last.most;

		if (!is_first && (is_same || (isnan(now.least) && isnan(last.least))))
			continue;
		text_addf(text, "%s{\"from_us\":%lld,\"least\":", is_first ? "" : ",",
			(long long)instant_us(at));
		json_number(text, now.least);
		add_number(text, "most", now.most);
		text_add_char(text, '}');
		last = now;
		is_first = false;
	}
	text_add_char(text, ']');
}

size_t json_limits_size(const struct correction *correction, struct instant from)
{
	size_t n = 0;

	for (struct instant at = from; at.ns < INT64_MAX; at = correction_next(correction, at))
		n++;
	return n * LIMITS_PIECE;
}

void json_gap(struct text *text, const struct gap *gap)
{
	text_addf(text, "{\"stream\":%u", gap->stream);
	add_int(text, "from_us", instant_us(gap->from));
	add_int(text, "to_us", instant_us(gap->to));
	add_string(text, "reason", gap_reason_name(gap->reason));
	add_int(text, "lost_rows", (int64_t)gap->lost_rows);
	text_add_char(text, '}');
}

void json_run(
	struct text *text, const struct run *run, const struct wall *wall, int64_t uncertainty_ns)
{
	text_addf(text, "{\"id\":%u,\"number\":%u", run->id, run->number);
	add_string(text, "title", run->title);
	json_id(text, "session", run->session);
	json_id(text, "group", run->group);
	if (run->lesson[0])
		add_string(text, "lesson", run->lesson);
	else
		text_add(text, ",\"lesson\":null");
	add_int(text, "from_us", instant_us(run->from));
	add_end(text, "to_us", run->to);
	if (wall) {
		add_int(text, "wall_from_us", wall->ns / NS_PER_US);
		add_int(text, "wall_uncertainty_us", uncertainty_ns / NS_PER_US);
	} else {
		text_add(text, ",\"wall_from_us\":null,\"wall_uncertainty_us\":null");
	}
	text_add_char(text, '}');
}

static void add_points(struct text *text, const struct calibration_map *map)
{
	text_add(text, ",\"points\":[");
	for (uint32_t i = 0; i < map->n; i++) {
		text_add(text, i > 0 ? ",{\"raw\":" : "{\"raw\":");
		json_number(text, map->raw[i]);
		add_number(text, "true", map->truth[i]);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

void json_calibration(struct text *text, const struct calibration *calibration,
	const struct calibration_news *news)
{
	text_addf(text, "{\"id\":%u", calibration->id);
	add_string(text, "kind", calibration_kind_name(calibration->kind));
	add_string(text, "name", calibration->name);
	add_string(text, "identity", calibration->identity);
	add_string(text, "stream", calibration->stream);
	add_string(text, "channel", calibration->channel);
	add_number(text, "sticker", news->sticker ? (double)news->sticker : NAN);
	add_number(text, "refers", calibration->refers ? (double)calibration->refers : NAN);
	add_int(text, "made_us", instant_us(calibration->made));
	add_wall(text, "wall_made_us", calibration->wall_ns);
	add_int(text, "from_us", instant_us(calibration->from));
	add_end(text, "to_us", calibration->to);
	add_points(text, &calibration->map);
	text_add(text, ",\"is_withdrawn\":");
	json_bool(text, news->is_withdrawn);
	text_add(text, ",\"is_current\":");
	json_bool(text, news->is_current);
	text_add(text, ",\"is_overdue\":");
	json_bool(text, news->is_overdue);
	add_wall(text, "wall_due_us", news->wall_due_ns);
	text_add_char(text, '}');
}
