/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keep thread's way on a fake clock: rows of three streams, 2 000 a second together, through
 * the ring of sense into the body of the keep thread, the store and the card; each second a mark
 * and a sink's cursor besides. Everything is a function of time, so that what is found on the card
 * afterwards can be compared bit by bit with what was given, and is all of one instant: for the
 * tests that kill it and that cut its power. One thread. */
#pragma once

#include <stdint.h>

struct keeping;

/* Opens the store and goes on behind what is in it. Fails the test when the store refuses or has
 * found something wrong. */
void keeping_open(const char *directory, struct keeping **ret_keeping);
void keeping_close(struct keeping *keeping);

/* Ten turns of the thread in a second. Returns the instant that keep has told last: everything
 * before is on the card, nanoseconds of board time; 0: it has told nothing yet. */
int64_t keeping_second(struct keeping *keeping);

/* Opens the store as the next kitlogd does and reads all of it: rows from the first to one instant,
 * not before `durable_ns`, each once; marks and the cursor of that very instant. Returns it; 0:
 * nothing is kept, which is right where nothing was promised. */
int64_t keeping_check(const char *directory, int64_t durable_ns);
