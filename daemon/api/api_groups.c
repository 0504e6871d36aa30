/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a group does: predict, start and stop where it may, mark; readings are api_readings.c. The browser
 * has joined that group, or is the teacher's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/ask.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "live/json.h"
#include "live/json_tree.h"
#include "class/run_notes.h"

/* ---------------------------------------------------------------- predictions */

static void refuse_prediction(struct request *request)
{
	request_refuse(request, 400, "bad_parameter",
		"预测要写 choice（第几个）、value（一个数）或 points（2 到 200 个点）中的一个。",
		"Predict one of choice (its number), value (a number), or points (2 to 200 of "
		"them).");
}

/* False: the lesson asks for another kind, or has fewer choices; refused. A session without a lesson, or whose
 * lesson asks for nothing, takes any. */
static bool is_as_asked(const struct saying *saying, const char *form, const json_t *given)
{
	static const struct {
		const char *form, *zh, *en;
	} asked[] = {
		[LESSON_PREDICT_CURVE] = {"points", "这节课要画一条线来预测（points）。",
			"This lesson asks for a curve (points)."},
		[LESSON_PREDICT_VALUE] = {"value", "这节课要预测一个数（value）。",
			"This lesson asks for a number (value)."},
		[LESSON_PREDICT_CHOICE] = {"choice",
			"这节课要从几种里选一种来预测（choice，从 0 数起）。选有的一种。",
			"This lesson asks for one of its choices (choice, counted from 0). Take one that "
			"it has."},
	};
	const struct lesson *lesson = classes_lesson(saying->parts, saying->session);
	enum lesson_predict kind = lesson ? lesson->predict.kind : LESSON_PREDICT_NONE;

	if (kind == LESSON_PREDICT_NONE ||
		(strcmp(form, asked[kind].form) == 0 &&
			(kind != LESSON_PREDICT_CHOICE ||
				(size_t)json_integer_value(given) < lesson->predict.n_choices)))
		return true;
	request_refuse(saying->request, 400, "bad_parameter", asked[kind].zh, asked[kind].en);
	return false;
}

void handle_prediction(void *self, struct request *request)
{
	static const char *const forms[] = {"choice", "value", "points"};
	struct saying saying;
	const json_t *given = NULL;
	const char *form = NULL;
	unsigned n = 0;

	if (!classes_hear(self, request, &saying))
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
	/* With the browser that says it, nobody else of the group sees it or says it anew. */
	if (act.body && saying.who != ACT_BY_TEACHER)
		json_object_set_new(act.body, "token", json_string(classes_token(request)));
	if (!act.body || classroom_judge(saying.parts->sessions.room, &act) == ACT_BAD)
		refuse_prediction(request);
	else if (is_as_asked(&saying, form, given))
		classes_say(&saying, ACT_PREDICT, json_incref(act.body));
	json_decref(act.body);
	json_decref(saying.asked);
}

/* One's own, of all for the teacher and once all is revealed. That there is none is the group's to know. */
static void answer_predicted(struct parts *parts, struct request *request,
	const struct classroom *room, const struct session *session)
{
	struct text text = answer_begin(parts);
	uint32_t number;

	(void)room;
	if (!ask_id(request, 1, &number))
		return;
	if (number > session->n_groups) {
		classes_refuse(request, ACT_NO_GROUP);
	} else if (!classes_shows_group(parts, request, session, number)) {
		request_refuse(request, 403, "hidden", "揭晓以后才能看别的组。",
			"Other groups are shown once all is revealed.");
	} else if (session->groups[number].prediction &&
		!classes_shows_guess(parts, request, session, number)) {
		classes_refuse(request, ACT_HAS_GUESSED);
	} else {
		text_add(&text, "{\"prediction\":");
		classes_write_prediction(session->groups[number].prediction, &text);
		text_add(&text, "}\n");
		answer_send(request, 200, &text);
	}
}

void handle_predicted(void *self, struct request *request)
{
	classes_look(self, request, answer_predicted);
}

/* {"value": 9.8}, without whose it is; null: none. */
void classes_write_prediction(const json_t *prediction, struct text *text)
{
	json_t *told = run_notes_prediction(prediction);

	json_tree(text, told);
	json_decref(told);
}

/* ---------------------------------------------------------------- runs */

