/* SPDX-License-Identifier: GPL-3.0-or-later */
/* That something about other boards is new, as an event. Inside the API. Main thread. */
#pragma once

#include "api/parts.h"

/* Call it each second. */
void boards_watch(struct parts *parts);
