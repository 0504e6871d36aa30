/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions that are on the card only, see classes.h: the work thread folds one from the journal. */
#include "api/classes.h"

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "history/act_entry.h"
#include "http/ask.h"

struct look {
	struct job job;
	struct parts *parts;
	struct request *request;
	classes_view *answer;
	uint32_t session;

	/* the work thread's */
	struct classroom *room;
	int result;
};

static void look_there(struct job *job, struct reader *reader)
{
	struct look *look = CONTAINER(job, struct look, job);

	look->result = reader ? classroom_new(&look->room) : -ENODEV;
	if (look->result == 0)
		look->result = reader_journal(
			reader, JOURNAL_SESSION, look->session, act_entry_take, look->room);
}

static void looked(struct job *job)
{
	struct look *look = CONTAINER(job, struct look, job);
	const struct session *session =
		look->room ? classroom_session(look->room, look->session) : NULL;

	if (!job->has_run || look->result < 0)
		refuse_busy(look->request);
	else if (!session)
		classes_refuse(look->request, ACT_NO_SESSION);
	else
		look->answer(look->parts, look->request, look->room, session);
	classroom_free(look->room);
	free(look);
}

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
	look = calloc(1, sizeof *look);
	if (look)
		*look = (struct look){.job = {.run = look_there, .done = looked},
			.parts = parts,
			.request = request,
			.answer = answer,
			.session = id};
	if (!look || work_submit(parts->work, &look->job) < 0) {
		free(look);
		refuse_busy(request);
	} else {
		request_wait(request);
	}
}
