/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real firmware core (firmware/core, firmware/link) on a board whose clock is known to the
 * nanosecond. It has one source that keeps time itself, as a timer's interrupt does: sample n is taken
 * when the board's counter reaches the instant that the schedule gives it, and reads n. So whoever
 * receives a value knows which sample it is, and the bench knows when that was.
 *
 * Virtual time: the board is turned at instants that its owner chooses, at the latest at
 * truth_board_wake. One thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "support/truth_clock.h"

struct truth_board;

struct truth_board_wires {
	uint32_t period_us; /* of its samples */
	int64_t byte_ns;    /* on its line; 0: its line has no speed (USB) */
	int64_t loop_ns;    /* the longest turn of its loop: what else it does; 0: nothing */
	uint64_t seed;

	/* The last of some bytes has left the board at this true instant. */
	void (*leave)(void *self, const uint8_t *bytes, size_t n, int64_t left_ns);
	/* A sample is taken, at a true instant: which number is it? */
	void (*take)(void *self, int64_t true_ns, int32_t *ret_number);
	void *self;
};

struct truth_board *truth_board_new(const struct truth_board_wires *wires);
void truth_board_free(struct truth_board *board);

/* Power on, at clock->power_ns; again: a restart. */
void truth_board_start(struct truth_board *board, const struct truth_clock *clock);

/* n bytes have come in, the last one at this instant. */
void truth_board_receive(struct truth_board *board, const uint8_t *bytes, size_t n, int64_t at_ns);

/* A turn of its loop, and when the next one is due. */
void truth_board_turn(struct truth_board *board, int64_t now_ns);
int64_t truth_board_wake(const struct truth_board *board);
