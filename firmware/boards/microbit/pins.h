/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which pin of the nRF51822 is what on the micro:bit v1.3 and v1.5, and its GPIO registers (nRF51 Series
 * Reference Manual 3.0, chapter 14). */
#pragma once

#include "boards/cortex/cortex.h"

enum pin {
	PIN_P2 = 1, /* analog input 2, and so on */
	PIN_P1 = 2,
	PIN_P0 = 3,
	PIN_COLUMN_1 = 4, /* of the display, lit when low … */
	PIN_COLUMN_9 = 12,
	PIN_ROW_1 = 13,    /* … and its row high */
	PIN_BUTTON_A = 17, /* low when pressed */
	PIN_TX = 24,
	PIN_RX = 25,
	PIN_BUTTON_B = 26,
};

#define PINS_OUT_SET 0x50000508u /* addresses: ones set or clear pins */
#define PINS_OUT_CLEAR 0x5000050Cu
#define PINS_IN REGISTER(0x50000510)
#define PIN_CONFIG(pin) REGISTER(0x50000700 + 4 * (uint32_t)(pin))

#define PIN_OUTPUT 0x1u
#define PIN_INPUT 0x0u
#define PIN_PULL_UP 0xCu
