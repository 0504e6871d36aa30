/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small sense of one port, whose conversation tells everything it hears and says.
 *
 * Whatever the driver does follows from what it hears, and when: so that a replay makes it do the
 * same, its clock shows what the recording says, no more. That clock stands still while the driver
 * works; what it sends is recorded at the instant that it knows. A busy board reads what has come
 * before it wakes an overdue driver, as the daemon does, and a replay knows who was first by the
 * times alone: what was read then is put before the instant that the driver wished for. */
#include "sense/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "base/ring.h"
#include "base/text.h"
#include "sense/conversation.h"
#include "sense/replay.h"

enum { RING_BYTES = 1 << 16, TICK_MS = 20 };

struct capture {
	const struct capture_options *options;
	struct clock clock;  /* the board's: of loop and transport */
	struct clock driver; /* never ahead of it, never behind the newest event */
	struct loop *loop;
	struct registry *registry;
	struct ring *rings[2];
	struct outlet *outlet;
	struct conversation_host host;
	struct kit *kit;
	struct timer tick;
	int64_t newest_ns; /* time never goes back in a recording */
	int failed;
	bool is_gone;
	uint64_t n_heard, n_bytes;
	struct model_serial serial;  /* now */
	struct model_serial refused; /* by the transport, newest, with */
	int refusal;
	struct recording_event event;
};

/* --- events --- */

static struct recording_event *begin(
	struct capture *capture, enum recording_kind kind, struct instant at)
{
	struct recording_event *event = &capture->event;

	memset(event, 0, offsetof(struct recording_event, bytes));
	event->kind = kind;
	event->at_ns = at.ns - REPLAY_START_NS;
	if (event->at_ns < capture->newest_ns)
		event->at_ns = capture->newest_ns;
	capture->newest_ns = event->at_ns;
	capture->driver.frozen_ns = event->at_ns + REPLAY_START_NS;
	return event;
}

static void take_bytes(struct recording_event *event, const void *bytes, size_t n)
{
	event->n = n < RECORDING_BYTES ? n : RECORDING_BYTES;
	if (!bytes)
		return;
	memcpy(event->bytes, bytes, event->n);
	event->is_text = recording_is_text(event->bytes, event->n);
}

static void tell(struct capture *capture)
{
	if (!capture->failed)
		capture->failed = capture->options->event(capture->options->self, &capture->event);
	if (capture->failed)
		loop_stop(capture->loop);
}

/* Bytes were there before they were read; an edge has the kernel's stamp, which nobody moves. */
static struct instant before_waking(struct kit *kit, struct instant at)
{
	struct instant wake = conversation_wake(kit);

	return at.ns < wake.ns ? at : (struct instant){wake.ns - 1};
}

static void heard(void *self, struct kit *kit, const struct conversation_heard *heard)
{
	struct capture *capture = self;
	const struct kit_port *port = kit_port(kit);
	struct instant at = before_waking(kit, heard->at);
	struct recording_event *event;

	if (heard->what == HEARD_EDGE) {
		const struct model *model = port->n_models > 0 ? port->models[0] : NULL;

		event = begin(capture, RECORDING_EDGE, heard->at);
		if (model && heard->edge->line < model->n_lines)
			text_copy(event->id, sizeof event->id, model->lines[heard->edge->line].id);
		event->is_up = heard->edge->is_active;
		event->n_lost = heard->edge->n_lost;
	} else if (heard->what == HEARD_ANSWER) {
		if (!heard->error && heard->n == 0)
			return; /* a request without data went well, as is taken for granted */
		event = begin(capture, RECORDING_ANSWER, at);
		event->error = heard->error;
		take_bytes(event, heard->bytes, heard->n);
		event->is_text = false;
	} else {
		event = begin(capture, RECORDING_RECEIVED, at);
		take_bytes(event, heard->bytes, heard->n);
	}
	capture->n_heard++;
	capture->n_bytes += event->n;
	tell(capture);
}

static struct transport *transport_of(struct capture *capture)
{
	return capture->options->transport;
}

static int send_bytes(void *self, struct kit *kit, const void *bytes, size_t n)
{
	struct capture *capture = self;
	struct transport *transport = transport_of(capture);
	int failed = transport->class->send ? transport->class->send(transport, bytes, n) : -ENOSPC;

	(void)kit;
	if (failed)
		return failed;
	take_bytes(begin(capture, RECORDING_SENT, clock_now(&capture->driver)), bytes, n);
	tell(capture);
	return 0;
}

