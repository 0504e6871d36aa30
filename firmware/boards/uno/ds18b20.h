/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DS18B20 temperature sensor, alone on the 1-Wire pin: a source, PACE_ASKED. */
#pragma once

#include "core/board.h"

#define DS18B20_PERIOD_MIN_US 1000000u /* a conversion of 12 bits takes up to 750 ms */

void ds18b20_task(void);
bool ds18b20_is_present(void *self);
void ds18b20_stop(void *self);
enum verdict ds18b20_read(void *self, struct sample *sample);
