/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the groups of a class typed. */
#pragma once

#include <jansson.h>

#include "tools/kitlog/command.h"

int session_readings(const struct call *call, json_int_t session);
