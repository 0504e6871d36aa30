/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairs become segments, a segment becomes nodes: a line each REFINE_STEP_S, each over the window
 * around it. */
#include "keep/refine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "data/batch.h"
#include "keep/refine_line.h"

enum { LEAP_MS = 20, PAIRS_LEAST = 4 };

static const int64_t step_ns = REFINE_STEP_S * (int64_t)NS_PER_S;
static const int64_t reach_ns = REFINE_REACH_S * (int64_t)NS_PER_S;

static const int64_t late_most_ns =
	10 * (int64_t)NS_PER_S; /* of one way: a daemon that was stopped */

/* Half the length of a window: the longest that is not longer than the margin, and shorter ones for
 * a clock that bends. */
static const int64_t halves_s[] = {60, 30, 15, 8, 4};

/* --- segments --- */

static int64_t offset_of(const struct refine_pair *pair)
{
	if (!pair->has_sent)
		return pair->received_ns - pair->tick_out * 1000;
	return pair->sent_ns / 2 + pair->received_ns / 2 - (pair->tick_in + pair->tick_out) * 500;
}

static int64_t trip_of(const struct refine_pair *pair)
{
	return pair->has_sent ? pair->received_ns - pair->sent_ns : 0;
}

/* May this be the same clock that went on? What is late is late by less than the round trip says; of
 * what only came, nobody can say how late it is, but it cannot have come too early. */
static bool goes_on(const struct refine_pair *before, const struct refine_pair *pair)
{
	int64_t passed = pair->received_ns - before->received_ns;
	int64_t drift = passed / 1000000 * (CLOCK_RATE_MOST_PPB / 1000) + LEAP_MS * NS_PER_MS +
		(trip_of(before) + trip_of(pair)) / 2;
	int64_t moved = offset_of(pair) - offset_of(before);

	if (pair->tick_out < before->tick_out)
		return false;
	if (moved < -drift)
		return !before->has_sent && moved > -late_most_ns - drift; /* that one was late */
	return moved <= drift || (!pair->has_sent && moved < late_most_ns + drift);
}

static bool is_sound(const struct refine_pair *pair)
{
	return !pair->has_sent ||
		(pair->sent_ns <= pair->received_ns && pair->tick_in <= pair->tick_out);
}

/* The pair behind `at` of the same clock; n: none. One alone that does not fit is damage. */
static size_t follow(const struct refine_pair *pairs, size_t n, size_t at, bool *ret_goes_on)
{
	size_t next = at + 1;

	while (next < n && !is_sound(&pairs[next]))
		next++;
	*ret_goes_on = next < n && goes_on(&pairs[at], &pairs[next]);
	if (next < n && !*ret_goes_on && next + 1 < n && is_sound(&pairs[next + 1]) &&
		goes_on(&pairs[at], &pairs[next + 1])) {
		*ret_goes_on = true;
		next++;
	}
	return next;
}

/* --- nodes --- */

struct bounds_room {
	struct refine_bound *forward, *back;
	size_t n_forward, n_back;
	int64_t first_ns, last_ns; /* received */
};

/* How many bounds there are before a board time; with `and_at`, those at it, too. */
static size_t count_before(const struct refine_bound *bounds, size_t n, int64_t at_ns, bool and_at)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bounds[middle].at_ns < at_ns || (and_at && bounds[middle].at_ns == at_ns))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The bounds whose board time is in [from, to]. Questions may have been answered out of turn: a bound
 * more or less at an end of the window does no harm. */
static size_t within(const struct refine_bound *bounds, size_t n, int64_t from_ns, int64_t to_ns,
	const struct refine_bound **ret_first)
{
	size_t begin = count_before(bounds, n, from_ns, false);
	size_t end = count_before(bounds, n, to_ns, true);

	*ret_first = bounds + begin;
	return end > begin ? end - begin : 0;
}

/* The tick at a board time, near enough to say where a node is. */
static int64_t tick_at(const struct bounds_room *room, int64_t at_ns)
{
	const struct refine_bound *bounds = room->back;
	size_t low = 0, high = room->n_back - 1;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (bounds[middle].at_ns <= at_ns)
			low = middle;
		else
			high = middle;
	}
	return bounds[low].tick + (at_ns - bounds[low].at_ns) / 1000;
}

/* The longest window around an instant in which the clock is straight: a bend that counts for less than
 * everything else does no harm that a shorter window, with fewer bounds in it, would not do. */
static bool find_node(const struct bounds_room *room, const struct refine_path *path, int64_t at_ns,
	struct refine_node *ret_node)
{
	bool is_known = false;
	int64_t tick = tick_at(room, at_ns), bend_ns = 0;

	for (size_t i = 0; i < sizeof halves_s / sizeof halves_s[0]; i++) {
		int64_t half = halves_s[i] * NS_PER_S;
		struct refine_bounds bounds;
		struct refine_node node;

		bounds.n_forward = within(room->forward, room->n_forward, at_ns - half,
			at_ns + half, &bounds.forward);
		bounds.n_back =
			within(room->back, room->n_back, at_ns - half, at_ns + half, &bounds.back);
		if (bounds.n_back < PAIRS_LEAST ||
			!refine_line(&bounds, path, tick, &node, &bend_ns))
			continue;
		if (!is_known || node.uncertainty_ns < ret_node->uncertainty_ns)
			*ret_node = node;
		is_known = true;
		if (bend_ns <= node.uncertainty_ns / 2)
			break;
	}
	return is_known;
}

