/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three analog inputs, on time by themselves: an alarm interrupts when a sample is due and begins the
 * first conversion, the end of each begins the next one. So a sample's jitter is the latency of an
 * interrupt, whatever the loop does; the second and third inputs follow one and two conversions
 * later. The functions with `self` (unused) are those of a source with PACE_TIMED.
 */
#pragma once

#include "core/board.h"

#define SCAN_INPUTS 3

/* Its entry in a board's table: 100 samples a second, and up to 1000, which fill half of the line. */
#define SCAN_SOURCE(table_of_channels) \
	{ \
		.name = "analog", .channels = (table_of_channels), .n_channels = SCAN_INPUTS, \
		.pace = PACE_TIMED, .period_us = 10000, .period_min_us = 1000, \
		.period_max_us = SCAN_PERIOD_MAX_US, .start = scan_start, .stop = scan_stop, \
		.is_present = scan_is_present, .read = scan_read \
	}
#define SCAN_PERIOD_MAX_US 600000000u

/* A channel of it, in millivolts; its scale and bound are given behind: .mantissa, .exp10, .max. */
#define SCAN_VOLTAGE(channel, ...) \
	{ \
		.width = 2, .min = 0, .step = 1, .name = LINK_TEXT(channel), \
		.quantity = LINK_TEXT("voltage"), .unit = LINK_TEXT("mV"), __VA_ARGS__ \
	}

/* --- for the loop --- */

/* Whether the converter answers, tried at power-on. If not, each sample is missing. */
void scan_init(bool is_present);

void scan_start(void *self, uint32_t first_us, uint32_t period_us);
void scan_stop(void *self);
bool scan_is_present(void *self);
enum verdict scan_read(void *self, struct sample *sample);

/* --- for interrupts --- */

void scan_alarm(void);

/* The conversion that was begun has given this. True when its sample is complete: the converter has
 * nothing more to do for it. */
bool scan_take(int32_t raw);

/* --- what the board's adc.c gives --- */

/* Begins to convert input 0 … SCAN_INPUTS-1; scan_take follows. With interrupts switched off. */
void adc_convert(uint8_t input);
