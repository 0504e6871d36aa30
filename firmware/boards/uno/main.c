/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arduino Uno (ATmega328P, 16 MHz, 5 V). Wiring:
 *     A0        fast analog input; A1, A2, A3 slow ones
 *     A4, A5    I2C: BH1750 light sensor
 *     D2, D3    HX711 clock, data
 *     D4        DS18B20 with 4.7 kΩ to 5 V
 *     D13       the light on the board
 * Sensors may be plugged in and out while it runs. The loop turns at least every millisecond and
 * sleeps in between; nothing in it takes longer than 0.5 ms, and A0 is on time even then.
 */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

#include "adc.h"
#include "bh1750.h"
#include "clock.h"
#include "core/core.h"
#include "ds18b20.h"
#include "hx711.h"
#include "onewire.h"
#include "twi.h"
#include "uart.h"
#include "uid.h"

#define LIGHT _BV(PB5)
#define HOUR_US 3600000000u
#define LONGEST_US (HOUR_US / 6)

/* 10 bits of 5 V: 5000/1024 mV, exactly. */
#define VOLTAGE(channel) \
	{ \
		.width = 2, .mantissa = 48828125, .exp10 = -7, .min = 0, .max = 1023, .step = 1, \
		.name = LINK_TEXT(channel), .quantity = LINK_TEXT("voltage"), \
		.unit = LINK_TEXT("mV") \
	}

static const struct link_channel a0[] = {VOLTAGE("a0")};
static const struct link_channel analog[] = {VOLTAGE("a1"), VOLTAGE("a2"), VOLTAGE("a3")};
/* counts / 1.2, to nine digits */
static const struct link_channel light[] = {{.width = 4,
	.mantissa = 833333333,
	.exp10 = -9,
	.min = 0,
	.max = 65535,
	.step = 1,
	.name = LINK_TEXT("light"),
	.quantity = LINK_TEXT("illuminance"),
	.unit = LINK_TEXT("lx")}};
/* 1/16 of a degree, exactly */
static const struct link_channel temperature[] = {{.width = 2,
	.mantissa = 625,
	.exp10 = -4,
	.min = -880,
	.max = 2000,
	.step = 1,
	.name = LINK_TEXT("temperature"),
	.quantity = LINK_TEXT("temperature"),
	.unit = LINK_TEXT("Cel")}};
static const struct link_channel load[] = {{.width = 4,
	.mantissa = 1,
	.exp10 = 0,
	.min = -8388608,
	.max = 8388607,
	.step = 1,
	.name = LINK_TEXT("load"),
	.quantity = LINK_TEXT("count"),
	.unit = LINK_TEXT("1")}};

static const struct source sources[] = {
	{.name = "a0",
		.channels = a0,
		.n_channels = 1,
		.pace = PACE_TIMED,
		.period_us = 1000,
		.period_min_us = 500,
		.period_max_us = LONGEST_US,
		.start = adc_start_a0,
		.stop = adc_stop_a0,
		.read = adc_read_a0},
	{.name = "analog",
		.channels = analog,
		.n_channels = 3,
		.pace = PACE_ASKED,
		.period_us = 100000,
		.period_min_us = 10000,
		.period_max_us = LONGEST_US,
		.stop = adc_stop_analog,
		.read = adc_read_analog},
	{.name = "light",
		.channels = light,
		.n_channels = 1,
		.pace = PACE_ASKED,
		.period_us = 500000,
		.period_min_us = BH1750_PERIOD_MIN_US,
		.period_max_us = LONGEST_US,
		.is_present = bh1750_is_present,
		.stop = bh1750_stop,
		.read = bh1750_read},
	{.name = "temperature",
		.channels = temperature,
		.n_channels = 1,
		.pace = PACE_ASKED,
		.period_us = 1000000,
		.period_min_us = DS18B20_PERIOD_MIN_US,
		.period_max_us = LONGEST_US,
		.is_present = ds18b20_is_present,
		.stop = ds18b20_stop,
		.read = ds18b20_read},
	{.name = "load",
		.channels = load,
		.n_channels = 1,
		.pace = PACE_SELF,
		.period_us = HX711_PERIOD_US,
		.period_min_us = HX711_PERIOD_US,
		.period_max_us = HX711_PERIOD_US,
		.is_present = hx711_is_present,
		.start = hx711_start,
		.read = hx711_read},
};

static uint32_t board_micros(void *self)
{
	(void)self;
	return clock_us();
}

static bool board_receive(void *self, uint8_t *ret_byte, uint32_t *ret_us)
{
	(void)self;
	return uart_receive(ret_byte, ret_us);
}

static size_t board_room(void *self)
{
	(void)self;
	return uart_room();
}

static void board_send(void *self, const uint8_t *bytes, size_t size)
{
	(void)self;
	uart_send(bytes, size);
}

static uint32_t board_backlog_us(void *self)
{
	(void)self;
	return uart_backlog_us();
}

static uint32_t board_lost_bytes(void *self)
{
	(void)self;
	return uart_lost_bytes();
}

static void board_light(void *self, bool is_lit)
{
	(void)self;
	if (is_lit)
		PORTB |= LIGHT;
	else
		PORTB &= (uint8_t)~LIGHT;
}

static struct board board = {
	.model = "uno",
	.sources = sources,
	.n_sources = sizeof(sources) / sizeof(sources[0]),
	.micros = board_micros,
	.receive = board_receive,
	.room = board_room,
	.send = board_send,
	.backlog_us = board_backlog_us,
	.lost_bytes = board_lost_bytes,
	.light = board_light,
};
static struct core core;

/* Timer 2 wakes the loop every millisecond; there is nothing else to do for it. */
EMPTY_INTERRUPT(TIMER2_COMPA_vect)

static void wake_init(void)
{
	TCCR2A = _BV(WGM21);
	OCR2A = (uint8_t)(F_CPU / 64 / 1000 - 1);
	TCCR2B = _BV(CS22);
	TIMSK2 = _BV(OCIE2A);
	SMCR = SLEEP_MODE_IDLE; /* the clock, the converter and the line go on */
}

/* Sleeps until any interrupt, unless a byte has come since we looked. */
static void rest(void)
{
	cli();
	if (!uart_has_input() && onewire_state() != ONEWIRE_BUSY) {
		sleep_enable();
		sei(); /* takes effect behind the next instruction: no interrupt can slip in between */
		sleep_cpu();
		sleep_disable();
	}
	sei();
}

int main(void)
{
	DDRB |= LIGHT;
	clock_init(); /* first: its zero is power-on */
	sei();
	adc_init();
	uid_get(board.uid);
	uart_init();
	twi_init();
	onewire_init();
	hx711_init();
	wake_init();
	core_init(&core, &board);
	for (;;) {
		core_step(&core);
		bh1750_task();
		onewire_task();
		ds18b20_task();
		hx711_task();
		rest();
	}
}
