/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is plugged in and what it says right now: reads sense's feed, remembers devices, health and
 * last values, and turns the rows into events.
 *
 * Rows leave with the look at the feed that finds them (main looks each 25 ms), at most 40 times a
 * second: a frame of its own beat would add another wait to those of sense and main. Each stream is
 * condensed on arrival (live/condense.h), so what a fast one costs here is a few comparisons a
 * row. Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/ring.h"
#include "base/text.h"
#include "data/device.h"
#include "data/feed.h"
#include "keep/wallwatch.h"
#include "sense/catalogue.h"
#include "live/calibrations.h"
#include "live/current.h"
#include "http/events.h"
#include "live/marks.h"
#include "live/recent.h"
#include "live/trouble.h"
#include "live/walltime.h"

struct live;

struct live_options {
	const struct clock *clock;
	struct loop *loop;
	struct ring *feed;
	struct events *events;
	const struct catalogue *catalogue;       /* NULL: knows no kits */
	const struct calibrations *calibrations; /* NULL: none */
	const struct walltime *walltime;         /* for their age; NULL: nobody tells */
	struct wallwatch *wallwatch;             /* hears what devices say of the hour; NULL */
	struct marks *marks;                     /* NULL: nobody notes them */
	/* Rows of a stream came; NULL: nobody asks. */
	void (*took)(void *self, const struct stream *stream, const struct current *current,
		const struct feed_record *rows);
	void (*sent)(void *self);    /* events were published by a timer: time for http_run */
	void (*changed)(void *self); /* what is plugged in, or wrong with it; NULL: nobody asks */
	void *self;
};
int live_new(const struct live_options *options, struct live **ret_live);
void live_free(struct live *live);

/* Reads the feed to its end. */
void live_feed(struct live *live);

/* NULL when there is no such device or data stream in this boot. Borrowed until the next
 * live_feed. */
const struct device *live_device(const struct live *live, uint32_t id, bool *ret_is_gone);
const struct stream *live_stream(const struct live *live, uint32_t id);

/* What a data stream says raw; NULL as above. Borrowed until the next live_feed. */
const struct recent *live_recent(const struct live *live, uint32_t stream);

/* The newest value of a channel by the calibrations, unless it is behind `at` or too old to be of it
 * (three periods, at least 10 s); NaN. */
double live_value(const struct live *live, uint32_t stream, uint32_t channel, struct instant at);

/* By its identity; NULL. */
const struct device *live_device_named(const struct live *live, const char *identity);

/* The stream's device; NULL: there is no such stream. */
const struct device *live_device_of(const struct live *live, uint32_t stream);

/* Until when what it says is of before it was warm; 0: its kit says of no warm-up. */
struct instant live_warming_until(const struct live *live, const struct device *device);

/* Visits the data streams of everything that is plugged in. */
void live_streams(const struct live *live,
	void (*visit)(void *self, const struct device *device, const struct stream *stream),
	void *self);

/* Visits everything that is plugged in, with what is wrong with it: both texts empty when nothing is. */
void live_devices(const struct live *live,
	void (*visit)(void *self, const struct device *device, const struct trouble_words *problem),
	void *self);

/* The calibrations have changed: rows from now on are by the new ones, and everybody is told. */
void live_recalibrate(struct live *live);

/* The last thing said about a port: "listening", "ready", "silent", "garbled", "text". A device at
 * a port of the last two gives no readings: it is "silent". */
const char *live_port_state(const struct live *live, const char *path);

/* What is plugged in at a port, else what was the last; NULL: nothing yet. Borrowed until the next
 * live_feed. *ret_problem is what is wrong with it, or with what is said there. */
const struct device *live_device_at(const struct live *live, const char *path, bool *ret_is_gone,
	struct trouble_words *ret_problem);

/* How punctual sense was when it last said so, NULL: it has not yet. Borrowed until the next
 * live_feed. */
const struct feed_punctual *live_punctual(const struct live *live);

/* [{...}, ...] as in GET /devices. */
void live_devices_json(const struct live *live, struct text *text);
/* The short form for the health event; counts rates since its last call. */
void live_health_json(struct live *live, struct text *text);
