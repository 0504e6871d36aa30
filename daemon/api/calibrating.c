/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A refusal here is read by a teacher, on the page or behind `kitlog calibrate`: it speaks of kits,
 * channels and numbers, not of the members of a body. */
#include "api/calibrating.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/unit.h"
#include "http/ask.h"

enum { SENTENCE = 640, MANY_SENTENCES = 3000 }; /* one holds the ids of all channels of a stream */

void calibrating_refuse(struct request *request, const char *zh, const char *en)
{
	request_refuse(request, 400, "bad_parameter", zh, en);
}

/* ---------------------------------------------------------------- beginning and end */

bool calibrating_is_ready(struct parts *parts, struct request *request)
{
	if (!parts->calibrations.is_known)
		refuse_busy(request);
	return parts->calibrations.is_known;
}

bool calibrating_begin(struct parts *parts, struct request *request, const json_t *body,
	struct calibration *ret_calibration)
{
	struct calibration begun = {.made = clock_now(parts->clock), .to = {INT64_MAX}};
	const char *name = "";
	struct wall wall;

	if (!ask_member_text(request, body, "name", &name))
		return false;
	if (strlen(name) >= sizeof begun.name) {
		calibrating_refuse(request, "名称太长了，最多 63 个字节，21 个汉字。写短一点。",
			"The name is too long: at most 63 bytes. Make it shorter.");
		return false;
	}
	text_copy(begun.name, sizeof begun.name, name);
	if (walltime_at(&parts->walltime, begun.made, &wall, NULL))
		begun.wall_ns = wall.ns;
	begun.from = begun.made;
	*ret_calibration = begun;
	return true;
}

void calibrating_end(struct parts *parts, struct request *request, uint32_t first, uint32_t last)
{
	live_recalibrate(parts->live);
	settle_wait(&parts->settles, request, first, last);
}

/* ---------------------------------------------------------------- whose */

const struct stream *calibrating_stream(
	struct parts *parts, struct request *request, const json_t *body)
{
	const struct stream *stream;
	char zh[SENTENCE], en[SENTENCE];
	int64_t id = 0;

	if (!ask_member_int(request, body, "stream", &id))
		return NULL;
	stream = id > 0 && id <= UINT32_MAX ? live_stream(parts->live, (uint32_t)id) : NULL;
	if (stream)
		return stream;
	if (!id) {
		calibrating_refuse(request, "要说明校准哪台器材的哪个通道（stream 和 channel）。",
			"Say which channel of which kit is meant (stream and channel).");
		return NULL;
	}
	snprintf(zh, sizeof zh,
		"没有 %" PRId64
		" 号数据流，或者它的器材开机后没有插过。插上它，再看看器材的列表（kitlog devices）。",
		id);
	snprintf(en, sizeof en,
		"There is no stream %" PRId64
		", or its kit was not plugged in since the start. Plug it in and look at "
		"the list of devices (kitlog devices).",
		id);
	calibrating_refuse(request, zh, en);
	return NULL;
}

static void refuse_channel(struct request *request, const struct stream *stream)
{
	char buffer_zh[SENTENCE], buffer_en[SENTENCE];
	struct text zh = text_over(buffer_zh, sizeof buffer_zh);
	struct text en = text_over(buffer_en, sizeof buffer_en);

	text_add(&zh, "这组数据里没有这个通道。它有：");
	text_add(&en, "This stream has no such channel. It has: ");
	for (uint32_t c = 0; c < stream->n_channels; c++) {
		text_addf(&zh, "%s%s", c > 0 ? "、" : "", stream->channels[c].id);
		text_addf(&en, "%s%s", c > 0 ? ", " : "", stream->channels[c].id);
	}
	text_add(&zh, "。");
	text_add(&en, ".");
	calibrating_refuse(request, zh.at, en.at);
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
	refuse_channel(request, stream);
	return NULL;
}

void calibrating_of(struct calibration *calibration, const struct device *device,
	const struct stream *stream, const struct channel *channel)
{
	text_copy(calibration->identity, sizeof calibration->identity, device->identity);
	text_copy(calibration->stream, sizeof calibration->stream, stream->name);
	text_copy(calibration->channel, sizeof calibration->channel, channel->id);
}

/* ---------------------------------------------------------------- allowed, and meant? */

static const char *kind_zh(enum calibration_kind kind)
{
	switch (kind) {
	case CALIBRATION_OFFSET:
		return "单点（offset）";
	case CALIBRATION_TWO_POINT:
		return "两点（two-point）";
	default:
		return "多点表（table）";
	}
}

bool calibrating_is_offered(
	struct request *request, const struct calibration_rules *rules, enum calibration_kind kind)
{
	char buffer_zh[256], buffer_en[256];
	struct text zh = text_over(buffer_zh, sizeof buffer_zh);
	struct text en = text_over(buffer_en, sizeof buffer_en);
	bool is_any = false;

	if (calibration_rules_allow(rules, kind))
		return true;
	if (kind) {
		text_addf(&zh, "这种器材的这个通道不能用%s校准，可以用：", kind_zh(kind));
		text_addf(&en, "This kit's channel is not calibrated by %s, but by: ",
			calibration_kind_name(kind));
	} else {
		text_add(&zh, "这种器材的这个通道不能归零，可以校准，用：");
		text_add(&en, "This kit's channel is not zeroed, but calibrated by: ");
	}
	for (unsigned k = CALIBRATION_OFFSET; k <= CALIBRATION_TABLE; k++) {
		if (!calibration_rules_allow(rules, k))
			continue;
		text_addf(&zh, "%s%s", is_any ? "、" : "", kind_zh(k));
		text_addf(&en, "%s%s", is_any ? ", " : "", calibration_kind_name(k));
		is_any = true;
	}
	text_add(&zh, "。");
	text_add(&en, ".");
	if (is_any)
		request_refuse(request, 409, "not_offered", zh.at, en.at);
	else
		request_refuse(request, 409, "not_offered", "这个通道由厂家校准，不能再校准。",
			"This channel is calibrated by its maker, and not again.");
	return false;
}

