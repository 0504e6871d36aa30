/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What core/board.h asks of a board, answered from the known clock. Making a frame takes a while, as on
 * an Uno, and the loop looks at its line when it comes round: the core is to be honest about both. */
#include "support/truth_board.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/core.h"
#include "support/cmocka_all.h"
#include "support/truth_draw.h"

enum {
	INPUT = 1024,
	LINE_BYTES = 2 * BOARD_ROOM, /* of its output buffer */
	MAKING_NS = 60000,           /* a frame: COBS, CRC, copying */
	LOOP_NS = 20000,             /* a turn that has nothing to do */
};

struct truth_board {
	struct truth_board_wires wires;
	struct board board;
	struct source source;
	struct core core;
	struct truth_clock clock;
	struct draw draw;
	int64_t now_ns;  /* true, with what making frames takes */
	int64_t free_ns; /* when all that it gave to the line has left */
	int64_t wake_ns;

	uint8_t input[INPUT]; /* bytes that came in, and when */
	int64_t input_ns[INPUT];
	size_t n_input, input_at;
};

static uint32_t micros(void *self)
{
	const struct truth_board *board = self;

	return (uint32_t)truth_clock_tick(&board->clock, board->now_ns);
}

static bool receive(void *self, uint8_t *ret_byte, uint32_t *ret_us)
{
	struct truth_board *board = self;
	int64_t came_ns;

	if (board->input_at == board->n_input || board->input_ns[board->input_at] > board->now_ns) {
		return false;
	}
	/* An interrupt notes the instant of a byte of a UART; USB is looked at by the loop. */
	came_ns = board->wires.byte_ns ? board->input_ns[board->input_at] : board->now_ns;
	*ret_us = (uint32_t)truth_clock_tick(&board->clock, came_ns);
	*ret_byte = board->input[board->input_at++];
	if (board->input_at == board->n_input)
		board->input_at = board->n_input = 0;
	return true;
}

static size_t room(void *self)
{
	const struct truth_board *board = self;
	int64_t waiting = board->wires.byte_ns && board->free_ns > board->now_ns
		? (board->free_ns - board->now_ns) / board->wires.byte_ns + 1
		: 0;

	return waiting < LINE_BYTES ? (size_t)(LINE_BYTES - waiting) : 0;
}

static void send(void *self, const uint8_t *bytes, size_t n)
{
	struct truth_board *board = self;

	board->now_ns += MAKING_NS;
	if (board->free_ns < board->now_ns)
		board->free_ns = board->now_ns;
	board->free_ns += (int64_t)n * board->wires.byte_ns;
	board->wires.leave(board->wires.self, bytes, n, board->free_ns);
}

static uint32_t backlog_us(void *self)
{
	const struct truth_board *board = self;
	int64_t ns = board->free_ns - board->now_ns;

	return ns > 0 ? (uint32_t)(ns / NS_PER_US) : 0;
}

static uint32_t nothing_lost(void *self)
{
	(void)self;
	return 0;
}

static void dark(void *self, bool is_lit)
{
	(void)self;
	(void)is_lit;
}

static enum verdict take(void *self, struct sample *sample)
{
	struct truth_board *board = self;
	int64_t now = truth_clock_tick(&board->clock, board->now_ns);
	int64_t due = now + (int32_t)(sample->t_us - (uint32_t)now);

	board->wires.take(
		board->wires.self, truth_clock_when(&board->clock, due), &sample->raws[0]);
	return SAMPLE_TAKEN;
}

static const struct link_channel counter[] = {{.width = 4,
	.mantissa = 1,
	.max = INT32_MAX,
	.step = 1,
	.name = LINK_TEXT("number"),
	.quantity = LINK_TEXT("count"),
	.unit = LINK_TEXT("1")}};

struct truth_board *truth_board_new(const struct truth_board_wires *wires)
{
	struct truth_board *board = calloc(1, sizeof(*board));

	assert_non_null(board);
	board->wires = *wires;
	if (board->wires.loop_ns < LOOP_NS)
		board->wires.loop_ns = LOOP_NS;
	board->draw.state = wires->seed;
	board->source = (struct source){.name = "signal",
		.channels = counter,
		.n_channels = 1,
		.pace = PACE_TIMED,
		.period_us = wires->period_us,
		.period_min_us = 100,
		.period_max_us = 600000000,
		.self = board,
		.read = take};
	board->board = (struct board){.model = "truth",
		.uid = "truth",
		.sources = &board->source,
		.n_sources = 1,
		.self = board,
		.micros = micros,
		.receive = receive,
		.room = room,
		.send = send,
		.backlog_us = backlog_us,
		.lost_bytes = nothing_lost,
		.light = dark};
	return board;
}

void truth_board_free(struct truth_board *board)
{
	free(board);
}

void truth_board_start(struct truth_board *board, const struct truth_clock *clock)
{
	board->clock = *clock;
	board->now_ns = board->free_ns = board->wake_ns = clock->power_ns;
	board->n_input = board->input_at = 0;
	core_init(&board->core, &board->board);
	assert_int_equal(board->core.n_streams, 1);
}

void truth_board_receive(struct truth_board *board, const uint8_t *bytes, size_t n, int64_t at_ns)
{
	for (size_t i = 0; i < n; i++) {
		assert_true(board->n_input < INPUT);
		board->input[board->n_input] = bytes[i];
		board->input_ns[board->n_input++] =
			at_ns - (int64_t)(n - 1 - i) * board->wires.byte_ns;
	}
	if (at_ns < board->wake_ns)
		board->wake_ns = at_ns;
}

void truth_board_turn(struct truth_board *board, int64_t now_ns)
{
	uint32_t idle_us;

	if (board->now_ns < now_ns)
		board->now_ns = now_ns;
	board->now_ns += (int64_t)(truth_uniform(&board->draw) * (double)board->wires.loop_ns);
	core_step(&board->core);
	idle_us = core_idle_us(&board->core);
	board->wake_ns = board->now_ns + LOOP_NS;
	if (board->input_at == board->n_input) /* its clock may be slow or fast by a percent */
		board->wake_ns += (int64_t)idle_us * NS_PER_US;
}

int64_t truth_board_wake(const struct truth_board *board)
{
	return board->wake_ns;
}
