/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts that make a session, name it, and say which groups it has and what they have. */
#include "data/classroom_chapters.h"

#include <string.h>

static bool is_code(const char *code)
{
	return strlen(code) == SESSION_CODE - 1 && strspn(code, "0123456789") == SESSION_CODE - 1;
}

enum act_verdict act_judge_make(const struct session *session, const struct act *act)
{
	int64_t groups = act_int(act, "groups");

	(void)session;
	if (!is_code(act_text(act, "code")) || groups < 1 || groups > CLASSROOM_GROUPS)
		return ACT_BAD;
	return strlen(act_text(act, "title")) < SESSION_TITLE &&
			strlen(act_text(act, "lesson")) < SESSION_LESSON
		? ACT_FITS
		: ACT_TOO_LONG;
}

enum act_verdict act_do_make(struct session *session, const struct act *act)
{
	*session = (struct session){
		.id = act->session,
		.is_project = act_is_on(act, "is_project"),
		.made = act->at,
		.ended = {INT64_MAX},
		.n_groups = (unsigned)act_int(act, "groups"),
	};
	text_copy(session->code, sizeof session->code, act_text(act, "code"));
	text_copy(session->lesson, sizeof session->lesson, act_text(act, "lesson"));
	text_copy(session->title, sizeof session->title, act_text(act, "title"));
	return ACT_FITS;
}

enum act_verdict act_judge_title(const struct session *session, const struct act *act)
{
	(void)session;
	return strlen(act_text(act, "title")) < SESSION_TITLE ? ACT_FITS : ACT_TOO_LONG;
}

enum act_verdict act_do_title(struct session *session, const struct act *act)
{
	text_copy(session->title, sizeof session->title, act_text(act, "title"));
	return ACT_FITS;
}

enum act_verdict act_judge_groups(const struct session *session, const struct act *act)
{
	int64_t groups = act_int(act, "groups");

	if (groups < 1 || groups > CLASSROOM_GROUPS)
		return ACT_BAD;
	for (size_t i = 0; i < session->n_runs; i++)
		if (session->runs[i].group > groups)
			return ACT_HAS_RUNS;
	return ACT_FITS;
}

/* Who was in a group that goes chooses anew. */
enum act_verdict act_do_groups(struct session *session, const struct act *act)
{
	unsigned groups = (unsigned)act_int(act, "groups");

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
		if (!json_is_id(value))
			return ACT_BAD;
		for (size_t k = 0; k < i; k++)
			if (json_equal(json_array_get(devices, k), value))
				return ACT_BAD;
	}
	return ACT_FITS;
}

enum act_verdict act_judge_assign(const struct session *session, const struct act *act)
{
	if (!session_has_group(session, act_int(act, "group")))
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

bool session_shares(const struct session *session, uint32_t device)
{
	unsigned n = 0;

	for (unsigned g = 1; g <= session->n_groups; g++)
		n += has_device(&session->groups[g], device);
	return n > 1;
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
enum act_verdict act_do_assign(struct session *session, const struct act *act)
{
	const json_t *devices = json_object_get(act->body, "devices"), *value;
	struct session_group *group = session_group_of(session, act), had = *group;
	size_t i;

	group->n_devices = 0;
	json_array_foreach(devices, i, value)
	{
		uint32_t device = (uint32_t)json_integer_value(value);

		if (!act_is_on(act, "is_shared") && !has_device(&had, device))
			release_device(session, device);
		group->devices[group->n_devices++] = device;
	}
	return ACT_FITS;
}

enum act_verdict act_judge_deal(const struct session *session, const struct act *act)
{
	const json_t *groups = json_object_get(act->body, "groups"), *pair;
	enum act_verdict verdict = json_array_size(groups) ? ACT_FITS : ACT_BAD;
	bool seen[CLASSROOM_GROUPS + 1] = {false};
	size_t i;

	json_array_foreach(groups, i, pair)
	{
		const json_t *group = json_array_get(pair, 0), *devices = json_array_get(pair, 1);

		if (json_array_size(pair) != 2 || !json_is_id(group) || !json_is_array(devices))
			return ACT_BAD;
		if (!session_has_group(session, json_integer_value(group)))
			return ACT_NO_GROUP;
		if (seen[json_integer_value(group)])
			return ACT_BAD;
		seen[json_integer_value(group)] = true;
		verdict = verdict ? verdict : judge_devices(devices);
	}
	return verdict;
}

enum act_verdict act_do_deal(struct session *session, const struct act *act)
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

enum act_verdict act_do_may_start(struct session *session, const struct act *act)
{
	session->groups_may_start = act_is_on(act, "groups");
	return ACT_FITS;
}
