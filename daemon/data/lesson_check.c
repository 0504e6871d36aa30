/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several keys of a lesson.yaml must be to each other, each said at the line where it can be
 * mended. */
#include "data/lesson_file.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "data/formula.h"
#include "data/quantity.h"
#include "data/word.h"

enum { NAMES = LESSON_NEEDS + LESSON_TYPED + LESSON_FORMULAS + 2 };

static const int64_t lesson_most_ns = 2 * 60 * 60 * (int64_t)NS_PER_S;

struct sheet {
	const struct written_lesson *lesson;
	const struct tree *tree;
	struct report *report;
	/* Ids in the order of the file, each with the place where it stands. */
	const char *names[NAMES];
	char places[NAMES][40];
	size_t n_names;
};

struct place {
	char path[64];
};

static struct place place_of(const char *list, unsigned i, const char *key)
{
	struct place place;

	snprintf(place.path, sizeof place.path, "%s[%u]%s%s", list, i, *key ? "." : "", key);
	return place;
}

#define MISTAKE(sheet, path, ...) load_mistake((sheet)->tree, (sheet)->report, path, __VA_ARGS__)

/* --- ids --- */

static void add_name(struct sheet *sheet, const char *list, unsigned i, const char *id)
{
	struct place place = place_of(list, i, "id");

	for (size_t k = 0; k < sheet->n_names; k++)
		if (strcmp(sheet->names[k], id) == 0) {
			MISTAKE(sheet, place.path,
				"id: \"%s\" names two things; the first is on line %d", id,
				tree_near(sheet->tree, sheet->places[k])->line);
			return;
		}
	assert(sheet->n_names < NAMES);
	sheet->names[sheet->n_names] = id;
	snprintf(sheet->places[sheet->n_names++], sizeof *sheet->places, "%.39s", place.path);
}

static bool is_known(const struct sheet *sheet, const char *id)
{
	for (size_t i = 0; i < sheet->n_names; i++)
		if (strcmp(sheet->names[i], id) == 0)
			return true;
	return false;
}

/* `also`: what else may stand there, such as "time"; NULL: nothing. */
static bool check_name(const struct sheet *sheet, const char *path, const char *key, const char *id,
	const char *also)
{
	const char *names[NAMES + 1];
	size_t n = sheet->n_names;

	if (is_known(sheet, id) || (also && strcmp(also, id) == 0))
		return true;
	memcpy(names, sheet->names, n * sizeof *names);
	if (also)
		names[n++] = also;
	const char *near = word_nearest(id, names, n);

	if (near && also)
		MISTAKE(sheet, path,
			"%s: \"%s\" is no id of needs, typed or formulas, nor %s; did you mean %s?",
			key, id, also, near);
	else if (near)
		MISTAKE(sheet, path,
			"%s: \"%s\" is no id of needs, typed or formulas; did you mean %s?", key,
			id, near);
	else if (also)
		MISTAKE(sheet, path,
			"%s: \"%s\" is no id of needs, typed or formulas, nor %s; name one of theirs",
			key, id, also);
	else
		MISTAKE(sheet, path,
			"%s: \"%s\" is no id of needs, typed or formulas; name one of theirs", key,
			id);
	return false;
}

/* --- what is needed --- */

static bool is_need(const struct sheet *sheet, const char *id)
{
	for (unsigned i = 0; i < sheet->lesson->n_needs; i++)
		if (strcmp(sheet->lesson->needs[i].id, id) == 0)
			return true;
	return false;
}

