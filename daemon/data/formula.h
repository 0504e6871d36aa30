/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calculated columns as lessons and people write them: "T^2", "jar - room", "4*pi^2*L/T2".
 *
 * Numbers, ids, pi, + - * / ^ ( ) and sqrt ln log10 exp sin cos tan abs (angles in radians). muParser
 * computes; what it knows beyond that is refused before it sees it, so that a formula means the same
 * here and on the pages (web/js/formula.js); tests/data/formulas.txt holds both to one table. ^ binds
 * to the right and more tightly than a sign: -2^2 is -4. What has no value (ln of 0 and below, 0/0) is
 * not a finite number. One owner; no thread of its own; no file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct formula;

enum { FORMULA_TEXT = 201, FORMULA_NAMES = 48 }; /* bytes of one, with its NUL; ids it may name */

/* A formula of these names, for formula_value. -EINVAL with `why` saying the word and the next step, such
 * that "is: WHY" is a sentence; -ENOMEM. */
int formula_open(const char *text, const char *const *names, size_t n_names, struct text *why,
	struct formula **ret_formula);
void formula_close(struct formula *formula); /* NULL is fine */

/* Its value where the names have these, in their order. */
double formula_value(struct formula *formula, const double *values);

/* Does this formula, which opened, speak of that id? */
bool formula_names(const char *text, const char *id);

/* Is this the name of a function, or pi? No id may have it. */
bool formula_knows(const char *word);
