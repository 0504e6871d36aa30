/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the wall map. Boots are in order of board time, and so are the pieces and the evidence of
 * each: everything is found by halving. */
#include "keep/wall_map_state.h"

size_t wall_boot_at(const struct wall_map *map, int64_t at_ns)
{
	size_t low = 0, high = map->n;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;
		if (map->boots[middle].begin_ns <= at_ns)
			low = middle;
		else
			high = middle;
	}
	return low;
}

size_t wall_piece_at(const struct wall_hours *boot, int64_t at_ns)
{
	size_t low = 0, high = boot->n_pieces;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;
		if (boot->pieces[middle].from_ns <= at_ns)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Each nanosecond gives half a one back, rounded so that wall time never stands still for two. */
int64_t wall_lag_left(const struct wall_piece *piece, int64_t at_ns)
{
	int64_t since;

	if (!piece->lag_ns || at_ns <= piece->from_ns)
		return piece->lag_ns;
	since = wall_subtract(at_ns, piece->from_ns);
	since -= since / 2;
	return since < piece->lag_ns ? piece->lag_ns - since : 0;
}

/* By the witnesses on both sides. */
static int64_t vouched(const struct wall_hours *boot, const struct wall_piece *piece, int64_t at_ns)
{
	const struct wall_witness *first = boot->evidence + piece->first_evidence;
	size_t low = 0, high = piece->n_evidence;
	int64_t best, other;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;
		if (first[middle].at_ns <= at_ns)
			low = middle;
		else
			high = middle;
	}
	const struct wall_witness *earlier = &first[low], *later = earlier + 1;
	bool has_later = low + 1 < piece->n_evidence && at_ns > earlier->at_ns;
	uint32_t ppb = has_later ? wall_drift_between(piece, earlier, later) : piece->drift_ppb;

	best = wall_add(earlier->best_ns, wall_drift(wall_distance(at_ns, earlier->at_ns), ppb));
	if (!has_later || !wall_reaches_back(piece, earlier, later))
		return best;
	other = wall_add(later->best_ns, wall_drift(wall_distance(later->at_ns, at_ns), ppb));
	return best < other ? best : other;
}

int64_t wall_uncertainty(
	const struct wall_hours *boot, const struct wall_piece *piece, int64_t at_ns)
{
	int64_t ns = vouched(boot, piece, at_ns);

	if (at_ns >= piece->doubt_from_ns && ns < piece->doubt_ns)
		ns = piece->doubt_ns;
	if (piece->slept_ns && at_ns >= piece->slept_from_ns)
		ns = wall_add(ns, piece->slept_ns);
	return wall_add(ns, wall_lag_left(piece, at_ns));
}

bool wall_of(const struct wall_piece *piece, int64_t at_ns, int64_t *ret_wall_ns)
{
	int64_t ahead, wall;

	if (__builtin_add_overflow(piece->offset_ns, wall_lag_left(piece, at_ns), &ahead) ||
		__builtin_add_overflow(at_ns, ahead, &wall))
		return false;
	*ret_wall_ns = wall;
	return true;
}

bool wall_map_at(const struct wall_map *map, struct instant at, struct wall *ret_wall,
	struct anchor *ret_anchor)
{
	if (!map->n)
		return false;
	const struct wall_hours *boot = &map->boots[wall_boot_at(map, at.ns)];

	if (!boot->n_pieces)
		return false;
	const struct wall_piece *piece = &boot->pieces[wall_piece_at(boot, at.ns)];

	if (!wall_of(piece, at.ns, &ret_wall->ns))
		return false;
	if (ret_anchor) {
		*ret_anchor = piece->claim;
		ret_anchor->uncertainty_ns = wall_uncertainty(boot, piece, at.ns);
	}
	return true;
}

/* Where a squeeze ends. */
static int64_t squeezed_until(const struct wall_piece *piece)
{
	return wall_add(piece->from_ns, wall_add(piece->lag_ns, piece->lag_ns));
}

struct instant wall_map_next(const struct wall_map *map, struct instant at)
{
	int64_t next = INT64_MAX;
	size_t b = map->n ? wall_boot_at(map, at.ns) : 0;

	if (b + 1 < map->n)
		next = map->boots[b + 1].begin_ns;
	if (!map->n || !map->boots[b].n_pieces)
		return (struct instant){next};
	const struct wall_hours *boot = &map->boots[b];
	size_t p = wall_piece_at(boot, at.ns);

	if (p + 1 < boot->n_pieces && boot->pieces[p + 1].from_ns < next)
		next = boot->pieces[p + 1].from_ns;
	int64_t until = squeezed_until(&boot->pieces[p]);
	if (at.ns < until && boot->pieces[p].lag_ns && until < next)
		next = until;
	return (struct instant){next};
}

bool wall_map_is_squeezed(const struct wall_map *map, struct instant at)
{
	if (!map->n)
		return false;
	const struct wall_hours *boot = &map->boots[wall_boot_at(map, at.ns)];

	return boot->n_pieces && wall_lag_left(&boot->pieces[wall_piece_at(boot, at.ns)], at.ns);
}

unsigned wall_map_lap(const struct wall_map *map, struct instant at)
{
	struct wall wall;

	if (!wall_map_at(map, at, &wall, NULL))
		return 0;
	const struct wall_hours *boot = &map->boots[wall_boot_at(map, at.ns)];
	const struct wall_piece *piece = &boot->pieces[wall_piece_at(boot, at.ns)];

	return wall.ns >= piece->lap_from_ns && wall.ns < piece->lap_until_ns ? piece->pass : 0;
}

uint32_t wall_map_board(const struct wall_map *map, struct instant at)
{
	return map->n ? map->boots[wall_boot_at(map, at.ns)].board : 0;
}

unsigned wall_map_known(const struct wall_map *map)
{
	return map->n_known;
}

size_t wall_map_boots(const struct wall_map *map)
{
	return map->n;
}

struct wall_boot wall_map_boot(const struct wall_map *map, size_t i)
{
	const struct wall_hours *boot = &map->boots[i];
	struct wall_boot told = {
		.id = boot->id,
		.begin = {boot->begin_ns},
		.end = {i + 1 < map->n ? boot[1].begin_ns - NS_PER_S : INT64_MAX},
		.is_known = boot->n_pieces > 0,
		.n_pieces = (unsigned)boot->n_pieces,
		.n_refused = boot->n_refused,
	};

	told.end.ns = told.end.ns > told.begin.ns ? told.end.ns : told.begin.ns;
	if (!told.is_known)
		return told;
	wall_map_at(map, told.begin, &told.began, &told.anchor);
	if (told.end.ns < INT64_MAX)
		wall_map_at(map, told.end, &told.ended, NULL);
	return told;
}

struct wall_news wall_map_news(const struct wall_map *map)
{
	return map->news;
}
