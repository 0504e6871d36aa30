/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sessions of this board: somebody asks for something to be done, here it is judged (data/
 * classroom.h), given to keep's journal together with the runs and marks that it makes, and in force
 * from that moment. What could not be given to keep has not happened. Whoever asked is answered once
 * it is on the card (http/settle.h). Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/classroom.h"
#include "keep/keep.h"
#include "keep/store.h"
#include "live/marks.h"
#include "live/runs.h"

/* So many of the sessions that ended last are at hand, also after a restart: their end can be undone, and
 * who was in is told of what the own group did. Others are read from the card. */
enum { SESSIONS_ENDED = 20 };

struct sessions {
	const struct clock *clock;
	struct keep *keep;
	struct runs *runs;
	struct marks *marks;
	const struct store_status *store; /* as of keep's last notice */
	/* Something was done, and the session is as it is now; of each run that it changed. NULL:
	 * nobody asks. */
	void (*done)(void *self, const struct session *session, const struct act *act);
	void (*ran)(void *self, const struct run *run);
	void *self;

	bool is_known; /* false: not read yet. Then nothing is done: it would take another's number. */
	struct classroom *room;
	uint32_t last_act, last_session;
};

/* Reads what is open, and what ended of late; the fields before is_known stay. 0 or -errno. */
int sessions_load(struct sessions *sessions, struct reader *reader);
void sessions_clear(struct sessions *sessions);

/* Does it: kind, who, session (0 of ACT_MAKE) and body are given, the rest is set here. `mark`, of an
 * ACT_MARK, gets its number. An act_verdict; or -errno: -EAGAIN when !is_known, -EBUSY when keep takes
 * no order now, -EMSGSIZE when the body is too long, or what the card says when it refuses. *ret_act is
 * lent until the next one. */
int sessions_do(struct sessions *sessions, const struct act *act, struct mark *mark,
	const struct act **ret_act);

/* The mark that an undoing takes away, as it is kept from then on; false: it concerns none. */
bool sessions_undone_mark(
	const struct sessions *sessions, const struct act *undo, struct mark *ret_mark);

/* A body {"group": 1, ...} is json_pack's; it is taken over. */
int sessions_do_body(struct sessions *sessions, uint32_t session, int who, enum act_kind kind,
	json_t *body, const struct act **ret_act);

/* The body of a start of these groups, bit 1 << number, with runs of their own. from INT64_MAX: now; to
 * INT64_MAX: they go on, for lasts_ns where that is not 0. NULL: no memory. */
json_t *sessions_start_body(const struct sessions *sessions, const struct session *session,
	unsigned groups, struct instant from, struct instant to, int64_t lasts_ns);
