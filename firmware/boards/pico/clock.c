/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The timer (RP2040 Datasheet, 4.6): 64 bits, of which alarms compare the lower 32. They only ring
 * when the timer comes to the very number, so an instant that passed while it was being set is rung
 * by force.
 */
#include "boards/cortex/clock.h"
#include "boards/cortex/scan.h"
#include "boards/pico/chip.h"

#define TIMER 0x40054000u
#define TIMER_ALARM(alarm) REGISTER(TIMER + 0x10 + 4 * (uint32_t)(alarm))
#define TIMER_ARMED REGISTER(TIMER + 0x20) /* ones disarm */
#define TIMER_NOW REGISTER(TIMER + 0x28)
#define TIMER_RUNG REGISTER(TIMER + 0x34) /* ones clear */
#define TIMER_INTERRUPTS REGISTER(TIMER + 0x38)
#define TIMER_FORCE (TIMER + 0x3C)

static volatile bool has_woken;

static uint32_t bit_of(enum alarm alarm)
{
	return 1u << alarm;
}

void clock_init(void)
{
	TIMER_INTERRUPTS = bit_of(ALARM_SCAN) | bit_of(ALARM_WAKE);
	interrupt_enable(ALARM_SCAN); /* alarm n interrupts as number n */
	interrupt_enable(ALARM_WAKE);
}

uint32_t clock_us(void)
{
	return TIMER_NOW;
}

void clock_set_alarm(enum alarm alarm, uint32_t at_us)
{
	uint32_t state = interrupts_off();

	if (alarm == ALARM_WAKE)
		has_woken = false;
	TIMER_ALARM(alarm) = at_us;
	if (clock_is_past(clock_us(), at_us))
		SET_BITS(TIMER_FORCE) = bit_of(alarm);
	interrupts_restore(state);
}

static void settle(enum alarm alarm)
{
	TIMER_ARMED = bit_of(alarm);
	CLEAR_BITS(TIMER_FORCE) = bit_of(alarm);
	TIMER_RUNG = bit_of(alarm);
}

void clock_stop_alarm(enum alarm alarm)
{
	uint32_t state = interrupts_off();

	settle(alarm);
	interrupts_restore(state);
}

bool clock_has_woken(void)
{
	return has_woken;
}

void interrupt_0(void)
{
	settle(ALARM_SCAN);
	scan_alarm();
}

void interrupt_1(void)
{
	settle(ALARM_WAKE);
	has_woken = true;
}
