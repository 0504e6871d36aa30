/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What earlier boots left: the lists of runs, calibrations, marks and sessions, read from the card at the
 * opening. One that cannot be read then keeps neither the others nor the pages away. Main thread. */
#pragma once

#include "api/parts.h"
#include "base/log.h"

bool lists_are_known(const struct parts *parts); /* all of them */

/* Reads those that are not known yet, and says which are missing, and when they are back. */
void lists_load(struct parts *parts, struct log_state *state);
