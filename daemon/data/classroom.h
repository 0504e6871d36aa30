/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The classroom: what follows from everything that teachers and groups did, and from nothing else.
 *
 * THE ESSAY ON SESSIONS. A session is one class using a lesson, or a project of weeks; any number is
 * open side by side. Nobody alters a session: somebody does something (an act), the act is written
 * into a journal that only grows (keep/journal.h), and the state of all sessions is the fold of the
 * journal in the order in which the acts came. So a board that lost its power in the middle of a
 * lesson is, when it comes back, where it was; two teachers at once need no lock, since the last act
 * holds and both stand in the log; and undoing is an act like any other: the session is folded anew
 * without the one that it names. What later acts stand on cannot be undone before them.
 *
 * Who. A group is a number and an animal: no name is asked for. A browser that joins gets a random
 * token (a cookie), and the journal has that token, so that a restart of the board sends nobody out.
 * The code of four digits leads to open sessions only, and no two of them have the same.
 *
 * Beside the data. Nothing here touches a sample: a run is a range of board time over samples that
 * are kept anyway (keep/record.h), a reading is an instant and what was typed.
 *
 * An act's body is a JSON object, as it stands in the journal; who makes one checks it by
 * classroom_judge, which looks at shape and meaning alike, and tolerates nothing that the fold does
 * not know. Members by kind, instants in ns of board time, {} where none:
 *
 *   make        code "4827", title, lesson "" or id, groups 1..12, is_project
 *   title       title
 *   groups      groups 1..12         not fewer than have a run
 *   assign      group, devices [ids], is_shared?     a device is of one session at most, and of one group in
 *               it, which it leaves for another; with is_shared it stays with those that have it, too
 *   deal        groups [[group, [device ids]] ..]     what these have from now on, where several have one
 *               they share it; nobody else loses it (data/deal.h says who gets what)
 *   may_start   groups true|false
 *   start       from_ns, to_ns?, lasts_ns?, runs [[group, run id] ..]   to_ns: made afterwards, over at once;
 *               lasts_ns: no run is longer, whenever the stop comes
 *   arm         groups [numbers], lasts_ns?   they wait for their trigger; the board starts each then
 *   stop        groups [numbers]     by the board: those whose time is up; of one that waits: no longer
 *   resume      runs [[group, run id] ..]   which is the group's last and over: it goes on, with what came
 *               meanwhile
 *   freeze, reveal, pause   on
 *   range       low, high; or {}: each page as it likes
 *   phase       index
 *   replay      group, run (0: live again)
 *   end         to?, together?       to: where it goes on, another board (export/package.h); together: it ended on
 *               several boards at once
 *   came        origin, runs [[group or 0, run id] ..]   from another board, with imported runs; origin: the
 *               session that it is, by whatever board it has been through
 *   undo        act, code?           code: of a session that is open again
 *   join        group (0: not chosen), token, instead?      who has the token already changes group; in a
 *               session that is full the browser `instead` goes
 *   leave       token
 *   predict     group, and one of choice, value, points [[x, y] ..], token?      while session_may_predict; token:
 *               the browser's that guessed, and no other browser of a group may guess anew
 *   reading     group, at_ns, typed {id: number}, values {"stream:channel": number}
 *   together    id      16 hex digits: what is done on several boards at once is done to the sessions that have the
 *               same, and to no other
 *   mark        group (0: all), at_ns, text, mark?      its number among all marks: without it it cannot be undone
 *
 * Values and pure functions, on one thread at a time; allocates. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	CLASSROOM_GROUPS = 12,
	CLASSROOM_OPEN = 1000, /* sessions at once: codes stay rare */
	SESSION_ACTS =
		20000, /* of one, without those who come and go; a project of weeks has some thousands */
	SESSION_JOINS =
		10000, /* apart, so that a script that joins again and again stops no lesson */
	SESSION_MEMBERS = 240, /* browsers that are in at once */
	SESSION_TITLE = 96,    /* bytes with the NUL */
	SESSION_LESSON = 32,
	SESSION_CODE = 5,
	SESSION_ORIGIN = 96,
	SESSION_TOGETHER = 17,
	SESSION_CAME = 500, /* as many as a board holds */
	SESSION_TOKEN = 33,
	GROUP_DEVICES = 16,
	PREDICTION_POINTS = 200,
	READING_VALUES = 64,
	ACT_TEXT = 192, /* of a mark, with the NUL */
	ACT_PHASES = 20,
};

