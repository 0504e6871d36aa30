/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which runs are good enough, as far as they were judged (api/accepting.h): by each entry of the
 * lesson's `accept`. Remembered by run; nothing is kept: another life of the daemon judges anew. Main
 * thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "data/lesson.h"

enum { ACCEPTANCES = 8, ACCEPTANCE_RUNS = 256 }; /* of a lesson, as its check has it; remembered */

enum acceptance { ACCEPTANCE_UNKNOWN, ACCEPTANCE_HOLDS, ACCEPTANCE_FAILS };

struct accepted {
	uint32_t run; /* 0: this place is free */
	int64_t from_ns;
	int64_t to_ns;       /* INT64_MAX: it goes on */
	struct instant at;   /* when it was judged; the next two are of then */
	unsigned n_readings; /* of its group */
	size_t n_calibrations;
	bool is_unread; /* its rows could not be read, and there is no verdict */
	size_t n;       /* as many as the lesson has; 0: is_unread */
	struct accepted_one {
		enum acceptance is; /* unknown: something that it takes has no value */
		uint64_t n;         /* samples */
		int64_t ns;         /* that they last */
		double value;       /* NaN: none */
	} of[ACCEPTANCES];
};

struct acceptances {
	struct accepted runs[ACCEPTANCE_RUNS];
	size_t next;    /* to be forgotten for a new one */
	bool is_asking; /* a run is being read */
};

/* Forgets all verdicts, as when lessons are others now; a run that is being read stays so. */
void acceptances_clear(struct acceptances *acceptances);

void acceptances_put(struct acceptances *acceptances, const struct accepted *accepted);

/* Of a run that ended then; NULL: it is not judged. Lent until the next put. */
const struct accepted *acceptances_find(
	const struct acceptances *acceptances, uint32_t run, struct instant to);

/* Is a run to be judged? `now` has what is so now: run, from_ns, to_ns, at, n_readings, n_calibrations. What is
 * over is judged once, and anew with each reading and calibration; what goes on, when it is twice as old
 * (a minute after its begin, then rarer) and each hour at last; what could not be read is asked again after
 * a while, and others meanwhile. */
bool acceptances_are_due(const struct acceptances *acceptances, const struct accepted *now);

/* [{"channel": "T", "holds": true, ...}], the Acceptances of openapi.yaml, or null. */
void acceptances_write(const struct acceptances *acceptances, const struct lesson *lesson,
	uint32_t run, struct instant to, struct text *text);
