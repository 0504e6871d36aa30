/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/own_room.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "api/classes.h"
#include "data/calibration.h"
#include "http/ask.h"
#include "api/handlers.h"
#include "live/json.h"
#include "room/summary.h"

enum { TRACES = SUMMARY_GROUPS * SUMMARY_CHANNELS };

struct own_trace {
	uint32_t stream, channel; /* stream 0: the place is free */
	struct instant asked;     /* by a summary, the last time */
	double points[SUMMARY_TRACE];
	unsigned n, next;
};

/* What the first channel of a group read since its run began, so that whoever shows it beside others has one time
 * for all: evenly apart, and twice as far as soon as there are too many points. */
struct own_course {
	uint32_t session, run; /* run 0: there is none */
	uint32_t stream, channel;
	struct instant from, to;   /* of the run; to INT64_MAX: it goes on */
	int64_t first_ns, step_ns; /* of the points, since `from` */
	double points[SUMMARY_TRACE];
	unsigned n;
};

struct own_room {
	const struct parts *parts;
	struct loop *loop;
	struct timer sample;
	struct own_trace traces[TRACES];
	struct own_course courses[SUMMARY_GROUPS + 1]; /* by group */
	struct instant asked, made;
	char summary[SUMMARY_TEXT]; /* without its beginning */
	bool is_made;
	size_t n; /* 0: none was made */
};

static const int64_t STEP_NS = 500 * (int64_t)NS_PER_MS;
/* So long after the last question readings are remembered, and a trace is kept that nobody asks for. */
static const int64_t PATIENCE_NS = 60 * (int64_t)NS_PER_S;

/* ---------------------------------------------------------------- traces */

static void halve(struct own_course *course)
{
	course->n = (course->n + 1) / 2;
	course->step_ns *= 2;
	for (unsigned i = 0; i < course->n; i++)
		course->points[i] = course->points[2 * i];
}

static void sample_course(struct own_room *own, struct own_course *course, struct instant now)
{
	int64_t age_ns = instant_since(now, course->from), place;

	if (course->n == 0) {
		course->first_ns = age_ns;
		course->step_ns = STEP_NS;
	}
	while ((place = (age_ns - course->first_ns + STEP_NS / 2) / course->step_ns) >=
		SUMMARY_TRACE)
		halve(course);
	if (place < course->n)
		return;
	while (course->n < place)
		course->points[course->n++] = NAN;
	course->points[course->n++] =
		live_value(own->parts->live, course->stream, course->channel, now);
}

static void on_sample(struct timer *timer, struct instant now)
{
	struct own_room *own = CONTAINER(timer, struct own_room, sample);

	if (instant_since(now, own->asked) > PATIENCE_NS) {
		timer_cancel(timer);
		memset(own->traces, 0, sizeof own->traces);
		memset(own->courses, 0, sizeof own->courses);
		return;
	}
	for (size_t i = 0; i <= SUMMARY_GROUPS; i++)
		if (own->courses[i].run && own->courses[i].to.ns == INT64_MAX)
			sample_course(own, &own->courses[i], now);
	for (size_t i = 0; i < TRACES; i++) {
		struct own_trace *trace = &own->traces[i];

		if (!trace->stream)
			continue;
		if (instant_since(now, trace->asked) > PATIENCE_NS) {
			trace->stream = 0;
			continue;
		}
		trace->points[trace->next] =
			live_value(own->parts->live, trace->stream, trace->channel, now);
		trace->next = (trace->next + 1) % SUMMARY_TRACE;
		trace->n += trace->n < SUMMARY_TRACE;
	}
}

/* NULL: more is shown than there are places for. */
static struct own_trace *trace_of(struct own_room *own, uint32_t stream, uint32_t channel)
{
	struct own_trace *free = NULL;

	for (size_t i = 0; i < TRACES; i++) {
		struct own_trace *one = &own->traces[i];

		if (one->stream == stream && one->channel == channel)
			return one;
		if (!one->stream)
			free = one;
	}
	if (free)
		*free = (struct own_trace){.stream = stream, .channel = channel};
	return free;
}

static void add_trace(const struct own_trace *trace, double resolution, struct text *text)
{
	text_add(text, ",\"trace\":[");
	for (unsigned i = 0; i < SUMMARY_TRACE; i++) {
		double value = NAN;
		unsigned age = SUMMARY_TRACE - i;

		if (trace && age <= trace->n)
			value = trace->points[(trace->next + SUMMARY_TRACE - age) % SUMMARY_TRACE];
		text_add(text, i ? "," : "");
		json_number(text, calibration_round(value, resolution));
	}
	text_add_char(text, ']');
}

