/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wall map: what hour each instant of board time was, by whom, give or take.
 *
 * THE ESSAY ON WALL TIME. A board has no clock battery. It counts nanoseconds (board time,
 * base/clock.h) and is told the hour by others, sometimes late, sometimes wrongly, never without
 * doubt. Each such claim is an anchor: at this instant of board time it was that hour. The map is
 * what follows from all claims in the order in which they came, and from nothing else: it is a pure
 * fold over the lists of boots and anchors, so that whoever reads the same lists gets the same map,
 * today and in a year.
 *
 * 1. What was shipped stays. Each boot is a row of pieces, wall = board + offset. A claim changes
 * the map from its `from` on only: the instant that is behind every row which was in the store when
 * it came (store_add_anchor). In a boot that had no hour yet nothing was shipped; there the first
 * claim rules from the beginning. So a longer list of anchors never moves a row that a shorter list
 * gave an hour. A reader that ships looks, after it has read rows, whether the lists have grown
 * since the map was made (reader_wall_map_is_current), and if so does it again.
 *
 * 2. Who is believed. Sources are in an order of trust: NTP (disciplined, by several servers), the
 * pulse and the sentences of a satellite receiver (which tell UTC wrongly by up to 18 s until they
 * have heard of the leap seconds, some 13 minutes after a cold start), the system clock where the
 * configuration vouches for it, a browser, a person (who types what they remember, and slips: the next
 * telephone sets it right), a battery clock. A claim
 *   - agrees with the map if they differ by less than both uncertainties together. Then it confirms
 *     it, or, if the map lies outside what the claim allows and the claim is more than twice as good,
 *     takes over;
 *   - contradicts it otherwise, and takes over, unless it is trusted less than who rules and no
 *     clock drifts by that much (500 ppm): then it is refused.
 * The same source contradicting itself is believed: somebody set that clock right.
 *
 * 3. Order. Time that ran cannot have not run: counted through all boots without what the base of a
 * boot left out, wall time minus board time can only grow while the board is off. A claim that says
 * less (a saved time, a battery clock that lost its battery) is refused, if whoever told the hour
 * before is trusted as much. Where two that are trusted alike disagree, the new one is believed when
 * it still says so an hour later.
 *
 * Within a boot wall time rises strictly. A correction forward is a step. One backward, of up to
 * 10 minutes, is squeezed: wall time runs at half speed until the excess is gone (a leap second is
 * such a squeeze of two seconds). A larger one means that what ruled was false; then wall time steps
 * back, and passes hours that were passed before. There the pass has a number, the lap, that no other
 * has (wall_map_lap), so there are no more of them than steps back: no two rows of a stream have the same hour and the same lap, so no point can
 * take the place of another where the lap is a tag (ship/series.h). At half speed a stream of more
 * than 500 rows a second comes faster than one a millisecond; a store that keeps milliseconds then
 * holds one of two, and that is told as of any stream too fast for it (ship/fill.c).
 *
 * 4. Boots without an hour. Between two known boots an unknown one can only lie in what is left of
 * the time between: if that is an hour at most they all get its middle, +- half of it
 * (ANCHOR_BETWEEN; it follows from the claim that made the later boot known, so it is as lasting as
 * that). Else they wait until a person says. A claim for a past boot must fit between the others.
 *
 * 5. Uncertainty, of 95 % like all others. At a claim it is the claim's (and by how much the map
 * differs from it). Away from it a quartz may drift: 50 ppm (crystals of such boards are specified
 * to 20-50 ppm over temperature), or what was observed, up to 500 ppm; 1 ppm between two claims of a
 * disciplined clock no more than two hours apart (temperature moves a quartz by that much between
 * two corrections). The kernel's clock may be slewed before it claims to be right, so a claim of it
 * vouches for nothing before, but for the beginning of a boot: clocks that are off by more than a
 * second are stepped by all daemons, and what boards without a battery have at boot is. A piece
 * whose claim turned out false is doubted by all that it was wrong. A sleep is noticed a moment late: the
 * rows of the two seconds before it is told, and those that the store took since, are doubted by all of
 * it.
 *
 * Pure; any one thread at a time. Allocates while it is built. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* What became of a claim. */
