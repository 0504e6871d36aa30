/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this boot of this machine is asked for as (boot_name.h): "KERNEL/MACHINE", by what the kernel says and by
 * data/machine.h. Reads files of the kernel: main thread, at the start. 0 or -EIO: the kernel tells no boot. */
#pragma once

#include <stddef.h>

enum { BOOT_ASKED = 64 };

int boot_ask(char ret_asked[BOOT_ASKED]);
