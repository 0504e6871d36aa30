/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may change things: the teacher's PIN makes a session, the session's random name is a cookie.
 *
 * Six digits are guessed in a million tries, so wrong ones are counted, and who has too many waits out
 * the minute, right or wrong. Pupils who guess must not keep the teacher out, so not all count alike:
 *
 *   - Nobody has more than 5 in a minute: no address, and no browser that is remembered.
 *   - A browser that signed in and asked to be remembered has a cookie that names it (OWASP: "device
 *     cookie"). It waits for its own wrong ones only, never for others', also where a whole class
 *     shares one address. It knew the PIN, so it finds out nothing; after 10 wrong ones in a row it is
 *     no longer remembered, for it may have changed hands.
 *   - So does the board itself, where `kitlog` asks (loopback).
 *   - Strangers share 20 in a minute, 10 of them for addresses with no more than one wrong one so far
 *     (as far back as 256 are remembered, which is 10 minutes at the worst): a few pupils who go on
 *     guessing use up the other half, and a teacher's new telephone is let in beside them.
 *
 * At 20 a minute, and 5 at the board, half a million tries take 14 days; 32 remembered browsers add 320.
 * Whoever is the teacher already can have ten digits more, good once and for five minutes, which wait for nobody:
 * as many tries as the board can answer meanwhile find them in one of a thousand cases at most.
 *
 * A session ends by itself after 12 hours of board time. One that is remembered lives through a restart
 * (http/teacher_file.h); board time stands still meanwhile, so whoever knows the hour calls
 * teacher_end_old. What is kept of a cookie is a digest of it by the PIN: it opens nothing, and with
 * another PIN nothing fits. Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/guesses.h"

enum {
	TEACHER_SESSIONS = 16, /* a 17th ends the oldest */
	TEACHER_BROWSERS =
		32, /* remembered; a 33rd takes the place of the one not seen for longest */
	TEACHER_TOKEN_TEXT = 33,
	TEACHER_DIGEST = 32,
	TEACHER_TRIES = 20,
	TEACHER_TRIES_NEW = 10, /* of these, for who did not guess before */
	TEACHER_TRIES_EACH = 5,
	TEACHER_SLIPS_OF_NEW = 2,
	TEACHER_SLIPS_OF_BROWSER = 10, /* in a row */
	TEACHER_HOURS = 12,
	TEACHER_ONCE_TEXT = 11,
	TEACHER_ONCE_S = 300,
	TEACHER_TEXT = (TEACHER_SESSIONS + TEACHER_BROWSERS) * 100,
};

/* What a cookie is known by. */
struct teacher_pass {
	unsigned char digest[TEACHER_DIGEST];
	struct instant since; /* of a browser: when it signed in last */
	bool is_there;
	bool is_remembered;
	unsigned n_wrong; /* of a browser, in a row */
};

struct teacher {
	const char *pin; /* borrowed; NULL or empty: nobody gets in */
	struct teacher_pass sessions[TEACHER_SESSIONS], browsers[TEACHER_BROWSERS];
	struct guesses each;               /* by address, or by the browser's cookie */
	struct guesses new_ones, old_ones; /* strangers, together */
	char once[TEACHER_ONCE_TEXT];      /* empty: none */
	struct instant once_since;
	unsigned n_changes; /* of what teacher_write tells */
};

void teacher_init(struct teacher *teacher, const char *pin);

struct teacher_asks {
	const char *pin, *address;
	const char *browser; /* the cookie that names it; NULL: none */
	bool is_to_be_remembered;
};

struct teacher_answer {
	char token[TEACHER_TOKEN_TEXT];   /* the session's */
	char browser[TEACHER_TOKEN_TEXT]; /* to be remembered by; empty: not asked for */
	unsigned wait_s;                  /* -EAGAIN: how long to wait */
	bool are_others;                  /* -EAGAIN: for the wrong ones of others */
};

/* 0 and a new session; -EACCES: wrong PIN; -EAGAIN: too many wrong ones. */
int teacher_login(struct teacher *teacher, const struct teacher_asks *asks, struct instant now,
	struct teacher_answer *ret_answer);

/* A PIN that opens once within TEACHER_ONCE_S, also while others guess; the one before is good no longer. 0 or
 * -errno. */
int teacher_make_once(
	struct teacher *teacher, struct instant now, char ret_once[TEACHER_ONCE_TEXT]);

/* Is this the token of a living session? NULL is not. */
bool teacher_knows(const struct teacher *teacher, const char *token, struct instant now);

/* The browser stays remembered: the next teacher is let in there. */
void teacher_logout(struct teacher *teacher, const char *token);

/* Ends the remembered sessions that are 12 hours old by the wall, where that is known of both ends. `wall`:
 * of an instant; false: not known. */
typedef bool teacher_wall(void *self, struct instant at, struct wall *ret_wall);
void teacher_end_old(
	struct teacher *teacher, struct instant now, teacher_wall *wall_of, void *self);

/* Those who are to be remembered, as lines of text; and back, as far as it can be read. What began after
 * `now` (a card that forgot its last second) begins now. */
void teacher_write(const struct teacher *teacher, struct text *text);
void teacher_read(struct teacher *teacher, const char *lines, struct instant now);
