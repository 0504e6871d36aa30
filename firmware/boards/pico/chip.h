/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several parts of the RP2040 share (RP2040 Datasheet, release 2.2): aliases that set or clear
 * single bits, and the pins. */
#pragma once

#include "boards/cortex/cortex.h"

/* 2.1.2: the same register, where written ones set or clear bits and zeros do nothing. */
#define SET_BITS(address) REGISTER((address) + 0x2000)
#define CLEAR_BITS(address) REGISTER((address) + 0x3000)

enum pin {
	PIN_TX = 0, /* GP0 */
	PIN_RX = 1, /* GP1 */
	PIN_LIGHT = 25,
	PIN_ANALOG = 26, /* GP26, GP27, GP28 */
};

/* 2.19.6: who drives a pin, and its pad. */
#define PIN_CONTROL(pin) REGISTER(0x40014004 + 8 * (uint32_t)(pin))
#define PIN_PAD(pin) REGISTER(0x4001C004 + 4 * (uint32_t)(pin))
#define PIN_FOR_UART 2
#define PIN_FOR_PROGRAM 5
#define PAD_OUTPUT 0x10u /* 4 mA */
#define PAD_INPUT_PULL_UP 0x4Au
#define PAD_ANALOG 0x80u /* nothing digital, no pull */

/* Clocks: processor, serial line and converter at 48 MHz, timer at 1 MHz, all from the crystal; and
 * the peripherals that we use out of their reset. The first thing to do. */
#define CHIP_HZ 48000000u
void chip_init(void);
