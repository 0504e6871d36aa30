/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a recording's text comes from: memory, a file, a file compressed by zstd. For recording.c
 * alone. One owner. */
#pragma once

#include <stddef.h>

struct recording_source;

/* 0; -errno of the file; -ENOMEM. A path that ends in .zst is decompressed. Memory is borrowed. */
int recording_source_file(const char *path, struct recording_source **ret_source);
int recording_source_text(const char *text, size_t n, struct recording_source **ret_source);
void recording_source_close(struct recording_source *source);

/* Up to n bytes; 0 at the end. -errno; -EBADMSG: this is no whole zstd file. */
long recording_source_read(struct recording_source *source, char *ret_bytes, size_t n);
