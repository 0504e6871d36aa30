/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pins of port D that parts drive. simavr forgets what was raised on an input at the next write to the
 * port, and puts the pull-up there; so a level that is to last must be given as the pull-up's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <simavr/sim_avr.h>

struct pins {
	avr_t *avr;
	uint8_t driven, levels;
};

void pins_drive(struct pins *pins, uint8_t pin, bool level);
