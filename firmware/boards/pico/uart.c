/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UART 0 (PL011; RP2040 Datasheet, 4.2) without its FIFOs, so that each byte interrupts when it comes
 * and its instant is known. It sends from a shift register with one byte waiting behind it, and
 * interrupts when that one moves up. While USB is open, what is to be sent goes there.
 */
#include "boards/cortex/line.h"
#include "boards/pico/chip.h"
#include "boards/pico/usb.h"

#define UART 0x40034000u
#define UART_DATA REGISTER(UART)
#define UART_STATUS REGISTER(UART + 0x18)
#define UART_DIVISOR REGISTER(UART + 0x24)
#define UART_FRACTION REGISTER(UART + 0x28) /* in 64ths */
#define UART_FORM REGISTER(UART + 0x2C)
#define UART_CONTROL REGISTER(UART + 0x30)
#define UART_INTERRUPTS (UART + 0x38)
#define UART_ASKED REGISTER(UART + 0x40)
#define UART_CLEAR REGISTER(UART + 0x44)
#define UART_IRQ 20

#define IS_BUSY 0x08u
#define IS_EMPTY 0x10u
#define IS_FULL 0x20u
#define BITS_8 0x60u
#define ON 0x301u /* it, its sender and its receiver */
#define RECEIVED 0x10u
#define SENT 0x20u
#define OVERRUN 0x400u

/* 16 clocks a bit. */
#define DIVISOR_64 ((CHIP_HZ * 4 + LINE_BAUD / 2) / LINE_BAUD)

void uart_init(void)
{
	PIN_PAD(PIN_TX) = PAD_OUTPUT;
	PIN_PAD(PIN_RX) = PAD_INPUT_PULL_UP; /* no noise from an unplugged line */
	PIN_CONTROL(PIN_TX) = PIN_FOR_UART;
	PIN_CONTROL(PIN_RX) = PIN_FOR_UART;
	UART_DIVISOR = DIVISOR_64 / 64;
	UART_FRACTION = DIVISOR_64 % 64;
	UART_FORM = BITS_8; /* behind the divisor: it puts that into force */
	UART_CONTROL = ON;
	REGISTER(UART_INTERRUPTS) = RECEIVED | OVERRUN;
	interrupt_enable(UART_IRQ);
}

void uart_wake(void)
{
	uint8_t byte;

	CLEAR_BITS(UART_INTERRUPTS) = SENT;
	if (usb_is_open()) {
		usb_wake();
		return;
	}
	/* Full: USB was opened and closed meanwhile. */
	if (!(UART_STATUS & IS_FULL)) {
		if (!line_next_byte(&byte))
			return;
		UART_DATA = byte;
	}
	SET_BITS(UART_INTERRUPTS) = SENT;
}

uint32_t uart_held_us(void)
{
	uint32_t status = UART_STATUS;

	if (usb_is_open() || !(status & IS_BUSY))
		return 0;
	return status & IS_FULL ? LINE_BYTE_US + LINE_BYTE_US / 2 : LINE_BYTE_US / 2;
}

void interrupt_20(void)
{
	if (UART_ASKED & OVERRUN) {
		UART_CLEAR = OVERRUN;
		line_count_lost();
	}
	while (!(UART_STATUS & IS_EMPTY))
		line_take_byte((uint8_t)UART_DATA);
	if (UART_ASKED & SENT) {
		UART_CLEAR = SENT;
		uart_wake();
	}
}
