/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BH1750 light sensor on I2C, address 0x23 (its ADDR pin low or open): a source, PACE_ASKED. */
#pragma once

#include "core/board.h"

#define BH1750_PERIOD_MIN_US 250000u /* a measurement takes up to 180 ms */

void bh1750_task(void);
bool bh1750_is_present(void *self);
void bh1750_stop(void *self);
enum verdict bh1750_read(void *self, struct sample *sample);
