/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a claim does to the wall map, once it is judged (wall_judge.c). */
#include <errno.h>
#include <stdlib.h>

#include "keep/wall_map_state.h"

/* A longer way back is a claim that was false, not a clock that ran fast. */
static const int64_t most_squeezed_ns = 10 * 60 * (int64_t)NS_PER_S;

/* A sleep is told so late at most: who watches looks each second (wallwatch.c), on a board that is
 * busy. */
static const int64_t wake_ns = 2 * (int64_t)NS_PER_S;

/* Between two boots, to be halved. */
static const int64_t most_slack_ns = 3600 * (int64_t)NS_PER_S;

/* ---------------------------------------------------------------- taking over */

/* Rows that were taken after a sleep and before anybody told of it have the hour of before. Which of the
 * last ones they are nobody knows, so all may be. `end_ns`: of the boot's last piece. */
static void doubt_unslept(
	struct wall_hours *boot, int64_t told_at_ns, int64_t slept_ns, int64_t end_ns)
{
	int64_t from = wall_subtract(told_at_ns, wake_ns);

	for (size_t i = boot->n_pieces; i-- > 0 && end_ns > from;) {
		struct wall_piece *piece = &boot->pieces[i];

		if (!piece->slept_ns || from < piece->slept_from_ns)
			piece->slept_from_ns = from;
		piece->slept_ns = wall_add(piece->slept_ns, slept_ns);
		end_ns = piece->from_ns;
	}
}

/* A past boot is put between its neighbours exactly, where the claim for it was a little off: those
 * have gone out. `slept_ns`: in all. */
static int64_t between_neighbours(const struct wall_map *map, const struct wall_hours *boot,
	int64_t offset_ns, int64_t slept_ns)
{
	const struct wall_hours *before = wall_known_before(map, boot);
	const struct wall_hours *behind = wall_known_behind(map, boot);
	int64_t offset = wall_add(offset_ns, boot->skipped_ns), early = INT64_MIN, late;

	if (!behind)
		return offset_ns;
	if (before)
		early = wall_bound(before, wall_end(map, before)).offset_ns;
	late = wall_subtract(wall_bound(behind, behind->begin_ns).offset_ns, slept_ns);
	offset = offset < early ? early : offset;
	offset = offset > late ? late : offset;
	return wall_subtract(offset, boot->skipped_ns);
}

/* The boot before was a little ahead: then this one begins so, and gives it back. */
static int64_t lag_of_before(
	const struct wall_map *map, const struct wall_hours *boot, int64_t offset_ns)
{
	const struct wall_hours *before = wall_known_before(map, boot);
	int64_t lag;

	if (!before || wall_known_behind(map, boot))
		return 0;
	lag = wall_subtract(wall_bound(before, wall_end(map, before)).offset_ns,
		wall_add(offset_ns, boot->skipped_ns));
	return lag > 0 && lag <= most_squeezed_ns ? lag : 0;
}

/* The first claim of a boot rules from its beginning; where the board slept before anybody knew the
 * hour, in as many pieces. */
static int begin_hours(struct wall_map *map, struct wall_hours *boot, const struct anchor *claim)
{
	struct wall_piece piece = {.from_ns = boot->begin_ns,
		.offset_ns = wall_subtract(claim->wall.ns, claim->at.ns),
		.drift_ppb = WALL_QUARTZ_PPB,
		.trust = claim->source,
		.claim = *claim};
	int64_t slept_ns = 0;
	int result = 0;

	for (size_t i = 0; i < boot->n_sleeps; i++) {
		slept_ns = wall_add(slept_ns, boot->sleeps[i].slept_ns);
		if (boot->sleeps[i].at_ns <= claim->at.ns)
			piece.offset_ns = wall_subtract(piece.offset_ns, boot->sleeps[i].slept_ns);
	}
	piece.offset_ns = between_neighbours(map, boot, piece.offset_ns, slept_ns);
	if (!boot->n_sleeps)
		piece.lag_ns = lag_of_before(map, boot, piece.offset_ns);
	for (size_t i = 0; i < boot->n_sleeps && result == 0; i++) {
		const struct wall_sleep *sleep = &boot->sleeps[i];
		int64_t away =
			wall_drift(wall_distance(claim->at.ns, sleep->at_ns), WALL_QUARTZ_PPB);

		result = wall_add_piece(
			map, boot, piece, sleep->at_ns, wall_add(claim->uncertainty_ns, away));
		if (result == 0)
			doubt_unslept(boot, sleep->at_ns, sleep->slept_ns, sleep->at_ns);
		piece.from_ns = sleep->at_ns;
		piece.offset_ns = wall_add(piece.offset_ns, sleep->slept_ns);
	}
	if (result == 0)
		result = wall_add_piece(map, boot, piece,
			claim->at.ns > piece.from_ns || !boot->n_sleeps ? claim->at.ns
									: piece.from_ns,
			claim->uncertainty_ns);
	return result;
}

