/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board that sends what it measures to a server, for the tests ship_*: keep and ship with their
 * threads on a real card, and two servers that misbehave when told to (support/server.h). The test is
 * main and sense.
 *
 * The test's thread only. What goes wrong here fails the test by cmocka's asserts. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "data/config.h"
#include "keep/keep.h"
#include "keep/store.h"
#include "ship/ship.h"
#include "support/cmocka_all.h"
#include "support/server.h"

#define MS ((int64_t)NS_PER_MS)

struct uplink {
	char directory[64], secret[96], urls[2][64];
	struct config_sink sinks[2]; /* "school", and "other", which config.n_sinks leaves out */
	struct config config;
	struct ship_pace pace; /* quick; the test may change it before the start */
	const char *boot_id;   /* of the next start */
	struct clock clock;
	struct store *store;
	struct ring *feed;
	struct keep *keep;
	struct ship *ship; /* NULL: stopped */
	struct server servers[2];
	struct server *server;  /* the first */
	struct instant next[8]; /* stamp of each device's next row, at the earliest */
};

/* Around a test, whose state it is: two servers, and a board that is not started yet. */
int uplink_set_up(void **ret_uplink);
int uplink_tear_down(void **uplink);
#define UPLINK_TEST(test) cmocka_unit_test_setup_teardown(test, uplink_set_up, uplink_tear_down)

/* The board starts, as often as it was stopped. uplink_begin: and is told the hour, and device 1 is
 * plugged in. */
void uplink_start(struct uplink *uplink);
void uplink_begin(struct uplink *uplink);
void uplink_stop(struct uplink *uplink);

void uplink_tell_hour(struct uplink *uplink);

/* A device of one channel, v; its sticker is its id, its stream 10 * id. */
struct device uplink_device(uint32_t id);
void uplink_plug(struct uplink *uplink, uint32_t id);

/* n rows a millisecond apart, the first of value `first`. They end now, or begin where the last ones
 * ended; or the first is at `from`. */
void uplink_measure(struct uplink *uplink, uint32_t id, unsigned first, unsigned n);
void uplink_measure_at(
	struct uplink *uplink, uint32_t id, unsigned first, unsigned n, struct instant from);

struct instant uplink_now(const struct uplink *uplink);
struct sink_status uplink_status(struct uplink *uplink, size_t sink);

/* Until the first sink is in this state and says this sentence: "" just so, another in part. */
void uplink_wait_state(struct uplink *uplink, enum sink_state state, const char *sentence);

/* Until the published numbers of the first sink have caught up with what happened. */
struct sink_status uplink_wait_numbers(struct uplink *uplink, uint64_t sent, uint64_t behind);

/* How many lines the first sink has set aside, and the last of them. */
size_t uplink_count_quarantined(struct uplink *uplink, struct quarantined *ret_last);

int64_t uplink_real_ns(void); /* of this machine, for waiting */
