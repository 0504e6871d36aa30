/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs that end by themselves. A lesson that records at a rate says how long (`duration`), a teacher may
 * say otherwise at the start; when that time is up the board stops the group, and says in the log that it
 * was the board. The run ends at the instant that was meant, whenever this is called: after a night
 * without power, too. Main thread. */
#pragma once

#include "class/sessions.h"

/* Stops what is over. Call it each second. */
void endings_look(struct sessions *sessions);
