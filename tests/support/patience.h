/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a test waits before it says that something hangs. Any thread. */
#pragma once

#include <stdint.h>

/* So many seconds, in ns, times the environment's KITLOG_PATIENCE, as daemon.py has it: on a machine
 * that others use, or that plays another processor, what is awaited is only late. */
int64_t patience_ns(int seconds);
