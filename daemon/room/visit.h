/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One HTTP request after the other to another board, from within a loop. Bounded in time and size; redirects are
 * not followed, and nothing but http and https is spoken. Everything belongs to the thread that runs the loop.
 *
 * A board's certificate is signed by nobody that this one knows. So one is believed that is known: it was shown
 * when a teacher joined that board (room/keys.h), and the request fails where one of another key is shown; its dates
 * are not looked at, for a board may not know the hour. Without that nothing secret is sent. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "ship/transfers.h"

enum { VISIT_ANSWER = 128 * 1024, VISIT_TOKEN = 40, VISIT_CERTIFICATE = 8192 };

enum visit_trouble {
	VISIT_ANSWERED = 0,
	VISIT_NO_CONNECTION,
	VISIT_TOO_SLOW,
	VISIT_NO_TRUST, /* another certificate than the one that is known */
	VISIT_BROKEN,   /* whoever is there speaks something else, or too much */
};

/* Borrowed for the call. */
struct visit_answer {
	enum visit_trouble trouble;
	int status;
	const char *body; /* closed by NUL */
	size_t n;
	struct instant sent, came; /* between asking and the answer's first byte; ours */
	const char *token;         /* the cookie "kitlog" that was set, hex digits; "": none */
	const char *certificate;   /* PEM of what was shown, where it was asked for; "": none */
	long retry_after_s;        /* 0: not said */
};

struct visit;

struct visit_options {
	struct transfers *transfers;
	const struct clock *clock;
	void (*done)(void *self, const struct visit_answer *answer); /* may call visit_begin */
	void *self;
};
int visit_new(const struct visit_options *options, struct visit **ret_visit);
void visit_free(
	struct visit *visit); /* what is under way is given up, without `done`; takes NULL */

struct visit_question {
	const char *base, *path; /* "http://10.0.0.7:8080", "/api/v1/room" */
	const char *body;        /* JSON of a POST; NULL: a GET, or */
	bool is_delete;          /* a DELETE */
	const char *token;       /* of the teacher there; NULL: none */
	const char *certificate; /* NULL: whatever is shown */
	bool asks_certificate;
	long most_ms;
};

/* Copies what it needs. 0, -EBUSY while one is under way, -ENOMEM. `done` never runs within this call. */
int visit_begin(struct visit *visit, const struct visit_question *question);
bool visit_is_under_way(const struct visit *visit);

/* The value of the cookie "kitlog", if this line of a head sets it and it fits; else `token` stays. */
void visit_read_token(const char *line, size_t n, char token[VISIT_TOKEN]);
