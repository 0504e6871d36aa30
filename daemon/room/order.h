/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of other boards, and what became of it: goes from main to room's thread, and comes back. Values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "room/keys.h"
#include "room/peer.h"
#include "room/summary.h"

enum { ROOM_WORDS = 256, ROOM_PIN = 32, ROOM_TITLE = 96 };

enum room_deed {
	ROOM_JOIN,
	ROOM_FORGET,
	ROOM_BEGIN,
	ROOM_START,
	ROOM_STOP,
	ROOM_ZERO,
	ROOM_END,
	ROOM_HOUR,   /* is told to who does not know it, or far worse */
	ROOM_REOPEN, /* what ended on all at once */
	ROOM_FREEZE,
	ROOM_REVEAL,
};

enum room_outcome {
	ROOM_DONE,
	ROOM_NO_BOARD, /* of that id */
	ROOM_NO_ANSWER,
	ROOM_NOT_KEPT, /* done, but the card refused: after a restart it is as it was */
	ROOM_NO_TRUST, /* a certificate that cannot be read, or another than a moment ago */
	ROOM_REFUSED,  /* the other board's `status`, words and code */
	ROOM_FAILED,   /* no memory, or too many boards */
};

/* Is a board that knows the hour within so much (-1: not at all) told it by one that knows it within that? Not for
 * little: what it knows may be of its own, and better trusted. 5 s is what the pages call unsure (web/js/clock.js). */
static inline bool hour_is_wanted(int64_t theirs_us, int64_t ours_us)
{
	return theirs_us < 0 || (theirs_us > 5000000 && theirs_us / 4 > ours_us);
}

struct room_words {
	char zh[ROOM_WORDS], en[ROOM_WORDS];
};

/* What became of a deed on one board. */
struct room_result {
	char id[PEER_ID], name[SUMMARY_NAME];
	bool is_ok;
	struct room_words words; /* "": nothing to say */
	uint32_t session;        /* 0: none */
	int n_ready;     /* of BEGIN: so many groups have all kits that they need; -1: not known */
	int64_t from_us; /* of a start, in that board's time */
	int64_t stated_ns; /* -1: not known */
};

/* This board, as one of those that are asked: over HTTP, too, as the teacher whose cookie it is. */
struct room_self {
	char base[KEY_ADDRESS], token[VISIT_TOKEN];
	char id[SUMMARY_ID], name[SUMMARY_NAME];
	uint32_t session; /* that is meant here; 0: none, and others may have it still */
	uint32_t end;     /* of REOPEN: the act that ended it */
	bool is_recording;
};

struct room_order {
	enum room_deed deed;
	char board[PEER_ID];                            /* of JOIN, FORGET */
	char pin[ROOM_PIN];                             /* of JOIN */
	char lesson[SUMMARY_LESSON], title[ROOM_TITLE]; /* of BEGIN */
	struct instant at;                              /* of the others: our time */
	int64_t lasts_us; /* of START: how long runs last, 0 until they are stopped; -1: as the lesson says */
	bool is_on;                 /* of FREEZE, REVEAL */
	int64_t wall_ms, within_us; /* of HOUR: wall time at `at`, give or take that */
	/* What the sessions have that are meant, and no other: each was given it by the begin. "": none has. */
	char together[SUMMARY_ID];
	struct room_self self;

	void (*done)(struct room_order *order); /* frees it */
	bool is_done;                           /* false: the daemon stops */
	enum room_outcome outcome;              /* of JOIN, FORGET */
	int status;
	long retry_after_s;
	char code[32];
	struct room_words words;
	struct room_result *results; /* malloc'ed; freed by done */
	size_t n_results;
};
