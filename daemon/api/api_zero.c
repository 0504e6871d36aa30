/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zeroing, and what it goes by: the raw values of the last second. A channel that is calibrated
 * keeps its gain: its map is moved up or down. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "data/flag.h"
#include "http/ask.h"
#include "api/calibrating.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "live/json.h"

/* Keep's ring takes about sixty records at once. */
enum { MOST_AT_ONCE = 48 };

/* ---------------------------------------------------------------- raw values */

/* ,"flags":["out-of-range"], where there is one. */
static void add_flags(struct text *text, double value, const struct channel *channel)
{
	unsigned flags = flag_of_value(value, channel->low, channel->high, channel->resolution);

	if (!flags)
		return;
	text_add(text, ",\"flags\":[\"");
	flag_add_words(text, flags);
	text_add(text, "\"]");
}

void handle_raw(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct stream *stream;
	const struct recent *recent;
	struct text text;
	uint32_t id;

	if (!ask_id(request, 0, &id))
		return;
	stream = live_stream(parts->live, id);
	recent = live_recent(parts->live, id);
	if (!stream || !recent) {
		refuse_no_stream(request, id);
		return;
	}
	text = answer_begin(parts);
	text_addf(&text, "{\"stream\":%u,\"channels\":[", id);
	for (uint32_t c = 0; c < stream->n_channels; c++) {
		double mean = NAN;
		uint32_t n = 0;

		if (recent_mean(recent, c, clock_now(parts->clock), &mean, &n) == 0)
			mean = calibration_round(mean, stream->channels[c].resolution);
		text_add(&text, c > 0 ? ",{\"id\":" : "{\"id\":");
		text_add_json(&text, stream->channels[c].id);
		text_add(&text, ",\"mean\":");
		json_number(&text, mean);
		text_addf(&text, ",\"n\":%u", n);
		add_flags(&text, mean, &stream->channels[c]);
		text_add_char(&text, '}');
	}
	text_add(&text, "]}\n");
	answer_send(request, 200, &text);
}

/* ---------------------------------------------------------------- zeroing */

struct zero {
	struct parts *parts;
	struct calibration begun;
	double value;                       /* what the channels are to read: usually 0 */
	const char *only;                   /* channel; NULL: all */
	uint32_t only_device;               /* 0: all */
	const struct session *only_session; /* NULL: all */
	struct calibration made[MOST_AT_ONCE];
	size_t n;
	bool is_too_many;
	bool is_silent; /* one that could be zeroed has no reading */
	bool is_spared; /* a channel that its kit does not let be zeroed with the others */
	struct calibrating_doubt doubts[2 * MOST_AT_ONCE]; /* it is cold, and its reading is odd */
	size_t n_doubts;
};

/* `by`: the calibration that holds, or NULL. */
static void look_twice(struct zero *zero, const struct device *device,
	const struct channel *channel, double mean, const struct calibration *by)
{
	double low = channel->low, high = channel->high, reads = mean;
	struct calibrating_doubt cold = {.device = device, .channel = channel};

	if (calibrating_is_cold(zero->parts, &cold))
		zero->doubts[zero->n_doubts++] = cold;
	if (by) {
		reads = calibration_line(&by->map, mean);
		low = calibration_line(&by->map, channel->low);
		high = calibration_line(&by->map, channel->high);
	}
	struct calibration_question question =
		calibration_question_of_zero(reads, zero->value, fmin(low, high), fmax(low, high));

	if (question.doubt)
		zero->doubts[zero->n_doubts++] =
			(struct calibrating_doubt){device, channel, question, 0};
}

/* Its points are numbers that people read: without noise in the 16th digit. */
static void move(struct calibration_map *map, double by, double resolution)
{
	calibration_shift(map, by);
	for (uint32_t i = 0; i < map->n; i++)
		map->truth[i] = calibration_round(map->truth[i], resolution);
}

