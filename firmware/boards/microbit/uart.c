/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UART 0 (nRF51 Series Reference Manual 3.0, chapter 29), through the board's interface chip to USB.
 * Without flow control: the interface chip has none.
 */
#include "boards/cortex/cortex.h"
#include "boards/cortex/line.h"
#include "boards/microbit/pins.h"

#define UART 0x40002000u
#define UART_START_RX REGISTER(UART)
#define UART_START_TX REGISTER(UART + 0x008)
#define UART_RECEIVED REGISTER(UART + 0x108)
#define UART_SENT REGISTER(UART + 0x11C)
#define UART_ERROR REGISTER(UART + 0x124)
#define UART_INTERRUPT_SET REGISTER(UART + 0x304)
#define UART_ERROR_SOURCE REGISTER(UART + 0x480)
#define UART_ENABLE REGISTER(UART + 0x500)
#define UART_PIN_TX REGISTER(UART + 0x50C)
#define UART_PIN_RX REGISTER(UART + 0x514)
#define UART_IN REGISTER(UART + 0x518)
#define UART_OUT REGISTER(UART + 0x51C)
#define UART_BAUD REGISTER(UART + 0x524)
#define UART_CONFIG REGISTER(UART + 0x56C)
#define UART_IRQ 2

#define BAUD_115200 0x01D7E000
#define ENABLED 4
#define OVERRUN 1u
#define INTERRUPTS (1u << 2 | 1u << 7 | 1u << 9) /* received, sent, error */

static volatile bool is_busy; /* with one byte: it interrupts when that has left */

void uart_init(void)
{
	REGISTER(PINS_OUT_SET) = 1u << PIN_TX;
	PIN_CONFIG(PIN_TX) = PIN_OUTPUT;
	PIN_CONFIG(PIN_RX) = PIN_INPUT | PIN_PULL_UP; /* no noise from an unplugged line */
	UART_PIN_TX = PIN_TX;
	UART_PIN_RX = PIN_RX;
	UART_BAUD = BAUD_115200;
	UART_CONFIG = 0;
	UART_ENABLE = ENABLED;
	UART_INTERRUPT_SET = INTERRUPTS;
	interrupt_enable(UART_IRQ);
	UART_START_RX = 1;
	UART_START_TX = 1;
}

void uart_wake(void)
{
	uint8_t byte;

	is_busy = line_next_byte(&byte);
	if (is_busy)
		UART_OUT = byte;
}

uint32_t uart_held_us(void)
{
	return is_busy ? LINE_BYTE_US / 2 : 0; /* half through, as a mean */
}

void interrupt_2(void)
{
	if (UART_ERROR) {
		UART_ERROR = 0;
		if (UART_ERROR_SOURCE & OVERRUN)
			line_count_lost();
		UART_ERROR_SOURCE = UART_ERROR_SOURCE; /* cleared by writing ones */
	}
	while (UART_RECEIVED) {
		UART_RECEIVED = 0; /* first: another byte may stand behind this one */
		line_take_byte((uint8_t)UART_IN);
	}
	if (UART_SENT) {
		UART_SENT = 0;
		uart_wake();
	}
}