static void check_needs(struct sheet *sheet)
{
	const struct written_lesson *lesson = sheet->lesson;
	bool is_any_must = false;

	for (unsigned i = 0; i < lesson->n_needs; i++) {
		const struct written_need *need = &lesson->needs[i];
		const struct quantity *quantity = quantity_find(need->quantity);

		assert(quantity); /* a rule looked it up */
		add_name(sheet, "needs", i, need->id);
		is_any_must |= !need->optional;
		if (need->unit && !quantity_has_unit(quantity, need->unit))
			MISTAKE(sheet, place_of("needs", i, "unit").path,
				"unit: %s is no unit of %s; expected one of: %s", need->unit,
				need->quantity, quantity->units);
	}
	if (!is_any_must)
		MISTAKE(sheet, "needs",
			"needs: all of them are optional; a lesson needs at least one for certain");
}

/* --- how it is recorded --- */

static void check_range(const struct sheet *sheet, const char *path, const double range[2])
{
	if (!(range[0] < range[1]))
		MISTAKE(sheet, path, "range: %.12g is not below %.12g; write [lowest, highest]",
			range[0], range[1]);
}

static void check_typed(struct sheet *sheet)
{
	const struct written_record *record = &sheet->lesson->record;

	for (unsigned i = 0; i < record->n_typed; i++) {
		add_name(sheet, "record.typed", i, record->typed[i].id);
		check_range(
			sheet, place_of("record.typed", i, "range").path, record->typed[i].range);
	}
}

static void check_trigger(const struct sheet *sheet, const struct written_trigger *trigger)
{
	bool is_rising = trigger->edge == LESSON_RISING;
	const double *level = is_rising ? trigger->above : trigger->below;

	if (!is_need(sheet, trigger->channel))
		MISTAKE(sheet, "record.trigger.channel",
			"channel: \"%s\" is no id of needs; a trigger watches what is measured",
			trigger->channel);
	if (is_rising ? trigger->below : trigger->above)
		MISTAKE(sheet, is_rising ? "record.trigger.below" : "record.trigger.above",
			"a %s edge is one %s; leave %s out", lesson_edge_name(trigger->edge),
			is_rising ? "above a value" : "below a value",
			is_rising ? "below" : "above");
	if (!level)
		MISTAKE(sheet, "record.trigger",
			"trigger: a %s edge lacks its value; add %s, such as %s: 0.5",
			lesson_edge_name(trigger->edge), is_rising ? "above" : "below",
			is_rising ? "above" : "below");
}

static void check_record(struct sheet *sheet)
{
	const struct written_record *record = &sheet->lesson->record;
	int64_t ns = 0;

	if (record->mode == LESSON_TIME && !record->rate)
		MISTAKE(sheet, "record",
			"record: mode time lacks its rate; add one such as rate: 10 Hz");
	if (record->mode == LESSON_EDGES && record->rate)
		MISTAKE(sheet, "record.rate",
			"rate: edges come as they happen; leave it out, or write mode: time");
	if (record->duration)
		word_duration(record->duration, &ns); /* was checked */
	if (ns > lesson_most_ns && !record->project)
		MISTAKE(sheet, "record.duration",
			"duration: %s is no lesson but a project; add project: yes",
			record->duration);
	if (record->trigger)
		check_trigger(sheet, record->trigger);
	check_typed(sheet);
}

/* --- what is made of it --- */

static void check_formula(struct sheet *sheet, unsigned i)
{
	const struct lesson_formula *written = &sheet->lesson->formulas[i];
	const char *names[NAMES + 1];
	char buffer[REPORT_TEXT];
	struct text why = text_over(buffer, sizeof buffer);
	struct formula *formula = NULL;

	memcpy(names, sheet->names, sheet->n_names * sizeof *names);
	names[sheet->n_names] = "time";
	if (formula_open(written->is, names, sheet->n_names + 1, &why, &formula))
		MISTAKE(sheet, place_of("formulas", i, "is").path, "is: %s",
			why.length > 0 ? why.at : "memory is short; try again");
	formula_close(formula);
	/* Known from here on, so that no formula waits for itself. */
	add_name(sheet, "formulas", i, written->id);
}

