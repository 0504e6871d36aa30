/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units for eyes. Devices and the store have them as UCUM codes, for machines: Cel, m/s2, [ppm].
 * The pages have the same rule and table in web/js/units.js; tests/unit/unit_test.c holds the two
 * together. Pure; any thread. */
#pragma once

#include "base/text.h"

/* Adds what people write: °C, m/s², ppm, min⁻¹ for "/min", nothing for a pure number. What is not
 * known passes through. */
void unit_add_for_people(struct text *text, const char *ucum);
