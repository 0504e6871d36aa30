/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the command line asks of kitlogd. */
#pragma once

#include <stdbool.h>

enum command_deed {
	COMMAND_RUN,
	COMMAND_CHECK, /* say what is wrong with the configuration, and stop */
	COMMAND_PRINT, /* print the configuration in effect, and stop */
};

struct command {
	enum command_deed deed;
	const char *config;      /* file; NULL: none, the defaults hold */
	const char *config_name; /* for sentences about it, also where there is none */
};

/* True with *ret_command; false with *ret_status where all is said and done: after --help and --version,
 * or where the line is wrong, which is told. */
bool command_read(int argc, char **argv, struct command *ret_command, int *ret_status);
