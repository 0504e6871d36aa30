/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kit.yaml says about a Firmata board, made ready:
 *
 *     firmata: {every: 50 ms}
 *     channels:
 *       - {id: light, from: analog 0, ...}
 *       - {id: button, from: digital 7, ...}
 *
 * Made once by the main thread, const afterwards. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "data/model.h"

enum { FIRMATA_PORTS = 16 }; /* of eight digital pins */

struct firmata_source {
	bool is_digital;
	uint8_t number; /* analog channel, or digital pin */
};

struct firmata_plan {
	unsigned every_ms; /* 0: not said */
	struct firmata_source sources[MODEL_CHANNELS];
};

extern const struct model_form firmata_form;
