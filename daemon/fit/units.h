/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The unit of a parameter from those of y and x. Pure; any thread. */
#pragma once

#include "base/text.h"
#include "fit/models.h"

/* Adds its UCUM code: "m/s2" for a of a quadratic in m and s; nothing for a pure number. `y` and `x`
 * are UCUM, "" or "1" for none. */
void units_add(
	struct text *text, enum fit_model model, unsigned parameter, const char *y, const char *x);

/* y to the first power or none, times x to any. */
void units_compose(struct text *text, const char *y, const char *x, int power_of_x);
