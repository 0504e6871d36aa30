/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a run good enough? By each entry of its lesson's `accept`, once it is over: are there samples enough,
 * or do they last long enough, and does their mean lie in the range. Of a formula it is its value where
 * each need has its mean and what was typed is as it was typed last, which is the point that the class
 * plot makes of the run; of what is typed it is the last value.
 *
 * The last run of each group of a session that is open, or ended a moment ago, is judged when it is on
 * the card, and again when something was typed or calibrated. A project's run is judged while it goes on,
 * too: what it has not enough of then may still come, and is unknown. What was judged is remembered
 * (class/acceptances.h) and told. Main thread; the rows are read on the slow one. */
#pragma once

#include "api/parts.h"
#include "class/results.h"

/* By what is known of the run, which was read; `typed`: how often each was typed. Sets n and `of`; to_ns is
 * given. Pure. */
void accepting_judge(const struct lesson *lesson, const struct result_run *run, const json_t *typed,
	struct accepted *accepted);

/* Begins to judge what waits for it. Call it each second. */
void accepting_look(struct parts *parts);
