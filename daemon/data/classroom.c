/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All sessions with what was done in them. A session's acts are kept, so that it can be folded anew
 * when one of them is undone. */
#include "data/classroom.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/classroom_course.h"
#include "data/classroom_fold.h"

int classroom_new(struct classroom **ret_classroom)
{
	*ret_classroom = calloc(1, sizeof **ret_classroom);
	return *ret_classroom ? 0 : -ENOMEM;
}

static void course_free(struct course *course)
{
	if (!course)
		return;
	for (size_t i = 0; i < course->n; i++)
		json_decref(course->acts[i].act.body);
	free(course->acts);
	session_clear(&course->state);
	free(course);
}

void classroom_free(struct classroom *classroom)
{
	if (!classroom)
		return;
	for (size_t i = 0; i < classroom->n; i++)
		course_free(classroom->courses[i]);
	free(classroom->courses);
	free(classroom);
}

/* Where a session is, or would be. */
static size_t place_of(const struct classroom *classroom, uint32_t id)
{
	size_t low = 0, high = classroom->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (classroom->courses[middle]->state.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct course *classroom_course(const struct classroom *classroom, uint32_t id)
{
	size_t i = place_of(classroom, id);

	return i < classroom->n && classroom->courses[i]->state.id == id ? classroom->courses[i]
									 : NULL;
}

/* ---------------------------------------------------------------- asking */

const struct session *classroom_session(const struct classroom *classroom, uint32_t id)
{
	const struct course *course = classroom_course(classroom, id);

	return course ? &course->state : NULL;
}

size_t classroom_count(const struct classroom *classroom)
{
	return classroom->n;
}

const struct session *classroom_at(const struct classroom *classroom, size_t i)
{
	return &classroom->courses[i]->state;
}

const struct session *classroom_coded(const struct classroom *classroom, const char *code)
{
	for (size_t i = 0; i < classroom->n; i++) {
		const struct session *session = &classroom->courses[i]->state;

		if (session_is_open(session) && strcmp(session->code, code) == 0)
			return session;
	}
	return NULL;
}

const struct session *classroom_together(const struct classroom *classroom, const char *id)
{
	const struct session *best = NULL;

	for (size_t i = 0; *id && i < classroom->n; i++) {
		const struct session *session = &classroom->courses[i]->state;

		if (strcmp(session->together, id) == 0 &&
			(!best || session->ended.ns >= best->ended.ns))
			best = session;
	}
	return best;
}

const struct act *classroom_end(const struct classroom *classroom, uint32_t session)
{
	const struct course *course = classroom_course(classroom, session);

	for (size_t i = course && !session_is_open(&course->state) ? course->n : 0; i-- > 0;)
		if (course->acts[i].act.kind == ACT_END && !course->acts[i].is_undone)
			return &course->acts[i].act;
	return NULL;
}

const struct session *classroom_joined(const struct classroom *classroom, const char *token,
	const struct session_member **ret_member)
{
	const struct session *found = NULL;

	for (size_t i = 0; i < classroom->n; i++) {
		const struct session *session = &classroom->courses[i]->state;

		if (found && found->ended.ns > session->ended.ns)
			continue;
		for (size_t k = 0; k < session->n_members; k++)
			if (strcmp(session->members[k].token, token) == 0) {
				*ret_member = &session->members[k];
				found = session;
			}
	}
	return found;
}

static bool has_device(const struct session *session, uint32_t device, unsigned *ret_group)
{
	unsigned n = 0;

	for (unsigned g = 1; g <= session->n_groups; g++)
		for (unsigned i = 0; i < session->groups[g].n_devices; i++)
			if (session->groups[g].devices[i] == device)
				*ret_group = n++ ? 0 : g;
	return n > 0;
}

const struct session *classroom_owner(
	const struct classroom *classroom, uint32_t device, unsigned *ret_group)
{
	for (size_t i = 0; i < classroom->n; i++) {
		const struct session *session = &classroom->courses[i]->state;

		if (session_is_open(session) && has_device(session, device, ret_group))
			return session;
	}
	return NULL;
}

bool classroom_new_code(
	const struct classroom *classroom, uint32_t random, char ret_code[SESSION_CODE])
{
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(ret_code, SESSION_CODE, "%04u", (random + i) % 10000);
		if (!classroom_coded(classroom, ret_code))
			return true;
	}
	return false;
}

struct done *course_find(const struct course *course, int64_t id)
{
	for (size_t i = course->n; i-- > 0;)
		if (course->acts[i].act.id == id)
			return &course->acts[i];
	return NULL;
}

size_t classroom_acts(const struct classroom *classroom, uint32_t session)
{
	const struct course *course = classroom_course(classroom, session);

	return course ? course->n : 0;
}

struct act_told classroom_act(const struct classroom *classroom, uint32_t session, size_t i)
{
	const struct done *done = &classroom_course(classroom, session)->acts[i];

	return (struct act_told){.act = &done->act,
		.is_undone = done->is_undone,
		.may_undo = !done->is_undone && act_can_be_undone(&done->act)};
}

const struct act *classroom_find(const struct classroom *classroom, uint32_t session, uint32_t id)
{
	const struct course *course = classroom_course(classroom, session);
	const struct done *done = course ? course_find(course, id) : NULL;

	return done ? &done->act : NULL;
}

/* ---------------------------------------------------------------- undoing */

static const char *code_of(const struct act *act)
{
	return json_string_value(json_object_get(act->body, "code"));
}

/* One act after the other, without those that are undone, and `without`. */
static enum act_verdict fold(
	const struct course *course, const struct done *without, struct session *ret_state)
{
	enum act_verdict verdict = ACT_FITS;
	struct session state = {.id = 0};

	for (size_t i = 0; i < course->n && !verdict; i++) {
		const struct done *done = &course->acts[i];

		if (done->act.kind == ACT_UNDO && code_of(&done->act))
			text_copy(state.code, sizeof state.code, code_of(&done->act));
		if (done->is_undone || done == without || done->act.kind == ACT_UNDO)
			continue;
		verdict = session_is_open(&state) || !state.id ? session_judge(&state, &done->act)
							       : ACT_IS_ENDED;
		if (!verdict)
			verdict = session_change(&state, &done->act);
	}
	if (verdict)
		session_clear(&state);
	else
		*ret_state = state;
	return verdict;
}

static bool has_taken(const struct classroom *classroom, const struct session *state)
{
	for (unsigned g = 1; g <= state->n_groups; g++)
		for (unsigned i = 0; i < state->groups[g].n_devices; i++) {
			unsigned group;
			const struct session *owner =
				classroom_owner(classroom, state->groups[g].devices[i], &group);

			if (owner && owner->id != state->id)
				return true;
		}
	return false;
}

/* What the session is without the act that an undoing names; the caller's to clear. */
static enum act_verdict fold_without(const struct classroom *classroom, const struct course *course,
	const struct act *undo, struct session *ret_state)
{
	const struct done *done =
		course_find(course, json_integer_value(json_object_get(undo->body, "act")));
	struct session state;

	if (!done)
		return ACT_NO_ACT;
	if (done->is_undone)
		return ACT_IS_UNDONE;
	if (!act_can_be_undone(&done->act))
		return ACT_IS_FOR_GOOD;
	if (!session_is_open(&course->state) && done->act.kind != ACT_END)
		return ACT_IS_ENDED;
	enum act_verdict verdict = fold(course, done, &state);
	if (verdict)
		return verdict == ACT_NO_MEMORY ? verdict : ACT_IS_STOOD_ON;
	if (code_of(undo))
		text_copy(state.code, sizeof state.code, code_of(undo));
	const struct session *coded = classroom_coded(classroom, state.code);

	if (coded && coded->id != state.id)
		verdict = ACT_CODE;
	else if (has_taken(classroom, &state))
		verdict = ACT_TAKEN;
	if (verdict)
		session_clear(&state);
	else
		*ret_state = state;
	return verdict;
}

/* ---------------------------------------------------------------- judging and taking */

static enum act_verdict judge_new(const struct classroom *classroom, const struct act *act)
{
	const struct session none = {.id = 0};
	enum act_verdict verdict = session_judge(&none, act);

	if (verdict)
		return verdict;
	if (!act->session || classroom_course(classroom, act->session))
		return ACT_BAD;
	if (classroom_coded(classroom, code_of(act)))
		return ACT_CODE;
	return ACT_FITS;
}

static bool is_anothers(
	const struct classroom *classroom, const struct act *act, const json_t *devices)
{
	const json_t *value;
	unsigned group;
	size_t i;

	json_array_foreach(devices, i, value)
	{
		const struct session *owner =
			classroom_owner(classroom, (uint32_t)json_integer_value(value), &group);

		if (owner && owner->id != act->session)
			return true;
	}
	return false;
}

static bool takes_from_another(const struct classroom *classroom, const struct act *act)
{
	const json_t *groups = json_object_get(act->body, "groups"), *pair;
	size_t i;

	if (act->kind == ACT_ASSIGN)
		return is_anothers(classroom, act, json_object_get(act->body, "devices"));
	if (act->kind != ACT_DEAL)
		return false;
	json_array_foreach(groups, i, pair)
	{
		if (is_anothers(classroom, act, json_array_get(pair, 1)))
			return true;
	}
	return false;
}

/* ret_state: of an undoing that fits, else as it was. */
static enum act_verdict judge(
	const struct classroom *classroom, const struct act *act, struct session *ret_state)
{
	const struct course *course;
	enum act_verdict verdict;

	if (act->kind < ACT_MAKE || act->kind >= ACT_KINDS || !act->id)
		return ACT_BAD;
	if (act->kind == ACT_MAKE)
		return judge_new(classroom, act);
	course = classroom_course(classroom, act->session);
	if (!course)
		return ACT_NO_SESSION;
	if (act->id <= course->acts[course->n - 1].act.id)
		return ACT_BAD;
	if (!session_is_open(&course->state) && act->kind != ACT_UNDO)
		return ACT_IS_ENDED;
	verdict = session_judge(&course->state, act);
	if (!verdict && act->kind == ACT_UNDO)
		return fold_without(classroom, course, act, ret_state);
	if (!verdict && takes_from_another(classroom, act))
		return ACT_TAKEN;
	return verdict;
}

enum act_verdict classroom_judge(const struct classroom *classroom, const struct act *act)
{
	struct session state = {.id = 0};
	enum act_verdict verdict = judge(classroom, act, &state);

	session_clear(&state);
	return verdict ? verdict : classroom_may(classroom, act);
}

static struct course *add_course(struct classroom *classroom, uint32_t id)
{
	struct course *course;

	if (classroom->n == classroom->room) {
		size_t room = classroom->room ? 2 * classroom->room : 8;
		void *grown = realloc(classroom->courses, room * sizeof *classroom->courses);

		if (!grown)
			return NULL;
		classroom->courses = grown;
		classroom->room = room;
	}
	course = calloc(1, sizeof *course);
	if (!course)
		return NULL;
	size_t i = place_of(classroom, id);
	memmove(classroom->courses + i + 1, classroom->courses + i,
		(classroom->n - i) * sizeof *classroom->courses);
	classroom->courses[i] = course;
	classroom->n++;
	course->state.id = id;
	return course;
}

static bool make_room(struct course *course)
{
	size_t room = course->room ? 2 * course->room : 16;

	if (course->n < course->room)
		return true;
	void *grown = realloc(course->acts, room * sizeof *course->acts);
	if (!grown)
		return false;
	course->acts = grown;
	course->room = room;
	return true;
}

enum act_verdict classroom_take(struct classroom *classroom, const struct act *act)
{
	struct session state = {.id = 0};
	enum act_verdict verdict = judge(classroom, act, &state);

	if (verdict)
		return verdict;
	struct course *course = act->kind == ACT_MAKE ? add_course(classroom, act->session)
						      : classroom_course(classroom, act->session);
	if (!course || !make_room(course)) {
		session_clear(&state);
		if (course && !course->n)
			classroom_forget(classroom, act->session);
		return ACT_NO_MEMORY;
	}
	if (act->kind == ACT_UNDO) {
		course_find(course, json_integer_value(json_object_get(act->body, "act")))
			->is_undone = true;
		session_clear(&course->state);
		course->state = state;
	} else {
		verdict = session_change(&course->state, act);
	}
	if (!verdict) {
		course->acts[course->n++].act = *act;
		course->acts[course->n - 1].is_undone = false;
		course->n_joins += act->kind == ACT_JOIN;
		course->n_leaves += act->kind == ACT_LEAVE;
		json_incref(act->body);
	}
	return verdict;
}

void classroom_forget(struct classroom *classroom, uint32_t session)
{
	size_t i = place_of(classroom, session);

	if (i == classroom->n || classroom->courses[i]->state.id != session)
		return;
	course_free(classroom->courses[i]);
	classroom->n--;
	memmove(classroom->courses + i, classroom->courses + i + 1,
		(classroom->n - i) * sizeof *classroom->courses);
}