static int send_control(
	void *self, struct kit *kit, const struct kit_control *request, const void *bytes, size_t n)
{
	struct capture *capture = self;
	struct transport *transport = transport_of(capture);
	bool is_feature = replay_is_feature(request);
	struct recording_event *event;
	int failed = transport->class->control
		? transport->class->control(transport, request, bytes, n)
		: -EOPNOTSUPP;

	(void)kit;
	if (failed)
		return failed;
	event = begin(capture, is_feature ? RECORDING_FEATURE_SENT : RECORDING_CONTROL,
		clock_now(&capture->driver));
	event->control = *request;
	event->is_get = !bytes && (request->type & 0x80);
	take_bytes(event, bytes, n);
	event->is_text = false;
	tell(capture);
	return 0;
}

static int send_pulse(void *self, struct kit *kit, unsigned line, unsigned us)
{
	struct capture *capture = self;
	struct transport *transport = transport_of(capture);
	const struct kit_port *port = kit_port(kit);
	struct recording_event *event;
	int failed = transport->class->pulse ? transport->class->pulse(transport, line, us)
					     : -EOPNOTSUPP;

	if (failed)
		return failed;
	event = begin(capture, RECORDING_PULSE, clock_now(&capture->driver));
	if (port->n_models > 0 && line < port->models[0]->n_lines)
		text_copy(event->id, sizeof event->id, port->models[0]->lines[line].id);
	event->us = us;
	tell(capture);
	return 0;
}

/* An adapter that refuses goes on at the setting before: what comes then is not what the note says,
 * and whoever reads the recording must know. */
static void respeed(void *self, struct kit *kit, const struct model_serial *serial)
{
	struct capture *capture = self;
	struct transport *transport = transport_of(capture);
	struct recording_event *event;
	struct text note;
	int failed;

	(void)kit;
	failed = transport->class->set_serial ? transport->class->set_serial(transport, serial) : 0;
	if (failed) {
		capture->refused = *serial;
		capture->refusal = failed;
	} else {
		capture->serial = *serial;
	}
	event = begin(capture, RECORDING_NOTE, clock_now(&capture->driver));
	note = text_over((char *)event->bytes, sizeof event->bytes);
	text_addf(&note, "speed %u %u%c%u%s", serial->speed, serial->bits, serial->parity,
		serial->stop_bits, failed ? " refused" : "");
	event->n = note.length;
	tell(capture);
}

/* --- time --- */

static void arm(struct capture *capture)
{
	struct instant at = instant_add(loop_now(capture->loop), TICK_MS * (int64_t)NS_PER_MS);
	struct instant wake = conversation_wake(capture->kit);

	timer_at(capture->loop, &capture->tick, wake.ns < at.ns ? wake : at);
}

static void drop_records(struct capture *capture)
{
	for (size_t i = 0; i < 2; i++)
		while (ring_peek(capture->rings[i], &(size_t){0}))
			ring_drop(capture->rings[i]);
}

/* A replay wakes the driver REPLAY_LATE_MS late at most: if this board is later, its clock is. */
static struct instant tick_instant(const struct capture *capture)
{
	struct instant now = clock_now(&capture->clock), wake = conversation_wake(capture->kit);
	struct instant newest = clock_now(&capture->driver);

	if (wake.ns < INT64_MAX && instant_since(now, wake) > REPLAY_LATE_MS * (int64_t)NS_PER_MS)
		now = instant_add(wake, REPLAY_LATE_MS * (int64_t)NS_PER_MS);
	return now.ns > newest.ns ? now : newest;
}

static void on_tick(struct timer *timer, struct instant now)
{
	struct capture *capture =
		(struct capture *)((char *)timer - offsetof(struct capture, tick));
	const struct capture_options *options = capture->options;
	int64_t late_ns = 0;

	if (options->transport->class->tick)
		options->transport->class->tick(options->transport, &late_ns);
	capture->driver.frozen_ns = tick_instant(capture).ns;
	conversation_tick(capture->kit, clock_now(&capture->driver));
	drop_records(capture);
	if ((options->length_ns && now.ns - REPLAY_START_NS >= options->length_ns) ||
		(options->is_over && options->is_over(options->self)))
		loop_stop(capture->loop);
	arm(capture);
}

