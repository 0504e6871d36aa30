/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lists that the wall map is made of: boots, the pieces of each, who vouched for them. */
#include <errno.h>
#include <stdlib.h>

#include "keep/wall_map_state.h"

/* ---------------------------------------------------------------- boots */

int wall_map_new(struct wall_map **ret_map)
{
	*ret_map = calloc(1, sizeof **ret_map);
	if (!*ret_map)
		return -ENOMEM;
	(*ret_map)->top_ns = INT64_MIN;
	return 0;
}

void wall_map_free(struct wall_map *map)
{
	for (size_t i = 0; map && i < map->n; i++) {
		free(map->boots[i].pieces);
		free(map->boots[i].evidence);
		free(map->boots[i].sleeps);
	}
	if (map)
		free(map->boots);
	free(map);
}

int wall_map_add_boot(struct wall_map *map, uint32_t id, struct instant begin, int64_t skipped_ns)
{
	struct wall_hours *last = map->n ? &map->boots[map->n - 1] : NULL;
	struct wall_hours boot = {.id = id, .begin_ns = begin.ns, .skipped_ns = skipped_ns};

	if (last && (last->id >= id || last->begin_ns > begin.ns))
		return -EINVAL;
	if (last)
		boot.skipped_ns = wall_add(last->skipped_ns, skipped_ns);
	if (map->n == map->room) {
		size_t room = map->room ? 2 * map->room : 8;
		struct wall_hours *bigger = realloc(map->boots, room * sizeof *bigger);

		if (!bigger)
			return -ENOMEM;
		map->boots = bigger;
		map->room = room;
	}
	map->boots[map->n++] = boot;
	return 0;
}

/* ---------------------------------------------------------------- evidence */

/* The better of two witnesses reaches over the other one. */
static void weigh_forward(const struct wall_piece *piece, struct wall_witness *e)
{
	int64_t by_last = wall_add(e[-1].best_ns,
		wall_drift(wall_subtract(e->at_ns, e[-1].at_ns),
			wall_drift_between(piece, &e[-1], e)));

	if (by_last < e->best_ns)
		e->best_ns = by_last;
}

static bool weigh_back(const struct wall_piece *piece, struct wall_witness *e)
{
	if (!wall_reaches_back(piece, e, &e[1]))
		return false;
	int64_t by_next = wall_add(e[1].best_ns,
		wall_drift(
			wall_subtract(e[1].at_ns, e->at_ns), wall_drift_between(piece, e, &e[1])));

	if (by_next >= e->best_ns)
		return false;
	e->best_ns = by_next;
	return true;
}

/* To the boot's last piece. What is earlier than the last of it is of no more use. */
int wall_add_evidence(struct wall_hours *boot, const struct wall_witness *told)
{
	struct wall_piece *piece = &boot->pieces[boot->n_pieces - 1];
	struct wall_witness *last =
		piece->n_evidence ? &boot->evidence[boot->n_evidence - 1] : NULL;
	struct wall_witness added = *told;

	if (last && added.at_ns < last->at_ns)
		return 0;
	if (boot->n_evidence == boot->evidence_room) {
		size_t room = boot->evidence_room ? 2 * boot->evidence_room : 2;
		struct wall_witness *bigger = realloc(boot->evidence, room * sizeof *bigger);

		if (!bigger)
			return -ENOMEM;
		boot->evidence = bigger;
		boot->evidence_room = room;
	}
	added.best_ns = added.told_ns;
	boot->evidence[boot->n_evidence++] = added;
	piece->n_evidence++;
	if (piece->n_evidence < 2)
		return 0;
	struct wall_witness *at = &boot->evidence[boot->n_evidence - 1];
	weigh_forward(piece, at);
	for (size_t i = 1; i < piece->n_evidence && weigh_back(piece, at - i); i++)
		;
	return 0;
}

/* The clock was seen to drift more than was thought. */
void wall_weigh_again(struct wall_hours *boot, struct wall_piece *piece)
{
	struct wall_witness *first = boot->evidence + piece->first_evidence;

	for (size_t i = 0; i < piece->n_evidence; i++)
		first[i].best_ns = first[i].told_ns;
	for (size_t i = 1; i < piece->n_evidence; i++)
		weigh_forward(piece, &first[i]);
	for (size_t i = piece->n_evidence; i-- > 1;)
		weigh_back(piece, &first[i - 1]);
}

