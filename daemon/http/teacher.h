/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may change things: the teacher's PIN makes a session, the session's random name is a cookie.
 *
 * Six digits are guessed in a million tries, so wrong ones are counted: more than 5 in a minute
 * from one address, or 20 from all together, and further tries wait out the minute, right or wrong.
 * (At 20 a minute half a million tries take 17 days.) A session ends by itself after 12 hours. Main
 * thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "http/guesses.h"

enum {
	TEACHER_SESSIONS = 16, /* a 17th ends the oldest */
	TEACHER_TOKEN_TEXT = 33,
	TEACHER_TRIES = 20,
	TEACHER_TRIES_PER_ADDRESS = 5,
	TEACHER_HOURS = 12,
};

struct teacher {
	const char *pin; /* borrowed; NULL or empty: nobody gets in */
	struct {
		char token[TEACHER_TOKEN_TEXT]; /* empty: free */
		struct instant since;
	} sessions[TEACHER_SESSIONS];
	struct guesses wrong;
};

void teacher_init(struct teacher *teacher, const char *pin);

/* 0 and a new session's token; -EACCES: wrong PIN; -EAGAIN: too many wrong ones, *ret_wait_s says
 * how long to wait. ret_wait_s is written with -EAGAIN only. */
int teacher_login(struct teacher *teacher, const char *pin, const char *address, struct instant now,
	char ret_token[TEACHER_TOKEN_TEXT], unsigned *ret_wait_s);

/* Is this the token of a living session? NULL is not. */
bool teacher_knows(const struct teacher *teacher, const char *token, struct instant now);

void teacher_logout(struct teacher *teacher, const char *token);
