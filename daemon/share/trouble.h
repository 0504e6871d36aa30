/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with a kit, as a sentence for whoever stands before it: the likely cause, and what
 * to do next with the hands. Families and drivers say a word (kit_error in sense/kit.h); each word
 * has its sentence here, a test holds the sources against the table. Pure. */
#pragma once

#include <stdbool.h>

#include "data/feed.h"

enum { TROUBLE_TEXT = 256 };

/* Both empty: nothing is wrong. */
struct trouble_words {
	char zh[TROUBLE_TEXT], en[TROUBLE_TEXT];
};

/* `family`: of the device (struct device), since a probe on two wires is looked after in another
 * way than a stick. A word that nobody knows gets a sentence that names it; empty: nothing. */
void trouble_of_word(const char *family, const char *word, struct trouble_words *ret_words);

/* Where no word was said: there are no readings, or nobody understands what comes. */
void trouble_of_state(enum device_state state, struct trouble_words *ret_words);

/* Has the word a sentence of its own? */
bool trouble_knows(const char *word);
