/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why there is no file of a whole run: what about_collect and run_about answered, in words. Main thread. */
#pragma once

#include "http/ask.h"

/* 404: there are no data (-ENOENT); 400 by your words: more than 64 streams (-E2BIG); else 503. False: `result` is 0, and
 * nothing is refused. */
bool run_refuse(struct request *request, int result, const char *zh, const char *en);
