/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What is wrong with a file is said in Chinese as well. MESSAGES.zh.txt beside the files with mistakes is
 * what a Chinese teacher reads: a change there is a change of the product. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/chinese.h"
#include "support/cmocka_all.h"

static const char *chinese_of(const char *english)
{
	static char buffer[2048];
	struct text text = text_over(buffer, sizeof buffer);

	chinese_add(&text, english);
	return buffer;
}

static char *read_messages(const char *kind, const char *name)
{
	char path[300];
	static char buffers[2][64 * 1024];
	static unsigned turn;
	char *buffer = buffers[turn++ % 2];

	snprintf(path, sizeof path, "%s/tests/data/%s-mistakes/%s", KITLOG_SOURCE, kind, name);
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	size_t n = fread(buffer, 1, sizeof buffers[0] - 1, file);

	buffer[n] = '\0';
	fclose(file);
	return buffer;
}

static void each_kind_of_mistake_has_its_chinese_sentence(void **unused)
{
	static const char *const kinds[] = {"lesson", "kit"};

	(void)unused;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		char *said = chinese_lines(read_messages(kinds[i], "MESSAGES.txt"));

		assert_string_equal(said, read_messages(kinds[i], "MESSAGES.zh.txt"));
		free(said);
	}
}

static void what_stands_before_a_sentence_is_left_as_it_is(void **unused)
{
	(void)unused;
	assert_string_equal(chinese_of("the file is empty"), "文件是空的；照着例子写");
	assert_string_equal(chinese_of("a: b/x.yaml:1:1: the file is empty"),
		"a: b/x.yaml:1:1: 文件是空的；照着例子写");
	assert_string_equal(
		chinese_of(
			"/etc/kitlog/lessons/jar/teacher.en.md: is larger than 64 KiB; shorten it"),
		"/etc/kitlog/lessons/jar/teacher.en.md: 大于 64 KiB；写短一些");
	assert_string_equal(
		chinese_of("jar/teacher.en.md: No such file or directory; a lesson has four texts: "
			   "student.zh.md, student.en.md, teacher.zh.md, teacher.en.md"),
		"jar/teacher.en.md: 没有这个文件；一节课有四份文字：student.zh.md、student.en.md、teacher.zh.md、"
		"teacher.en.md");
	assert_string_equal(
		chinese_of(
			"/x/kit.yaml:4: match: b and a (/y/kit.yaml:5) claim the same device, USB "
			"1a86:7523; give one of them a product, a serial_number or ask and answer"),
		"/x/kit.yaml:4: match：b 和 a（/y/kit.yaml:5）都符合同一种设备（USB 1a86:7523）；给其中一个加上 "
		"product、serial_number，或者 ask 和 answer");
}

static void the_configuration_that_goes_on_says_so(void **unused)
{
	(void)unused;
	assert_string_equal(
		chinese_of("kitlogd.yaml: going on without http.port, entry 2 of sinks: data in "
			   "/var/lib/kitlog, pages at [::]:80"),
		"kitlogd.yaml: 先不用 http.port、sinks 的第 2 项，继续运行：数据在 /var/lib/kitlog，页面在 [::]:80");
}

/* Nothing is lost of a sentence that is not known, and of words that look like a part of one. */
static void whatever_somebody_writes_is_all_there(void **unused)
{
	(void)unused;
	assert_string_equal(
		chinese_of("x.yaml:1:2: the moon is full"), "x.yaml:1:2: the moon is full");
	assert_string_equal(chinese_of(""), "");
	assert_string_equal(chinese_of("F:1:1: subject: \"a\" is not b\" is not physics"),
		"F:1:1: subject：“a”不对，应是 b\" is not physics");
	assert_string_equal(chinese_of("F:1:1: id: \"%s &1 ^1\" names two sinks"),
		"F:1:1: id: \"%s &1 ^1\" names two sinks");
	assert_string_equal(chinese_of("F:1:1: name: \"%s &1 ^1\" names two sinks; rename one"),
		"F:1:1: name：两个接收端都叫“%s &1 ^1”；给一个改名");
}

/* Without an end to the tries this takes hours. */
static void a_word_with_many_pieces_of_a_form_costs_no_time(void **unused)
{
	static char line[4000] = "F:1:1: match: ";
	static char buffer[8000];
	struct text text = text_over(buffer, sizeof buffer);

	(void)unused;
	for (int i = 0; i < 300; i++)
		strcat(line, " and (/k.");
	assert_false(chinese_add(&text, line));
	assert_string_equal(buffer, line);
	text_reset(&text);
	strcpy(line, "F:1:1: x: \"");
	for (int i = 0; i < 300; i++)
		strcat(line, "\" is no");
	chinese_add(&text, line);
	assert_string_equal(buffer, line);
}

static void many_lines_stay_lines(void **unused)
{
	char *said = chinese_lines("a.yaml:1:1: the file is empty\nb.yaml: and 3 more\n");

	(void)unused;
	assert_string_equal(said, "a.yaml:1:1: 文件是空的；照着例子写\nb.yaml: 还有 3 处\n");
	free(said);
	said = chinese_lines("");
	assert_string_equal(said, "");
	free(said);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_of_mistake_has_its_chinese_sentence),
		TEST(what_stands_before_a_sentence_is_left_as_it_is),
		TEST(the_configuration_that_goes_on_says_so),
		TEST(whatever_somebody_writes_is_all_there),
		TEST(a_word_with_many_pieces_of_a_form_costs_no_time),
		TEST(many_lines_stay_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
