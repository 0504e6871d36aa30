/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HX711, by its data sheet: data falls when a conversion is ready; 24 clocks bring its bits, highest
 * first, two's complement; a 25th asks for channel A with gain 128 next and lets data rise. The clock
 * must not be high for 60 µs, or the chip switches off: hence interrupts off for each pulse.
 *
 * Readings are taken all the time, wanted or not (90 µs, ten times a second): so a sensor that is
 * silent, or a wire that is stuck, is known to be absent. One that nobody has fetched when the next
 * one comes is lost and told so.
 */
#include <avr/io.h>
#include <util/atomic.h>
#include <util/delay.h>

#include "clock.h"
#include "hx711.h"

#define CLOCK _BV(PD2)
#define DATA _BV(PD3)
#define BITS 24
#define SILENCE_US 500000u /* five conversions at its slow rate */

static bool is_present, is_fresh;
static uint32_t missed; /* readings before the fresh one that nobody has fetched */
static int32_t counts;
static uint32_t taken_us; /* the last reading; while absent: the last that was due */

void hx711_init(void)
{
	DDRD |= CLOCK;
	PORTD &= (uint8_t)~CLOCK;
	PORTD |= DATA; /* weak pull-up: an open input reads "not ready" */
	taken_us = clock_us();
}

/* One clock pulse; the bit that it brings. */
static uint8_t pulse(void)
{
	uint8_t one;

	ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
	{
		PORTD |= CLOCK;
		_delay_us(1);
		one = (PIND & DATA) != 0;
		PORTD &= (uint8_t)~CLOCK;
	}
	_delay_us(1);
	return one;
}

static void take(uint32_t now_us)
{
	uint32_t bits = 0;

	for (uint8_t i = 0; i < BITS; i++)
		bits = bits << 1 | pulse();
	if (!pulse()) /* data must be high now; low is a wire to ground */
		return;
	missed += is_fresh;
	counts = (int32_t)(bits << 8) / 256;
	taken_us = now_us;
	is_present = true;
	is_fresh = true;
}

void hx711_task(void)
{
	uint32_t now_us = clock_us();

	if (!(PIND & DATA))
		take(now_us);
	if (is_present && clock_is_past(now_us, taken_us + SILENCE_US))
		is_present = false;
}

bool hx711_is_present(void *self)
{
	(void)self;
	return is_present;
}

void hx711_start(void *self, uint32_t first_us, uint32_t period_us)
{
	(void)self;
	(void)period_us;
	is_fresh = false;
	missed = 0;
	if (!is_present)
		taken_us = first_us;
}

enum verdict hx711_read(void *self, struct sample *sample)
{
	(void)self;
	if (missed > 0) {
		missed--;
		return SAMPLE_LOST;
	}
	if (is_fresh) {
		is_fresh = false;
		sample->t_us = taken_us;
		sample->raws[0] = counts;
		return SAMPLE_TAKEN;
	}
	if (is_present || !clock_is_past(clock_us(), taken_us + HX711_PERIOD_US))
		return SAMPLE_PENDING;
	taken_us += HX711_PERIOD_US;
	sample->t_us = taken_us;
	sample->raws[0] = SOURCE_MISSING;
	return SAMPLE_TAKEN;
}
