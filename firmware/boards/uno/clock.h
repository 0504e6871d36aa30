/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time since power-on, from timer 1, which runs freely at 2 MHz and is nobody else's to set. Its
 * compare units are for whoever needs an interrupt at an instant (adc.c has B). */
#pragma once

#include <stdint.h>

#define CLOCK_TICKS_PER_US 2

void clock_init(void);

/* Microseconds modulo 2^32. For the super-loop and for interrupts. */
uint32_t clock_us(void);

/* Whether `due_us` has come, on the wrapping clock. */
static inline uint8_t clock_is_past(uint32_t now_us, uint32_t due_us)
{
	return (int32_t)(now_us - due_us) >= 0;
}
