/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the board share. Inside tools/kitlog/board*.c only. */
#pragma once

#include <curl/curl.h>

#include "data/places.h"
#include "tools/kitlog/board.h"

struct board {
	CURL *curl;
	struct curl_slist *headers;
	char address[256];
	char key[80];         /* the board's public key, as libcurl pins it; empty: not known */
	bool is_any_key_good; /* its certificate's files are unusable, and it is asked on loopback */
	char pin[32];         /* to sign in by */
	bool is_pin_given;    /* by who runs us: may be one that was good once */
	struct config *config;
	struct places kits, lessons; /* pointing into config; n is 0 without one */
	bool is_signed_in;
	char refusal[32]; /* the code of the last one; empty: none */
	bool is_quiet;    /* what fails is not said */
};

/* What is answered, gathered up to some MB with a NUL behind; bytes is to be freed. */
struct board_body {
	char *bytes;
	size_t n;
};
size_t board_collect(char *bytes, size_t size, size_t n, void *body); /* as curl calls it */

/* The key of the board on this machine, by the certificate that its configuration names; and that a transfer
 * trusts that key alone, where it is known, or any on loopback while the files cannot be used (board_tls.c). */
void board_learn_key(struct board *board, const struct config *config);
void board_trust(const struct board *board, CURL *curl);

/* Points a transfer at a path of the board. */
void board_aim(const struct board *board, CURL *curl, const char *path);
/* Nobody answered; something else than what was asked did. Says so on stderr. */
void board_tell_silence(const struct board *board, CURLcode code);
void board_tell_answer(struct board *board, long status, const char *bytes);
/* The teacher again is nobody; only where board_close finds that it was signed in. */
void board_sign_out(struct board *board);
