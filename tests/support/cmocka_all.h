/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmocka.h wants four headers before it. A test includes this instead. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
