/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a run good enough? By each entry of its lesson's `accept`: are there samples enough, or do they last long
 * enough, and does their mean lie in the range. Of a formula it is its value where each need has its mean and what
 * was typed is as it was typed last, which is the point that the class plot makes of the run; of what is typed it is
 * the last value. What a run that goes on has not enough of may still come, and is unknown. */
#pragma once

#include <stdbool.h>
#include <jansson.h>

#include "class/acceptances.h"
#include "class/results.h"
#include "keep/store.h"

/* By what is known of the run, which was read; `typed`: how often each was typed. Sets n and `of`; to_ns is
 * given. Pure. */
void judging_judge(const struct lesson *lesson, const struct result_run *run, const json_t *typed,
	struct accepted *accepted);

/* How often each number was typed of a run; all readings of its group in *ret_n. Pure; the caller's. */
json_t *judging_count_typed(const struct classroom *room, const struct session *session,
	const struct session_run *run, unsigned *ret_n);

/* By the journal and the rows on the card: 0; -ENOENT: it is of no session, or its lesson asks for nothing; or as the
 * store says. Work thread. */
int judging_read(struct reader *reader, const struct run *run, const struct lesson *lesson,
	struct accepted *ret_accepted);

/* As run.json has it (export/about.h), with the lesson's words; without values where they are not for whoever asks. A
 * new one. */
json_t *judging_tell(const struct lesson *lesson, const struct accepted *accepted, bool has_values);
