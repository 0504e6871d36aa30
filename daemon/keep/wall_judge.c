/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a claim is worth beside what is known; the rules are told in wall_map.h. Across boots
 * everything is said in offsets, wall time minus the time that ran: while a board is off they can
 * only grow. */
#include "keep/wall_map_state.h"

static const int64_t oldest_ns = CLOCK_OLDEST_WALL_S * (int64_t)NS_PER_S;

/* Then one that contradicts what is trusted alike is believed. */
static const int64_t rival_ns = WALL_RIVAL_S * (int64_t)NS_PER_S;

/* Two claims of a disciplined clock that vouch for the time between: they come hourly. */
static const int64_t disciplined_ns = 120 * 60 * (int64_t)NS_PER_S;

unsigned wall_trust(enum anchor_source source)
{
	switch (source) {
	case ANCHOR_NTP:
		return 7;
	case ANCHOR_PPS:
		return 6;
	case ANCHOR_GPS:
		return 5;
	case ANCHOR_SYSTEM:
		return 4;
	case ANCHOR_BROWSER:
		return 3;
	case ANCHOR_PERSON:
		return 2;
	case ANCHOR_RTC:
		return 1;
	case ANCHOR_CARRIED:
	case ANCHOR_BETWEEN:
		return 0;
	}
	return 0;
}

uint32_t wall_drift_between(const struct wall_piece *piece, const struct wall_witness *earlier,
	const struct wall_witness *later)
{
	bool is_disciplined = earlier->source == ANCHOR_NTP && later->source == ANCHOR_NTP &&
		wall_subtract(later->at_ns, earlier->at_ns) <= disciplined_ns;

	return is_disciplined ? WALL_DISCIPLINED_PPB : piece->drift_ppb;
}

/* The kernel's clock may have been slewed to where it is right now. */
bool wall_reaches_back(const struct wall_piece *piece, const struct wall_witness *earlier,
	const struct wall_witness *later)
{
	switch (later->source) {
	case ANCHOR_NTP:
	case ANCHOR_SYSTEM:
	case ANCHOR_RTC:
		return wall_drift_between(piece, earlier, later) == WALL_DISCIPLINED_PPB;
	case ANCHOR_GPS:
	case ANCHOR_PPS:
	case ANCHOR_BROWSER:
	case ANCHOR_PERSON:
	case ANCHOR_CARRIED:
	case ANCHOR_BETWEEN:
		return true;
	}
	return true;
}

int64_t wall_end(const struct wall_map *map, const struct wall_hours *boot)
{
	const struct wall_hours *next = boot + 1;

	return next < map->boots + map->n ? next->begin_ns : INT64_MAX;
}

/* ---------------------------------------------------------------- between boots */

struct wall_bound wall_bound(const struct wall_hours *boot, int64_t at_ns)
{
	const struct wall_piece *piece = &boot->pieces[wall_piece_at(boot, at_ns)];
	const struct wall_witness *last =
		&boot->evidence[piece->first_evidence + piece->n_evidence - 1];

	return (struct wall_bound){
		.offset_ns = wall_add(
			wall_add(piece->offset_ns, wall_lag_left(piece, at_ns)), boot->skipped_ns),
		.uncertainty_ns = wall_uncertainty(boot, piece, at_ns),
		.most_ns = wall_add(last->best_ns,
			wall_drift(wall_distance(at_ns, last->at_ns), WALL_MOST_PPB)),
		.lag_ns = wall_lag_left(piece, at_ns),
		.trust = wall_trust(piece->trust),
	};
}

const struct wall_hours *wall_known_before(
	const struct wall_map *map, const struct wall_hours *boot)
{
	while (boot-- > map->boots)
		if (boot->n_pieces)
			return boot;
	return NULL;
}

const struct wall_hours *wall_known_behind(
	const struct wall_map *map, const struct wall_hours *boot)
{
	while (++boot < map->boots + map->n)
		if (boot->n_pieces)
			return boot;
	return NULL;
}

static int64_t offset_of(const struct wall_hours *boot, const struct anchor *claim)
{
	return wall_add(wall_subtract(claim->wall.ns, claim->at.ns), boot->skipped_ns);
}

/* A rival that says so an hour later is believed. A battery clock or a system clock that goes on
 * saying what it said is no second witness. */
static bool has_stood(const struct wall_hours *boot, const struct anchor *claim)
{
	const struct anchor *rival = &boot->rival;
	int64_t apart, since = wall_subtract(claim->at.ns, rival->at.ns);

	if (!boot->has_rival || since < rival_ns)
		return false;
	apart = wall_distance(offset_of(boot, rival), offset_of(boot, claim));
	return apart <=
		rival->uncertainty_ns + claim->uncertainty_ns + wall_drift(since, WALL_MOST_PPB);
}

static bool may_be_rival(enum anchor_source source)
{
	return source == ANCHOR_NTP || source == ANCHOR_PPS || source == ANCHOR_GPS ||
		source == ANCHOR_BROWSER;
}

