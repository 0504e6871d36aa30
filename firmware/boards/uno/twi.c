/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The interrupt walks through a transfer byte by byte. Two codes are taken for "the device answered
 * to its address": hardware says 0x18, simavr 1.6 says 0x28, which on hardware means "it took the
 * byte" and asks for the same next step.
 */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>
#include <util/twi.h>

#include "clock.h"
#include "twi.h"

#define BIT_RATE ((F_CPU / 100000UL - 16) / 2)
#define GO (_BV(TWINT) | _BV(TWEN) | _BV(TWIE))

static volatile enum twi_state state = TWI_DONE;
static volatile uint8_t buffer[TWI_MAX];
static volatile uint8_t at, size;
static volatile uint8_t address; /* with the direction in the lowest bit */
static uint32_t start_us;

static void finish(enum twi_state result)
{
	TWCR = _BV(TWINT) | _BV(TWEN) | _BV(TWSTO);
	state = result;
}

static void read_next(void)
{
	/* The last byte is not acknowledged: that ends it. */
	TWCR = GO | (at + 1 < size ? _BV(TWEA) : 0);
}

ISR(TWI_vect)
{
	switch (TW_STATUS) {
	case TW_START:
	case TW_REP_START:
		TWDR = address;
		TWCR = GO;
		break;
	case TW_MT_SLA_ACK:
	case TW_MT_DATA_ACK:
		if (at == size) {
			finish(TWI_DONE);
		} else {
			TWDR = buffer[at++];
			TWCR = GO;
		}
		break;
	case TW_MR_SLA_ACK:
		read_next();
		break;
	case TW_MR_DATA_ACK:
		buffer[at++] = TWDR;
		read_next();
		break;
	case TW_MR_DATA_NACK:
		buffer[at++] = TWDR;
		finish(TWI_DONE);
		break;
	default: /* not acknowledged, arbitration lost, bus error */
		finish(TWI_FAILED);
		break;
	}
}

void twi_init(void)
{
	PORTC |= _BV(PC4) | _BV(PC5); /* weak pull-ups, for a bus with nothing on it */
	TWBR = BIT_RATE;
	TWCR = _BV(TWEN);
}

static void start(uint8_t address_and_direction, uint8_t bytes)
{
	address = address_and_direction;
	size = bytes;
	at = 0;
	state = TWI_BUSY;
	start_us = clock_us();
	TWCR = GO | _BV(TWSTA);
}

void twi_write(uint8_t to, const uint8_t *bytes, uint8_t count)
{
	for (uint8_t i = 0; i < count; i++)
		buffer[i] = bytes[i];
	start((uint8_t)(to << 1 | TW_WRITE), count);
}

void twi_read(uint8_t from, uint8_t count)
{
	start((uint8_t)(from << 1 | TW_READ), count);
}

enum twi_state twi_state(void)
{
	/* A cable pulled in mid-byte can hold the bus for ever: begin anew. */
	if (state == TWI_BUSY && clock_is_past(clock_us(), start_us + TWI_PATIENCE_US)) {
		ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
		{
			TWCR = 0;
			TWCR = _BV(TWEN);
			state = TWI_FAILED;
		}
	}
	return state;
}

const volatile uint8_t *twi_bytes(void)
{
	return buffer;
}
