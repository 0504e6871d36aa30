/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One conversation on a bench: a clock that the test moves, bytes that the test feeds, and
 * everything that came out of the feed, unpacked. No thread, no descriptor. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "data/feed.h"
#include "sense/conversation.h"

enum {
	RIG_ROWS = 20000,
	RIG_GAPS = 200,
	RIG_UNCERTAINTIES = 200,
	RIG_DEVICES = 64,
	RIG_SENT = 65536,
	RIG_SPEEDS = 64,
	RIG_CONTROLS = 256
};

struct rig_row {
	uint32_t stream, n;
	int64_t stamp_ns, tick;
	struct clock_piece piece;
	bool has_tick;
	double values[STREAM_CHANNELS];
};

struct rig_control {
	struct kit_control request;
	uint8_t bytes[KIT_CONTROL_BYTES]; /* of an OUT request */
	size_t n;
};

struct rig {
	struct clock clock;
	struct registry *registry;
	struct ring *keep, *to_main;
	struct outlet *outlet;
	struct conversation_host host;
	struct kit *kit;
	struct kit_port port;

	/* What came out, of the ring to keep. */
	struct rig_row *rows;
	size_t n_rows;
	struct anchor hour; /* the newest that was told */
	size_t n_hours;
	struct gap gaps[RIG_GAPS];
	size_t n_gaps;
	struct uncertainty uncertainties[RIG_UNCERTAINTIES];
	size_t n_uncertainties;
	struct device *devices; /* announcements in order */
	size_t n_devices;
	uint32_t gone[RIG_DEVICES];
	size_t n_gone, n_urgent;
	uint8_t *sent; /* to the device */
	size_t n_sent;
	unsigned speeds[RIG_SPEEDS];             /* asked for */
	struct model_serial serials[RIG_SPEEDS]; /* the same, whole */
	size_t n_speeds;
	struct rig_control controls[RIG_CONTROLS]; /* control requests */
	size_t n_controls;
	unsigned pulses; /* on output lines */
};

/* With these families; the port is opened at 1 s. Zero-initialise before. Fails by cmocka's
 * asserts. */
void rig_open(struct rig *rig, const struct kit_family *const *families, size_t n_families);

/* The families that are linked in. */
void rig_open_all(struct rig *rig);
void rig_close(struct rig *rig);

/* Feeds at the clock's instant, and collects. */
void rig_feed(struct rig *rig, const void *bytes, size_t n);
void rig_say(struct rig *rig, const char *text);

/* What is no stream of bytes, at the clock's instant; an edge at its own. */
void rig_report(struct rig *rig, const void *bytes, size_t n);
void rig_answer(struct rig *rig, int error, const void *bytes, size_t n);
void rig_edge(struct rig *rig, unsigned line, bool is_active, int64_t at_ns, uint32_t n_lost);

/* Moves the clock in steps of 20 ms at most, with ticks and wakes at their instants. */
void rig_pass_ms(struct rig *rig, int64_t ms);

/* Unplugs, and plugs in again. */
void rig_unplug(struct rig *rig);
void rig_plug(struct rig *rig);

void rig_collect(struct rig *rig); /* what is in the ring; the others call it */
struct feed_health rig_health(struct rig *rig);
const struct device *rig_device(const struct rig *rig); /* newest announcement; fails when none */
