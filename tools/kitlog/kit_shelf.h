/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where kits are looked for: kitlog's own folder, those that the configuration names, and the folder
 * that a file lies in. One owner. */
#pragma once

#include "sense/catalogue.h"
#include "tools/kitlog/command.h"

struct kit_shelf;

/* All kits of this board, and those in `folder` (NULL: no other). 0 or -errno, said. */
int kit_shelf_open(const struct call *call, const char *folder, struct kit_shelf **ret_shelf);
void kit_shelf_close(struct kit_shelf *shelf);

/* Folders of all kits, also of those with mistakes, sorted within each place. As above; they live as
 * long as the shelf. */
int kit_shelf_folders(
	const struct call *call, struct kit_shelf **ret_shelf, char ***ret_folders, size_t *ret_n);

const struct catalogue *kit_shelf_catalogue(const struct kit_shelf *shelf);

/* The kit that a recording is of: of the folder it lies in, else by its line `kit:`. NULL: it is of
 * a kit that describes itself, or that this board does not
 * know. -errno after saying what is wrong; *ret_shelf, which the model is
 * borrowed from, is to be closed in each case. */
int kit_shelf_of_recording(const struct call *call, const char *path, struct kit_shelf **ret_shelf,
	const struct model **ret_model);