/* One channel; those that say nothing now are left out. */
static void zero_channel(struct zero *zero, const struct device *device,
	const struct stream *stream, uint32_t channel)
{
	const struct channel *of = &stream->channels[channel];
	struct calibration *made = &zero->made[zero->n];
	struct instant now = zero->begun.made;
	uint32_t n;
	double mean;

	if (recent_mean(live_recent(zero->parts->live, stream->id), channel, now, &mean, &n) < 0) {
		zero->is_silent = true;
		return;
	}
	if (zero->n == MOST_AT_ONCE) {
		zero->is_too_many = true;
		return;
	}
	mean = calibration_round(mean, of->resolution);
	*made = zero->begun;
	calibrating_of(made, device, stream, of);
	const struct calibration *by = calibrations_at(
		&zero->parts->calibrations, device->identity, stream->name, of->id, now);
	look_twice(zero, device, of, mean, by);
	if (by) {
		made->kind = by->kind;
		made->refers = by->id;
		made->map = by->map;
		move(&made->map, zero->value - calibration_line(&by->map, mean), of->resolution);
	} else {
		made->kind = CALIBRATION_OFFSET;
		made->map = (struct calibration_map){1, {mean}, {zero->value}};
	}
	zero->n++;
}

static bool has_device(const struct session *session, uint32_t device)
{
	for (unsigned g = 1; g <= session->n_groups; g++)
		for (unsigned i = 0; i < session->groups[g].n_devices; i++)
			if (session->groups[g].devices[i] == device)
				return true;
	return false;
}

/* Zeroing everything means what kits say can be zeroed: a thermometer has no zero that a hand can make, and of a kit
 * without a description nobody knows what it measures. Who names that kit knows. */
static bool is_meant(const struct zero *zero, const struct device *device,
	const struct stream *stream, const struct channel *channel)
{
	struct calibration_rules rules;

	if (zero->only)
		return strcmp(zero->only, channel->id) == 0;
	rules = calibrations_rules(&zero->parts->calibrations, device, stream, channel);
	return rules.is_zeroable || (zero->only_device && !rules.is_described);
}

static void zero_stream(void *self, const struct device *device, const struct stream *stream)
{
	struct zero *zero = self;

	if (zero->only_device && device->id != zero->only_device)
		return;
	if (zero->only_session && !has_device(zero->only_session, device->id))
		return;
	for (uint32_t c = 0; c < stream->n_channels; c++) {
		if (is_meant(zero, device, stream, &stream->channels[c]))
			zero_channel(zero, device, stream, c);
		else if (!zero->only)
			zero->is_spared = true;
	}
}

/* One that is named: a kit that lists offset lets it be zeroed, too, though not with the others. */
static bool gather_one(struct zero *zero, struct request *request, const json_t *body)
{
	struct parts *parts = zero->parts;
	const struct stream *stream = calibrating_stream(parts, request, body);
	const struct channel *channel = stream ? calibrating_channel(request, body, stream) : NULL;
	const struct device *device = channel ? live_device_of(parts->live, stream->id) : NULL;
	struct calibration_rules rules;

	if (!channel)
		return false;
	rules = calibrations_rules(&parts->calibrations, device, stream, channel);
	if (!rules.is_zeroable && !calibration_rules_allow(&rules, CALIBRATION_OFFSET) &&
		!calibrating_is_offered(request, &rules, 0))
		return false;
	zero->only = channel->id;
	zero_stream(zero, device, stream);
	return true;
}

/* False: refused. */
static bool ask_session(struct zero *zero, struct request *request, const json_t *body)
{
	const struct classroom *room = zero->parts->sessions.room;
	const char *together = NULL;
	int64_t id = 0;

	if (!ask_member_int(request, body, "session", &id) ||
		!ask_member_text(request, body, "together", &together))
		return false;
	if (!id && !together)
		return true;
	if (!zero->parts->sessions.is_known) {
		refuse_busy(request);
		return false;
	}
	if (together)
		zero->only_session = classroom_together(room, together);
	else if (id > 0 && id <= UINT32_MAX)
		zero->only_session = classroom_session(room, (uint32_t)id);
	if (!zero->only_session)
		classes_refuse_together(request);
	return zero->only_session != NULL;
}

