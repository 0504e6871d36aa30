/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HX711 load cell amplifier, clock on D2, data on D3: a source, PACE_SELF (10 or 80 per second, as
 * its board is strapped). */
#pragma once

#include "core/board.h"

#define HX711_PERIOD_US 100000u

void hx711_init(void);
void hx711_task(void);
bool hx711_is_present(void *self);
void hx711_start(void *self, uint32_t first_us, uint32_t period_us);
enum verdict hx711_read(void *self, struct sample *sample);
