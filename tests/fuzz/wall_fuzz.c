/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Anybody may claim any hour: browsers, people, satellites, and rows of a card that told lies. Whatever
 * they claim, what was given an hour keeps it when more claims come, no hour is there twice but with the
 * number of another pass, and nothing overflows.
 *
 * Input: a byte (odd: as of a card that lies, else as the store writes), then steps of 20: boot or claim and
 * its source, its boot and how much time passes then, how large its numbers are, how uncertain it is, its
 * instant (8), its hour (8). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep/wall_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { STEP = 20, STEPS = 64, STRETCHES = 512 };

static const int64_t DAY_NS = 86400 * (int64_t)NS_PER_S;
static const int64_t OLDEST_NS = CLOCK_OLDEST_WALL_S * (int64_t)NS_PER_S;

/* What an instant was told to be, for good: it is before the `from` of all that comes. */
struct told {
	struct instant at;
	struct wall wall;
	unsigned lap;
};

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "wall_fuzz: %s\n", what);
	abort();
}

/* --- what was told --- */

/* A stretch in which hours run with the board. */
struct stretch {
	struct instant from;
	int64_t first_ns, last_ns; /* hours */
};

/* False: nobody knows its hours, or they are squeezed. */
static bool see_stretch(const struct wall_map *map, struct instant from, struct instant to,
	struct stretch *ret_stretch)
{
	struct wall first, last;
	struct anchor anchor;

	if (!wall_map_at(map, from, &first, &anchor) || !wall_map_at(map, to, &last, NULL))
		return false;
	must(anchor.uncertainty_ns >= 0, "an uncertainty below nothing");
	must(last.ns >= first.ns && (last.ns > first.ns || to.ns - from.ns < 2),
		"hours that do not rise");
	*ret_stretch = (struct stretch){from, first.ns, last.ns};
	return !wall_map_is_squeezed(map, from);
}

static unsigned lap_of(const struct wall_map *map, const struct stretch *stretch, int64_t hour_ns)
{
	struct instant at = instant_add(stretch->from, hour_ns - stretch->first_ns);
	struct wall wall;

	must(wall_map_at(map, at, &wall, NULL) && wall.ns == hour_ns, "a stretch that is bent");
	return wall_map_lap(map, at);
}

/* An hour that is in both is in another pass there: else a point would take the place of another. */
static void check_two(
	const struct wall_map *map, const struct stretch *one, const struct stretch *other)
{
	int64_t low = one->first_ns > other->first_ns ? one->first_ns : other->first_ns;
	int64_t high = one->last_ns < other->last_ns ? one->last_ns : other->last_ns;

	for (int i = 0; i <= 4 && low <= high; i++) {
		int64_t hour_ns = low + (high - low) / 4 * i;

		must(lap_of(map, one, hour_ns) != lap_of(map, other, hour_ns),
			"an hour twice in one pass");
	}
}

/* One boot, whose hours are seen behind those of the boots before it. */
static void check_boot(const struct wall_map *map, struct wall_boot boot, int64_t newest_ns,
	struct stretch seen[STRETCHES], size_t *n)
{
	int64_t end_ns = boot.end.ns < newest_ns ? boot.end.ns : newest_ns;

	for (struct instant at = boot.begin; at.ns < end_ns && *n < STRETCHES;) {
		struct instant next = wall_map_next(map, at);
		int64_t to_ns = (next.ns < end_ns ? next.ns : end_ns) - 1;

		must(next.ns > at.ns, "the next stretch begins before this one");
		if (see_stretch(map, at, (struct instant){to_ns}, &seen[*n])) {
			for (size_t i = 0; i < *n; i++)
				check_two(map, &seen[i], &seen[*n]);
			++*n;
		}
		at = next;
	}
}

static void check_hours(const struct wall_map *map, int64_t newest_ns)
{
	struct stretch seen[STRETCHES];
	size_t n = 0;

	for (size_t i = 0; i < wall_map_boots(map); i++)
		check_boot(map, wall_map_boot(map, i), newest_ns, seen, &n);
}

static void check_told(const struct wall_map *map, const struct told *told, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct wall wall;

		must(wall_map_at(map, told[i].at, &wall, NULL), "its hour is gone");
		must(wall.ns == told[i].wall.ns, "its hour is another one");
		must(wall_map_lap(map, told[i].at) == told[i].lap, "its pass is another one");
	}
}

/* --- steps --- */

static int64_t number(const uint8_t *bytes, unsigned size)
{
	int64_t value;

	memcpy(&value, bytes, sizeof value);
	return size & 1 ? value : value % (400 * DAY_NS); /* anything, or of a year */
}

