/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* A lesson.yaml becomes a lesson: what the good ones mean, and for each kind of mistake one sentence
 * that names the place, the word and the next step. tests/data/lesson-mistakes/MESSAGES.txt is what a
 * teacher reads: a change there is a change of the product. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fit/models.h"
#include "support/cmocka_all.h"
#include "support/lesson_desk.h"

/* NULL, with all sentences in `said`, when it has mistakes. */
static struct lesson *read_yaml(const char *yaml, char **ret_said)
{
	struct report report = {.file = "F"};
	struct lesson *lesson = NULL;

	lesson_desk_clear(NULL);
	lesson_desk = arena_of(LESSON_BYTES);
	int failed = lesson_read(yaml, strlen(yaml), NULL, &lesson_desk, &report, &lesson);

	assert_false(report.is_dispute);
	assert_int_equal(failed, report.count ? -EINVAL : 0);
	assert_int_equal(!lesson, failed != 0);
	*ret_said = report_text(&report);
	return lesson;
}

static struct lesson *open_example(const char *name)
{
	char folder[300], *said;

	snprintf(folder, sizeof folder, "%s/tests/data/lessons/%s", KITLOG_SOURCE, name);
	struct lesson *lesson = lesson_desk_open(folder, &said);

	assert_string_equal(said, "");
	free(said);
	assert_string_equal(lesson->folder, folder);
	assert_string_equal(lesson->id, name);
	return lesson;
}

/* --- what is meant --- */

static void a_lesson_of_edges_is_understood(void **unused)
{
	const struct lesson *lesson = open_example("swing");

	(void)unused;
	assert_string_equal(lesson->title.zh, "秋千有多长");
	assert_string_equal(lesson->theme.en, "The playground");
	assert_string_equal(lesson->subject, "physics");
	assert_int_equal(lesson->stages, LESSON_JUNIOR | LESSON_SENIOR);
	assert_int_equal(lesson->mode, LESSON_EDGES);
	assert_true(lesson->period_ns == 0 && lesson->duration_ns == 60 * (int64_t)NS_PER_S);
	assert_false(lesson->is_project);
	assert_int_equal(lesson->predict.kind, LESSON_PREDICT_CHOICE);
	assert_int_equal(lesson->predict.n_choices, 3);
	assert_string_equal(lesson->predict.choices[1].en, "Twice");
	assert_int_equal(lesson->n_needs, 2);
	assert_string_equal(lesson->needs[0].name.zh, "周期"); /* of its quantity */
	assert_string_equal(lesson->needs[0].kits[1], "text-board");
	assert_string_equal(lesson->needs[0].place.en, "the lowest point");
	assert_int_equal(lesson->needs[0].groups_share, 1);
	assert_int_equal(lesson->needs[1].groups_share, LESSON_GROUPS);
	assert_true(lesson->needs[1].is_optional && !lesson->needs[1].unit);
	assert_null(lesson->needs[1].place.zh);
	assert_string_equal(lesson->trigger.channel, "T");
	assert_true(lesson->trigger.level == 0.5 && lesson->trigger.before_ns == 100 * NS_PER_MS);
	assert_true(lesson->typed[0].low == 0.1 && lesson->typed[0].high == 2);
	assert_string_equal(lesson->formulas[1].is, "39.478 * L / T2");
	assert_string_equal(lesson->class_plot.fits[0], "proportional");
	assert_int_equal(lesson->class_plot.n_fits, 2);
	assert_true(lesson->expect[0].low == 3.95 && lesson->expect[0].high == 4.11);
	assert_int_equal(lesson->accept[0].least_samples, 20);
	assert_int_equal(lesson->accept[0].least_ns, 0);
	assert_true(lesson->accept[0].has_range && lesson->accept[0].high == 3);
	assert_int_equal(lesson->phases[1].ns, 20 * 60 * (int64_t)NS_PER_S);
	assert_string_equal(lesson->slips[0].then.en, "Let only the bob block the beam");
	assert_string_equal(lesson->sample, "sample/two-groups");
	assert_non_null(strstr(lesson->student.zh, "悬点到球心"));
	assert_non_null(strstr(lesson->teacher.en, "4.03"));
}

