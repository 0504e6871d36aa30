/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a run was good enough, in words, as `accept` of its run.json has it (export/about.h). Pure. */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "export/about.h"

enum accept_language { ACCEPT_ZH, ACCEPT_EN };

/* What is judged: "摆长", or its id; what is asked: "at least 100 samples; 0 to 40 °C"; what there was: "50 samples,
 * 5 s; 12.5 °C"; what came of it: "good enough", or what is to be done. */
void accept_add_name(const json_t *one, enum accept_language language, struct text *words);
void accept_add_asked(const json_t *one, enum accept_language language, struct text *words);
void accept_add_found(const json_t *one, enum accept_language language, struct text *words);
void accept_add_verdict(const json_t *one, enum accept_language language, struct text *words);

/* All of it as lines of plain text in both languages; nothing, where nothing is said. */
void accept_words_add(const struct about *about, struct text *text);
