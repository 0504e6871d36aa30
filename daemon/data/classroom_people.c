/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts of those who come and go, and what groups say. */
#include "data/classroom_chapters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct session_member *member_of(const struct session *session, const char *token)
{
	for (size_t i = 0; i < session->n_members; i++)
		if (strcmp(session->members[i].token, token) == 0)
			return &session->members[i];
	return NULL;
}

enum act_verdict act_judge_join(const struct session *session, const struct act *act)
{
	int64_t group = act_int(act, "group");
	const char *token = act_text(act, "token");

	if (strlen(token) != SESSION_TOKEN - 1)
		return ACT_BAD;
	if (group != 0 && !session_has_group(session, group))
		return ACT_NO_GROUP;
	if (json_object_get(act->body, "instead"))
		return member_of(session, act_text(act, "instead")) ? ACT_FITS : ACT_NO_MEMBER;
	return session->n_members == SESSION_MEMBERS && !member_of(session, token) ? ACT_FULL
										   : ACT_FITS;
}

enum act_verdict act_do_join(struct session *session, const struct act *act)
{
	struct session_member *member = member_of(session, act_text(act, "token"));

	if (!member)
		member = member_of(session, act_text(act, "instead"));
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
	text_copy(member->token, sizeof member->token, act_text(act, "token"));
	member->group = (unsigned)act_int(act, "group");
	return ACT_FITS;
}

enum act_verdict act_judge_leave(const struct session *session, const struct act *act)
{
	return member_of(session, act_text(act, "token")) ? ACT_FITS : ACT_NO_MEMBER;
}

enum act_verdict act_do_leave(struct session *session, const struct act *act)
{
	/* Found first: whoever is last would not be among the rest. */
	struct session_member *member = member_of(session, act_text(act, "token"));

	*member = session->members[--session->n_members];
	return ACT_FITS;
}

static bool is_points(const json_t *points)
{
	const json_t *point;
	size_t i;

	if (json_array_size(points) < 2 || json_array_size(points) > PREDICTION_POINTS)
		return false;
	json_array_foreach(points, i, point) if (json_array_size(point) != 2 ||
		!json_is_finite(json_array_get(point, 0)) ||
		!json_is_finite(json_array_get(point, 1))) return false;
	return true;
}

enum act_verdict act_judge_predict(const struct session *session, const struct act *act)
{
	const json_t *points = json_object_get(act->body, "points");
	size_t n_beside = json_object_get(act->body, "token") ? 2 : 1;

	if (!session_has_group(session, act_int(act, "group")))
		return ACT_NO_GROUP;
	if (json_object_size(act->body) != n_beside + 1 || (points && !is_points(points)))
		return ACT_BAD;
	return ACT_FITS;
}

enum act_verdict act_do_predict(struct session *session, const struct act *act)
{
	session_group_of(session, act)->prediction = act->body;
	return ACT_FITS;
}

static bool is_values(const json_t *object)
{
	const char *name;
	const json_t *value;

	if (json_object_size(object) > READING_VALUES)
		return false;
	json_object_foreach((json_t *)object, name,
		value) if (!json_is_finite(value) || !name[0] || strlen(name) > 64) return false;
	return true;
}

enum act_verdict act_judge_reading(const struct session *session, const struct act *act)
{
	if (!session_has_group(session, act_int(act, "group")))
		return ACT_NO_GROUP;
	return act_int(act, "at_ns") <= act->at.ns &&
			is_values(json_object_get(act->body, "typed")) &&
			is_values(json_object_get(act->body, "values"))
		? ACT_FITS
		: ACT_BAD;
}

enum act_verdict act_judge_mark(const struct session *session, const struct act *act)
{
	int64_t group = act_int(act, "group");

	if (group != 0 && !session_has_group(session, group))
		return ACT_NO_GROUP;
	if (act_int(act, "at_ns") > act->at.ns)
		return ACT_BAD;
	return strlen(act_text(act, "text")) < ACT_TEXT ? ACT_FITS : ACT_TOO_LONG;
}
