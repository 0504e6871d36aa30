/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board in front of which fuzz inputs are browsers: the whole web side through its door (support/site.h),
 * with all lessons, two devices that have measured, a class of three groups of which the first has been
 * joined and has run, a project, a mark and a calibration.
 *
 * What one input did is there for the next, as on a board, until it is made anew after some hundred of
 * them. One thread; a promise that is broken aborts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct fuzz_answer {
	int status;       /* 0: it did not answer */
	const char *head; /* closed by NUL; good until the next call */
	const char *body; /* likewise, undone from chunks */
	size_t n;         /* bytes of the body */
};

/* Header lines by which the board knows somebody. */
enum fuzz_who { FUZZ_NOBODY, FUZZ_TEACHER, FUZZ_GROUP };
const char *fuzz_site_cookie(enum fuzz_who who);

/* Begins an input. */
void fuzz_site_begin(void);

/* A browser sends these bytes on a connection of its own, and no more; what comes back until the board
 * closes it, or has nothing to say. The first answer is told. */
struct fuzz_answer fuzz_site_send(const void *bytes, size_t n);

/* What holds of every answer: a status that is no failure of the board's own, the headers that guard a
 * page, and JSON or text that is what it says. */
void fuzz_site_check(const struct fuzz_answer *answer);
