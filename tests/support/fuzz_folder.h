/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder for fuzz targets whose parser reads files; it goes with the process. One thread. What goes wrong here
 * aborts. */
#pragma once

#include <stddef.h>

/* Its path; made at the first call. */
const char *fuzz_folder(void);

/* Puts a file there, in place of one that was. */
void fuzz_folder_save(const char *name, const void *bytes, size_t n);
