/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A zip archive while it grows: what is written comes out again as bytes to send, at once, so that an
 * archive of any size takes the memory of one piece. The same entries give the same bytes: they carry no
 * hour and nobody's name. One thread at a time. */
#pragma once

#include <stddef.h>

struct zip_out;

int zip_out_new(struct zip_out **ret_zip); /* -ENOMEM */
/* Without what entries beyond 4 GiB need, which a few programs (spreadsheets) do not take. */
int zip_out_new_small(struct zip_out **ret_zip);
void zip_out_free(struct zip_out *zip); /* NULL: nothing */

/* The next entry; what is added from now on is in it. 0 or -errno, as below. */
int zip_out_begin(struct zip_out *zip, const char *path);
int zip_out_add(struct zip_out *zip, const void *bytes, size_t n);
/* After the last entry. */
int zip_out_end(struct zip_out *zip);

/* What came out since it was taken last; good until the next call. */
const void *zip_out_take(struct zip_out *zip, size_t *ret_n);
size_t zip_out_waiting(const struct zip_out *zip); /* bytes to take */
