/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What families of the kernel's sensors have in common: the text that comes of reading their files
 * once, a line "FILE VALUE" for each (sense/kernel_sensor.h). Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sense/kit.h"

/* Puts each line's value, times the factor of its channel, and makes one row of them. Lines of other
 * files, and what is no number, are counted as bad. */
void kernel_text_take(struct kit *kit, const double *factors, const uint8_t *bytes, size_t n);

/* The `answer` of such a family: a reading that failed, as a word for people: "busy", "gone",
 * "bus". */
void kernel_text_answer(struct kit *kit, void *state, int error, const uint8_t *bytes, size_t n);

/* Sentences of the words that such families say (sense/vocabulary.h). */
extern const struct model_trouble kernel_troubles[];
