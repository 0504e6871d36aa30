/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where all claims of the hour come together: the kernel's wall clock, which is watched here, and
 * what others hear of it (a satellite receiver, a teacher's browser). Each becomes an anchor when it
 * says something new, and again each hour, so that the map (keep/store.h) knows that it still holds.
 * Evidence only: which of them rules stamps is the map's to decide.
 *
 * A step of the wall clock, a leap second and the end of a sleep are noticed at once: the kernel
 * cancels a timer on CLOCK_REALTIME (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). Where it does not,
 * the look each 10 s finds them, and a sleep is looked for each second. A sleep becomes a gap of all
 * streams and an anchor that says how long it was. What the card has no room for waits, in order, and
 * nothing more is said meanwhile. Main thread; never waits. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "keep/keep.h"
#include "keep/wall_claims.h"
#include "keep/wall_gps.h"

struct wallwatch;

struct wallwatch_options {
	struct loop *loop;
	const struct clock *clock; /* a fake one: the kernel is not asked, the test plays it */
	struct keep *keep;
	bool is_trusted_always; /* the configuration says `wall_clock: system` */
};
/* Looks at once, then each 10 s; each second for a sleep. */
int wallwatch_open(const struct wallwatch_options *options, struct wallwatch **ret_watch);
void wallwatch_close(struct wallwatch *watch);

/* One look, with what it found: the kernel's answers, or a test's. */
void wallwatch_look(struct wallwatch *watch, const struct wall_evidence *evidence);

/* A claim of somebody else, about this boot. 0, or -ENOSPC: keep has no room for
 * orders just now; say it again. */
int wallwatch_claim(struct wallwatch *watch, const struct anchor *anchor);

/* A satellite receiver said so (FEED_HOUR): three that agree become a claim, by the pulse of each second
 * where the board has one. */
void wallwatch_hear(struct wallwatch *watch, const struct anchor *sentence);

/* Its pulse, as the kernel's device or a test gives it; before the sentence of it. */
void wallwatch_pulse(struct wallwatch *watch, const struct wall_pulse *pulse);

/* How long the board has slept since the daemon began. */
int64_t wallwatch_slept_ns(const struct wallwatch *watch);

/* By how much somebody slews the kernel's clocks, and so board time, right now: beyond 500 ppm, which
 * intervals that are measured meanwhile are off by. 0: by no more. */
int64_t wallwatch_slew_ppb(const struct wallwatch *watch);
