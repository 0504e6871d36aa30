/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `kitlog calibrate` share. A channel is called 3/t: the number on the kit's
 * label and the channel's id; stream:10/t where a kit has two of that id. One thread. */
#pragma once

#include "tools/kitlog/command.h"

/* ---- calibrate_place.c: which kit, stream and channel, for other commands too */

/* The device with this number on its label, of GET /devices; NULL after saying that there is
 * none. */
json_t *place_device(const struct call *call, json_t *devices, json_int_t sticker);

/* Adds the stream and channel that a word names to a body, or "device" of the number on a label: 0,
 * or the exit status after saying what is wrong. */
int place_add_channel(const struct call *call, const char *word, json_t *body);
int place_add_device(const struct call *call, json_int_t sticker, json_t *body);

/* How a person calls the channel of a calibration ("3/t") and its kit ("#3 XY-MD02, address 4"),
 * by the list of devices; its identity where the device is not among them. */
enum { PLACE_TEXT = 192 };
void place_of(const json_t *devices, const json_t *calibration, char ret_channel[PLACE_TEXT],
	char ret_kit[PLACE_TEXT]);

/* ---- calibrate_list.c */

/* Prints the calibrations of an answer (GET or POST), which it takes; NULL: it was refused. Returns
 * the exit status. */
int calibrate_show(const struct call *call, json_t *body);

/* ---- calibrate_zero.c */

/* The same for an answer to `asked` (a body of POST /calibrations/zero), and a last line, or
 * "left_out" in JSON: which channels of `devices`, as they were when it was asked, were zeroed, and
 * which not and why. 1: one of them has no reading. */
int calibrate_show_zeroed(
	const struct call *call, const json_t *devices, const json_t *asked, json_t *answer);
