/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hinders `kitlog kit record`: each says why and what to do, and returns the exit status. */
#pragma once

#include "sense/catalogue.h"
#include "sense/finder.h"

/* No finder has a place of that name. */
int record_no_place(const char *word);

/* There is no such kit among those that are read. */
int record_no_kit(const char *kit, const struct catalogue *catalogue);

/* -errno, as its finder refused to open it. */
int record_cannot_open(const char *path, const struct finder *finder,
	const struct finder_context *context, int error);
