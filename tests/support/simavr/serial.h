/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simulated UART on a pseudo-terminal. simavr paces both directions at the baud rate. */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <simavr/sim_avr.h>

#include "boards/host/port.h"

struct serial {
	avr_t *avr;
	struct port *port;
	FILE *sent; /* may be NULL; else a line for each byte that leaves the board: cycle, value */
	avr_irq_t *input;
	bool is_ready; /* to take a byte */
	bool is_early; /* what came in is not to be seen yet */
	uint8_t out[512], in[64];
	size_t n_out, in_at, n_in;
};

void serial_attach(struct serial *serial);

/* Moves bytes between the two; often, or they wait. What comes in is seen at this cycle, or now if that
 * is past. */
void serial_pump(struct serial *serial, avr_cycle_count_t seen);
