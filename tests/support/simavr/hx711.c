/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HX711: data falls when a conversion is ready, each clock brings a bit, the 25th lets data rise. A
 * conversion that nobody fetched is replaced by the next. */
#include <simavr/avr_ioport.h>

#include "parts.h"

#define CLOCK 2
#define DATA 3
#define BITS 24
#define PERIOD (SIM_HZ / 10000 * 987) /* its oscillator is not quite right */

static avr_cycle_count_t convert(avr_t *avr, avr_cycle_count_t when, void *self)
{
	struct hx711 *hx711 = self;

	if (hx711->bit > 0 && hx711->bit <= BITS)
		return when + PERIOD / 100; /* being fetched: wait */
	if (script_at(hx711->script, sim_seconds(avr), &hx711->counts)) {
		hx711->bit = 0;
		pins_drive(hx711->pins, DATA, false);
	} else { /* nobody looks at the clock; the board has a pull-up */
		hx711->bit = BITS + 1;
		pins_drive(hx711->pins, DATA, !script_is_low(hx711->script, sim_seconds(avr)));
	}
	return when + PERIOD;
}

static void on_clock(avr_irq_t *irq, uint32_t value, void *self)
{
	struct hx711 *hx711 = self;

	(void)irq;
	if (!value || hx711->bit > BITS)
		return;
	if (hx711->bit < BITS)
		pins_drive(
			hx711->pins, DATA, (uint32_t)hx711->counts >> (BITS - 1 - hx711->bit) & 1);
	else
		pins_drive(hx711->pins, DATA, true);
	hx711->bit++;
}

void hx711_attach(struct hx711 *hx711)
{
	avr_t *avr = hx711->avr;

	hx711->bit = BITS + 1;
	avr_irq_register_notify(
		avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), CLOCK), on_clock, hx711);
	pins_drive(hx711->pins, DATA, true);
	avr_cycle_timer_register(avr, PERIOD, convert, hx711);
}