static int add_segment(
	struct refine_map *map, const struct bounds_room *room, const struct refine_path *path)
{
	size_t most = (size_t)((room->last_ns - room->first_ns) / step_ns) + 3;
	struct refine_segment segment = {.n = 0};
	void *grown = realloc(map->segments, (map->n + 1) * sizeof *map->segments);
	int64_t at_ns = room->first_ns;

	if (!grown)
		return -ENOMEM;
	map->segments = grown;
	segment.nodes = malloc(most * sizeof *segment.nodes);
	if (!segment.nodes)
		return -ENOMEM;
	while (segment.n < most) {
		struct refine_node *node = &segment.nodes[segment.n];
		const struct refine_node *before = segment.n ? node - 1 : NULL;

		if (find_node(room, path, at_ns, node) &&
			(!before || (node->tick > before->tick && node->at_ns > before->at_ns)))
			segment.n++;
		if (at_ns >= room->last_ns)
			break;
		at_ns = (at_ns / step_ns + 1) * step_ns; /* the same ones whatever was before */
		if (at_ns > room->last_ns)
			at_ns = room->last_ns;
	}
	map->segments[map->n++] = segment;
	return 0;
}

static void take_pair(struct bounds_room *room, const struct refine_pair *pair)
{
	if (pair->has_sent)
		room->forward[room->n_forward++] =
			(struct refine_bound){pair->tick_in, pair->sent_ns};
	room->back[room->n_back++] = (struct refine_bound){pair->tick_out, pair->received_ns};
	room->last_ns = pair->received_ns;
}

int refine_map_new(const struct refine_pair *pairs, size_t n, const struct refine_path *path,
	struct refine_map *ret_map)
{
	struct bounds_room room = {.forward = malloc((n + 1) * sizeof *room.forward),
		.back = malloc((n + 1) * sizeof *room.back)};
	struct refine_map map = {.n = 0};
	int result = room.forward && room.back ? 0 : -ENOMEM;
	size_t at = 0;

	while (at < n && !is_sound(&pairs[at]))
		at++;
	while (at < n && result == 0) {
		bool goes_on = true;

		room.n_forward = room.n_back = 0;
		room.first_ns = pairs[at].received_ns;
		while (at < n && goes_on) {
			take_pair(&room, &pairs[at]);
			at = follow(pairs, n, at, &goes_on);
		}
		if (room.n_back >= PAIRS_LEAST)
			result = add_segment(&map, &room, path);
	}
	free(room.forward);
	free(room.back);
	if (result < 0)
		refine_map_free(&map);
	else
		*ret_map = map;
	return result;
}

void refine_map_free(struct refine_map *map)
{
	for (size_t i = 0; i < map->n; i++)
		free(map->segments[i].nodes);
	free(map->segments);
	map->segments = NULL;
	map->n = 0;
}

/* --- asking it --- */

static int64_t absolute(int64_t x)
{
	return x < 0 ? -x : x;
}

/* On the line through two nodes; ticks of a segment are days at most, and differences of minutes. */
static int64_t along(const struct refine_node *a, const struct refine_node *b, int64_t tick)
{
	int64_t ticks = b->tick - a->tick, more_ns = b->at_ns - a->at_ns - ticks * 1000;

	return a->at_ns + (tick - a->tick) * 1000 + (tick - a->tick) * more_ns / ticks;
}

static bool segment_at(const struct refine_segment *segment, int64_t tick, int64_t *ret_at_ns,
	int64_t *ret_uncertainty_ns)
{
	size_t low = 0, high = segment->n;

	if (segment->n < 2)
		return false;
	const struct refine_node *first = segment->nodes, *last = first + segment->n - 1;
	if (tick < first->tick - reach_ns / 1000 || tick > last->tick + reach_ns / 1000)
		return false;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (segment->nodes[middle].tick <= tick)
			low = middle + 1;
		else
			high = middle;
	}
	size_t from = low == 0 ? 0 : low == segment->n ? segment->n - 2 : low - 1;
	const struct refine_node *a = &segment->nodes[from], *b = a + 1;

	*ret_at_ns = along(a, b, tick);
	*ret_uncertainty_ns =
		a->uncertainty_ns > b->uncertainty_ns ? a->uncertainty_ns : b->uncertainty_ns;
	if (tick < first->tick || tick > last->tick) /* 1 ppm: how well a slope is known there */
		*ret_uncertainty_ns +=
			absolute(tick < first->tick ? first->tick - tick : tick - last->tick) /
			1000;
	return true;
}

bool refine_map_at(const struct refine_map *map, int64_t tick, int64_t about_ns, int64_t near_ns,
	int64_t *ret_at_ns, int64_t *ret_uncertainty_ns)
{
	int64_t nearest = near_ns + 1, at_ns, uncertainty_ns;

	for (size_t i = 0; i < map->n; i++) {
		if (!segment_at(&map->segments[i], tick, &at_ns, &uncertainty_ns) ||
			absolute(at_ns - about_ns) >= nearest)
			continue;
		nearest = absolute(at_ns - about_ns);
		*ret_at_ns = at_ns;
		*ret_uncertainty_ns = uncertainty_ns;
	}
	return nearest <= near_ns;
}
