/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A value and its uncertainty with the digits they deserve: one digit of the uncertainty, two if it
 * begins with 1, and the value as far (GUM 7.2.6; UI.md of the pages has the same rule). Pure; any
 * thread. */
#pragma once

#include <stdbool.h>

#include "base/text.h"

/* Digits behind the point, below 0 where even tens are not known: of 0.034 two, of 0.013 three, of 340
 * minus two. False when `error` is not above 0, or no number. */
bool digits_of(double error, int *ret_decimals);

/* Adds the value alone, rounded so, as people write it: a true minus, a power of ten apart where it
 * would be long. Without a digit to stop at, seven count. */
void digits_add(struct text *text, double value, double error);

/* Adds "18.0 ± 0.3", with narrow spaces; or "(6.02 ± 0.03)×10²³". */
void digits_add_both(struct text *text, double value, double error);
