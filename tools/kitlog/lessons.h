/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog lessons ...`: its commands; each returns an exit status as in command.h. */
#pragma once

#include "tools/kitlog/command.h"

/* The words behind `lessons`, `check` first. */
int lessons_check(const struct call *call);
