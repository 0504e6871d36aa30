/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows' file of one stream of a package, checked line by line. Inside export/import*.c only. */
#pragma once

#include <stdatomic.h>

#include "data/batch.h"
#include "export/about.h"

typedef int import_rows_take(void *self, const struct batch *batch);

/* Gives the rows of `path` by batches with stamps on the import's line of time and `stream` as their number.
 * 0; -EBADMSG with the fault; other -errno, from the file or from `take`. */
int import_rows(const char *path, const struct about_stream *of, uint32_t stream,
	const atomic_bool *is_cancelled, import_rows_take *take, void *self,
	struct about_fault *ret_fault);
