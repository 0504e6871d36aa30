/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread around the conversations: transports, ticks, orders, notices to main. */
#include "sense/sense.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/container.h"
#include "sense/conversation.h"
#include "sense/outlet.h"
#include "sense/punctual.h"

extern const struct kit_family *const __start_kit_families[] __attribute__((weak));
extern const struct kit_family *const __stop_kit_families[] __attribute__((weak));

enum {
	TICK_MS = 20,
	TICKS_PER_HEALTH = 50,
	RING_BYTES = 64 * 1024,
	STACK_BYTES = 256 * 1024,
	PRIORITY = 20,
	STOP_TIMES_LATE = 10,
};

struct slot {
	struct sense *sense;
	struct kit *kit;
	struct transport *transport; /* NULL: free */
	struct timer wake;
	struct instant armed; /* when `wake` was: what is asked for too late does not run late */
	unsigned number;
	int64_t late_ns;            /* of the last tick: sense/transport.h */
	int64_t uncertainty_ns;     /* of an arrival at this port, as long as the thread runs */
	struct sense_notice untold; /* kind 0: none */
};

enum command_kind { COMMAND_ADD = 1, COMMAND_ORDER };

struct command {
	enum command_kind kind;
	unsigned slot;
	struct transport *transport;
	struct kit_port port;
	uint32_t device;
	enum kit_order order;
	unsigned argument;
};

struct sense {
	struct sense_options options;
	struct loop *loop;
	struct outlet *outlet;
	struct conversation_host host;
	struct slot slots[DEVICE_MAX];
	struct timer tick;
	struct punctual punctual;
	unsigned ticks, n_open;
	struct instant looked; /* at the ports, before this turn */

	struct ring *commands, *notices;
	struct wake commanded;
	const struct wake *listener;

	pthread_t thread;
	bool is_running;
	atomic_bool is_stopping;
};

/* --- notices --- */

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

