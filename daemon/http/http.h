/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP server: libmicrohttpd without threads inside main's loop.
 *
 * It refuses what is not for this board (Host), has no route, is too large, comes from nobody who
 * may, or comes too slowly, all before a handler sees it. Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/loop.h"
#include "http/request.h"
#include "http/route.h"
#include "http/tls.h"
#include "http/upload.h"

struct http;

struct http_options {
	const struct clock *clock;
	struct loop *loop;
	const char *listen; /* IPv4 or IPv6 address, or "localhost" */
	unsigned port;      /* 0: a free one */
	const char *board;  /* name of the board, for Host */
	char *const *names; /* further Host names */
	size_t n_names;
	const struct route *routes;
	size_t n_routes;
	route_handler *otherwise; /* GET of a path that no route has; answers or refuses */
	bool (*is_teacher)(void *self, const struct request *request);
	/* Each request that a handler gets, before it does; NULL: nobody asks. */
	void (*came)(void *self, const struct request *request);
	struct uploads *uploads; /* what POST of upload_path brings is a file; NULL: nothing is */
	const char *upload_path;
	struct tls *tls; /* HTTPS only; NULL: plain HTTP. Lives longer */
	void *self;      /* for all handlers */
};

/* On failure returns -errno and a sentence ("http: 127.0.0.1:8080 is taken by another program;
 * ..."), else that is empty. */
int http_open(
	const struct http_options *options, struct http **ret_http, char *ret_why, size_t size);

unsigned http_port(const struct http *http);

/* Sends what has become ready. After request_... answered later and after source_wake. */
void http_run(struct http *http);

/* Stops listening, lets answers that are under way go out for at most wait_ms, closes everybody.
 * Requests that wait must have been answered before. */
void http_close(struct http *http, int wait_ms);
