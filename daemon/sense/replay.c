/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events in, ticks between them, text out. */
#include "sense/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sense/replay_port.h"
#include "sense/replay_state.h"

/* Nobody reads the other ring: it is emptied, and what does not fit is nobody's loss. */
enum { RING_BYTES = 1 << 20, OTHER_BYTES = 1 << 16, TICK_MS = 20 };

/* --- time --- */

/* What a call to the conversation may have brought. */
static void after_call(struct replay *replay)
{
	if (ring_used(replay->ring) > RING_BYTES / 4)
		expect_collect(replay->expect);
	if (ring_used(replay->other_ring) > OTHER_BYTES / 4) {
		struct feed_record record;

		while (feed_peek(replay->other_ring, &record))
			ring_drop(replay->other_ring);
	}
}

static void tell_answer(struct replay *replay, int error, const uint8_t *bytes, size_t n)
{
	replay->is_asked = replay->is_answer_due = false;
	conversation_answer(replay->kit, error, bytes, n, replay_now(replay));
	after_call(replay);
}

static void tick_at(struct replay *replay, int64_t at_ns)
{
	replay->clock.frozen_ns = REPLAY_START_NS + at_ns;
	if (!replay->is_plugged)
		return;
	if (replay->is_answer_due)
		tell_answer(replay, 0, NULL, 0);
	conversation_tick(replay->kit, replay_now(replay));
	after_call(replay);
}

static bool is_sent(enum recording_kind kind)
{
	return kind == RECORDING_SENT || kind == RECORDING_FEATURE_SENT ||
		kind == RECORDING_CONTROL || kind == RECORDING_PULSE;
}

static void pass_until(struct replay *replay, int64_t end_ns, bool is_sending)
{
	int64_t late_ns = is_sending ? REPLAY_LATE_MS * (int64_t)NS_PER_MS : 0;

	while (replay_now_ns(replay) < end_ns) {
		int64_t wake_ns = replay->is_plugged
			? conversation_wake(replay->kit).ns - REPLAY_START_NS
			: INT64_MAX;
		int64_t next_ns = replay_now_ns(replay) + TICK_MS * (int64_t)NS_PER_MS;

		if (!replay->is_plugged)
			next_ns = end_ns;
		if (wake_ns > replay_now_ns(replay) && wake_ns < next_ns)
			next_ns = wake_ns;
		tick_at(replay, next_ns >= end_ns - late_ns ? end_ns : next_ns);
	}
}

/* --- events --- */

static void plug(struct replay *replay)
{
	replay->is_plugged = true;
	replay->is_asked = replay->is_answer_due = false;
	expect_plugged(replay->expect, replay_now(replay));
	conversation_open(replay->kit, &replay->port, replay_now(replay));
	after_call(replay);
}

static void count_ended(struct replay *replay)
{
	struct feed_health health;

	conversation_health(replay->kit, replay_now(replay), &health);
	replay->ended.bytes += health.bytes;
	replay->ended.rows += health.rows;
	replay->ended.bad_frames += health.bad_frames;
	replay->ended.unanswered += health.unanswered;
	replay->ended.lost_rows += health.lost_rows;
}

static void unplug(struct replay *replay)
{
	conversation_close(replay->kit, replay_now(replay));
	count_ended(replay);
	replay->is_plugged = false;
}

static bool nothing_waits(struct replay *replay, int64_t recent_ns)
{
	char buffer[REPLAY_TEXT];
	struct text failure = text_over(buffer, sizeof buffer);
	int line;

	if (replay->options->is_lenient ||
		replay_sent_nothing_waits(
			&replay->sent, replay->event->line, recent_ns, &failure, &line))
		return true;
	replay_fail(replay, line, failure.at);
	return false;
}

static void play_sent(struct replay *replay)
{
	char buffer[REPLAY_TEXT];
	struct text failure = text_over(buffer, sizeof buffer);
	const struct recording_event *event = replay->event;
	int line;

	if (replay->options->is_lenient)
		return;
	if (replay_sent_recorded(&replay->sent, event, &failure, &line))
		replay_after_meeting(replay, event->kind, event->is_get);
	else if (failure.length > 0)
		replay_fail(replay, line, failure.at);
}

static void play_edge(struct replay *replay)
{
	const struct model *model = replay->options->model;
	const struct recording_event *event = replay->event;

	for (size_t i = 0; model && i < model->n_lines; i++) {
		struct kit_edge edge = {
			(unsigned)i, event->is_up, event->n_lost, replay_now(replay)};

		if (strcmp(model->lines[i].id, event->id) != 0)
			continue;
		conversation_edge(replay->kit, &edge, replay_now(replay));
		return;
	}
	replay_fail(replay, event->line, "this kit has no such line under gpio: in its kit.yaml");
}

static void play_answer(struct replay *replay)
{
	const struct recording_event *event = replay->event;

	/* Of a file of the kernel that could not be read, it comes unasked. */
	if (replay->is_asked || replay->port.transport == KIT_IIO)
		tell_answer(replay, event->error, event->bytes, event->n);
	else if (!replay->options->is_lenient)
		replay_fail(
			replay, event->line, "this answers nothing: no request was sent before it");
}

/* One read of a stream; a report or a file's text is whole and has a call of its own. */
static void play_received(struct replay *replay)
{
	const struct recording_event *event = replay->event;

	if (replay->port.transport == KIT_SERIAL)
		conversation_feed(replay->kit, event->bytes, event->n, replay_now(replay));
	else
		conversation_report(replay->kit, event->bytes, event->n, replay_now(replay));
}

