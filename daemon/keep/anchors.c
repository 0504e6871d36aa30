/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The anchors of the running boot, see anchors.h. */
#include "keep/anchors.h"

#include <stdbool.h>
#include <string.h>

#include "keep/database.h"

/* Sums of claims, which may be any number, are not safe in an int64. */
static bool repeats(const struct anchor *before, const struct anchor *anchor)
{
	int64_t ran = 0, passed = 0, apart = 0, allowed = 0;

	return anchor->source == before->source && anchor->source != ANCHOR_CARRIED &&
		!__builtin_sub_overflow(anchor->at.ns, before->at.ns, &ran) &&
		!__builtin_sub_overflow(anchor->wall.ns, before->wall.ns, &passed) &&
		!__builtin_sub_overflow(passed, ran, &apart) &&
		!__builtin_add_overflow(before->uncertainty_ns, anchor->uncertainty_ns, &allowed) &&
		apart <= allowed && apart >= -allowed;
}

/* The oldest that says nothing new; else the oldest that is no sleep. Never the first one. */
static size_t least_needed(const struct anchors *anchors)
{
	for (size_t i = 1; i < anchors->n; i++)
		if (repeats(&anchors->list[i - 1].anchor, &anchors->list[i].anchor))
			return i;
	for (size_t i = 1; i < anchors->n; i++)
		if (anchors->list[i].anchor.source != ANCHOR_CARRIED)
			return i;
	return 1;
}

void anchors_add(struct anchors *anchors, const struct boot_anchor *anchor)
{
	if (anchors->n == ANCHORS_MAX) {
		size_t gone = least_needed(anchors);

		anchors->n--;
		memmove(&anchors->list[gone], &anchors->list[gone + 1],
			(anchors->n - gone) * sizeof anchors->list[0]);
	}
	anchors->list[anchors->n++] = *anchor;
}

int anchors_load(struct anchors *anchors, sqlite3 *db, uint32_t boot)
{
	sqlite3_stmt *rows = NULL;
	int result = database_query(db, &rows,
		"SELECT at_ns, wall_ns, uncertainty_ns, source, from_ns FROM anchor WHERE boot = ?"
		" ORDER BY id",
		"i", (int64_t)boot);

	anchors->n = 0;
	while (result == 0 && (result = database_step(db, rows)) == 1) {
		const struct boot_anchor read = {
			.boot = boot,
			.anchor = {.at = {sqlite3_column_int64(rows, 0)},
				.wall = {sqlite3_column_int64(rows, 1)},
				.uncertainty_ns = sqlite3_column_int64(rows, 2),
				.source = (enum anchor_source)sqlite3_column_int(rows, 3)},
			.from = {sqlite3_column_int64(rows, 4)},
		};

		anchors_add(anchors, &read);
		result = 0;
	}
	sqlite3_finalize(rows);
	return result < 0 ? result : 0;
}

int anchors_note(const struct anchors *anchors, struct notes *notes)
{
	int result = 0;

	if (anchors->n)
		notes_drop_anchors(notes, anchors->list[0].boot);
	for (size_t i = 0; i < anchors->n && result == 0; i++)
		result = notes_add(notes, NOTE_ANCHOR, &anchors->list[i], sizeof anchors->list[i]);
	return result;
}
