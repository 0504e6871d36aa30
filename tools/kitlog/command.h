/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands: each gets the board and its own words, prints, and returns the exit status:
 * 0 done, 1 it could not be done (said on stderr), 2 the words were wrong (said on stderr). */
#pragma once

#include <stdbool.h>

#include "base/text.h"
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
int command_session(const struct call *call);
int command_boards(const struct call *call);
int command_mark(const struct call *call);
int command_export(const struct call *call);
int command_fit(const struct call *call);
int command_join(const struct call *call);
int command_sink(const struct call *call);
int command_calibrate(const struct call *call);
int command_clock(const struct call *call);
int command_hotspot(const struct call *call);
int command_teacher(const struct call *call);
int command_store(const struct call *call);
int command_backup(const struct call *call);
int command_restore(const struct call *call);
int command_kit(const struct call *call); /* its own commands: tools/kitlog/kit.h */
int command_kits(const struct call *call);
int command_lessons(const struct call *call);
void command_kit_usage(FILE *out, const char *verb); /* "": of all */
void command_kit_add_words(struct text *text);       /* as usage_add_words */

/* usage.c: how a command may be written; `verb` may be anything, "" means all its forms. And the
 * parts of that. */
void usage_print(FILE *out, const char *command, const char *verb);
void usage_print_form(
	FILE *out, const char *command, const char *verb, const char *words, const char *means);
void usage_print_common(FILE *out); /* options that all commands take */

/* What may stand behind a command, on a line: "list | start [TITLE] | stop [ID]", or its verbs alone
 * where that is longer than USAGE_WORDS, which they may be, too, up to USAGE_ROOM. usage_add_form adds one form
 * to such a list. */
enum { USAGE_WORDS = 72, USAGE_ROOM = 160 };
void usage_add_words(struct text *text, const char *command);
void usage_add_form(struct text *text, const char *verb, const char *words);

/* kitlog run: "strat" does not fit; expected: list, start, stop. And 2. */
int command_misused(const char *command, const char *word, const char *expected);

/* kitlog run: "b" is one word too many; quote a title. And 2. */
int command_too_many(const char *command, const char *word, const char *advice);

/* What getopt_long has just not understood, and 2: `word`, where it stopped, and what it
 * returned. */
int command_no_option(const char *command, const char *word, int result);
