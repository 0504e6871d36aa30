/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings: typed numbers, kept with what the group's kits said at that instant. Of now main knows that;
 * of a moment ago, where a page's reading line stands, the card does: then the question waits until all
 * of that moment is there. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "http/ask.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "live/json.h"
#include "class/readings.h"
#include "data/unit.h"

enum { MOST_READINGS = 500 }; /* in one answer */

static const int64_t patience_ns = 10 * (int64_t)NS_PER_S;

void classes_write_reading(const struct parts *parts, const struct session *session,
	const struct act *act, struct text *text)
{
	int64_t group = json_integer_value(json_object_get(act->body, "group"));
	struct instant at = {json_integer_value(json_object_get(act->body, "at_ns"))};
	uint32_t run = readings_run(session, group, at);
	const char *name;
	json_t *value;

	(void)parts;
	text_addf(text, "{\"id\":%u,\"session\":%u,\"group\":%lld,\"at_us\":%lld,\"run\":", act->id,
		act->session, (long long)group, (long long)instant_us(at));
	if (run)
		text_add_uint(text, run);
	else
		text_add(text, "null");
	for (int i = 0; i < 2; i++) {
		bool is_first = true;

		text_add(text, i == 0 ? ",\"typed\":{" : ",\"values\":{");
		json_object_foreach(
			json_object_get(act->body, i == 0 ? "typed" : "values"), name, value)
		{
			text_add(text, is_first ? "" : ",");
			text_add_json(text, name);
			text_add_char(text, ':');
			json_number(text, json_number_value(value));
			is_first = false;
		}
		text_add_char(text, '}');
	}
	text_add_char(text, '}');
}

static void add_value(json_t *values, uint32_t stream, const char *channel, double value)
{
	char name[64];

	if (!isfinite(value) || json_object_size(values) == READING_VALUES)
		return;
	snprintf(name, sizeof name, "%u:%s", stream, channel);
	json_object_set_new(values, name, json_real(value));
}

/* The newest values of a device's streams, "12:temp". */
static void add_values(const struct parts *parts, uint32_t id, struct instant at, json_t *values)
{
	bool is_gone;
	const struct device *device = live_device(parts->live, id, &is_gone);

	for (uint32_t s = 0; device && s < device->n_streams; s++) {
		const struct stream *stream = &device->streams[s];

		for (uint32_t c = 0; stream->kind == STREAM_DATA && c < stream->n_channels; c++)
			add_value(values, stream->id, stream->channels[c].id,
				live_value(parts->live, stream->id, c, at));
	}
}

static void add_range(struct text *text, const struct lesson_typed *of, const char *to)
{
	text_add_double(text, of->low);
	text_add(text, to);
	text_add_double(text, of->high);
	if (strcmp(of->unit, "1") != 0) {
		text_add_char(text, ' ');
		unit_add_for_people(text, of->unit);
	}
}

/* False: it cannot be what the lesson says it is; refused. */
static bool is_in_range(const struct saying *saying, const struct lesson_typed *of, double value)
{
	char buffer_zh[300], buffer_en[300];
	struct text zh = text_over(buffer_zh, sizeof buffer_zh);
	struct text en = text_over(buffer_en, sizeof buffer_en);

	if (value >= of->low && value <= of->high)
		return true;
	text_addf(&zh, "%s要在 ", of->name.zh);
	add_range(&zh, of, " 到 ");
	text_add(&zh, " 之间。看看小数点和单位。");
	text_addf(&en, "%s must be ", of->name.en);
	add_range(&en, of, " to ");
	text_add(&en, ". Look at the decimal point and the unit.");
	request_refuse(saying->request, 400, "out_of_range", zh.at, en.at);
	return false;
}

/* What the lesson does not ask for is taken as it is. */
static bool is_as_the_lesson_says(const struct saying *saying, const json_t *typed)
{
	const struct lesson *lesson = classes_lesson(saying->parts, saying->session);

	for (size_t i = 0; lesson && i < lesson->n_typed; i++) {
		const json_t *value = json_object_get(typed, lesson->typed[i].id);

		if (value && !is_in_range(saying, &lesson->typed[i], json_number_value(value)))
			return false;
	}
	return true;
}

static json_t *typed_of(const struct saying *saying)
{
	json_t *typed = json_object_get(saying->asked, "typed"), *value;
	const char *name;

	if (!typed || json_is_null(typed))
		return json_object();
	bool is_fit = json_is_object(typed) && json_object_size(typed) <= READING_VALUES;

	json_object_foreach(typed, name, value) is_fit =
		is_fit && json_is_number(value) && name[0] && strlen(name) <= 32;
	if (is_fit)
		return is_as_the_lesson_says(saying, typed) ? json_incref(typed) : NULL;
	refuse_parameter(saying->request, "typed", "要写成名字和数，比如 {\"L\": 0.5}",
		"must be names with numbers, as {\"L\": 0.5}");
	return NULL;
}

/* ---------------------------------------------------------------- a moment ago */

