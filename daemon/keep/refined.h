/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A refinement as a row of the store. Inside keep/ only. */
#pragma once

#include <stdbool.h>
#include <sqlite3.h>

#include "keep/refinement.h"

bool refinement_replaces(const struct refinement *later, const struct refinement *earlier);
/* `slots`: two. */
int refinement_write(sqlite3 *db, sqlite3_stmt **slots, const struct refinement *refinement);
