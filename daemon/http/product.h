/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that is made of the store while it is sent: text, an archive, a workbook, a report. Whoever sends
 * it (http/download.h) knows no more of it than this. It is filled on a work thread and read by main, one
 * of the two at any time. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "keep/store.h"
#include "http/request.h"

struct product;

struct product_kind {
	/* On a work thread: the next piece, or a step towards the first (is_preparing). 0 or -errno. */
	int (*fill)(
		struct product *product, struct reader *reader, const atomic_bool *is_cancelled);
	/* Main. The card has only what was before `kept_to`, and will not have more soon. */
	void (*lack)(struct product *product, struct instant kept_to);
	/* Main. A piece, or what was prepared, is there. May be NULL. */
	void (*filled)(struct product *product);
	/* Main. Instead of the first piece: says to the person why there is no such file. Is asked when
	 * fill failed, when it never ran (`result` -EBUSY), and, with 0, of a first piece: false then
	 * means that it is good. */
	bool (*refuse)(struct product *product, struct request *request, int result);
	void (*free)(struct product *product);
};

struct product {
	const struct product_kind *kind;
	struct instant to; /* what was recorded before should be on the card first */
	const char *type;  /* "text/csv; charset=utf-8" */
	uint32_t import;   /* of whose store it is made (export/import.h); 0: the board's own */
	char file[80];     /* name with suffix; empty: to be shown, not kept */

	/* to read after fill */
	const void *bytes;
	size_t n_bytes;
	bool is_over;      /* nothing comes behind these bytes */
	bool is_preparing; /* there are none yet: fill again */
};
