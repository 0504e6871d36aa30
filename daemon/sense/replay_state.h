/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a replay, shared by its parts: replay.c (time and events), replay_driver.c (what the
 * driver sends). Nobody else includes this. */
#pragma once

#include "sense/conversation.h"
#include "sense/expect.h"
#include "sense/replay.h"
#include "sense/replay_sent.h"

struct replay {
	const struct replay_options *options;
	struct replay_outcome *outcome;
	struct clock clock;
	struct registry *registry;
	struct ring *ring, *other_ring;
	struct outlet *outlet;
	struct conversation_host host;
	struct kit *kit;
	struct kit_port port;
	struct expect *expect;
	bool is_plugged;
	bool is_asked, is_answer_due;         /* a control request waits; its end is to be told */
	struct feed_health ended;             /* counters of the pluggings before this one */
	struct recording_event *event, *next; /* that is played; the one behind it */
	bool has_next;
	struct replay_sent sent;
	struct recording_event draft;     /* what the driver sends just now */
	struct recording_event events[2]; /* of event and next */
};

static inline int64_t replay_now_ns(const struct replay *replay)
{
	return replay->clock.frozen_ns - REPLAY_START_NS;
}

static inline struct instant replay_now(const struct replay *replay)
{
	return clock_now(&replay->clock);
}

/* The first failure counts. */
void replay_fail(struct replay *replay, int line, const char *sentence);

/* A request is as recorded. One that wants no bytes is over, unless the device refuses it there. */
void replay_after_meeting(struct replay *replay, enum recording_kind kind, bool is_get);

/* Sets the conversation's callbacks. */
void replay_listen_to_driver(struct replay *replay);
