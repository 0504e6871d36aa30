/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run or a class as a zip, and back; the call's words begin with "package" and "import". */
#pragma once

#include "tools/kitlog/command.h"

int run_package(const struct call *call);
int run_import(const struct call *call);
int session_package(const struct call *call);
