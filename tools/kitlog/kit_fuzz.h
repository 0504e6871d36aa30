/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kit under damaged recordings, in a process of its own: one that crashes or hangs is told, with
 * the recording that did it kept in a file. */
#pragma once

#include <limits.h>
#include <stdint.h>

#include "tools/kitlog/kit_folder.h"

enum { KIT_FUZZ_TEXT = 300 };

struct kit_fuzzed {
	uint64_t inputs; /* damaged recordings played */
	uint64_t events, values, flagged;
	int64_t longest_ns;          /* processor time of the slowest event */
	char problem[KIT_FUZZ_TEXT]; /* a sentence; empty: none */
	char kept[PATH_MAX];         /* the recording that did it; empty: none */
};

/* Runs for so many seconds. 0, also with a problem; -errno when it could not be tried. */
int kit_fuzz(const struct kit_folder *folder, double seconds, uint64_t seed,
	struct kit_fuzzed *ret_fuzzed);
