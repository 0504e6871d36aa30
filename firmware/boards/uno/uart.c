/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rings with one writer and one reader each, so an index is one byte and needs no lock. Frames end
 * with 00, and the instant of that byte is what a clock question is about, so the receive interrupt
 * notes it; a host rarely has more than one frame under way, so four notes are plenty.
 */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#include "clock.h"
#include "uart.h"

#define BAUD 115200UL
#define DIVISOR ((F_CPU + BAUD * 4) / (BAUD * 8) - 1)
#define BYTE_US ((10 * 8 * (DIVISOR + 1) * 1000000UL + F_CPU / 2) / F_CPU) /* at the true rate */

#define TX_SIZE 256u /* its indices wrap by themselves */
#define RX_SIZE 64
#define ENDS 4

static volatile uint8_t tx[TX_SIZE], tx_in, tx_out;
static volatile uint8_t rx[RX_SIZE], rx_in, rx_out;
static volatile uint32_t ends_us[ENDS];
static volatile uint8_t ends_in;
static uint8_t ends_out;
static volatile uint32_t lost;

ISR(USART_UDRE_vect)
{
	if (tx_in == tx_out) {
		UCSR0B &= (uint8_t)~_BV(UDRIE0);
		return;
	}
	/* TXC is cleared by writing 1; it is set again when the last byte has left. */
	UCSR0A = _BV(U2X0) | _BV(TXC0);
	UDR0 = tx[tx_out++];
}

ISR(USART_RX_vect)
{
	uint8_t has_overrun = UCSR0A & _BV(DOR0);
	uint8_t byte = UDR0;
	uint8_t next = (uint8_t)((rx_in + 1) % RX_SIZE);

	if (has_overrun)
		lost++;
	if (next == rx_out) {
		lost++;
		return;
	}
	if (byte == 0)
		ends_us[ends_in++ % ENDS] = clock_us();
	rx[rx_in] = byte;
	rx_in = next;
}

void uart_init(void)
{
	/* Double speed first: the simulator looks at it only when the divisor is written. */
	UCSR0A = _BV(U2X0);
	UBRR0 = DIVISOR;
	UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
	UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
	PORTD |= _BV(PD0); /* no noise from an unplugged line */
}

bool uart_has_input(void)
{
	return rx_in != rx_out;
}

bool uart_receive(uint8_t *ret_byte, uint32_t *ret_us)
{
	uint8_t byte;

	if (rx_in == rx_out)
		return false;
	byte = rx[rx_out];
	rx_out = (uint8_t)((rx_out + 1) % RX_SIZE);
	if (byte == 0) {
		ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
		{
			*ret_us = ends_us[ends_out++ % ENDS];
		}
	}
	*ret_byte = byte;
	return true;
}

uint32_t uart_lost_bytes(void)
{
	uint32_t copy;

	ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
	{
		copy = lost;
	}
	return copy;
}

size_t uart_room(void)
{
	return TX_SIZE - 1 - (uint8_t)(tx_in - tx_out);
}

uint32_t uart_backlog_us(void)
{
	uint8_t waiting = (uint8_t)(tx_in - tx_out);

	if (waiting == 0 && (UCSR0A & _BV(TXC0)))
		return 0;
	/* One byte is in the data register, and another one half through the shift register. */
	return waiting * BYTE_US + BYTE_US + BYTE_US / 2;
}

void uart_send(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		tx[(uint8_t)(tx_in + i)] = bytes[i];
	tx_in = (uint8_t)(tx_in + size);
	UCSR0B |= _BV(UDRIE0);
}
