/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the firmware and the compiler want of the C library on a bare board, and nothing else: so no
 * C library has to be installed. As in C17 7.24. */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
