/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The converter of the RP2040 (Datasheet, 4.9): 2 µs. Through its FIFO, which alone can interrupt. The
 * thermometer waits until a sample of the inputs is complete, and the inputs, for 2 µs at most, until
 * the thermometer is read.
 */
#include "boards/pico/adc.h"
#include "boards/cortex/clock.h"
#include "boards/cortex/scan.h"
#include "boards/pico/chip.h"

#define ADC 0x4004C000u
#define ADC_RESULT REGISTER(ADC + 0x04)
#define ADC_FIFO_CONTROL REGISTER(ADC + 0x08)
#define ADC_FIFO REGISTER(ADC + 0x0C)
#define ADC_INTERRUPTS REGISTER(ADC + 0x18)
#define ADC_IRQ 22

#define ON 0x3u /* and the thermometer's supply */
#define START 0x4u
#define READY 0x100u
#define INPUT(n) ((uint32_t)(n) << 12)
#define FIFO_ON (1u | 1u << 24) /* interrupts at one value */
#define FIFO_IS_EMPTY 0x100u

#define THERMOMETER 4u /* the converter's input */
#define PATIENCE_US 1000

static volatile bool is_busy, is_reading_thermometer;
static volatile bool scan_waits, is_temperature_wanted, has_temperature;
static volatile int32_t temperature;
static bool is_asked;

/* With interrupts off, the converter idle. */
static void convert(uint32_t input)
{
	is_busy = true;
	is_reading_thermometer = input == THERMOMETER;
	REGISTER(ADC) = ON | INPUT(input);
	SET_BITS(ADC) = START;
}

void adc_convert(uint8_t input)
{
	if (is_busy)
		scan_waits = true; /* the thermometer is read: input 0 follows */
	else
		convert(input);
}

void adc_init(void)
{
	uint32_t begin_us;

	for (uint32_t input = 0; input < SCAN_INPUTS; input++)
		PIN_PAD(PIN_ANALOG + input) = PAD_ANALOG;
	REGISTER(ADC) = ON;
	begin_us = clock_us();
	while (!(REGISTER(ADC) & READY) && !clock_is_past(clock_us(), begin_us + PATIENCE_US))
		;
	scan_init((REGISTER(ADC) & READY) != 0);
	ADC_FIFO_CONTROL = FIFO_ON;
	ADC_INTERRUPTS = 1;
	interrupt_enable(ADC_IRQ);
}

static void take_temperature(int32_t raw)
{
	temperature = raw;
	has_temperature = true;
	is_temperature_wanted = false;
	if (scan_waits) {
		scan_waits = false;
		convert(0);
	}
}

void interrupt_22(void)
{
	int32_t raw;

	if (ADC_FIFO_CONTROL & FIFO_IS_EMPTY)
		return;
	raw = (int32_t)(ADC_FIFO & 0xFFF);
	is_busy = false;
	if (is_reading_thermometer)
		take_temperature(raw);
	else if (scan_take(raw) && is_temperature_wanted)
		convert(THERMOMETER);
}

void temperature_stop(void *self)
{
	(void)self;
	is_asked = false;
}

enum verdict temperature_read(void *self, struct sample *sample)
{
	(void)self;
	if (!is_asked) {
		uint32_t state = interrupts_off();

		is_asked = is_temperature_wanted = true;
		has_temperature = false;
		if (!is_busy)
			convert(THERMOMETER);
		interrupts_restore(state);
	}
	if (!has_temperature)
		return SAMPLE_PENDING;
	is_asked = false;
	sample->raws[0] = temperature;
	return SAMPLE_TAKEN;
}
