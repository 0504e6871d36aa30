/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole port has one mask, hence one place for all parts. */
#include <simavr/avr_ioport.h>

#include "pins.h"

void pins_drive(struct pins *pins, uint8_t pin, bool level)
{
	uint8_t bit = (uint8_t)(1u << pin);
	avr_ioport_external_t external = {.name = 'D'};

	pins->driven |= bit;
	pins->levels = (uint8_t)(level ? pins->levels | bit : pins->levels & ~bit);
	external.mask = pins->driven;
	external.value = pins->levels;
	avr_ioctl(pins->avr, AVR_IOCTL_IOPORT_SET_EXTERNAL('D'), &external);
	avr_raise_irq(avr_io_getirq(pins->avr, AVR_IOCTL_IOPORT_GETIRQ('D'), pin), level);
}