static void a_project_is_understood(void **unused)
{
	const struct lesson *lesson = open_example("jar");

	(void)unused;
	assert_true(lesson->is_project);
	assert_int_equal(lesson->mode, LESSON_TIME);
	assert_int_equal(lesson->period_ns, 300 * (int64_t)NS_PER_S);
	assert_int_equal(lesson->predict.kind, LESSON_PREDICT_NONE);
	assert_int_equal(lesson->reminders[0].every_ns, 7 * 24 * 3600 * (int64_t)NS_PER_S);
	assert_int_equal(lesson->reminders[0].who, LESSON_GROUP);
	assert_int_equal(lesson->reminders[1].who, LESSON_TEACHER);
	assert_string_equal(lesson->needs[0].name.en, "In the jar");
	assert_null(lesson->class_plot.x);
	assert_null(lesson->trigger.channel);
	assert_null(lesson->sample);
}

static const struct lesson *open_ours(const char *name)
{
	char folder[300], *said;

	snprintf(folder, sizeof folder, "%s/lessons/%s", KITLOG_SOURCE, name);
	const struct lesson *lesson = lesson_desk_open(folder, &said);

	assert_string_equal(said, "");
	free(said);
	return lesson;
}

static void a_guess_says_what_it_meets(void **unused)
{
	const struct lesson *lesson = open_ours("stairs-pressure");

	(void)unused;
	assert_int_equal(lesson->predict.kind, LESSON_PREDICT_VALUE);
	assert_string_equal(lesson->predict.unit, "Pa");
	assert_string_equal(lesson->predict.compare, "floor.mean");
	assert_null(lesson->predict.y);
	lesson = open_ours("knit-insulation");
	assert_int_equal(lesson->accept[1].least_ns, 20 * 60 * (int64_t)NS_PER_S);
	assert_int_equal(lesson->accept[1].least_samples, 0);
	assert_int_equal(lesson->predict.kind, LESSON_PREDICT_CURVE);
	assert_string_equal(lesson->predict.y, "water");
	assert_true(lesson->predict.low == 0 && lesson->predict.high == 80);
	assert_int_equal(lesson->predict.ns, lesson->duration_ns); /* it is not said */
	lesson = open_ours("fermentation");
	assert_int_equal(lesson->predict.ns, 14 * 24 * 3600 * (int64_t)NS_PER_S);
	assert_string_equal(lesson_unit(lesson, lesson->predict.y), "K"); /* of a formula */
	assert_string_equal(lesson_unit(lesson, "strip"), "[pH]");
	assert_null(lesson_unit(lesson, "bubbles"));
}

static void words_have_names(void **unused)
{
	(void)unused;
	assert_string_equal(lesson_stage_name(LESSON_KINDERGARTEN), "kindergarten");
	assert_string_equal(lesson_mode_name(LESSON_EVENT), "event");
	assert_string_equal(lesson_predict_name(LESSON_PREDICT_CURVE), "curve");
	assert_string_equal(lesson_edge_name(LESSON_FALLING), "falling");
}

/* --- what is wrong --- */

static int is_yaml(const struct dirent *entry)
{
	return strstr(entry->d_name, ".yaml") != NULL;
}

static void each_kind_of_mistake_has_its_sentence(void **unused)
{
	char folder[300], *said = NULL;
	static char all[64 * 1024];
	struct dirent **entries;

	(void)unused;
	snprintf(folder, sizeof folder, "%s/tests/data/lesson-mistakes", KITLOG_SOURCE);
	int n = scandir(folder, &entries, is_yaml, alphasort);

	assert_true(n > 80);
	for (int i = 0; i < n; i++) {
		if (read_yaml(lesson_desk_text(folder, entries[i]->d_name), &said))
			fail_msg("%s has no mistake", entries[i]->d_name);
		for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n")) {
			strcat(all, entries[i]->d_name);
			strcat(all, line + 1);
			strcat(all, "\n");
		}
		free(said);
		free(entries[i]);
	}
	free(entries);
	assert_string_equal(all, lesson_desk_text(folder, "MESSAGES.txt"));
}

