/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of acts: for each kind what its body is like, when it fits, and what it changes. Shape is
 * looked at first, so that the others may take what they find. */
#include "data/classroom_fold.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS = 5 };

/* Of a body. i: a whole number from 0 on, n: a number, t: a text, b: true or false, a: a list,
 * o: an object; capital: may be left out. */
struct member {
	const char *name;
	char type;
};

struct rule {
	const char *name;
	bool can_be_undone;
	struct member members[MEMBERS];
	enum act_verdict (*judge)(const struct session *session, const struct act *act);
	enum act_verdict (*change)(struct session *session, const struct act *act);
};

/* ---------------------------------------------------------------- members of a body */

static int64_t int_of(const struct act *act, const char *name)
{
	return json_integer_value(json_object_get(act->body, name));
}

static const char *text_of(const struct act *act, const char *name)
{
	const char *text = json_string_value(json_object_get(act->body, name));

	return text ? text : "";
}

static bool is_on(const struct act *act, const char *name)
{
	return json_is_true(json_object_get(act->body, name));
}

static bool is_whole(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_id(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) > 0 &&
		json_integer_value(value) <= UINT32_MAX;
}

static bool is_finite(const json_t *value)
{
	return json_is_number(value) && isfinite(json_number_value(value));
}

static bool is_of_type(const json_t *value, char type)
{
	switch (type | 0x20) {
	case 'i':
		return is_whole(value);
	case 'n':
		return is_finite(value);
	case 't':
		return json_is_string(value);
	case 'b':
		return json_is_boolean(value);
	case 'a':
		return json_is_array(value);
	default:
		return json_is_object(value);
	}
}

/* These members and no others. */
static bool has_shape(const json_t *body, const struct member *members)
{
	size_t n = 0;

	if (!json_is_object(body))
		return false;
	for (size_t i = 0; i < MEMBERS && members[i].name; i++) {
		const json_t *value = json_object_get(body, members[i].name);

		if (!value && members[i].type >= 'a')
			return false;
		if (value && !is_of_type(value, members[i].type))
			return false;
		n += value != NULL;
	}
	return n == json_object_size(body);
}

/* ---------------------------------------------------------------- groups and runs */

static bool has_group(const struct session *session, int64_t number)
{
	return number >= 1 && number <= session->n_groups;
}

static struct session_group *group_of(struct session *session, const struct act *act)
{
	return &session->groups[int_of(act, "group")];
}

static struct session_run *run_of(const struct session *session, uint32_t run)
{
	for (size_t i = session->n_runs; i-- > 0;)
		if (session->runs[i].run == run)
			return &session->runs[i];
	return NULL;
}

bool session_is_running(const struct session *session)
{
	for (unsigned i = 1; i <= session->n_groups; i++)
		if (session->groups[i].run)
			return true;
	return false;
}

bool session_may_predict(const struct session *session, unsigned group)
{
	for (size_t i = 0; i < session->n_runs; i++)
		if (session->runs[i].group == group)
			return false;
	return !session->is_revealed;
}

/* Whoever comes late, be it after a night without power, makes no run longer than it was to be. */
static void stop_group(struct session *session, unsigned number, struct instant at)
{
	struct session_group *group = &session->groups[number];

	if (group->run)
		run_of(session, group->run)->to = group->ends.ns < at.ns ? group->ends : at;
	group->run = 0;
	group->armed.ns = 0;
}

/* ---------------------------------------------------------------- making and naming */

static bool is_code(const char *code)
{
	return strlen(code) == SESSION_CODE - 1 && strspn(code, "0123456789") == SESSION_CODE - 1;
}

static enum act_verdict judge_make(const struct session *session, const struct act *act)
{
	int64_t groups = int_of(act, "groups");

	(void)session;
	if (!is_code(text_of(act, "code")) || groups < 1 || groups > CLASSROOM_GROUPS)
		return ACT_BAD;
	return strlen(text_of(act, "title")) < SESSION_TITLE &&
			strlen(text_of(act, "lesson")) < SESSION_LESSON
		? ACT_FITS
		: ACT_TOO_LONG;
}

