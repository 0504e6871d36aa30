/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/patience.h"

#include <stdlib.h>

#include "base/clock.h"

int64_t patience_ns(int seconds)
{
	const char *text = getenv("KITLOG_PATIENCE");
	int64_t times = text ? strtol(text, NULL, 10) : 1;

	return seconds * (times > 1 ? times : 1) * (int64_t)NS_PER_S;
}
