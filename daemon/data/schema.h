/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks a tree beside the schema that libcyaml will fill structs by, and says in words what does
 * not fit: unknown and missing keys, words of the wrong kind, numbers out of range, wrong choices.
 *
 * libcyaml would notice some of it, in its own words, without the right line, and only the first;
 * it also takes 010 for 8, "flase" for true and "300 mV" for 300. What passes here, it takes as
 * meant. Knows no format: a key is added by one line in the format's table. Pure. */
#pragma once

#include <cyaml/cyaml.h>

#include "base/text.h"
#include "data/tree.h"

/* What libcyaml's schema cannot say of a value. A list of them ends with path NULL. */
struct rule {
	/* "serial.ports[].speed"; "*.name" fits every place that ends so. */
	const char *path;
	/* For texts and numbers. NULL if good, else what was expected, with an example, such that
	 * "WORD" is not EXPECTED is a sentence. */
	const char *(*check)(const char *word);
	/* For numbers, when low < high. */
	double low, high;
	/* What people put here may be a password, though it should not be: never quoted. */
	bool is_private;
};

/* The report has the mistakes. The tree must not be empty. */
void schema_check(const struct tree *tree, const cyaml_schema_value_t *schema,
	const struct rule *rules, struct report *report);