/* A stream whose values are wanted, and what was found. */
struct sought {
	uint32_t stream, n_channels;
	int64_t period_ns;
	char ids[STREAM_CHANNELS][sizeof((struct channel *)0)->id];
	double values[STREAM_CHANNELS];
};

struct reading_wish {
	struct reading_wish *next;
	uint32_t number;
	struct job job;
	struct parts *parts;
	struct request *request;
	uint32_t session;
	unsigned group;
	int who;
	struct instant at;
	json_t *typed;
	uint32_t devices[GROUP_DEVICES];
	unsigned n_devices;

	/* the work thread's */
	struct sought *sought;
	size_t n, taking;
	int result;
};

static void free_wish(struct reading_wish *wish)
{
	json_decref(wish->typed);
	free(wish->sought);
	free(wish);
}

static int find_streams(void *self, const struct device *device)
{
	struct reading_wish *wish = self;
	bool is_ours = false;

	for (unsigned i = 0; i < wish->n_devices; i++)
		is_ours |= wish->devices[i] == device->id;
	if (!is_ours)
		return 0;
	void *grown = realloc(wish->sought, (wish->n + device->n_streams) * sizeof *wish->sought);
	if (!grown && device->n_streams)
		return -ENOMEM;
	wish->sought = grown;
	for (uint32_t s = 0; s < device->n_streams; s++) {
		const struct stream *stream = &device->streams[s];
		struct sought *sought = &wish->sought[wish->n];

		if (stream->kind != STREAM_DATA)
			continue;
		*sought = (struct sought){.stream = stream->id,
			.n_channels = stream->n_channels,
			.period_ns = stream->period_ns};
		for (uint32_t c = 0; c < stream->n_channels; c++) {
			text_copy(sought->ids[c], sizeof sought->ids[c], stream->channels[c].id);
			sought->values[c] = NAN;
		}
		wish->n++;
	}
	return 0;
}

static int take_rows(void *self, const struct rows *rows)
{
	struct reading_wish *wish = self;
	struct sought *sought = &wish->sought[wish->taking];

	for (size_t i = 0; i < rows->n; i++)
		for (uint32_t c = 0; c < rows->n_channels && c < sought->n_channels; c++)
			if (!isnan(rows->values[i * rows->n_channels + c]))
				sought->values[c] = rows->values[i * rows->n_channels + c];
	return 0;
}

/* Of each channel the newest value that is not behind that instant, nor too old to be of it. */
static void read_values(struct job *job, struct reader *reader)
{
	struct reading_wish *wish = CONTAINER(job, struct reading_wish, job);

	wish->result = reader ? reader_devices(reader, find_streams, wish) : -ENODEV;
	for (; wish->taking < wish->n && wish->result == 0; wish->taking++) {
		const struct sought *sought = &wish->sought[wish->taking];
		int64_t age_ns =
			3 * sought->period_ns > patience_ns ? 3 * sought->period_ns : patience_ns;

		wish->result = reader_rows_by(reader, CORRECTION_READ, sought->stream,
			instant_add(wish->at, -age_ns), instant_add(wish->at, 1), take_rows, wish);
	}
}

static void keep_reading(struct job *job)
{
	struct reading_wish *wish = CONTAINER(job, struct reading_wish, job);
	const struct act *act = NULL;
	json_t *values = json_object();

	for (size_t i = 0; i < wish->n; i++)
		for (uint32_t c = 0; c < wish->sought[i].n_channels; c++)
			add_value(values, wish->sought[i].stream, wish->sought[i].ids[c],
				wish->sought[i].values[c]);
	if (job->has_run && wish->result == 0) {
		int r = sessions_do_body(&wish->parts->sessions, wish->session, wish->who,
			ACT_READING,
			json_pack("{sIsIsOsO}", "group", (json_int_t)wish->group, "at_ns",
				(json_int_t)wish->at.ns, "typed", wish->typed, "values", values),
			&act);

		classes_answer(wish->parts, wish->request, r, act);
	} else {
		refuse_busy(wish->request);
	}
	json_decref(values);
	free_wish(wish);
}

void take_reading(void *self, struct request *request, uint32_t number, uint32_t unused)
{
	struct parts *parts = self;
	struct reading_wish **place = &parts->reading_wishes, *wish;

	(void)unused;
	while (*place && (*place)->number != number)
		place = &(*place)->next;
	wish = *place;
	if (!wish) {
		refuse_busy(request);
		return;
	}
	*place = wish->next;
	if (work_submit(parts->work, &wish->job) < 0) {
		refuse_busy(request);
		free_wish(wish);
	} else if (!request_is_waiting(request)) {
		request_wait(request);
	}
}

