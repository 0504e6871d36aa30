/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 16 bits by hardware (32.768 ms), the rest counted at each overflow. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#include "clock.h"

#define OVERFLOW_SHIFT 15 /* 65536 ticks are 2^15 µs */

static volatile uint32_t overflows;

ISR(TIMER1_OVF_vect)
{
	overflows++;
}

void clock_init(void)
{
	TCCR1A = 0;
	TCCR1B = _BV(CS11); /* 16 MHz / 8 */
	TIMSK1 = _BV(TOIE1);
}

uint32_t clock_us(void)
{
	uint32_t high;
	uint16_t low;

	ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
	{
		low = TCNT1;
		high = overflows;
		/* It may have overflowed while interrupts were off; then low is small. */
		if ((TIFR1 & _BV(TOV1)) && low < 0x8000)
			high++;
	}
	return high << OVERFLOW_SHIFT | low / CLOCK_TICKS_PER_US;
}
