/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real firmware, no hardware. */
#include "support/model_board.h"

#include <stdlib.h>
#include <string.h>

#include "core/core.h"

enum { TURNS = 6 };

struct model_board {
	struct board board;
	struct source sources[2];
	struct core core;
	uint32_t (*micros)(void *self);
	void *self;
	struct model_board_knobs *knobs;
	const uint8_t *in;
	size_t n_in;
	uint8_t *out;
	size_t n_out, size;
	bool is_lit;
};

static uint32_t micros(void *self)
{
	struct model_board *board = self;

	return board->micros(board->self);
}

static bool receive(void *self, uint8_t *ret_byte, uint32_t *ret_us)
{
	struct model_board *board = self;

	if (board->n_in == 0)
		return false;
	*ret_byte = *board->in++;
	board->n_in--;
	*ret_us = micros(board);
	return true;
}

static size_t room(void *self)
{
	struct model_board *board = self;

	return board->size - board->n_out;
}

/* The core sends a frame at a time. */
static void send_frame(void *self, const uint8_t *bytes, size_t n)
{
	struct model_board *board = self;

	if (board->knobs->is_mute)
		return;
	if (board->knobs->cut_frames > 0) {
		board->knobs->cut_frames--;
		return;
	}
	memcpy(board->out + board->n_out, bytes, n);
	board->n_out += n;
}

static uint32_t zero(void *self)
{
	(void)self;
	return 0;
}

static void light(void *self, bool is_lit)
{
	struct model_board *board = self;

	board->knobs->lights += is_lit && !board->is_lit;
	board->is_lit = is_lit;
}

static bool cup_is_present(void *self)
{
	return !((struct model_board *)self)->knobs->is_cup_absent;
}

static enum verdict read_cup(void *self, struct sample *sample)
{
	sample->raws[0] = cup_is_present(self) ? 401 : SOURCE_MISSING;
	return SAMPLE_TAKEN;
}

static enum verdict read_quick(void *self, struct sample *sample)
{
	struct model_board *board = self;

	if (board->knobs->lost_samples > 0) {
		board->knobs->lost_samples--;
		return SAMPLE_LOST;
	}
	sample->raws[0] = (int32_t)(sample->t_us & 0x7fffffff);
	sample->raws[1] = -5;
	return SAMPLE_TAKEN;
}

static const struct link_channel cup_channels[] = {{.width = 2,
	.mantissa = 625,
	.exp10 = -4,
	.min = -880,
	.max = 2000,
	.step = 1,
	.name = LINK_TEXT("water"),
	.quantity = LINK_TEXT("temperature"),
	.unit = LINK_TEXT("Cel")}};

static const struct link_channel quick_channels[] = {{.width = 4,
							     .mantissa = 1,
							     .max = INT32_MAX,
							     .step = 1,
							     .name = LINK_TEXT("taken"),
							     .quantity = LINK_TEXT("time"),
							     .unit = LINK_TEXT("us")},
	{.width = 2,
		.mantissa = -2,
		.exp10 = 1,
		.offset = 3,
		.max = 9,
		.step = 5,
		.name = LINK_TEXT("左"),
		.quantity = LINK_TEXT(""),
		.unit = LINK_TEXT("1")}};

void model_board_reset(struct model_board *board)
{
	board->n_in = 0;
	core_init(&board->core, &board->board);
}

struct model_board *model_board_new(
	uint32_t (*clock)(void *self), void *self, struct model_board_knobs *knobs)
{
	struct model_board *board = calloc(1, sizeof(*board));

	if (!board)
		return NULL;
	board->micros = clock;
	board->self = self;
	board->knobs = knobs;
	board->sources[0] = (struct source){.name = "cup",
		.channels = cup_channels,
		.n_channels = 1,
		.pace = PACE_ASKED,
		.period_us = 100000,
		.period_min_us = 1000,
		.period_max_us = 10000000,
		.self = board,
		.is_present = cup_is_present,
		.read = read_cup};
	board->sources[1] = (struct source){.name = "quick",
		.channels = quick_channels,
		.n_channels = 2,
		.pace = PACE_TIMED,
		.period_us = 2000,
		.period_min_us = 500,
		.period_max_us = 10000000,
		.self = board,
		.read = read_quick};
	board->board = (struct board){.model = "Test Cup",
		.uid = {0x6b, 0x74, 0, 0, 0, 0, 0, 1},
		.sources = board->sources,
		.n_sources = 2,
		.self = board,
		.micros = micros,
		.receive = receive,
		.room = room,
		.send = send_frame,
		.backlog_us = zero,
		.lost_bytes = zero,
		.light = light};
	model_board_reset(board);
	return board;
}

void model_board_free(struct model_board *board)
{
	free(board);
}

size_t model_board_turn(
	struct model_board *board, const uint8_t *bytes, size_t n, uint8_t *out, size_t size)
{
	board->in = bytes;
	board->n_in = n;
	board->out = out;
	board->n_out = 0;
	board->size = size;
	for (int i = 0; i < TURNS || board->n_in > 0; i++)
		core_step(&board->core);
	return board->n_out;
}

bool model_board_has_host(const struct model_board *board)
{
	return board->core.has_host;
}
