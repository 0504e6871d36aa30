/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A port: its transport, the conversation there, and what main is told of the two. */
#include "sense/sense_state.h"

#include <errno.h>
#include <string.h>

#include "base/container.h"

enum { STOP_TIMES_LATE = 10 };

/* --- what main is told --- */

static bool put_notice(struct sense *sense, const struct sense_notice *notice)
{
	if (ring_put(sense->notices, notice, sizeof(*notice)) < 0)
		return false;
	if (sense->listener)
		wake_signal(sense->listener);
	return true;
}

static void tell(struct slot *slot, const struct sense_notice *notice)
{
	if (slot->untold.kind || !put_notice(slot->sense, notice))
		slot->untold = *notice; /* the newest one says all that matters */
}

static void tell_closed(struct slot *slot, int error)
{
	struct sense_notice notice = {.kind = SENSE_CLOSED, .slot = slot->number, .error = error};

	tell(slot, &notice);
}

/* --- what its transport says --- */

static void arm_wake(struct slot *slot)
{
	struct instant at = conversation_wake(slot->kit);

	if (at.ns == INT64_MAX) {
		timer_cancel(&slot->wake);
	} else if (!slot->wake.loop || slot->wake.at.ns != at.ns) {
		timer_at(slot->sense->loop, &slot->wake, at);
		slot->armed = clock_now(slot->sense->options.clock);
	}
}

static void spoke(void *self)
{
	arm_wake(self);
}

/* All that a thread knows of not having run is how late its tick is. The tick was due somewhere in the
 * stop, a part u of it before its end; what came meanwhile waited for a part v: late * v / u. With both
 * anywhere in 0 .. 1, 95 % have waited less than 10 times `late` (P(v / u > k) = 1 / 2k), and all of
 * them less than since the thread last looked. Every wake-up is a little late: what is small beside the
 * port's own uncertainty is part of that. */
static int64_t waited(void *self, struct instant at)
{
	const struct slot *slot = self;
	int64_t late = instant_since(at, slot->sense->tick.at);
	int64_t since = instant_since(at, slot->sense->looked);

	if (late < slot->uncertainty_ns / 4 || late <= 0)
		return 0;
	return late < since / STOP_TIMES_LATE ? late * STOP_TIMES_LATE : since;
}

static void free_slot(struct slot *slot)
{
	timer_cancel(&slot->wake);
	slot->transport = NULL;
	if (--slot->sense->n_open == 0)
		timer_cancel(&slot->sense->tick);
}

/* The transport has stopped. */
static void end(struct slot *slot, struct instant at, int error)
{
	conversation_close(slot->kit, at);
	free_slot(slot);
	tell_closed(slot, error);
}

static void gone(void *self, int error)
{
	struct slot *slot = self;

	end(slot, clock_now(slot->sense->options.clock), error);
}

static void on_wake(struct timer *timer, struct instant now)
{
	struct slot *slot = CONTAINER(timer, struct slot, wake);
	struct instant due = timer->at.ns > slot->armed.ns ? timer->at : slot->armed;

	punctual_late(&slot->sense->punctual, now,
		instant_since(clock_now(slot->sense->options.clock), due));
	conversation_tick(slot->kit, now);
	arm_wake(slot);
}

/* --- what conversations ask of their transport --- */

static struct slot *slot_of(struct sense *sense, const struct kit *kit)
{
	struct slot *slot = sense->slots;

	while (slot->kit != kit)
		slot++;
	return slot;
}

static int send_bytes(void *self, struct kit *kit, const void *bytes, size_t n)
{
	struct transport *transport = slot_of(self, kit)->transport;

	return transport->class->send ? transport->class->send(transport, bytes, n) : -EOPNOTSUPP;
}

static int control(
	void *self, struct kit *kit, const struct kit_control *request, const void *bytes, size_t n)
{
	struct transport *transport = slot_of(self, kit)->transport;

	return transport->class->control ? transport->class->control(transport, request, bytes, n)
					 : -EOPNOTSUPP;
}

static int pulse(void *self, struct kit *kit, unsigned line, unsigned us)
{
	struct transport *transport = slot_of(self, kit)->transport;

	return transport->class->pulse ? transport->class->pulse(transport, line, us) : -EOPNOTSUPP;
}

