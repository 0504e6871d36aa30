/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Families as kit.yaml sees them, for tests of what all families share: the keys of eight, of the
 * checks only as many as the tests need. What the real families check is tested with them. */
#pragma once

#include "data/model.h"

struct toy_plan {
	unsigned n; /* channels that compile saw */
};

/* link, lines, frames, modbus, firmata, hid, edges and iio; the drivers "co2-zytemp" (co2, temp,
 * humidity) and "vernier-go" (temp), and "talker", which names its channels by itself. */
extern const struct model_forms toy_forms;