static enum act_verdict make(struct session *session, const struct act *act)
{
	*session = (struct session){
		.id = act->session,
		.is_project = is_on(act, "is_project"),
		.made = act->at,
		.ended = {INT64_MAX},
		.n_groups = (unsigned)int_of(act, "groups"),
	};
	text_copy(session->code, sizeof session->code, text_of(act, "code"));
	text_copy(session->lesson, sizeof session->lesson, text_of(act, "lesson"));
	text_copy(session->title, sizeof session->title, text_of(act, "title"));
	return ACT_FITS;
}

static enum act_verdict judge_title(const struct session *session, const struct act *act)
{
	(void)session;
	return strlen(text_of(act, "title")) < SESSION_TITLE ? ACT_FITS : ACT_TOO_LONG;
}

static enum act_verdict set_title(struct session *session, const struct act *act)
{
	text_copy(session->title, sizeof session->title, text_of(act, "title"));
	return ACT_FITS;
}

static enum act_verdict judge_groups(const struct session *session, const struct act *act)
{
	int64_t groups = int_of(act, "groups");

	if (groups < 1 || groups > CLASSROOM_GROUPS)
		return ACT_BAD;
	for (size_t i = 0; i < session->n_runs; i++)
		if (session->runs[i].group > groups)
			return ACT_HAS_RUNS;
	return ACT_FITS;
}

/* Who was in a group that goes chooses anew. */
static enum act_verdict set_groups(struct session *session, const struct act *act)
{
	unsigned groups = (unsigned)int_of(act, "groups");

	for (unsigned i = groups + 1; i <= session->n_groups; i++)
		session->groups[i] = (struct session_group){.n_devices = 0};
	for (size_t i = 0; i < session->n_members; i++)
		if (session->members[i].group > groups)
			session->members[i].group = 0;
	session->n_groups = groups;
	return ACT_FITS;
}

static enum act_verdict judge_devices(const json_t *devices)
{
	const json_t *value;
	size_t i;

	if (json_array_size(devices) > GROUP_DEVICES)
		return ACT_FULL;
	json_array_foreach(devices, i, value)
	{
		if (!is_id(value))
			return ACT_BAD;
		for (size_t k = 0; k < i; k++)
			if (json_equal(json_array_get(devices, k), value))
				return ACT_BAD;
	}
	return ACT_FITS;
}

static enum act_verdict judge_assign(const struct session *session, const struct act *act)
{
	if (!has_group(session, int_of(act, "group")))
		return ACT_NO_GROUP;
	return judge_devices(json_object_get(act->body, "devices"));
}

static bool has_device(const struct session_group *group, uint32_t device)
{
	for (unsigned i = 0; i < group->n_devices; i++)
		if (group->devices[i] == device)
			return true;
	return false;
}

static void release_device(struct session *session, uint32_t device)
{
	for (unsigned g = 1; g <= session->n_groups; g++) {
		struct session_group *group = &session->groups[g];
		unsigned kept = 0;

		for (unsigned i = 0; i < group->n_devices; i++)
			if (group->devices[i] != device)
				group->devices[kept++] = group->devices[i];
		group->n_devices = kept;
	}
}

/* What the group has already stays shared, if it was. */
static enum act_verdict assign(struct session *session, const struct act *act)
{
	const json_t *devices = json_object_get(act->body, "devices"), *value;
	struct session_group *group = group_of(session, act), had = *group;
	size_t i;

	group->n_devices = 0;
	json_array_foreach(devices, i, value)
	{
		uint32_t device = (uint32_t)json_integer_value(value);

		if (!is_on(act, "is_shared") && !has_device(&had, device))
			release_device(session, device);
		group->devices[group->n_devices++] = device;
	}
	return ACT_FITS;
}

