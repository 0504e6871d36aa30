/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lesson: what a folder in lessons/, or in a school's own, says of one experiment, ready for use.
 *
 * lesson.yaml is written by people and read at start, and when a teacher asks; what becomes of it is one
 * struct lesson, which never changes afterwards. What a program uses is in lesson.yaml, what a person
 * reads in a stretch is Markdown beside it (data/lesson_text.h); lessons/README.md describes both for
 * teachers. A lesson asks for quantities, not for instruments: kits are an order of preference, so that
 * every school has substitutes.
 *
 * Instants and durations are nanoseconds; numbers are in the unit beside them. Pure but for
 * lesson_open. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "data/model.h"
#include "data/report.h"

enum {
	LESSON_ID = 24, /* bytes of an id within a lesson ("T2"), with its NUL */
	LESSON_NEEDS = 8,
	LESSON_TYPED = 8,
	LESSON_FORMULAS = 8,
	LESSON_GROUPS = 12, /* most of a class; a device for all of them is shared by so many */
};

/* Stages of school, as bits. */
enum lesson_stage {
	LESSON_KINDERGARTEN = 1,
	LESSON_PRIMARY = 2,
	LESSON_JUNIOR = 4,
	LESSON_SENIOR = 8
};

enum lesson_mode { LESSON_TIME, LESSON_EVENT, LESSON_EDGES };
enum lesson_predict {
	LESSON_PREDICT_NONE,
	LESSON_PREDICT_CURVE,
	LESSON_PREDICT_VALUE,
	LESSON_PREDICT_CHOICE
};
enum lesson_edge { LESSON_RISING, LESSON_FALLING };
enum lesson_who { LESSON_GROUP, LESSON_TEACHER };

/* What is measured. Any channel of the quantity will do. */
struct lesson_need {
	char *id;
	struct model_text name; /* "水温"; the quantity's where the lesson gives none */
	char *quantity;
	char *unit;    /* UCUM that formulas count on; NULL: any of the quantity */
	char *channel; /* of a kit that has several of the quantity; NULL: its first */
	char **kits;   /* ids, the best first; other kits will do, too */
	size_t n_kits;
	unsigned groups_share; /* so many groups have one device together */
	bool is_optional;
	struct model_text place; /* where it is put; zh NULL: not said */
	int line;                /* in lesson.yaml, for sentences */
};

/* A number that students read off and type. */
struct lesson_typed {
	char *id;
	struct model_text name;
	char *unit;
	double low, high;
};

struct lesson_formula {
	char *id;
	struct model_text name;
	char *unit;
	char *is; /* data/formula.h, of needs, typed, time and the formulas before it */
};

struct lesson_trigger {
	char *channel; /* id of a need; NULL: there is no trigger */
	enum lesson_edge edge;
	double level;
	int64_t before_ns; /* what is kept of before it */
};

/* Columns against each other, and what may be fitted: names of models, as POST /fits takes them. */
struct lesson_plot {
	char *x, *y; /* NULL: there is no such plot */
	char **fits;
	size_t n_fits;
};

/* Hidden until the teacher reveals it. */
struct lesson_expect {
	char *what; /* "class_plot.k", "T.mean" */
	double low, high;
	char *unit;
	struct model_text because;
};

/* When a run is good enough, and what to do when it is not. */
struct lesson_accept {
	char *channel;
	unsigned least_samples; /* 0: not asked */
	int64_t least_ns;       /* that they cover; 0: not asked */
	bool has_range;
	double low, high;
	struct model_text otherwise;
};

struct lesson_phase {
	struct model_text name;
	int64_t ns;
};

struct lesson_reminder {
	struct model_text text;
	int64_t every_ns;
	enum lesson_who who; /* does it: children leave to the teacher what is hers */
};

struct lesson_slip {
	struct model_text see, then;
};