/* A boot behind the last one, as the store makes them. */
static void add_boot(struct wall_map *map, uint32_t *n_boots, int64_t *newest_ns, int64_t after_ns)
{
	int64_t begin_ns;

	if (after_ns < 0 ||
		__builtin_add_overflow(*newest_ns, after_ns % (40 * DAY_NS) + 1, &begin_ns))
		return;
	must(wall_map_add_boot(
		     map, *n_boots + 1, (struct instant){begin_ns}, after_ns % NS_PER_S) == 0,
		"a boot is refused");
	++*n_boots;
	*newest_ns = begin_ns;
}

/* What a card may say that tells lies: anything of any boot. */
static struct anchor wild_claim(const uint8_t *bytes)
{
	return (struct anchor){.at = {number(bytes + 4, bytes[2])},
		.wall = {number(bytes + 12, bytes[2] >> 1)},
		.uncertainty_ns = number(bytes + 4, bytes[3]),
		.source = (enum anchor_source)(bytes[0] & 15)};
}

/* What the store writes: of a moment ago, or of the beginning of a boot that somebody remembers. */
static struct anchor tame_claim(
	const struct wall_map *map, const uint8_t *bytes, int64_t newest_ns, uint32_t *ret_boot)
{
	size_t n = wall_map_boots(map), of = n - 1;
	struct anchor anchor = {.wall = {number(bytes + 12, 0)},
		.uncertainty_ns = INT64_C(1) << bytes[3] % 40,
		.source = (enum anchor_source)(1 + bytes[0] % ANCHOR_CARRIED)};

	if (anchor.wall.ns < 0)
		anchor.wall.ns = -anchor.wall.ns;
	if (anchor.source != ANCHOR_CARRIED)
		anchor.wall.ns += OLDEST_NS;
	if (anchor.source == ANCHOR_PERSON)
		of = bytes[1] % n;
	anchor.at.ns = newest_ns;
	if (anchor.source != ANCHOR_CARRIED) /* a sleep is told at once */
		anchor.at.ns -= bytes[2] * (int64_t)NS_PER_S;
	if (anchor.at.ns < wall_map_boot(map, of).begin.ns || of + 1 < n)
		anchor.at = wall_map_boot(map, of).begin;
	*ret_boot = wall_map_boot(map, of).id;
	return anchor;
}

/* From behind every row that was there on, as the store promises: rows are told of up to `newest`. */
static void add_claim(struct wall_map *map, const uint8_t *bytes, int64_t newest_ns, bool is_wild)
{
	uint32_t boot = bytes[1];
	struct anchor anchor =
		is_wild ? wild_claim(bytes) : tame_claim(map, bytes, newest_ns, &boot);
	enum wall_verdict verdict;

	(void)wall_map_judge(map, &anchor);
	must(wall_map_add_anchor(map, boot, &anchor, (struct instant){newest_ns}, &verdict) == 0,
		"no memory");
	must(verdict >= WALL_RULES && verdict <= WALL_NO_BOOT && *wall_verdict_text(verdict),
		"no verdict");
}

static void pass(int64_t *newest_ns, unsigned byte)
{
	int64_t later_ns;

	if (!__builtin_add_overflow(*newest_ns, INT64_C(1) << byte % 52, &later_ns) &&
		later_ns < INT64_MAX / 4)
		*newest_ns = later_ns;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct told told[STEPS];
	struct wall_map *map;
	uint32_t n_boots = 0;
	int64_t newest_ns = 0;
	size_t n_told = 0;
	bool is_wild = n > 0 && bytes[0] & 1; /* as of a card that lies; else as the store writes */

	must(wall_map_new(&map) == 0, "no memory");
	add_boot(map, &n_boots, &newest_ns, 0);
	for (size_t i = 1; i + STEP <= n && i < 1 + STEPS * STEP; i += STEP) {
		const uint8_t *step = bytes + i;

		if (step[0] & 0x80)
			add_boot(map, &n_boots, &newest_ns, number(step + 4, 0));
		else
			add_claim(map, step, newest_ns, is_wild);
		check_told(map, told, n_told);
		/* A row comes, and is shipped. */
		told[n_told].at.ns = newest_ns;
		if (wall_map_at(map, told[n_told].at, &told[n_told].wall, NULL)) {
			told[n_told].lap = wall_map_lap(map, told[n_told].at);
			n_told++;
		}
		pass(&newest_ns, step[1]);
	}
	if (!is_wild)
		check_hours(map, newest_ns);
	for (size_t i = 0; i < wall_map_boots(map); i++)
		(void)wall_map_boot(map, i);
	(void)wall_map_known(map);
	(void)wall_map_news(map);
	wall_map_free(map);
	return 0;
}