static enum act_verdict judge_deal(const struct session *session, const struct act *act)
{
	const json_t *groups = json_object_get(act->body, "groups"), *pair;
	enum act_verdict verdict = json_array_size(groups) ? ACT_FITS : ACT_BAD;
	bool seen[CLASSROOM_GROUPS + 1] = {false};
	size_t i;

	json_array_foreach(groups, i, pair)
	{
		const json_t *group = json_array_get(pair, 0), *devices = json_array_get(pair, 1);

		if (json_array_size(pair) != 2 || !is_id(group) || !json_is_array(devices))
			return ACT_BAD;
		if (!has_group(session, json_integer_value(group)))
			return ACT_NO_GROUP;
		if (seen[json_integer_value(group)])
			return ACT_BAD;
		seen[json_integer_value(group)] = true;
		verdict = verdict ? verdict : judge_devices(devices);
	}
	return verdict;
}

static enum act_verdict deal_out(struct session *session, const struct act *act)
{
	const json_t *groups = json_object_get(act->body, "groups"), *pair, *value;
	size_t i, k;

	json_array_foreach(groups, i, pair)
	{
		struct session_group *group =
			&session->groups[json_integer_value(json_array_get(pair, 0))];

		group->n_devices = 0;
		json_array_foreach(json_array_get(pair, 1), k, value)
			group->devices[group->n_devices++] = (uint32_t)json_integer_value(value);
	}
	return ACT_FITS;
}

static enum act_verdict set_may_start(struct session *session, const struct act *act)
{
	session->groups_may_start = is_on(act, "groups");
	return ACT_FITS;
}

/* ---------------------------------------------------------------- runs */

static enum act_verdict judge_begun(
	const struct session *session, const struct act *act, const json_t *pair)
{
	int64_t group = json_integer_value(json_array_get(pair, 0));

	if (json_array_size(pair) != 2 || !is_id(json_array_get(pair, 0)) ||
		!is_id(json_array_get(pair, 1)))
		return ACT_BAD;
	if (!has_group(session, group))
		return ACT_NO_GROUP;
	if (run_of(session, (uint32_t)json_integer_value(json_array_get(pair, 1))))
		return ACT_BAD;
	return session->groups[group].run && !json_object_get(act->body, "to_ns") ? ACT_RECORDS
										  : ACT_FITS;
}

/* lasts_ns, where it is said, is some time. */
static bool is_length(const struct act *act)
{
	int64_t lasts_ns = int_of(act, "lasts_ns");

	return json_object_get(act->body, "lasts_ns") == NULL ||
		(lasts_ns > 0 && lasts_ns < INT64_MAX - act->at.ns);
}

static enum act_verdict judge_start(const struct session *session, const struct act *act)
{
	const json_t *runs = json_object_get(act->body, "runs"), *pair;
	int64_t from_ns = int_of(act, "from_ns"), to_ns = int_of(act, "to_ns");
	bool seen[CLASSROOM_GROUPS + 1] = {false};
	size_t i;

	if (!json_array_size(runs) || from_ns > act->at.ns || to_ns > act->at.ns ||
		(json_object_get(act->body, "to_ns") && to_ns <= from_ns) || !is_length(act) ||
		(to_ns && int_of(act, "lasts_ns")))
		return ACT_BAD;
	json_array_foreach(runs, i, pair)
	{
		enum act_verdict verdict = judge_begun(session, act, pair);
		int64_t group = json_integer_value(json_array_get(pair, 0));

		if (verdict)
			return verdict;
		if (seen[group])
			return ACT_BAD;
		seen[group] = true;
	}
	return ACT_FITS;
}

static enum act_verdict start(struct session *session, const struct act *act)
{
	const json_t *runs = json_object_get(act->body, "runs"), *pair;
	const json_t *to = json_object_get(act->body, "to_ns");
	int64_t from_ns = int_of(act, "from_ns"), lasts_ns = int_of(act, "lasts_ns");
	size_t i, n = session->n_runs + json_array_size(runs);

