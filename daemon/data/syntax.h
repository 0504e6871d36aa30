/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to say to a person when a file is no YAML. libyaml says "could not find expected ':'" and
 * points a line too low; behind that stand a handful of slips that people make, many of them with a
 * Chinese input method. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "data/report.h"

/* Adds one sentence about the failure that the parser stands at. `quote_line`: where a quoted text
 * that ran over several lines right before it began, or 0. */
void syntax_explain(const yaml_parser_t *parser, const char *bytes, size_t n, int quote_line,
	struct report *report);

/* The same slips inside a word that is YAML, but not what was expected: adds a sentence and returns
 * true, if there is one. `line` and `column`: where the word begins. */
bool syntax_explain_word(const char *word, int line, int column, struct report *report);

/* Is the key that a map lacks inside one of its words, behind a full-width comma? As above. */
bool syntax_explain_missing(
	const char *key, const char *word, int line, int column, struct report *report);
