/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A browser for tests of the web side: one raw socket, so that a test can be slow, rude or half
 * finished. It lives in the same thread as the server's loop and turns that loop while it waits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"

struct browser {
	struct loop *loop;
	int fd;
	char *got; /* everything received since browser_forget; closed by NUL */
	size_t n, room;
	bool is_closed; /* by the server */
};

/* Connects to 127.0.0.1; fails the test when it cannot. */
void browser_open(struct browser *browser, struct loop *loop, unsigned port);
void browser_close(struct browser *browser);

/* Whoever is opened from here on comes from 127.0.0.`last`; at first it is 1, which is the board itself. */
void browser_come_from(unsigned last);

/* Small receive buffer, before the first send: a reader that does not read is noticed soon. */
void browser_open_narrow(struct browser *browser, struct loop *loop, unsigned port);

void browser_send(struct browser *browser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void browser_send_bytes(struct browser *browser, const void *bytes, size_t n);

/* GET with nothing special; the connection may be used again. */
void browser_send_get(struct browser *browser, const char *path);

/* Turns the loop once and takes what has come. */
void browser_turn(struct browser *browser);

/* Waits until `words` have come; fails the test after ten seconds, or when the server closes
 * first. */
void browser_wait(struct browser *browser, const char *words);
void browser_wait_closed(struct browser *browser);
bool browser_has(const struct browser *browser, const char *words);
void browser_forget(struct browser *browser);

/* GET with nothing special, whole answer: the status. Body and head are in `got`. A connection of
 * its own. */
int browser_get(struct loop *loop, unsigned port, const char *path, struct browser *ret_browser);
/* The same for any method; `head` are further header lines, each closed by \r\n. */
int browser_ask(struct loop *loop, unsigned port, const char *method, const char *path,
	const char *head, const char *body, struct browser *ret_browser);
/* The body of what was got, undone from chunks. Lent until the browser is closed. */
const char *browser_body(struct browser *browser);
