/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan: one record of an IIO device's buffer (Documentation/iio/iio_devbuf.rst). The kernel says in
 * scan_elements/ which channels are in it, where and how:
 *
 *     in_accel_x_index   0
 *     in_accel_x_type    be:s16/16>>0      [be|le]:[s|u]BITS/STORAGE[Xrepeat]>>SHIFT
 *
 * Elements stand in the order of their index, each aligned to its own size, the record padded to
 * the largest. Pure but for scan_read_layout. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/model.h"

enum { SCAN_BYTES = 512 }; /* the longest record */

struct scan_element {
	bool is_big, is_signed;
	unsigned bits, storage, shift; /* bits; storage is 8, 16, 32 or 64 */
	unsigned index;                /* order in the record */
	size_t offset;                 /* bytes from its start */
	double scale, scale_offset;    /* value = (raw + scale_offset) * scale */
};

struct scan_layout {
	size_t n_elements; /* of channels, in the model's order */
	struct scan_element elements[MODEL_CHANNELS];
	struct scan_element stamp; /* bits 0: there is none */
	size_t bytes;              /* of a record */
};

/* "le:s16/16>>0". -EINVAL: not understood, or repeated. */
int scan_read_type(const char *type, struct scan_element *ret_element);

/* Fills the offsets from the indices and sizes. -EINVAL: two have one index; -EMSGSIZE: too long. */
int scan_lay_out(struct scan_layout *layout);

/* What the kernel's files of this device say of the model's channels, which must be the only ones
 * that are switched on, and of the time stamp. -ENOENT:
 * a channel has no element. */
int scan_read_layout(const char *folder, const struct model *model, struct scan_layout *ret_layout);

double scan_value(const struct scan_element *element, const uint8_t *record);
int64_t scan_raw(const struct scan_element *element, const uint8_t *record);
