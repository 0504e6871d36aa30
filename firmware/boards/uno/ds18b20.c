/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DS18B20, by its data sheet: reset, 0xCC (whoever you are), 0x44 (convert); 750 ms later reset, 0xCC,
 * 0xBE and nine bytes: temperature in 1/16 °C, low byte first, two alarm bytes, configuration, … ,
 * checksum. Every reset is a probe, because only a sensor answers to it; while nobody wants the
 * temperature there is one each second, so that plugging in is noticed.
 *
 * The sensor can lie with a good checksum: one whose power failed during the conversion says 85 °C,
 * and a wire held low reads as nine zeros, which is 0 °C. So before each conversion 0x4E writes our
 * mark into the alarm bytes, which nobody uses and which power restores to others, and 12 bits into
 * the configuration. A reading without them, or with a wrong checksum, is read once more and then
 * missing.
 */
#include <util/crc16.h>

#include "clock.h"
#include "ds18b20.h"
#include "onewire.h"

#define SKIP_ROM 0xCC
#define WRITE_SCRATCHPAD 0x4E
#define MARK_HIGH 0x6B
#define MARK_LOW 0x75
#define TWELVE_BITS 0x7F
#define CONVERT 0x44
#define READ_SCRATCHPAD 0xBE
#define SCRATCHPAD 9
#define CONVERT_US 750000u
#define PROBE_US 1000000u
#define TRIES 2

static enum {
	RESTING,
	CALLING,            /* reset, before the mark or as a probe */
	MARKING,            /* the scratchpad */
	CALLING_TO_CONVERT, /* reset */
	COMMANDING,         /* convert */
	CONVERTING,
	CALLING_TO_READ, /* reset */
	ASKING,          /* for the scratchpad */
	READING,
	READY,
} step = RESTING;
static bool is_present, is_wanted;
static uint32_t since_us = -PROBE_US; /* when this step began; the first probe is at once */
static uint8_t tries;
static int32_t sixteenths;

static void go(uint8_t next)
{
	step = next;
	since_us = clock_us();
}

static void call(uint8_t next)
{
	onewire_reset();
	go(next);
}

static void send(uint8_t function, uint8_t next)
{
	const uint8_t bytes[] = {SKIP_ROM, function, MARK_HIGH, MARK_LOW, TWELVE_BITS};

	onewire_send(bytes, function == WRITE_SCRATCHPAD ? sizeof(bytes) : 2);
	go(next);
}

static void give_up(void)
{
	sixteenths = SOURCE_MISSING;
	go(is_wanted ? READY : RESTING);
}

static void read_scratchpad(void)
{
	const uint8_t *bytes = onewire_bytes();
	uint8_t crc = 0;

	for (uint8_t i = 0; i < SCRATCHPAD; i++)
		crc = _crc_ibutton_update(crc, bytes[i]);
	if (crc == 0 && bytes[2] == MARK_HIGH && bytes[3] == MARK_LOW && bytes[4] == TWELVE_BITS) {
		sixteenths = (int16_t)(bytes[0] | bytes[1] << 8);
		go(READY);
	} else if (++tries < TRIES) {
		call(CALLING_TO_READ);
	} else {
		give_up();
	}
}

static void next_step(void)
{
	switch (step) {
	case CALLING:
		if (is_wanted)
			send(WRITE_SCRATCHPAD, MARKING);
		else
			go(RESTING);
		break;
	case MARKING:
		call(CALLING_TO_CONVERT);
		break;
	case CALLING_TO_CONVERT:
		send(CONVERT, COMMANDING);
		break;
	case COMMANDING:
		go(CONVERTING);
		break;
	case CALLING_TO_READ:
		send(READ_SCRATCHPAD, ASKING);
		break;
	case ASKING:
		onewire_receive(SCRATCHPAD);
		go(READING);
		break;
	case READING:
		read_scratchpad();
		break;
	case RESTING:
		if (clock_is_past(clock_us(), since_us + PROBE_US))
			call(CALLING);
		break;
	case CONVERTING:
		if (clock_is_past(clock_us(), since_us + CONVERT_US))
			call(CALLING_TO_READ);
		break;
	case READY: /* ds18b20_read takes it, unless the stream was stopped */
		if (!is_wanted)
			go(RESTING);
		break;
	}
}

void ds18b20_task(void)
{
	bool is_calling = step == CALLING || step == CALLING_TO_CONVERT || step == CALLING_TO_READ;

	if (onewire_state() == ONEWIRE_BUSY)
		return;
	if (is_calling)
		is_present = onewire_state() == ONEWIRE_DONE;
	if (is_calling && !is_present)
		give_up();
	else
		next_step();
}

bool ds18b20_is_present(void *self)
{
	(void)self;
	return is_present;
}

void ds18b20_stop(void *self)
{
	(void)self;
	is_wanted = false;
}

enum verdict ds18b20_read(void *self, struct sample *sample)
{
	(void)self;
	if (!is_wanted) {
		if (step == RESTING) { /* else a probe, or what a stop left, has to end first */
			is_wanted = true;
			tries = 0;
			call(CALLING);
		}
		return SAMPLE_PENDING;
	}
	if (step != READY)
		return SAMPLE_PENDING;
	is_wanted = false;
	sample->raws[0] = sixteenths;
	go(RESTING);
	return SAMPLE_TAKEN;
}
