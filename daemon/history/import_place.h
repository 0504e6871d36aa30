/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the store of an import is: beside the board's own, so that a job can read either. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* DIR/imports/<import>; -ENAMETOOLONG. */
int import_path(const char *directory, uint32_t import, char *ret_path, size_t size);
