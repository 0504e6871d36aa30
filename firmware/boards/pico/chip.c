/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Crystal of 12 MHz, times 100, by 5 and by 5: the 48 MHz that the converter needs (RP2040 Datasheet,
 * 4.9.2; the oscillator of the PLL must run at 750 to 1600 MHz, 2.18.2). USB, the processor and
 * the serial line take the same. A restart after a fault finds all of this running, so the processor is put onto
 * the crystal before the PLL is touched.
 */
#include "boards/pico/chip.h"

#define RESETS 0x4000C000u
#define RESETS_DONE REGISTER(RESETS + 0x08)
#define RESET_ADC (1u << 0)
#define RESET_PINS (1u << 5)
#define RESET_PADS (1u << 8)
#define RESET_PLL (1u << 13)
#define RESET_TIMER (1u << 21)
#define RESET_UART (1u << 22)
#define RESET_USB (1u << 24)
#define RESET_ALL (RESET_ADC | RESET_PINS | RESET_PADS | RESET_PLL | RESET_TIMER | RESET_UART)

#define CRYSTAL 0x40024000u
#define CRYSTAL_CONTROL REGISTER(CRYSTAL)
#define CRYSTAL_STATUS REGISTER(CRYSTAL + 0x04)
#define CRYSTAL_STARTUP REGISTER(CRYSTAL + 0x0C)
#define CRYSTAL_RANGE 0xAA0u
#define CRYSTAL_ON (0xFABu << 12)
#define CRYSTAL_STABLE 0x80000000u
#define CRYSTAL_DELAY 47 /* 1 ms in units of 256 cycles */

#define PLL 0x4002C000u /* the one for USB */
#define PLL_STATUS REGISTER(PLL)
#define PLL_POWER (PLL + 0x04)
#define PLL_TIMES REGISTER(PLL + 0x08)
#define PLL_BY REGISTER(PLL + 0x0C)
#define PLL_LOCKED 0x80000000u
#define PLL_OFF 0x21u /* it and its oscillator */
#define PLL_DIVIDER_OFF 0x08u

#define CLOCKS 0x40008000u
#define CLOCK_REFERENCE REGISTER(CLOCKS + 0x30)
#define CLOCK_REFERENCE_IS REGISTER(CLOCKS + 0x38)
#define CLOCK_SYSTEM (CLOCKS + 0x3C)
#define CLOCK_SYSTEM_IS REGISTER(CLOCKS + 0x44)
#define CLOCK_PERIPHERALS REGISTER(CLOCKS + 0x48)
#define CLOCK_USB REGISTER(CLOCKS + 0x54)
#define CLOCK_ADC REGISTER(CLOCKS + 0x60)
#define REFERENCE_FROM_CRYSTAL 2u
#define SYSTEM_FROM_AUX 1u
#define SYSTEM_AUX_PLL (1u << 5)
#define CLOCK_ON (1u << 11)

#define WATCHDOG_TICK REGISTER(0x4005802C) /* what the timer counts */
#define TICK_1_MHZ (12u | 1u << 9)

static void wait_for(volatile uint32_t *status, uint32_t bits)
{
	while ((*status & bits) != bits)
		;
}

static void start_crystal(void)
{
	CRYSTAL_STARTUP = CRYSTAL_DELAY;
	CRYSTAL_CONTROL = CRYSTAL_RANGE | CRYSTAL_ON;
	wait_for(&CRYSTAL_STATUS, CRYSTAL_STABLE);
	CLEAR_BITS(CLOCK_SYSTEM) = SYSTEM_FROM_AUX;
	wait_for(&CLOCK_SYSTEM_IS, 1u << 0);
	CLOCK_REFERENCE = REFERENCE_FROM_CRYSTAL;
	wait_for(&CLOCK_REFERENCE_IS, 1u << REFERENCE_FROM_CRYSTAL);
}

static void start_pll(void)
{
	PLL_TIMES = 100;
	CLEAR_BITS(PLL_POWER) = PLL_OFF;
	wait_for(&PLL_STATUS, PLL_LOCKED);
	PLL_BY = 5u << 16 | 5u << 12;
	CLEAR_BITS(PLL_POWER) = PLL_DIVIDER_OFF;
}

void chip_init(void)
{
	start_crystal();
	SET_BITS(RESETS) = RESET_ALL;
	CLEAR_BITS(RESETS) = RESET_ALL;
	wait_for(&RESETS_DONE, RESET_ALL);
	start_pll();
	REGISTER(CLOCK_SYSTEM) = SYSTEM_AUX_PLL;
	SET_BITS(CLOCK_SYSTEM) = SYSTEM_FROM_AUX;
	wait_for(&CLOCK_SYSTEM_IS, 1u << SYSTEM_FROM_AUX);
	CLOCK_PERIPHERALS = CLOCK_ON; /* as the processor */
	CLOCK_USB = CLOCK_ON;         /* from the PLL */
	CLOCK_ADC = CLOCK_ON;         /* from the PLL */
	WATCHDOG_TICK = TICK_1_MHZ;
}
