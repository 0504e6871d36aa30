/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One way in for every description that people write, once it is a tree: check it in words, let
 * libcyaml fill the struct, check what concerns several keys at once. Pure. */
#pragma once

#include <cyaml/cyaml.h>

#include "data/arena.h"
#include "data/report.h"
#include "data/schema.h"
#include "data/tree.h"

struct format {
	const cyaml_schema_value_t *schema; /* its top is a mapping behind a pointer */
	const struct rule *rules;           /* of single values */
	/* What several keys must be to each other; reports with load_mistake. May be NULL. */
	void (*check)(const void *data, const struct tree *tree, struct report *report);
	bool may_be_empty; /* a file of comments only: *ret_data is NULL then */
};

/* Fills a struct of the format from a file's tree. Everything in it lives in the arena, which the
 * caller frees in each case. Absent keys are zero or NULL. Returns 0; -EINVAL with mistakes in the
 * report; -ENOMEM. */
int load(const struct format *format, const struct tree *tree, struct arena *arena,
	struct report *report, void **ret_data);

/* A mistake at "sinks[1].url", or at the nearest place above that exists. */
void load_mistake(const struct tree *tree, struct report *report, const char *path,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
