/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the groups of a class typed; the call's words begin with "readings". */
#pragma once

#include "tools/kitlog/command.h"

int session_readings(const struct call *call);
