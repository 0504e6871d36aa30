/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread around the sinks: it opens the store, keeps the list of streams and the wall map
 * fresh, passes on keep's notices, and publishes the states. What a sink does is in sink.c and sink_answer.c. */
#include "ship/ship.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/container.h"
#include "base/log.h"
#include "ship/latest.h"
#include "ship/post.h"
#include "ship/series.h"
#include "ship/sink.h"

#define LOG_TAG "ship"

enum {
	STACK_BYTES = 256 * 1024,
	NOTICE_RING = 8192,
	LOOK_TICKS = 5,    /* without any notice, sinks look at the store so often */
	REFRESH_TICKS = 2, /* the lists are read at most so often */
};

#define CLOSING_TICK_NS (20 * (int64_t)NS_PER_MS)
#define CLOSING_NS (2 * (int64_t)NS_PER_S)

static const struct ship_pace usual_pace = {
	.hold_ns = 60 * (int64_t)NS_PER_S,
	.late_ns = 30 * (int64_t)NS_PER_S,
	.first_retry_ns = NS_PER_S,
	.most_retry_ns = 60 * (int64_t)NS_PER_S,
	.connect_ms = 10000,
	.request_ms = 60000,
	.stall_s = 30,
	.tick_ns = NS_PER_S,
};

struct ship {
	struct ship_options options;
	struct sink_world world;
	struct wall_map *map;
	struct tenants tenants;
	struct ring *notices;
	struct wake noticed, stopping;
	struct timer tick, closing;
	struct instant refreshed, close_at;
	unsigned ticks;
	bool is_stale;          /* keep has said something since the lists were read */
	struct instant counted; /* when all sinks had counted what the store had */
	bool is_loaded;         /* the sinks know what is settled */
	struct series **series;
	size_t n_series;
	struct log_state log_store, log_series;
	struct sink **sinks;
	size_t n_sinks;
	struct latest *states; /* n_sinks of struct sink_status */
	pthread_t thread;
	bool is_running;
};

/* --- what there is to ship --- */

static struct series *find_series(struct ship *ship, uint32_t stream)
{
	for (size_t i = 0; i < ship->n_series; i++)
		if (ship->series[i]->stream == stream)
			return ship->series[i];
	return NULL;
}

static int add_series(struct ship *ship, const struct series *made)
{
	struct series **longer =
		realloc(ship->series, (ship->n_series + 1) * sizeof(*ship->series));
	struct series *series;

	if (!longer)
		return -ENOMEM;
	ship->series = longer;
	series = malloc(sizeof(*series));
	if (!series)
		return -ENOMEM;
	ship->series[ship->n_series++] = series;
	series->stream = made->stream;
	return 0;
}

static int see_stream(struct ship *ship, const struct device *device, const struct stream *stream)
{
	struct series made, *series = find_series(ship, stream->id);
	const char *why = "";
	int error = series_init(&made, ship->options.config->board, device, stream, &why);

	if (error) {
		log_state_set(&ship->log_series, LOG_WARN, LOG_TAG,
			"device %u (%s) cannot be shipped: %s", device->sticker, device->kit, why);
		return 0; /* the others can */
	}
	if (!series) {
		error = add_series(ship, &made);
		if (error)
			return error;
		series = ship->series[ship->n_series - 1];
	} else if (!strcmp(series->head, made.head)) {
		return 0; /* known; its channels never change */
	}
	series_init(series, ship->options.config->board, device, stream, &why);
	for (size_t i = 0; i < ship->n_sinks && !error; i++)
		error = sink_add_series(ship->sinks[i], series);
	return error;
}

static int see_device(void *self, const struct device *device)
{
	int error = 0;

	for (uint32_t i = 0; i < device->n_streams && !error; i++)
		if (device->streams[i].kind == STREAM_DATA)
			error = see_stream(self, device, &device->streams[i]);
	return error;
}

