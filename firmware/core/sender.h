/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames on their way out: numbers them and hands them to the board whole or not at all. */
#pragma once

#include "core/board.h"

struct sender {
	const struct board *board;
	uint8_t payload[LINK_PAYLOAD_MAX]; /* of the frame that is being made: one at a time */
	uint8_t seq;
};

/* Whether any frame, and a short answer behind it, would find room now. */
bool sender_has_room(const struct sender *sender);

/* Sends a frame; the sender gives it its seq. Needs sender_has_room. */
void sender_send(struct sender *sender, struct link_frame frame);
