/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The beginning of a file, whole in memory: descriptions are small and read once. May wait for the
 * card; not for the sense thread. */
#pragma once

#include <stddef.h>

/* Up to `size` bytes of the file; who wants to know whether it holds more asks for one more than it
 * may. -errno. */
int file_read(const char *path, char *ret_bytes, size_t size, size_t *ret_n);
