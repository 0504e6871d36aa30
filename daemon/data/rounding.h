/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decimal rounding to a thousandth of what an instrument can tell apart: 305 * 0.1 is 30.5 then and
 * not 30.500000000000004, and nothing that it knows is lost. Pure; any thread. */
#pragma once

/* The factor for values of this resolution; 0 (resolution unknown, or extreme): they stay. */
double rounding_of(double resolution);

double rounding_apply(double rounding, double value);
