/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * BH1750FVI, by its data sheet: the command 0x20 starts one measurement in high resolution, after
 * which the sensor sleeps; 180 ms later at most two bytes are read, high byte first; counts / 1.2
 * are lux. Every command is also a probe: a sensor that does not acknowledge is absent. While nobody
 * wants light one that does nothing is sent each second, so that plugging in is noticed.
 */
#include "bh1750.h"
#include "clock.h"
#include "twi.h"

#define ADDRESS 0x23
#define POWER_DOWN 0x00
#define MEASURE_ONCE 0x20
#define MEASURE_US 180000u
#define PROBE_US 1000000u

static enum { RESTING, COMMANDING, MEASURING, READING, READY } step = RESTING;
static bool is_present, is_wanted;
static uint32_t since_us = -PROBE_US; /* when this step began; the first probe is at once */
static int32_t counts;

static void go(uint8_t next)
{
	step = next;
	since_us = clock_us();
}

static void command(void)
{
	uint8_t code = is_wanted ? MEASURE_ONCE : POWER_DOWN;

	twi_write(ADDRESS, &code, 1);
	go(COMMANDING);
}

static void give_up(void)
{
	is_present = false;
	counts = SOURCE_MISSING;
	go(is_wanted ? READY : RESTING);
}

void bh1750_task(void)
{
	uint32_t now_us = clock_us();
	enum twi_state bus = twi_state();

	switch (step) {
	case RESTING:
		if (clock_is_past(now_us, since_us + PROBE_US))
			command();
		break;
	case COMMANDING:
		if (bus == TWI_FAILED) {
			give_up();
		} else if (bus == TWI_DONE) {
			is_present = true;
			go(is_wanted ? MEASURING : RESTING);
		}
		break;
	case MEASURING:
		if (!clock_is_past(now_us, since_us + MEASURE_US))
			break;
		twi_read(ADDRESS, 2);
		go(READING);
		break;
	case READING:
		if (bus == TWI_FAILED) {
			give_up();
		} else if (bus == TWI_DONE) {
			counts = (int32_t)((uint16_t)twi_bytes()[0] << 8 | twi_bytes()[1]);
			go(READY);
		}
		break;
	case READY: /* bh1750_read takes it, unless the stream was stopped */
		if (!is_wanted)
			go(RESTING);
		break;
	}
}

bool bh1750_is_present(void *self)
{
	(void)self;
	return is_present;
}

void bh1750_stop(void *self)
{
	(void)self;
	is_wanted = false;
}

enum verdict bh1750_read(void *self, struct sample *sample)
{
	(void)self;
	if (!is_wanted) {
		if (step == RESTING) { /* else a probe, or what a stop left, has to end first */
			is_wanted = true;
			command();
		}
		return SAMPLE_PENDING;
	}
	if (step != READY)
		return SAMPLE_PENDING;
	is_wanted = false;
	sample->raws[0] = counts;
	go(RESTING);
	return SAMPLE_TAKEN;
}
