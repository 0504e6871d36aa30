/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* A lesson's folder: its texts in both languages and its sample, and one sentence for each that is missing,
 * spoilt or says what is to be found out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/lesson_desk.h"

static char scratch[] = "/tmp/kitlog-lesson-XXXXXX";
static char swing[sizeof scratch + 8];

static void copy_file(const char *name)
{
	char from[300];

	snprintf(from, sizeof from, "%s/tests/data/lessons/swing", KITLOG_SOURCE);
	const char *text = lesson_desk_text(from, name);
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
	return lesson_desk_clear(state);
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
	assert_non_null(lesson_desk_open(swing, &said));
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
	struct lesson *lesson = lesson_desk_open(swing, &said);

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
	assert_non_null(lesson_desk_open(swing, &said));
	assert_string_equal(said, "");
	free(said);
}

static void a_text_that_is_not_there_is_told(void **unused)
{
	char path[100], *said, expected[300];

	(void)unused;
	snprintf(path, sizeof path, "%s/teacher.en.md", swing);
	unlink(path);
	const struct lesson *lesson = lesson_desk_open(swing, &said);

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
	assert_non_null(lesson_desk_open(swing, &said));
	assert_non_null(strstr(said, "teacher.zh.md: is no file; "));
	free(said);
}

static void a_sample_that_is_not_there_is_told(void **unused)
{
	char path[100], *said;

	(void)unused;
	snprintf(path, sizeof path, "%s/sample/two-groups/run.json", swing);
	unlink(path);
	assert_non_null(lesson_desk_open(swing, &said));
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
	assert_null(lesson_desk_open(swing, &said));
	assert_non_null(strstr(said,
		"/swing/lesson.yaml: No such file or directory; each lesson's folder has one, which "
		"kitlogd may read\n"));
	free(said);
}

#define SPOILT(test) cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
