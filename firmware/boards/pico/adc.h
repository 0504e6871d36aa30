/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The analog inputs GP26, GP27, GP28 for boards/cortex/scan.h, 12 bits of the supply of 3.3 V, and the
 * chip's thermometer, which the same converter reads when the inputs leave it free. */
#pragma once

#include "boards/cortex/temperature.h"

/* Needs the clock. */
void adc_init(void);

void temperature_stop(void *self);
