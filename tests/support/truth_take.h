/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Book-keeping of the bench of known truth: what was taken, read and stored. Inside of support/truth.h
 * only. */
#pragma once

#include "support/truth.h"

/* `self` is the bench: a sample is taken at this instant, and gets its number. */
void truth_take_sample(void *self, int64_t true_ns, int32_t *ret_number);

/* Who stamps at arrival reads the same bytes at the same instant. */
void truth_sniff(struct truth *truth, const uint8_t *bytes, size_t n);

/* What came out of the outlet. */
void truth_take_record(struct truth *truth, const struct feed_record *record);
