/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Posting to a sink from within a loop, one connection kept alive per sink. Certificates are always verified,
 * redirects never followed. Everything belongs to the thread that runs the loop. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "data/config.h"
#include "ship/transfers.h"

struct post; /* one sink's place to post to; one request at a time */

/* What became of a request. Borrowed for the call. */
enum post_trouble {
	POST_ANSWERED = 0,  /* the answer came whole: status and below */
	POST_NO_NAME,       /* the server's name is not known here */
	POST_NO_CONNECTION, /* refused, or nobody answers at all */
	POST_NO_TRUST,      /* its certificate does not hold */
	POST_TOO_SLOW,      /* no answer, or the answer stopped in the middle */
	POST_BROKEN,        /* anything else */
};
struct post_result {
	enum post_trouble trouble;
	const char *what;         /* libcurl's words for the trouble */
	int status;               /* of the answer; also with a trouble in mid-answer */
	const char *content_type; /* or NULL */
	const char *location;     /* or NULL: where a redirect points */
	int64_t retry_after_ns;   /* 0: not said */
	const char *body;         /* its beginning */
	size_t n;
};

struct post_options {
	const struct config_sink *sink; /* lives longer */
	long connect_ms, request_ms;    /* time-outs */
	long stall_s;                   /* so long without progress is a failure */
	void (*done)(void *self, const struct post_result *result); /* may call post_send */
	void *self;
};
int post_new(
	struct transfers *transfers, const struct post_options *options, struct post **ret_post);
void post_free(struct post *post); /* a request under way is given up, without `done` */

/* Reads the secret's file again (for a person may have put it right). 0 or -errno of the file; a
 * sink without a secret has 0. */
int post_read_secret(struct post *post);
int post_secret_error(
	const struct post *post); /* of the last time; nothing is to be sent with one */

/* Begins a request; `bytes` stay as they are until `done`, which never runs within this call. */
int post_send(struct post *post, const char *bytes, size_t n);

/* The end is near: from now on nothing waits for a name server that does not answer. */
void post_hurry(struct post *post);

const char *post_host(const struct post *post); /* "data.school.example:8086", for sentences */
