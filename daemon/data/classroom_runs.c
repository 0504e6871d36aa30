/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts that begin and end runs. */
#include "data/classroom_chapters.h"

#include <stdlib.h>
#include <string.h>

bool session_has_group(const struct session *session, int64_t number)
{
	return number >= 1 && number <= session->n_groups;
}

struct session_group *session_group_of(struct session *session, const struct act *act)
{
	return &session->groups[act_int(act, "group")];
}

struct session_run *session_run_of(const struct session *session, uint32_t run)
{
	for (size_t i = session->n_runs; i-- > 0;)
		if (session->runs[i].run == run)
			return &session->runs[i];
	return NULL;
}

const struct session_run *session_last_run(const struct session *session, unsigned group)
{
	const struct session_run *last = NULL;

	for (size_t i = 0; i < session->n_runs; i++) {
		const struct session_run *run = &session->runs[i];

		if (run->group == group && (!last || run->to.ns >= last->to.ns))
			last = run;
	}
	return last;
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

bool session_has_guessed(const struct session *session, unsigned group, const char *token)
{
	const char *by =
		json_string_value(json_object_get(session->groups[group].prediction, "token"));

	return by && token && strcmp(by, token) == 0;
}

/* Whoever comes late, be it after a night without power, makes no run longer than it was to be. */
void session_stop_group(struct session *session, unsigned number, struct instant at)
{
	struct session_group *group = &session->groups[number];

	if (group->run)
		session_run_of(session, group->run)->to = group->ends.ns < at.ns ? group->ends : at;
	group->run = 0;
	group->armed.ns = 0;
}

static enum act_verdict judge_begun(
	const struct session *session, const struct act *act, const json_t *pair)
{
	int64_t group = json_integer_value(json_array_get(pair, 0));

	if (json_array_size(pair) != 2 || !json_is_id(json_array_get(pair, 0)) ||
		!json_is_id(json_array_get(pair, 1)))
		return ACT_BAD;
	if (!session_has_group(session, group))
		return ACT_NO_GROUP;
	if (session_run_of(session, (uint32_t)json_integer_value(json_array_get(pair, 1))))
		return ACT_BAD;
	return session->groups[group].run && !json_object_get(act->body, "to_ns") ? ACT_RECORDS
										  : ACT_FITS;
}

/* lasts_ns, where it is said, is some time. */
static bool is_length(const struct act *act)
{
	int64_t lasts_ns = act_int(act, "lasts_ns");

	return json_object_get(act->body, "lasts_ns") == NULL ||
		(lasts_ns > 0 && lasts_ns < INT64_MAX - act->at.ns);
}

enum act_verdict act_judge_start(const struct session *session, const struct act *act)
{
	const json_t *runs = json_object_get(act->body, "runs"), *pair;
	int64_t from_ns = act_int(act, "from_ns"), to_ns = act_int(act, "to_ns");
	bool seen[CLASSROOM_GROUPS + 1] = {false};
	size_t i;

	if (!json_array_size(runs) || from_ns > act->at.ns || to_ns > act->at.ns ||
		(json_object_get(act->body, "to_ns") && to_ns <= from_ns) || !is_length(act) ||
		(to_ns && act_int(act, "lasts_ns")))
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

enum act_verdict act_do_start(struct session *session, const struct act *act)
{
	const json_t *runs = json_object_get(act->body, "runs"), *pair;
	const json_t *to = json_object_get(act->body, "to_ns");
	int64_t from_ns = act_int(act, "from_ns"), lasts_ns = act_int(act, "lasts_ns");
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
		if (!json_is_integer(value) ||
			!session_has_group(session, json_integer_value(value)))
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
enum act_verdict act_judge_stop(const struct session *session, const struct act *act)
{
	return judge_groups_of(session, act, act->who == ACT_BY_BOARD ? NULL : may_stop);
}

enum act_verdict act_do_stop(struct session *session, const struct act *act)
{
	const json_t *groups = json_object_get(act->body, "groups"), *value;
	size_t i;

	json_array_foreach(groups, i, value)
	{
		unsigned number = (unsigned)json_integer_value(value);
		const struct session_group *group = &session->groups[number];

		if (act->who != ACT_BY_BOARD || (group->run && group->ends.ns <= act->at.ns))
			session_stop_group(session, number, act->at);
	}
	return ACT_FITS;
}

static enum act_verdict may_arm(const struct session *session, unsigned number)
{
	return session->groups[number].run ? ACT_RECORDS : ACT_FITS;
}

enum act_verdict act_judge_arm(const struct session *session, const struct act *act)
{
	return is_length(act) ? judge_groups_of(session, act, may_arm) : ACT_BAD;
}

enum act_verdict act_do_arm(struct session *session, const struct act *act)
{
	const json_t *groups = json_object_get(act->body, "groups"), *value;
	size_t i;

	json_array_foreach(groups, i, value)
	{
		struct session_group *group = &session->groups[json_integer_value(value)];

		group->armed = act->at;
		group->armed_ns = act_int(act, "lasts_ns");
	}
	return ACT_FITS;
}

static enum act_verdict may_resume(const struct session *session, const json_t *pair)
{
	const struct session_run *last;
	int64_t number = json_integer_value(json_array_get(pair, 0));

	if (json_array_size(pair) != 2 || !json_is_id(json_array_get(pair, 0)) ||
		!json_is_id(json_array_get(pair, 1)))
		return ACT_BAD;
	if (!session_has_group(session, number))
		return ACT_NO_GROUP;
	if (session->groups[number].run)
		return ACT_RECORDS;
	last = session_last_run(session, (unsigned)number);
	return last && last->run == json_integer_value(json_array_get(pair, 1)) ? ACT_FITS
										: ACT_NO_RUN;
}

/* The run is named, so that without its start no older one takes its place. */
enum act_verdict act_judge_resume(const struct session *session, const struct act *act)
{
	const json_t *runs = json_object_get(act->body, "runs"), *pair;
	bool seen[CLASSROOM_GROUPS + 1] = {false};
	size_t i;

	json_array_foreach(runs, i, pair)
	{
		enum act_verdict verdict = may_resume(session, pair);
		int64_t group = json_integer_value(json_array_get(pair, 0));

		if (verdict)
			return verdict;
		if (seen[group])
			return ACT_BAD;
		seen[group] = true;
	}
	return json_array_size(runs) ? ACT_FITS : ACT_BAD;
}

/* Everything is kept always, so what came since the stop is of the run, too. */
enum act_verdict act_do_resume(struct session *session, const struct act *act)
{
	const json_t *runs = json_object_get(act->body, "runs"), *pair;
	size_t i;

	json_array_foreach(runs, i, pair)
	{
		struct session_run *run = session_run_of(
			session, (uint32_t)json_integer_value(json_array_get(pair, 1)));
		struct session_group *group = &session->groups[run->group];

		run->to.ns = INT64_MAX;
		group->run = run->run;
		group->ends.ns = INT64_MAX;
		group->armed.ns = 0;
	}
	return ACT_FITS;
}

enum act_verdict act_judge_end(const struct session *session, const struct act *act)
{
	(void)session;
	return strlen(act_text(act, "to")) < ACT_TEXT ? ACT_FITS : ACT_TOO_LONG;
}

enum act_verdict act_do_end(struct session *session, const struct act *act)
{
	for (unsigned i = 1; i <= session->n_groups; i++)
		session_stop_group(session, i, act->at);
	session->ended = act->at;
	return ACT_FITS;
}