/* Opens the store if that is still to do, and reads again what may have changed. */
static int refresh(struct ship *ship)
{
	struct wall_map *map;
	int error = 0;

	if (!ship->world.reader) {
		struct reader *reader;

		error = reader_open(ship->options.config->data, &reader);
		if (error)
			return error;
		ship->world.reader = reader;
	}
	error = reader_wall_map(ship->world.reader, &map);
	if (error)
		return error;
	wall_map_free(ship->map);
	ship->world.map = ship->map = map;
	for (size_t i = 0; i < ship->n_sinks && !ship->is_loaded && !error; i++)
		error = sink_load(ship->sinks[i]);
	if (error)
		return error;
	ship->is_loaded = true;
	return reader_devices(ship->world.reader, see_device, ship);
}

static void look(struct ship *ship, bool has_news)
{
	struct instant now = clock_now(ship->options.clock);
	int64_t refresh_ns = REFRESH_TICKS * ship->world.pace->tick_ns;
	int error;

	if (!ship->is_loaded ||
		(ship->is_stale && instant_since(now, ship->refreshed) >= refresh_ns)) {
		error = refresh(ship);
		ship->refreshed = now;
		ship->is_stale = error != 0;
		if (error)
			log_state_set(&ship->log_store, LOG_WARN, LOG_TAG,
				"cannot read the store: %s; data are shipped when that is over",
				strerror(-error));
		else
			log_state_clear(&ship->log_store, LOG_TAG, "the store can be read again");
	}
	for (size_t i = 0; i < ship->n_sinks && ship->is_loaded; i++)
		sink_go(ship->sinks[i], has_news);
}

/* counted: as sink_status has it */
static void publish(struct ship *ship, struct instant counted)
{
	struct sink_status *states = latest_slot(ship->states);

	for (size_t i = 0; i < ship->n_sinks; i++) {
		sink_report(ship->sinks[i], &states[i]);
		states[i].counted = counted;
	}
	latest_publish(ship->states);
}

/* --- events of the loop --- */

static void noticed(struct wake *wake)
{
	struct ship *ship = CONTAINER(wake, struct ship, noticed);
	size_t n;

	while (ring_peek(ship->notices, &n))
		ring_drop(ship->notices);
	ship->is_stale = true;
	look(ship, true);
}

static void tick(struct timer *timer, struct instant now)
{
	struct ship *ship = CONTAINER(timer, struct ship, tick);
	bool is_time = ship->ticks++ % LOOK_TICKS == 0;

	look(ship, is_time);
	for (size_t i = 0; i < ship->n_sinks && ship->is_loaded; i++)
		sink_count_behind(ship->sinks[i], is_time);
	if (ship->is_loaded && !ship->is_stale)
		ship->counted = now;
	publish(ship, ship->counted);
}

static void closing(struct timer *timer, struct instant now)
{
	struct ship *ship = CONTAINER(timer, struct ship, closing);
	bool is_settled = true;

	for (size_t i = 0; i < ship->n_sinks; i++) {
		sink_go(ship->sinks[i], false); /* orders that keep had no room for */
		is_settled = is_settled && sink_is_settled(ship->sinks[i]);
	}
	if (is_settled || now.ns >= ship->close_at.ns)
		loop_stop(ship->world.loop);
}

static void stopping(struct wake *wake)
{
	struct ship *ship = CONTAINER(wake, struct ship, stopping);
	struct instant now = clock_now(ship->options.clock);

	timer_cancel(&ship->tick);
	for (size_t i = 0; i < ship->n_sinks; i++)
		sink_stop(ship->sinks[i]);
	ship->close_at = instant_add(now, CLOSING_NS);
	timer_every(ship->world.loop, &ship->closing, CLOSING_TICK_NS);
	closing(&ship->closing, now);
}

static void *run(void *self)
{
	struct ship *ship = self;
	int error;

	look(ship, true);
	publish(ship, ship->counted);
	timer_every(ship->world.loop, &ship->tick, ship->world.pace->tick_ns);
	error = loop_run(ship->world.loop);
	if (error)
		log_err("the loop of the ship thread failed: %s; restart kitlogd to ship again",
			strerror(-error));
	return NULL;
}

