/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was claimed of the hour in the running boot, kept in memory: a database that is lost in mid-run
 * takes it along, and the next one would have only what is claimed later, or rows would get other
 * hours than those they have gone out with. Inside keep/, for the writer only.
 *
 * Bounded: three weeks of hourly claims, then those that say what the one before said make room. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>

#include "keep/notes.h"

enum { ANCHORS_MAX = 512 };

struct anchors {
	size_t n;
	struct boot_anchor list[ANCHORS_MAX]; /* in the order in which they were told */
};

void anchors_add(struct anchors *anchors, const struct boot_anchor *anchor);

/* Those of a boot that the database has, instead of what was there; 0 or -errno. */
int anchors_load(struct anchors *anchors, sqlite3 *db, uint32_t boot);

/* All of them to be written, in order, whichever were to be already. 0 or -ENOMEM. */
int anchors_note(const struct anchors *anchors, struct notes *notes);
