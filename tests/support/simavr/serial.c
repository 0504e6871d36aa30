/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes out are gathered until the next pump: one write for some, instead of one for each. */
#include <inttypes.h>
#include <simavr/avr_uart.h>

#include "serial.h"

static void on_output(avr_irq_t *irq, uint32_t value, void *self)
{
	struct serial *serial = self;

	(void)irq;
	if (serial->n_out == sizeof(serial->out)) {
		port_send(serial->port, serial->out, serial->n_out);
		serial->n_out = 0;
	}
	serial->out[serial->n_out++] = (uint8_t)value;
	if (serial->sent)
		fprintf(serial->sent, "%" PRIu64 " %" PRIu32 "\n", (uint64_t)serial->avr->cycle,
			value);
}

static void on_ready(avr_irq_t *irq, uint32_t value, void *self)
{
	(void)irq;
	(void)value;
	((struct serial *)self)->is_ready = true;
}

static void on_full(avr_irq_t *irq, uint32_t value, void *self)
{
	(void)irq;
	(void)value;
	((struct serial *)self)->is_ready = false;
}

static avr_irq_t *uart_irq(const struct serial *serial, int number)
{
	return avr_io_getirq(serial->avr, AVR_IOCTL_UART_GETIRQ('0'), number);
}

void serial_attach(struct serial *serial)
{
	uint32_t flags = 0;

	/* Neither onto our own stdout, nor asleep because nobody polls. */
	avr_ioctl(serial->avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
	flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
	avr_ioctl(serial->avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);

	serial->is_ready = true;
	serial->input = uart_irq(serial, UART_IRQ_INPUT);
	avr_irq_register_notify(uart_irq(serial, UART_IRQ_OUTPUT), on_output, serial);
	avr_irq_register_notify(uart_irq(serial, UART_IRQ_OUT_XON), on_ready, serial);
	avr_irq_register_notify(uart_irq(serial, UART_IRQ_OUT_XOFF), on_full, serial);
}

static void feed(struct serial *serial)
{
	while (serial->is_ready && !serial->is_early && serial->in_at < serial->n_in)
		avr_raise_irq(serial->input, serial->in[serial->in_at++]);
}

static avr_cycle_count_t on_due(avr_t *avr, avr_cycle_count_t when, void *self)
{
	struct serial *serial = self;

	(void)avr;
	(void)when;
	serial->is_early = false;
	feed(serial);
	return 0;
}

void serial_pump(struct serial *serial, avr_cycle_count_t seen)
{
	if (serial->n_out > 0) {
		port_send(serial->port, serial->out, serial->n_out);
		serial->n_out = 0;
	}
	if (serial->in_at == serial->n_in) {
		serial->in_at = 0;
		serial->n_in = port_receive(serial->port, serial->in, sizeof(serial->in));
		serial->is_early = serial->n_in > 0 && seen > serial->avr->cycle;
		if (serial->is_early)
			avr_cycle_timer_register(
				serial->avr, seen - serial->avr->cycle, on_due, serial);
	}
	feed(serial);
}
