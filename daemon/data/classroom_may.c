/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be asked for now, see classroom_course.h. */
#include "data/classroom_course.h"

#include <string.h>

#include "data/classroom_fold.h"

static bool has_room(const struct classroom *classroom)
{
	size_t n_open = 0;

	for (size_t i = 0; i < classroom->n; i++)
		n_open += session_is_open(&classroom->courses[i]->state);
	return n_open < CLASSROOM_OPEN;
}

/* What is under way can come to its end, and who is in can go. */
static bool is_full(const struct course *course, enum act_kind kind)
{
	if (kind == ACT_JOIN)
		return course->n_joins >= SESSION_JOINS;
	return kind != ACT_STOP && kind != ACT_END && kind != ACT_LEAVE &&
		course->n - course->n_joins - course->n_leaves >= SESSION_ACTS;
}

/* ---------------------------------------------------------------- undoing who has what */

static bool have_same(const struct session_group *a, const struct session_group *b)
{
	return a->n_devices == b->n_devices &&
		memcmp(a->devices, b->devices, a->n_devices * sizeof *a->devices) == 0;
}

/* Groups, as bits, that have other devices since this act. Those in *ret_recording record as it comes. */
static unsigned changed_by(
	const struct course *course, const struct done *by, unsigned *ret_recording)
{
	struct session state = {.id = 0};
	struct session_group before[CLASSROOM_GROUPS + 1] = {0};
	unsigned changed = 0;

	*ret_recording = 0;
	for (const struct done *done = course->acts; done <= by; done++) {
		if (done->is_undone || done->act.kind == ACT_UNDO)
			continue;
		if (done == by)
			memcpy(before, state.groups, sizeof before);
		session_change(&state, &done->act);
	}
	for (unsigned g = 1; g <= state.n_groups; g++) {
		changed |= have_same(&before[g], &state.groups[g]) ? 0 : 1u << g;
		*ret_recording |= state.groups[g].run ? 1u << g : 0;
	}
	session_clear(&state);
	return changed;
}

/* Groups, as bits, for whom an act begins a run or lets one go on. */
static unsigned begun_by(const struct act *act)
{
	const json_t *list = json_object_get(act->body, "runs"), *one;
	unsigned begun = 0;
	size_t i;

	if (act->kind != ACT_START && act->kind != ACT_RESUME)
		return 0;
	json_array_foreach(list, i, one) begun |= 1u << json_integer_value(json_array_get(one, 0));
	return begun;
}

/* What was recorded with the kits that the act gave would lose them. */
static bool is_recorded_with(const struct course *course, const struct done *done)
{
	unsigned recording, changed = changed_by(course, done, &recording);

	if (changed & recording)
		return true;
	for (const struct done *later = done + 1; later < course->acts + course->n; later++)
		if (!later->is_undone && changed & begun_by(&later->act))
			return true;
	return false;
}

static enum act_verdict may_undo(const struct course *course, const struct act *undo)
{
	const struct done *done =
		course_find(course, json_integer_value(json_object_get(undo->body, "act")));
	bool gives = done && (done->act.kind == ACT_ASSIGN || done->act.kind == ACT_DEAL);

	return gives && is_recorded_with(course, done) ? ACT_IS_STOOD_ON : ACT_FITS;
}

/* The teacher may guess anew for a group, and undo what was guessed. */
static enum act_verdict may_predict(const struct session *session, const struct act *act)
{
	unsigned group = (unsigned)json_integer_value(json_object_get(act->body, "group"));
	const char *token = json_string_value(json_object_get(act->body, "token"));

	if (!session_may_predict(session, group))
		return ACT_IS_FIXED;
	return act->who == ACT_BY_TEACHER || !session->groups[group].prediction ||
			session_has_guessed(session, group, token)
		? ACT_FITS
		: ACT_HAS_GUESSED;
}

enum act_verdict classroom_may(const struct classroom *classroom, const struct act *act)
{
	if (act->kind == ACT_MAKE)
		return has_room(classroom) ? ACT_FITS : ACT_FULL;
	const struct course *course = classroom_course(classroom, act->session);

	if (!course)
		return ACT_NO_SESSION;
	if (is_full(course, act->kind))
		return ACT_FULL;
	if (act->kind == ACT_PREDICT)
		return may_predict(&course->state, act);
	return act->kind == ACT_UNDO ? may_undo(course, act) : ACT_FITS;
}