/* A clock that drifts more than a quartz should. */
static void note_drift(struct wall_hours *boot, int64_t by_ns, int64_t since_ns)
{
	struct wall_piece *last = &boot->pieces[boot->n_pieces - 1];
	int64_t since_ms = since_ns / NS_PER_MS, ppb = WALL_MOST_PPB;

	if (since_ms > 0 && by_ns / since_ms < WALL_MOST_PPB / 1000)
		ppb = by_ns * 1000 / since_ms + 1;
	if (ppb > last->drift_ppb)
		last->drift_ppb = (uint32_t)ppb;
	wall_weigh_again(boot, last);
}

/* What ruled was wrong by so much: because its clock drifted since somebody vouched for it, who said so
 * twice or is trusted more; or perhaps because it was false. */
static void doubt(struct wall_hours *boot, const struct anchor *claim,
	const struct wall_difference *difference)
{
	struct wall_piece *last = &boot->pieces[boot->n_pieces - 1];
	int64_t by = wall_add(wall_distance(difference->by_ns, 0), claim->uncertainty_ns);
	unsigned trust = wall_trust(claim->source);

	if (difference->is_drift)
		note_drift(boot, by, wall_subtract(claim->at.ns, difference->witness_at_ns));
	for (struct wall_piece *piece = last; piece >= boot->pieces; piece--) {
		const struct wall_witness *e = boot->evidence + piece->first_evidence;
		size_t n = 0, newest = 0;

		for (size_t i = 0; i < piece->n_evidence; i++)
			if (wall_trust(e[i].source) >= trust) {
				n++;
				newest = i;
			}
		if (piece < last && piece->doubt_ns) { /* by who is found false himself */
			piece->doubt_ns = wall_add(piece->doubt_ns, by);
			continue;
		}
		if (piece < last && wall_trust(piece->trust) >= trust)
			break;
		if (difference->is_drift && (n > 1 || wall_trust(piece->trust) > trust))
			break;
		/* One that said so twice was right until then. */
		piece->doubt_from_ns = n > 1 ? e[newest].at_ns : INT64_MIN;
		piece->doubt_ns = by > piece->doubt_ns ? by : piece->doubt_ns;
		if (n > 1)
			break;
	}
}

static int take_over(struct wall_map *map, struct wall_hours *boot, const struct anchor *claim,
	int64_t from_ns, const struct wall_difference *difference)
{
	struct wall_piece *last = &boot->pieces[boot->n_pieces - 1];
	bool is_carried = claim->source == ANCHOR_CARRIED;
	struct wall_piece piece = {
		.from_ns = from_ns > last->from_ns ? from_ns : last->from_ns,
		.offset_ns = wall_subtract(claim->wall.ns, claim->at.ns),
		.trust = is_carried ? last->trust : claim->source,
		.claim = *claim,
	};
	int64_t by = wall_distance(difference->by_ns, 0);
	int result = 0;

	if (is_carried)
		doubt_unslept(boot, claim->at.ns, by, piece.from_ns);
	else if (by > wall_add(claim->uncertainty_ns, difference->map_ns))
		doubt(boot, claim, difference);
	else
		result = wall_add_evidence(boot,
			&(struct wall_witness){.at_ns = claim->at.ns,
				.told_ns = wall_add(by, claim->uncertainty_ns),
				.source = claim->source});
	if (result < 0)
		return result;
	piece.drift_ppb = last->drift_ppb;
	int64_t back = wall_subtract(
		wall_add(last->offset_ns, wall_lag_left(last, piece.from_ns)), piece.offset_ns);
	if (back > 0 && back <= most_squeezed_ns) {
		piece.lag_ns = back;
	} else if (back > 0) {
		map->news.n_steps_back++;
		map->news.stepped = *claim;
		map->news.back_ns = back;
	}
	int64_t at = claim->at.ns > piece.from_ns ? claim->at.ns : piece.from_ns;
	return wall_add_piece(map, boot, piece, at,
		wall_add(claim->uncertainty_ns,
			wall_drift(wall_subtract(at, claim->at.ns), piece.drift_ppb)));
}

/* ---------------------------------------------------------------- boots between */

/* The boots without an hour from one known to the next get the middle of what is left. */
static int resolve_between(
	struct wall_map *map, const struct wall_hours *before, const struct wall_hours *behind)
{
	struct wall_bound early = wall_bound(before, wall_end(map, before));
	struct wall_bound late = wall_bound(behind, behind->begin_ns);
	int64_t slack = wall_subtract(late.offset_ns, early.offset_ns);
	int64_t unsure = early.uncertainty_ns > late.uncertainty_ns ? early.uncertainty_ns
								    : late.uncertainty_ns;
	int result = 0;

