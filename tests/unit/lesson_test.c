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
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "data/file.h"
#include "data/lesson.h"
#include "fit/models.h"
#include "support/cmocka_all.h"

static struct arena arena;

static int give_back(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* NULL, with all sentences in `said`, when it has mistakes. */
static struct lesson *read_yaml(const char *yaml, char **ret_said)
{
	struct report report = {.file = "F"};
	struct lesson *lesson = NULL;

	give_back(NULL);
	arena = arena_of(LESSON_BYTES);
	int failed = lesson_read(yaml, strlen(yaml), NULL, &arena, &report, &lesson);

	assert_false(report.is_dispute);
	assert_int_equal(failed, report.count ? -EINVAL : 0);
	assert_int_equal(!lesson, failed != 0);
	*ret_said = report_text(&report);
	return lesson;
}

static struct lesson *open_folder(const char *folder, char **ret_said)
{
	struct lesson *lesson = NULL;
	size_t size;
	FILE *problems = open_memstream(ret_said, &size);

	give_back(NULL);
	arena = arena_of(LESSON_BYTES);
	int failed = lesson_open(folder, &arena, problems, &lesson);

	fclose(problems);
	assert_int_equal(failed == 0, lesson != NULL);
	return lesson;
}

static struct lesson *open_example(const char *name)
{
	char folder[300], *said;

	snprintf(folder, sizeof folder, "%s/tests/data/lessons/%s", KITLOG_SOURCE, name);
	struct lesson *lesson = open_folder(folder, &said);

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
	const struct lesson *lesson = open_folder(folder, &said);

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

static char *read_text(const char *folder, const char *name)
{
	static char bytes[64 * 1024];
	char path[400];
	size_t n;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(file_read(path, bytes, sizeof bytes - 1, &n), 0);
	bytes[n] = '\0';
	return bytes;
}

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
		if (read_yaml(read_text(folder, entries[i]->d_name), &said))
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
	assert_string_equal(all, read_text(folder, "MESSAGES.txt"));
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
		char *text = read_text(folder, documents[i]);

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
	const char *yaml = read_text(folder, "jar/lesson.yaml");

	arena = arena_of(LESSON_BYTES);
	assert_int_equal(lesson_read(yaml, strlen(yaml), "pot", &arena, &report, &lesson), -EINVAL);
	assert_null(lesson);
	assert_string_equal(
		report.mistakes[0].text, "lesson: \"jar\" is not the name of its folder, pot");
}

static void memory_that_ends_is_no_mistake_of_the_lesson(void **unused)
{
	char folder[300];

	(void)unused;
	snprintf(folder, sizeof folder, "%s/tests/data/lessons", KITLOG_SOURCE);
	const char *yaml = read_text(folder, "swing/lesson.yaml");

	for (size_t limit = 0; limit < 64 * 1024; limit += 97) {
		struct report report = {.file = "F"};
		struct lesson *lesson = NULL;

		give_back(NULL);
		arena = arena_of(limit);
		int failed = lesson_read(yaml, strlen(yaml), NULL, &arena, &report, &lesson);

		assert_int_equal(report.count, 0);
		assert_true(failed == -ENOMEM || (failed == 0 && lesson));
		if (failed == 0)
			return;
	}
	fail_msg("a lesson of this size takes more than 64 KiB");
}

/* --- a folder of its own, to be spoilt --- */

static char scratch[] = "/tmp/kitlog-lesson-XXXXXX";
static char swing[sizeof scratch + 8];

static void copy_file(const char *name)
{
	char from[300];

	snprintf(from, sizeof from, "%s/tests/data/lessons/swing", KITLOG_SOURCE);
	const char *text = read_text(from, name);
	char to[400];

	snprintf(to, sizeof to, "%s/%s", swing, name);
	FILE *file = fopen(to, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static const char *const files[] = {"lesson.yaml", "student.zh.md", "student.en.md",
	"teacher.zh.md", "teacher.en.md", "sample/two-groups/run.json"};

enum { FILES = sizeof files / sizeof *files };

static int make_scratch(void **state)
{
	char path[100];

	(void)state;
	strcpy(scratch + sizeof scratch - 7, "XXXXXX");
	assert_non_null(mkdtemp(scratch));
	snprintf(swing, sizeof swing, "%s/swing", scratch);
	assert_int_equal(mkdir(swing, 0700), 0);
	snprintf(path, sizeof path, "%s/sample", swing);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/sample/two-groups", swing);
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < FILES; i++)
		copy_file(files[i]);
	return 0;
}

static int remove_scratch(void **state)
{
	static const char *const folders[] = {
		"/swing/sample/two-groups", "/swing/sample", "/swing", ""};
	char path[100];

	for (size_t i = 0; i < FILES; i++) {
		snprintf(path, sizeof path, "%s/%s", swing, files[i]);
		unlink(path);
	}
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "%s%s", scratch, folders[i]);
		rmdir(path);
	}
	return give_back(state);
}