static void wish_reading(const struct saying *saying, struct instant at, json_t *typed)
{
	static uint32_t last_number;
	const struct session_group *group = &saying->session->groups[saying->group];
	struct reading_wish *wish = calloc(1, sizeof *wish);

	if (!wish) {
		json_decref(typed);
		refuse_busy(saying->request);
		return;
	}
	*wish = (struct reading_wish){.next = saying->parts->reading_wishes,
		.number = ++last_number,
		.job = {.run = read_values, .done = keep_reading},
		.parts = saying->parts,
		.request = saying->request,
		.session = saying->session->id,
		.group = saying->group,
		.who = saying->who,
		.at = at,
		.typed = typed,
		.n_devices = group->n_devices};
	memcpy(wish->devices, group->devices, sizeof wish->devices);
	saying->parts->reading_wishes = wish;
	if (saying->parts->store.durable.ns > at.ns)
		take_reading(saying->parts, saying->request, wish->number, 0);
	else
		settle_wait(&saying->parts->readings, saying->request, wish->number, 0);
}

/* ---------------------------------------------------------------- who may see them */

bool classes_shows_all(
	const struct parts *parts, const struct request *request, const struct session *session)
{
	return (session && session->is_revealed) || parts_is_teacher(parts, request);
}

bool classes_shows_group(const struct parts *parts, const struct request *request,
	const struct session *session, unsigned group)
{
	return classes_shows_all(parts, request, session) ||
		(session && classes_member(parts, request, session) == group);
}

bool classes_shows_guess(const struct parts *parts, const struct request *request,
	const struct session *session, unsigned group)
{
	return classes_shows_all(parts, request, session) ||
		(session && classes_member(parts, request, session) == group &&
			session_has_guessed(session, group, classes_token(request)));
}

enum run_notes_hide classes_hides(
	const struct parts *parts, const struct request *request, const struct run *run)
{
	const struct session *session = parts->sessions.is_known
		? classroom_session(parts->sessions.room, run->session)
		: NULL;

	if (!run->session || classes_shows_guess(parts, request, session, run->group))
		return HIDES_NOTHING;
	return classes_shows_group(parts, request, session, run->group) ? HIDES_GUESS : HIDES_NOTES;
}

/* ---------------------------------------------------------------- the routes */

void handle_reading(void *self, struct request *request)
{
	struct saying saying;
	struct instant at;
	json_t *typed;

	if (!classes_hear(self, request, &saying))
		return;
	if (classes_ask_at(&saying, &at) && (typed = typed_of(&saying))) {
		const struct session_group *group = &saying.session->groups[saying.group];
		bool is_now = !json_is_integer(json_object_get(saying.asked, "at_us"));

		if (!is_now) {
			wish_reading(&saying, at, typed);
		} else {
			json_t *values = json_object();

			for (unsigned i = 0; i < group->n_devices; i++)
				add_values(saying.parts, group->devices[i], at, values);
			classes_say(&saying, ACT_READING,
				json_pack("{sIsIsoso}", "group", (json_int_t)saying.group, "at_ns",
					(json_int_t)at.ns, "typed", typed, "values", values));
		}
	}
	json_decref(saying.asked);
}

/* Which of a session somebody may see, and asks for. */
struct page {
	const struct classroom *room;
	const struct session *session;
	bool is_all; /* else of group `own` alone: before all is revealed a group sees its own */
	unsigned own;
	int64_t before, limit;
};

static bool is_on_page(const struct page *page, const struct reading *reading)
{
	return reading->id < page->before && (page->is_all || reading->group == page->own);
}

static int64_t count_readings(const struct page *page)
{
	struct reading reading;
	int64_t n = 0;

	for (size_t place = 0; readings_next(page->room, page->session, &place, &reading);)
		n += is_on_page(page, &reading);
	return n;
}

static void write_page(const struct parts *parts, const struct page *page, struct text *text)
{
	int64_t n = count_readings(page), left_out = n > page->limit ? n - page->limit : 0, i = 0;
	struct reading reading;

	text_add(text, "{\"readings\":[");
	for (size_t place = 0; readings_next(page->room, page->session, &place, &reading);) {
		if (!is_on_page(page, &reading) || i++ < left_out)
			continue;
		text_add(text, i > left_out + 1 ? "," : "");
		classes_write_reading(parts, page->session,
			classroom_find(page->room, page->session->id, reading.id), text);
	}
	text_add(text, "],\"has_more\":");
	json_bool(text, left_out > 0);
	text_add(text, "}\n");
}

/* Half as many, until they fit into one answer. */
static void answer_readings(struct parts *parts, struct request *request,
	const struct classroom *room, const struct session *session)
{
	struct page page = {.room = room,
		.session = session,
		.is_all = classes_shows_all(parts, request, session),
		.own = classes_member(parts, request, session),
		.before = INT64_MAX,
		.limit = MOST_READINGS};
	struct text text;

	if (!ask_int(request, "before", &page.before) || !ask_int(request, "limit", &page.limit))
		return;
	if (page.limit < 1 || page.limit > MOST_READINGS) {
		refuse_parameter(request, "limit", "要在 1 到 500 之间", "must be 1 to 500");
		return;
	}
	do {
		text = answer_begin(parts);
		write_page(parts, &page, &text);
		page.limit /= 2;
	} while (text.is_cut && page.limit > 0);
	answer_send(request, 200, &text);
}

void handle_readings(void *self, struct request *request)
{
	classes_look(self, request, answer_readings);
}