static void check_plot(const struct sheet *sheet, const char *key, const struct written_plot *plot,
	const char *also)
{
	char path[24];

	if (!plot)
		return;
	snprintf(path, sizeof path, "%s.x", key);
	check_name(sheet, path, "x", plot->x, also);
	snprintf(path, sizeof path, "%s.y", key);
	check_name(sheet, path, "y", plot->y, NULL);
}

static const char *check_statistic(const char *word)
{
	size_t n = 0;

	for (; lesson_statistics[n]; n++)
		if (strcmp(lesson_statistics[n], word) == 0)
			return NULL;
	const char *near = word_nearest(word, lesson_statistics, n);

	return near ? near : "mean";
}

/* Has `list`, ids with one space between them, this one? */
static bool lists(const char *list, const char *id)
{
	size_t n = strlen(id);

	for (const char *at = list; *at; at += strspn(at, " ")) {
		size_t length = strcspn(at, " ");

		if (length == n && memcmp(at, id, n) == 0)
			return true;
		at += length;
	}
	return false;
}

/* The "k" of "class_plot.k" is a parameter of what the plot may be fitted by. */
static void check_parameter(const struct sheet *sheet, const char *path, const char *key,
	const char *name, const struct written_plot *plot, const char *id)
{
	char buffer[160];
	struct text all = text_over(buffer, sizeof buffer);

	for (unsigned i = 0; i < plot->n_fits; i++)
		for (const struct lesson_fit *fit = lesson_fits; fit->id; fit++) {
			if (strcmp(fit->id, plot->fits[i]) != 0)
				continue;
			if (lists(fit->parameters, id))
				return;
			text_addf(&all, "%s%s of %s", all.length > 0 ? ", " : "", fit->parameters,
				fit->id);
		}
	if (plot->n_fits == 0)
		MISTAKE(sheet, path,
			"%s: %s has no fits, and so no \"%s\"; add some, such as fits: [linear]",
			key, name, id);
	else
		MISTAKE(sheet, path,
			"%s: \"%s\" is no parameter of what %s is fitted by; there are %s", key, id,
			name, all.at);
}

/* "class_plot.k", "T.mean", behind `key`. */
static void check_what(
	const struct sheet *sheet, const char *path, const char *key, const char *what)
{
	const char *dot = strchr(what, '.'), *near;
	char id[64];

	if (!dot || dot == what || !dot[1] || strchr(dot + 1, '.')) {
		MISTAKE(sheet, path, "%s: \"%s\" is not two words such as class_plot.k or T.mean",
			key, what);
		return;
	}
	snprintf(id, sizeof id, "%.*s", (int)(dot - what), what);
	if (strcmp(id, "class_plot") == 0 || strcmp(id, "plot") == 0) {
		const struct written_plot *plot =
			*id == 'c' ? sheet->lesson->class_plot : sheet->lesson->plot;

		if (!plot)
			MISTAKE(sheet, path, "%s: there is no %s; add one with x, y and fits", key,
				id);
		else
			check_parameter(sheet, path, key, id, plot, dot + 1);
	} else if (check_name(sheet, path, key, id, NULL) && (near = check_statistic(dot + 1))) {
		MISTAKE(sheet, path,
			"%s: \"%s\" is not mean, sd, n, min, max, first or last; did you mean %s.%s?",
			key, dot + 1, id, near);
	}
}

static bool is_typed(const struct sheet *sheet, const char *id)
{
	for (unsigned i = 0; i < sheet->lesson->record.n_typed; i++)
		if (strcmp(sheet->lesson->record.typed[i].id, id) == 0)
			return true;
	return false;
}

