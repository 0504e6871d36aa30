/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs that were imported (export/import.h), as a list beside that of the board's own. Main thread, but for
 * imports_look and imports_delete.
 *
 * No number is given twice, also when the newest one was deleted: somebody may have written it down, and a
 * session may have shown it. Then an empty folder "12.gone" remembers it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <nettle/sha2.h>

#include "keep/store.h"

enum { IMPORTS_MOST = 500 };

struct imported {
	uint32_t import;
	struct run run;
	bool has_wall;
	struct wall wall; /* of its begin */
	int64_t wall_uncertainty_ns;
	uint64_t bytes;                        /* that it takes of the card */
	char hash[2 * SHA256_DIGEST_SIZE + 1]; /* of run.json and the rows' files, as they came */
};

struct imports {
	const char *directory; /* of the store. The caller's, set before */
	struct imported *all;  /* by number */
	size_t n, room;
	uint32_t last;    /* the highest number that was ever given */
	bool is_changing; /* one comes, or goes */
};

/* Reads what is there, and removes what an import that was cut off has left. What cannot be read is left
 * alone, and out. */
void imports_load(struct imports *imports);
void imports_clear(struct imports *imports);

/* Room for n more, which imports_add then takes for certain; -ENOMEM. */
int imports_reserve(struct imports *imports, size_t n);
/* One more; -ENOMEM. */
int imports_add(struct imports *imports, const struct imported *imported);
/* It was deleted. */
void imports_forget(struct imports *imports, uint32_t import);
/* One that came of the same files; NULL: none. */
const struct imported *imports_same(const struct imports *imports, const struct imported *imported);
/* By the id of its run, or of one of its streams; NULL: none. */
const struct imported *imports_find(const struct imports *imports, int64_t id);
uint32_t imports_next(
	const struct imports *imports); /* a number that is free, as are all behind it */

/* What is known of one: 0 or -errno. Any thread. */
int imports_look(const char *directory, uint32_t import, struct imported *ret_imported);

/* Takes one off the card: 0, or -errno, then it is there still. Of the newest its number is remembered. Work
 * thread. */
int imports_delete(const char *directory, uint32_t import, bool is_newest);
