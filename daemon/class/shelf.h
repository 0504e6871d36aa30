/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shelf: every lesson this board knows, from kitlog's own lessons/ and a school's own folders. Read
 * by main before anybody asks, and again when somebody asks for it. Main's; another thread looks only into
 * lessons that are held for it (data/lesson.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "data/lesson.h"
#include "data/library.h"
#include "sense/catalogue.h"

struct shelf;

/* Reads FOLDER/<lesson>/ of each folder; a folder that is not there is no mistake when it is kitlog's own
 * (the first), else it is told. A lesson.yaml with a mistake is left out and told, the others are there.
 * A lesson whose texts have mistakes is there, and told, too: a class can be taught by it. Of two lessons with one id the later folder's wins: a school
 * may mend ours. A kit that `catalogue` does not know is told, and no more: others will do. NULL: kits are not
 * looked at; it outlives the shelf. 0 or -ENOMEM. */
int shelf_open(const char *const *folders, size_t n_folders, const struct catalogue *catalogue,
	struct shelf **ret_shelf);
void shelf_close(struct shelf *shelf); /* NULL is fine, here and below: has none */

/* Reads the folders once more, beside the shelf: on any thread, while the shelf stays open. 0 or -ENOMEM. */
int shelf_reread(const struct shelf *shelf, struct shelf **ret_news);

/* Main. The shelf becomes what was read, and `news` is gone; -ENOMEM: nothing has changed, and `news` is to be
 * closed. A lesson that has a mistake now, in lesson.yaml, a text or its sample, stays as it was, if it had none
 * before, and so do all of a folder that cannot be read now; so does one that is used, until a later take
 * (data/library.h). */
int shelf_take(struct shelf *shelf, struct shelf *news, const struct library_reader *reader);
/* Did one stay because it was used, and is not any more? */
bool shelf_is_due(const struct shelf *shelf, const struct library_reader *reader);

size_t shelf_count(const struct shelf *shelf);
const struct lesson *shelf_at(const struct shelf *shelf, size_t index);     /* by id, sorted */
const struct lesson *shelf_find(const struct shelf *shelf, const char *id); /* or NULL */

/* What was wrong, one sentence a line; "" if nothing. */
const char *shelf_problems(const struct shelf *shelf);
