/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One place where frames leave, so that seq has no other writer. */
#include "core/sender.h"

bool sender_has_room(const struct sender *sender)
{
	return sender->board->room(sender->board->self) >= BOARD_ROOM;
}

void sender_send(struct sender *sender, struct link_frame frame)
{
	const struct board *board = sender->board;
	uint8_t wire[LINK_WIRE_MAX];
	size_t size;

	frame.seq = sender->seq++;
	size = link_encode(&frame, wire);
	board->send(board->self, wire, size);
}
