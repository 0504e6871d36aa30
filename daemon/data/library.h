/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A library: what people describe in a folder each, kits and lessons, read from several places, of which a
 * later one may mend what an earlier one has.
 *
 * A folder with a mistake is left out and told, the others are there. Each thing has an arena of its own,
 * so that one with a mistake leaves nothing behind. Read at start by the main thread. Kits stay as they are,
 * so every thread may look into them. Lessons can be read again while the daemon runs: then the library is
 * main's, and what another thread looks into for longer is held (kind.is_held). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
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
	int (*read)(const void *self, const char *folder, struct arena *arena, FILE *problems,
		const void **ret_thing);
	const void *self; /* for `read`; it outlives the library */
	const char *(*id)(const void *thing);
	/* Tells what is wrong with two that are both there; NULL: nothing can be. */
	void (*compare)(const void *a, const void *b, FILE *problems);
	/* For library_reread, else NULL: of all that was read of a folder; may it not be freed yet? */
	uint64_t (*digest)(const void *thing);
	bool (*is_held)(const void *thing);
	/* May it be used, though something in its folder is wrong, which was told? NULL: nothing such is. */
	bool (*has_mistakes)(const void *thing);
};

/* Reads PLACE/<folder>/ of each place; one that is not there is no mistake when it is kitlog's own (the
 * first), else it is told. Of two things with one id the later one stays. 0 or -ENOMEM. */
int library_open(const struct library_kind *kind, const char *const *places, size_t n_places,
	struct library **ret_library);
void library_close(struct library *library); /* NULL is fine, here and below: it has none */

/* --- reading again --- */

enum library_change { LIBRARY_ADDED, LIBRARY_CHANGED, LIBRARY_REMOVED, LIBRARY_WAITS };

struct library_reader {
	void *self;
	/* Is it in use now, so that it must stay as it is until it is not? */
	bool (*is_used)(void *self, const char *id);
	/* What came of it; LIBRARY_WAITS: it is used, and changed or removed. May be NULL. */
	void (*tell)(void *self, enum library_change change, const char *id);
};

/* Reads the places once more, beside the library, which is only asked for their names: on any thread.
 * *ret_news is for library_take or library_close. 0 or -ENOMEM. */
int library_reread(const struct library *library, struct library **ret_news);

/* Main. The library becomes what was read; `news` is gone, unless this fails (-ENOMEM), when nothing has
 * changed. A folder that has a mistake now stays as it was read before, and so does all of a place that cannot
 * be read now, unless a later place has it; so does what is used. What had mistakes already when it was read
 * before is not worth keeping: the new one comes. A thing that is the same keeps its address; one that is not
 * is freed when nobody holds it, at the latest by a later take. */
int library_take(
	struct library *library, struct library *news, const struct library_reader *reader);

/* Did a take leave something as it was that is not used any more? */
bool library_is_due(const struct library *library, const struct library_reader *reader);

size_t library_count(const struct library *library);
const void *library_at(const struct library *library, size_t index);     /* by id, sorted */
const void *library_find(const struct library *library, const char *id); /* or NULL */

/* What was wrong, one sentence a line; "" if nothing. */
const char *library_problems(const struct library *library);
