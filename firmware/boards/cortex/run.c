/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sleeps on when an interrupt has left nothing to do for the loop: most only move a byte or a sample.
 * Whether there is something is looked at with interrupts switched off, so that nothing can come in
 * between and be slept over. */
#include "boards/cortex/run.h"
#include "boards/cortex/clock.h"
#include "boards/cortex/cortex.h"
#include "boards/cortex/line.h"
#include "core/core.h"

#define LONGEST_US 1000000u

static void rest(const struct core *core)
{
	uint32_t idle_us = core_idle_us(core), state;

	if (idle_us == 0)
		return;
	clock_set_alarm(ALARM_WAKE, clock_us() + (idle_us < LONGEST_US ? idle_us : LONGEST_US));
	do {
		state = interrupts_off();
		if (!line_has_input() && !clock_has_woken())
			interrupt_wait();
		interrupts_restore(state);
	} while (!line_has_input() && !clock_has_woken());
}

static uint32_t micros(void *self)
{
	(void)self;
	return clock_us();
}

_Noreturn void run(struct board *board, void (*task)(void))
{
	static struct core core;

	board->micros = micros;
	board->receive = line_receive;
	board->room = line_room;
	board->send = line_send;
	board->backlog_us = line_backlog_us;
	board->lost_bytes = line_lost_bytes;
	core_init(&core, board);
	for (;;) {
		core_step(&core);
		if (task)
			task();
		rest(&core);
	}
}