/* The course of a group's run, as far as it is known; NULL. */
static struct own_course *follow(struct own_room *own, const struct session *session,
	unsigned number, const struct stream *stream, uint32_t channel)
{
	struct own_course *course = &own->courses[number];
	uint32_t going = session->groups[number].run;
	bool is_same = course->session == session->id && course->stream == stream->id &&
		course->channel == channel && (!going || course->run == going);
	const struct run *run = parts_find_run(own->parts, is_same ? course->run : going);

	if (!run) {
		course->run = 0;
		return NULL;
	}
	if (!is_same)
		*course = (struct own_course){.session = session->id,
			.run = going,
			.stream = stream->id,
			.channel = channel};
	course->from = run->from;
	course->to = run->to;
	/* It was over before that was seen here. */
	while (course->n > 0 && course->to.ns != INT64_MAX &&
		instant_add(course->from, course->first_ns + (course->n - 1) * course->step_ns).ns >
			course->to.ns)
		course->n--;
	return course;
}

static void add_course(const struct own_course *course, double resolution, struct text *text)
{
	text_add(text, ",\"course\":");
	if (!course || !course->n) {
		text_add(text, "null");
		return;
	}
	text_add(text, "{\"is_over\":");
	json_bool(text, course->to.ns != INT64_MAX);
	text_addf(text, ",\"first_s\":%.2f,\"step_s\":%.1f,\"values\":[",
		(double)course->first_ns / NS_PER_S, (double)course->step_ns / NS_PER_S);
	for (unsigned i = 0; i < course->n; i++) {
		text_add(text, i ? "," : "");
		json_number(text, calibration_round(course->points[i], resolution));
	}
	text_add(text, "]}");
}

/* ---------------------------------------------------------------- groups */

/* One that is shown. */
struct shown {
	const struct stream *stream;
	uint32_t channel;
};

static void add_channel(
	struct own_room *own, const struct stream *stream, uint32_t index, struct text *text)
{
	const struct channel *channel = &stream->channels[index];
	struct own_trace *trace = trace_of(own, stream->id, index);
	double value = live_value(own->parts->live, stream->id, index, own->made);

	if (trace)
		trace->asked = own->made;
	text_add(text, "{\"name\":");
	json_words(text, channel->name_zh, channel->name_en);
	text_add(text, ",\"unit\":");
	text_add_json(text, channel->unit);
	text_add(text, ",\"value\":");
	json_number(text, calibration_round(value, channel->resolution));
	text_add(text, ",\"resolution\":");
	json_number(text, channel->resolution > 0 ? channel->resolution : NAN);
	add_trace(trace, channel->resolution, text);
	text_add_char(text, '}');
}

/* Without a lesson: what the kits measure, the first first. */
static unsigned plain_channels(const struct own_room *own, const struct session_group *group,
	struct shown ret_shown[SUMMARY_CHANNELS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < group->n_devices; i++) {
		bool is_gone;
		const struct device *device =
			live_device(own->parts->live, group->devices[i], &is_gone);

		for (uint32_t s = 0; device && s < device->n_streams; s++) {
			const struct stream *stream = &device->streams[s];

			if (stream->kind != STREAM_DATA)
				continue;
			for (uint32_t c = 0; c < stream->n_channels && n < SUMMARY_CHANNELS; c++)
				ret_shown[n++] = (struct shown){stream, c};
		}
	}
	return n;
}

/* What serves the needs of the lesson, that of its plot first, as the pages have it (class-lanes.js). */
static unsigned find_channels(const struct own_room *own, const struct session *session,
	unsigned number, struct shown ret_shown[SUMMARY_CHANNELS])
{
	const struct lesson *lesson = classes_lesson(own->parts, session);
	struct serving serving[LESSON_NEEDS];
	struct shown served[LESSON_NEEDS];
	unsigned n = 0, main = 0;

	if (!classes_serving(own->parts, session, number, serving))
		return plain_channels(own, &session->groups[number], ret_shown);
	for (unsigned need = 0; need < lesson->n_needs; need++) {
		if (!serving[need].stream)
			continue;
		if (lesson->plot.y && strcmp(lesson->plot.y, lesson->needs[need].id) == 0)
			main = n;
		served[n++] = (struct shown){serving[need].stream, serving[need].channel};
	}
	if (n == 0)
		return 0;
	struct shown first = served[main];

	memmove(served + 1, served, main * sizeof *served);
	served[0] = first;
	n = n < SUMMARY_CHANNELS ? n : SUMMARY_CHANNELS;
	memcpy(ret_shown, served, n * sizeof *served);
	return n;
}

static void add_group(
	struct own_room *own, const struct session *session, unsigned number, struct text *text)
{
	const struct session_group *group = &session->groups[number];
	const struct own_course *course = NULL;
	struct shown shown[SUMMARY_CHANNELS];
	unsigned n = find_channels(own, session, number, shown);

