/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TEMP of the nRF51 (Series Reference Manual 3.0, chapter 22): 35 µs. The chip's anomalies (Product
 * Anomaly Notice 2.3: 28, 29, 30, 31) ask for the sign to be extended by hand from bit 9, the result to
 * be read before STOP, STOP after each measurement, and zero into an undocumented register.
 */
#include "boards/microbit/temperature.h"
#include "boards/cortex/clock.h"
#include "boards/cortex/cortex.h"

#define TEMP 0x4000C000u
#define TEMP_START REGISTER(TEMP)
#define TEMP_STOP REGISTER(TEMP + 0x004)
#define TEMP_READY REGISTER(TEMP + 0x100)
#define TEMP_OFFSET REGISTER(TEMP + 0x504)
#define TEMP_RESULT REGISTER(TEMP + 0x508)

#define SIGN 0x200
#define PATIENCE_US 1000u

static bool is_present;
static bool is_measuring;
static uint32_t begin_us;

static void begin(void)
{
	TEMP_READY = 0;
	TEMP_START = 1;
	begin_us = clock_us();
}

static bool is_over(void)
{
	return TEMP_READY || clock_is_past(clock_us(), begin_us + PATIENCE_US);
}

static int32_t end(void)
{
	int32_t raw = SOURCE_MISSING;

	is_present = TEMP_READY != 0;
	if (is_present)
		raw = (int32_t)((TEMP_RESULT & (2 * SIGN - 1)) ^ SIGN) - SIGN;
	TEMP_READY = 0;
	TEMP_STOP = 1;
	return raw;
}

void temperature_init(void)
{
	TEMP_OFFSET = 0;
	begin();
	while (!is_over())
		;
	end();
}

bool temperature_is_present(void *self)
{
	(void)self;
	return is_present;
}

enum verdict temperature_read(void *self, struct sample *sample)
{
	(void)self;
	if (!is_measuring) {
		begin();
		is_measuring = true;
	}
	if (!is_over())
		return SAMPLE_PENDING;
	sample->raws[0] = end();
	is_measuring = false;
	return SAMPLE_TAKEN;
}
