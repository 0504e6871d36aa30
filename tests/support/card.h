/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A card whose power is cut: an ext4 file system on a disk of which every write and every flush is
 * written down in its order, and from that the disk as it may be when the power goes at any moment.
 *
 * The disk is QEMU's: its storage daemon writes the log (blklogwrites) and shows the disk as a file
 * (FUSE), which this kernel mounts by a loop device. So it is the kernel's own ext4 that decides
 * what is written when, and what a flush means; no device-mapper is needed. Root is, and /dev/fuse.
 *
 * What is said to be safe is a write in the same log, behind the file system: there is no doubt
 * about what came before it. One card at a time, one thread. Everything else fails the test. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/draw.h"

struct card;

/* Why there can be no card here, for the test's "skipped: "; NULL: there can, and from now on what
 * this process mounts is seen by itself only. Once, at first. */
const char *card_missing(void);

/* Makes and mounts one. */
void card_insert(struct card **ret_card);
/* Where it is mounted; the same for images of it. */
const char *card_directory(const struct card *card);
/* From here on this is promised, whatever happens; numbers rise. */
void card_promise(struct card *card, int64_t what);
/* Takes it out; then what was written can be looked at. */
void card_remove(struct card *card);
void card_free(struct card *card); /* NULL is fine, and whatever it was at */

/* Entries of the log; how many flushes are among them, before an entry. */
size_t card_moments(const struct card *card);
size_t card_flushes(const struct card *card, size_t moment);
/* The moment just behind flush n. */
size_t card_flush(const struct card *card, size_t n);

/* Mounts the disk as it may be when the power goes at that moment: what was written before the last
 * flush is there; of each write since, all, nothing, or any of its 512 bytes (random NULL: all).
 * Its last flush may not be before that of the moment asked for last. Returns the last promise
 * before that moment, 0: none. */
int64_t card_mount_cut(struct card *card, size_t moment, struct draw *random);
void card_unmount_cut(struct card *card);
/* So many could be mounted only after e2fsck had mended them. */
unsigned card_mended(const struct card *card);
/* The file system is sound: e2fsck finds nothing to mend in what was mounted last. */
bool card_is_sound(const struct card *card);
