/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board whose true time is known: its quartz drifts, it reboots, sleeps and loses its power, somebody
 * tells it the hour rightly or wrongly, and all the while it measures once a step and sends what it
 * may. Store, rule and line code are the real ones, the store on a real directory; what a server would
 * hold is kept in memory. A month takes a second. One thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum { LIFE_ROWS = 4000 };

/* 2027-01-15 08:00 UTC, when it begins. */
#define LIFE_BEGIN_NS (1800000000 * (int64_t)NS_PER_S)

struct life;
void life_new(struct life **ret_life, int64_t begin_ns);
void life_free(struct life *life);

/* It measures 20 times in so many seconds, and sends. */
void life_run(struct life *life, double seconds);
/* Off for so long, then another boot; with_cut: without a word, and what was not on the card then, nor
 * answered for, is lost. */
void life_off(struct life *life, double seconds, bool with_cut);
/* kitlogd alone. */
void life_restart(struct life *life);
/* Asleep; who watches tells it (ANCHOR_CARRIED), `late` seconds after it woke, as the store hears half a
 * second later; rows are taken and sent all the while. */
void life_sleep(struct life *life, double seconds, double late);
void life_drift(struct life *life, double ppm);
/* A leap second: true time says one second twice, or leaves one out. */
void life_leap(struct life *life, int seconds);

/* Somebody says what time it is, wrong by error_s. `boot` 0: now; else: when that boot began. */
void life_tell(struct life *life, enum anchor_source source, uint32_t boot, double error_s,
	double uncertainty_s);

/* The kernel's clock is set: it is wrong by so much; or slewed to the truth, in so many seconds. */
void life_set(struct life *life, double error_s);
void life_slew(struct life *life, double seconds);
/* kitlogd looks at it. is_synchronised: as adjtimex says; from_rtc: a battery clock set it;
 * is_trusted: wall_clock: system. */
void life_look(struct life *life, bool is_synchronised, bool from_rtc, bool is_trusted);

/* What came of it. Checks of each row: the stamp is what it was; it was sent at most once, or not at all
 * if it has no hour; its hour is within the stated uncertainty of the truth; no point has taken the place
 * of another. */
struct life_outcome {
	unsigned rows, waiting;
	unsigned false_hours; /* sent with an hour that is not within the uncertainty */
	unsigned backward;    /* sent with an hour that is not later than the row before */
	unsigned lapped;      /* sent with a lap */
	unsigned n_refused, n_steps_back;
};
struct life_outcome life_outcome(struct life *life);