	/* A little less than nothing is what both are unsure of; the second for which board time
	 * stands still between boots keeps the order. */
	if (slack > most_slack_ns || slack < -(int64_t)NS_PER_S)
		return 0;
	for (size_t i = (size_t)(before - map->boots) + 1; &map->boots[i] < behind && result == 0;
		i++) {
		struct wall_hours *boot = &map->boots[i];
		int64_t offset = wall_subtract(early.offset_ns + slack / 2, boot->skipped_ns);
		struct anchor claim = {.at = {boot->begin_ns},
			.wall = {wall_add(boot->begin_ns, offset)},
			.uncertainty_ns = wall_add(wall_distance(slack, 0) / 2 + 1, unsure),
			.source = ANCHOR_BETWEEN};
		struct wall_piece piece = {.from_ns = boot->begin_ns,
			.offset_ns = offset,
			.drift_ppb = WALL_QUARTZ_PPB,
			.trust = ANCHOR_BETWEEN,
			.claim = claim};

		result = wall_add_piece(map, boot, piece, boot->begin_ns, claim.uncertainty_ns);
	}
	return result;
}

static int resolve_neighbours(struct wall_map *map, const struct wall_hours *boot)
{
	const struct wall_hours *before = wall_known_before(map, boot);
	const struct wall_hours *behind = wall_known_behind(map, boot);
	int result = before ? resolve_between(map, before, boot) : 0;

	return result == 0 && behind ? resolve_between(map, boot, behind) : result;
}

/* ---------------------------------------------------------------- a claim comes */

static struct wall_hours *boot_of(const struct wall_map *map, uint32_t id)
{
	for (size_t i = map->n; i-- > 0;)
		if (map->boots[i].id == id)
			return &map->boots[i];
	return NULL;
}

static int sleep_untold(struct wall_hours *boot, const struct anchor *claim)
{
	struct wall_sleep *more =
		realloc(boot->sleeps, (boot->n_sleeps + 1) * sizeof *boot->sleeps);

	if (!more)
		return -ENOMEM;
	boot->sleeps = more;
	boot->sleeps[boot->n_sleeps++] = (struct wall_sleep){claim->at.ns, claim->wall.ns};
	return 0;
}

static void refuse(struct wall_map *map, struct wall_hours *boot, const struct anchor *claim,
	enum wall_verdict why, bool is_rival)
{
	bool is_new = !boot->has_rival ||
		wall_subtract(claim->at.ns, boot->rival.at.ns) >= WALL_RIVAL_S * (int64_t)NS_PER_S;

	if (is_rival && is_new) {
		boot->has_rival = true;
		boot->rival = *claim;
	}
	boot->n_refused++;
	map->news.n_refused++;
	map->news.refused = *claim;
	map->news.why = why;
}

static int apply(struct wall_map *map, struct wall_hours *boot, const struct anchor *claim,
	int64_t from_ns, enum wall_verdict verdict)
{
	int result;

	if (!boot->n_pieces && verdict == WALL_CONFIRMS)
		return sleep_untold(boot, claim);
	if (!boot->n_pieces) {
		result = begin_hours(map, boot, claim);
		return result < 0 ? result : resolve_neighbours(map, boot);
	}
	struct wall_difference difference = wall_compare(boot, claim);

	if (verdict == WALL_RULES)
		return take_over(map, boot, claim, from_ns, &difference);
	return wall_add_evidence(boot,
		&(struct wall_witness){.at_ns = claim->at.ns,
			.told_ns =
				wall_add(wall_distance(difference.by_ns, 0), claim->uncertainty_ns),
			.source = claim->source});
}

/* Who did not know the hour has said only how long the board slept; the map knows it. */
static void say_hour(const struct wall_hours *boot, struct anchor *claim)
{
	const struct wall_piece *last = &boot->pieces[boot->n_pieces - 1];

	if (claim->wall.ns >= CLOCK_OLDEST_WALL_S * (int64_t)NS_PER_S)
		return;
	claim->uncertainty_ns =
		wall_add(claim->uncertainty_ns, wall_uncertainty(boot, last, claim->at.ns));
	claim->wall.ns = wall_add(wall_add(claim->at.ns, claim->wall.ns), last->offset_ns);
}

int wall_map_add_anchor(struct wall_map *map, uint32_t id, const struct anchor *anchor,
	struct instant from, enum wall_verdict *ret_verdict)
{
	struct wall_hours *boot = boot_of(map, id);
	struct anchor claim = *anchor;
	enum wall_verdict verdict = WALL_NO_BOOT;
	bool is_rival = false;
	int result = 0;

	if (claim.uncertainty_ns < 0)
		claim.uncertainty_ns = 0;
	if (boot && boot->n_pieces && claim.source == ANCHOR_CARRIED)
		say_hour(boot, &claim);
	if (boot)
		verdict = wall_judge(map, boot, &claim, from.ns, &is_rival);
	if (boot && wall_verdict_is_refusal(verdict))
		refuse(map, boot, &claim, verdict, is_rival);
	else if (boot)
		result = apply(map, boot, &claim, from.ns, verdict);
	if (result == 0 && ret_verdict)
		*ret_verdict = verdict;
	return result;
}
