/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /runs/{id}/receipt: asked once the run's end is on the card, made by the work thread in steps. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "http/ask.h"
#include "api/handlers.h"
#include "live/json.h"
#include "class/receipt.h"

struct question {
	struct job job;
	struct parts *parts;
	struct request *request;
	struct receipt receipt;
	int result;
};

static void step(struct job *job, struct reader *reader)
{
	struct question *question = CONTAINER(job, struct question, job);

	question->result = reader ? receipt_step(&question->receipt, reader) : -ENODEV;
}

static void send_receipt(const struct question *question)
{
	const struct receipt *receipt = &question->receipt;
	struct text text = answer_begin(question->parts);

	text_addf(&text, "{\"run\":%u,\"received\":%llu,\"stored\":%llu,\"bad\":%llu",
		receipt->run.id, (unsigned long long)receipt->received,
		(unsigned long long)receipt->found.stored, (unsigned long long)receipt->bad);
	text_addf(&text, ",\"gaps\":%llu,\"lost_rows\":%llu,\"shipped\":[",
		(unsigned long long)receipt->gaps, (unsigned long long)receipt->lost_rows);
	for (size_t i = 0; i < receipt->n_sinks; i++) {
		text_add(&text, i ? ",{\"sink\":" : "{\"sink\":");
		text_add_json(&text, receipt->sinks[i].name);
		text_addf(&text, ",\"rows_behind\":%llu}",
			(unsigned long long)receipt->sinks[i].rows_behind);
	}
	text_addf(&text, "],\"sha256\":\"%s\",\"is_complete\":", receipt->found.sha256);
	json_bool(&text, receipt->is_complete);
	text_add(&text, ",\"accept\":");
	acceptances_write(&question->parts->acceptances,
		shelf_find(question->parts->shelf, receipt->run.lesson), receipt->run.id,
		receipt->run.to, &text);
	text_add(&text, "}\n");
	answer_send(question->request, 200, &text);
}

static void stepped(struct job *job)
{
	struct question *question = CONTAINER(job, struct question, job);

	if (job->has_run && question->result == 1 &&
		work_submit(question->parts->work, &question->job) == 0)
		return;
	if (job->has_run && question->result == 0) {
		receipt_memory_take(&question->parts->receipt_memory, &question->receipt);
		send_receipt(question);
	} else if (job->has_run && question->result == -E2BIG) {
		request_refuse(question->request, 400, "too_many_streams",
			"这次记录里的数据超过 64 组，列不出清单。",
			"There are more than 64 streams in this run: too many for a receipt.");
	} else {
		refuse_busy(question->request);
	}
	receipt_clear(&question->receipt);
	free(question);
}

/* Of a session that is at hand the newest acts may not be on the card yet. */
static void ask_devices(const struct parts *parts, struct receipt *receipt)
{
	const struct classroom *room = parts->sessions.is_known ? parts->sessions.room : NULL;

	if (!receipt->run.session || !room || !classroom_session(room, receipt->run.session))
		return;
	receipt->has_devices = true;
	receipt->n_devices = classroom_run_devices(
		room, receipt->run.session, receipt->run.id, receipt->devices, RUN_DEVICES);
}

void answer_receipt(void *self, struct request *request, uint32_t id, uint32_t unused)
{
	struct parts *parts = self;
	const struct run *run = runs_find(&parts->runs, id);
	struct question *question = calloc(1, sizeof *question);

	(void)unused;
	if (!run || !question) {
		free(question);
		refuse_busy(request);
		return;
	}
	question->job = (struct job){.run = step, .done = stepped};
	question->parts = parts;
	question->request = request;
	question->receipt.run = *run;
	question->receipt.is_over = run->to.ns != INT64_MAX;
	question->receipt.durable = parts->store.durable;
	if (!question->receipt.is_over)
		question->receipt.run.to = clock_now(parts->clock);
	ask_devices(parts, &question->receipt);
	receipt_memory_recall(&parts->receipt_memory, &question->receipt);
	for (size_t i = 0; i < parts->config->n_sinks && i < RECEIPT_SINKS;
		i++, question->receipt.n_sinks++)
		text_copy(question->receipt.sinks[i].name, sizeof question->receipt.sinks[i].name,
			parts->config->sinks[i].name);
	if (work_submit(parts->work, &question->job) < 0) {
		free(question);
		refuse_busy(request);
	} else if (!request_is_waiting(request)) {
		request_wait(request);
	}
}

void handle_receipt(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct run *run;
	uint32_t id;

	if (!ask_id(request, 0, &id))
		return;
	if (!parts->runs.is_known) {
		refuse_busy(request);
		return;
	}
	run = runs_find(&parts->runs, id);
	if (!run)
		refuse_no_run(request, id);
	else if (run->to.ns == INT64_MAX || run->to.ns > parts->store.durable.ns)
		settle_wait(&parts->receipts, request, id, 0);
	else
		answer_receipt(parts, request, id, 0);
}