/* How long before the session a group's own run may begin: it came early, and set up its kit. */
static const int64_t EARLY_NS = 600 * (int64_t)NS_PER_S;

/* What was recorded before the class came is another's. */
static bool is_of_before(const struct saying *saying, const struct beginning *begin)
{
	if (saying->who == ACT_BY_TEACHER || begin->from.ns >= saying->session->made.ns - EARLY_NS)
		return false;
	refuse_parameter(saying->request, "from_us", "不能早于开课前 10 分钟",
		"must not lie more than 10 minutes before the session began");
	return true;
}

static void refuse_do(struct request *request)
{
	refuse_parameter(request, "do", "要写 start、arm、stop 或 resume",
		"must be start, arm, stop or resume");
}

/* What it wants done with its run, as it is done to this group alone. NULL: refused. */
static json_t *run_body(
	const struct saying *saying, enum act_kind kind, const struct beginning *begin)
{
	unsigned group = 1u << saying->group;
	int64_t lasts_ns;

	switch (kind) {
	case ACT_START:
		return sessions_start_body(&saying->parts->sessions, saying->session, group,
			begin->from, (struct instant){INT64_MAX}, begin->lasts_ns);
	case ACT_ARM:
		return classes_ask_arming(saying->parts, saying->request, saying->session,
			       saying->asked, &lasts_ns) &&
				classes_able(saying->parts, saying->request, saying->session, group)
			? classes_arm_body(saying->session, group, lasts_ns)
			: NULL;
	case ACT_RESUME:
		return classes_resume_body(saying->request, saying->session, group);
	case ACT_STOP:
		return classes_groups_body(saying->session, group);
	default:
		refuse_do(saying->request);
		return NULL;
	}
}

void handle_group_run(void *self, struct request *request)
{
	struct beginning begin;
	const char *name = "";
	struct saying saying;

	if (!classes_hear(self, request, &saying))
		return;
	if (saying.who != ACT_BY_TEACHER && !saying.session->groups_may_start) {
		request_refuse(request, 403, "teacher_starts", "这节课由老师开始。等老师按开始。",
			"The teacher starts this one. Wait for the teacher.");
	} else if (ask_member_text(request, saying.asked, "do", &name) &&
		classes_ask_beginning(
			saying.parts, request, saying.session, saying.asked, &begin) &&
		!is_of_before(&saying, &begin)) {
		enum act_kind kind = act_kind_named(name);
		json_t *body = run_body(&saying, kind, &begin);

		if (body)
			classes_say(&saying, kind, body);
	}
	json_decref(saying.asked);
}

/* ---------------------------------------------------------------- marks */

static int make_mark(const struct saying *saying, const char *words, struct mark *mark,
	const struct act **ret_act)
{
	struct act wanted = {.session = saying->session->id,
		.who = saying->who,
		.kind = ACT_MARK,
		.body = json_pack("{sIsIss}", "group", (json_int_t)saying->group, "at_ns",
			(json_int_t)mark->at.ns, "text", words)};
	struct text author = text_over(mark->author, sizeof mark->author);
	int r;

	act_who_write(saying->who, &author);
	mark->session = saying->session->id;
	mark->group = saying->group;
	r = text_copy(mark->text, sizeof mark->text, words) && wanted.body
		? sessions_do(&saying->parts->sessions, &wanted, mark, ret_act)
		: ACT_TOO_LONG;
	json_decref(wanted.body);
	return r;
}

void classes_mark(const struct saying *saying)
{
	const struct act *act = NULL;
	const char *words = "";
	struct mark mark = {.id = 0};

	if (!ask_member_text(saying->request, saying->asked, "text", &words) ||
		!classes_ask_at(saying, &mark.at))
		return;
	int r = make_mark(saying, words, &mark, &act);

	if (r == 0)
		announce_mark(saying->parts, &mark);
	if (r == ACT_TOO_LONG)
		request_refuse(saying->request, 400, "too_long",
			"标记太长了，最多 63 个汉字，191 个字母。写短一点。",
			"The mark is too long: at most 191 letters, or 63 Chinese characters. Make it shorter.");
	else
		classes_answer(saying->parts, saying->request, r, act);
}

void handle_group_mark(void *self, struct request *request)
{
	struct saying saying;

	if (!classes_hear(self, request, &saying))
		return;
	classes_mark(&saying);
	json_decref(saying.asked);
}