	if (n)
		course = follow(own, session, number, shown[0].stream, shown[0].channel);
	text_addf(text, "{\"number\":%u,\"animal\":", number);
	json_words(text, group_animal(number).zh, group_animal(number).en);
	text_addf(text, ",\"phase\":\"%s\",\"run\":",
		group->run                                              ? "running"
			: group->armed.ns                               ? "armed"
			: classes_is_ready(own->parts, session, number) ? "ready"
									: "open");
	if (group->run)
		text_add_uint(text, group->run);
	else
		text_add(text, "null");
	add_course(course, n ? shown[0].stream->channels[shown[0].channel].resolution : 0, text);
	text_add(text, ",\"channels\":[");
	for (unsigned i = 0; i < n; i++) {
		text_add(text, i ? "," : "");
		add_channel(own, shown[i].stream, shown[i].channel, text);
	}
	text_add(text, "]}");
}

/* ---------------------------------------------------------------- the board */

static int rank(const struct session *session)
{
	return session->together[0] ? 2 : !session->is_project;
}

const struct session *own_room_session(const struct parts *parts)
{
	const struct session *newest = NULL;

	for (size_t i = 0; parts->sessions.is_known && i < classroom_count(parts->sessions.room);
		i++) {
		const struct session *one = classroom_at(parts->sessions.room, i);

		if (session_is_open(one) && (!newest || rank(one) >= rank(newest)))
			newest = one;
	}
	return newest;
}

static void add_state(struct own_room *own, struct text *text)
{
	const struct session *session = own_room_session(own->parts);

	text_add(text, "\"lesson\":");
	if (session && session->lesson[0])
		text_add_json(text, session->lesson);
	else
		text_add(text, "null");
	text_add(text, ",\"session\":");
	if (session)
		text_add_uint(text, session->id);
	else
		text_add(text, "null");
	text_add(text, ",\"together\":");
	json_text(text, session ? session->together : "");
	text_add(text, ",\"groups\":[");
	for (unsigned i = 1; session && i <= session->n_groups; i++) {
		text_add(text, i > 1 ? "," : "");
		add_group(own, session, i, text);
	}
	text_add(text, "]}\n");
}

static bool make(struct own_room *own, struct instant now)
{
	struct text text;

	if (own->is_made && instant_since(now, own->made) < STEP_NS)
		return own->n > 0;
	own->is_made = true;
	own->made = now;
	text = text_over(own->summary, SUMMARY_TEXT);
	add_state(own, &text);
	own->n = text.is_cut ? 0 : text.length;
	return own->n > 0;
}

bool own_room_write(struct own_room *own, bool is_teacher, struct text *text)
{
	struct instant now = clock_now(own->parts->clock);
	struct anchor anchor;
	struct wall wall;

	own->asked = now;
	if (!own->sample.loop)
		timer_every(own->loop, &own->sample, STEP_NS);
	if (!make(own, now))
		return false;
	/* The clock last: who asks takes it for that of the answer. */
	text_addf(text,
		"{\"interface\":%d,\"id\":\"%s\",\"life\":\"%s\",\"name\":", SUMMARY_INTERFACE,
		room_id(own->parts->room), room_life(own->parts->room));
	text_add_json(text, own->parts->board);
	text_add(text, ",\"version\":\"" KITLOG_VERSION "\",\"is_teacher\":");
	json_bool(text, is_teacher);
	text_add(text, ",\"hour_within_us\":");
	if (walltime_at(&own->parts->walltime, now, &wall, &anchor))
		text_add_int(text, anchor.uncertainty_ns / NS_PER_US);
	else
		text_add(text, "null");
	text_addf(text, ",\"now_us\":%lld,", (long long)instant_us(clock_now(own->parts->clock)));
	text_add_bytes(text, own->summary, own->n);
	return true;
}

void own_room_changed(struct own_room *own)
{
	own->is_made = false;
}

int own_room_new(const struct parts *parts, struct loop *loop, struct own_room **ret_own)
{
	struct own_room *own = calloc(1, sizeof *own);

	if (!own)
		return -ENOMEM;
	own->parts = parts;
	own->loop = loop;
	own->sample.due = on_sample;
	*ret_own = own;
	return 0;
}

void own_room_free(struct own_room *own)
{
	if (!own)
		return;
	timer_cancel(&own->sample);
	free(own);
}

void handle_room(void *self, struct request *request)
{
	struct parts *parts = self;
	struct text text = answer_begin(parts);

	if (own_room_write(parts->own_room, parts_is_teacher(parts, request), &text))
		answer_send(request, 200, &text);
	else
		refuse_too_much(request);
}
