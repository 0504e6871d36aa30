/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where on this machine lies what kitlog comes with, and what a school adds: the same for kitlogd and for
 * `kitlog`. What is installed stands beside the program, or in its build tree. Any thread. */
#pragma once

#include <limits.h>
#include <stddef.h>

#include "data/config.h"

enum { PLACES = CONFIG_FOLDERS + 1 };

/* Folders of kits, or of lessons, as a library reads them (data/library.h). Not to be copied: at[0] points
 * to `own`, the others into the configuration, which lives longer. */
struct places {
	char own[PATH_MAX]; /* kitlog's */
	const char *at[PLACES];
	size_t n;
};

/* kitlog's own, then the school's: those of the configuration, else the usual one in /etc/kitlog if it is
 * there. 0; -ENOENT (or another -errno) where kitlog's own are not beside the program: the first is where
 * they might be, the others stand. */
int places_of_kits(const struct config *config, struct places *ret_places);
int places_of_lessons(const struct config *config, struct places *ret_places);

/* The built pages. 0, -ENOENT or another -errno; then *ret_path is where they might be. */
int places_of_pages(char ret_path[PATH_MAX]);
