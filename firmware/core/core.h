/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The firmware, whatever the board: announces itself until a host speaks, answers it, samples its
 * sources and reports what went wrong. A board's main() is
 *
 *     core_init(&core, &board);
 *     for (;;) {
 *             core_step(&core);
 *             ... tasks of slow sensors, then sleep for core_idle_us() or until a byte comes
 *     }
 *
 * One turn never waits for anything. No allocation: everything is in struct core.
 */
#pragma once

#include "core/stream.h"

/* Of this firmware, announced in HELLO. */
#define CORE_VERSION_MAJOR 0
#define CORE_VERSION_MINOR 1
#define CORE_VERSION_PATCH 0

#ifndef CORE_STREAMS
#define CORE_STREAMS 4 /* most sources that a board may have */
#endif

#define CORE_ANNOUNCE_US 200000u /* HELLO, until a host speaks */
#define CORE_STAT_US 1000000u    /* STAT, once one has spoken; up to CORE_STAT_LATE_US later */
#define CORE_STAT_LATE_US 10235u
#define CORE_PONG_LATE_US 2047u /* PONG, after its PING, at most */

/* The members are for core.c alone. */
struct core {
	struct sender sender;
	struct link_decoder decoder;
	struct stream streams[CORE_STREAMS];
	uint8_t told_flags[CORE_STREAMS]; /* of each stream, as the host last heard them */
	uint8_t n_streams;                /* 0: there is a mistake in the board's table */

	bool has_host;                 /* somebody has spoken to us since power-on */
	uint32_t announce_us, stat_us; /* when the next one is due */
	uint32_t uptime_s;

	bool is_asked; /* HELLO is owed, then the description from `tell_stream`, `tell_part` on */
	uint8_t tell_stream, tell_part;

	uint16_t chance; /* state of the shift register */
	bool is_pong_owed;
	uint32_t pong_nonce, pong_rx_us, pong_due_us;
	uint32_t stat_late_us;                 /* how much later than due STAT leaves */
	uint32_t pong_least_us, stat_least_us; /* the least that one ever took to make */

	bool is_lit;
	uint16_t blinks; /* tenths of a second left to blink */
	uint32_t blink_us;
};

/* The board's clock, line and light must already work. With a mistake in the board's table, which a
 * host would not understand or which finds no room here, it only blinks, 12 times a second. */
void core_init(struct core *core, const struct board *board);

void core_step(struct core *core);

/* How long there is nothing to do unless a byte comes; 0 if there is something now. */
uint32_t core_idle_us(const struct core *core);
