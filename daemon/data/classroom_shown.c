/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts about what the pages show. */
#include "data/classroom_chapters.h"

enum act_verdict act_do_freeze(struct session *session, const struct act *act)
{
	if (act_is_on(act, "on") && !session->is_frozen)
		session->frozen = act->at;
	session->is_frozen = act_is_on(act, "on");
	return ACT_FITS;
}

enum act_verdict act_do_reveal(struct session *session, const struct act *act)
{
	session->is_revealed = act_is_on(act, "on");
	return ACT_FITS;
}

enum act_verdict act_judge_range(const struct session *session, const struct act *act)
{
	const json_t *low = json_object_get(act->body, "low");
	const json_t *high = json_object_get(act->body, "high");

	(void)session;
	if (!low != !high)
		return ACT_BAD;
	return low && json_number_value(low) >= json_number_value(high) ? ACT_BAD : ACT_FITS;
}

enum act_verdict act_do_range(struct session *session, const struct act *act)
{
	const json_t *low = json_object_get(act->body, "low");

	session->has_range = low != NULL;
	session->low = json_number_value(low);
	session->high = json_number_value(json_object_get(act->body, "high"));
	return ACT_FITS;
}

enum act_verdict act_judge_phase(const struct session *session, const struct act *act)
{
	(void)session;
	return act_int(act, "index") < ACT_PHASES ? ACT_FITS : ACT_BAD;
}

enum act_verdict act_do_phase(struct session *session, const struct act *act)
{
	session->has_phase = true;
	session->is_paused = false;
	session->phase = (unsigned)act_int(act, "index");
	session->phase_since = act->at;
	return ACT_FITS;
}

enum act_verdict act_judge_pause(const struct session *session, const struct act *act)
{
	(void)act;
	return session->has_phase ? ACT_FITS : ACT_BAD;
}

enum act_verdict act_do_pause(struct session *session, const struct act *act)
{
	bool on = act_is_on(act, "on");

	if (on && !session->is_paused)
		session->paused = act->at;
	if (!on && session->is_paused)
		session->phase_since =
			instant_add(session->phase_since, instant_since(act->at, session->paused));
	session->is_paused = on;
	return ACT_FITS;
}

enum act_verdict act_judge_replay(const struct session *session, const struct act *act)
{
	if (!session_has_group(session, act_int(act, "group")))
		return ACT_NO_GROUP;
	return act_int(act, "run") <= UINT32_MAX ? ACT_FITS : ACT_NO_RUN;
}

enum act_verdict act_do_replay(struct session *session, const struct act *act)
{
	struct session_group *group = session_group_of(session, act);

	group->replay = (uint32_t)act_int(act, "run");
	group->replay_since = act->at;
	return ACT_FITS;
}
