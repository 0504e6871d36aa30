/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the family `link` share: the state of one board, how it is described to the
 * daemon (link_describe.c) and what becomes of its samples (link_samples.c). The family is described
 * in link.c. Sense thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "link/link.h"
#include "sense/kit.h"

enum {
	BOARD_STREAMS = DEVICE_STREAMS - 1, /* the framework adds the clock stream */
	BOARD_CHANNELS = 32,                /* of all streams together */
	BOARD_PINGS = 8,                    /* under way */
	BOARD_HELD_BYTES = 2048,            /* DATA at 115200 bit/s while all is told: 0.2 s */
};

struct board_channel {
	bool is_known;
	uint8_t width;
	int8_t exp10;
	int32_t mantissa, offset, low, high;
	uint16_t step;
	char name[LINK_TEXT_MAX + 1], quantity[24], unit[UNIT_TEXT];
};

struct board_stream {
	bool is_known, has_index, is_on;
	bool is_off; /* the board says so: its next sample is number 0 */
	uint8_t n_channels, first_channel, flags;
	uint8_t set_seq;           /* of the SET that waits for its ACK */
	uint32_t period_us, index; /* index: of the next sample */
	unsigned described_as;     /* index in the description; BOARD_STREAMS: not in it */
	bool has_lost_frames;      /* since its last DATA */
	struct instant set_at;     /* when it was last asked to be on */
	char name[LINK_TEXT_MAX + 1];
};

struct ping {
	uint32_t nonce; /* 0: free */
	struct instant sent;
};

struct link {
	struct link_decoder decoder;
	uint32_t bad_seen, uptime_s;
	bool is_claimed, has_hello, has_seq, is_described;
	uint8_t seq_out, seq_in; /* ours next; the board's last */
	struct instant heard, asked, ping_at;
	struct link_hello hello;
	char model[LINK_TEXT_MAX + 1];
	uint8_t n_streams, n_channels; /* known so far, of hello.streams */
	struct board_stream stream[BOARD_STREAMS];
	struct board_channel channel[BOARD_CHANNELS];
	uint32_t nonce;
	struct ping ping[BOARD_PINGS];
	uint16_t n_held; /* bytes of DATA that waits for the description */
	uint8_t held[BOARD_HELD_BYTES];
};

_Static_assert(sizeof(struct link) <= KIT_STATE_BYTES, "the state of link is too large");

/* Describes the board as far as it is known, which must be wholly. 0; -errno: it says things of
 * itself that cannot be. */
int link_describe(struct kit *kit, struct link *link);

/* A raw number of a channel in its unit. */
double link_value(const struct board_channel *channel, int64_t raw);

/* The rows of a DATA frame, of a described board, and what is missing before them. is_void: it came
 * before the board started anew, so nobody knows by which clock; its rows are told as lost. */
void link_take_data(
	struct kit *kit, struct link *link, const struct link_frame *frame, bool is_void);

/* What comes before the description is known waits for it as it came; what finds no room is missed
 * by its number. */
void link_hold(struct link *link, const struct link_frame *frame);
void link_take_held(struct kit *kit, struct link *link);
