/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a lesson says of kits, against those that this board knows: only who has both can tell. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/text.h"
#include "data/report.h"
#include "data/word.h"
#include "sense/catalogue.h"

enum { KITS_COMPARED = 512 };

static const char *nearest_kit(const struct catalogue *catalogue, const char *id)
{
	const char *names[KITS_COMPARED];
	size_t n = catalogue_count(catalogue);

	if (n > KITS_COMPARED)
		n = KITS_COMPARED;
	for (size_t i = 0; i < n; i++)
		names[i] = catalogue_at(catalogue, i)->id;
	return word_nearest(id, names, n);
}

static void tell_unknown(const struct catalogue *catalogue, const struct lesson_need *need,
	const char *id, struct report *report)
{
	const char *near = nearest_kit(catalogue, id);

	if (near)
		report_add(report, need->line, 1,
			"kits: there is no kit called \"%s\"; did you mean %s?", id, near);
	else
		report_add(report, need->line, 1,
			"kits: there is no kit called \"%s\"; see kitlog kits, or describe it first",
			id);
}

static void tell_other(
	const struct model *model, const struct lesson_need *need, struct report *report)
{
	if (need->unit)
		report_add(report, need->line, 1,
			"kits: %s does not measure %s in %s; name another kit, or mend quantity or unit",
			model->id, need->quantity, need->unit);
	else
		report_add(report, need->line, 1,
			"kits: %s does not measure %s; name another kit, or mend quantity",
			model->id, need->quantity);
}

/* Some name their channels themselves, once they are plugged in. */
static bool may_measure(const struct model *model, const struct lesson_need *need)
{
	for (size_t i = 0; i < model->n_channels; i++)
		if (lesson_need_fits(need, model->channels[i].quantity, model->channels[i].unit))
			return true;
	return model->n_channels == 0;
}

static void check_need(
	const struct catalogue *catalogue, const struct lesson_need *need, struct report *report)
{
	for (size_t i = 0; i < need->n_kits; i++) {
		const struct model *model = catalogue_find(catalogue, need->kits[i]);

		if (!model)
			tell_unknown(catalogue, need, need->kits[i], report);
		else if (!may_measure(model, need))
			tell_other(model, need, report);
	}
}

int catalogue_check_lesson(
	const struct catalogue *catalogue, const struct lesson *lesson, FILE *problems)
{
	char path[PATH_MAX];
	struct text file = text_over(path, sizeof path);
	struct report report = {.file = path};

	text_addf(&file, "%s/lesson.yaml", lesson->folder);
	for (size_t i = 0; i < lesson->n_needs; i++)
		check_need(catalogue, &lesson->needs[i], &report);
	char *sentences = report_text(&report);
	bool is_told = sentences && fputs(sentences, problems) >= 0;

	free(sentences);
	return is_told ? 0 : -ENOMEM;
}
