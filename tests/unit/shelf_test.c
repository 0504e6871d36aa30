/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Folders of lessons: the school's before kitlog's, what has a mistake is left out, the rest is there. */
#include "class/shelf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cmocka_all.h"

static char school[] = "/tmp/kitlog-shelf-XXXXXX";
static char ours[300];

static int make_school(void **state)
{
	(void)state;
	strcpy(school + sizeof school - 7, "XXXXXX");
	snprintf(ours, sizeof ours, "%s/tests/data/lessons", KITLOG_SOURCE);
	return mkdtemp(school) ? 0 : -1;
}

static int remove_school(void **state)
{
	char command[80];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", school);
	return system(command);
}

/* Copies ours with one word in its lesson.yaml replaced. */
static void copy_jar(const char *to, const char *word, const char *instead)
{
	char command[900];

	snprintf(command, sizeof command,
		"cp -r '%s/jar' '%s/%s' && sed -i 's/%s/%s/' '%s/%s/lesson.yaml'", ours, school, to,
		word, instead, school, to);
	assert_int_equal(system(command), 0);
}

static struct shelf *open_both(void)
{
	const char *folders[] = {ours, school};
	struct shelf *shelf;

	assert_int_equal(shelf_open(folders, 2, &shelf), 0);
	return shelf;
}

static void the_school_s_lesson_wins(void **unused)
{
	(void)unused;
	copy_jar("jar", "Diary of a jar", "Our own jar");
	struct shelf *shelf = open_both();

	assert_string_equal(shelf_problems(shelf), "");
	assert_int_equal(shelf_count(shelf), 2);
	assert_string_equal(shelf_at(shelf, 0)->id, "jar");
	assert_string_equal(shelf_find(shelf, "jar")->title.en, "Our own jar");
	assert_string_equal(shelf_at(shelf, 1)->id, "swing");
	assert_null(shelf_find(shelf, "pot"));
	shelf_close(shelf);
}

static void a_mistake_leaves_one_lesson_out_and_is_told(void **unused)
{
	char expected[300];

	(void)unused;
	copy_jar("pot", "mode: time", "mode: tmie");
	struct shelf *shelf = open_both();

	assert_int_equal(shelf_count(shelf), 2);
	snprintf(expected, sizeof expected,
		"%s/pot/lesson.yaml:10:16: mode: \"tmie\" is not time, event or edges; did you mean time?\n",
		school);
	assert_string_equal(shelf_problems(shelf), expected);
	shelf_close(shelf);
}

static void a_text_with_a_mistake_leaves_the_lesson_there(void **unused)
{
	char path[100];

	(void)unused;
	copy_jar("jar", "x", "x");
	snprintf(path, sizeof path, "%s/jar/teacher.en.md", school);
	unlink(path);
	struct shelf *shelf = open_both();

	assert_true(shelf_find(shelf, "jar")->has_mistakes);
	assert_false(shelf_find(shelf, "swing")->has_mistakes);
	assert_non_null(strstr(shelf_problems(shelf), "/jar/teacher.en.md: No such file"));
	shelf_close(shelf);
}

static void what_is_no_lesson_is_passed_by(void **unused)
{
	char path[100];

	(void)unused;
	snprintf(path, sizeof path, "%s/pictures", school);
	assert_int_equal(mkdir(path, 0700), 0);
	struct shelf *shelf = open_both();

	assert_int_equal(shelf_count(shelf), 2);
	assert_string_equal(shelf_problems(shelf), "");
	shelf_close(shelf);
}

static void a_folder_that_is_not_there_is_told_unless_it_is_ours(void **unused)
{
	const char *folders[] = {"/no/such/ours", "/no/such/school"};
	struct shelf *shelf;

	(void)unused;
	assert_int_equal(shelf_open(folders, 2, &shelf), 0);
	assert_int_equal(shelf_count(shelf), 0);
	assert_string_equal(shelf_problems(shelf),
		"/no/such/school: No such file or directory; take the folder out of lessons, or let "
		"kitlogd read it there\n");
	shelf_close(shelf);
	assert_int_equal(shelf_count(NULL), 0);
	assert_string_equal(shelf_problems(NULL), "");
	assert_null(shelf_find(NULL, "jar"));
	shelf_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_school, remove_school)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_school_s_lesson_wins),
		TEST(a_mistake_leaves_one_lesson_out_and_is_told),
		TEST(a_text_with_a_mistake_leaves_the_lesson_there),
		TEST(what_is_no_lesson_is_passed_by),
		TEST(a_folder_that_is_not_there_is_told_unless_it_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
