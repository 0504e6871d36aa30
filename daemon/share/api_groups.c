/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a group does: predict, keep a reading, start and stop where it may, mark. The browser has joined
 * that group, or is the teacher's. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "share/ask.h"
#include "share/classes.h"
#include "share/handlers.h"
#include "share/json.h"

/* Of one group in a minute: no finger is quicker. */
enum { SAYINGS_A_MINUTE = 60 };

/* ---------------------------------------------------------------- who asks, how often */

struct saying {
	struct parts *parts;
	struct request *request;
	const struct session *session;
	unsigned group;
	int who;
	json_t *asked; /* to json_decref */
};

static bool is_too_often(const struct saying *saying)
{
	const struct classroom *room = saying->parts->sessions.room;
	struct instant since =
		instant_add(clock_now(saying->parts->clock), -60 * (int64_t)NS_PER_S);
	unsigned n = 0;

	for (size_t i = classroom_acts(room, saying->session->id); i-- > 0;) {
		const struct act *act = classroom_act(room, saying->session->id, i).act;

		if (act->at.ns < since.ns)
			break;
		n += act->who == saying->who && act->kind != ACT_JOIN;
	}
	return n >= SAYINGS_A_MINUTE;
}

/* False: refused. */
static bool hear(void *self, struct request *request, struct saying *ret_saying)
{
	*ret_saying = (struct saying){.parts = self, .request = request};
	if (!classes_group(
		    self, request, &ret_saying->session, &ret_saying->group, &ret_saying->who))
		return false;
	if (ret_saying->who != ACT_BY_TEACHER && is_too_often(ret_saying)) {
		request_add_header(request, "Retry-After", "60");
		request_refuse(request, 429, "too_often", "这一组按得太快了。等一分钟再试。",
			"This group is too quick. Wait a minute and try again.");
		return false;
	}
	return ask_body(request, &ret_saying->asked);
}

static void say(const struct saying *saying, enum act_kind kind, json_t *body)
{
	const struct act *act = NULL;

	int r = sessions_do_body(
		&saying->parts->sessions, saying->session->id, saying->who, kind, body, &act);
	classes_answer(saying->parts, saying->request, r, act);
}

/* ---------------------------------------------------------------- predictions */

static void refuse_prediction(struct request *request)
{
	request_refuse(request, 400, "bad_parameter",
		"预测要写 choice（第几个）、value（一个数）或 points（2 到 200 个点）中的一个。",
		"Predict one of choice (its number), value (a number), or points (2 to 200 of "
		"them).");
}

void handle_prediction(void *self, struct request *request)
{
	static const char *const forms[] = {"choice", "value", "points"};
	struct saying saying;
	const json_t *given = NULL;
	const char *form = NULL;
	unsigned n = 0;

	if (!hear(self, request, &saying))
		return;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		const json_t *value = json_object_get(saying.asked, forms[i]);

		if (!value || json_is_null(value))
			continue;
		given = value;
		form = forms[i];
		n++;
	}
	const struct act act = {.id = saying.parts->sessions.last_act + 1,
		.session = saying.session->id,
		.who = saying.who,
		.kind = ACT_PREDICT,
		.body = n == 1 ? json_pack("{sIsO}", "group", (json_int_t)saying.group, form, given)
			       : NULL};
	if (!act.body || classroom_judge(saying.parts->sessions.room, &act) == ACT_BAD)
		refuse_prediction(request);
	else
		say(&saying, ACT_PREDICT, json_incref(act.body));
	json_decref(act.body);
	json_decref(saying.asked);
}

/* ---------------------------------------------------------------- readings */

