/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firmware's core on a board made of variables: its clock is a function, its line two calls,
 * its sensors knobs. Model "Test Cup" with two streams:
 *   cup    water, 0.0625 Cel a count, always 401 counts; asked every 100 ms
 *   quick  taken: the low 31 bits of the microsecond of sampling, so that a row tells its true instant;
 *          左: always -5 counts, (-5 * -2 + 3) * 10; every 2 ms on time
 * A file of its own, because the firmware and the daemon both have a struct stream. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model_board;

struct model_board_knobs {
	bool is_mute;          /* what it sends is lost */
	size_t cut_frames;     /* so many of its next frames are lost */
	unsigned lost_samples; /* so many of its next quick samples are not taken */
	bool is_cup_absent;    /* that sensor does not answer */
	unsigned lights;       /* how often its light went on */
};

struct model_board *model_board_new(
	uint32_t (*micros)(void *self), void *self, struct model_board_knobs *knobs);
void model_board_free(struct model_board *board);

/* Off and on again. */
void model_board_reset(struct model_board *board);

/* The super-loop turns a few times, with these bytes on its line; what it sends goes to `out`, of
 * `size` bytes. Returns how many. */
size_t model_board_turn(
	struct model_board *board, const uint8_t *bytes, size_t n, uint8_t *out, size_t size);

bool model_board_has_host(const struct model_board *board);
