/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kit's folder: its kit.yaml and its recordings. One owner. */
#pragma once

#include <limits.h>
#include <stddef.h>

#include "data/arena.h"
#include "data/model.h"
#include "data/report.h"
#include "sense/replay.h"

struct kit_folder {
	char path[PATH_MAX]; /* as the user typed it, without a slash at the end */
	char name[64];       /* the folder's own */
	char yaml[PATH_MAX]; /* as sentences name it */
	struct arena arena;
	struct report report;
	struct model *model; /* NULL: kit.yaml has mistakes, which are in the report */
	char **recordings;   /* file names, sorted: "normal.txt" */
	size_t n_recordings;
};

/* Reads it. 0, also with mistakes in kit.yaml; -errno when there is no such folder; -ENOMEM. */
int kit_folder_open(const char *path, struct kit_folder **ret_folder);
void kit_folder_close(struct kit_folder *folder);

/* The folder that a recording lies in ("kits/a" of "kits/a/recordings/normal.txt"), when that is how
 * it lies; false otherwise. */
bool kit_folder_of_recording(const char *path, char ret_folder[PATH_MAX]);

/* The name of the folder itself, also of "." and "a/..". Borrowed until the next call. */
char *kit_folder_name(const char *path);

/* "a/b", into PATH_MAX bytes. */
const char *kit_path(char ret_path[PATH_MAX], const char *folder, const char *name);

/* A whole file, malloc'ed, closed by NUL: 0 or -errno, -EFBIG beyond 256 MiB. */
int kit_read_file(const char *path, char **ret_text, size_t *ret_n);
int kit_write_file(const char *path, const char *text, size_t n);

/* How recordings of this kit are played: with every family that is built in. */
struct replay_options kit_replay_options(const struct model *model);
