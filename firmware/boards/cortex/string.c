/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte by byte: the longest thing that is copied here is a frame. Compiled so that the compiler does
 * not take these loops for the functions that they are (firmware.cmake). */
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	while (size-- > 0)
		*out++ = *in++;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	if ((uintptr_t)to <= (uintptr_t)from)
		return memcpy(to, from, size);
	while (size-- > 0)
		out[size] = in[size];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	uint8_t *out = to;

	while (size-- > 0)
		*out++ = (uint8_t)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *left = a, *right = b;

	for (size_t i = 0; i < size; i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

size_t strlen(const char *text)
{
	size_t size = 0;

	while (text[size] != '\0')
		size++;
	return size;
}
