/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What those who start and stop groups, the teacher and the groups themselves, have in common: which
 * groups, from when, how long. */
#include <stdio.h>

#include "http/ask.h"
#include "api/classes.h"
#include "api/handlers.h"

/* Somebody else's clock says when: another board knows ours within so much (room/mapping.h). What it means has
 * passed, since it says so afterwards. */
static const int64_t AHEAD_NS = 2 * (int64_t)NS_PER_S;

static const int64_t LASTS_MOST_US = 366 * 86400 * (int64_t)1000000;

unsigned classes_equipped(const struct session *session)
{
	unsigned all = 0, equipped = 0;

	for (unsigned i = 1; i <= session->n_groups; i++) {
		all |= 1u << i;
		equipped |= session->groups[i].n_devices ? 1u << i : 0;
	}
	return equipped ? equipped : all;
}

unsigned classes_recording(const struct session *session)
{
	unsigned recording = 0;

	for (unsigned i = 1; i <= session->n_groups; i++)
		recording |= session->groups[i].run ? 1u << i : 0;
	return recording;
}

unsigned classes_armed(const struct session *session)
{
	unsigned armed = 0;

	for (unsigned i = 1; i <= session->n_groups; i++)
		armed |= session->groups[i].armed.ns ? 1u << i : 0;
	return armed;
}

json_t *classes_groups_body(const struct session *session, unsigned groups)
{
	json_t *list = json_array();

	for (unsigned i = 1; i <= session->n_groups; i++)
		if (groups & 1u << i)
			json_array_append_new(list, json_integer(i));
	return json_pack("{so}", "groups", list);
}

json_t *classes_arm_body(const struct session *session, unsigned groups, int64_t lasts_ns)
{
	json_t *body = classes_groups_body(session, groups);

	if (lasts_ns)
		json_object_set_new(body, "lasts_ns", json_integer(lasts_ns));
	return body;
}

json_t *classes_resume_body(struct request *request, const struct session *session, unsigned groups)
{
	json_t *runs = json_array();

	for (unsigned i = 1; i <= session->n_groups; i++) {
		const struct session_run *last = session_last_run(session, i);

		if (!(groups & 1u << i))
			continue;
		if (!last) {
			json_decref(runs);
			classes_refuse(request, ACT_NO_RUN);
			return NULL;
		}
		json_array_append_new(runs, json_pack("[iI]", i, (json_int_t)last->run));
	}
	return json_pack("{so}", "runs", runs);
}

const struct lesson *classes_lesson(const struct parts *parts, const struct session *session)
{
	return session->lesson[0] ? shelf_find(parts->shelf, session->lesson) : NULL;
}

/* What is kept by hand, and what is counted or timed, is over when there is enough of it: there the
 * lesson's duration is how long the axes are. So it is of a project, which somebody ends. */
static int64_t lasts_by_lesson(const struct parts *parts, const struct session *session)
{
	const struct lesson *lesson = classes_lesson(parts, session);

	return lesson && lesson->mode == LESSON_TIME && !lesson->is_project && !session->is_project
		? lesson->duration_ns
		: 0;
}

static bool is_refused(struct request *request, const struct beginning *beginning, int64_t lasts_us,
	struct instant now)
{
	bool is_over = beginning->to.ns != INT64_MAX;

	if (beginning->from.ns != INT64_MAX && beginning->from.ns > now.ns)
		refuse_parameter(request, "from_us", "不能晚于现在", "must not lie in the future");
	else if (is_over && (beginning->to.ns > now.ns || beginning->from.ns >= beginning->to.ns))
		refuse_parameter(request, "to_us", "要晚于 from_us，不能晚于现在",
			"must be later than from_us and not in the future");
	else if (lasts_us < -1 || lasts_us > LASTS_MOST_US || (is_over && lasts_us > 0))
		refuse_parameter(request, "lasts_us",
			"要写多少微秒，0 是一直到按停；有 to_us 就不写",
			"must be microseconds, 0 for until it is stopped; leave it out with to_us");
	else
		return false;
	return true;
}

