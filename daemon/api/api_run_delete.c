/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DELETE /runs/{id}: a run that was imported goes. What the board recorded itself never does. The slow work
 * thread takes it away; from the moment when its folder has another name it is not there any more. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "http/ask.h"
#include "api/handlers.h"
#include "export/import.h"

#define LOG_TAG "imports"
#include "base/log.h"

struct deleting {
	struct job job;
	struct parts *parts;
	struct request *request;
	uint32_t import;
	bool is_newest;
	int result; /* the work thread's */
};

static void run_delete(struct job *job, struct reader *reader)
{
	struct deleting *deleting = CONTAINER(job, struct deleting, job);

	(void)reader;
	deleting->result = imports_delete(
		deleting->parts->imports.directory, deleting->import, deleting->is_newest);
}

static void deleted(struct job *job)
{
	struct deleting *deleting = CONTAINER(job, struct deleting, job);
	struct imports *imports = &deleting->parts->imports;

	imports->is_changing = false;
	if (job->has_run && deleting->result == 0) {
		imports_forget(imports, deleting->import);
		request_answer(deleting->request, 204, NULL, "", 0);
	} else if (job->has_run) {
		log_warn("import %u cannot be deleted: %s; look at the card", deleting->import,
			strerror(-deleting->result));
		request_refuse(deleting->request, 503, "card_refuses",
			"存储卡写不进去，没有删。看看卡有没有插好。",
			"The card cannot be written, so nothing was deleted. Look whether it sits well.");
	} else {
		refuse_busy(deleting->request);
	}
	free(deleting);
}

/* A group of an open session is shown it. */
static bool is_replayed(const struct parts *parts, uint32_t run)
{
	const struct classroom *room = parts->sessions.room;

	for (size_t i = 0; parts->sessions.is_known && i < classroom_count(room); i++) {
		const struct session *session = classroom_at(room, i);

		for (unsigned g = 1; session_is_open(session) && g <= session->n_groups; g++)
			if (session->groups[g].replay == run)
				return true;
	}
	return false;
}

/* False: refused. */
static bool may_delete(struct parts *parts, struct request *request, uint32_t id)
{
	const struct run *run;

	if (!parts_need_run(parts, request, id, &run))
		return false;
	if (!import_of(id))
		request_refuse(request, 409, "own_run",
			"这是板子自己的记录，不能删；能删的只有导入的记录（kitlog run list --imported）。",
			"This run is the board's own and stays; only imported ones can be deleted "
			"(kitlog run list --imported).");
	else if (is_replayed(parts, id))
		request_refuse(request, 409, "is_replayed",
			"有一组正在看这次记录的回放。先停掉回放，再删。",
			"A group is shown this run. End that first, then delete it.");
	else if (parts->imports.is_changing)
		refuse_busy(request);
	else
		return true;
	return false;
}

void handle_run_delete(void *self, struct request *request)
{
	struct parts *parts = self;
	struct deleting *deleting;
	uint32_t id;

	if (!ask_id(request, 0, &id) || !may_delete(parts, request, id))
		return;
	deleting = calloc(1, sizeof *deleting);
	if (deleting)
		*deleting = (struct deleting){.job = {.run = run_delete, .done = deleted},
			.parts = parts,
			.request = request,
			.import = import_of(id),
			.is_newest = import_of(id) + 1 == imports_next(&parts->imports)};
	if (!deleting || work_submit(parts->slow, &deleting->job) < 0) {
		free(deleting);
		refuse_busy(request);
		return;
	}
	parts->imports.is_changing = true;
	request_wait(request);
}
