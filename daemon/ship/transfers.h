/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP transfers of libcurl from within a loop: its multi socket interface. Whoever wants something prepares an
 * easy handle and hands it over; connections are kept alive between them. Everything belongs to the thread that
 * runs the loop; transfers_library_open is for main, before a thread that transfers starts, as often as one does:
 * libcurl sets up once. */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

#include "base/loop.h"

struct transfers; /* all of a loop */

int transfers_library_open(void);

int transfers_new(struct loop *loop, struct transfers **ret_transfers);
void transfers_free(struct transfers *transfers); /* when none is under way */

/* One that may be under way; the caller's. */
struct transfer {
	CURL *easy;
	/* Once, when it is over; never within transfer_begin. May begin another, or free this one. */
	void (*done)(struct transfer *transfer, CURLcode code);

	/* private */
	struct transfers *transfers; /* NULL: it is not under way */
};

/* 0 or -ENOMEM. */
int transfer_begin(struct transfers *transfers, struct transfer *transfer);

/* Gives it up, without `done`; no-op when it is not under way. */
void transfer_drop(struct transfer *transfer);