bool classes_ask_beginning(struct parts *parts, struct request *request,
	const struct session *session, const json_t *asked, struct beginning *ret_beginning)
{
	struct instant now = clock_now(parts->clock);
	struct beginning beginning = {{INT64_MAX}, {INT64_MAX}, 0};
	int64_t lasts_us = -1; /* not said */

	if (!ask_member_instant(request, asked, "from_us", &beginning.from) ||
		!ask_member_instant(request, asked, "to_us", &beginning.to) ||
		!ask_member_int(request, asked, "lasts_us", &lasts_us))
		return false;
	if (beginning.from.ns > now.ns && beginning.from.ns - now.ns <= AHEAD_NS)
		beginning.from = now;
	if (is_refused(request, &beginning, lasts_us, now))
		return false;
	if (lasts_us >= 0)
		beginning.lasts_ns = lasts_us * NS_PER_US;
	else if (beginning.to.ns == INT64_MAX)
		beginning.lasts_ns = lasts_by_lesson(parts, session);
	/* Who begins it so long ago means one that goes on, whatever the lesson says. */
	if (lasts_us < 0 && beginning.from.ns != INT64_MAX &&
		instant_since(now, beginning.from) >= beginning.lasts_ns)
		beginning.lasts_ns = 0;
	*ret_beginning = beginning;
	return true;
}

bool classes_have_trigger(
	const struct parts *parts, struct request *request, const struct session *session)
{
	const struct lesson *lesson = classes_lesson(parts, session);

	if (lesson && lesson->trigger.channel)
		return true;
	request_refuse(request, 409, "no_trigger", "这节课没有写触发。直接开始。",
		"This lesson has no trigger. Start it by hand.");
	return false;
}

bool classes_serving(const struct parts *parts, const struct session *session, unsigned number,
	struct serving ret_serving[LESSON_NEEDS])
{
	const struct lesson *lesson = classes_lesson(parts, session);
	const struct session_group *group = &session->groups[number];
	const struct device *devices[GROUP_DEVICES];
	uint32_t shared = 0;
	unsigned n = 0;

	if (!lesson)
		return false;
	for (unsigned i = 0; i < group->n_devices; i++) {
		bool is_gone;
		const struct device *device = live_device(parts->live, group->devices[i], &is_gone);

		if (!device)
			continue;
		shared |= (uint32_t)session_shares(session, device->id) << n;
		devices[n++] = device;
	}
	serving_find(lesson, devices, n, shared, ret_serving);
	return true;
}

unsigned classes_lacked_need(
	const struct parts *parts, const struct session *session, unsigned number)
{
	const struct lesson *lesson = classes_lesson(parts, session);
	struct serving serving[LESSON_NEEDS];
	unsigned need = 0;

	if (!classes_serving(parts, session, number, serving))
		return LESSON_NEEDS;
	while (need < lesson->n_needs && (serving[need].stream || lesson->needs[need].is_optional))
		need++;
	return need < lesson->n_needs ? need : LESSON_NEEDS;
}

static void refuse_lacking(struct request *request, unsigned group, const struct lesson_need *need)
{
	char zh[256], en[256];

	snprintf(zh, sizeof zh, "第 %u 组还没有测“%s”的器材。插上一台，再分器材。", group,
		need->name.zh ? need->name.zh : need->id);
	snprintf(en, sizeof en,
		"Group %u has no kit for \"%s\". Plug one in and deal the kits again.", group,
		need->name.en ? need->name.en : need->id);
	request_refuse(request, 409, "lacks_kit", zh, en);
}

unsigned classes_able(const struct parts *parts, struct request *request,
	const struct session *session, unsigned groups)
{
	const struct lesson *lesson = classes_lesson(parts, session);
	unsigned able = groups, first = 0, lacks = LESSON_NEEDS;

	for (unsigned i = session->n_groups; i >= 1; i--) {
		unsigned need =
			groups & 1u << i ? classes_lacked_need(parts, session, i) : LESSON_NEEDS;

		if (need == LESSON_NEEDS)
			continue;
		able &= ~(1u << i);
		first = i;
		lacks = need;
	}
	if (!able && first)
		refuse_lacking(request, first, &lesson->needs[lacks]);
	return able;
}

bool classes_ask_arming(struct parts *parts, struct request *request, const struct session *session,
	const json_t *asked, int64_t *ret_lasts_ns)
{
	struct beginning begin;

	if (!classes_have_trigger(parts, request, session) ||
		!classes_ask_beginning(parts, request, session, asked, &begin))
		return false;
	*ret_lasts_ns = begin.lasts_ns;
	if (begin.from.ns == INT64_MAX && begin.to.ns == INT64_MAX)
		return true;
	refuse_parameter(request, begin.from.ns != INT64_MAX ? "from_us" : "to_us",
		"不能和 arm 一起写：触发来了才开始",
		"does not go with arm: the trigger says when it begins");
	return false;
}
