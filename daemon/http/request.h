/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request and its one answer, as a handler sees them: libmicrohttpd without its corners.
 *
 * A handler answers at once, or calls request_wait and answers later from the same thread; exactly
 * once. What request_... lends is valid until the answer. An answer is bytes, a prepared response
 * (the pages), or a source: something that is asked for bytes as the socket takes them, and may say
 * "nothing now".
 *
 * Whoever answers later, or wakes a source, calls http_run afterwards (http/http.h). Main
 * thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <microhttpd.h>

#include "base/clock.h"
#include "http/connection.h"
#include "http/route.h"
#include "http/upload.h"

struct request;

enum { REQUEST_BODY_BYTES = 65536, REQUEST_PATH_TEXT = 256 };

/* --- what was asked --- */
const char *request_path(const struct request *request);
const char *request_argument(
	const struct request *request, unsigned index); /* of the pattern's {...} */
/* The value of ?name=..., decoded; NULL when absent, empty when it has none. */
const char *request_query(const struct request *request, const char *name);
/* All values of a name that may be repeated; returns how many there are, of which `most` are
 * written. */
size_t request_queries(
	const struct request *request, const char *name, const char **ret_values, size_t most);
const char *request_header(const struct request *request, const char *name);
const char *request_cookie(const struct request *request, const char *name);
const char *request_body(const struct request *request, size_t *ret_n); /* closed by NUL */
struct upload *request_upload(
	const struct request *request); /* the body is a file; NULL: it is none */
/* The peer's address as text: "192.168.1.17"; the board's to which it came. "?": not known. */
void request_peer(const struct request *request, char *ret_text, size_t size);
void request_met(const struct request *request, char *ret_text, size_t size);

/* --- the answer --- */
/* A header of the answer to come; at most four. `name` is static, the value is copied (< 160
 * bytes). */
void request_add_header(struct request *request, const char *name, const char *value);

void request_answer(
	struct request *request, unsigned status, const char *type, const void *bytes, size_t n);
/* The same without copying: `bytes` came from malloc and are freed here. */
void request_answer_owned(
	struct request *request, unsigned status, const char *type, char *bytes, size_t n);
/* A response made before by response_new; still the caller's. */
void request_answer_prepared(
	struct request *request, unsigned status, struct MHD_Response *response);
/* One made for this request alone by response_new, which takes it over; NULL (memory is out) closes
 * the connection. */
void request_answer_made(struct request *request, unsigned status, struct MHD_Response *response);
/* {"error":{"code","zh","en"}}; the same sentences as a page for a browser that goes there itself:
 * it names text/html first in Accept, which no script does. */
void request_refuse(
	struct request *request, unsigned status, const char *code, const char *zh, const char *en);

/* Leaves the connection alone until one of the above is called. */
void request_wait(struct request *request);

bool request_is_waiting(const struct request *request);

/* --- streams --- */
enum { SOURCE_END = -1, SOURCE_FAILED = -2 };
struct source {
	/* Writes up to `room` bytes and returns how many; 0: nothing now, source_wake will tell.
	 * SOURCE_END ends the body well, SOURCE_FAILED breaks the connection so that nobody takes
	 * it for complete. */
	ssize_t (*read)(struct source *source, char *ret_bytes, size_t room);
	/* The reader left, or it is over. The source is its owner's again, to free. */
	void (*closed)(struct source *source);

	/* private */
	struct connection *connection;
	struct MHD_Connection *mhd;
	const struct clock *clock;
	bool is_waiting;
};
void request_answer_source(
	struct request *request, unsigned status, const char *type, struct source *source);
void source_wake(struct source *source);

/* --- for http.c and pages.c --- */
/* A response with the headers that every answer has; they say what a browser may do with it. */
struct MHD_Response *response_new(
	const char *type, const void *bytes, size_t n, enum MHD_ResponseMemoryMode mode);

/* NULL when memory is out. `path` is borrowed as long as the request lives. */
struct request *request_new(struct MHD_Connection *mhd, struct connection *connection,
	const struct clock *clock, const char *path);
void request_free(struct request *request);
void request_set_arguments(struct request *request, const struct route_arguments *arguments);
/* The body will be a file; the request's from here on. */
void request_take_upload(struct request *request, struct upload *upload);
/* Takes a piece of the body and returns how much of it: less than all of a file's (upload.h). What goes
 * beyond REQUEST_BODY_BYTES is thrown away, and it is not whole. */
size_t request_take_body(struct request *request, const char *bytes, size_t n);
bool request_is_whole(const struct request *request);
struct connection *request_connection(const struct request *request);
struct MHD_Connection *request_mhd(const struct request *request);
bool request_is_answered(const struct request *request);
/* Hands the answer, or the wait for one, to libmicrohttpd. */
enum MHD_Result request_send(struct request *request);