/* A length must be one that a run can have. */
static void check_least(const struct sheet *sheet, unsigned i)
{
	const struct written_accept *accept = &sheet->lesson->accept[i];
	const struct written_record *record = &sheet->lesson->record;
	struct place place = place_of("accept", i, "least");
	int64_t least_ns, duration_ns = INT64_MAX;
	unsigned samples;

	if (lesson_word_least(accept->least, &samples, &least_ns) || least_ns == 0)
		return;
	if (is_typed(sheet, accept->channel))
		MISTAKE(sheet, place.path,
			"least: \"%s\" is typed, and so counted; write a number such as 5 samples",
			accept->channel);
	if (record->duration && record->mode == LESSON_TIME && !record->project)
		word_duration(record->duration, &duration_ns); /* was checked */
	if (least_ns >= duration_ns)
		MISTAKE(sheet, place.path,
			"least: a run ends by itself after %s; ask for less, or make duration longer",
			record->duration);
}

static void check_accept(const struct sheet *sheet, unsigned i)
{
	const struct written_accept *accept = &sheet->lesson->accept[i];
	bool has_range = tree_find(sheet->tree, place_of("accept", i, "range").path);

	check_name(sheet, place_of("accept", i, "channel").path, "channel", accept->channel, NULL);
	if (has_range)
		check_range(sheet, place_of("accept", i, "range").path, accept->range);
	if (!has_range && !accept->least)
		MISTAKE(sheet, place_of("accept", i, "").path,
			"accept: this entry takes everything; add range or least");
	if (accept->least)
		check_least(sheet, i);
}

/* --- how it is taught --- */

/* Where an id stands in the file: "formulas[0].id"; NULL: nowhere. */
static const char *place_of_name(const struct sheet *sheet, const char *id, size_t n)
{
	for (size_t i = 0; i < sheet->n_names; i++)
		if (strlen(sheet->names[i]) == n && memcmp(sheet->names[i], id, n) == 0)
			return sheet->places[i];
	return NULL;
}

/* The unit that stands beside such an id; NULL: the lesson takes any. */
static const char *unit_beside(const struct sheet *sheet, const char *place)
{
	const struct written_lesson *lesson = sheet->lesson;
	unsigned i = 0;

	if (sscanf(place, "needs[%u]", &i) == 1)
		return lesson->needs[i].unit;
	if (sscanf(place, "record.typed[%u]", &i) == 1)
		return lesson->record.typed[i].unit;
	return sscanf(place, "formulas[%u]", &i) == 1 ? lesson->formulas[i].unit : NULL;
}

/* A number that is guessed meets one that the class finds, in the same unit. A formula is known of a
 * run by the means of what it is made of. */
static void check_value(const struct sheet *sheet, const struct written_predict *predict)
{
	const char *what = predict->compare, *dot = what ? strchr(what, '.') : NULL;
	const char *place = dot ? place_of_name(sheet, what, (size_t)(dot - what)) : NULL;
	const char *unit = place ? unit_beside(sheet, place) : NULL;

	if (!predict->unit)
		MISTAKE(sheet, "predict",
			"predict: a value lacks its unit; add one such as unit: ms");
	if (!what)
		MISTAKE(sheet, "predict",
			"predict: what is the value compared with? add compare: T.mean, or another as what of expect");
	else if (strncmp(what, "plot.", 5) == 0)
		MISTAKE(sheet, "predict.compare",
			"compare: each group fits plot for itself; compare with class_plot, or a mean such as T.mean");
	else if (place && *place == 'f' && strcmp(dot + 1, "mean") != 0)
		MISTAKE(sheet, "predict.compare",
			"compare: of a formula there is the mean; write %.*s.mean",
			(int)(dot - what), what);
	else
		check_what(sheet, "predict.compare", "compare", what);
	if (unit && predict->unit && strcmp(dot + 1, "n") != 0 && strcmp(dot + 1, "sd") != 0 &&
		strcmp(unit, predict->unit) != 0)
		MISTAKE(sheet, "predict.unit",
			"unit: %s is not %s, the unit of %.*s; write that one", predict->unit, unit,
			(int)(dot - what), what);
}