static void spoke(void *self)
{
	arm(self);
}

static void gone(void *self, int error)
{
	struct capture *capture = self;

	(void)error;
	capture->is_gone = true;
	loop_stop(capture->loop);
}

/* --- the whole --- */

/* As the finder opened the port: what a kit that is named says, at the speed that was asked for. */
static struct model_serial serial_at_opening(const struct kit_port *port)
{
	const struct model *model = port->kit[0] && port->n_models > 0 ? port->models[0] : NULL;
	struct model_serial serial = {.is_given = true, .bits = 8, .parity = 'N', .stop_bits = 1};

	if (model && model->serial.is_given && !model->serial.is_automatic)
		serial = model->serial;
	serial.speed = port->speed;
	return serial;
}

static int set_up(struct capture *capture)
{
	const struct capture_options *options = capture->options;

	capture->driver = (struct clock){.is_fake = true, .frozen_ns = REPLAY_START_NS};
	capture->clock.base_ns =
		REPLAY_START_NS - clock_to_monotonic(&capture->clock, clock_now(&capture->clock));
	if (loop_open(&capture->clock, &capture->loop) < 0 ||
		registry_new(&capture->registry) < 0 ||
		ring_new(RING_BYTES, &capture->rings[0]) < 0 ||
		ring_new(RING_BYTES, &capture->rings[1]) < 0 ||
		outlet_new(capture->rings[0], capture->rings[1], NULL, NULL, &capture->outlet) < 0)
		return -ENOMEM;
	capture->host = (struct conversation_host){
		.clock = &capture->driver,
		.registry = capture->registry,
		.outlet = capture->outlet,
		.families = options->families,
		.n_families = options->n_families,
		.seed = REPLAY_SEED,
		.send = send_bytes,
		.control = send_control,
		.pulse = send_pulse,
		.respeed = respeed,
		.heard = heard,
		.self = capture,
	};
	return conversation_new(&capture->host, &capture->kit);
}

static int run(struct capture *capture)
{
	struct transport *transport = transport_of(capture);
	struct transport_host host = {
		&capture->clock, capture->loop, capture->kit, gone, spoke, capture, NULL};
	struct instant start = clock_now(&capture->clock);
	int failed;

	begin(capture, RECORDING_PLUG, start);
	tell(capture);
	failed = transport->class->start(transport, &host);
	if (failed)
		return failed;
	conversation_open(capture->kit, capture->options->port, start);
	capture->tick.due = on_tick;
	arm(capture);
	failed = loop_run(capture->loop);
	timer_cancel(&capture->tick);
	if (!capture->is_gone)
		transport->class->stop(transport);
	if (capture->is_gone)
		begin(capture, RECORDING_UNPLUG, clock_now(&capture->clock));
	if (capture->is_gone)
		tell(capture);
	return failed ? failed : capture->failed;
}

static void sum_up(struct capture *capture, struct capture_outcome *outcome)
{
	const struct device *device = conversation_device(capture->kit);
	struct feed_health health;

	conversation_health(capture->kit, clock_now(&capture->clock), &health);
	text_copy(outcome->kit, sizeof outcome->kit, device ? device->kit : "");
	outcome->heard = capture->n_heard;
	outcome->bytes = capture->n_bytes;
	outcome->rows = health.rows;
	outcome->is_gone = capture->is_gone;
	outcome->serial = capture->serial;
	outcome->refused = capture->refused;
	outcome->refusal = capture->refusal;
}

int capture_run(const struct capture_options *options, struct capture_outcome *ret_outcome)
{
	struct capture *capture = calloc(1, sizeof *capture);
	int failed;

	if (!capture)
		return -ENOMEM;
	capture->options = options;
	capture->serial = serial_at_opening(options->port);
	failed = set_up(capture);
	if (!failed)
		failed = run(capture);
	if (!failed)
		sum_up(capture, ret_outcome);
	conversation_free(capture->kit);
	outlet_free(capture->outlet);
	ring_free(capture->rings[0]);
	ring_free(capture->rings[1]);
	registry_free(capture->registry);
	loop_close(capture->loop);
	free(capture);
	return failed;
}
