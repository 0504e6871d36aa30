/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which calibrations the values of a range are by, in words for the head of a file: whoever opens it
 * in a year must be able to say how the numbers came about. Work thread. */
#pragma once

#include <stddef.h>

#include "keep/store.h"

/* "#12 冰水 2026-11-27; #15 two-point": the first three of a channel over [from, to), in the order in
 * which they hold; the date where the board knew it. The caller's to free; NULL in *ret_words: the
 * values are as the device said them. */
int provenance_in_words(struct reader *reader, const struct correction *correction,
	uint32_t channel, struct instant from, struct instant to, char **ret_words);
