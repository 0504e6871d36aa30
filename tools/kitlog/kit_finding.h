/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `kitlog kit check` found out about one kit. Sentences are counted where they are said. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/kitlog/kit_folder.h"
#include "tools/kitlog/kit_fuzz.h"

struct finding {
	struct kit_folder *folder; /* borrowed */
	bool is_json;              /* nothing is printed at once */
	json_t *problems, *hints;  /* lists of texts, the maker's to give back */
	size_t n_replayed;
	uint64_t values;
	uint32_t said; /* of kit.yaml's `troubles`, a bit each: by a recording */
	struct kit_fuzzed fuzzed;
};

/* "FILE: what". A kit with a problem is not good; a hint is only said. */
void finding_problem(struct finding *finding, const char *file, const char *what);
void finding_hint(struct finding *finding, const char *file, const char *what);
void finding_problems(struct finding *finding, const char *sentences); /* a line each */

bool finding_is_good(const struct finding *finding);
void finding_print(const struct finding *finding);
json_t *finding_json(const struct finding *finding); /* the caller's to give back */
