/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue: every model of instrument this board knows, from kitlog's own kits/ and a school's
 * own folders. Read once by main before the threads start; nothing of it changes afterwards, so
 * every thread may read it. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "data/lesson.h"
#include "data/model.h"
#include "sense/kit.h"

struct catalogue;

/* Reads FOLDER/<kit>/kit.yaml of each folder; a folder that is not there is no mistake when it is
 * kitlog's own (the first), else it is told. A kit with a mistake is left out and told, the others
 * work. Of two kits with one id the later folder's wins: a school may mend ours. 0 or -ENOMEM. */
int catalogue_open(const char *const *folders, size_t n_folders, struct catalogue **ret_catalogue);
void catalogue_close(struct catalogue *catalogue); /* NULL is fine, here and below: knows none */

size_t catalogue_count(const struct catalogue *catalogue);
const struct model *catalogue_at(
	const struct catalogue *catalogue, size_t index); /* by id, sorted */
const struct model *catalogue_find(const struct catalogue *catalogue, const char *id); /* or NULL */

/* What was wrong, one sentence a line, and which two kits claim one device; "" if nothing. */
const char *catalogue_problems(const struct catalogue *catalogue);

/* What is wrong with the kits that a lesson names becomes sentences, one a line: nobody knows one, or it does not
 * measure what is needed. A class can be taught all the same, with other kits. 0 or -ENOMEM. */
int catalogue_check_lesson(
	const struct catalogue *catalogue, const struct lesson *lesson, FILE *problems);

/* Models whose `match` fits what USB says, at most so many, the most exact first (serial number,
 * product text, vendor and product, vendor alone), else by id. How many. */
size_t catalogue_match_usb(const struct catalogue *catalogue, const struct model_usb *usb,
	const struct model **ret_models, size_t most);

/* The families and drivers that are built in, as model.h wants them, by name. Made by the first
 * call, which is main's; never given back. */
const struct model_forms *catalogue_forms(void);

/* The table that decodes this model: its driver, else its family; NULL: neither is built in. */
const struct kit_family *catalogue_family(const struct model *model);
