/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions that are on the card only, see classes.h: the work thread folds one from the journal. */
#include "api/classes.h"

#include "api/inquiry.h"
#include "base/container.h"
#include "history/act_entry.h"
#include "http/ask.h"

struct look {
	struct inquiry inquiry;
	classes_view *answer;
	uint32_t session;
	struct classroom *room; /* the work thread's */
};

static struct look *of(struct inquiry *inquiry)
{
	return CONTAINER(inquiry, struct look, inquiry);
}

static int look_there(struct inquiry *inquiry, struct reader *reader)
{
	struct look *look = of(inquiry);
	int r = classroom_new(&look->room);

	if (r == 0)
		r = reader_journal(
			reader, JOURNAL_SESSION, look->session, act_entry_take, look->room);
	return r;
}

static void looked(struct inquiry *inquiry)
{
	const struct look *look = of(inquiry);
	const struct session *session = classroom_session(look->room, look->session);

	if (session)
		look->answer(inquiry->parts, inquiry->request, look->room, session);
	else
		classes_refuse(inquiry->request, ACT_NO_SESSION);
}

static void clear(struct inquiry *inquiry)
{
	classroom_free(of(inquiry)->room);
}

static const struct inquiry_kind KIND = {.look = look_there, .answer = looked, .clear = clear};

void classes_look(struct parts *parts, struct request *request, classes_view *answer)
{
	const struct session *session;
	struct look *look;
	uint32_t id;

	if (!ask_id(request, 0, &id))
		return;
	session = parts->sessions.is_known ? classroom_session(parts->sessions.room, id) : NULL;
	if (session) {
		answer(parts, request, parts->sessions.room, session);
		return;
	}
	look = inquiry_new(parts, request, &KIND, sizeof *look);
	if (!look)
		return;
	look->answer = answer;
	look->session = id;
	inquiry_ask(&look->inquiry);
}
