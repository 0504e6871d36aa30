/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power cuts for SQLite: a VFS below it writes down what is written to a store's files and when
 * they are synced; from that, the files are made as a card may hold them when the power goes at any
 * moment.
 *
 * What was synced is there. Of what was written since, each 512 bytes are there or not, in no
 * order, as a card's cache and the kernel's may have had it; so may a truncation be, or the removal
 * of a file. One recording at a time, one thread. */
#pragma once

#include <stddef.h>

#include "support/draw.h"

/* Puts the VFS below every connection that is opened from now on. Once, before the first. */
void power_init(void);

/* Begins to record what happens to DIR/kitlog.db and its log; the folder is empty. NULL: ends,
 * forgets. */
void power_record(const char *directory);

/* Writes and syncs recorded so far: a moment to cut the power at is any number up to this. */
size_t power_now(void);

/* Makes the files in another folder as they may be when the power goes at that moment. */
void power_cut(size_t moment, struct draw *random, const char *directory);
