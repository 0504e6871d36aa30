/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time since power-on, from a timer of 32 bits at 1 MHz, and two alarms that the same timer gives.
 * Each board has its own clock.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum alarm {
	ALARM_SCAN, /* calls scan_alarm() */
	ALARM_WAKE, /* only wakes the loop */
};

void clock_init(void);

/* Microseconds modulo 2^32. For the loop and for interrupts. */
uint32_t clock_us(void);

/* Rings at that instant, within 35 minutes, or at once if it has passed. The last one set counts; it
 * may ring once too often. */
void clock_set_alarm(enum alarm alarm, uint32_t at_us);
void clock_stop_alarm(enum alarm alarm);

/* The loop's alarm has rung since it was set. */
bool clock_has_woken(void);

static inline bool clock_is_past(uint32_t now_us, uint32_t due_us)
{
	return (int32_t)(now_us - due_us) >= 0;
}
