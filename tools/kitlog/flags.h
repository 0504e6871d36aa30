/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flagged readings on a terminal, one way everywhere: a value that the instrument cannot mean has a !
 * behind it, one of before its kit was warm a ~ (data/flag.h). By the JSON of /api/v1/devices. */
#pragma once

#include <jansson.h>

#include "base/text.h"
#include "data/flag.h"

/* A value as the channel tells it, by the limits that the daemon tells with it. */
unsigned flags_of_value(const json_t *channel, double value);
/* A row of that instant, in microseconds of board time. */
unsigned flags_of_age(const json_t *device, json_int_t at_us);

/* " ~!", or nothing. */
void flags_add_marks(struct text *text, unsigned flags);

/* "out of range: the instrument cannot measure that": what one flag means. */
const char *flags_meaning(enum flag flag);

/* "# ! out of range: ...", a line of standard output for each. */
void flags_explain(unsigned flags);
