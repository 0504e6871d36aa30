/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A backup: a folder with a copy of every store of a board, as each was at one instant, and backup.json, which
 * lists them with their hashes. Any program can look at it; kitlogd can be run on it as it is.
 *
 *     kitlog-3B2-20261128-1455/
 *       backup.json
 *       kitlog.db               the board's own runs
 *       imports/7/kitlog.db     what came from elsewhere, by number
 *
 * The PIN, who is signed in, and the configuration are the board's and not in it. One thread. */
#pragma once

#include <jansson.h>
#include <stddef.h>

enum { BACKUP_PATH = 1024 };

/* Is this the name of a store in a backup: "", or "imports/" and a number? Where it stands in `folder`. */
int backup_place(const char *folder, const char *store, char ret_path[BACKUP_PATH]);

/* Copies all stores of `data` into `folder`, which is new, and lists them: *ret_list is backup.json. `board`:
 * whose they are. 0 or -errno; then `folder` is gone. */
int backup_make(const char *data, const char *folder, const char *board, json_t **ret_list);

/* Reads backup.json and looks whether each file is the one that was written. 0; -EBADMSG: a backup that is
 * damaged, or none; -errno. ret_what: which file. */
int backup_check(const char *folder, json_t **ret_list, char ret_what[BACKUP_PATH]);

/* Brings a checked backup into a data folder that no kitlogd has; what is there goes to ret_aside, a folder
 * beside it in `data` ("": nothing was there). All files are the folder's owner's. 0 or -errno, then what
 * was there is there. */
int backup_restore(
	const char *folder, const json_t *list, const char *data, char ret_aside[BACKUP_PATH]);
