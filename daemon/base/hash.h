/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FNV-1a, 64 bits: tells one text from the next, the same on every machine and for ever, for what
 * nobody has an interest to forge. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_START 0xcbf29ce484222325u

static inline uint64_t hash_add(uint64_t hash, const void *bytes, size_t n)
{
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3u;
	return hash;
}
