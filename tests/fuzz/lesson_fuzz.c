/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a lesson.yaml, and as a text of a lesson: a school's own folder is outside input. They
 * are refused in sentences that a terminal can bear, or they become a lesson that keeps what lesson.h
 * promises. libcyaml must never refuse what our own check let pass: that would be a mistake without a
 * sentence. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/formula.h"
#include "data/lesson_text.h"
#include "data/model_word.h"
#include "data/quantity.h"
#include "support/chinese_known.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 4;

static void must(bool is_so, const char *what, const char *shown)
{
	if (is_so)
		return;
	fprintf(stderr, "lesson_fuzz: %s: %s\n", what, shown ? shown : "");
	abort();
}

static void check_errors(const struct report *report)
{
	char *said = report_text(report);

	must(said && *said, "no sentence", "");
	must(!report->is_dispute, "our check let it pass", said);
	must(utf8_is_valid(said, strlen(said)), "a sentence that is no UTF-8", said);
	for (const char *at = said; *at; at++)
		must((unsigned char)*at >= ' ' || *at == '\n', "a control character", said);
	must(is_known_in_chinese(said), "a sentence without Chinese", said);
	free(said);
}

static void check_text(const struct model_text *text)
{
	must(text->zh && text->en && *text->zh && *text->en, "a text in one language", text->zh);
}

/* --- ids: each once, and what names one names one that there is --- */

struct ids {
	const char *names[FORMULA_NAMES];
	size_t n;
};

static bool has_id(const struct ids *ids, const char *id)
{
	for (size_t i = 0; i < ids->n; i++)
		if (strcmp(ids->names[i], id) == 0)
			return true;
	return false;
}

static void add_id(struct ids *ids, const char *id)
{
	must(strlen(id) < LESSON_ID && !formula_knows(id), "an id", id);
	must(!has_id(ids, id), "an id twice", id);
	ids->names[ids->n++] = id;
}

static void check_formula(struct ids *ids, const struct lesson_formula *formula)
{
	static const double ones[FORMULA_NAMES] = {1, 1, 1, 1};
	char buffer[400];
	struct text why = text_over(buffer, sizeof buffer);
	struct ids known = *ids;
	struct formula *opened;

	known.names[known.n++] = "time";
	must(formula_open(formula->is, known.names, known.n, &why, &opened) == 0, "a formula",
		formula->is);
	formula_value(opened, ones);
	formula_close(opened);
	add_id(ids, formula->id);
}

static void check_plot(const struct ids *ids, const struct lesson_plot *plot)
{
	must(!plot->x == !plot->y, "half a plot", plot->x);
	if (plot->y)
		must(has_id(ids, plot->y), "a plot of nothing", plot->y);
}

static void check_ids(const struct lesson *lesson)
{
	struct ids ids = {.n = 0};

	for (size_t i = 0; i < lesson->n_needs; i++)
		add_id(&ids, lesson->needs[i].id);
	for (size_t i = 0; i < lesson->n_typed; i++)
		add_id(&ids, lesson->typed[i].id);
	for (size_t i = 0; i < lesson->n_formulas; i++)
		check_formula(&ids, &lesson->formulas[i]);
	check_plot(&ids, &lesson->plot);
	check_plot(&ids, &lesson->class_plot);
	for (size_t i = 0; i < lesson->n_accept; i++)
		must(has_id(&ids, lesson->accept[i].channel), "an acceptance of nothing",
			lesson->accept[i].channel);
	if (lesson->trigger.channel)
		must(has_id(&ids, lesson->trigger.channel), "a trigger of nothing", lesson->id);
}

/* --- the rest --- */