/* daemon/fit is a floor above, so that the table of its models is written down twice. */
static void fits_are_those_of_the_board(void **unused)
{
	(void)unused;
	for (unsigned m = 0; m < FIT_MODELS; m++) {
		char buffer[80];
		struct text parameters = text_over(buffer, sizeof buffer);

		for (unsigned i = 0; i < fit_model_parameters(m); i++)
			text_addf(&parameters, "%s%s", i > 0 ? " " : "", fit_parameter_id(m, i));
		assert_string_equal(lesson_fits[m].id, fit_model_id(m));
		assert_string_equal(lesson_fits[m].parameters, parameters.at);
	}
	assert_null(lesson_fits[FIT_MODELS].id);
}

/* What a person copies from the documents works, and they list what there is. */
static void the_documents_say_what_is_so(void **unused)
{
	static const char *const documents[] = {"README.md", "README.zh-CN.md"};
	char folder[300], word[40], *said;

	(void)unused;
	snprintf(folder, sizeof folder, "%s/lessons", KITLOG_SOURCE);
	for (size_t i = 0; i < 2; i++) {
		char *text = lesson_desk_text(folder, documents[i]);

		for (const struct lesson_fit *fit = lesson_fits; fit->id; fit++) {
			snprintf(word, sizeof word, "`%s` %s", fit->id, fit->parameters);
			assert_non_null(strstr(text, word));
		}
		for (const char *const *statistic = lesson_statistics; *statistic; statistic++) {
			snprintf(word, sizeof word, "`.%s`", *statistic);
			assert_non_null(strstr(text, word));
		}
		char *yaml = strstr(text, "```yaml\n") + strlen("```yaml\n");

		*strstr(yaml, "```") = '\0';
		const struct lesson *lesson = read_yaml(yaml, &said);

		if (!lesson)
			fail_msg("%s", said);
		free(said);
		assert_int_equal(lesson->n_needs, 2);
		assert_string_equal(lesson->needs[1].channel, "temp");
		assert_int_equal(lesson->n_expect, 2);
		assert_string_equal(lesson->slips[0].see.en, "Half the period");
	}
}

static void the_folder_is_the_name(void **unused)
{
	struct report report = {.file = "F"};
	struct lesson *lesson = NULL;
	char folder[300];

	(void)unused;
	snprintf(folder, sizeof folder, "%s/tests/data/lessons", KITLOG_SOURCE);
	const char *yaml = lesson_desk_text(folder, "jar/lesson.yaml");

	lesson_desk = arena_of(LESSON_BYTES);
	assert_int_equal(
		lesson_read(yaml, strlen(yaml), "pot", &lesson_desk, &report, &lesson), -EINVAL);
	assert_null(lesson);
	assert_string_equal(
		report.mistakes[0].text, "lesson: \"jar\" is not the name of its folder, pot");
}

static void memory_that_ends_is_no_mistake_of_the_lesson(void **unused)
{
	char folder[300];

	(void)unused;
	snprintf(folder, sizeof folder, "%s/tests/data/lessons", KITLOG_SOURCE);
	const char *yaml = lesson_desk_text(folder, "swing/lesson.yaml");

	for (size_t limit = 0; limit < 64 * 1024; limit += 97) {
		struct report report = {.file = "F"};
		struct lesson *lesson = NULL;

		lesson_desk_clear(NULL);
		lesson_desk = arena_of(limit);
		int failed = lesson_read(yaml, strlen(yaml), NULL, &lesson_desk, &report, &lesson);

		assert_int_equal(report.count, 0);
		assert_true(failed == -ENOMEM || (failed == 0 && lesson));
		if (failed == 0)
			return;
	}
	fail_msg("a lesson of this size takes more than 64 KiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_lesson_of_edges_is_understood, lesson_desk_clear),
		cmocka_unit_test_teardown(a_project_is_understood, lesson_desk_clear),
		cmocka_unit_test_teardown(a_guess_says_what_it_meets, lesson_desk_clear),
		cmocka_unit_test(words_have_names),
		cmocka_unit_test_teardown(each_kind_of_mistake_has_its_sentence, lesson_desk_clear),
		cmocka_unit_test(fits_are_those_of_the_board),
		cmocka_unit_test_teardown(the_documents_say_what_is_so, lesson_desk_clear),
		cmocka_unit_test_teardown(the_folder_is_the_name, lesson_desk_clear),
		cmocka_unit_test_teardown(
			memory_that_ends_is_no_mistake_of_the_lesson, lesson_desk_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
