/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run or a class as a zip, and back; the words of a call of runs begin with "package" and "import". */
#pragma once

#include <jansson.h>

#include "tools/kitlog/command.h"

int run_package(const struct call *call);
int run_import(const struct call *call);
/* `file` NULL: named by the session's number, in the folder where one is. */
int session_package(const struct call *call, json_int_t session, const char *file);
/* The same of one that is over and goes on at another board (tools/kitlog/session_move.h). */
int session_package_moving(const struct call *call, json_int_t session, const char *file);
