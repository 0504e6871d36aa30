/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samples wait in a ring for the loop, the interrupts its writer and the loop its reader. Samples
 * that found no room are counted; while the loop has not been told of all of them nothing enters the
 * ring, so they stay in their place behind its last one.
 */
#include "boards/cortex/scan.h"
#include "boards/cortex/clock.h"
#include "boards/cortex/cortex.h"

#define RING 128u /* samples: what the loop may be late */

static volatile int16_t ring[RING][SCAN_INPUTS];
static volatile uint32_t ring_in, ring_out;
static volatile uint32_t lost, told; /* by the interrupts, to the loop */

static bool is_present;
static volatile bool is_on;
static volatile bool is_converting;
static volatile bool is_wanted; /* the conversion under way belongs to the present run */
static volatile uint32_t due_us, period_us;
static int16_t raws[SCAN_INPUTS]; /* of the sample under way */
static uint8_t input;

void scan_init(bool has_answered)
{
	is_present = has_answered;
}

static void keep(void)
{
	if (lost != told || ring_in - ring_out == RING) {
		lost++;
		return;
	}
	for (uint8_t i = 0; i < SCAN_INPUTS; i++)
		ring[ring_in % RING][i] = raws[i];
	ring_in++;
}

static void begin(void)
{
	if (!is_present) {
		for (uint8_t i = 0; i < SCAN_INPUTS; i++)
			raws[i] = LINK_MISSING_2;
		keep();
	} else if (is_converting) {
		lost++; /* interrupts were held up for a whole period */
	} else {
		is_converting = is_wanted = true;
		input = 0;
		adc_convert(input);
	}
}

void scan_alarm(void)
{
	uint32_t now_us = clock_us(), next_us = due_us;

	if (!is_on)
		return;
	if (clock_is_past(now_us, next_us)) {
		begin();
		next_us += period_us;
		while (clock_is_past(now_us, next_us)) {
			lost++;
			next_us += period_us;
		}
		due_us = next_us;
	}
	clock_set_alarm(ALARM_SCAN, next_us);
}

bool scan_take(int32_t raw)
{
	raws[input] = (int16_t)raw;
	if (++input < SCAN_INPUTS) {
		adc_convert(input);
		return false;
	}
	is_converting = false;
	if (is_wanted)
		keep();
	return true;
}

void scan_start(void *self, uint32_t first_us, uint32_t new_period_us)
{
	uint32_t state = interrupts_off();

	(void)self;
	is_wanted = false;
	ring_out = ring_in;
	told = lost;
	due_us = first_us;
	period_us = new_period_us;
	is_on = true;
	clock_set_alarm(ALARM_SCAN, first_us);
	interrupts_restore(state);
}

void scan_stop(void *self)
{
	(void)self;
	is_on = false;
	clock_stop_alarm(ALARM_SCAN);
}

bool scan_is_present(void *self)
{
	(void)self;
	return is_present;
}

enum verdict scan_read(void *self, struct sample *sample)
{
	(void)self;
	if (ring_in == ring_out) {
		if (lost == told)
			return SAMPLE_PENDING;
		told++;
		return SAMPLE_LOST;
	}
	for (uint8_t i = 0; i < SCAN_INPUTS; i++) {
		int16_t raw = ring[ring_out % RING][i];

		sample->raws[i] = raw == LINK_MISSING_2 ? SOURCE_MISSING : raw;
	}
	ring_out++;
	return SAMPLE_TAKEN;
}
