/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the product tells of an input (sense/expect.h: the text of replays and .expect files), held
 * against the kit.yaml: a value that is out of range has its flag, one that is within has none.
 *
 * The flag is read, not computed: the range is compared by this file's own arithmetic. One at a time. */
#pragma once

#include "base/ring.h"
#include "data/model.h"

/* Of one input. The ring, of an outlet, is borrowed; nobody else reads it. */
void fuzz_told_begin(struct ring *ring, const struct model *model);

/* Takes what is in the ring. */
void fuzz_told_collect(void);

/* Aborts when a flag is missing or wrong. `is_models`: what spoke was the model's kit, else there is no
 * range to hold it against. */
void fuzz_told_end(bool is_models);
