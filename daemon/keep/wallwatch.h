/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watches the board's wall clock and writes an anchor when it first deserves trust, and again
 * whenever it has moved against board time by more than a millisecond (somebody stepped it).
 * Evidence only: what an anchor means for stamps is keep/store.h's wall map. Main thread. */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "base/loop.h"
#include "keep/keep.h"

struct wallwatch;

/* `is_trusted_always`: the configuration says `wall_clock: system`. Looks at once, then each 10
 * s. */
int wallwatch_open(struct loop *loop, const struct clock *clock, struct keep *keep,
	bool is_trusted_always, struct wallwatch **ret_watch);
void wallwatch_close(struct wallwatch *watch);
