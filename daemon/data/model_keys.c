/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/model_keys.h"

/* clang-format off */
const cyaml_schema_field_t keys_of_name[] = {
	TEXT("zh", MUST, model_text, zh, NAME),
	TEXT("en", MUST, model_text, en, NAME),
	CYAML_FIELD_END
};
const cyaml_schema_field_t keys_of_sentence[] = {
	TEXT("zh", MUST, model_text, zh, SENTENCE),
	TEXT("en", MUST, model_text, en, SENTENCE),
	CYAML_FIELD_END
};
/* clang-format on */
const cyaml_schema_value_t keys_sentence = {
	CYAML_VALUE_MAPPING(MUST, struct model_text, keys_of_sentence)};
const cyaml_schema_value_t keys_number = {CYAML_VALUE_FLOAT(MUST, double)};
