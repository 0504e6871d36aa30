/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One converter for two sources. Compare unit B of timer 1 interrupts when A0 is due and starts its
 * conversion; the end-of-conversion interrupt puts it into a ring and then, if somebody wants A1 to
 * A3 and the time until A0's next instant allows, converts one of those. So A0's jitter is the
 * latency of an interrupt: a few microseconds.
 */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#include "adc.h"
#include "clock.h"

#define REFERENCE _BV(REFS0)                             /* AVcc */
#define PRESCALER (_BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0)) /* 125 kHz: 104 µs for a conversion */
#define CONVERSION_US 104
#define GAP_US (CONVERSION_US + 30) /* A0 must not be due sooner when another one begins */

#define RING 32 /* samples of A0: the super-loop, which turns each ms, may be 15 ms late at 2 kHz */
#define SCAN_FIRST 1
#define SCAN_LAST 3
#define NOBODY 0xFF

static volatile uint8_t converting = NOBODY; /* the channel */

static volatile bool a0_is_on;
static volatile bool a0_is_wanted; /* the conversion under way belongs to the present run */
static volatile uint32_t a0_due_us, a0_period_us;
static volatile uint16_t ring[RING];
static volatile uint8_t ring_in, ring_out;
/* Samples behind the ring's last that found no room. While there are any nothing enters the ring,
 * so they stay behind it. */
static volatile uint16_t a0_lost;

static volatile uint8_t scan_next = NOBODY; /* channel still to be converted */
static volatile uint16_t scanned[SCAN_LAST + 1];
static bool is_scanning;

static void convert(uint8_t channel)
{
	converting = channel;
	ADMUX = REFERENCE | channel;
	ADCSRA |= _BV(ADSC);
}

/* With interrupts off. */
static void convert_scan(void)
{
	if (converting != NOBODY || scan_next == NOBODY)
		return;
	if (a0_is_on && clock_is_past(clock_us() + GAP_US, a0_due_us))
		return; /* after A0's conversion */
	convert(scan_next);
}

static void arm(void)
{
	OCR1B = (uint16_t)(a0_due_us * CLOCK_TICKS_PER_US);
}

ISR(TIMER1_COMPB_vect)
{
	uint32_t now_us = clock_us();

	/* The timer comes round every 32 ms; longer periods let some rounds pass. */
	if (!clock_is_past(now_us, a0_due_us))
		return;
	if (converting == NOBODY) {
		a0_is_wanted = true;
		convert(0);
	} else {
		a0_lost++; /* the last one is still being converted: the period is too short */
	}
	do {
		a0_due_us += a0_period_us;
		if (clock_is_past(now_us, a0_due_us))
			a0_lost++;
	} while (clock_is_past(now_us, a0_due_us));
	arm();
}

ISR(ADC_vect)
{
	uint16_t value = ADC; /* before the channel is changed */
	uint8_t channel = converting;

	converting = NOBODY;
	if (channel == 0) {
		uint8_t next = (uint8_t)((ring_in + 1) % RING);

		if (!a0_is_wanted) {
			; /* started before a SET */
		} else if (a0_lost > 0 || next == ring_out) {
			a0_lost++;
		} else {
			ring[ring_in] = value;
			ring_in = next;
		}
	} else {
		scanned[channel] = value;
		scan_next = (uint8_t)(channel == SCAN_LAST ? NOBODY : channel + 1);
	}
	convert_scan();
}

void adc_init(void)
{
	DIDR0 = _BV(ADC0D) | _BV(ADC1D) | _BV(ADC2D) | _BV(ADC3D);
	ADCSRA = _BV(ADEN) | PRESCALER;
	adc_noise(0); /* the first conversion after switching on is longer and less exact */
}

uint8_t adc_noise(uint8_t channel)
{
	ADMUX = REFERENCE | channel;
	ADCSRA |= _BV(ADSC);
	while (ADCSRA & _BV(ADSC))
		;
	ADCSRA |= _BV(ADIF); /* nobody waits for this one */
	return (uint8_t)ADC;
}

void adc_start_a0(void *self, uint32_t first_us, uint32_t period_us)
{
	(void)self;
	ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
	{
		ADCSRA |= _BV(ADIE);
		ring_out = ring_in;
		a0_is_wanted = false;
		a0_lost = 0;
		a0_due_us = first_us;
		a0_period_us = period_us;
		a0_is_on = true;
		arm();
		TIFR1 = _BV(OCF1B); /* a match from before */
		TIMSK1 |= _BV(OCIE1B);
	}
}

void adc_stop_a0(void *self)
{
	(void)self;
	ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
	{
		TIMSK1 &= (uint8_t)~_BV(OCIE1B);
		a0_is_on = false;
	}
}

enum verdict adc_read_a0(void *self, struct sample *sample)
{
	enum verdict verdict = SAMPLE_PENDING;

	(void)self;
	ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
	{
		if (ring_in != ring_out) {
			sample->raws[0] = ring[ring_out];
			ring_out = (uint8_t)((ring_out + 1) % RING);
			verdict = SAMPLE_TAKEN;
		} else if (a0_lost > 0) {
			a0_lost--;
			verdict = SAMPLE_LOST;
		}
	}
	return verdict;
}

/* A scan under way ends long before the next run asks for one. */
void adc_stop_analog(void *self)
{
	(void)self;
	is_scanning = false;
}

enum verdict adc_read_analog(void *self, struct sample *sample)
{
	(void)self;
	ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
	{
		if (!is_scanning) {
			is_scanning = true;
			ADCSRA |= _BV(ADIE);
			scan_next = SCAN_FIRST;
		}
		convert_scan();
	}
	if (scan_next != NOBODY)
		return SAMPLE_PENDING;
	is_scanning = false;
	for (uint8_t channel = SCAN_FIRST; channel <= SCAN_LAST; channel++)
		sample->raws[channel - SCAN_FIRST] = (int32_t)scanned[channel];
	return SAMPLE_TAKEN;
}
