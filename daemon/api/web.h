/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What browsers and `kitlog` see: HTTP (libmicrohttpd inside main's loop), /api/v1, the live
 * events, the pages. This header is the door; behind it http, live, api, work and export each have
 * their own.
 *
 * Main thread. The feed is read here: live state (devices, last values, the newest rows) is main's,
 * never shared. What may take long (columns over weeks, exports) runs on the work thread with its
 * own reader and comes back by a ring. */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/ring.h"
#include "data/config.h"
#include "data/device.h"
#include "keep/keep.h"
#include "keep/wallwatch.h"
#include "sense/catalogue.h"
#include "sense/ports.h"
#include "sense/sense.h"
#include "live/calibrations.h"
#include "class/shelf.h"
#include "ship/ship.h"

struct web;

struct web_options {
	const struct clock *clock;
	struct loop *loop;
	const struct config *config;
	struct ring *feed;    /* sense produces, main consumes */
	struct ring *notices; /* of keep_listen: store_status after each commit; NULL: not told */
	struct keep *keep;
	struct wallwatch *wallwatch; /* may be NULL: then nobody can tell the hour */
	struct ship *ship;
	struct sense *sense;
	struct ports *ports;
	const char *pages;          /* folder of the built pages */
	const char *pin;            /* the teacher's */
	const char *config_problem; /* of config_load_rest; NULL: none. Lives longer than web */
	uint32_t boot;
	const struct catalogue
		*catalogue;  /* of the kits; NULL: knows none. Lives longer than web */
	struct shelf *shelf; /* of lessons; NULL: has none. Lives longer than web */
	calibration_rules_of
		rules_of; /* of channels, instead of what the catalogue says; may be NULL */
	void *rules_self;
};

/* Opens the listener, starts the work thread. On failure returns -errno and *ret_why is a sentence
 * for the person. A listener that cannot be had is no failure: *ret_why says so ("http:
 * 127.0.0.1:8080 is taken by another program; choose another http.port, or stop that program"), it
 * is logged here, and tried again each 5 s; what is plugged in meanwhile is not missed. Else
 * *ret_why is empty. */
int web_open(const struct web_options *options, struct web **ret_web, char *ret_why, size_t size);

/* Where it listens; 0: it does not yet. */
unsigned web_port(const struct web *web);

/* Tell web that the feed or keep's notices have news. Main thread. */
void web_feed(struct web *web);

/* A signal asks: reads the lessons again, as a teacher's page does (api/rereading.h), and the
 * certificate of the pages, and logs so. */
void web_reread(struct web *web);

/* Answers what is under way (at most 1 s), closes every client, joins the work thread. */
void web_close(struct web *web);