/* 0: the boots before and behind have nothing against it. */
static enum wall_verdict judge_order(const struct wall_map *map, const struct wall_hours *boot,
	const struct anchor *claim, bool *ret_is_rival)
{
	const struct wall_hours *before = wall_known_before(map, boot);
	const struct wall_hours *behind = wall_known_behind(map, boot);
	int64_t offset = offset_of(boot, claim);
	unsigned trust = wall_trust(claim->source);

	*ret_is_rival = false;
	if (before) {
		int64_t end = wall_end(map, before);
		struct wall_bound bound = wall_bound(before, end);
		bool binds = trust < bound.trust ||
			(trust == bound.trust && claim->source != ANCHOR_PERSON);
		int64_t allowed = wall_add(wall_add(claim->uncertainty_ns, bound.most_ns),
			wall_drift(wall_distance(claim->at.ns, end), WALL_QUARTZ_PPB));

		if ((binds || behind) &&
			wall_add(offset, allowed) < bound.offset_ns - bound.lag_ns) {
			*ret_is_rival = trust == bound.trust && may_be_rival(claim->source);
			if (!*ret_is_rival || !has_stood(boot, claim))
				return WALL_TOO_EARLY;
		}
	}
	if (behind) {
		struct wall_bound bound = wall_bound(behind, behind->begin_ns);

		if (wall_subtract(offset, claim->uncertainty_ns) >
			wall_add(bound.offset_ns, bound.uncertainty_ns))
			return WALL_TOO_LATE;
	}
	return 0;
}

/* ---------------------------------------------------------------- judging */

struct wall_difference wall_compare(const struct wall_hours *boot, const struct anchor *claim)
{
	const struct wall_piece *piece = &boot->pieces[boot->n_pieces - 1];
	const struct wall_witness *last = &boot->evidence[boot->n_evidence - 1];
	int64_t offset = wall_subtract(claim->wall.ns, claim->at.ns);
	struct wall_difference difference = {
		.by_ns = wall_subtract(offset, piece->offset_ns),
		.map_ns = wall_subtract(wall_uncertainty(boot, piece, claim->at.ns),
			wall_lag_left(piece, claim->at.ns)),
		.witness_at_ns = last->at_ns,
	};
	int64_t most = wall_add(wall_add(claim->uncertainty_ns, last->best_ns),
		wall_drift(wall_distance(claim->at.ns, last->at_ns), WALL_MOST_PPB));

	difference.is_drift = wall_distance(offset, piece->offset_ns) <= most;
	return difference;
}

static enum wall_verdict judge_known(const struct wall_hours *boot, const struct anchor *claim,
	const struct wall_difference *difference)
{
	const struct wall_piece *piece = &boot->pieces[boot->n_pieces - 1];
	int64_t by = wall_distance(difference->by_ns, 0);

	if (claim->source == ANCHOR_CARRIED)
		return WALL_RULES;
	if (by > wall_add(claim->uncertainty_ns, difference->map_ns)) /* contradicts */
		return wall_trust(claim->source) < wall_trust(piece->trust) && !difference->is_drift
			? WALL_CONTRADICTS
			: WALL_RULES;
	return by > claim->uncertainty_ns && claim->uncertainty_ns < difference->map_ns / 2
		? WALL_RULES
		: WALL_CONFIRMS;
}

enum wall_verdict wall_judge(const struct wall_map *map, const struct wall_hours *boot,
	const struct anchor *claim, int64_t from_ns, bool *ret_is_rival)
{
	enum wall_verdict verdict;

	*ret_is_rival = false;
	if (claim->source == ANCHOR_CARRIED && !boot->n_pieces)
		return claim->at.ns >= boot->begin_ns && claim->wall.ns > 0 &&
				claim->wall.ns < oldest_ns
			? WALL_CONFIRMS
			: WALL_NO_BOOT;
	if (claim->wall.ns < oldest_ns)
		return WALL_TOO_EARLY;
	if (!boot->n_pieces)
		return (verdict = judge_order(map, boot, claim, ret_is_rival)) ? verdict
									       : WALL_RULES;
	struct wall_difference difference = wall_compare(boot, claim);

	verdict = judge_known(boot, claim, &difference);
	if (verdict != WALL_RULES)
		return verdict;
	if (from_ns >= wall_end(map, boot))
		return WALL_PAST;
	if (claim->source == ANCHOR_CARRIED)
		return WALL_RULES;
	return (verdict = judge_order(map, boot, claim, ret_is_rival)) ? verdict : WALL_RULES;
}

enum wall_verdict wall_map_judge(const struct wall_map *map, const struct anchor *anchor)
{
	bool is_rival;

	if (!map->n || anchor->at.ns < map->boots[0].begin_ns)
		return WALL_NO_BOOT;
	const struct wall_hours *boot = &map->boots[wall_boot_at(map, anchor->at.ns)];

	/* A claim for a past boot comes when rows behind it are in the store. */
	return wall_judge(map, boot, anchor,
		wall_end(map, boot) < INT64_MAX ? INT64_MAX : anchor->at.ns, &is_rival);
}

const char *wall_verdict_text(enum wall_verdict verdict)
{
	switch (verdict) {
	case WALL_RULES:
		return "it rules from now on";
	case WALL_CONFIRMS:
		return "it says what was known";
	case WALL_TOO_EARLY:
		return "it was known to be later";
	case WALL_TOO_LATE:
		return "the start after that one was earlier";
	case WALL_CONTRADICTS:
		return "who told the hour before is trusted more";
	case WALL_PAST:
		return "the hours of that start were told already, and have gone out";
	case WALL_NO_BOOT:
		return "there was no start of the board at that time";
	}
	return "";
}
