/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wall map's inside, for wall_build.c (its lists), wall_judge.c (what a claim is worth),
 * wall_rule.c (what it does to the map) and wall_map.c (asking it). */
#pragma once

#include "keep/wall_map.h"

enum {
	WALL_QUARTZ_PPB = 50000, /* what a board's clock may drift, */
	WALL_MOST_PPB = 501000,  /* and the most that any is taken to: as far as NTP would go */
	WALL_DISCIPLINED_PPB = 1000,
	WALL_RIVAL_S = 3600,
};

/* Somebody vouched for the piece here. */
struct wall_witness {
	int64_t at_ns;
	int64_t told_ns; /* uncertainty of the piece by this alone, */
	int64_t best_ns; /* and by all that are of the same piece */
	enum anchor_source source;
};

struct wall_piece {
	int64_t from_ns;
	int64_t offset_ns; /* wall time minus board time, once the lag is gone */
	int64_t lag_ns; /* at from_ns wall time is ahead of that by so much; half speed until then */
	uint32_t drift_ppb;
	unsigned pass; /* hours rise through all pieces of a pass: the order of its first one */
	int64_t lap_from_ns, lap_until_ns; /* hours that older pieces may have passed */
	enum anchor_source
		trust; /* whose trust the piece has: of one that was carried, who told before */
	struct anchor claim;
	size_t first_evidence, n_evidence; /* in the boot's list */
	int64_t doubt_from_ns, doubt_ns;   /* it was found wrong by so much */
	int64_t slept_from_ns, slept_ns; /* rows from then on may be of after a sleep of so long */
};

struct wall_sleep {
	int64_t at_ns, slept_ns;
};

struct wall_hours {
	uint32_t id;
	uint32_t board; /* wall_map_board */
	int64_t begin_ns;
	int64_t skipped_ns; /* by the bases of all boots up to this one */
	struct wall_piece *pieces;
	size_t n_pieces;
	struct wall_witness *evidence;
	size_t n_evidence, evidence_room;
	struct wall_sleep *sleeps; /* while it has no hour */
	size_t n_sleeps;
	unsigned n_refused;
	bool has_rival; /* trusted as much as who told the hour before, and earlier than that */
	struct anchor rival;
};

struct wall_map {
	struct wall_hours *boots;
	size_t n, room;
	unsigned n_pieces, n_known;
	int64_t top_ns; /* the latest hour of all pieces that are over */
	struct wall_news news;
	int64_t lists; /* what tells the lists it was made of from longer ones; wall_read.c */
};

/* Sums that stay at the ends of an int64 instead of wrapping: claims may be any number. */
static inline int64_t wall_add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? (b > 0 ? INT64_MAX : INT64_MIN) : sum;
}

static inline int64_t wall_subtract(int64_t a, int64_t b)
{
	int64_t difference;

	return __builtin_sub_overflow(a, b, &difference) ? (b < 0 ? INT64_MAX : INT64_MIN)
							 : difference;
}

static inline int64_t wall_distance(int64_t a, int64_t b)
{
	return a > b ? wall_subtract(a, b) : wall_subtract(b, a);
}

/* By how much a clock of so many ppb may be off after a while; ppb <= 1 000 000. */
static inline int64_t wall_drift(int64_t ns, uint32_t ppb)
{
	return ns / 1000000 * ppb / 1000 + ns % 1000000 * ppb / 1000000000;
}

/* The boot of an instant; the first, for what lies before it. map->n > 0. */
size_t wall_boot_at(const struct wall_map *map, int64_t at_ns);
/* Of a boot that has one. */
size_t wall_piece_at(const struct wall_hours *boot, int64_t at_ns);
/* False, and nothing is written, when an int64 does not hold it. */
bool wall_of(const struct wall_piece *piece, int64_t at_ns, int64_t *ret_wall_ns);
/* The excess that is still there. */
int64_t wall_lag_left(const struct wall_piece *piece, int64_t at_ns);
int64_t wall_uncertainty(
	const struct wall_hours *boot, const struct wall_piece *piece, int64_t at_ns);
/* What a quartz does in between two, 0 <= i < n_evidence - 1 of the piece. */
uint32_t wall_drift_between(const struct wall_piece *piece, const struct wall_witness *earlier,
	const struct wall_witness *later);
/* Does it vouch for what was before it? */
bool wall_reaches_back(const struct wall_piece *piece, const struct wall_witness *earlier,
	const struct wall_witness *later);

/* --- wall_build.c --- */
/* Who vouches for the boot's last piece; what is earlier than the last of them is of no more use.
 * -ENOMEM. */
int wall_add_evidence(struct wall_hours *boot, const struct wall_witness *told);
/* The clock was seen to drift more than was thought. */
void wall_weigh_again(struct wall_hours *boot, struct wall_piece *piece);
/* The next piece of a boot, and that it was vouched for. -ENOMEM. */
int wall_add_piece(struct wall_map *map, struct wall_hours *boot, struct wall_piece piece,
	int64_t at_ns, int64_t told_ns);

/* --- wall_judge.c --- */
unsigned wall_trust(enum anchor_source source);
int64_t wall_end(
	const struct wall_map *map, const struct wall_hours *boot); /* INT64_MAX: it runs */
/* NULL: there is none. */
const struct wall_hours *wall_known_before(
	const struct wall_map *map, const struct wall_hours *boot);
const struct wall_hours *wall_known_behind(
	const struct wall_map *map, const struct wall_hours *boot);

/* Wall time minus the time that ran, at a boot's end or beginning, and how sure that is: a clock
 * drifts on behind its last witness. */
struct wall_bound {
	int64_t offset_ns, uncertainty_ns;
	int64_t lag_ns;  /* of the offset: given back, had the boot gone on */
	int64_t most_ns; /* by which it can be wrong if the clock drifts as no quartz should */
	unsigned trust;
};

struct wall_bound wall_bound(const struct wall_hours *boot, int64_t at_ns);

/* What separates a claim from the last piece of its boot. */
struct wall_difference {
	int64_t by_ns;         /* > 0: the map is behind */
	int64_t map_ns;        /* uncertainty of the map */
	int64_t witness_at_ns; /* who vouched for it last */
	bool is_drift;         /* a clock could have drifted by that since then */
};

struct wall_difference wall_compare(const struct wall_hours *boot, const struct anchor *claim);

/* WALL_CONFIRMS for a sleep of a boot that has no hour. ret_is_rival: too early by who is trusted just
 * as much. */
enum wall_verdict wall_judge(const struct wall_map *map, const struct wall_hours *boot,
	const struct anchor *claim, int64_t from_ns, bool *ret_is_rival);
