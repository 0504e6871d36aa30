/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts wrong guesses, so that what has few digits is not found out by trying: more than so many in a
 * minute from one address, or from all together, and further tries wait out the minute, right or
 * wrong. Likewise whatever else nobody does so often with his hands. Main thread. */
#pragma once

#include "base/clock.h"

enum { GUESSES = 256 };

struct guesses {
	unsigned most,
		most_per_address; /* in a minute; most <= GUESSES, 0: all together may have any number */
	struct {
		char address[48];
		struct instant at;
	} wrong[GUESSES]; /* the latest, as a ring */
	unsigned n;       /* ever */
};

/* How many seconds until this address may try again; 0: now. */
unsigned guesses_wait_s(const struct guesses *guesses, const char *address, struct instant now);

/* How many of this address are remembered, of whenever they are. */
unsigned guesses_count(const struct guesses *guesses, const char *address);

void guesses_note(struct guesses *guesses, const char *address, struct instant now);
