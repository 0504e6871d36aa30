/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays a recording to a real conversation, with the real families, registry and outlet, on a clock
 * that jumps from event to event: an hour takes a fraction of a second, and gives the same text on
 * every machine.
 *
 * What the recording says was sent must be sent, byte for byte and in that order, before the next
 * thing comes from the device; and nothing else may be. A driver asks when it is woken, on a board
 * some milliseconds late: where the recording has a request up to REPLAY_LATE_MS after the instant
 * the driver wished for, it is woken at the recording's instant.
 *
 * The device is plugged in at the first event if none says `plug`. Of the recording's first lines
 * `serial: 9600 8N1` (bytes take their time on the wire), `usb: 1a86:7523` (the kit was not named but
 * found behind this adapter), `product`, `slaves: 1 4` and `settings: flag=25` say what the port is
 * like; without them it is one where the kit was named, whose bytes take no time on the wire.
 *
 * One owner, any thread; allocates. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/model.h"
#include "sense/kit.h"
#include "sense/recording.h"

enum { REPLAY_LATE_MS = 20, REPLAY_TEXT = 400, REPLAY_SEED = 1 };

/* Board time of a recording's zero: stamps are less than their arrival by a kit's latency, and stay
 * positive. Also of a capture, so that the random phase of clock pings is the same in both. */
#define REPLAY_START_NS (1000 * (int64_t)NS_PER_S)

/* HID 1.11, 7.2.2: SET_REPORT of a feature report, which a recording writes as >f. */
static inline bool replay_is_feature(const struct kit_control *request)
{
	return request->type == 0x21 && request->request == 0x09 && request->value >> 8 == 3;
}

struct replay_options {
	const struct model *model; /* NULL: a kit without kit.yaml; all families listen */
	const struct kit_family *const *families;
	size_t n_families;
	bool is_lenient; /* what is sent is not compared: for damaged recordings */
	bool is_timed;   /* measures longest_ns */
};

struct replay_outcome {
	int failed_line;           /* 0: all was as recorded */
	char failure[REPLAY_TEXT]; /* what was not, a sentence without file and line */
	uint64_t events;
	uint64_t values, flagged; /* finite ones; of these, marked as out of range */
	uint64_t unplugs;
	uint64_t wrong;     /* bad frames, questions without an answer, lost rows */
	int64_t length_ns;  /* of the recording */
	int64_t longest_ns; /* processor time of the slowest event, ticks before it included */
	int longest_line;
};

/* 0 with the text that sense/expect.h describes, without first lines, malloc'ed for the caller, and
 * the outcome, which may be a failure; -EINVAL: the recording has mistakes, which are in its report;
 * -ENOMEM. */
int replay_run(const struct replay_options *options, struct recording *recording,
	struct replay_outcome *ret_outcome, char **ret_text, size_t *ret_n);
