/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole web side through its door (api/web.h), for the tests web_*: real sockets on a loopback
 * port, a real store in a folder of its own, keep turned by hand, a feed that the test writes, a
 * clock that the test moves, and browsers in front of it (support/browser.h).
 *
 * One thread. What goes wrong here fails the test by cmocka's asserts. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/ring.h"
#include "data/config.h"
#include "keep/keep.h"
#include "keep/store.h"
#include "api/web.h"
#include "support/browser.h"
#include "support/cmocka_all.h"

#define US ((int64_t)NS_PER_US)
#define S ((int64_t)NS_PER_S)

struct site {
	struct clock clock; /* stands; 1000 s at first */
	struct loop *loop;
	struct ring *feed, *keep_feed, *notices;
	struct wake woken; /* of the notices; the test looks by itself */
	struct store *store;
	struct keep *keep;
	struct wallwatch *wallwatch; /* the kernel's clocks say nothing of the site's */
	struct config config;
	struct config_sink sink;
	struct web *web;               /* NULL: closed by the test */
	struct shelf *shelf;           /* of lessons, from site_reopen on; NULL: there are none */
	calibration_rules_of rules_of; /* of the kits, from site_reopen on; NULL: nobody knows */
	unsigned port;
	char directory[64], pages[80]; /* of the store, removed at the end; of no pages */
	char cookie[96];               /* the teacher's header line; empty: nobody is logged in */
};

/* Around a test, whose state it is. Its hour is China's; keep commits each second, or each minute. */
int site_set_up(void **ret_site);
int site_set_up_with_rare_commits(void **ret_site);
int site_tear_down(void **site);
#define SITE_TEST(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
#define SITE_TEST_WITH_RARE_COMMITS(test) \
	cmocka_unit_test_setup_teardown(test, site_set_up_with_rare_commits, site_tear_down)

/* What the web side is opened with; good as long as the site. */
struct web_options site_options(struct site *site);

/* As the daemon that starts again: what was not kept is forgotten, nobody is logged in. */
void site_reopen(struct site *site);

/* --- what sense and keep would do --- */

/* Device `id`: stream 10 * id, "main", of two channels, t (温度, °C) and p (气压), ten rows a
 * second. */
struct device site_device(uint32_t id, const char *name_en);

/* It is plugged in: the store and the pages learn of it. */
void site_plug(struct site *site, uint32_t id, const char *name_en);

/* n rows in the store from `from_ns` on. Row i has site_value(i) and, when it is even, 1013.25. */
void site_keep_rows(
	struct site *site, uint32_t stream, int64_t from_ns, int64_t step_ns, int64_t n);
double site_value(int64_t row);

/* A hole in a stream; 0: in all. */
void site_keep_gap(struct site *site, uint32_t stream, enum gap_reason reason, int64_t from_ns,
	int64_t to_ns, uint64_t lost);

/* Two seconds pass. Keep does what it was told, and says so; a second ahead, so that an export need
 * not wait for it. */
void site_keep_turns(struct site *site);

/* So many seconds pass for the web side alone, as while the card is stuck. */
void site_pass_alone(struct site *site, int seconds);

/* --- what browsers do --- */

/* Asks as who is logged in, with a body of JSON or NULL: the status. `ret_browser` is to be closed. */
int site_ask(struct site *site, const char *method, const char *path, const char *body,
	struct browser *ret_browser);

/* The body, which must be JSON; the caller's. Closes the browser. */
json_t *site_json(struct browser *browser);

/* GET by somebody, answered by 200; POST by who is logged in, answered by `status`. The body, the
 * caller's. */
json_t *site_get(struct site *site, const char *path);
json_t *site_post(struct site *site, const char *path, const char *body, int status);

/* Asked as who is logged in, it refuses by this status and the code of a sentence. */
void site_refuses(struct site *site, const char *method, const char *path, const char *body,
	int status, const char *code);

/* An export is this to the byte. */
void site_exports(struct site *site, const char *path, const char *wanted);

void site_log_in(struct site *site);

/* A whole number of a JSON object. */
int64_t site_number(const json_t *object, const char *name);
