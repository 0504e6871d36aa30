/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The beginning of a file, whole in memory: descriptions are small and read once; and small files written so
 * that they are whole. May wait for the card; not for the sense thread. */
#pragma once

#include <stddef.h>

#include "data/arena.h"

/* Up to `size` bytes of the file; who wants to know whether it holds more asks for one more than it
 * may. -errno. */
int file_read(const char *path, char *ret_bytes, size_t size, size_t *ret_n);

/* The same of what must be a file: -EISDIR for a folder, and for a pipe that nobody writes to. */
int file_read_plain(const char *path, char *ret_bytes, size_t size, size_t *ret_n);

/* Whole or not at all, for its owner only (0600), and on the card when it returns: a power cut leaves the file
 * of before, or this one. -errno. */
int file_write_secret(const char *path, const void *bytes, size_t n);

/* The same by root, for the owner of the folder `of`. It is theirs before it has its name, and what they put in its
 * place is never followed. */
int file_write_secret_of(const char *path, const char *of, const void *bytes, size_t n);

/* A folder's own name, whatever leads to it: of "/etc/kitlog/kits/foo/" it is "foo", and of "." and of a
 * link what is behind them. Of the arena; NULL when memory is short. */
char *file_folder_name(const char *folder, struct arena *arena);
