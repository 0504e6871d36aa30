/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of now are judged (class/judging.h).
 *
 * The last run of each group of a session that is open, or ended a moment ago, is judged when it is on
 * the card, and again when something was typed or calibrated. A project's run is judged while it goes on,
 * too: what it has not enough of then may still come, and is unknown. What was judged is remembered
 * (class/acceptances.h) and told. Main thread; the rows are read on the slow one. */
#pragma once

#include "api/parts.h"
#include "class/judging.h"

/* Begins to judge what waits for it, one after the other until nothing does. Call it each second. */
void accepting_look(struct parts *parts);
