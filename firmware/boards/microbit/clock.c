/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Timer 0, the only one of 32 bits (nRF51 Series Reference Manual 3.0, chapter 18), from the crystal:
 * capture/compare unit 0 reads it, 1 and 2 are the alarms. A compare only rings when the timer comes
 * to the very number, so an instant that passed while it was being set is rung by hand.
 */
#include "boards/cortex/clock.h"
#include "boards/cortex/cortex.h"
#include "boards/cortex/scan.h"

#define HFCLK_START REGISTER(0x40000000)
#define HFCLK_STARTED REGISTER(0x40000100)

#define TIMER 0x40008000u
#define TIMER_START REGISTER(TIMER)
#define TIMER_CAPTURE(unit) REGISTER(TIMER + 0x040 + 4 * (unit))
#define TIMER_COMPARED(unit) REGISTER(TIMER + 0x140 + 4 * (unit))
#define TIMER_INTERRUPT_SET REGISTER(TIMER + 0x304)
#define TIMER_INTERRUPT_CLEAR REGISTER(TIMER + 0x308)
#define TIMER_BITS REGISTER(TIMER + 0x508)
#define TIMER_PRESCALER REGISTER(TIMER + 0x510)
#define TIMER_AT(unit) REGISTER(TIMER + 0x540 + 4 * (unit))
#define TIMER_IRQ 8

#define BITS_32 3
#define PRESCALER_1_MHZ 4 /* 16 MHz / 2^4 */
#define NOW 0u
#define UNIT(alarm) ((uint32_t)(alarm) + 1)
#define COMPARE_BIT(alarm) (1u << (16 + UNIT(alarm)))

#define CRYSTAL_TURNS 100000 /* some ten times what it takes to start */

static volatile bool is_set[2];
static volatile bool has_woken;

void clock_init(void)
{
	HFCLK_START = 1;
	for (int i = 0; i < CRYSTAL_TURNS && !HFCLK_STARTED; i++)
		;
	TIMER_BITS = BITS_32;
	TIMER_PRESCALER = PRESCALER_1_MHZ;
	TIMER_START = 1;
	interrupt_enable(TIMER_IRQ);
}

uint32_t clock_us(void)
{
	uint32_t state = interrupts_off(), now_us;

	TIMER_CAPTURE(NOW) = 1;
	now_us = TIMER_AT(NOW);
	interrupts_restore(state);
	return now_us;
}

void clock_set_alarm(enum alarm alarm, uint32_t at_us)
{
	uint32_t state = interrupts_off();

	if (alarm == ALARM_WAKE)
		has_woken = false;
	is_set[alarm] = true;
	TIMER_COMPARED(UNIT(alarm)) = 0;
	TIMER_AT(UNIT(alarm)) = at_us;
	TIMER_INTERRUPT_SET = COMPARE_BIT(alarm);
	if (clock_is_past(clock_us(), at_us))
		interrupt_pend(TIMER_IRQ);
	interrupts_restore(state);
}

void clock_stop_alarm(enum alarm alarm)
{
	TIMER_INTERRUPT_CLEAR = COMPARE_BIT(alarm);
	is_set[alarm] = false;
}

bool clock_has_woken(void)
{
	return has_woken;
}

static bool has_rung(enum alarm alarm)
{
	TIMER_COMPARED(UNIT(alarm)) = 0;
	if (!is_set[alarm] || !clock_is_past(clock_us(), TIMER_AT(UNIT(alarm))))
		return false;
	clock_stop_alarm(alarm);
	return true;
}

void interrupt_8(void)
{
	if (has_rung(ALARM_SCAN))
		scan_alarm();
	if (has_rung(ALARM_WAKE))
		has_woken = true;
}
