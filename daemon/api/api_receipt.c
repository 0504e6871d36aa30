/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /runs/{id}/receipt: asked once the run's end is on the card, made by the work thread in steps. */
#include <errno.h>
#include <string.h>

#include "base/container.h"
#include "http/ask.h"
#include "api/handlers.h"
#include "api/inquiry.h"
#include "export/import.h"
#include "live/json.h"
#include "class/receipt.h"

struct question {
	struct inquiry inquiry;
	struct receipt receipt;
};

static struct receipt *of(struct inquiry *inquiry)
{
	return &CONTAINER(inquiry, struct question, inquiry)->receipt;
}

static int step(struct inquiry *inquiry, struct reader *reader)
{
	return receipt_step(of(inquiry), reader);
}

static void write_receipt(struct parts *parts, const struct receipt *receipt, struct text *text)
{
	text_addf(text, "{\"run\":%u,\"received\":%llu,\"stored\":%llu,\"bad\":%llu",
		receipt->run.id, (unsigned long long)receipt->received,
		(unsigned long long)receipt->found.stored, (unsigned long long)receipt->bad);
	text_addf(text, ",\"gaps\":%llu,\"lost_rows\":%llu,\"shipped\":[",
		(unsigned long long)receipt->gaps, (unsigned long long)receipt->lost_rows);
	for (size_t i = 0; i < receipt->n_sinks; i++) {
		text_add(text, i ? ",{\"sink\":" : "{\"sink\":");
		text_add_json(text, receipt->sinks[i].name);
		text_addf(text, ",\"rows_behind\":%llu}",
			(unsigned long long)receipt->sinks[i].rows_behind);
	}
	text_addf(text, "],\"sha256\":\"%s\",\"is_complete\":", receipt->found.sha256);
	json_bool(text, receipt->is_complete);
	text_add(text, ",\"accept\":");
	acceptances_write(&parts->acceptances, shelf_find(parts->shelf, receipt->run.lesson),
		receipt->run.id, receipt->run.to, text);
	text_add(text, "}\n");
}

static void send_receipt(struct inquiry *inquiry)
{
	struct parts *parts = inquiry->parts;
	struct text text = answer_begin(parts);

	receipt_memory_take(&parts->receipt_memory, of(inquiry));
	write_receipt(parts, of(inquiry), &text);
	answer_send(inquiry->request, 200, &text);
}

static bool refuse(struct inquiry *inquiry, int error)
{
	if (error != -E2BIG)
		return false;
	request_refuse(inquiry->request, 400, "too_many_streams",
		"这次记录里的数据超过 64 组，列不出清单。",
		"There are more than 64 streams in this run: too many for a receipt.");
	return true;
}

static void clear(struct inquiry *inquiry)
{
	receipt_clear(of(inquiry));
}

static const struct inquiry_kind KIND = {
	.look = step, .in_steps = true, .answer = send_receipt, .refuse = refuse, .clear = clear};

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

/* Of an import: its store is whole, and no sink sees it. */
static void ask_import(struct question *question, uint32_t import)
{
	question->inquiry.job.import = import;
	question->receipt.durable.ns = INT64_MAX;
	inquiry_ask(&question->inquiry);
}

void answer_receipt(void *self, struct request *request, uint32_t id, uint32_t unused)
{
	struct parts *parts = self;
	const struct run *run = parts_find_run(parts, id);
	struct question *question;
	struct receipt *receipt;

	(void)unused;
	if (!run) {
		refuse_busy(request);
		return;
	}
	question = inquiry_new(parts, request, &KIND, sizeof *question);
	if (!question)
		return;
	receipt = &question->receipt;
	receipt->run = *run;
	receipt->is_over = run->to.ns != INT64_MAX;
	if (import_of(id)) {
		ask_import(question, import_of(id));
		return;
	}
	receipt->durable = parts->store.durable;
	if (!receipt->is_over)
		receipt->run.to = clock_now(parts->clock);
	ask_devices(parts, receipt);
	receipt_memory_recall(&parts->receipt_memory, receipt);
	for (size_t i = 0; i < parts->config->n_sinks && i < RECEIPT_SINKS; i++, receipt->n_sinks++)
		text_copy(receipt->sinks[i].name, sizeof receipt->sinks[i].name,
			parts->config->sinks[i].name);
	inquiry_ask(&question->inquiry);
}

void handle_receipt(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct run *run;
	uint32_t id;

	if (!ask_id(request, 0, &id))
		return;
	if (!parts_need_run(parts, request, id, &run))
		return;
	if (import_of(id))
		answer_receipt(parts, request, id, 0);
	else if (run->to.ns == INT64_MAX || run->to.ns > parts->store.durable.ns)
		settle_wait(&parts->receipts, request, id, 0);
	else
		answer_receipt(parts, request, id, 0);
}
