/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the handlers of sessions, groups and joining share: a session as JSON, the refusals of the
 * classroom in words, who asks, and sessions that are on the card only. Inside the API. Main thread. */
#pragma once

#include <jansson.h>

#include "api/parts.h"
#include "class/run_notes.h"
#include "data/serving.h"

/* The Session of openapi.yaml. */
void classes_write(const struct parts *parts, const struct session *session, struct text *text);
void classes_write_reading(const struct parts *parts, const struct session *session,
	const struct act *act, struct text *text);

void classes_write_prediction(const json_t *prediction, struct text *text); /* NULL: null */

/* What sessions_do said, when it was not 0. */
void classes_refuse(struct request *request, int result);

/* Done, or refused: answered when it is on the card. */
void classes_answer(
	struct parts *parts, struct request *request, int result, const struct act *act);

/* What is done on several boards at once is none of its sessions'. */
void classes_refuse_together(struct request *request);

/* As it is now. */
void classes_answer_session(
	struct parts *parts, struct request *request, const struct session *session);

/* The session in the path, in memory and open or just ended; NULL: the request has been refused. */
const struct session *classes_open(struct parts *parts, struct request *request);

/* The group of a session in the path, and who asks for it: that group, or the teacher (*ret_who). False:
 * refused. */
bool classes_group(struct parts *parts, struct request *request, const struct session **ret_session,
	unsigned *ret_group, int *ret_who);

/* Somebody says something for a group. */
struct saying {
	struct parts *parts;
	struct request *request;
	const struct session *session;
	unsigned group;
	int who;
	json_t *asked; /* to json_decref */
};

/* The group's or the teacher's, with a body, and not too often; false: refused. */
bool classes_hear(void *self, struct request *request, struct saying *ret_saying);
/* It becomes an act; the body is taken over. */
void classes_say(const struct saying *saying, enum act_kind kind, json_t *body);
/* A mark of the group, of all where it is 0; answers, or refuses. */
void classes_mark(const struct saying *saying);
/* When it was, now where it is not said; false: refused. */
bool classes_ask_at(const struct saying *saying, struct instant *ret_at);

/* The cookie that a browser is known by; NULL: it never joined. */
const char *classes_token(const struct request *request);
/* The group that a browser has joined in a session; 0: none. */
unsigned classes_member(
	const struct parts *parts, const struct request *request, const struct session *session);

/* What groups typed, predicted and found is the teacher's until it is revealed, then everybody's, also when the
 * session is over; and what is of a group is always its own. A session that is not at hand (NULL) hides it: of
 * one that ended long ago the journal says later that it was revealed. */
bool classes_shows_all(
	const struct parts *parts, const struct request *request, const struct session *session);
bool classes_shows_group(const struct parts *parts, const struct request *request,
	const struct session *session, unsigned group);
/* What a group guessed is, until then, its that made it: a browser that comes into the group is not shown it. */
bool classes_shows_guess(const struct parts *parts, const struct request *request,
	const struct session *session, unsigned group);
/* The same of a run; what is of no session is everybody's. */
enum run_notes_hide classes_hides(
	const struct parts *parts, const struct request *request, const struct run *run);

/* Asks the card if need be: calls `answer` with the session in the path, of whichever classroom it is
 * in, which is lent for the call; or refuses. */
typedef void classes_view(struct parts *parts, struct request *request,
	const struct classroom *room, const struct session *session);
void classes_look(struct parts *parts, struct request *request, classes_view *answer);

/* The body of an act of these groups, bit 1 << number. */
json_t *classes_groups_body(const struct session *session, unsigned groups);

/* Somebody wants groups to start, at once or when their trigger comes. How long they record: as asked by
 * `lasts_us` (0: until they are stopped), else as the lesson says, where it records at a rate. */
struct beginning {
	struct instant from, to; /* INT64_MAX: now, going on */
	int64_t lasts_ns;        /* 0: until they are stopped */
};
/* False: refused. Who waits for a trigger says neither from nor to. */
bool classes_ask_arming(struct parts *parts, struct request *request, const struct session *session,
	const json_t *asked, int64_t *ret_lasts_ns);
bool classes_ask_beginning(struct parts *parts, struct request *request,
	const struct session *session, const json_t *asked, struct beginning *ret_beginning);
/* NULL: it has none, or not here any more. */
const struct lesson *classes_lesson(const struct parts *parts, const struct session *session);
/* What each need of the lesson is measured by in a group; false: there is no lesson. */
bool classes_serving(const struct parts *parts, const struct session *session, unsigned number,
	struct serving ret_serving[LESSON_NEEDS]);
/* The first need of the lesson that nothing of a group's kits measures and that it cannot do without; LESSON_NEEDS:
 * it has all. */
unsigned classes_lacked_need(
	const struct parts *parts, const struct session *session, unsigned number);
/* Those of these groups that have all: who lacks something waits for a trigger in vain. 0: none has, and it is refused
 * with what to plug in; or there were none. */
unsigned classes_able(const struct parts *parts, struct request *request,
	const struct session *session, unsigned groups);
/* Has its lesson a trigger? False: refused. */
bool classes_have_trigger(
	const struct parts *parts, struct request *request, const struct session *session);
/* Of an act that goes on with the last run of each of these groups; NULL: one has none, and it is refused. */
json_t *classes_resume_body(
	struct request *request, const struct session *session, unsigned groups);
json_t *classes_arm_body(const struct session *session, unsigned groups, int64_t lasts_ns);

/* It has what it needs: a recording in place of a device will do. */
bool classes_is_ready(const struct parts *parts, const struct session *session, unsigned number);

/* Groups that may record something: those with devices, all where none has any. */
unsigned classes_equipped(const struct session *session);
unsigned classes_recording(const struct session *session);
unsigned classes_armed(const struct session *session);

/* Each session whose groups became ready, or are so no longer, or could be dealt something since it was told
 * last, is told. Call it each second. */
void classes_watch(struct parts *parts);
/* Everybody was told how it is now. */
void classes_told(struct parts *parts, const struct session *session);
