/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the store calls a boot, and whose rows it has: "KERNEL/MACHINE/BOARD".
 *
 *   KERNEL   the kernel's random text of this boot
 *   MACHINE  a hash of what tells this machine from others of its make (data/machine.h)
 *   BOARD    which board the store is of: drawn once, and again when the machine is another one
 *
 * Boards get the same name easily: cards are copied from one that was set up, and a Raspberry Pi is called
 * "raspberrypi" until somebody calls it otherwise. At a server their points would take each other's place. So
 * each line that is shipped says BOARD as well (ship/series.h), of the boot in which its row was recorded: what
 * is sent again is called as it was, although the card may be in another board by now. The copies of a card
 * part at their first boot, for each then finds another machine than the store's.
 *
 * Boots of before have no BOARD (0), and neither has one whose KERNEL is asked for without a MACHINE. Pure, but
 * for the drawing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { BOOT_NAME = 64 };

/* Is that the name of the boot which is asked for as "KERNEL/MACHINE"? Never of "". */
bool boot_name_is_of(const char *name, const char *asked);

/* The name of a new boot behind one of that name ("": none). -EIO: the kernel gives no random number;
 * -ENAMETOOLONG. */
int boot_name_make(const char *asked, const char *before, char ret_name[BOOT_NAME]);

uint32_t boot_name_board(const char *name);
