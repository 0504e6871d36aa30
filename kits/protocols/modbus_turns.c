/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The times are few and the slaves at most six: looking at all of them each time is simplest. */
#include "kits/protocols/modbus_turns.h"

#include <stdbool.h>

enum {
	SILENT_TIMES = 3, /* then it is given up, until it answers */
	PAUSE_MS = 2000,
	DOUBLINGS = 2,  /* of the pause */
	LATE_MS = 1500, /* for who waits for room */
};

void modbus_turns_begin(
	struct modbus_turns *turns, unsigned n_slaves, unsigned n_rounds, struct instant now)
{
	turns->n_slaves = n_slaves;
	turns->n_rounds = n_rounds;
	turns->silence_ended = (struct instant){INT64_MIN};
	for (unsigned s = 0; s < n_slaves; s++) {
		turns->slaves[s].silent = 0;
		for (unsigned r = 0; r < n_rounds; r++)
			turns->slaves[s].due[r] = now;
	}
}

/* The one that has waited longest, of the slaves that were given up or of the others. */
static struct modbus_turn first(const struct modbus_turns *turns, bool is_given_up)
{
	struct modbus_turn first = {0, 0, {INT64_MAX}};

	for (unsigned s = 0; s < turns->n_slaves; s++)
		for (unsigned r = 0; r < turns->n_rounds; r++)
			if ((turns->slaves[s].silent >= SILENT_TIMES) == is_given_up &&
				turns->slaves[s].due[r].ns < first.due.ns)
				first = (struct modbus_turn){s, r, turns->slaves[s].due[r]};
	return first;
}

struct modbus_turn modbus_turns_next(
	const struct modbus_turns *turns, int64_t silence_ns, struct instant now)
{
	struct modbus_turn next = first(turns, false), given_up = first(turns, true);
	struct instant from = given_up.due.ns > now.ns ? given_up.due : now;
	bool is_late = instant_since(now, given_up.due) >= LATE_MS * (int64_t)NS_PER_MS;
	bool has_waited = next.due.ns <= turns->silence_ended.ns; /* while another was silent */

	if (given_up.due.ns == INT64_MAX || has_waited)
		return next;
	return is_late || instant_since(next.due, from) >= silence_ns ? given_up : next;
}

void modbus_turns_start(struct modbus_turns *turns, const struct modbus_turn *turn,
	int64_t every_ns, struct instant now)
{
	struct instant *due = &turns->slaves[turn->slave].due[turn->round];

	*due = instant_add(*due, every_ns);
	if (due->ns <= now.ns)
		*due = instant_add(now, every_ns);
}

void modbus_turns_answered(struct modbus_turns *turns, unsigned slave)
{
	turns->slaves[slave].silent = 0;
}

void modbus_turns_silent(
	struct modbus_turns *turns, unsigned slave, int64_t timeout_ns, struct instant now)
{
	unsigned most = SILENT_TIMES + (turns->n_slaves > 1 ? DOUBLINGS : 0);
	unsigned *silent = &turns->slaves[slave].silent;
	int64_t pause_ns = timeout_ns;

	turns->silence_ended = now;
	if (*silent < most)
		++*silent;
	if (*silent >= SILENT_TIMES) {
		int64_t longer_ns = (int64_t)PAUSE_MS * NS_PER_MS << (*silent - SILENT_TIMES);

		pause_ns = longer_ns > timeout_ns ? longer_ns : timeout_ns;
	}
	for (unsigned r = 0; r < turns->n_rounds; r++) {
		struct instant *due = &turns->slaves[slave].due[r];

		if (instant_since(*due, now) < pause_ns)
			*due = instant_add(now, pause_ns);
	}
}
