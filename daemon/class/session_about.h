/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the package of a class says of the class: session.json. Lesson, groups with what they predicted, runs,
 * readings, results, and how often what was done; nobody's name and no browser's token. Times are microseconds
 * from the session's begin. Of one that goes on at another board it has `goes_on` {origin, packed}: the session
 * that it is on every board (data/classroom.h), and [id, ns of board time] of its begin on the one that packed it.
 * Made step by step. Work thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "data/lesson.h"
#include "keep/store.h"

struct session_about_options {
	uint32_t session;
	const char *board;           /* lent for its life, as is the next */
	const struct lesson *lesson; /* NULL: none, or not known. Lent likewise */
	struct instant now;          /* ends what goes on */
	bool shows_all; /* else, until the journal says that all is revealed, only what group `own` typed and
	                 * predicted, and no results */
	unsigned own; /* 0: nobody */
	bool goes_on; /* on another board, which shall open it: said, with what session it is */
	bool has_guessed; /* the group's guess is of the browser that asks; else it is hidden likewise */
};

struct session_about;

/* Reads the journal. 0; -ENOENT: there is no such session; or as the store says. */
int session_about_new(struct reader *reader, const struct session_about_options *options,
	struct session_about **ret_about);
void session_about_free(struct session_about *about); /* NULL: nothing */

/* A part of the results: 1: call it again; 0: that is all; -errno. */
int session_about_step(struct session_about *about, struct reader *reader);

/* The whole, with a line's end. */
void session_about_write(const struct session_about *about, struct text *text);