	if (n > session->room_runs) {
		void *grown = realloc(session->runs, 2 * n * sizeof *session->runs);

		if (!grown)
			return ACT_NO_MEMORY;
		session->runs = grown;
		session->room_runs = 2 * n;
	}
	json_array_foreach(runs, i, pair)
	{
		struct session_run run = {
			.run = (uint32_t)json_integer_value(json_array_get(pair, 1)),
			.group = (unsigned)json_integer_value(json_array_get(pair, 0)),
			.from = {from_ns},
			.to = {to ? json_integer_value(to) : INT64_MAX},
		};
		struct session_group *group = &session->groups[run.group];

		if (!to) {
			group->run = run.run;
			group->ends.ns = lasts_ns ? from_ns + lasts_ns : INT64_MAX;
			group->armed.ns = 0;
		}
		session->runs[session->n_runs++] = run;
	}
	return ACT_FITS;
}

/* Groups of the session; `judge` says of each whether it fits. */
static enum act_verdict judge_groups_of(const struct session *session, const struct act *act,
	enum act_verdict (*judge)(const struct session *session, unsigned number))
{
	const json_t *groups = json_object_get(act->body, "groups"), *value;
	enum act_verdict verdict = json_array_size(groups) ? ACT_FITS : ACT_BAD;
	size_t i;

	json_array_foreach(groups, i, value)
	{
		if (!json_is_integer(value) || !has_group(session, json_integer_value(value)))
			return ACT_NO_GROUP;
		if (!verdict && judge)
			verdict = judge(session, (unsigned)json_integer_value(value));
	}
	return verdict;
}

static enum act_verdict may_stop(const struct session *session, unsigned number)
{
	const struct session_group *group = &session->groups[number];

	return group->run || group->armed.ns ? ACT_FITS : ACT_RECORDS_NOT;
}

/* What the board stopped by itself asks for nothing: its start may be undone afterwards. */
static enum act_verdict judge_stop(const struct session *session, const struct act *act)
{
	return judge_groups_of(session, act, act->who == ACT_BY_BOARD ? NULL : may_stop);
}

static enum act_verdict stop(struct session *session, const struct act *act)
{
	const json_t *groups = json_object_get(act->body, "groups"), *value;
	size_t i;

	json_array_foreach(groups, i, value)
	{
		unsigned number = (unsigned)json_integer_value(value);
		const struct session_group *group = &session->groups[number];

		if (act->who != ACT_BY_BOARD || (group->run && group->ends.ns <= act->at.ns))
			stop_group(session, number, act->at);
	}
	return ACT_FITS;
}

static enum act_verdict may_arm(const struct session *session, unsigned number)
{
	return session->groups[number].run ? ACT_RECORDS : ACT_FITS;
}

static enum act_verdict judge_arm(const struct session *session, const struct act *act)
{
	return is_length(act) ? judge_groups_of(session, act, may_arm) : ACT_BAD;
}

static enum act_verdict arm(struct session *session, const struct act *act)
{
	const json_t *groups = json_object_get(act->body, "groups"), *value;
	size_t i;

	json_array_foreach(groups, i, value)
	{
		struct session_group *group = &session->groups[json_integer_value(value)];

		group->armed = act->at;
		group->armed_ns = int_of(act, "lasts_ns");
	}
	return ACT_FITS;
}

static struct session_run *last_run(const struct session *session, unsigned number)
{
	for (size_t i = session->n_runs; i-- > 0;)
		if (session->runs[i].group == number)
			return &session->runs[i];
	return NULL;
}

static enum act_verdict may_resume(const struct session *session, unsigned number)
{
	if (session->groups[number].run)
		return ACT_RECORDS;
	return last_run(session, number) ? ACT_FITS : ACT_NO_RUN;
}

static enum act_verdict judge_resume(const struct session *session, const struct act *act)
{
	return judge_groups_of(session, act, may_resume);
}

/* Everything is kept always, so what came since the stop is of the run, too. */
static enum act_verdict resume(struct session *session, const struct act *act)
{
	const json_t *groups = json_object_get(act->body, "groups"), *value;
	size_t i;