void classes_write_reading(const struct parts *parts, const struct session *session,
	const struct act *act, struct text *text)
{
	int64_t group = json_integer_value(json_object_get(act->body, "group"));
	struct instant at = {json_integer_value(json_object_get(act->body, "at_ns"))};
	const char *name;
	json_t *value;
	uint32_t run = 0;

	(void)parts;
	for (size_t i = 0; i < session->n_runs; i++)
		if (session->runs[i].group == group && session->runs[i].from.ns <= at.ns &&
			at.ns < session->runs[i].to.ns)
			run = session->runs[i].run;
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

/* The values of a group's streams, "12:temp", as they were at an instant: of each stream the newest row
 * that is not behind it. Main has the last seconds of each. */
static void add_values(const struct parts *parts, uint32_t id, struct instant at, json_t *values)
{
	bool is_gone;
	const struct device *device = live_device(parts->live, id, &is_gone);

	for (uint32_t s = 0; device && s < device->n_streams; s++) {
		const struct stream *stream = &device->streams[s];

		for (uint32_t c = 0; stream->kind == STREAM_DATA && c < stream->n_channels; c++) {
			char name[64];
			double value = live_value(parts->live, stream->id, c, at);

			if (!isfinite(value) || json_object_size(values) == READING_VALUES)
				continue;
			snprintf(name, sizeof name, "%u:%s", stream->id, stream->channels[c].id);
			json_object_set_new(values, name, json_real(value));
		}
	}
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
		return json_incref(typed);
	refuse_parameter(saying->request, "typed", "要写成名字和数，比如 {\"L\": 0.5}",
		"must be names with numbers, as {\"L\": 0.5}");
	return NULL;
}

/* When it was; false: refused. */
static bool ask_at(const struct saying *saying, struct instant *ret_at)
{
	struct instant now = clock_now(saying->parts->clock);

	*ret_at = now;
	if (!ask_member_instant(saying->request, saying->asked, "at_us", ret_at))
		return false;
	if (ret_at->ns <= now.ns)
		return true;
	refuse_parameter(saying->request, "at_us", "不能晚于现在", "must not lie in the future");
	return false;
}

void handle_reading(void *self, struct request *request)
{
	struct saying saying;
	struct instant at;
	json_t *typed;

	if (!hear(self, request, &saying))
		return;
	if (ask_at(&saying, &at) && (typed = typed_of(&saying))) {
		const struct session_group *group = &saying.session->groups[saying.group];
		json_t *values = json_object();

		for (unsigned i = 0; i < group->n_devices; i++)
			add_values(saying.parts, group->devices[i], at, values);
		say(&saying, ACT_READING,
			json_pack("{sIsIsoso}", "group", (json_int_t)saying.group, "at_ns",
				(json_int_t)at.ns, "typed", typed, "values", values));
	}
	json_decref(saying.asked);
}

/* Before all is revealed a group sees its own. */
static void answer_readings(struct parts *parts, struct request *request,
	const struct classroom *room, const struct session *session)
{
	bool is_all = session->is_revealed || parts_is_teacher(parts, request);
	unsigned own = classes_member(parts, request, session);
	struct text text = answer_begin(parts);
	bool is_first = true;

	text_add(&text, "{\"readings\":[");
	for (size_t i = 0; i < classroom_acts(room, session->id); i++) {
		struct act_told told = classroom_act(room, session->id, i);

		if (told.act->kind != ACT_READING || told.is_undone)
			continue;
		if (!is_all && json_integer_value(json_object_get(told.act->body, "group")) != own)
			continue;
		text_add(&text, is_first ? "" : ",");
		classes_write_reading(parts, session, told.act, &text);
		is_first = false;
	}
	text_add(&text, "]}\n");
	answer_send(request, 200, &text);
}

void handle_readings(void *self, struct request *request)
{
	classes_look(self, request, answer_readings);
}

/* ---------------------------------------------------------------- runs */

static bool ask_start(const struct saying *saying, bool *ret_is_start)
{
	const char *name = "";

	if (!ask_member_text(saying->request, saying->asked, "do", &name))
		return false;
	*ret_is_start = strcmp(name, "start") == 0;
	if (*ret_is_start || strcmp(name, "stop") == 0)
		return true;
	refuse_parameter(saying->request, "do", "要写 start 或 stop", "must be start or stop");
	return false;
}

void handle_group_run(void *self, struct request *request)
{
	struct instant from = {INT64_MAX};
	struct saying saying;
	bool is_start;

	if (!hear(self, request, &saying))
		return;
	if (saying.who != ACT_BY_TEACHER && !saying.session->groups_may_start) {
		request_refuse(request, 403, "teacher_starts", "这节课由老师开始。等老师按开始。",
			"The teacher starts this one. Wait for the teacher.");
	} else if (ask_start(&saying, &is_start) &&
		ask_member_instant(request, saying.asked, "from_us", &from)) {
		if (from.ns != INT64_MAX && from.ns > clock_now(saying.parts->clock).ns)
			refuse_parameter(
				request, "from_us", "不能晚于现在", "must not lie in the future");
		else if (is_start)
			say(&saying, ACT_START,
				classes_start_body(saying.parts, saying.session, 1u << saying.group,
					from, (struct instant){INT64_MAX}));
		else
			say(&saying, ACT_STOP,
				classes_stop_body(saying.session, 1u << saying.group));
	}
	json_decref(saying.asked);
}

/* ---------------------------------------------------------------- marks */

void handle_group_mark(void *self, struct request *request)
{
	const struct act *act = NULL;
	const char *words = "";
	struct saying saying;
	struct mark mark = {.id = 0};

	if (!hear(self, request, &saying))
		return;
	if (ask_member_text(request, saying.asked, "text", &words) && ask_at(&saying, &mark.at)) {
		struct act wanted = {.session = saying.session->id,
			.who = saying.who,
			.kind = ACT_MARK,
			.body = json_pack("{sIsIss}", "group", (json_int_t)saying.group, "at_ns",
				(json_int_t)mark.at.ns, "text", words)};
		struct text author = text_over(mark.author, sizeof mark.author);

		act_who_write(saying.who, &author);
		int r = strlen(words) < sizeof mark.text &&
				text_copy(mark.text, sizeof mark.text, words) && wanted.body
			? sessions_do(&saying.parts->sessions, &wanted, &mark, &act)
			: ACT_TOO_LONG;
		if (r == 0)
			announce_mark(saying.parts, &mark);
		json_decref(wanted.body);
		classes_answer(saying.parts, request, r, act);
	}
	json_decref(saying.asked);
}
