/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A calibration as a row of the store. Inside keep/ only.
 *
 * A wrong digit in a calibration would be a wrong digit in every value read from then on, and
 * nothing would look damaged. So each row carries a sum of all that is in it (FNV-1a), and one that
 * does not add up is as good as none: it is left out, told, and set aside by the writer. */
#pragma once

#include <sqlite3.h>

#include "data/calibration.h"

/* The columns that calibration_row_read expects, in its order. */
#define CALIBRATION_COLUMNS \
	"id, refers, kind, identity, stream, channel, name, made_ns, wall_ns, from_ns, to_ns," \
	" ship_from_ns, points, sum"

int calibration_row_write(sqlite3 *db, sqlite3_stmt **slot, const struct calibration *calibration);

/* -EBADMSG: damaged. */
int calibration_row_read(sqlite3_stmt *row, struct calibration *ret_calibration);

/* Moves what is damaged out of the table, within the caller's transaction. */
int calibration_row_set_aside(sqlite3 *db, uint64_t *ret_n);