static void play_event(struct replay *replay)
{
	switch (replay->event->kind) {
	case RECORDING_RECEIVED:
		play_received(replay);
		break;
	case RECORDING_EDGE:
		play_edge(replay);
		break;
	case RECORDING_ANSWER:
	case RECORDING_FEATURE_RECEIVED:
		play_answer(replay);
		break;
	case RECORDING_UNPLUG:
		unplug(replay);
		break;
	default:
		play_sent(replay);
		break;
	}
	after_call(replay);
}

static void play(struct replay *replay)
{
	const struct recording_event *event = replay->event;

	pass_until(replay, event->at_ns, is_sent(event->kind));
	if (event->kind == RECORDING_NOTE)
		return;
	if (event->kind == RECORDING_PLUG && replay->is_plugged) {
		replay_fail(replay, event->line, "it is plugged in already; write unplug before");
		return;
	}
	if (!replay->is_plugged) {
		if (event->kind == RECORDING_UNPLUG) {
			replay_fail(replay, event->line, "it is not plugged in; write plug before");
			return;
		}
		plug(replay);
	}
	if (event->kind == RECORDING_PLUG)
		return;
	if (replay->is_answer_due)
		tell_answer(replay, 0, NULL, 0);
	if (!is_sent(event->kind) && !nothing_waits(replay, INT64_MAX))
		return;
	play_event(replay);
}

/* --- the whole --- */

static int64_t processor_ns(const struct replay *replay)
{
	struct timespec time;

	if (!replay->options->is_timed)
		return 0;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * (int64_t)NS_PER_S + time.tv_nsec;
}

static int read_next(struct replay *replay, struct recording *recording)
{
	int result = recording_next(recording, replay->next);

	replay->has_next = result == 1;
	return result < 0 ? -EINVAL : 0;
}

static int play_all(struct replay *replay, struct recording *recording)
{
	struct replay_outcome *outcome = replay->outcome;
	int error = read_next(replay, recording);

	while (error == 0 && replay->has_next && !outcome->failed_line) {
		struct recording_event *event = replay->next;
		int64_t before_ns;

		replay->next = replay->event;
		replay->event = event;
		error = read_next(replay, recording);
		before_ns = processor_ns(replay);
		play(replay);
		before_ns = processor_ns(replay) - before_ns;
		if (before_ns > outcome->longest_ns) {
			outcome->longest_ns = before_ns;
			outcome->longest_line = event->line;
		}
		outcome->events++;
		outcome->unplugs += event->kind == RECORDING_UNPLUG;
		outcome->length_ns = event->at_ns;
	}
	return error;
}

static void end(struct replay *replay)
{
	if (!replay->outcome->failed_line)
		nothing_waits(replay, replay_now_ns(replay) - REPLAY_LATE_MS * (int64_t)NS_PER_MS);
	if (replay->is_plugged) {
		conversation_stop(replay->kit, replay_now(replay));
		count_ended(replay);
	}
	expect_collect(replay->expect);
	expect_end(replay->expect, replay_now(replay), &replay->ended);
	replay->outcome->wrong =
		replay->ended.bad_frames + replay->ended.unanswered + replay->ended.lost_rows;
	replay->outcome->values = expect_values(replay->expect);
	replay->outcome->flagged = expect_flagged(replay->expect);
}

static int set_up(struct replay *replay, struct recording *recording, struct report *report)
{
	const struct replay_options *options = replay->options;
	int error = replay_port(recording, options->model, report, &replay->port);

	if (error < 0)
		return error;
	replay->clock = (struct clock){.is_fake = true, .frozen_ns = REPLAY_START_NS};
	replay->event = &replay->events[0];
	replay->next = &replay->events[1];
	if (registry_new(&replay->registry) < 0 || ring_new(RING_BYTES, &replay->ring) < 0 ||
		ring_new(OTHER_BYTES, &replay->other_ring) < 0 ||
		outlet_new(replay->ring, replay->other_ring, NULL, NULL, &replay->outlet) < 0 ||
		expect_new(replay->ring, replay_now(replay),
			options->model ? options->model->warm_up_ns : 0, &replay->expect) < 0)
		return -ENOMEM;
	replay->host = (struct conversation_host){
		.clock = &replay->clock,
		.registry = replay->registry,
		.outlet = replay->outlet,
		.families = options->families,
		.n_families = options->n_families,
		.seed = REPLAY_SEED,
	};
	replay_listen_to_driver(replay);
	return conversation_new(&replay->host, &replay->kit);
}

static void tear_down(struct replay *replay)
{
	conversation_free(replay->kit);
	expect_free(replay->expect);
	outlet_free(replay->outlet);
	ring_free(replay->ring);
	ring_free(replay->other_ring);
	registry_free(replay->registry);
	free(replay);
}

int replay_run(const struct replay_options *options, struct recording *recording,
	struct replay_outcome *ret_outcome, char **ret_text, size_t *ret_n)
{
	struct replay_outcome outcome = {0};
	struct replay *replay = calloc(1, sizeof *replay);
	int error;

	if (!replay)
		return -ENOMEM;
	replay->options = options;
	replay->outcome = &outcome;
	error = set_up(replay, recording, recording_report(recording));
	if (error == 0)
		error = play_all(replay, recording);
	if (error == 0) {
		char *text;

		end(replay);
		text = expect_text(replay->expect, ret_n);
		error = text ? 0 : -ENOMEM;
		if (text) {
			*ret_text = text;
			*ret_outcome = outcome;
		}
	}
	tear_down(replay);
	return error;
}