	json_array_foreach(groups, i, value)
	{
		struct session_group *group = &session->groups[json_integer_value(value)];
		struct session_run *run = last_run(session, (unsigned)json_integer_value(value));

		run->to.ns = INT64_MAX;
		group->run = run->run;
		group->ends.ns = INT64_MAX;
		group->armed.ns = 0;
	}
	return ACT_FITS;
}

static enum act_verdict end(struct session *session, const struct act *act)
{
	for (unsigned i = 1; i <= session->n_groups; i++)
		stop_group(session, i, act->at);
	session->ended = act->at;
	return ACT_FITS;
}

/* ---------------------------------------------------------------- what pages show */

static enum act_verdict freeze(struct session *session, const struct act *act)
{
	if (is_on(act, "on") && !session->is_frozen)
		session->frozen = act->at;
	session->is_frozen = is_on(act, "on");
	return ACT_FITS;
}

static enum act_verdict reveal(struct session *session, const struct act *act)
{
	session->is_revealed = is_on(act, "on");
	return ACT_FITS;
}

static enum act_verdict judge_range(const struct session *session, const struct act *act)
{
	const json_t *low = json_object_get(act->body, "low");
	const json_t *high = json_object_get(act->body, "high");

	(void)session;
	if (!low != !high)
		return ACT_BAD;
	return low && json_number_value(low) >= json_number_value(high) ? ACT_BAD : ACT_FITS;
}

static enum act_verdict set_range(struct session *session, const struct act *act)
{
	const json_t *low = json_object_get(act->body, "low");

	session->has_range = low != NULL;
	session->low = json_number_value(low);
	session->high = json_number_value(json_object_get(act->body, "high"));
	return ACT_FITS;
}

static enum act_verdict judge_phase(const struct session *session, const struct act *act)
{
	(void)session;
	return int_of(act, "index") < ACT_PHASES ? ACT_FITS : ACT_BAD;
}

static enum act_verdict set_phase(struct session *session, const struct act *act)
{
	session->has_phase = true;
	session->is_paused = false;
	session->phase = (unsigned)int_of(act, "index");
	session->phase_since = act->at;
	return ACT_FITS;
}

static enum act_verdict judge_pause(const struct session *session, const struct act *act)
{
	(void)act;
	return session->has_phase ? ACT_FITS : ACT_BAD;
}

static enum act_verdict set_pause(struct session *session, const struct act *act)
{
	bool on = is_on(act, "on");

	if (on && !session->is_paused)
		session->paused = act->at;
	if (!on && session->is_paused)
		session->phase_since =
			instant_add(session->phase_since, instant_since(act->at, session->paused));
	session->is_paused = on;
	return ACT_FITS;
}

static enum act_verdict judge_replay(const struct session *session, const struct act *act)
{
	if (!has_group(session, int_of(act, "group")))
		return ACT_NO_GROUP;
	return int_of(act, "run") <= UINT32_MAX ? ACT_FITS : ACT_NO_RUN;
}

static enum act_verdict replay(struct session *session, const struct act *act)
{
	struct session_group *group = group_of(session, act);

	group->replay = (uint32_t)int_of(act, "run");
	group->replay_since = act->at;
	return ACT_FITS;
}

/* ---------------------------------------------------------------- coming and going */

static struct session_member *member_of(const struct session *session, const char *token)
{
	for (size_t i = 0; i < session->n_members; i++)
		if (strcmp(session->members[i].token, token) == 0)
			return &session->members[i];
	return NULL;
}

static enum act_verdict judge_join(const struct session *session, const struct act *act)
{
	int64_t group = int_of(act, "group");
	const char *token = text_of(act, "token");

	if (strlen(token) != SESSION_TOKEN - 1)
		return ACT_BAD;
	if (group != 0 && !has_group(session, group))
		return ACT_NO_GROUP;
	if (json_object_get(act->body, "instead"))
		return member_of(session, text_of(act, "instead")) ? ACT_FITS : ACT_NO_MEMBER;
	return session->n_members == SESSION_MEMBERS && !member_of(session, token) ? ACT_FULL
										   : ACT_FITS;
}