/* Names are stored: append only. */
enum act_kind {
	ACT_MAKE = 1,
	ACT_TITLE,
	ACT_GROUPS,
	ACT_ASSIGN,
	ACT_MAY_START,
	ACT_START,
	ACT_STOP,
	ACT_FREEZE,
	ACT_RANGE,
	ACT_REVEAL,
	ACT_PHASE,
	ACT_PAUSE,
	ACT_REPLAY,
	ACT_END,
	ACT_UNDO,
	ACT_JOIN,
	ACT_LEAVE,
	ACT_PREDICT,
	ACT_READING,
	ACT_MARK,
	ACT_DEAL,
	ACT_ARM,
	ACT_RESUME,
	ACT_CAME,
	ACT_TOGETHER,
	ACT_KINDS,
};
const char *act_kind_name(enum act_kind kind);  /* "may_start" */
enum act_kind act_kind_named(const char *name); /* 0: there is none */

enum { ACT_BY_BOARD = -1, ACT_BY_TEACHER = 0 }; /* else the number of a group */

struct act {
	uint32_t id; /* > 0, rising through all sessions */
	uint32_t session;
	struct instant at;
	int who;
	enum act_kind kind;
	json_t *body; /* an object */
};

/* "teacher", "board", "group 3", as it is stored and told; and back. */
void act_who_write(int who, struct text *text);
bool act_who_read(const char *text, int *ret_who);

/* ---------------------------------------------------------------- the state */

struct session_group {
	uint32_t devices[GROUP_DEVICES];
	unsigned n_devices;
	uint32_t run;             /* that goes on; 0: none */
	struct instant ends;      /* it ends by itself then; INT64_MAX: it does not */
	struct instant armed;     /* waits for its trigger since; 0: it does not */
	int64_t armed_ns;         /* what it waits for lasts so long; 0: until it is stopped */
	const json_t *prediction; /* body of the last act; NULL */
	uint32_t replay;          /* a run that is shown in place of a device; 0: none */
	struct instant replay_since;
};

struct session_run {
	uint32_t run;
	unsigned group;
	struct instant from, to; /* to INT64_MAX: it goes on */
};

/* A run that another board recorded, and that was imported here. */
struct session_came {
	uint32_t run;
	unsigned group; /* 0: nobody's */
};

struct session_member {
	char token[SESSION_TOKEN];
	unsigned group; /* 0: not chosen yet */
};

struct session {
	uint32_t id;
	char code[SESSION_CODE], lesson[SESSION_LESSON], title[SESSION_TITLE];
	bool is_project;
	struct instant made, ended; /* ended INT64_MAX: it is open */
	unsigned n_groups;
	struct session_group groups[CLASSROOM_GROUPS + 1]; /* by number; 0 is nobody's */
	bool groups_may_start, is_frozen, is_revealed;
	struct instant frozen; /* since when it is_frozen */
	bool has_range;
	double low, high;
	bool has_phase, is_paused;
	unsigned phase;
	struct instant phase_since, paused; /* since moves on by what a pause took */
	struct session_run *runs;           /* in the order in which they were made */
	size_t n_runs, room_runs;
	struct session_member *members; /* who is in */
	size_t n_members, room_members;
	char origin[SESSION_ORIGIN];     /* "": it began here */
	char together[SESSION_TOGETHER]; /* "": it is this board's alone */
	struct session_came *came;
	size_t n_came;
};

static inline bool session_is_open(const struct session *session)
{
	return session->ended.ns == INT64_MAX;
}
/* Is it open, or over for less than 15 minutes, so that its end may well be undone? */
static inline bool session_is_of_now(const struct session *session, struct instant now)
{
	return session_is_open(session) || now.ns - session->ended.ns < 900 * (int64_t)NS_PER_S;
}
bool session_is_running(const struct session *session);
/* Of a group: the one that goes on, else the one that ended last; NULL. */
const struct session_run *session_last_run(const struct session *session, unsigned group);
/* Has more than one group this device? */
bool session_shares(const struct session *session, uint32_t device);
/* A guess is one before the group has a run, and before the others' are shown. */
bool session_may_predict(const struct session *session, unsigned group);
/* Is the guess of a group the one that the browser with this token made? Whoever comes into a group later, to
 * look what it guessed, has another. NULL has made none. */
bool session_has_guessed(const struct session *session, unsigned group, const char *token);

/* "兔", "Rabbit", of a group 1..12; static. */
struct animal {
	const char *zh, *en;
};
struct animal group_animal(unsigned number);

/* ---------------------------------------------------------------- the fold */