/* With the decimals that a page shows; unknown (0): as it was typed. */
static double as_shown(double value, double resolution)
{
	double factor = resolution > 0 ? pow(10, fmin(ceil(-log10(resolution) - 1e-9), 9)) : 0;

	return factor > 0 ? round(value * factor) / factor : calibration_round(value, 0);
}

/* "20.5 °C", as fine as the sensor resolves. */
static const char *amount(const struct channel *channel, double value, char ret_text[64])
{
	struct text text = text_over(ret_text, 64);
	size_t bare;

	text_add_double(&text, as_shown(value, channel->resolution));
	bare = text.length;
	text_add_char(&text, ' ');
	unit_add_for_people(&text, channel->unit);
	if (text.length == bare + 1)
		ret_text[bare] = '\0';
	return ret_text;
}

static void add_question(struct text *zh, struct text *en, const struct channel *channel,
	const struct calibration_question *question)
{
	char raw[64], value[64], low[64], high[64];

	amount(channel, question->raw, raw);
	amount(channel, question->value, value);
	amount(channel, channel->low, low);
	amount(channel, channel->high, high);
	switch (question->doubt) {
	case CALIBRATION_UNHEARD:
		text_addf(zh, "传感器的读数在 %s 到 %s 之间，不会是 %s。检查读数有没有写错。", low,
			high, raw);
		text_addf(en,
			"its sensor says %s to %s, and never %s. Check what was typed as the "
			"reading.",
			low, high, raw);
		break;
	case CALIBRATION_FALLS:
		text_add(zh, "照这些点，读数越大，实际值越小。检查两个点有没有写反。");
		text_add(en,
			"by these points a higher reading means a smaller value. Check "
			"whether they are swapped.");
		break;
	case CALIBRATION_OUTSIDE:
		text_addf(zh, "现在的读数是 %s，超出了量程。看看探头插好没有。", raw);
		text_addf(en, "it reads %s, which it cannot measure. Look at the probe.", raw);
		break;
	default:
		text_addf(zh, "这会把 %s 变成 %s。检查填的数。", raw, value);
		text_addf(en, "this would turn %s into %s. Check the numbers.", raw, value);
	}
}

bool calibrating_is_cold(struct parts *parts, struct calibrating_doubt *doubt)
{
	struct instant warm = live_warming_until(parts->live, doubt->device);
	int64_t left_ns = instant_since(warm, clock_now(parts->clock));

	doubt->cold_ns = left_ns > 0 ? left_ns : 0;
	return left_ns > 0;
}

static void add_cold(struct text *zh, struct text *en, int64_t left_ns)
{
	enum { MINUTE = 60 };
	int64_t s = (left_ns + NS_PER_S - 1) / NS_PER_S;
	bool is_long = s > 2 * MINUTE;
	long long n = is_long ? (s + MINUTE - 1) / MINUTE : s;

	text_addf(zh, "还在预热，还要 %lld %s，现在的读数还会变。等预热完再校准。", n,
		is_long ? "分钟" : "秒");
	text_addf(en,
		"it is still warming up, for %lld %s more, and its readings will drift. "
		"Calibrate it when it is warm.",
		n, is_long ? "min" : "s");
}

/* "Kit 3, Temperature: this would turn 20 °C into 2000 °C. Check the numbers." */
static void add_doubt(struct text *zh, struct text *en, const struct calibrating_doubt *doubt)
{
	const struct channel *channel = doubt->channel;

	text_add(en, en->length > 0 ? " " : "");
	text_addf(zh, "%u 号%s：", doubt->device->sticker, channel->name_zh);
	text_addf(en, "Kit %u, %s: ", doubt->device->sticker,
		channel->name_en[0] ? channel->name_en : channel->id);
	if (doubt->cold_ns > 0)
		add_cold(zh, en, doubt->cold_ns);
	else
		add_question(zh, en, channel, &doubt->question);
}

bool calibrating_is_meant(struct request *request, const json_t *body,
	const struct calibrating_doubt *doubts, size_t n)
{
	char buffer_zh[MANY_SENTENCES], buffer_en[MANY_SENTENCES];
	struct text zh = text_over(buffer_zh, sizeof buffer_zh);
	struct text en = text_over(buffer_en, sizeof buffer_en);
	bool is_sure = false;
	size_t i = 0;

	if (!ask_member_bool(request, body, "is_sure", &is_sure))
		return false;
	if (is_sure || n == 0)
		return true;
	while (i < n && zh.length < MANY_SENTENCES - SENTENCE &&
		en.length < MANY_SENTENCES - SENTENCE)
		add_doubt(&zh, &en, &doubts[i++]);
	if (i < n) {
		text_addf(&zh, "还有 %zu 个通道也可疑。", n - i);
		text_addf(&en, " And so for %zu more.", n - i);
	}
	request_refuse(request, 409, "doubtful", zh.at, en.at);
	return false;
}
