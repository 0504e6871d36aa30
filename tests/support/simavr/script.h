/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a simulated sensor is exposed to, as a text file: each line "SECONDS VALUE", a whole number
 * that holds from then on, "SECONDS -" when the sensor is unplugged, or "SECONDS low" when it is
 * and its data wire touches ground; '#' begins a comment. Before the first line it is unplugged.
 * Seconds rise and count from power-on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct script;

/* -EINVAL names the line on stderr. */
int script_open(const char *path, struct script **ret);
void script_free(struct script *script);

/* False if unplugged then. A NULL script is always unplugged. */
bool script_at(const struct script *script, double seconds, int32_t *ret_value);

/* Whether the data wire touches ground then. */
bool script_is_low(const struct script *script, double seconds);

/* Whether it was plugged in all the time from `since` on. */
bool script_was_plugged(const struct script *script, double since, double seconds);
