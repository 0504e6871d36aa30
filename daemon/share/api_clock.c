/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET and POST /clock: what hour it is, from whom, and what a teacher's browser says of it. Boards
 * have no clock battery; the telephone in the teacher's hand has one.
 *
 * The page asks several times and posts the quickest: the board answered (at_us) somewhere between
 * its asking and hearing, half-way give or take half the round trip (Cristian, Probabilistic clock
 * synchronization, Distributed Computing 3, 1989). */
#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "keep/boots.h"
#include "share/ask.h"
#include "share/handlers.h"
#include "share/json.h"

/* How far a teacher's device may be off itself: Android leaves its clock alone until it is 2 s out
 * (AOSP, ServiceConfigAccessor, SYSTEM_CLOCK_UPDATE_THRESHOLD_MILLIS_DEFAULT), and a page cannot tell
 * such a device from one that is right to 0.1 s. */
static const int64_t DEVICE_NS = 2 * (int64_t)NS_PER_S;

/* Slower, and older, says too little: within a minute a page has asked again. */
static const int64_t MOST_ROUND_TRIP_US = 10000000;
static const int64_t MOST_AGE_NS = 60 * (int64_t)NS_PER_S;

static const int64_t OLDEST_MS = 1767225600000; /* 2026-01-01: this program did not exist before */
static const int64_t NEWEST_MS = 4102444800000; /* 2100-01-01 */

struct hearing {
	struct job job;
	struct parts *parts;
	struct request *request;
	struct anchor anchor;

	/* the work thread's */
	struct instant boot_began;
	bool has_past;
	struct wall past; /* the last hour that is known of earlier boots */
};

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
	text_addf(text, ",\"slept_us\":%lld}\n",
		(long long)(parts->wallwatch ? wallwatch_slept_ns(parts->wallwatch) / NS_PER_US
					     : 0));
}

void handle_clock(void *self, struct request *request)
{
	struct parts *parts = self;
	struct text text = answer_begin(parts);

	add_hour(parts, &text);
	answer_send(request, 200, &text);
}

/* --- what was known before this boot --- */

static int take_boot(void *self, const struct boot_span *boot)
{
	struct hearing *hearing = self;

	hearing->boot_began = boot->began; /* the last one stays */
	return 0;
}

/* The newest of what the map says of boots before this one. */
static void find_past(struct hearing *hearing, const struct wall_map *map)
{
	struct instant end = {0};

	do {
		struct wall wall;

		end = wall_map_next(map, end);
		if (end.ns > hearing->boot_began.ns)
			return;
		if (wall_map_at(map, instant_add(end, -NS_PER_S), &wall, NULL) &&
			(!hearing->has_past || wall.ns > hearing->past.ns)) {
			hearing->past = wall;
			hearing->has_past = true;
		}
	} while (end.ns < hearing->boot_began.ns);
}

static void read_past(struct job *job, struct reader *reader)
{
	struct hearing *hearing = CONTAINER(job, struct hearing, job);
	struct wall_map *map;

	if (!reader || boots_read(reader, take_boot, hearing) < 0 ||
		reader_wall_map(reader, &map) < 0)
		return; /* the map itself judges again */
	find_past(hearing, map);
	wall_map_free(map);
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

static void answer_hearing(struct job *job)
{
	struct hearing *hearing = CONTAINER(job, struct hearing, job);
	struct parts *parts = hearing->parts;
	struct text text;

	if (!job->has_run) {
		refuse_busy(hearing->request);
	} else if (hearing->has_past && hearing->anchor.wall.ns < hearing->past.ns) {
		refuse_absurd(hearing->request, hearing->anchor.wall, "比板子上次记录的时间还早",
			"which is before what the board has recorded");
	} else if (wallwatch_claim(parts->wallwatch, &hearing->anchor) < 0) {
		refuse_busy(hearing->request);
	} else {
		keep_order_commit(parts->keep); /* the pages shall have the hour soon */
		text = answer_begin(parts);
		text_addf(&text, "{\"uncertainty_us\":%lld}\n",
			(long long)(hearing->anchor.uncertainty_ns / NS_PER_US));
		answer_send(hearing->request, 200, &text);
	}
	free(hearing);
}

/* --- the question --- */

/* What is wrong with it is answered. */
static bool ask_claim(
	struct parts *parts, struct request *request, const json_t *body, struct anchor *ret_anchor)
{
	struct instant now = clock_now(parts->clock), at = {-1};
	int64_t wall_ms = INT64_MIN, round_trip_us = -1;

	if (!ask_member_instant(request, body, "at_us", &at) ||
		!ask_member_int(request, body, "wall_ms", &wall_ms) ||
		!ask_member_int(request, body, "round_trip_us", &round_trip_us))
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
	else if (wall_ms < OLDEST_MS || wall_ms > NEWEST_MS)
		refuse_absurd(request,
			(struct wall){(wall_ms < 0                          ? 0
						      : wall_ms > NEWEST_MS ? NEWEST_MS
									    : wall_ms) *
				NS_PER_MS},
			"不对", "which cannot be");
	else {
		*ret_anchor = (struct anchor){at, {wall_ms * NS_PER_MS},
			DEVICE_NS + round_trip_us * NS_PER_US / 2, ANCHOR_BROWSER};
		return true;
	}
	return false;
}

void handle_clock_tell(void *self, struct request *request)
{
	struct parts *parts = self;
	struct hearing *hearing;
	struct anchor anchor;
	json_t *body;
	bool is_sound;

	if (!ask_body(request, &body))
		return;
	is_sound = ask_claim(parts, request, body, &anchor);
	json_decref(body);
	if (!is_sound)
		return;
	hearing = parts->wallwatch ? calloc(1, sizeof *hearing) : NULL;
	if (!hearing) {
		refuse_busy(request);
		return;
	}
	*hearing = (struct hearing){.job = {.run = read_past, .done = answer_hearing},
		.parts = parts,
		.request = request,
		.anchor = anchor};
	if (work_submit(parts->work, &hearing->job) < 0) {
		refuse_busy(request);
		free(hearing);
	} else {
		request_wait(request);
	}
}