/* --- a slot --- */

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
static void gone(void *self, int error)
{
	struct slot *slot = self;

	conversation_close(slot->kit, clock_now(slot->sense->options.clock));
	free_slot(slot);
	tell_closed(slot, error);
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

static bool is_taken(void *self, const struct kit *kit, const char *identity)
{
	struct sense *sense = self;

	for (size_t i = 0; i < DEVICE_MAX; i++) {
		const struct slot *slot = &sense->slots[i];
		const struct device *device =
			!slot->transport ? NULL : conversation_device(slot->kit);

		if (slot->kit != kit && device && strcmp(device->identity, identity) == 0)
			return true;
	}
	return false;
}

/* --- the tick --- */

static void tick_slot(struct slot *slot, struct instant now, bool with_health)
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

static void on_tick(struct timer *timer, struct instant now)
{
	struct sense *sense = CONTAINER(timer, struct sense, tick);
	bool with_health = ++sense->ticks % TICKS_PER_HEALTH == 0;
	struct feed_punctual told;

	punctual_late(&sense->punctual, now, timer->late_ns);
	for (size_t i = 0; i < DEVICE_MAX; i++)
		tick_slot(&sense->slots[i], now, with_health);
	if (!with_health)
		return;
	punctual_tell(&sense->punctual, now, &told);
	outlet_punctual(sense->outlet, now, &told);
	outlet_retry(sense->outlet, now);
}

/* --- commands --- */

/* The transport only begins to watch here: what it has comes in a later turn. */
static void add_transport(struct sense *sense, const struct command *command)
{
	struct slot *slot = &sense->slots[command->slot];
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
	slot->transport = command->transport;
	slot->uncertainty_ns = command->port.uncertainty_ns;
	if (sense->n_open++ == 0)
		timer_every(sense->loop, &sense->tick, TICK_MS * (int64_t)NS_PER_MS);
	error = slot->transport->class->start(slot->transport, &host);
	if (error < 0) {
		free_slot(slot);
		tell_closed(slot, -error);
		return;
	}
	conversation_open(slot->kit, &command->port, clock_now(sense->options.clock));
	arm_wake(slot);
}

static void give_order(struct sense *sense, const struct command *command)
{
	for (size_t i = 0; i < DEVICE_MAX; i++) {
		struct slot *slot = &sense->slots[i];
		const struct device *device =
			!slot->transport ? NULL : conversation_device(slot->kit);

		if (device && device->id == command->device) {
			(void)conversation_order(slot->kit, command->order, command->argument);
			arm_wake(slot);
		}
	}
}

static void on_command(struct wake *wake)
{
	struct sense *sense = CONTAINER(wake, struct sense, commanded);
	const struct command *command;
	size_t n;

	while ((command = ring_peek(sense->commands, &n))) {
		switch (command->kind) {
		case COMMAND_ADD:
			add_transport(sense, command);
			break;
		case COMMAND_ORDER:
			give_order(sense, command);
			break;
		}
		ring_drop(sense->commands);
	}
}

static int command(struct sense *sense, const struct command *command)
{
	int error = ring_put(sense->commands, command, sizeof(*command));

	if (error == 0)
		wake_signal(&sense->commanded);
	return error;
}

int sense_add(struct sense *sense, unsigned slot, struct transport *transport,
	const struct kit_port *port)
{
	struct command add = {
		.kind = COMMAND_ADD, .slot = slot, .transport = transport, .port = *port};

	return slot < DEVICE_MAX ? command(sense, &add) : -EINVAL;
}

int sense_order(struct sense *sense, uint32_t device, enum kit_order order, unsigned argument)
{
	struct command give = {
		.kind = COMMAND_ORDER, .device = device, .order = order, .argument = argument};

	return command(sense, &give);
}

void sense_listen(struct sense *sense, const struct wake *wake)
{
	sense->listener = wake;
}

bool sense_next_notice(struct sense *sense, struct sense_notice *ret_notice)
{
	size_t n;
	const struct sense_notice *notice = ring_peek(sense->notices, &n);

	if (!notice)
		return false;
	*ret_notice = *notice;
	ring_drop(sense->notices);
	return true;
}

/* --- life --- */

static int open_slots(struct sense *sense)
{
	for (unsigned i = 0; i < DEVICE_MAX; i++) {
		struct slot *slot = &sense->slots[i];
		int error = conversation_new(&sense->host, &slot->kit);

		if (error < 0)
			return error;
		slot->sense = sense;
		slot->number = i;
		slot->wake.due = on_wake;
	}
	return 0;
}

int sense_new(const struct sense_options *options, struct sense **ret_sense)
{
	struct sense *sense = calloc(1, sizeof(*sense));
	int error;

	if (!sense)
		return -ENOMEM;
	sense->options = *options;
	sense->tick.due = on_tick;
	sense->commanded.woken = on_command;
	error = ring_new(RING_BYTES, &sense->commands);
	if (error < 0)
		goto fail;
	error = ring_new(RING_BYTES, &sense->notices);
	if (error < 0)
		goto fail;
	error = loop_open(options->clock, &sense->loop);
	if (error < 0)
		goto fail;
	error = wake_open(sense->loop, &sense->commanded);
	if (error < 0)
		goto fail;
	error = outlet_new(options->feed_keep, options->feed_main, options->notify, options->self,
		&sense->outlet);
	if (error < 0)
		goto fail;
	sense->host = (struct conversation_host){
		.clock = options->clock,
		.registry = options->registry,
		.outlet = sense->outlet,
		.families = __start_kit_families,
		.n_families = (size_t)(__stop_kit_families - __start_kit_families),
		.send = send_bytes,
		.control = control,
		.pulse = pulse,
		.respeed = respeed,
		.is_taken = is_taken,
		.self = sense,
	};
	/* Only the phase of pings hangs on it; without a seed they still differ by the instant. */
	(void)!getrandom(&sense->host.seed, sizeof(sense->host.seed), GRND_NONBLOCK);
	error = open_slots(sense);
	if (error < 0)
		goto fail;
	*ret_sense = sense;
	return 0;
fail:
	sense_free(sense);
	return error;
}

void sense_free(struct sense *sense)
{
	if (!sense)
		return;
	assert(!sense->is_running);
	for (size_t i = 0; i < DEVICE_MAX; i++)
		conversation_free(sense->slots[i].kit);
	outlet_free(sense->outlet);
	if (sense->loop)
		wake_close(&sense->commanded);
	loop_close(sense->loop);
	ring_free(sense->commands);
	ring_free(sense->notices);
	free(sense);
}

int sense_turn(struct sense *sense, int timeout_ms)
{
	sense->looked = loop_now(sense->loop);
	int ran = loop_turn(sense->loop, timeout_ms);
	struct instant woke = loop_now(sense->loop);

	outlet_notify(sense->outlet);
	punctual_turn(&sense->punctual, woke, instant_since(clock_now(sense->options.clock), woke));
	return ran;
}

static void *body(void *self)
{
	struct sense *sense = self;

	while (!atomic_load(&sense->is_stopping) && sense_turn(sense, -1) >= 0)
		;
	return NULL;
}

/* Real-time priority is a wish: without the privilege the same thread runs as an ordinary one. */
static int start_thread(struct sense *sense)
{
	struct sched_param parameter = {.sched_priority = PRIORITY};
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);

	if (error)
		return -error;
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
	pthread_attr_setschedparam(&attributes, &parameter);
	error = pthread_create(&sense->thread, &attributes, body, sense);
	if (error == EPERM) {
		pthread_attr_setinheritsched(&attributes, PTHREAD_INHERIT_SCHED);
		error = pthread_create(&sense->thread, &attributes, body, sense);
	}
	pthread_attr_destroy(&attributes);
	return -error;
}

int sense_start(struct sense *sense)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	atomic_store(&sense->is_stopping, false);
	error = start_thread(sense);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error < 0)
		return error;
	pthread_setname_np(sense->thread, "sense");
	sense->is_running = true;
	return 0;
}

void sense_stop(struct sense *sense)
{
	struct instant now;

	if (!sense)
		return;
	if (sense->is_running) {
		atomic_store(&sense->is_stopping, true);
		wake_signal(&sense->commanded);
		pthread_join(sense->thread, NULL);
		sense->is_running = false;
	}
	now = clock_now(sense->options.clock);
	for (size_t i = 0; i < DEVICE_MAX; i++) {
		struct slot *slot = &sense->slots[i];

		if (!slot->transport)
			continue;
		slot->transport->class->stop(slot->transport);
		conversation_stop(slot->kit, now);
		free_slot(slot);
	}
	outlet_retry(sense->outlet, now);
	outlet_notify(sense->outlet);
}
