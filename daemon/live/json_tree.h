/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any JSON as text, with each number the shortest that reads back to the same double. Pure. */
#pragma once

#include <jansson.h>

#include "base/text.h"

void json_tree(struct text *text, const json_t *value); /* NULL: null */

/* Are these all members of an object names with finite numbers? */
bool json_is_numbers(const json_t *object);
