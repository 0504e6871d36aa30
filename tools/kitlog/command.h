/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands: each gets the board and its own words, prints, and returns the exit status:
 * 0 done, 1 it could not be done (said on stderr), 2 the words were wrong (said on stderr). */
#pragma once

#include <stdbool.h>

#include "tools/kitlog/board.h"

struct call {
	struct board *board;
	bool is_json;
	int argc; /* words after the command */
	char **argv;
};

int command_status(const struct call *call);
int command_devices(const struct call *call);
int command_tail(const struct call *call);
int command_run(const struct call *call);
int command_mark(const struct call *call);
int command_export(const struct call *call);
int command_sink(const struct call *call);
int command_calibrate(const struct call *call);
int command_store(const struct call *call);
int command_kit(const struct call *call); /* its own commands: tools/kitlog/kit.h */
int command_kits(const struct call *call);
void command_kit_usage(FILE *out, const char *verb); /* "": of all */

/* usage.c: how a command may be written; `verb` may be anything, "" means all its forms. And the
 * parts of that. */
void usage_print(FILE *out, const char *command, const char *verb);
void usage_print_form(
	FILE *out, const char *command, const char *verb, const char *words, const char *means);
void usage_print_common(FILE *out); /* options that all commands take */

/* kitlog run: "strat" does not fit; expected: list, start, stop. And 2. */
int command_misused(const char *command, const char *word, const char *expected);

/* kitlog run: "b" is one word too many; quote a title. And 2. */
int command_too_many(const char *command, const char *word, const char *advice);

/* What getopt_long has just not understood, and 2: `word`, where it stopped, and what it
 * returned. */
int command_no_option(const char *command, const char *word, int result);
