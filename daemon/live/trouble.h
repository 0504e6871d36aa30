/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with a kit, as a sentence for whoever stands before it: the likely cause, and what
 * to do next with the hands. Families and drivers say a word (kit_error in sense/kit.h), whose
 * sentence is theirs (sense/vocabulary.h); what no word was said of has its sentence here. Pure. */
#pragma once

#include "data/feed.h"
#include "data/model.h"

enum { TROUBLE_TEXT = 256 };

/* Both empty: nothing is wrong. */
struct trouble_words {
	char zh[TROUBLE_TEXT], en[TROUBLE_TEXT];
};

/* `model`: of the device, since a probe on two wires is looked after in another way than a stick;
 * NULL: not known. A word that nobody knows gets a sentence that names it; empty: nothing. */
void trouble_of_word(const struct model *model, const char *word, struct trouble_words *ret_words);

/* Where no word was said: there are no readings, or nobody understands what comes. */
void trouble_of_state(enum device_state state, struct trouble_words *ret_words);
