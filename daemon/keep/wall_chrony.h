/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks chronyd how well it knows the hour, for boards where it does not tell the kernel (its `rtcsync`
 * is off, so that adjtimex(2) says "unsynchronised" for ever): `chronyc -c -n tracking`, whose answer
 * is a line of 14 fields (chronyc(1), "tracking"; client.c of chrony 4.3).
 *
 * Uncertainty: |offset| + root dispersion + root delay / 2. That is the bound that chronyd itself
 * gives (chrony.conf(5), "maxdistance"), so it covers 95 of 100 cases. Main thread; never waits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"

struct chrony_tracking {
	bool is_synchronised; /* with others, not with itself ("local stratum") */
	int64_t uncertainty_ns;
};

/* The answer to `chronyc -c -n tracking`. -EINVAL: it is none. Pure. */
int chrony_read(const char *line, struct chrony_tracking *ret_tracking);

struct wall_chrony;

/* `told` on the main thread, once for each question that chronyd answered. `program` is found in
 * PATH. */
int wall_chrony_open(struct loop *loop, const char *program,
	void (*told)(void *self, const struct chrony_tracking *tracking), void *self,
	struct wall_chrony **ret_chrony);
void wall_chrony_close(struct wall_chrony *chrony);

/* Begins a question, unless one is under way; it is given up after 5 s. */
void wall_chrony_ask(struct wall_chrony *chrony, struct instant now);
