/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board as `kitlog` sees it: its HTTP address, its answers, its teacher's PIN. One thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct board;
struct config; /* data/config.h */

/* `address` NULL or empty: from the configuration file (`config`, NULL: the usual place), else
 * http://127.0.0.1:8080; without a scheme and a port it is at port 8080. `pin` NULL: from the data
 * folder if it may be read. Mistakes in the configuration are told and left out, as by the daemon
 * that runs with it. -EDESTADDRREQ, after saying so: `address` is none. */
int board_open(const char *address, const char *config, const char *pin, struct board **ret_board);

/* One more board, to read from: without a PIN and without a configuration, so without
 * board_data, _config and _kits. 0, -EDESTADDRREQ after saying so, -ENOMEM. */
int board_open_other(const char *address, struct board **ret_board);

void board_close(struct board *board); /* also ends the session as the teacher */

const char *board_address(const struct board *board);
const char *board_pin(
	const struct board *board); /* the teacher's, of the data folder; "": not read */
const char *board_data(const struct board *board); /* the data folder by the configuration */
const struct config *board_config(
	const struct board *board); /* as kitlogd here would run with it */

/* Folders of kits, kitlog's own first, as the daemon reads them (sense/catalogue.h). */
const char *const *board_kits(const struct board *board, size_t *ret_n);
/* The same of lessons (class/shelf.h). */
const char *const *board_lessons(const struct board *board, size_t *ret_n);

/* GET, expecting 200 and JSON. On failure says why on stderr in one sentence and returns NULL. */
json_t *board_get(struct board *board, const char *path);
json_t *board_try(struct board *board, const char *path); /* says nothing on failure */

/* What is asked for from here on is answered as to the teacher, where the PIN is known: with what groups typed
 * and predicted and have not been shown yet. */
void board_look_as_teacher(struct board *board);

/* POST of a JSON object (NULL: none), signed in as the teacher first. Same failures. */
json_t *board_post(struct board *board, const char *path, const json_t *body);

/* DELETE, signed in likewise; an empty object. Same failures. */
json_t *board_delete(struct board *board, const char *path);

/* POST of a file from its beginning, signed in likewise. Same failures. */
json_t *board_send(struct board *board, const char *path, const char *type, FILE *file);

/* POST of what changes nothing: without signing in. Same failures. */
json_t *board_put_question(struct board *board, const char *path, const json_t *body);

/* The word of the board's last refusal, such as "doubtful"; "" before any. */
const char *board_refusal(const struct board *board);

/* GET of anything, written to `out` as it comes; `name` is what people call that. Also gives the
 * last line, cut to BOARD_LINE. Returns 0 or -EIO after saying why. */
enum { BOARD_LINE = 128 };
int board_fetch(struct board *board, const char *path, FILE *out, const char *name,
	char ret_last[BOARD_LINE]);

/* "cup.csv: No space left on device; choose another place" */
void board_cannot_write(const char *name, int error);

/* The event stream: `event` per event until it returns non-zero or the board goes away. It may ask the
 * board. */
typedef int board_event(void *self, const char *name, json_t *data);
int board_listen(struct board *board, board_event *event, void *self);
