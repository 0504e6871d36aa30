/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors of a column packed by bits: blocks of 32, each as wide as its widest. The quick one of the
 * two packings of keep/column.c. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "keep/bytes.h"

/* Bytes that it takes. */
size_t column_bits_size(const uint64_t *errors, size_t n);

/* Appends them, which are `size` bytes; the writer is broken when memory is short. */
void column_put_bits(struct bytes_out *out, const uint64_t *errors, size_t n, size_t size);

/* From any bytes; the reader is broken where they are none of ours. */
void column_get_bits(struct bytes_in *in, uint64_t *ret_errors, size_t n);