static void respeed(void *self, struct kit *kit, const struct model_serial *serial)
{
	struct slot *slot = slot_of(self, kit);
	struct sense_notice notice = {
		.kind = SENSE_RESPEED, .slot = slot->number, .serial = *serial};

	tell(slot, &notice);
}

/* Main may hand over a kit that was plugged in again before this thread has heard that it was pulled
 * out, and it may speak first. Its end is told now, then, and lies before what the new one said: of
 * two with one identity the second would be another device for ever. */
static bool is_still_there(struct slot *slot)
{
	struct transport *transport = slot->transport;

	if (!transport->class->has_left || !transport->class->has_left(transport))
		return true;
	transport->class->stop(transport);
	end(slot, loop_now(slot->sense->loop), ENODEV);
	return false;
}

static bool is_taken(void *self, const struct kit *kit, const char *identity)
{
	struct sense *sense = self;

	for (size_t i = 0; i < DEVICE_MAX; i++) {
		struct slot *slot = &sense->slots[i];
		const struct device *device =
			!slot->transport ? NULL : conversation_device(slot->kit);

		if (slot->kit != kit && device && strcmp(device->identity, identity) == 0 &&
			is_still_there(slot))
			return true;
	}
	return false;
}

struct conversation_host slot_host(struct sense *sense)
{
	return (struct conversation_host){
		.clock = sense->options.clock,
		.registry = sense->options.registry,
		.outlet = sense->outlet,
		.send = send_bytes,
		.control = control,
		.pulse = pulse,
		.respeed = respeed,
		.is_taken = is_taken,
		.self = sense,
	};
}

/* --- its life --- */

int slot_open(struct sense *sense, unsigned number)
{
	struct slot *slot = &sense->slots[number];

	slot->sense = sense;
	slot->number = number;
	slot->wake.due = on_wake;
	return conversation_new(&sense->host, &slot->kit);
}

void slot_add(struct slot *slot, struct transport *transport, const struct kit_port *port)
{
	struct sense *sense = slot->sense;
	struct transport_host host = {.clock = sense->options.clock,
		.loop = sense->loop,
		.kit = slot->kit,
		.gone = gone,
		.spoke = spoke,
		.waited = waited,
		.self = slot};
	int error;

	if (slot->transport) {
		tell_closed(slot, EBUSY); /* main's mistake, but its transport must come back */
		return;
	}
	slot->transport = transport;
	slot->uncertainty_ns = port->uncertainty_ns;
	if (sense->n_open++ == 0)
		timer_every(sense->loop, &sense->tick, SENSE_TICK_NS);
	error = slot->transport->class->start(slot->transport, &host);
	if (error < 0) {
		free_slot(slot);
		tell_closed(slot, -error);
		return;
	}
	conversation_open(slot->kit, port, clock_now(sense->options.clock));
	arm_wake(slot);
}

void slot_order(struct slot *slot, uint32_t device, enum kit_order order, unsigned argument)
{
	const struct device *there = !slot->transport ? NULL : conversation_device(slot->kit);

	if (!there || there->id != device)
		return;
	(void)conversation_order(slot->kit, order, argument);
	arm_wake(slot);
}

void slot_tick(struct slot *slot, struct instant now, bool with_health)
{
	struct sense *sense = slot->sense;
	struct feed_health health;

	if (slot->untold.kind && put_notice(sense, &slot->untold))
		slot->untold.kind = (enum sense_notice_kind)0;
	if (!slot->transport)
		return;
	slot->late_ns = 0;
	if (slot->transport->class->tick)
		slot->transport->class->tick(slot->transport, &slot->late_ns);
	if (!slot->transport)
		return; /* its tick found it gone */
	conversation_tick(slot->kit, now);
	arm_wake(slot);
	if (with_health) {
		conversation_health(slot->kit, now, &health);
		if (health.uncertainty_ns < slot->late_ns)
			health.uncertainty_ns = slot->late_ns;
		outlet_health(sense->outlet, now, &health);
	}
}

void slot_stop(struct slot *slot, struct instant now)
{
	if (!slot->transport)
		return;
	slot->transport->class->stop(slot->transport);
	conversation_stop(slot->kit, now);
	free_slot(slot);
}
