/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who of several slaves on one pair is asked next, and when.
 *
 * A round is what one slave is asked for at one rate. The one that has waited longest is next; one
 * that comes late is not made up for. Who did not answer is left alone for a time-out, so that a late
 * answer is not taken for the next question's; from the third time on ever longer: 2, 4, 8 s, and
 * alone on the pair always 2 s. Its silence takes the others' time, so it is asked where that fits in
 * between their rounds; where it never does, 1.5 s late all the same, but between two silences all who
 * were due meanwhile have a round.
 *
 * So who answers waits for one silence at most, beside the others' rounds, and keeps its rate where a
 * silence fits in. One that is back is found in some ten seconds, or at its own rate if that is slower;
 * where others are dead besides, later by the silence of each and the rounds between them.
 *
 * Pure: instants in, instants out. Part of the modbus family's state, on the sense thread. */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "kits/protocols/modbus_plan.h"
#include "sense/kit.h"

struct modbus_turns {
	unsigned n_slaves; /* private from here on */
	unsigned n_rounds;
	struct instant silence_ended; /* the last */
	struct {
		unsigned silent; /* questions in a row without an answer */
		struct instant due[MODBUS_ROUNDS];
	} slaves[KIT_SLAVES];
};

struct modbus_turn {
	unsigned slave, round;
	struct instant due; /* may lie ahead */
};

/* All are due now. */
void modbus_turns_begin(
	struct modbus_turns *turns, unsigned n_slaves, unsigned n_rounds, struct instant now);

/* `silence_ns`: what it takes to ask one that does not answer. */
struct modbus_turn modbus_turns_next(
	const struct modbus_turns *turns, int64_t silence_ns, struct instant now);

/* This one begins, and comes again after `every_ns`. */
void modbus_turns_start(struct modbus_turns *turns, const struct modbus_turn *turn,
	int64_t every_ns, struct instant now);

/* What became of a question to this slave. */
void modbus_turns_answered(struct modbus_turns *turns, unsigned slave);
void modbus_turns_silent(
	struct modbus_turns *turns, unsigned slave, int64_t timeout_ns, struct instant now);
