/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/import_place.h"

#include <errno.h>
#include <stdio.h>

int import_path(const char *directory, uint32_t import, char *ret_path, size_t size)
{
	int n = snprintf(ret_path, size, "%s/imports/%u", directory, import);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}
