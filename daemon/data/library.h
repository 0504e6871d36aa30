/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A library: what people describe in a folder each, kits and lessons, read from several places, of which a
 * later one may mend what an earlier one has.
 *
 * A folder with a mistake is left out and told, the others are there. Each thing has an arena of its own,
 * so that one with a mistake leaves nothing behind. Read once at start by the main thread; nothing of it
 * changes afterwards, so every thread may look into it. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "data/arena.h"

struct library;

/* What the folders of a library hold. */
struct library_kind {
	const char *word; /* of the key in kitlogd.yaml that names the places: "kits" */
	size_t most;      /* things; what comes later is not read */
	size_t bytes;     /* that the arena of one may take */
	/* Reads one folder; mistakes become sentences in `problems`, one a line. 0, also where the folder
	 * holds none of this kind (*ret_thing stays NULL) or one with a mistake; -ENOMEM. */
	int (*read)(
		const char *folder, struct arena *arena, FILE *problems, const void **ret_thing);
	const char *(*id)(const void *thing);
	/* Tells what is wrong with two that are both there; NULL: nothing can be. */
	void (*compare)(const void *a, const void *b, FILE *problems);
};

/* Reads PLACE/<folder>/ of each place; one that is not there is no mistake when it is kitlog's own (the
 * first), else it is told. Of two things with one id the later one stays. 0 or -ENOMEM. */
int library_open(const struct library_kind *kind, const char *const *places, size_t n_places,
	struct library **ret_library);
void library_close(struct library *library); /* NULL is fine, here and below: it has none */

size_t library_count(const struct library *library);
const void *library_at(const struct library *library, size_t index);     /* by id, sorted */
const void *library_find(const struct library *library, const char *id); /* or NULL */

/* What was wrong, one sentence a line; "" if nothing. */
const char *library_problems(const struct library *library);
