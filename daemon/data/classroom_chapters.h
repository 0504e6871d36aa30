/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the chapters of the fold share, and what they give to its table (classroom_fold.c): for each kind of
 * act when it fits (act_judge_) and what it changes (act_do_). Inside data/classroom*.c only. */
#pragma once

#include <jansson.h>

#include "data/classroom.h"

enum { ACT_MEMBERS = 5 };

/* Of a body. i: a whole number from 0 on, n: a number, t: a text, b: true or false, a: a list,
 * o: an object; capital: may be left out. */
struct act_member {
	const char *name;
	char type;
};

/* classroom_body.c: these members and no others; and reading them, once that is known. */
bool act_has_shape(const json_t *body, const struct act_member *members);
int64_t act_int(const struct act *act, const char *name);
const char *act_text(const struct act *act, const char *name); /* "": it is left out */
bool act_is_on(const struct act *act, const char *name);
bool json_is_whole(const json_t *value);
bool json_is_id(const json_t *value);
bool json_is_finite(const json_t *value);

/* classroom_runs.c */
bool session_has_group(const struct session *session, int64_t number);
struct session_group *session_group_of(struct session *session, const struct act *act);
struct session_run *session_run_of(const struct session *session, uint32_t run); /* NULL */
void session_stop_group(struct session *session, unsigned number, struct instant at);

/* classroom_groups.c, _runs.c, _shown.c, _people.c */
enum act_verdict act_judge_make(const struct session *session, const struct act *act);
enum act_verdict act_do_make(struct session *session, const struct act *act);
enum act_verdict act_judge_title(const struct session *session, const struct act *act);
enum act_verdict act_do_title(struct session *session, const struct act *act);
enum act_verdict act_judge_groups(const struct session *session, const struct act *act);
enum act_verdict act_do_groups(struct session *session, const struct act *act);
enum act_verdict act_judge_assign(const struct session *session, const struct act *act);
enum act_verdict act_do_assign(struct session *session, const struct act *act);
enum act_verdict act_judge_deal(const struct session *session, const struct act *act);
enum act_verdict act_do_deal(struct session *session, const struct act *act);
enum act_verdict act_do_may_start(struct session *session, const struct act *act);
enum act_verdict act_judge_start(const struct session *session, const struct act *act);
enum act_verdict act_do_start(struct session *session, const struct act *act);
enum act_verdict act_judge_stop(const struct session *session, const struct act *act);
enum act_verdict act_do_stop(struct session *session, const struct act *act);
enum act_verdict act_judge_arm(const struct session *session, const struct act *act);
enum act_verdict act_do_arm(struct session *session, const struct act *act);
enum act_verdict act_judge_resume(const struct session *session, const struct act *act);
enum act_verdict act_do_resume(struct session *session, const struct act *act);
enum act_verdict act_judge_end(const struct session *session, const struct act *act);
enum act_verdict act_do_end(struct session *session, const struct act *act);
enum act_verdict act_do_freeze(struct session *session, const struct act *act);
enum act_verdict act_do_reveal(struct session *session, const struct act *act);
enum act_verdict act_judge_range(const struct session *session, const struct act *act);
enum act_verdict act_do_range(struct session *session, const struct act *act);
enum act_verdict act_judge_phase(const struct session *session, const struct act *act);
enum act_verdict act_do_phase(struct session *session, const struct act *act);
enum act_verdict act_judge_pause(const struct session *session, const struct act *act);
enum act_verdict act_do_pause(struct session *session, const struct act *act);
enum act_verdict act_judge_replay(const struct session *session, const struct act *act);
enum act_verdict act_do_replay(struct session *session, const struct act *act);
enum act_verdict act_judge_join(const struct session *session, const struct act *act);
enum act_verdict act_do_join(struct session *session, const struct act *act);
enum act_verdict act_judge_leave(const struct session *session, const struct act *act);
enum act_verdict act_do_leave(struct session *session, const struct act *act);
enum act_verdict act_judge_predict(const struct session *session, const struct act *act);
enum act_verdict act_do_predict(struct session *session, const struct act *act);
enum act_verdict act_judge_reading(const struct session *session, const struct act *act);
enum act_verdict act_judge_mark(const struct session *session, const struct act *act);
/* classroom_came.c */
enum act_verdict act_judge_came(const struct session *session, const struct act *act);
enum act_verdict act_do_came(struct session *session, const struct act *act);
enum act_verdict act_judge_together(const struct session *session, const struct act *act);
enum act_verdict act_do_together(struct session *session, const struct act *act);