/* --- life, in the main thread --- */

static uint64_t draw_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint64_t)clock_now(&(struct clock){0}).ns;
	return seed;
}

static int open_sinks(struct ship *ship)
{
	const struct config *config = ship->options.config;
	int error = 0;

	ship->sinks = calloc(config->n_sinks, sizeof(*ship->sinks));
	if (!ship->sinks)
		return -ENOMEM;
	while (ship->n_sinks < config->n_sinks && !error) {
		error = sink_new(&ship->world, &config->sinks[ship->n_sinks], draw_seed(),
			&ship->sinks[ship->n_sinks]);
		ship->n_sinks += !error;
	}
	return error;
}

int ship_new(const struct ship_options *options, struct ship **ret_ship)
{
	struct ship *ship = calloc(1, sizeof(*ship));
	int error;

	if (!ship)
		return -ENOMEM;
	ship->options = *options;
	ship->world = (struct sink_world){
		.clock = options->clock,
		.keep = options->keep,
		.pace = options->pace ? options->pace : &usual_pace,
		.tenants = &ship->tenants,
	};
	ship->noticed.woken = noticed;
	ship->stopping.woken = stopping;
	ship->tick.due = tick;
	ship->closing.due = closing;
	*ret_ship = ship;
	if (!options->config->n_sinks)
		return 0; /* nothing to do: no thread, no loop */
	error = transfers_library_open();
	if (!error)
		error = loop_open(options->clock, &ship->world.loop);
	if (!error)
		error = wake_open(ship->world.loop, &ship->noticed);
	if (!error)
		error = wake_open(ship->world.loop, &ship->stopping);
	if (!error)
		error = transfers_new(ship->world.loop, &ship->world.transfers);
	if (!error)
		error = open_sinks(ship);
	if (!error)
		error = latest_new(ship->n_sinks * sizeof(struct sink_status), &ship->states);
	if (!error)
		error = ring_new(NOTICE_RING, &ship->notices);
	if (!error)
		error = keep_listen(options->keep, ship->notices, &ship->noticed);
	if (error) {
		*ret_ship = NULL;
		ship_free(ship);
	}
	return error;
}

int ship_start(struct ship *ship)
{
	pthread_attr_t attributes;
	int error;

	if (!ship->n_sinks)
		return 0;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	error = pthread_create(&ship->thread, &attributes, run, ship);
	pthread_attr_destroy(&attributes);
	if (error)
		return -error;
	pthread_setname_np(ship->thread, "ship");
	ship->is_running = true;
	return 0;
}

void ship_stop(struct ship *ship)
{
	if (!ship->is_running)
		return;
	wake_signal(&ship->stopping);
	pthread_join(ship->thread, NULL);
	ship->is_running = false;
}

void ship_free(struct ship *ship)
{
	if (!ship)
		return;
	for (size_t i = 0; i < ship->n_sinks; i++)
		sink_free(ship->sinks[i]);
	free(ship->sinks);
	for (size_t i = 0; i < ship->n_series; i++)
		free(ship->series[i]);
	free(ship->series);
	transfers_free(ship->world.transfers);
	latest_free(ship->states);
	wall_map_free(ship->map);
	reader_close(ship->world.reader);
	tenants_clear(&ship->tenants);
	if (ship->world.loop) {
		wake_close(&ship->noticed);
		wake_close(&ship->stopping);
		timer_cancel(&ship->tick);
		timer_cancel(&ship->closing);
		loop_close(ship->world.loop);
	}
	ring_free(ship->notices);
	free(ship);
}

size_t ship_status(struct ship *ship, struct sink_status *ret_status, size_t most)
{
	const struct sink_status *states = ship->states ? latest_read(ship->states) : NULL;

	for (size_t i = 0; states && i < ship->n_sinks && i < most; i++)
		ret_status[i] = states[i];
	return states ? ship->n_sinks : 0;
}