static enum act_verdict join(struct session *session, const struct act *act)
{
	struct session_member *member = member_of(session, text_of(act, "token"));

	if (!member)
		member = member_of(session, text_of(act, "instead"));
	if (!member && session->n_members == session->room_members) {
		size_t room = session->room_members ? 2 * session->room_members : 16;
		void *grown = realloc(session->members, room * sizeof *session->members);

		if (!grown)
			return ACT_NO_MEMORY;
		session->members = grown;
		session->room_members = room;
	}
	if (!member)
		member = &session->members[session->n_members++];
	text_copy(member->token, sizeof member->token, text_of(act, "token"));
	member->group = (unsigned)int_of(act, "group");
	return ACT_FITS;
}

static enum act_verdict judge_leave(const struct session *session, const struct act *act)
{
	return member_of(session, text_of(act, "token")) ? ACT_FITS : ACT_NO_MEMBER;
}

static enum act_verdict leave(struct session *session, const struct act *act)
{
	/* Found first: whoever is last would not be among the rest. */
	struct session_member *member = member_of(session, text_of(act, "token"));

	*member = session->members[--session->n_members];
	return ACT_FITS;
}

/* ---------------------------------------------------------------- what groups say */

static bool is_points(const json_t *points)
{
	const json_t *point;
	size_t i;

	if (json_array_size(points) < 2 || json_array_size(points) > PREDICTION_POINTS)
		return false;
	json_array_foreach(points, i, point) if (json_array_size(point) != 2 ||
		!is_finite(json_array_get(point, 0)) ||
		!is_finite(json_array_get(point, 1))) return false;
	return true;
}

static enum act_verdict judge_predict(const struct session *session, const struct act *act)
{
	const json_t *points = json_object_get(act->body, "points");

	if (!has_group(session, int_of(act, "group")))
		return ACT_NO_GROUP;
	if (json_object_size(act->body) != 2 || (points && !is_points(points)))
		return ACT_BAD;
	return session_may_predict(session, (unsigned)int_of(act, "group")) ? ACT_FITS
									    : ACT_IS_FIXED;
}

static enum act_verdict predict(struct session *session, const struct act *act)
{
	group_of(session, act)->prediction = act->body;
	return ACT_FITS;
}

static bool is_values(const json_t *object)
{
	const char *name;
	const json_t *value;

	if (json_object_size(object) > READING_VALUES)
		return false;
	json_object_foreach((json_t *)object, name,
		value) if (!is_finite(value) || !name[0] || strlen(name) > 64) return false;
	return true;
}

static enum act_verdict judge_reading(const struct session *session, const struct act *act)
{
	if (!has_group(session, int_of(act, "group")))
		return ACT_NO_GROUP;
	return int_of(act, "at_ns") <= act->at.ns &&
			is_values(json_object_get(act->body, "typed")) &&
			is_values(json_object_get(act->body, "values"))
		? ACT_FITS
		: ACT_BAD;
}

static enum act_verdict judge_mark(const struct session *session, const struct act *act)
{
	int64_t group = int_of(act, "group");

	if (group != 0 && !has_group(session, group))
		return ACT_NO_GROUP;
	if (int_of(act, "at_ns") > act->at.ns)
		return ACT_BAD;
	return strlen(text_of(act, "text")) < ACT_TEXT ? ACT_FITS : ACT_TOO_LONG;
}

/* ---------------------------------------------------------------- the table */

