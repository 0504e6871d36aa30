/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET and POST /clock: what hour it is, from whom, and what a teacher's browser says of it. Boards
 * have no clock battery; the telephone in the teacher's hand has one.
 *
 * The page asks several times and posts the quickest: the board answered (at_us) somewhere between
 * its asking and hearing, half-way give or take half the round trip (Cristian, Probabilistic clock
 * synchronization, Distributed Computing 3, 1989). */
#include "http/ask.h"
#include "api/handlers.h"
#include "live/json.h"

/* How far a teacher's device may be off itself: Android leaves its clock alone until it is 2 s out
 * (AOSP, ServiceConfigAccessor, SYSTEM_CLOCK_UPDATE_THRESHOLD_MILLIS_DEFAULT), and a page cannot tell
 * such a device from one that is right to 0.1 s. */
static const int64_t DEVICE_NS = 2 * (int64_t)NS_PER_S;

/* What another board says of itself, that a teacher joined, instead: its wall time is told in whole milliseconds. It is
 * believed as a browser is, and no more, whoever told it: it was a teacher who let it. */
enum { LEAST_US = 1000 };
static const int64_t MOST_US = 86400 * (int64_t)1000000;

/* Slower, and older, says too little: within a minute a page has asked again. */
static const int64_t MOST_ROUND_TRIP_US = 10000000;
static const int64_t MOST_AGE_NS = 60 * (int64_t)NS_PER_S;

static const int64_t OLDEST_MS = CLOCK_OLDEST_WALL_S * (int64_t)1000;
static const int64_t NEWEST_MS = 4102444800000; /* 2100-01-01 */

static void add_hour(const struct parts *parts, struct text *text)
{
	struct instant now = clock_now(parts->clock);
	struct anchor anchor;
	struct wall wall;

	text_addf(text, "{\"now_us\":%lld,", (long long)instant_us(now));
	if (walltime_at(&parts->walltime, now, &wall, &anchor))
		text_addf(text, "\"wall_us\":%lld,\"source\":\"%s\",\"uncertainty_us\":%lld",
			(long long)(wall.ns / NS_PER_US), anchor_source_name(anchor.source),
			(long long)(anchor.uncertainty_ns / NS_PER_US));
	else
		text_add(text, "\"wall_us\":null,\"source\":null,\"uncertainty_us\":null");
	text_addf(text, ",\"slept_us\":%lld,\"slew_ppm\":%lld}\n",
		(long long)(parts->wallwatch ? wallwatch_slept_ns(parts->wallwatch) / NS_PER_US
					     : 0),
		(long long)(parts->wallwatch ? wallwatch_slew_ppb(parts->wallwatch) / 1000 : 0));
}

void handle_clock(void *self, struct request *request)
{
	struct parts *parts = self;
	struct text text = answer_begin(parts);

	add_hour(parts, &text);
	answer_send(request, 200, &text);
}

/* --- the answer --- */

static void refuse_absurd(struct request *request, struct wall told, const char *zh, const char *en)
{
	char hour[WALL_TEXT], in_zh[256], in_en[256];
	struct text text_zh = text_over(in_zh, sizeof in_zh);
	struct text text_en = text_over(in_en, sizeof in_en);

	wall_text(told, 0, hour);
	text_addf(&text_zh, "你的手机或电脑说现在是 %.10s，%s。先校好它的日期和时间，再试。", hour,
		zh);
	text_addf(&text_en,
		"Your telephone or computer says %.10s, %s. Set its date and time right and try again.",
		hour, en);
	request_refuse(request, 409, "absurd_hour", in_zh, in_en);
}

/* What is absurd is refused here, in words; what the map makes of the rest, it says itself. */
static void answer_claim(struct parts *parts, struct request *request, const struct anchor *claim)
{
	enum wall_verdict verdict = parts->walltime.map ? wall_map_judge(parts->walltime.map, claim)
							: WALL_RULES; /* it will be judged again */
	struct text text;

	if (verdict == WALL_TOO_EARLY) {
		refuse_absurd(request, claim->wall, "比板子上次记录的时间还早",
			"which is before what the board has recorded");
	} else if (verdict == WALL_CONTRADICTS) {
		request_refuse(request, 409, "not_believed",
			"板子从更可靠的来源知道时间，和你的手机或电脑对不上。先校好它的日期和时间。",
			"The board has its hour from a better source than your telephone or computer, "
			"which says another one. Set its date and time right.");
	} else if (!parts->wallwatch || wallwatch_claim(parts->wallwatch, claim) < 0) {
		refuse_busy(request);
	} else {
		keep_order_commit(parts->keep); /* the pages shall have the hour soon */
		text = answer_begin(parts);
		text_addf(&text, "{\"uncertainty_us\":%lld}\n",
			(long long)(claim->uncertainty_ns / NS_PER_US));
		answer_send(request, 200, &text);
	}
}

/* --- the question --- */

/* What is wrong with it is answered. */
static bool ask_claim(
	struct parts *parts, struct request *request, const json_t *body, struct anchor *ret_anchor)
{
	struct instant now = clock_now(parts->clock), at = {-1};
	int64_t wall_ms = INT64_MIN, round_trip_us = -1, uncertainty_us = DEVICE_NS / NS_PER_US;

	if (!ask_member_instant(request, body, "at_us", &at) ||
		!ask_member_int(request, body, "wall_ms", &wall_ms) ||
		!ask_member_int(request, body, "round_trip_us", &round_trip_us) ||
		!ask_member_int(request, body, "uncertainty_us", &uncertainty_us))
		return false;
	if (at.ns < 0 || at.ns > now.ns || now.ns - at.ns > MOST_AGE_NS)
		refuse_parameter(request, "at_us", "要在刚过去的一分钟内。再试一次",
			"must lie within the last minute; try again");
	else if (wall_ms == INT64_MIN)
		refuse_parameter(request, "wall_ms", "要写上", "is missing");
	else if (round_trip_us < 0 || round_trip_us > MOST_ROUND_TRIP_US)
		refuse_parameter(request, "round_trip_us",
			"要在 0 到 10 秒之间；网络太慢就走近一点再试",
			"must be 0 to 10 s; if the network is that slow, go nearer and try again");
	else if (uncertainty_us < LEAST_US || uncertainty_us > MOST_US)
		refuse_parameter(request, "uncertainty_us", "要在 1 毫秒到 1 天之间",
			"must be 1 ms to a day");
	else if (wall_ms < OLDEST_MS || wall_ms > NEWEST_MS)
		refuse_absurd(request,
			(struct wall){(wall_ms < 0                          ? 0
						      : wall_ms > NEWEST_MS ? NEWEST_MS
									    : wall_ms) *
				NS_PER_MS},
			"不对", "which cannot be");
	else {
		*ret_anchor = (struct anchor){at, {wall_ms * NS_PER_MS},
			uncertainty_us * NS_PER_US + round_trip_us * NS_PER_US / 2, ANCHOR_BROWSER};
		return true;
	}
	return false;
}

void handle_clock_tell(void *self, struct request *request)
{
	struct parts *parts = self;
	struct anchor claim;
	json_t *body;

	if (!ask_body(request, &body))
		return;
	if (ask_claim(parts, request, body, &claim))
		answer_claim(parts, request, &claim);
	json_decref(body);
}
