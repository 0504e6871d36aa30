/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the handlers of the API work with: each gets it as its `self`. Owned by web.c. Main
 * thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "data/config.h"
#include "keep/keep.h"
#include "keep/wallwatch.h"
#include "sense/catalogue.h"
#include "sense/ports.h"
#include "sense/sense.h"
#include "class/acceptances.h"
#include "live/calibrations.h"
#include "http/download.h"
#include "http/events.h"
#include "http/guesses.h"
#include "export/imports.h"
#include "live/live.h"
#include "live/marks.h"
#include "http/pages.h"
#include "class/presence.h"
#include "class/receipt_memory.h"
#include "live/refinements.h"
#include "class/result_memory.h"
#include "live/runs.h"
#include "class/sessions.h"
#include "http/settle.h"
#include "http/shared.h"
#include "class/shelf.h"
#include "ship/ship.h"
#include "http/teacher.h"
#include "http/teacher_file.h"
#include "http/tls.h"
#include "class/triggers.h"
#include "live/walltime.h"
#include "http/work.h"
#include "room/room.h"

enum { PARTS_SCRATCH = 2 << 20, PARTS_READY = 64 };

/* Which groups of an open session were ready when it was last told or looked at, bits 1 << number, and how
 * many there were to deal kits to. In no order. */
struct ready {
	uint32_t session;
	unsigned groups, can_deal;
};

struct parts {
	const struct clock *clock;
	const struct config *config;
	const char *board;                 /* its name */
	unsigned port;                     /* of the pages */
	struct tls *tls;                   /* NULL: they are plain HTTP */
	const char *config_problem;        /* NULL: none */
	const struct catalogue *catalogue; /* NULL: knows no kits */
	struct shelf *shelf;               /* NULL: has no lessons */
	struct rereading *rereading;       /* of lessons, under way; NULL: none */
	uint64_t lessons_told;             /* a digest of what can be taught, as it was last told */
	struct keep *keep;
	struct wallwatch *wallwatch; /* NULL: nobody's claims of the hour are taken */
	struct ship *ship; /* these three may be NULL: nothing to ship to, to ask, to list */
	struct sense *sense;
	struct ports *ports;
	struct pages *pages; /* NULL: the folder was not there */
	struct events *events;
	struct live *live;
	struct work *work;
	struct work *slow; /* another thread: for what cannot be done in short jobs */
	struct uploads uploads;
	struct imports imports;
	struct downloads downloads;
	struct walltime walltime;
	struct runs runs;
	struct refinements refinements;
	struct marks marks;
	struct calibrations calibrations;
	struct settles settles; /* of calibrations */
	struct sessions sessions;
	struct triggers triggers;
	struct acceptances acceptances;
	struct settles acts;     /* ids of sessions and acts */
	struct settles receipts; /* ids of runs */
	struct settles readings; /* numbers of reading_wishes */
	struct reading_wish *reading_wishes;
	struct ready ready[PARTS_READY];
	struct result_memory result_memory;
	struct shared results; /* that are told just now */
	struct receipt_memory receipt_memory;
	struct guesses wrong_codes, joins, regroups; /* regroups: by token, not by address */
	struct presence presence;
	struct room *room;        /* the other boards */
	unsigned boards_told;     /* the serial number of what was told of them */
	struct instant told_hour; /* to them, the last time */
	bool is_telling_hour;
	struct own_room *own_room; /* this one, for them (api/own_room.h) */
	struct teacher teacher;
	struct teacher_file teacher_file;
	struct store_status store; /* as of keep's last notice */
	struct instant started;
	char *scratch; /* PARTS_SCRATCH bytes for an answer being written */
};

/* An empty text for an answer; one at a time. */
struct text answer_begin(struct parts *parts);
/* Sends it as JSON; 500 when it did not fit. */
void answer_send(struct request *request, unsigned status, const struct text *text);
void refuse_too_much(struct request *request);

/* The board's own run of that id, or an imported one; NULL: there is none, or the list is not known. */
const struct run *parts_find_run(const struct parts *parts, int64_t id);

/* The run of that number, or of the one in the path; false: there is none, or the list is not known, and
 * the request has its answer. */
bool parts_need_run(
	const struct parts *parts, struct request *request, int64_t id, const struct run **ret_run);
bool parts_ask_run(const struct parts *parts, struct request *request, const struct run **ret_run);

/* In seconds since 1970; 0: nobody knows it yet. */
time_t parts_hour(const struct parts *parts);

/* Where the pages are secure, browsers shall send their cookies nowhere else: "; Secure", or "". */
const char *parts_cookie_end(const struct parts *parts);

bool parts_is_teacher(const struct parts *parts, const struct request *request);