static void write_file(const char *name, const char *text)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%s", swing, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Opened with this in place of the file, there is a lesson, and one sentence of that file. */
static void assert_said(const char *name, const char *text, const char *sentence)
{
	char expected[600], *said;

	write_file(name, text);
	assert_non_null(open_folder(swing, &said));
	snprintf(expected, sizeof expected, "%s/%s%s\n", swing, name, sentence);
	assert_string_equal(said, expected);
	free(said);
	copy_file(name);
}

#define REST "\n## 猜 {#predict}\n## 量 {#measure}\n## 想 {#think}\n"

static void headings_say_when_they_are_shown(void **unused)
{
	(void)unused;
	assert_said("student.zh.md", "# 秋千 {#title}\n## 猜一猜\n## 量 {#measure}\n",
		":2:1: this heading has no id, so nobody knows when to show it; add {#title}, "
		"{#predict}, {#measure}, {#daily} or {#think}");
	assert_said("student.zh.md", "# 秋千 {#title}\n## 猜一猜 {#perdict}\n",
		":2:1: {#perdict} is no section of this text; did you mean {#predict}?");
	assert_said("student.zh.md", "# 秋千 {#title}\n## 揭晓 {#reveal}\n",
		":2:1: {#reveal} is no section of this text; expected {#title}, {#predict}, "
		"{#measure}, {#daily} or {#think}");
	assert_said("teacher.en.md", "# T {#title}\n# U {#before}\n# V {#before}\n",
		":3:1: {#before} stands twice; put both sections under one heading");
	assert_said("student.zh.md", "没有标题\n",
		":1:1: no heading; begin with one such as # Title {#title}");
}

static void both_languages_have_the_same_sections(void **unused)
{
	(void)unused;
	assert_said("student.en.md", "# S {#title}\n## A {#predict}\n## B {#measure}\n",
		": the section {#think} of the Chinese text is missing here; translate it");
	assert_said("student.en.md",
		"# S {#title}\n## A {#predict}\n## B {#think}\n## C {#measure}\n",
		": {#think} stands where the Chinese text has {#measure}; both have the same "
		"sections in the same order");
	assert_said("teacher.en.md",
		"# S {#title}\n## A {#before}\n## B {#reveal}\n## B {#ask}\n## X {#title}\n",
		":5:1: {#title} stands twice; put both sections under one heading");
}

/* `words` on line 5, at character 2, are not shown; `sentence` says so at that column. */
static void assert_unshown(const char *words, int column, const char *sentence)
{
	char text[300], said[300];

	snprintf(text, sizeof text, "# 秋千 {#title}" REST "%s\n", words);
	snprintf(said, sizeof said, ":5:%d: %s", column, sentence);
	assert_said("student.zh.md", text, said);
}

static void what_pages_do_not_show_is_told(void **unused)
{
	static const char *const html[] = {
		"量<br>", "量</b", "量<!-- x -->", "量<?x?>", "量<https://x.example>"};

	(void)unused;
	for (size_t i = 0; i < sizeof html / sizeof *html; i++)
		assert_unshown(html[i], 2,
			"HTML is shown as it stands; write Markdown, or a space behind <");
	assert_unshown(
		"看![图](https://x.example/a.png)", 2, "pictures are not shown; say it in words");
	assert_unshown("![](a.svg)", 1, "pictures are not shown; say it in words");
	assert_unshown("看[这里](https://x.example)", 2,
		"a link is shown as it stands, and tablets in class reach nothing else; write what it "
		"says");
	assert_unshown("| 组 | T |", 1, "a table is shown as it stands; make a list of it");
	assert_unshown("> 引", 1, "a quotation is shown as it stands; leave the > out");
	assert_unshown(
		"  ```", 1, "a block of code is shown as it stands; write `code` within a line");
}

static void what_is_code_or_smaller_is_no_html(void **unused)
{
	char *said;

	(void)unused;
	write_file("student.zh.md",
		"\xEF\xBB\xBF# 秋千 {#title}\r\n## 猜 {#predict}\r\n## 量 {#measure}\r\n## 想 {#think}\r\n"
		"`<b> [x](y)` T < 2 s, a<2, [x] (y), 好!\r\n- 一\n\t缩进\n");
	struct lesson *lesson = open_folder(swing, &said);

	assert_string_equal(said, "");
	free(said);
	assert_true(strncmp(lesson->student.zh, "# 秋千 {#title}\n", 10) == 0);
	assert_null(strpbrk(lesson->student.zh, "\r\t"));
}