/* ---------------------------------------------------------------- pieces */

/* The hours of a piece: first <= wall < end. A boot's last row was taken a second of board time before
 * the next boot begins. */
struct hours_of {
	int64_t first_ns, end_ns;
};

static struct hours_of hours_of(const struct wall_map *map, const struct wall_hours *boot,
	const struct wall_piece *piece, bool has_next)
{
	int64_t end = wall_end(map, boot);
	struct hours_of hours = {INT64_MAX, INT64_MAX};

	if (has_next)
		end = piece[1].from_ns;
	else if (end < INT64_MAX)
		end = wall_subtract(end, NS_PER_S - 1);
	wall_of(piece, piece->from_ns, &hours.first_ns);
	if (end < INT64_MAX)
		wall_of(piece, end, &hours.end_ns);
	return hours;
}

/* The latest hour that a piece has passed which is over. */
static void note_top(struct wall_map *map, const struct wall_hours *boot,
	const struct hours_of *new, bool is_latest)
{
	const struct wall_hours *before = boot->n_pieces ? boot : wall_known_before(map, boot);
	int64_t end = new->end_ns;

	if (is_latest)
		end = before ? hours_of(map, before, &before->pieces[before->n_pieces - 1],
				       before == boot)
				       .end_ns
			     : INT64_MIN;
	map->top_ns = end > map->top_ns ? end : map->top_ns;
}

/* One that begins where the newest one ends, or later, is of its pass; the first piece of all, which has
 * no number, is a pass of its own. */
static unsigned pass_of(const struct wall_map *map, const struct wall_hours *boot, int64_t first_ns)
{
	const struct wall_hours *before = boot->n_pieces ? boot : wall_known_before(map, boot);
	const struct wall_piece *last;

	if (!before || boot != &map->boots[map->n - 1])
		return map->n_pieces;
	last = &before->pieces[before->n_pieces - 1];
	return last->pass && first_ns >= hours_of(map, before, last, before == boot).end_ns
		? last->pass
		: map->n_pieces;
}

/* Which hours a new piece passes that others may have passed. One in a past boot: all or nothing. */
static void find_laps(struct wall_map *map, const struct wall_hours *boot, struct wall_piece *piece)
{
	struct hours_of new = hours_of(map, boot, piece, false);
	bool is_latest = boot == &map->boots[map->n - 1];

	piece->pass = pass_of(map, boot, new.first_ns);
	piece->lap_from_ns = INT64_MAX;
	piece->lap_until_ns = INT64_MIN;
	note_top(map, boot, &new, is_latest);
	if (is_latest && new.first_ns >= map->top_ns)
		return; /* as nearly always */
	for (const struct wall_hours *b = map->boots; b < map->boots + map->n; b++)
		for (size_t p = 0; p < b->n_pieces; p++) {
			/* the one that was last in this boot ends where this one begins */
			struct hours_of old =
				hours_of(map, b, &b->pieces[p], p + 1 < b->n_pieces || b == boot);
			if (old.first_ns >= new.end_ns || old.end_ns <= new.first_ns)
				continue;
			if (old.first_ns < piece->lap_from_ns)
				piece->lap_from_ns = is_latest ? old.first_ns : INT64_MIN;
			if (old.end_ns > piece->lap_until_ns)
				piece->lap_until_ns = is_latest ? old.end_ns : INT64_MAX;
		}
}

int wall_add_piece(struct wall_map *map, struct wall_hours *boot, struct wall_piece piece,
	int64_t at_ns, int64_t told_ns)
{
	struct wall_piece *more =
		realloc(boot->pieces, (boot->n_pieces + 1) * sizeof *boot->pieces);

	if (!more)
		return -ENOMEM;
	boot->pieces = more;
	piece.first_evidence = boot->n_evidence;
	boot->pieces[boot->n_pieces] = piece; /* where the one before finds its end */
	find_laps(map, boot, &boot->pieces[boot->n_pieces]);
	map->n_pieces++;
	map->n_known += boot->n_pieces++ == 0;
	return wall_add_evidence(boot,
		&(struct wall_witness){
			.at_ns = at_ns, .told_ns = told_ns, .source = piece.claim.source});
}