struct lesson {
	char *id; /* the folder's name */
	char *folder;
	struct model_text title, question, theme; /* theme.zh NULL: none */
	unsigned stages;                          /* of enum lesson_stage */
	char *subject;
	char *catalogue; /* entry of the ministry's list, in Chinese; NULL: none */
	struct {
		enum lesson_predict kind;
		struct model_text ask; /* zh NULL: kind is none */
		struct model_text *choices;
		size_t n_choices;
		char *unit,
			*compare; /* of a value: its unit, and what it meets, as struct lesson_expect's what */
		char *y; /* of a curve: a need or formula, drawn between low and high */
		double low, high;
		int64_t ns; /* how long it is */
	} predict;
	struct lesson_need *needs;
	size_t n_needs;
	enum lesson_mode mode;
	int64_t period_ns;   /* 0: not said */
	int64_t duration_ns; /* 0: until it is stopped */
	bool is_project;     /* weeks, on a shelf of its own */
	struct lesson_trigger trigger;
	struct lesson_typed *typed;
	size_t n_typed;
	struct lesson_formula *formulas;
	size_t n_formulas;
	struct lesson_plot plot, class_plot;
	struct lesson_expect *expect;
	size_t n_expect;
	struct lesson_accept *accept;
	size_t n_accept;
	struct lesson_phase *phases;
	size_t n_phases;
	struct lesson_reminder *reminders; /* of projects */
	size_t n_reminders;
	struct model_text *safety, *extension;
	size_t n_safety, n_extension;
	struct lesson_slip *slips;
	size_t n_slips;
	char *sample;      /* "sample/six-groups", within the folder; NULL: none */
	bool has_mistakes; /* in its texts, or its sample is not there */

	struct model_text student, teacher; /* Markdown; "" where the file cannot be read */

	uint64_t digest;        /* of all that was read of its folder */
	atomic_uint *n_holders; /* lesson_hold */
};

/* A lesson may be read again while a class is taught, and the one before is freed. Main looks into the
 * shelf from turn to turn and need do nothing; whoever keeps a lesson for longer, or looks into it on
 * another thread, holds it meanwhile. Returns it. Any thread; NULL is fine, here and below. */
const struct lesson *lesson_hold(const struct lesson *lesson);
void lesson_let_go(const struct lesson *lesson);
bool lesson_is_held(const struct lesson *lesson);

/* Reads a lesson.yaml from memory. `folder_name` must be the lesson's id (NULL: not checked). Everything
 * lives in the arena. 0; -EINVAL with mistakes in the report; -ENOMEM. */
int lesson_read(const char *yaml, size_t n, const char *folder_name, struct arena *arena,
	struct report *report, struct lesson **ret_lesson);

/* The whole folder: lesson.yaml, the texts, whether the sample is there. Every mistake is a sentence with
 * file and line in `problems`, one a line. 0, also where only texts have mistakes: a class can be taught
 * all the same. Else there is no lesson: -EINVAL, what reading lesson.yaml ended with, -ENOMEM. */
int lesson_open(
	const char *folder, struct arena *arena, FILE *problems, struct lesson **ret_lesson);

/* Bytes that the arena of one lesson may take. */
enum { LESSON_BYTES = 1 << 20 };

/* May a channel serve a need, and how well: 0 is best, 2 n_kits + 1 worst; first the kit's place among those
 * that the lesson names, then whether it is the channel that it names. Which one does serve it:
 * data/serving.h. */
bool lesson_need_fits(const struct lesson_need *need, const char *quantity, const char *unit);
unsigned lesson_need_rank(const struct lesson_need *need, const char *kit, const char *channel);

/* What a person calls an id of needs, typed or formulas; NULL: it is none of them. */
const struct model_text *lesson_name(const struct lesson *lesson, const char *id);

/* The unit beside an id of needs, typed or formulas; NULL: none is said. */
const char *lesson_unit(const struct lesson *lesson, const char *id);

/* The words of lesson.yaml for what is an enum here: "junior", "edges", "choice", "rising",
 * "teacher". `stage` is one bit. */
const char *lesson_stage_name(enum lesson_stage stage);
const char *lesson_mode_name(enum lesson_mode mode);
const char *lesson_predict_name(enum lesson_predict kind);
const char *lesson_edge_name(enum lesson_edge edge);
const char *lesson_who_name(enum lesson_who who);

/* What may stand behind an id in an expectation: mean sd n min max first last. Ends with NULL. */
extern const char *const lesson_statistics[];

/* What may be fitted, and the ids of its parameters with one space between them; fit/models.h, a floor
 * above, has what they mean, and a test holds the two together. Ends with id NULL. */
struct lesson_fit {
	const char *id, *parameters;
};
extern const struct lesson_fit lesson_fits[];