/* One channel of a stream, all of a device, or all of everything that is plugged in. */
static bool gather(struct zero *zero, struct request *request, const json_t *body)
{
	struct parts *parts = zero->parts;
	int64_t device = 0;
	bool is_all = false, is_gone = true;

	if (!ask_member_int(request, body, "device", &device) ||
		!ask_member_bool(request, body, "all", &is_all))
		return false;
	if (json_object_get(body, "stream"))
		return gather_one(zero, request, body);
	if (!is_all && !device) {
		calibrating_refuse(request,
			"要说明归零什么：一个通道（stream 和 channel）、一台器材（device），或者全部（all）。",
			"Say what is to be zeroed: a channel (stream and channel), a kit (device), or "
			"everything (all).");
		return false;
	}
	if (device &&
		(device < 0 || device > UINT32_MAX ||
			!live_device(parts->live, (uint32_t)device, &is_gone) || is_gone)) {
		calibrating_refuse(request, "这台器材没有插着，没有读数可以归零。插上再来。",
			"That kit is not plugged in, so there is no reading to zero. Plug it in again.");
		return false;
	}
	if (!ask_session(zero, request, body))
		return false;
	zero->only_device = (uint32_t)device;
	live_streams(parts->live, zero_stream, zero);
	return true;
}

/* It goes by what is read now: a run of the past had its own zero. */
static bool is_from_now_on(struct request *request, const json_t *body)
{
	bool is_for_a_time = json_object_get(body, "run") || json_object_get(body, "from_us") ||
		json_object_get(body, "to_us");

	if (is_for_a_time)
		calibrating_refuse(request,
			"归零按现在的读数，从现在起有效。要用于以前的一次记录，先归零，再用 "
			"kitlog calibrate use。",
			"Zeroing goes by what is read now, and holds from now on. For a run of the "
			"past, zero first and then use that (kitlog calibrate use).");
	return !is_for_a_time;
}

static void make_all(struct zero *zero, struct request *request)
{
	const struct calibration *made = NULL;
	uint32_t first = 0;
	int r = 0;

	for (size_t i = 0; i < zero->n && r == 0; i++) {
		r = calibrations_make(&zero->parts->calibrations, &zero->made[i], &made);
		if (r == 0 && !first)
			first = made->id;
	}
	if (r == -EINVAL && !first)
		calibrating_refuse(request, "要显示的数太大了，写一万亿以内的数。",
			"The value to be read is too large: give a number up to 1e12.");
	else if (!first)
		refuse_busy(request);
	else
		calibrating_end(zero->parts, request, first, made->id);
}

void handle_zero(void *self, struct request *request)
{
	struct zero zero = {.parts = self};
	json_t *body;

	if (!ask_body(request, &body))
		return;
	if (!calibrating_is_ready(zero.parts, request) ||
		!calibrating_begin(zero.parts, request, body, &zero.begun) ||
		!ask_member_number(request, body, "value", &zero.value) ||
		!is_from_now_on(request, body) || !gather(&zero, request, body))
		goto out;
	if (zero.is_too_many)
		request_refuse(request, 409, "too_many_channels",
			"一次最多归零 48 个通道。一台一台地归零。",
			"At most 48 channels are zeroed at once. Zero one kit after the other.");
	else if (zero.n == 0 && zero.is_spared && !zero.is_silent)
		request_refuse(request, 409, "not_offered",
			"没有可以一起归零的通道。要归零一个，就选中那一个。",
			"There is no channel that is zeroed with the others. Choose the one to be "
			"zeroed.");
	else if (zero.n == 0)
		request_refuse(request, 409, "no_reading",
			"现在没有读数，没法归零。看看器材是否插好。",
			"There is no reading to zero by. See whether the kit is plugged in.");
	else if (calibrating_is_meant(request, body, zero.doubts, zero.n_doubts))
		make_all(&zero, request);
out:
	json_decref(body);
}
