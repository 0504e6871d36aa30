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
	ROOM_FREEZE, /* these two where the lesson is ours */
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
	char lesson[SUMMARY_LESSON];
	uint32_t session;
};

struct room_order {
	enum room_deed deed;
	char board[PEER_ID];                            /* of JOIN, FORGET */
	char pin[ROOM_PIN];                             /* of JOIN */
	char lesson[SUMMARY_LESSON], title[ROOM_TITLE]; /* of BEGIN */
	struct instant at;                              /* of the others: our time */
	int64_t lasts_us; /* of START: how long runs last, 0 until they are stopped; -1: as the lesson says */
	bool is_on; /* of FREEZE, REVEAL */
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
