/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files and folders of ours, whole. Work thread: the card may be slow. All return 0 or -errno. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <nettle/sha2.h>

enum { FILE_MOST = 64 << 20 };

/* The bytes are the caller's to free. -EFBIG: more than FILE_MOST. */
int file_load(const char *path, char **ret_bytes, size_t *ret_n);
/* A new file, on the card when it returns. */
int file_save(const char *path, const char *bytes, size_t n);
/* Goes on with a hash. */
int file_hash(const char *path, struct sha256_ctx *hash);

/* What was made or renamed in it is on the card. */
int folder_sync(const char *path);
/* Would n bytes more leave what the store keeps for readings (STORE_SPARE_BYTES)? 0; -ENOSPC: no. Where the card
 * does not tell, it will. */
int card_has_room(const char *path, uint64_t n);
/* What it takes of the card, with all that is in it; 0 where it cannot be read. */
uint64_t folder_bytes(const char *path);
/* With all that is in it; one that is not there is removed. */
int folder_remove(const char *path);
