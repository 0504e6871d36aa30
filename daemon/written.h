/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people wrote for this board: the configuration, kits and lessons in their folders, the certificate of the
 * pages, secrets of sinks. Opens the folders, and says what is wrong with any of it. Main thread, before others run. */
#pragma once

#include <stdbool.h>

#include "class/shelf.h"
#include "data/config.h"
#include "sense/catalogue.h"

struct written {
	const struct config *config; /* borrowed, as its file's name */
	const char *name;
	struct catalogue *catalogue;
	struct shelf *shelf;
};

/* 0 or -ENOMEM. A folder that is not there is told in the log, and its kits or lessons are missing. */
int written_open(struct written *written);
void written_close(struct written *written); /* takes what was not opened */

/* Everything about kits, lessons and secrets that could not be used, a warning a line. */
void written_log(const struct written *written);

/* Lines for who asks at a terminal, in their language, to stderr; the log is English. */
void written_print(const char *lines);

/* --check-config: opens what is there and prints what is wrong, in the terminal's language, to stderr; or, where
 * nothing is and the configuration itself `is_whole`, says so on stdout. Returns whether all is well. */
bool written_check(struct written *written, bool is_whole);
