/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/run_about.h"

#include <stdlib.h>

#include "export/import.h"

int run_about(
	struct reader *reader, const struct run_about_options *options, struct about *ret_about)
{
	char *bytes;
	size_t n;
	int r;

	if (!options->import)
		return about_collect(reader, &options->own, ret_about);
	r = import_about(options->directory, options->import, ret_about, &bytes, &n);
	if (r == 0)
		free(bytes);
	return r;
}
