/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kit's word of trouble (kit_error in sense/kit.h) means: a sentence for whoever stands before
 * it. A kit.yaml has its own under `troubles`, a family or driver in its table; of words that mean the
 * same wherever they are said the sentence stands here. So a new kit brings its own words with it. A
 * test holds the sources against all of them. */
#pragma once

#include "data/model.h"

/* Borrowed; NULL: nobody has one. `model` NULL: it is not known which kit says it, and the sentence
 * is of whichever family has the word. Main thread. */
const struct model_trouble *vocabulary_find(const struct model *model, const char *word);
