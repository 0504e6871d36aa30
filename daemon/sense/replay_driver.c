/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the driver sends and says, held against what the recording says was sent. */
#include <errno.h>
#include <string.h>

#include "sense/replay_state.h"

void replay_fail(struct replay *replay, int line, const char *sentence)
{
	if (replay->outcome->failed_line)
		return;
	replay->outcome->failed_line = line;
	text_copy(replay->outcome->failure, sizeof replay->outcome->failure, sentence);
}

/* A request is as recorded. One that wants no bytes is over, unless the device refuses it there. */
void replay_after_meeting(struct replay *replay, enum recording_kind kind, bool is_get)
{
	bool is_refused = replay->has_next &&
		(replay->next->kind == RECORDING_ANSWER ||
			replay->next->kind == RECORDING_FEATURE_RECEIVED);

	if (kind != RECORDING_CONTROL && kind != RECORDING_FEATURE_SENT)
		return;
	replay->is_asked = true;
	replay->is_answer_due = !is_get && !is_refused;
}

static void start_draft(
	struct replay *replay, enum recording_kind kind, const void *bytes, size_t n)
{
	struct recording_event *draft = &replay->draft;

	memset(draft, 0, offsetof(struct recording_event, bytes));
	draft->at_ns = replay_now_ns(replay);
	draft->line = replay->event->line;
	draft->kind = kind;
	draft->n = n < RECORDING_BYTES ? n : RECORDING_BYTES;
	if (bytes)
		memcpy(draft->bytes, bytes, draft->n);
}

static void send_draft(struct replay *replay)
{
	char buffer[REPLAY_TEXT];
	struct text failure = text_over(buffer, sizeof buffer);
	const struct recording_event *draft = &replay->draft;
	int line;

	if (replay->options->is_lenient ||
		replay_sent_driver(&replay->sent, draft, &failure, &line))
		replay_after_meeting(replay, draft->kind, draft->is_get);
	else if (failure.length > 0)
		replay_fail(replay, line, failure.at);
}

static int take_sent(void *self, struct kit *kit, const void *bytes, size_t n)
{
	(void)kit;
	start_draft(self, RECORDING_SENT, bytes, n);
	send_draft(self);
	return 0;
}

static int take_control(
	void *self, struct kit *kit, const struct kit_control *request, const void *bytes, size_t n)
{
	struct replay *replay = self;

	(void)kit;
	if (replay->is_asked)
		return -EBUSY;
	start_draft(replay, replay_is_feature(request) ? RECORDING_FEATURE_SENT : RECORDING_CONTROL,
		bytes, n);
	replay->draft.control = *request;
	replay->draft.is_get = !bytes && (request->type & 0x80);
	send_draft(replay);
	return 0;
}

static int take_pulse(void *self, struct kit *kit, unsigned line, unsigned us)
{
	struct replay *replay = self;
	const struct model *model = replay->options->model;

	(void)kit;
	start_draft(replay, RECORDING_PULSE, NULL, 0);
	if (model && line < model->n_lines)
		text_copy(replay->draft.id, sizeof replay->draft.id, model->lines[line].id);
	replay->draft.us = us;
	send_draft(replay);
	return 0;
}

static void take_error(void *self, struct kit *kit, const char *word)
{
	struct replay *replay = self;

	(void)kit;
	expect_error(replay->expect, replay_now(replay), word);
}

void replay_listen_to_driver(struct replay *replay)
{
	replay->host.send = take_sent;
	replay->host.control = take_control;
	replay->host.pulse = take_pulse;
	replay->host.error = take_error;
	replay->host.self = replay;
}