/* The axes on which a curve is drawn are said, so that they tell nothing of what comes. */
static void check_curve(const struct sheet *sheet, const struct written_predict *predict)
{
	const char *y = predict->y, *place = y ? place_of_name(sheet, y, strlen(y)) : NULL;

	if (!y)
		MISTAKE(sheet, "predict",
			"predict: what is drawn? add y: and an id of needs or formulas");
	else if (check_name(sheet, "predict.y", "y", y, NULL) && *place == 'r')
		MISTAKE(sheet, "predict.y",
			"y: \"%s\" is typed; a curve is of what is measured, or of a formula", y);
	if (!tree_find(sheet->tree, "predict.range"))
		MISTAKE(sheet, "predict",
			"predict: between which values is it drawn? add range: [lowest, highest]");
	else
		check_range(sheet, "predict.range", predict->range);
	if (!predict->time && !sheet->lesson->record.duration)
		MISTAKE(sheet, "predict",
			"predict: how long is the curve? add time: 30 min, or duration under record");
}

static void check_predict(const struct sheet *sheet)
{
	static const struct {
		const char *key;
		enum lesson_predict kind;
	} of[] = {{"choices", LESSON_PREDICT_CHOICE}, {"unit", LESSON_PREDICT_VALUE},
		{"compare", LESSON_PREDICT_VALUE}, {"y", LESSON_PREDICT_CURVE},
		{"range", LESSON_PREDICT_CURVE}, {"time", LESSON_PREDICT_CURVE}};
	const struct written_predict *predict = sheet->lesson->predict;

	if (!predict)
		return;
	if (predict->kind == LESSON_PREDICT_NONE && (predict->ask || predict->n_choices > 0)) {
		MISTAKE(sheet, "predict.kind",
			"kind: with none nobody is asked; choose curve, value or choice, or leave ask and choices out");
		return;
	}
	if (predict->kind != LESSON_PREDICT_NONE && !predict->ask)
		MISTAKE(sheet, "predict", "predict: what is asked? add ask: {zh: ..., en: ...}");
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		char path[24];

		snprintf(path, sizeof path, "predict.%s", of[i].key);
		if (of[i].kind != predict->kind && tree_find(sheet->tree, path))
			MISTAKE(sheet, path, "%s: only for kind: %s; leave it out", of[i].key,
				lesson_predict_name(of[i].kind));
	}
	if (predict->kind == LESSON_PREDICT_CHOICE && predict->n_choices == 0)
		MISTAKE(sheet, "predict", "predict: a choice lacks its choices; add at least two");
	if (predict->kind == LESSON_PREDICT_VALUE)
		check_value(sheet, predict);
	if (predict->kind == LESSON_PREDICT_CURVE)
		check_curve(sheet, predict);
}

static void check_reminders(const struct sheet *sheet)
{
	if (sheet->lesson->n_reminders > 0 && !sheet->lesson->record.project)
		MISTAKE(sheet, "reminders",
			"reminders: only projects have them; add project: yes under record, or leave them out");
}

void lesson_check(const void *written, const struct tree *tree, struct report *report)
{
	struct sheet sheet = {.lesson = written, .tree = tree, .report = report};
	const struct written_lesson *lesson = sheet.lesson;

	if (lesson->stage == 0)
		MISTAKE(&sheet, "stage",
			"stage: the list is empty; write at least one, such as [junior]");
	check_needs(&sheet);
	check_record(&sheet);
	for (unsigned i = 0; i < lesson->n_formulas; i++)
		check_formula(&sheet, i);
	check_plot(&sheet, "plot", lesson->plot, "time");
	check_plot(&sheet, "class_plot", lesson->class_plot, "group");
	for (unsigned i = 0; i < lesson->n_expect; i++) {
		check_range(&sheet, place_of("expect", i, "range").path, lesson->expect[i].range);
		check_what(
			&sheet, place_of("expect", i, "what").path, "what", lesson->expect[i].what);
	}
	for (unsigned i = 0; i < lesson->n_accept; i++)
		check_accept(&sheet, i);
	check_predict(&sheet);
	check_reminders(&sheet);
}
