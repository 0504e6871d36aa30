/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tables of kit.yaml (model_file.c) and lesson.yaml (lesson_file.c) have alike: how a key is written down,
 * and names and sentences in both languages. For these two only; constants, which any thread may read. */
#pragma once

#include <cyaml/cyaml.h>

#include "data/device.h"
#include "data/model.h"

/* clang-format off */
enum { MUST = CYAML_FLAG_DEFAULT, MAY = CYAML_FLAG_OPTIONAL };
/* A word with a reader of its own may be longer than any good one: the reader has the better words. */
enum { NAME = NAME_TEXT - 1, WORD = 60, SENTENCE = 400 };

#define COUNT(array) (sizeof (array) / sizeof *(array))
#define TEXT(key, flags, type, member, most) \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), struct type, member, 0, most)
#define TRUTH(key, type, member) CYAML_FIELD_BOOL(key, MAY, struct type, member)
/* clang-format on */

/* The keys of a struct model_text: a name, which has to fit into a struct channel; a sentence. */
extern const cyaml_schema_field_t keys_of_name[], keys_of_sentence[];
extern const cyaml_schema_value_t keys_sentence; /* an entry of a list */
extern const cyaml_schema_value_t keys_number;   /* a double in a list */
