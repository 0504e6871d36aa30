/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP server (http/http.h) with handlers of the test's own, on a loopback port and a clock that
 * the test moves, for the tests http_*. Browsers are support/browser.h.
 *
 *   GET, POST /echo/{id}   what arrived: id, query q, length and begin of the body
 *   POST /secret           the same, for the teacher
 *   GET /wait              is answered by the test: `waiting`
 *   GET /stream            the bytes of `counter`
 *   GET /refuse            409 in words that would be dangerous in a page
 *   GET of all else        `pages`
 *
 * One thread. What goes wrong here fails the test by cmocka's asserts. */
#pragma once

#include <stdbool.h>

#include "base/loop.h"
#include "http/http.h"
#include "http/pages.h"
#include "support/browser.h"
#include "support/cmocka_all.h"

/* A thousand bytes of one letter at a time, `end` times. */
struct http_counter {
	struct source source;
	unsigned next, end;
	bool is_paused, fails; /* fails: where its end would be */
	bool is_closed;        /* by the server */
};

struct http_bench {
	struct clock clock; /* stands; 1000 s at first */
	struct loop *loop;
	struct http *http; /* NULL: closed by the test */
	unsigned port;
	struct request *waiting; /* that came to /wait; NULL: none */
	struct http_counter counter;
	struct pages *pages; /* opened by the test; closed with the bench */
	bool is_teacher;     /* whoever asks */
};

/* Around a test, whose state it is. */
int http_bench_set_up(void **ret_bench);
int http_bench_tear_down(void **bench);
#define HTTP_TEST(test) \
	cmocka_unit_test_setup_teardown(test, http_bench_set_up, http_bench_tear_down)

/* What the server is opened with, for a port. */
struct http_options http_bench_options(struct http_bench *bench, unsigned port);

/* Time passes second by second, as the sweep sees it. */
void http_bench_pass(struct http_bench *bench, int seconds);
