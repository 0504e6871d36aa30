/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An export on its way to a browser: the work thread fills a buffer, the socket empties it, and in
 * turn. The buffer belongs to one of the two at any time, so a slow browser holds neither the work
 * thread nor the store, and a fast one takes no more memory than a slow one.
 *
 * A range that ends now is not on the card yet: commits may be a minute apart. Then keep is told to
 * commit, and the export begins when it has, so that a file is whole although somebody was quick. A
 * card that does not take it within 5 s keeps nobody from what is there; the file then says what is
 * missing. Main thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "keep/keep.h"
#include "http/product.h"
#include "http/request.h"
#include "http/work.h"

struct download;

struct downloads {
	const struct clock *clock;
	struct loop *loop;
	struct work *work;
	struct keep *keep;
	const struct store_status *store; /* as of keep's last notice */
	void (*refused)(void *self);      /* one that waited: the answer is to be sent */
	void *self;

	/* private */
	struct download *waiting; /* for the card */
	bool is_ordered;          /* keep knows, and has not said anything since */
	struct timer look;
};

/* The fields above are the caller's, set before. */
void downloads_init(struct downloads *downloads);
void downloads_clear(struct downloads *downloads); /* refuses those that wait */

/* Keep has sent a notice: `store` is new. */
void downloads_told(struct downloads *downloads);

/* Answers the request, now or later: 200 and the file, or what the product refuses with. The product is
 * freed here. */
void download_start(struct downloads *downloads, struct request *request, struct product *product);
