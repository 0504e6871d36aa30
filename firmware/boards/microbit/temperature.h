/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thermometer of the chip, quarters of a degree: some degrees above the room. */
#pragma once

#include "boards/cortex/temperature.h"

/* Needs the clock. */
void temperature_init(void);

bool temperature_is_present(void *self);
