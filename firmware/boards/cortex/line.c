/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rings with one writer and one reader each, so they need no lock. Frames end with 00, and the
 * instant of that byte is what a clock question is about, so the receive interrupt notes it; a host
 * rarely has more than one frame under way, so four notes are plenty.
 */
#include "boards/cortex/line.h"
#include "boards/cortex/clock.h"
#include "boards/cortex/cortex.h"

/* Powers of two: the indices run on and wrap by themselves. */
#define TX_SIZE 1024u
#define RX_SIZE 256u
#define ENDS 4u

static volatile uint8_t tx[TX_SIZE], rx[RX_SIZE];
static volatile uint32_t tx_in, tx_out, rx_in, rx_out;
static volatile uint32_t ends_us[ENDS], ends_in;
static uint32_t ends_out;
static volatile uint32_t lost;
static volatile bool is_sending; /* an interrupt will fetch the next byte */

void line_take_byte(uint8_t byte)
{
	if (line_receive_room() == 0) {
		lost++;
		return;
	}
	if (byte == 0)
		ends_us[ends_in++ % ENDS] = clock_us();
	rx[rx_in % RX_SIZE] = byte;
	rx_in++;
}

void line_count_lost(void)
{
	lost++;
}

bool line_next_byte(uint8_t *ret_byte)
{
	is_sending = tx_in != tx_out;
	if (!is_sending)
		return false;
	*ret_byte = tx[tx_out % TX_SIZE];
	tx_out++;
	return true;
}

bool line_has_input(void)
{
	return rx_in != rx_out;
}

size_t line_receive_room(void)
{
	return RX_SIZE - (rx_in - rx_out);
}

bool line_receive(void *self, uint8_t *ret_byte, uint32_t *ret_us)
{
	uint8_t byte;

	(void)self;
	if (!line_has_input())
		return false;
	byte = rx[rx_out % RX_SIZE];
	rx_out++;
	if (byte == 0)
		*ret_us = ends_us[ends_out++ % ENDS];
	*ret_byte = byte;
	return true;
}

size_t line_room(void *self)
{
	(void)self;
	return TX_SIZE - (tx_in - tx_out);
}

void line_send(void *self, const uint8_t *bytes, size_t size)
{
	uint32_t state;

	(void)self;
	for (size_t i = 0; i < size; i++)
		tx[(tx_in + i) % TX_SIZE] = bytes[i];
	state = interrupts_off();
	tx_in += size;
	if (!is_sending)
		uart_wake();
	interrupts_restore(state);
}

uint32_t line_backlog_us(void *self)
{
	(void)self;
	return (tx_in - tx_out) * LINE_BYTE_US + uart_held_us();
}

uint32_t line_lost_bytes(void *self)
{
	(void)self;
	return lost;
}
