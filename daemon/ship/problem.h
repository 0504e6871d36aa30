/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is the matter with a sink, remembered: why nothing goes, why one stream does not go, and
 * what somebody should know although all is well. The most pressing one is shown; each is logged
 * when it begins and, if data stood still, when it is over. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "ship/sentence.h"
#include "ship/series.h"

struct problem {
	enum matter matter; /* MATTER_NONE: none */
	int status, error;
	char words[256], what[128];
	char kit[32];
	uint32_t sticker;
	struct log_state log;
};

struct problems {
	const struct config_sink *sink;
	const char *host;
	struct problem now;   /* nothing goes */
	struct problem held;  /* one stream does not go */
	struct problem aside; /* what was last put into quarantine */
	struct problem fast;  /* a stream that is too fast for milliseconds */
	bool is_smaller;      /* requests are, since a 413 */
	bool waits_for_time;  /* rows do, for somebody to tell the hour */
	bool has_no_hour;     /* rows of an earlier start, in which nobody did: they stay here */
};

/* Notes and logs. `words`, `what` and `series` may be NULL. */
void problem_begin(const struct problems *problems, struct problem *problem, enum matter matter,
	int status, int error, const char *words, const char *what, const struct series *series);
void problem_end(const struct problems *problems, struct problem *problem);

/* Does what stops everything need a person (and not only patience)? */
bool problems_are_refusal(const struct problems *problems);

/* The sentences for the most pressing one; empty when all is well. */
void problems_in_words(
	const struct problems *problems, char *ret_english, char *ret_chinese, size_t size);