static void what_is_to_be_found_out_is_not_told(void **unused)
{
	(void)unused;
	assert_said("student.zh.md", "# 秋千 {#title}" REST "应当是 3.95 左右\n",
		":5:5: 3.95 tells what is to be found out (class_plot.k in expect); students "
		"read this first: leave it out");
	assert_said("student.zh.md", "# 秋千 {#title}" REST "g 约 9.79\n",
		":5:5: 9.79 tells what is to be found out (g.mean in expect); students read this "
		"first: leave it out");
	assert_said("student.en.md",
		"# S {#title}\n## A {#predict}\n## B {#measure}\nThe slope is 4.030e0.\n## C {#think}\n",
		":4:14: 4.030e0 tells what is to be found out (class_plot.k in expect); "
		"students read this first: leave it out");
}

static void a_number_of_one_digit_says_nothing(void **unused)
{
	char *said;

	(void)unused;
	write_file("student.zh.md", "# 秋千 {#title}" REST "4 倍，10 次，20 次，2026 年，0.5 s\n");
	assert_non_null(open_folder(swing, &said));
	assert_string_equal(said, "");
	free(said);
}

static void a_text_that_is_not_there_is_told(void **unused)
{
	char path[100], *said, expected[300];

	(void)unused;
	snprintf(path, sizeof path, "%s/teacher.en.md", swing);
	unlink(path);
	const struct lesson *lesson = open_folder(swing, &said);

	assert_string_equal(lesson->teacher.en, "");
	assert_string_not_equal(lesson->teacher.zh, "");
	snprintf(expected, sizeof expected,
		"%s: No such file or directory; a lesson has four texts: student.zh.md, "
		"student.en.md, teacher.zh.md, teacher.en.md\n",
		path);
	assert_string_equal(said, expected);
	free(said);
}

static void a_text_of_another_encoding_is_told(void **unused)
{
	(void)unused;
	assert_said("student.zh.md", "\xFF\xFE# x",
		": is not plain text in UTF-8; save it again as UTF-8");
}

static void a_text_that_is_a_pipe_or_huge_is_told(void **unused)
{
	char path[100], *said, *huge = malloc(LESSON_BYTES);

	(void)unused;
	memset(huge, 'a', LESSON_BYTES);
	huge[40 * 1024] = '\0';
	assert_said("teacher.zh.md", huge, ": is larger than 32 KiB; shorten it");
	free(huge);
	snprintf(path, sizeof path, "%s/teacher.zh.md", swing);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0); /* reading would wait for ever */
	assert_non_null(open_folder(swing, &said));
	assert_non_null(strstr(said, "teacher.zh.md: is no file; "));
	free(said);
}

static void a_sample_that_is_not_there_is_told(void **unused)
{
	char path[100], *said;

	(void)unused;
	snprintf(path, sizeof path, "%s/sample/two-groups/run.json", swing);
	unlink(path);
	assert_non_null(open_folder(swing, &said));
	assert_non_null(strstr(said,
		"/sample/two-groups/run.json: No such file or directory; put the run there that "
		"sample names, or leave sample out of lesson.yaml\n"));
	free(said);
}

static void a_folder_without_lesson_is_told(void **unused)
{
	char path[100], *said;

	(void)unused;
	snprintf(path, sizeof path, "%s/lesson.yaml", swing);
	unlink(path);
	assert_null(open_folder(swing, &said));
	assert_non_null(strstr(said,
		"/swing/lesson.yaml: No such file or directory; each lesson's folder has one, which "
		"kitlogd may read\n"));
	free(said);
}

#define SPOILT(test) cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_lesson_of_edges_is_understood, give_back),
		cmocka_unit_test_teardown(a_project_is_understood, give_back),
		cmocka_unit_test_teardown(a_guess_says_what_it_meets, give_back),
		cmocka_unit_test(words_have_names),
		cmocka_unit_test_teardown(each_kind_of_mistake_has_its_sentence, give_back),
		cmocka_unit_test(fits_are_those_of_the_board),
		cmocka_unit_test_teardown(the_documents_say_what_is_so, give_back),
		cmocka_unit_test_teardown(the_folder_is_the_name, give_back),
		cmocka_unit_test_teardown(memory_that_ends_is_no_mistake_of_the_lesson, give_back),
		SPOILT(headings_say_when_they_are_shown),
		SPOILT(both_languages_have_the_same_sections),
		SPOILT(what_pages_do_not_show_is_told),
		SPOILT(what_is_code_or_smaller_is_no_html),
		SPOILT(what_is_to_be_found_out_is_not_told),
		SPOILT(a_number_of_one_digit_says_nothing),
		SPOILT(a_text_that_is_not_there_is_told),
		SPOILT(a_text_of_another_encoding_is_told),
		SPOILT(a_text_that_is_a_pipe_or_huge_is_told),
		SPOILT(a_sample_that_is_not_there_is_told),
		SPOILT(a_folder_without_lesson_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
