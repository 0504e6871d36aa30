/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DS18B20, alone on its wire: it follows the master's pulling and letting go. A low of more than
 * 400 µs is a reset; in a write slot a low shorter than 15 µs is a one; in a read slot it holds a zero
 * for 30 µs. A conversion takes 750 ms, and until it ends the scratchpad has the one before: at first
 * the 85 °C that it powers up with. Its EEPROM has 9 bits, as somebody before us left it, and alarm
 * bytes that are not ours.
 */
#include <string.h>
#include <simavr/avr_ioport.h>

#include "parts.h"

#define PIN 4
#define SKIP_ROM 0xCC
#define CONVERT 0x44
#define READ_SCRATCHPAD 0xBE
#define WRITE_SCRATCHPAD 0x4E
#define WRITABLE 3 /* bytes, from the third on */
#define CONFIGURATION 4
#define NINE_BITS 0x1F
#define POWER_UP (85 * 16)

#define US(us) ((avr_cycle_count_t)(us) * (SIM_HZ / 1000000))
#define RESET US(400)
#define ONE US(15)
#define PRESENCE_AFTER 30 /* µs */
#define PRESENCE 120
#define HOLD 30
#define CONVERT_CYCLES (SIM_HZ / 1000 * 750)

enum { IDLE, ROM_COMMAND, COMMAND, WRITING, SENDING };

static uint8_t crc8(const uint8_t *bytes, size_t n)
{
	uint8_t crc = 0;

	for (size_t i = 0; i < n; i++) {
		crc ^= bytes[i];
		for (int k = 0; k < 8; k++)
			crc = (uint8_t)(crc >> 1 ^ (crc & 1 ? 0x8C : 0));
	}
	return crc;
}

static void load(struct ds18b20 *part, int16_t sixteenths)
{
	part->scratchpad[0] = (uint8_t)sixteenths;
	part->scratchpad[1] = (uint8_t)((uint16_t)sixteenths >> 8);
	part->scratchpad[8] = crc8(part->scratchpad, 8);
}

static void power_up(struct ds18b20 *part)
{
	static const uint8_t rest[] = {0x4B, 0x46, NINE_BITS, 0xFF, 0x0C, 0x10};

	memcpy(part->scratchpad + 2, rest, sizeof(rest));
	load(part, POWER_UP);
	part->step = IDLE;
	part->ready = 0;
}

/* What it makes of a temperature: bits that it does not measure are zero. */
static int16_t measure(const struct ds18b20 *part, int32_t sixteenths)
{
	unsigned unmeasured = 3 - (part->scratchpad[CONFIGURATION] >> 5);

	return (int16_t)(sixteenths & ~((1 << unmeasured) - 1));
}

static avr_cycle_count_t let_go(avr_t *avr, avr_cycle_count_t when, void *self)
{
	struct ds18b20 *part = self;

	(void)avr;
	(void)when;
	pins_drive(part->pins, PIN, true);
	return 0;
}

static avr_cycle_count_t hold_zero(avr_t *avr, avr_cycle_count_t when, void *self)
{
	struct ds18b20 *part = self;

	(void)when;
	pins_drive(part->pins, PIN, false);
	avr_cycle_timer_register_usec(avr, HOLD, let_go, self);
	return 0;
}

static avr_cycle_count_t answer_reset(avr_t *avr, avr_cycle_count_t when, void *self)
{
	struct ds18b20 *part = self;

	(void)when;
	pins_drive(part->pins, PIN, false);
	avr_cycle_timer_register_usec(avr, PRESENCE, let_go, self);
	return 0;
}

static void obey(struct ds18b20 *part, int32_t sixteenths)
{
	avr_t *avr = part->avr;

	if (part->step == ROM_COMMAND) {
		part->step = part->byte == SKIP_ROM ? COMMAND : IDLE;
		return;
	}
	if (part->step == WRITING) {
		part->scratchpad[2 + part->written] = part->byte;
		part->scratchpad[CONFIGURATION] = (part->scratchpad[CONFIGURATION] & 0x60) | 0x1F;
		part->scratchpad[8] = crc8(part->scratchpad, 8);
		if (++part->written == WRITABLE)
			part->step = IDLE;
		return;
	}
	part->step = IDLE;
	if (part->ready && avr->cycle >= part->ready) {
		load(part, part->converting);
		part->ready = 0;
	}
	if (part->byte == CONVERT) {
		part->converting = measure(part, sixteenths);
		part->ready = avr->cycle + CONVERT_CYCLES;
	} else if (part->byte == READ_SCRATCHPAD) {
		part->step = SENDING;
	} else if (part->byte == WRITE_SCRATCHPAD) {
		part->step = WRITING;
		part->written = 0;
	}
}

static void on_release(struct ds18b20 *part, int32_t sixteenths)
{
	avr_cycle_count_t low = part->avr->cycle - part->fell;

	if (low > RESET) {
		part->step = ROM_COMMAND;
		part->bit = 0;
		avr_cycle_timer_register_usec(part->avr, PRESENCE_AFTER, answer_reset, part);
	} else if (part->step == SENDING) {
		if (!(part->scratchpad[part->bit / 8] >> part->bit % 8 & 1))
			avr_cycle_timer_register(part->avr, 2, hold_zero, part);
		if (++part->bit == 8 * sizeof(part->scratchpad))
			part->step = IDLE;
	} else if (part->step != IDLE) {
		part->byte = (uint8_t)(part->byte >> 1 | (low < ONE ? 0x80 : 0));
		if (++part->bit == 8) {
			part->bit = 0;
			obey(part, sixteenths);
		}
	}
}

static void on_direction(avr_irq_t *irq, uint32_t value, void *self)
{
	struct ds18b20 *part = self;
	bool is_low = value >> PIN & 1;
	double before = part->seen, now = sim_seconds(part->avr);
	int32_t sixteenths;

	(void)irq;
	if (is_low == part->is_low)
		return;
	part->is_low = is_low;
	part->seen = now;
	if (!script_was_plugged(part->script, before, now))
		power_up(part); /* it has forgotten, also when it is back by now */
	pins_drive(part->pins, PIN, !script_is_low(part->script, now));
	if (!script_at(part->script, now, &sixteenths))
		return;
	if (is_low)
		part->fell = part->avr->cycle;
	else
		on_release(part, sixteenths);
}

void ds18b20_attach(struct ds18b20 *part)
{
	avr_t *avr = part->avr;

	power_up(part);
	avr_irq_register_notify(
		avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), IOPORT_IRQ_DIRECTION_ALL),
		on_direction, part);
	pins_drive(part->pins, PIN, true);
}
