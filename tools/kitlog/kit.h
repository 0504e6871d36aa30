/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog kit ...`: what a maker of kits needs. Each command gets the words behind `kit`, its own
 * name first, and returns an exit status as in command.h. */
#pragma once

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tools/kitlog/command.h"

int kit_list(const struct call *call);
int kit_new(const struct call *call);
int kit_record(const struct call *call);
int kit_replay(const struct call *call);
int kit_check(const struct call *call);
int kit_probe(const struct call *call);
int kit_bench(const struct call *call);

void kit_new_families(FILE *out); /* those that kit new knows, a line each */

/* Reads options with getopt_long until one comes that is none; `take` gets each with its argument
 * and returns 0 or an exit status. ret_words: what is left. 0, or 2 after saying what is wrong. */
typedef int kit_option(void *self, int option, const char *argument);
int kit_options(const struct call *call, const struct option *options, kit_option *take, void *self,
	char ***ret_words, int *ret_n);

/* "10 s", "500ms", "90" (seconds). False: it is none. */
bool kit_seconds(const char *word, double *ret_seconds);
