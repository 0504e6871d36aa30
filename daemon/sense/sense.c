/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread around the slots: its loop, its tick, its priority, and the rings between main and it. */
#include "sense/sense_state.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/container.h"

extern const struct kit_family *const __start_kit_families[] __attribute__((weak));
extern const struct kit_family *const __stop_kit_families[] __attribute__((weak));

enum {
	TICKS_PER_HEALTH = 50,
	RING_BYTES = 64 * 1024,
	STACK_BYTES = 256 * 1024,
	PRIORITY = 20,
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

/* --- the tick --- */

static void on_tick(struct timer *timer, struct instant now)
{
	struct sense *sense = CONTAINER(timer, struct sense, tick);
	bool with_health = ++sense->ticks % TICKS_PER_HEALTH == 0;
	struct feed_punctual told;

	punctual_late(&sense->punctual, now, timer->late_ns);
	for (size_t i = 0; i < DEVICE_MAX; i++)
		slot_tick(&sense->slots[i], now, with_health);
	if (!with_health)
		return;
	punctual_tell(&sense->punctual, now, &told);
	outlet_punctual(sense->outlet, now, &told);
	outlet_retry(sense->outlet, now);
}

/* --- commands --- */

static void on_command(struct wake *wake)
{
	struct sense *sense = CONTAINER(wake, struct sense, commanded);
	const struct command *command;
	size_t n;

	while ((command = ring_peek(sense->commands, &n))) {
		switch (command->kind) {
		case COMMAND_ADD:
			slot_add(&sense->slots[command->slot], command->transport, &command->port);
			break;
		case COMMAND_ORDER:
			for (size_t i = 0; i < DEVICE_MAX; i++)
				slot_order(&sense->slots[i], command->device, command->order,
					command->argument);
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
	sense->host = slot_host(sense);
	sense->host.families = __start_kit_families;
	sense->host.n_families = (size_t)(__stop_kit_families - __start_kit_families);
	/* Only the phase of pings hangs on it; without a seed they still differ by the instant. */
	(void)!getrandom(&sense->host.seed, sizeof(sense->host.seed), GRND_NONBLOCK);
	for (unsigned i = 0; i < DEVICE_MAX && error == 0; i++)
		error = slot_open(sense, i);
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

unsigned sense_probe(struct sense *sense)
{
	return loop_probe(sense->loop);
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
	for (size_t i = 0; i < DEVICE_MAX; i++)
		slot_stop(&sense->slots[i], now);
	outlet_retry(sense->outlet, now);
	outlet_notify(sense->outlet);
}
