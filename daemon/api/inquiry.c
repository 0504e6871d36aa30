/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/inquiry.h"

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "http/ask.h"

static void look(struct job *job, struct reader *reader)
{
	struct inquiry *inquiry = CONTAINER(job, struct inquiry, job);

	inquiry->result = reader || inquiry->kind->needs_no_store
		? inquiry->kind->look(inquiry, reader)
		: -ENODEV;
}

static void looked(struct job *job)
{
	struct inquiry *inquiry = CONTAINER(job, struct inquiry, job);
	const struct inquiry_kind *kind = inquiry->kind;
	int result = job->has_run ? inquiry->result : -ECANCELED;

	if (result == 1 && kind->in_steps) {
		result = work_submit(inquiry->parts->work, job);
		if (result == 0)
			return;
	}
	if (result >= 0)
		kind->answer(inquiry);
	else if (!job->has_run || !kind->refuse || !kind->refuse(inquiry, result))
		refuse_busy(inquiry->request);
	inquiry_free(inquiry);
}

void *inquiry_new(
	struct parts *parts, struct request *request, const struct inquiry_kind *kind, size_t size)
{
	struct inquiry *inquiry = calloc(1, size);

	if (!inquiry) {
		refuse_busy(request);
		return NULL;
	}
	inquiry->parts = parts;
	inquiry->request = request;
	inquiry->kind = kind;
	inquiry->job = (struct job){.run = look, .done = looked};
	return inquiry;
}

void inquiry_free(struct inquiry *inquiry)
{
	if (inquiry->kind->clear)
		inquiry->kind->clear(inquiry);
	free(inquiry);
}

void inquiry_ask(struct inquiry *inquiry)
{
	if (work_submit(inquiry->parts->work, &inquiry->job) < 0) {
		refuse_busy(inquiry->request);
		inquiry_free(inquiry);
	} else if (!request_is_waiting(inquiry->request)) {
		request_wait(inquiry->request);
	}
}
