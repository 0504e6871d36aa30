/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Raspberry Pi Pico (RP2040, 3.3 V). Wiring:
 *     USB                 serial port to the host, or instead of it
 *     GP0, GP1            serial line, to RX and TX of an adapter of 3.3 V
 *     GP26, GP27, GP28    analog inputs
 *     GP25                the light on the board
 * The chip's own thermometer needs none.
 */
#include "boards/cortex/clock.h"
#include "boards/cortex/line.h"
#include "boards/cortex/run.h"
#include "boards/cortex/scan.h"
#include "boards/pico/adc.h"
#include "boards/pico/chip.h"
#include "boards/pico/uid.h"
#include "boards/pico/usb.h"

#define PROGRAM_PINS 0xD0000000u
#define OUT_SET (PROGRAM_PINS + 0x14)
#define OUT_CLEAR (PROGRAM_PINS + 0x18)
#define OUTPUT_SET (PROGRAM_PINS + 0x24)

/* 12 bits of 3.3 V: 3300/4096 mV, to nine digits. */
#define VOLTAGE(channel) SCAN_VOLTAGE(channel, .mantissa = 805664063, .exp10 = -9, .max = 4095)

static const struct link_channel analog[] = {VOLTAGE("gp26"), VOLTAGE("gp27"), VOLTAGE("gp28")};
/* RP2040 Datasheet, 4.9.5: 27 - (volts - 0.706) / 0.001721, at 3.3/4096 volts a count. */
static const struct link_channel temperature[] = {TEMPERATURE_CHANNEL(.mantissa = -468137,
	.exp10 = -6, .offset = 437226612, .min = 752, .max = 1020)};

static const struct source sources[] = {
	SCAN_SOURCE(analog),
	/* Of the same converter. */
	TEMPERATURE_SOURCE(temperature, .stop = temperature_stop, .is_present = scan_is_present),
};

static void set_light(void *self, bool is_lit)
{
	(void)self;
	REGISTER(is_lit ? OUT_SET : OUT_CLEAR) = 1u << PIN_LIGHT;
}

static struct board board = {
	.model = "pico",
	.sources = sources,
	.n_sources = sizeof(sources) / sizeof(sources[0]),
	.light = set_light,
};

static void light_init(void)
{
	PIN_PAD(PIN_LIGHT) = PAD_OUTPUT;
	set_light(NULL, false);
	REGISTER(OUTPUT_SET) = 1u << PIN_LIGHT;
	PIN_CONTROL(PIN_LIGHT) = PIN_FOR_PROGRAM;
}

int main(void)
{
	chip_init();
	uid_get(board.uid);
	clock_init();
	light_init();
	uart_init();
	usb_init(board.uid);
	adc_init();
	run(&board, usb_task);
}
