/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shelf: every lesson this board knows, from kitlog's own lessons/ and a school's own folders. Read
 * once by main before anybody asks; nothing of it changes afterwards, so every thread may read it. */
#pragma once

#include <stddef.h>

#include "data/lesson.h"

struct shelf;

/* Reads FOLDER/<lesson>/ of each folder; a folder that is not there is no mistake when it is kitlog's own
 * (the first), else it is told. A lesson.yaml with a mistake is left out and told, the others are there;
 * so is a lesson whose texts have mistakes. Of two lessons with one id the later folder's wins: a school
 * may mend ours. 0 or -ENOMEM. */
int shelf_open(const char *const *folders, size_t n_folders, struct shelf **ret_shelf);
void shelf_close(struct shelf *shelf); /* NULL is fine, here and below: has none */

size_t shelf_count(const struct shelf *shelf);
const struct lesson *shelf_at(const struct shelf *shelf, size_t index);     /* by id, sorted */
const struct lesson *shelf_find(const struct shelf *shelf, const char *id); /* or NULL */

/* What was wrong, one sentence a line; "" if nothing. */
const char *shelf_problems(const struct shelf *shelf);
