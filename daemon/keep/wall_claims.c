/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sleep is told apart from a step by the boot time clock, which runs on while the board sleeps and
 * which nobody can set. */
#include "keep/wall_claims.h"

#include <stdlib.h>

static const int64_t hour_ns = 3600 * (int64_t)NS_PER_S;

/* Reading two clocks is good to about a microsecond; a thousand times that is somebody's doing. */
static const int64_t moved_ns = NS_PER_MS;

/* Shorter sleeps are none: the two clocks are read one after the other. */
static const int64_t least_sleep_ns = 10 * (int64_t)NS_PER_MS;

/* Linux measures a sleep by a counter that goes on, where there is one, else by the battery clock,
 * which tells whole seconds (kernel/time/timekeeping.c, timekeeping_resume; drivers/rtc/class.c,
 * rtc_resume). Which of them it was, no file tells. */
static const int64_t sleep_doubt_ns = NS_PER_S;

/* Who sets a clock by hand reads another one to the minute. */
static const int64_t by_hand_ns = 60 * (int64_t)NS_PER_S;

static int64_t offset(const struct anchor *anchor)
{
	return anchor->wall.ns - anchor->at.ns;
}

bool wall_pace_take(struct wall_pace *pace, const struct anchor *anchor, int64_t least_move_ns)
{
	const struct anchor *last = &pace->last;

	if (pace->has_last && anchor->source == last->source &&
		anchor->uncertainty_ns > last->uncertainty_ns / 2 &&
		llabs(offset(anchor) - offset(last)) < least_move_ns &&
		instant_since(anchor->at, last->at) < hour_ns)
		return false;
	pace->last = *anchor;
	pace->has_last = true;
	return true;
}

static void add(struct wall_finding *finding, const struct anchor *anchor)
{
	finding->anchors[finding->n_anchors++] = *anchor;
}

static void wake_up(struct wall_claims *claims, struct instant at, struct wall_finding *finding)
{
	/* Noticed as soon as the board woke: what came before the sleep lies before this. */
	finding->slept = (struct gap){
		.reason = GAP_SUSPENDED, .from = instant_add(at, -NS_PER_MS), .to = at};
	claims->doubt_ns = sleep_doubt_ns;
	add(finding,
		&(struct anchor){.at = at,
			.wall = {finding->slept_ns},
			.uncertainty_ns = sleep_doubt_ns,
			.source = ANCHOR_CARRIED});
}

bool wall_claims_slept(const struct wall_claims *claims, int64_t asleep_ns)
{
	return claims->has_looked && asleep_ns - claims->asleep_ns >= least_sleep_ns;
}

static void compare(struct wall_claims *claims, const struct wall_evidence *evidence,
	struct wall_finding *finding)
{
	int64_t slept_ns = evidence->asleep_ns - claims->asleep_ns;
	int64_t moved = offset(&evidence->pair) - claims->offset_ns;

	if (wall_claims_slept(claims, evidence->asleep_ns)) {
		finding->slept_ns = slept_ns;
		moved -= slept_ns;
		wake_up(claims, evidence->pair.at, finding);
	} else if (evidence->maxerror_ns < claims->maxerror_ns) {
		claims->doubt_ns = 0; /* a server has answered since */
	}
	/* What the kernel makes of a sleep is its own reckoning, which the doubt covers. */
	if (llabs(moved) > (slept_ns >= least_sleep_ns ? sleep_doubt_ns : moved_ns))
		finding->stepped_ns = moved;
}

static void note_slew(struct wall_claims *claims, const struct wall_evidence *evidence)
{
	int64_t now = llabs(evidence->rate_ppb), rate = llabs(claims->rate_ppb);
	int64_t since = instant_since(evidence->pair.at, claims->at);

	rate = now > rate ? now : rate;
	if (rate > CLOCK_SLEW_PPB && since > 0)
		claims->slewed_ns += since / 1000000 * rate / 1000;
	else if (evidence->maxerror_ns < claims->maxerror_ns)
		claims->slewed_ns = 0;
}

/* What the kernel's wall clock claims now. A battery clock vouches for what it set itself, and no
 * longer when somebody else has set the clock since. */
static struct anchor claim_of(
	const struct wall_claims *claims, const struct wall_evidence *evidence)
{
	struct anchor claim = evidence->pair;
	int64_t uncertainty_ns = evidence->uncertainty_ns;

	claim.source = evidence->source;
	if (claims->is_by_hand && evidence->source == ANCHOR_RTC) {
		claim.source = ANCHOR_PERSON;
		uncertainty_ns = by_hand_ns;
	}
	uncertainty_ns += claims->doubt_ns + claims->slewed_ns;
	if (claim.uncertainty_ns < uncertainty_ns)
		claim.uncertainty_ns = uncertainty_ns;
	return claim;
}

void wall_claims_look(struct wall_claims *claims, const struct wall_evidence *evidence,
	struct wall_finding *ret_finding)
{
	*ret_finding = (struct wall_finding){0};
	if (claims->has_looked) {
		compare(claims, evidence, ret_finding);
		note_slew(claims, evidence);
	}
	if (ret_finding->stepped_ns != 0)
		claims->is_by_hand = true;
	if (evidence->is_vouched && evidence->source == ANCHOR_NTP)
		claims->is_by_hand = false; /* a step of whoever disciplines the clock */
	claims->has_looked = true;
	claims->offset_ns = offset(&evidence->pair);
	claims->asleep_ns = evidence->asleep_ns;
	claims->maxerror_ns = evidence->maxerror_ns;
	claims->rate_ppb = evidence->rate_ppb;
	claims->at = evidence->pair.at;
	if (!evidence->is_vouched)
		return;

	struct anchor claim = claim_of(claims, evidence);
	if (!wall_pace_take(&claims->pace, &claim, moved_ns))
		return;
	add(ret_finding, &claim);
}