enum act_verdict {
	ACT_FITS = 0,
	ACT_BAD,        /* its body is not as above */
	ACT_TOO_LONG,   /* a text of it */
	ACT_NO_SESSION, /* there is none of that number, or it is not remembered any more */
	ACT_IS_ENDED,   /* the session is over */
	ACT_NO_GROUP,   /* the session has no such group */
	ACT_HAS_RUNS,   /* a group that would go has runs */
	ACT_RECORDS,    /* a group records already */
	ACT_RECORDS_NOT,
	ACT_NO_RUN,
	ACT_TAKEN,       /* a device is another open session's */
	ACT_NO_MEMBER,   /* nobody has that token */
	ACT_NO_ACT,      /* nothing of that number was done in this session */
	ACT_IS_FOR_GOOD, /* it is of a kind that cannot be undone */
	ACT_IS_UNDONE,   /* it is already */
	ACT_IS_STOOD_ON, /* what was done later needs it */
	ACT_FULL,        /* of groups, members, acts, sessions or codes: no more */
	ACT_CODE,        /* that code leads to another open session */
	ACT_IS_FIXED,    /* a prediction that is too late */
	ACT_HAS_GUESSED, /* the group has, from another browser */
	ACT_NO_MEMORY,
};

struct classroom;
int classroom_new(struct classroom **ret_classroom);
void classroom_free(struct classroom *classroom);

/* What would become of it, if it came now: does it fit what was done before, and may it be asked for? */
enum act_verdict classroom_judge(const struct classroom *classroom, const struct act *act);

/* Takes it, with a reference to its body, if it fits what was done before. What may be asked for is not looked
 * at, since what was answered as done once is done, whatever a later release would say: judge first what comes
 * from a person. */
enum act_verdict classroom_take(struct classroom *classroom, const struct act *act);

/* A session that is over and its acts are forgotten. */
void classroom_forget(struct classroom *classroom, uint32_t session);

/* Borrowed until the next act is taken. NULL: none. */
const struct session *classroom_session(const struct classroom *classroom, uint32_t id);
size_t classroom_count(const struct classroom *classroom);
const struct session *classroom_at(const struct classroom *classroom, size_t i); /* by number */

/* An open session by its code; NULL. */
const struct session *classroom_coded(const struct classroom *classroom, const char *code);
/* Of several boards' sessions the one here that has this id: that is open, else the one that ended last; NULL. */
const struct session *classroom_together(const struct classroom *classroom, const char *id);
/* The act that ended it; NULL: it is open. */
const struct act *classroom_end(const struct classroom *classroom, uint32_t session);
/* Who has this token: in an open session, else in the one that ended last; NULL. */
const struct session *classroom_joined(const struct classroom *classroom, const char *token,
	const struct session_member **ret_member);
/* The open session that has a device, and the group, 0 where groups share it; NULL: it is nobody's. */
const struct session *classroom_owner(
	const struct classroom *classroom, uint32_t device, unsigned *ret_group);
/* A code that leads nowhere yet, by a random number; false: all are taken. */
bool classroom_new_code(
	const struct classroom *classroom, uint32_t random, char ret_code[SESSION_CODE]);

/* What was done in a session, oldest first. */
struct act_told {
	const struct act *act;
	bool is_undone, may_undo; /* may_undo: of a kind that can be, and it is not undone */
};
size_t classroom_acts(const struct classroom *classroom, uint32_t session);
struct act_told classroom_act(const struct classroom *classroom, uint32_t session, size_t i);
/* By its number; NULL. */
const struct act *classroom_find(const struct classroom *classroom, uint32_t session, uint32_t id);

/* The devices that a run's group had while it went on; of one that was made afterwards, when it was made.
 * What was undone never was. Returns how many are written, at most `most`. 0: all are the run's, as in a
 * session without a lesson in which no group had any. Elsewhere a group that had none has none of
 * another's: then it is one, NO_DEVICE, which there is not. */
enum { NO_DEVICE = 0 };
size_t classroom_run_devices(const struct classroom *classroom, uint32_t session, uint32_t run,
	uint32_t *ret_devices, size_t most);

/* The same of several runs in one walk over what was done: run, room and how much that is are given, all else
 * is 0 at first. */
struct run_devices {
	uint32_t run;
	uint32_t *devices;
	size_t most, n;
	uint32_t shared; /* those that another group had, too, meanwhile: bits 1 << place */

	/* private */
	bool is_begun, is_dealt;
	size_t place;
};
void classroom_devices_of_runs(
	const struct classroom *classroom, uint32_t session, struct run_devices *runs, size_t n);

/* ---------------------------------------------------------------- words */

/* What was done, as the log tells it: "3 组开始记录", "Group 3 starts recording". */
void act_words(const struct act *act, struct text *zh, struct text *en);
