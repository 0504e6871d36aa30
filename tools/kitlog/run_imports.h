/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs that were imported; the call's words begin with "list --imported" and "delete". */
#pragma once

#include "tools/kitlog/command.h"

int run_imports(const struct call *call);
int run_delete(const struct call *call);
