/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few steps all handlers share. */
#include "api/parts.h"

#include "export/import.h"
#include "http/ask.h"

struct text answer_begin(struct parts *parts)
{
	return text_over(parts->scratch, PARTS_SCRATCH);
}

void refuse_too_much(struct request *request)
{
	request_refuse(request, 500, "too_much", "内容太多，放不下。拔掉几台器材再试。",
		"There is more than fits. Unplug some kits and try again.");
}

void answer_send(struct request *request, unsigned status, const struct text *text)
{
	if (text->is_cut)
		refuse_too_much(request);
	else
		request_answer(request, status, "application/json", text->at, text->length);
}

const struct run *parts_find_run(const struct parts *parts, int64_t id)
{
	const struct imported *imported = imports_find(&parts->imports, id);

	if (imported)
		return id == imported->run.id ? &imported->run : NULL;
	return id > 0 && id <= UINT32_MAX ? runs_find(&parts->runs, (uint32_t)id) : NULL;
}

bool parts_need_run(
	const struct parts *parts, struct request *request, int64_t id, const struct run **ret_run)
{
	const struct run *run = parts_find_run(parts, id);

	if (!run && (parts->runs.is_known || import_of(id)))
		refuse_no_run(request, id);
	else if (!run)
		refuse_busy(request);
	else
		*ret_run = run;
	return run != NULL;
}

bool parts_ask_run(const struct parts *parts, struct request *request, const struct run **ret_run)
{
	uint32_t id;

	return ask_id(request, 0, &id) && parts_need_run(parts, request, id, ret_run);
}

time_t parts_hour(const struct parts *parts)
{
	struct wall now;

	return walltime_at(&parts->walltime, clock_now(parts->clock), &now, NULL)
		? (time_t)(now.ns / NS_PER_S)
		: 0;
}

const char *parts_cookie_end(const struct parts *parts)
{
	return parts->tls ? "; Secure" : "";
}

bool parts_is_teacher(const struct parts *parts, const struct request *request)
{
	return teacher_knows(
		&parts->teacher, request_cookie(request, "kitlog"), clock_now(parts->clock));
}
