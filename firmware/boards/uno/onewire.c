/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slot times by the DS18B20's data sheet: a slot lasts 60 … 120 µs, a one is low for 1 … 15 µs, the
 * device's bit is valid until 15 µs after the slot's beginning. Only that beginning needs interrupts
 * off: they may stretch the rest of a slot, which does no harm.
 */
#include <avr/io.h>
#include <util/atomic.h>
#include <util/delay.h>

#include "clock.h"
#include "onewire.h"

#define PIN _BV(PD4)
#define RESET_US 480
#define PRESENCE_US 240 /* by then the device has pulled low and let go */

static enum { RESTING, PULLING, RECOVERING, SENDING, RECEIVING } step = RESTING;
static enum onewire_state state = ONEWIRE_ABSENT;
static uint32_t since_us;
static uint8_t buffer[ONEWIRE_MAX];
static uint8_t bits, bit; /* how many, and which is next */

static void pull(void)
{
	DDRD |= PIN; /* the output is always low: the resistor makes the ones */
}

static void let_go(void)
{
	DDRD &= (uint8_t)~PIN;
}

static bool is_high(void)
{
	return PIND & PIN;
}

static void write_bit(bool one)
{
	if (one) {
		ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
		{
			pull();
			_delay_us(3);
			let_go();
		}
		_delay_us(60);
	} else {
		pull();
		_delay_us(62);
		let_go();
		_delay_us(3);
	}
}

static bool read_bit(void)
{
	bool one;

	ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
	{
		pull();
		_delay_us(2);
		let_go();
		_delay_us(9);
		one = is_high();
	}
	_delay_us(52);
	return one;
}

/* Looks for the device's pulse as long as it may come; an interrupt is shorter than the pulse. */
static bool has_pulse(void)
{
	bool seen = false;
	uint32_t start_us = clock_us();

	_delay_us(5); /* for the resistor to pull up */
	while (!clock_is_past(clock_us(), start_us + PRESENCE_US))
		if (!is_high())
			seen = true;
	return seen;
}

void onewire_init(void)
{
	let_go();
	PORTD &= (uint8_t)~PIN;
}

void onewire_reset(void)
{
	pull();
	since_us = clock_us();
	state = ONEWIRE_BUSY;
	step = PULLING;
}

void onewire_send(const uint8_t *bytes, uint8_t size)
{
	for (uint8_t i = 0; i < size; i++)
		buffer[i] = bytes[i];
	bits = (uint8_t)(size * 8);
	bit = 0;
	state = ONEWIRE_BUSY;
	step = SENDING;
}

void onewire_receive(uint8_t size)
{
	bits = (uint8_t)(size * 8);
	bit = 0;
	state = ONEWIRE_BUSY;
	step = RECEIVING;
}

static void finish(enum onewire_state result)
{
	state = result;
	step = RESTING;
}

void onewire_task(void)
{
	uint8_t mask = (uint8_t)(1 << (bit & 7));

	switch (step) {
	case RESTING:
		break;
	case PULLING:
		if (!clock_is_past(clock_us(), since_us + RESET_US))
			break;
		let_go();
		since_us = clock_us();
		step = RECOVERING;
		if (!has_pulse())
			finish(ONEWIRE_ABSENT);
		break;
	case RECOVERING:
		if (!clock_is_past(clock_us(), since_us + RESET_US))
			break;
		finish(is_high() ? ONEWIRE_DONE : ONEWIRE_ABSENT); /* low still: a short */
		break;
	case SENDING:
		write_bit(buffer[bit / 8] & mask);
		if (++bit == bits)
			finish(ONEWIRE_DONE);
		break;
	case RECEIVING:
		if (read_bit())
			buffer[bit / 8] |= mask;
		else
			buffer[bit / 8] &= (uint8_t)~mask;
		if (++bit == bits)
			finish(ONEWIRE_DONE);
		break;
	}
}

enum onewire_state onewire_state(void)
{
	return state;
}

const uint8_t *onewire_bytes(void)
{
	return buffer;
}