static void check_needs(const struct lesson *lesson)
{
	bool is_any_must = false;

	must(lesson->n_needs > 0 && lesson->n_needs <= LESSON_NEEDS, "needs", lesson->id);
	for (size_t i = 0; i < lesson->n_needs; i++) {
		const struct lesson_need *need = &lesson->needs[i];
		const struct quantity *quantity = quantity_find(need->quantity);

		is_any_must |= !need->is_optional;
		must(quantity != NULL, "a quantity", need->quantity);
		must(!need->unit || quantity_has_unit(quantity, need->unit), "a unit", need->unit);
		must(need->groups_share >= 1 && need->groups_share <= LESSON_GROUPS, "share",
			need->id);
		must(need->line > 0, "a line", need->id);
		check_text(&need->name);
	}
	must(is_any_must, "nothing is needed", lesson->id);
}

static void check_lesson(const struct lesson *lesson)
{
	must(!word_kit_id(lesson->id), "id", lesson->id);
	check_text(&lesson->title);
	check_text(&lesson->question);
	must(lesson->stages > 0, "no stage", lesson->id);
	must(lesson->n_safety > 0, "no safety", lesson->id);
	must(lesson->mode != LESSON_TIME || lesson->period_ns > 0, "no rate", lesson->id);
	must(lesson->mode != LESSON_EDGES || lesson->period_ns == 0, "rate", lesson->id);
	must(lesson->duration_ns >= 0, "duration", lesson->id);
	must(lesson->is_project || lesson->duration_ns <= 7200 * (int64_t)1000000000,
		"a long lesson", lesson->id);
	must(lesson->is_project || lesson->n_reminders == 0, "reminders", lesson->id);
	must((lesson->predict.kind == LESSON_PREDICT_CHOICE) == (lesson->predict.n_choices > 0),
		"choices", lesson->id);
	must(lesson->predict.kind != LESSON_PREDICT_VALUE ||
			(lesson->predict.unit && lesson->predict.compare),
		"a value that meets nothing", lesson->id);
	must(lesson->predict.kind != LESSON_PREDICT_CURVE ||
			(lesson->predict.y && lesson->predict.ns > 0 &&
				lesson->predict.low < lesson->predict.high),
		"a curve without axes", lesson->id);
	for (size_t i = 0; i < lesson->n_typed; i++)
		must(lesson->typed[i].low < lesson->typed[i].high, "range", lesson->typed[i].id);
	for (size_t i = 0; i < lesson->n_expect; i++)
		must(lesson->expect[i].low < lesson->expect[i].high, "range",
			lesson->expect[i].what);
	for (size_t i = 0; i < lesson->n_accept; i++)
		must(lesson->accept[i].has_range || lesson->accept[i].least_samples > 0 ||
				lesson->accept[i].least_ns > 0,
			"accept", lesson->accept[i].channel);
	must(!lesson->sample || !strstr(lesson->sample, ".."), "sample", lesson->sample);
	check_needs(lesson);
	check_ids(lesson);
}

static void as_text(const char *bytes, size_t n, const struct lesson *lesson)
{
	struct lesson_sections student, teacher;
	struct report report = {.file = "fuzz"};
	char *text = malloc(n + 1);

	must(text != NULL, "memory", "");
	memcpy(text, bytes, n);
	text[n] = '\0';
	lesson_text_check(text, false, &report, &student);
	lesson_text_check(text, true, &report, &teacher);
	lesson_text_compare(&student, &teacher, &report);
	if (lesson)
		lesson_text_keeps_secret(text, lesson, &report);
	if (report.count > 0)
		check_errors(&report);
	must(student.n <= LESSON_SECTIONS && teacher.n <= LESSON_SECTIONS, "sections", "");
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct report report = {.file = "fuzz"};
	struct arena arena = arena_of(LESSON_BYTES);
	struct lesson *lesson = NULL;
	int failed = lesson_read((const char *)bytes, n, NULL, &arena, &report, &lesson);

	if (failed) {
		must(failed == -EINVAL, "refused for another reason", "");
		check_errors(&report);
	} else {
		must(report.count == 0, "a mistake in a good lesson", "");
		check_lesson(lesson);
	}
	as_text((const char *)bytes, n, lesson);
	arena_free(&arena);
	return 0;
}