enum wall_verdict {
	WALL_RULES = 1,   /* it is the map from its `from` on */
	WALL_CONFIRMS,    /* the map says so already */
	WALL_TOO_EARLY,   /* refused: it was known to be later than that */
	WALL_TOO_LATE,    /* refused: the boot after that one began earlier */
	WALL_CONTRADICTS, /* refused: who rules is trusted more */
	WALL_PAST,        /* refused: the hours of that boot were told, and shipped */
	WALL_NO_BOOT,     /* refused: of no boot that is known; or nothing to carry on */
};

static inline bool wall_verdict_is_refusal(enum wall_verdict verdict)
{
	return verdict > WALL_CONFIRMS;
}

/* "it was known to be later": an English half sentence, static. */
const char *wall_verdict_text(enum wall_verdict verdict);

struct wall_map;

int wall_map_new(struct wall_map **ret_map);
void wall_map_free(struct wall_map *map); /* NULL: nothing */

/* Boots in the order of their numbers; each before the first anchor that was told in it, and after
 * those that were told earlier, whose laps would be others else than when they were shipped.
 * skipped_ns: board time that its base left out beyond the usual second. -ENOMEM; -EINVAL: not behind
 * the one before. */
int wall_map_add_boot(struct wall_map *map, uint32_t id, struct instant begin, int64_t skipped_ns);

/* Anchors in the order in which they were told. An ANCHOR_CARRIED whose wall is before 2026 says only
 * how long the board slept. 0 or -ENOMEM; ret_verdict may be NULL. */
int wall_map_add_anchor(struct wall_map *map, uint32_t boot, const struct anchor *anchor,
	struct instant from, enum wall_verdict *ret_verdict);

/* What would become of a claim, if it came now; of the boot that its instant is of. */
enum wall_verdict wall_map_judge(const struct wall_map *map, const struct anchor *anchor);

/* False when nobody has told the hour for that boot, or an int64 does not hold it. ret_anchor, which
 * may be NULL: the claim that rules there, with the uncertainty of this instant. */
bool wall_map_at(const struct wall_map *map, struct instant at, struct wall *ret_wall,
	struct anchor *ret_anchor);

/* Up to there wall time is board time plus a constant, or runs at half speed. INT64_MAX: for good. */
struct instant wall_map_next(const struct wall_map *map, struct instant at);
bool wall_map_is_squeezed(const struct wall_map *map, struct instant at);

/* Nearly always 0. Else the hour may have been passed before, by who was believed then, and this is the
 * number of the pass: no two share hour and number. */
unsigned wall_map_lap(const struct wall_map *map, struct instant at);

/* Which board recorded what is there (boot_name.h); 0: nobody knows. */
uint32_t wall_map_board(const struct wall_map *map, struct instant at);

/* How many boots have an hour; grows with the claims. */
unsigned wall_map_known(const struct wall_map *map);

/* Boots for people, in order; i < wall_map_boots. */
struct wall_boot {
	uint32_t id;
	struct instant begin, end; /* of board time; end INT64_MAX: it runs */
	bool is_known;
	struct wall began, ended; /* is_known; ended: if it did */
	struct anchor anchor;     /* is_known: the first claim, uncertainty_ns: at the beginning */
	unsigned n_pieces, n_refused;
};
size_t wall_map_boots(const struct wall_map *map);
struct wall_boot wall_map_boot(const struct wall_map *map, size_t i);

/* What somebody should hear of: the last claim that was refused, the last step back. */
struct wall_news {
	unsigned n_refused, n_steps_back;
	struct anchor refused, stepped; /* the claims */
	enum wall_verdict why;
	int64_t back_ns; /* of the last step */
};
struct wall_news wall_map_news(const struct wall_map *map);
