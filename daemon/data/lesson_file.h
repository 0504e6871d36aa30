/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lesson.yaml as it is written: texts are texts, what is absent is NULL. Private to the files
 * lesson*.c; lesson.h has what becomes of it. */
#pragma once

#include "data/lesson.h"
#include "data/load.h"

struct written_predict {
	enum lesson_predict kind;
	struct model_text *ask;
	struct model_text *choices;
	unsigned n_choices;
	char *unit, *compare, *y, *time;
	double range[2];
};

struct written_need {
	char *id, *quantity, *unit, *channel;
	struct model_text *name, *place;
	char **kits;
	unsigned n_kits;
	unsigned *groups_share;
	bool optional;
};

struct written_typed {
	char *id;
	struct model_text name;
	char *unit;
	double range[2];
};

struct written_trigger {
	char *channel;
	enum lesson_edge edge;
	double *above, *below;
	char *before;
};

struct written_record {
	enum lesson_mode mode;
	char *rate, *duration;
	bool project;
	struct written_typed *typed;
	unsigned n_typed;
	struct written_trigger *trigger;
};

struct written_plot {
	char *x, *y;
	char **fits;
	unsigned n_fits;
};

struct written_expect {
	char *what;
	double range[2];
	char *unit;
	struct model_text because;
};

/* libcyaml fills a list of two only where it is: absent it stays at [0, 0], which no range is. */
struct written_accept {
	char *channel, *least;
	double range[2];
	struct model_text otherwise;
};

struct written_phase {
	struct model_text name;
	char *time;
};

struct written_reminder {
	char *every;
	enum lesson_who who;
	struct model_text text;
};

struct written_lesson {
	char *id;
	struct model_text title;
	unsigned stage;
	char *subject, *catalogue;
	struct model_text *theme;
	struct model_text question;
	struct written_predict *predict;
	struct written_need *needs;
	unsigned n_needs;
	struct written_record record;
	struct lesson_formula *formulas;
	unsigned n_formulas;
	struct written_plot *plot, *class_plot;
	struct written_expect *expect;
	unsigned n_expect;
	struct written_accept *accept;
	unsigned n_accept;
	struct written_phase *phases;
	unsigned n_phases;
	struct written_reminder *reminders;
	unsigned n_reminders;
	struct model_text *safety, *extension;
	unsigned n_safety, n_extension;
	struct lesson_slip *slips;
	unsigned n_slips;
	char *sample;
};

/* Reads a struct written_lesson. */
extern const struct format lesson_format;

/* What several keys must be to each other (lesson_check.c). */
void lesson_check(const void *written, const struct tree *tree, struct report *report);

/* "20 samples", or how long they are to last, "20 min"; the other one is 0. NULL, or what was expected
 * (data/word.h). */
const char *lesson_word_least(const char *word, unsigned *ret_samples, int64_t *ret_ns);
