/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a school asks for in its assessment: how many sessions, runs, groups and visits there were, by term,
 * lesson and class. It follows from the journal, in which nobody has a name.
 *
 * A visit is a browser that joined a session: several pupils may share one. A group took part if it has a run
 * or somebody joined it. Terms are those of Chinese schools, by the board's local time: the first from September
 * to January ("2026-2027-1"), the second from February to August; "" where nobody had told the board the hour.
 * Counted session by session on the work thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "class/shelf.h"
#include "data/classroom.h"
#include "keep/store.h"

enum { TERM_TEXT = 16 };

struct activity_row {
	char term[TERM_TEXT], lesson[SESSION_LESSON], label[SESSION_TITLE];
	uint64_t sessions, projects, runs, groups, visits;
};

struct activity {
	struct activity_row *rows; /* by term, lesson, label */
	size_t n, room;

	/* private */
	struct wall_map *wall;
	uint32_t before; /* sessions with a lower number are to be counted */
};

int activity_new(struct activity **ret_activity);
void activity_free(struct activity *activity);

/* Counts some: 1: there are more; 0: that is all, and the rows are in order; -errno. */
int activity_step(struct activity *activity, struct reader *reader);

/* The term of a local date. */
void term_of(int year, int month, char ret_term[TERM_TEXT]);

/* {"lessons": [...], "rows": [...]}, or a CSV with a head in both languages: there a lesson stands by its title in both,
 * as long as the shelf (main's; NULL is fine) has it, and by its id in a column of its own. */
void activity_write(const struct activity *activity, struct text *text);
void activity_write_csv(
	const struct activity *activity, const struct shelf *shelf, struct text *text);
