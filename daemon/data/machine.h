/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which machine this is, by what no copy of its card takes along, so that a copied card is noticed. In this order:
 *
 *   the board's serial number      /sys/firmware/devicetree/base/serial-number: a Raspberry Pi and its kind
 *   the lowest address of a wired  /sys/class/net/NAME: neither on USB nor virtual, and its own (addr_assign_type 0,
 *   interface that is built in     the kernel's NET_ADDR_PERM)
 *   the installation's number      /etc/machine-id, machine-id(5): copied with the card; better than nothing
 *
 * The serial number that PCs keep (DMI) is root's to read, and a board would be another when root starts it. An
 * address of Wi-Fi is often one that was drawn. Reads small files of the kernel, at the start. */
#pragma once

enum { MACHINE_WORD = 17 };

/* 16 hex digits, the same for ever on one machine. `root`: where "/" is, "" but in tests. "" if nothing tells. */
void machine_ask(const char *root, char ret_word[MACHINE_WORD]);
