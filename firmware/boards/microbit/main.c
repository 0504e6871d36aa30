/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * BBC micro:bit v1 (nRF51822, 16 MHz, 3 V). Wiring:
 *     P0, P1, P2    analog inputs
 *     A, B          the buttons on the board
 *     display       its first row (nine lights) is the board's light
 * The chip's own thermometer and serial number need none.
 */
#include "boards/cortex/clock.h"
#include "boards/cortex/line.h"
#include "boards/cortex/run.h"
#include "boards/cortex/scan.h"
#include "boards/microbit/adc.h"
#include "boards/microbit/pins.h"
#include "boards/microbit/temperature.h"

#define DEVICE_ID(n) REGISTER(0x10000060 + 4 * (n)) /* FICR, from the factory */

/* 10 bits of 3.6 V: 3600/1024 mV, exactly. */
#define VOLTAGE(channel) SCAN_VOLTAGE(channel, .mantissa = 3515625, .exp10 = -6, .max = 1023)
#define BUTTON(channel) \
	{ \
		.width = 2, .mantissa = 1, .exp10 = 0, .min = 0, .max = 1, .step = 1, \
		.name = LINK_TEXT(channel), .quantity = LINK_TEXT("state"), .unit = LINK_TEXT("1") \
	}

static const struct link_channel analog[] = {VOLTAGE("p0"), VOLTAGE("p1"), VOLTAGE("p2")};
static const struct link_channel buttons[] = {BUTTON("button_a"), BUTTON("button_b")};
static const struct link_channel temperature[] = {
	TEMPERATURE_CHANNEL(.mantissa = 25, .exp10 = -2, .min = -100, .max = 300)};

static enum verdict read_buttons(void *self, struct sample *sample)
{
	uint32_t pins = PINS_IN;

	(void)self;
	sample->raws[0] = !(pins & 1u << PIN_BUTTON_A);
	sample->raws[1] = !(pins & 1u << PIN_BUTTON_B);
	return SAMPLE_TAKEN;
}

static const struct source sources[] = {
	SCAN_SOURCE(analog),
	{.name = "buttons",
		.channels = buttons,
		.n_channels = 2,
		.pace = PACE_ASKED,
		.period_us = 20000,
		.period_min_us = 5000,
		.period_max_us = SCAN_PERIOD_MAX_US,
		.read = read_buttons},
	TEMPERATURE_SOURCE(temperature, .is_present = temperature_is_present),
};

static void set_light(void *self, bool is_lit)
{
	(void)self;
	REGISTER(is_lit ? PINS_OUT_SET : PINS_OUT_CLEAR) = 1u << PIN_ROW_1;
}

static struct board board = {
	.model = "microbit",
	.sources = sources,
	.n_sources = sizeof(sources) / sizeof(sources[0]),
	.light = set_light,
};

static void pins_init(void)
{
	for (uint32_t pin = PIN_COLUMN_1; pin <= PIN_ROW_1; pin++)
		PIN_CONFIG(pin) = PIN_OUTPUT;
	PIN_CONFIG(PIN_BUTTON_A) = PIN_INPUT | PIN_PULL_UP;
	PIN_CONFIG(PIN_BUTTON_B) = PIN_INPUT | PIN_PULL_UP;
}

static void take_uid(void)
{
	uint32_t words[2] = {DEVICE_ID(0), DEVICE_ID(1)};

	memcpy(board.uid, words, sizeof(board.uid));
}

int main(void)
{
	clock_init(); /* first: its zero is power-on */
	pins_init();
	take_uid();
	uart_init();
	adc_init();
	temperature_init();
	run(&board, NULL);
}
