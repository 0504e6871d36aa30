/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes from a record in sense's feed to the event at a browser (live/live.h, http/events.h), for
 * the tests live_*: a real server and real sockets, a feed that the test writes, and a clock that the
 * test moves. Browsers are support/browser.h.
 *
 * One thread. What goes wrong here fails the test by cmocka's asserts. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/ring.h"
#include "data/feed.h"
#include "http/events.h"
#include "http/http.h"
#include "live/live.h"
#include "support/browser.h"
#include "support/cmocka_all.h"

struct live_bench {
	struct clock clock; /* stands; 1000 s at first */
	struct loop *loop;
	struct ring *feed;
	struct http *http;
	struct events *events; /* of epoch 0xabc */
	struct live *live;
	unsigned port;
	int64_t row; /* the number of the next row */
};

/* Around a test, whose state it is. */
int live_bench_set_up(void **ret_bench);
int live_bench_tear_down(void **bench);
#define LIVE_TEST(test) \
	cmocka_unit_test_setup_teardown(test, live_bench_set_up, live_bench_tear_down)

/* A device of two streams: 10 * id of two channels, t and p, and its clock's. */
struct device live_bench_device(uint32_t id);

/* What sense says: the feed has it, and live_feed makes it known. Row n is n ms after the board's
 * beginning; its t is n, its p is absent. */
void live_bench_plug(struct live_bench *bench, uint32_t id);
void live_bench_say(struct live_bench *bench, uint32_t stream, unsigned n_rows);

/* Time passes in steps of 10 ms. */
void live_bench_pass_ms(struct live_bench *bench, int64_t ms);

/* A browser asks for the events, with further header lines, each closed by \r\n, and has the head of
 * the answer. */
void live_bench_watch(struct live_bench *bench, struct browser *ret_browser, const char *head);

/* How often these words came. */
size_t live_bench_count(const struct browser *browser, const char *words);
