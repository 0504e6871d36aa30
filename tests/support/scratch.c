/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/scratch.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/cmocka_all.h"

void scratch_folder(const char *name, char *ret_path, size_t size)
{
	const char *place = getenv("TMPDIR");
	int n = snprintf(ret_path, size, "%s/kitlog-%s-XXXXXX", place ? place : "/tmp", name);

	assert_in_range(n, 1, size - 1);
	assert_non_null(mkdtemp(ret_path));
}