/* clang-format off */
static const struct rule RULES[ACT_KINDS] = {
	[ACT_MAKE] = {"make", false, {{"code", 't'}, {"title", 't'}, {"lesson", 't'}, {"groups", 'i'},
		{"is_project", 'b'}}, judge_make, make},
	[ACT_TITLE] = {"title", true, {{"title", 't'}}, judge_title, set_title},
	[ACT_GROUPS] = {"groups", true, {{"groups", 'i'}}, judge_groups, set_groups},
	[ACT_ASSIGN] = {"assign", true, {{"group", 'i'}, {"devices", 'a'}, {"is_shared", 'B'}},
		judge_assign, assign},
	[ACT_DEAL] = {"deal", true, {{"groups", 'a'}}, judge_deal, deal_out},
	[ACT_MAY_START] = {"may_start", true, {{"groups", 'b'}}, NULL, set_may_start},
	[ACT_START] = {"start", true, {{"from_ns", 'i'}, {"to_ns", 'I'}, {"lasts_ns", 'I'},
		{"runs", 'a'}}, judge_start, start},
	[ACT_STOP] = {"stop", true, {{"groups", 'a'}}, judge_stop, stop},
	[ACT_FREEZE] = {"freeze", true, {{"on", 'b'}}, NULL, freeze},
	[ACT_RANGE] = {"range", true, {{"low", 'N'}, {"high", 'N'}}, judge_range, set_range},
	[ACT_REVEAL] = {"reveal", true, {{"on", 'b'}}, NULL, reveal},
	[ACT_PHASE] = {"phase", true, {{"index", 'i'}}, judge_phase, set_phase},
	[ACT_PAUSE] = {"pause", true, {{"on", 'b'}}, judge_pause, set_pause},
	[ACT_REPLAY] = {"replay", true, {{"group", 'i'}, {"run", 'i'}}, judge_replay, replay},
	[ACT_END] = {"end", true, {{NULL, 0}}, NULL, end},
	[ACT_UNDO] = {"undo", false, {{"act", 'i'}, {"code", 'T'}}, NULL, NULL},
	[ACT_JOIN] = {"join", false, {{"group", 'i'}, {"token", 't'}, {"instead", 'T'}}, judge_join, join},
	[ACT_LEAVE] = {"leave", false, {{"token", 't'}}, judge_leave, leave},
	[ACT_PREDICT] = {"predict", true, {{"group", 'i'}, {"choice", 'I'}, {"value", 'N'}, {"points", 'A'}},
		judge_predict, predict},
	[ACT_READING] = {"reading", true, {{"group", 'i'}, {"at_ns", 'i'}, {"typed", 'o'}, {"values", 'o'}},
		judge_reading, NULL},
	[ACT_MARK] = {"mark", false, {{"group", 'i'}, {"at_ns", 'i'}, {"text", 't'}}, judge_mark, NULL},
	[ACT_ARM] = {"arm", true, {{"groups", 'a'}, {"lasts_ns", 'I'}}, judge_arm, arm},
	[ACT_RESUME] = {"resume", true, {{"groups", 'a'}}, judge_resume, resume},
};
/* clang-format on */

const char *act_kind_name(enum act_kind kind)
{
	return RULES[kind].name;
}

enum act_kind act_kind_named(const char *name)
{
	for (enum act_kind kind = ACT_MAKE; kind < ACT_KINDS; kind++)
		if (strcmp(RULES[kind].name, name) == 0)
			return kind;
	return 0;
}

/* A run whose time was up would end at the same instant again; it is resumed instead. */
bool act_can_be_undone(const struct act *act)
{
	return RULES[act->kind].can_be_undone &&
		!(act->kind == ACT_STOP && act->who == ACT_BY_BOARD);
}

enum act_verdict session_judge(const struct session *session, const struct act *act)
{
	const struct rule *rule = &RULES[act->kind];

	if (!has_shape(act->body, rule->members))
		return ACT_BAD;
	if (act->who > (int)session->n_groups && act->kind != ACT_MAKE)
		return ACT_NO_GROUP;
	return rule->judge ? rule->judge(session, act) : ACT_FITS;
}

enum act_verdict session_change(struct session *session, const struct act *act)
{
	const struct rule *rule = &RULES[act->kind];

	return rule->change ? rule->change(session, act) : ACT_FITS;
}

void session_clear(struct session *session)
{
	free(session->runs);
	free(session->members);
	*session = (struct session){.id = 0};
}
