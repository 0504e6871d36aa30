/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel's clocks claim of the hour, look by look: when a claim is worth an anchor, and that
 * the board slept. Evidence in, anchors out; what an anchor means for stamps is keep/store.h's wall
 * map.
 *
 * The kernel slews CLOCK_MONOTONIC and CLOCK_REALTIME alike, so their difference is constant except
 * when somebody sets the clock, a leap second comes, or the board sleeps (CLOCK_MONOTONIC stands
 * still meanwhile, CLOCK_BOOTTIME and CLOCK_REALTIME go on). So one anchor says it until then; it
 * is confirmed each hour, because nobody can tell an unconfirmed clock from one that drifts.
 *
 * It does slew both, though, and somebody may do so faster than any crystal is off (chronyd's default is
 * up to 8 %): then board time runs at another speed, and what was slewed is in the doubt until a server
 * has answered since.
 *
 * All uncertainties cover 95 of 100 cases. Pure: a test plays the evidence of a year in a moment. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/batch.h"

/* One look. */
struct wall_evidence {
	struct anchor pair; /* board time and the kernel's wall clock, as clock_pair takes them */
	bool is_vouched;    /* somebody answers for that wall clock: the three below */
	enum anchor_source source;
	int64_t uncertainty_ns;
	int64_t maxerror_ns; /* adjtimex(2)'s bound: grows by 500 ppm, falls when a server answers */
	int64_t asleep_ns;   /* CLOCK_BOOTTIME - CLOCK_MONOTONIC: since the boot, in all */
	int64_t rate_ppb;    /* clock_rate_ppb: how fast the kernel is told to run its clocks */
};

/* When a source was last claimed, so that it is again when that says something new. All zeros: never. */
struct wall_pace {
	bool has_last;
	struct anchor last;
};

/* Is it worth an anchor? The first one; when it moved against board time by more than `moved_ns`;
 * from another source; when it is twice as good; an hour after the last. It is the last one then. */
bool wall_pace_take(struct wall_pace *pace, const struct anchor *anchor, int64_t moved_ns);

struct wall_claims {
	bool has_looked;
	struct instant at;   /* of the last look */
	int64_t offset_ns;   /* wall - board time at the last look */
	int64_t asleep_ns;   /* as of the last look */
	int64_t maxerror_ns; /* likewise */
	int64_t doubt_ns;    /* of the kernel's wall clock, since a sleep */
	int64_t rate_ppb;    /* as of the last look */
	int64_t slewed_ns; /* by more than 500 ppm, since a server answered: the clock was off by it */
	bool is_by_hand; /* it was set while nobody but a battery clock vouched for it */
	struct wall_pace pace;
};

/* What a look found. */
struct wall_finding {
	unsigned n_anchors;
	/* An ANCHOR_CARRIED has how long the board slept as its wall time: since 1970, so to speak. The
	 * map adds it to the hour that it has, which is newer than any that is known here. */
	struct anchor anchors[2];
	int64_t stepped_ns; /* somebody moved the wall clock by so much; 0: nobody */
	int64_t slept_ns;   /* 0: it did not */
	struct gap slept;   /* with slept_ns */
};

/* The board slept since the last look: it is time for another one. */
bool wall_claims_slept(const struct wall_claims *claims, int64_t asleep_ns);

/* All zeros at first. */
void wall_claims_look(struct wall_claims *claims, const struct wall_evidence *evidence,
	struct wall_finding *ret_finding);
