/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The analog inputs, 10 bits against the 5 V supply.
 *   a0      A0 alone, on time by itself: a timer interrupt starts each conversion, so up to 2 kHz no
 *           sample is late, whatever the super-loop does
 *   analog  A1, A2, A3 one after the other when asked, in the gaps that A0 leaves
 */
#pragma once

#include "core/board.h"

void adc_init(void);

/* A byte of which the lowest bits are noise, for drawing a serial number. Only
 * before the sources are in use. */
uint8_t adc_noise(uint8_t channel);

void adc_start_a0(void *self, uint32_t first_us, uint32_t period_us);
void adc_stop_a0(void *self);
enum verdict adc_read_a0(void *self, struct sample *sample);

void adc_stop_analog(void *self);
enum verdict adc_read_analog(void *self, struct sample *sample);
