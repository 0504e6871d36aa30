/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of acts: for each kind what its body is like, when it fits, and what it changes. Shape is
 * looked at first, so that the others may take what they find. */
#include "data/classroom_fold.h"

#include <stdlib.h>
#include <string.h>

#include "data/classroom_chapters.h"

struct rule {
	const char *name;
	bool can_be_undone;
	struct act_member members[ACT_MEMBERS];
	enum act_verdict (*judge)(const struct session *session, const struct act *act);
	enum act_verdict (*change)(struct session *session, const struct act *act);
};

/* clang-format off */
static const struct rule RULES[ACT_KINDS] = {
	[ACT_MAKE] = {"make", false, {{"code", 't'}, {"title", 't'}, {"lesson", 't'}, {"groups", 'i'},
		{"is_project", 'b'}}, act_judge_make, act_do_make},
	[ACT_TITLE] = {"title", true, {{"title", 't'}}, act_judge_title, act_do_title},
	[ACT_GROUPS] = {"groups", true, {{"groups", 'i'}}, act_judge_groups, act_do_groups},
	[ACT_ASSIGN] = {"assign", true, {{"group", 'i'}, {"devices", 'a'}, {"is_shared", 'B'}},
		act_judge_assign, act_do_assign},
	[ACT_DEAL] = {"deal", true, {{"groups", 'a'}}, act_judge_deal, act_do_deal},
	[ACT_MAY_START] = {"may_start", true, {{"groups", 'b'}}, NULL, act_do_may_start},
	[ACT_START] = {"start", true, {{"from_ns", 'i'}, {"to_ns", 'I'}, {"lasts_ns", 'I'},
		{"runs", 'a'}}, act_judge_start, act_do_start},
	[ACT_STOP] = {"stop", true, {{"groups", 'a'}}, act_judge_stop, act_do_stop},
	[ACT_FREEZE] = {"freeze", true, {{"on", 'b'}}, NULL, act_do_freeze},
	[ACT_RANGE] = {"range", true, {{"low", 'N'}, {"high", 'N'}}, act_judge_range, act_do_range},
	[ACT_REVEAL] = {"reveal", true, {{"on", 'b'}}, NULL, act_do_reveal},
	[ACT_PHASE] = {"phase", true, {{"index", 'i'}}, act_judge_phase, act_do_phase},
	[ACT_PAUSE] = {"pause", true, {{"on", 'b'}}, act_judge_pause, act_do_pause},
	[ACT_REPLAY] = {"replay", true, {{"group", 'i'}, {"run", 'i'}}, act_judge_replay, act_do_replay},
	[ACT_END] = {"end", true, {{"to", 'T'}, {"together", 'B'}}, act_judge_end, act_do_end},
	[ACT_UNDO] = {"undo", false, {{"act", 'i'}, {"code", 'T'}}, NULL, NULL},
	[ACT_JOIN] = {"join", false, {{"group", 'i'}, {"token", 't'}, {"instead", 'T'}}, act_judge_join, act_do_join},
	[ACT_LEAVE] = {"leave", false, {{"token", 't'}}, act_judge_leave, act_do_leave},
	[ACT_PREDICT] = {"predict", true, {{"group", 'i'}, {"choice", 'I'}, {"value", 'N'}, {"points", 'A'},
		{"token", 'T'}}, act_judge_predict, act_do_predict},
	[ACT_READING] = {"reading", true, {{"group", 'i'}, {"at_ns", 'i'}, {"typed", 'o'}, {"values", 'o'}},
		act_judge_reading, NULL},
	[ACT_MARK] = {"mark", true, {{"group", 'i'}, {"at_ns", 'i'}, {"text", 't'}, {"mark", 'I'}}, act_judge_mark, NULL},
	[ACT_ARM] = {"arm", true, {{"groups", 'a'}, {"lasts_ns", 'I'}}, act_judge_arm, act_do_arm},
	[ACT_CAME] = {"came", false, {{"origin", 't'}, {"runs", 'a'}}, act_judge_came, act_do_came},
	[ACT_TOGETHER] = {"together", false, {{"id", 't'}}, act_judge_together, act_do_together},
	[ACT_RESUME] = {"resume", true, {{"runs", 'a'}}, act_judge_resume, act_do_resume},
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

/* A run whose time was up would end at the same instant again; it is resumed instead. Which mark one without a
 * number made nobody knows. */
bool act_can_be_undone(const struct act *act)
{
	return RULES[act->kind].can_be_undone &&
		!(act->kind == ACT_STOP && act->who == ACT_BY_BOARD) &&
		!(act->kind == ACT_MARK && !act_int(act, "mark"));
}

enum act_verdict session_judge(const struct session *session, const struct act *act)
{
	const struct rule *rule = &RULES[act->kind];

	if (!act_has_shape(act->body, rule->members))
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
	free(session->came);
	*session = (struct session){.id = 0};
}
