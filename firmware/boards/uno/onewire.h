/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * 1-Wire master on D4 (a resistor of 4.7 kΩ to 5 V is needed): one device on the wire. One thing at a
 * time is begun by onewire_reset, _send or _receive; onewire_task does it in pieces of at most
 * 0.3 ms, in which interrupts are off for no more than 15 µs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum onewire_state {
	ONEWIRE_BUSY,
	ONEWIRE_DONE,
	ONEWIRE_ABSENT, /* nothing answered to the reset */
};

#define ONEWIRE_MAX 9 /* bytes at once */

void onewire_init(void);
void onewire_reset(void);
void onewire_send(const uint8_t *bytes, uint8_t size);
void onewire_receive(uint8_t size);

void onewire_task(void);
enum onewire_state onewire_state(void);
const uint8_t *onewire_bytes(void); /* what was received */
