/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is wired to the simulated Uno. Each part is attached to its pins once and lives as long as the
 * simulation; its script (which may be NULL: nothing plugged in) stays the caller's.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <simavr/sim_avr.h>

#include "pins.h"
#include "script.h"

#define SIM_HZ 16000000u

/* Seconds since power-on of the simulated board. */
double sim_seconds(const avr_t *avr);

/* The voltage on the analog pins: A0 by the script in mV, or a sine of that frequency between 100
 * and 4900 mV; A1, A2, A3 are 1000, 2000, 3000 mV. `truth` may be NULL; else it gets a line for
 * each conversion of A0: cycle at which it began, mV, the value that the converter gives. */
struct analog {
	avr_t *avr;
	const struct script *script;
	double sine_hz;
	FILE *truth;
};
void analog_attach(struct analog *analog);

/* BH1750 on I2C, address 0x23. Script: counts. */
struct bh1750 {
	avr_t *avr;
	const struct script *script;
	avr_irq_t *bus; /* to it, from it */
	uint8_t selected;
	uint8_t next; /* byte to read */
	uint16_t counts;
	uint16_t measuring;      /* result of the measurement under way */
	avr_cycle_count_t ready; /* when it ends */
};
void bh1750_attach(struct bh1750 *bh1750);

/* DS18B20 on D4, with its resistor. Script: sixteenths of a degree; looked at whenever the master
 * touches the wire. */
struct ds18b20 {
	avr_t *avr;
	const struct script *script;
	struct pins *pins;
	bool is_low;            /* the master pulls */
	avr_cycle_count_t fell; /* since then */
	int step;
	unsigned bit;
	uint8_t byte;
	uint8_t scratchpad[9];
	unsigned written;   /* bytes of it, by the master */
	double seen;        /* when the master last touched the wire: power may have failed since */
	int16_t converting; /* result of the conversion under way */
	avr_cycle_count_t ready;
};
void ds18b20_attach(struct ds18b20 *ds18b20);

/* HX711, clock D2, data D3, a conversion every 98.7 ms by its own oscillator. Script: counts. */
struct hx711 {
	avr_t *avr;
	const struct script *script;
	struct pins *pins;
	int bit; /* next one to come out; past the last: none is ready */
	int32_t counts;
};
void hx711_attach(struct hx711 *hx711);
