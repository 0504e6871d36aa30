/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chip's own thermometer: its entries in a board's tables, which differ in a few fields only, given
 * behind, and what the board has to give for them. */
#pragma once

#include "boards/cortex/scan.h"
#include "core/board.h"

/* Scale and bounds: .mantissa, .exp10, .offset, .min, .max. */
#define TEMPERATURE_CHANNEL(...) \
	{ \
		.width = 2, .step = 1, .name = LINK_TEXT("chip"), \
		.quantity = LINK_TEXT("temperature"), .unit = LINK_TEXT("Cel"), __VA_ARGS__ \
	}

/* Once a second, and up to ten times; .is_present and .stop are the board's. */
#define TEMPERATURE_SOURCE(table_of_channels, ...) \
	{ \
		.name = "temperature", .channels = (table_of_channels), .n_channels = 1, \
		.pace = PACE_ASKED, .period_us = 1000000, .period_min_us = 100000, \
		.period_max_us = SCAN_PERIOD_MAX_US, .read = temperature_read, __VA_ARGS__ \
	}

enum verdict temperature_read(void *self, struct sample *sample);
