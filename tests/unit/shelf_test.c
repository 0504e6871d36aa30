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

	assert_int_equal(shelf_open(folders, 2, NULL, &shelf), 0);
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
	assert_int_equal(shelf_open(folders, 2, NULL, &shelf), 0);
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

/* --- reading again --- */

static const char *used = "";
static char told[200];

static bool is_used(void *self, const char *id)
{
	(void)self;
	return strcmp(id, used) == 0;
}

static void note(void *self, enum library_change change, const char *id)
{
	static const char *const words[] = {"+", "*", "-", "?"};

	(void)self;
	strcat(told, words[change]);
	strcat(told, id);
}

static const struct library_reader reader = {.is_used = is_used, .tell = note};

/* What is told of it: "+pot" is added, "*" changed, "-" removed, "?" waits. */
static const char *read_again(struct shelf *shelf)
{
	struct shelf *news;

	*told = '\0';
	assert_int_equal(shelf_reread(shelf, &news), 0);
	assert_int_equal(shelf_take(shelf, news, &reader), 0);
	return told;
}

static void write_over(const char *name, const char *word, const char *instead)
{
	char command[400];

	snprintf(command, sizeof command, "sed -i 's/%s/%s/' '%s/%s'", word, instead, school, name);
	assert_int_equal(system(command), 0);
}

static void take_away(const char *name)
{
	char command[200];

	snprintf(command, sizeof command, "rm -r '%s/%s'", school, name);
	assert_int_equal(system(command), 0);
}

static void a_lesson_comes_changes_and_goes_without_a_restart(void **unused)
{
	(void)unused;
	struct shelf *shelf = open_both();
	const struct lesson *swing = shelf_find(shelf, "swing");

	assert_string_equal(read_again(shelf), "");
	copy_jar("pot", "lesson: jar", "lesson: pot");
	assert_string_equal(read_again(shelf), "+pot");
	assert_int_equal(shelf_count(shelf), 3);
	assert_string_equal(shelf_at(shelf, 1)->id, "pot");
	write_over("pot/lesson.yaml", "Diary of a jar", "Diary of a pot");
	assert_string_equal(read_again(shelf), "*pot");
	assert_string_equal(shelf_find(shelf, "pot")->title.en, "Diary of a pot");
	write_over("pot/student.en.md", "jar", "pot");
	assert_string_equal(read_again(shelf), "*pot"); /* a text, too */
	take_away("pot");
	assert_string_equal(read_again(shelf), "-pot");
	assert_null(shelf_find(shelf, "pot"));
	assert_string_equal(shelf_problems(shelf), "");
	assert_ptr_equal(
		shelf_find(shelf, "swing"), swing); /* what is the same stays where it is */
	shelf_close(shelf);
}

static void a_new_version_with_a_mistake_leaves_the_one_before(void **unused)
{
	(void)unused;
	copy_jar("jar", "Diary of a jar", "Our own jar");
	struct shelf *shelf = open_both();

	write_over("jar/lesson.yaml", "mode: time", "mode: tmie");
	assert_string_equal(read_again(shelf), "");
	assert_string_equal(shelf_find(shelf, "jar")->title.en, "Our own jar");
	assert_non_null(strstr(shelf_problems(shelf), "did you mean time?\n"));
	assert_non_null(
		strstr(shelf_problems(shelf), "/jar: what was read of it before stays in use"));
	assert_string_equal(read_again(shelf), ""); /* and stays */
	write_over("jar/lesson.yaml", "mode: tmie", "mode: time");
	assert_string_equal(read_again(shelf), "");
	assert_string_equal(shelf_problems(shelf), "");
	take_away("jar");
	assert_string_equal(read_again(shelf), "*jar"); /* ours is behind it */
	assert_string_equal(shelf_find(shelf, "jar")->title.en, "Diary of a jar");
	shelf_close(shelf);
}

static void a_text_with_a_mistake_leaves_the_one_before(void **unused)
{
	(void)unused;
	copy_jar("jar", "Diary of a jar", "Our own jar");
	struct shelf *shelf = open_both();
	const struct lesson *before = shelf_find(shelf, "jar");

	write_over("jar/student.en.md", "jar", "<b>jar<\\/b>");
	assert_string_equal(read_again(shelf), "");
	assert_ptr_equal(shelf_find(shelf, "jar"), before);
	assert_null(strstr(before->student.en, "<b>"));
	assert_non_null(strstr(shelf_problems(shelf), "/jar/student.en.md:"));
	assert_non_null(
		strstr(shelf_problems(shelf), "/jar: what was read of it before stays in use"));
	take_away("jar/student.en.md");
	assert_string_equal(read_again(shelf), ""); /* still, and with a language missing */
	assert_ptr_equal(shelf_find(shelf, "jar"), before);
	take_away("jar");
	copy_jar("jar", "Diary of a jar", "Our own pot");
	assert_string_equal(read_again(shelf), "*jar");
	assert_string_equal(shelf_problems(shelf), "");
	shelf_close(shelf);
}

/* Whoever mends one of two mistakes sees what she did. */
static void one_that_had_a_mistake_already_is_no_better_than_the_new(void **unused)
{
	(void)unused;
	copy_jar("pot", "lesson: jar", "lesson: pot");
	take_away("pot/student.en.md");
	struct shelf *shelf = open_both();

	write_over("pot/lesson.yaml", "Diary of a jar", "Diary of a pot");
	assert_string_equal(read_again(shelf), "*pot");
	assert_string_equal(shelf_find(shelf, "pot")->title.en, "Diary of a pot");
	assert_true(shelf_find(shelf, "pot")->has_mistakes);
	shelf_close(shelf);
}

static void a_class_keeps_the_lesson_that_it_began_with(void **unused)
{
	(void)unused;
	copy_jar("pot", "lesson: jar", "lesson: pot");
	struct shelf *shelf = open_both();
	const struct lesson *pot = shelf_find(shelf, "pot");

	used = "pot";
	write_over("pot/lesson.yaml", "Diary of a jar", "Another diary");
	assert_string_equal(read_again(shelf), "?pot");
	assert_ptr_equal(shelf_find(shelf, "pot"), pot);
	assert_string_equal(pot->title.en, "Diary of a jar");
	assert_false(shelf_is_due(shelf, &reader));
	assert_non_null(strstr(shelf_problems(shelf), "/pot: a class uses it as it was"));
	take_away("pot");
	assert_string_equal(read_again(shelf), "?pot");
	assert_ptr_equal(shelf_find(shelf, "pot"), pot);
	used = "";
	assert_true(shelf_is_due(shelf, &reader));
	assert_string_equal(read_again(shelf), "-pot");
	assert_null(shelf_find(shelf, "pot"));
	assert_false(shelf_is_due(shelf, &reader));
	assert_string_equal(shelf_problems(shelf), "");
	shelf_close(shelf);
}

/* Another machine's folder that is away, say. */
static void a_folder_that_cannot_be_read_now_keeps_its_lessons(void **unused)
{
	char away[100];

	(void)unused;
	copy_jar("pot", "lesson: jar", "lesson: pot");
	copy_jar("pan", "lesson: jar", "lesson: pan");
	struct shelf *shelf = open_both();

	snprintf(away, sizeof away, "%s.away", school);
	assert_int_equal(rename(school, away), 0);
	assert_string_equal(read_again(shelf), "");
	assert_string_equal(read_again(shelf), ""); /* and stay */
	assert_int_equal(rename(away, school), 0);
	assert_non_null(shelf_find(shelf, "pan"));
	assert_non_null(shelf_find(shelf, "pot"));
	const char *stays = strstr(shelf_problems(shelf), ": what was read of it before stays");

	assert_non_null(strstr(shelf_problems(shelf), ": No such file or directory; take"));
	assert_non_null(stays);
	assert_null(strstr(stays + 1, ": what was read")); /* told once, not of each */
	assert_string_equal(read_again(shelf), "");
	assert_string_equal(shelf_problems(shelf), "");
	take_away("pan");
	assert_string_equal(read_again(shelf), "-pan");
	shelf_close(shelf);
}

/* A link that leads nowhere but to itself cannot be looked into, not even by root. */
static void a_lesson_that_cannot_be_looked_into_stays(void **unused)
{
	char path[100];

	(void)unused;
	copy_jar("pot", "lesson: jar", "lesson: pot");
	struct shelf *shelf = open_both();

	take_away("pot");
	snprintf(path, sizeof path, "%s/pot", school);
	assert_int_equal(symlink("pot", path), 0);
	assert_string_equal(read_again(shelf), "");
	assert_non_null(shelf_find(shelf, "pot"));
	assert_non_null(strstr(shelf_problems(shelf), "/pot: what was read of it before stays"));
	shelf_close(shelf);
}

static void a_later_folder_wins_over_one_that_cannot_be_read(void **unused)
{
	char first[100], second[100], away[100];
	const char *folders[] = {first, second};
	struct shelf *shelf;

	(void)unused;
	snprintf(first, sizeof first, "%s/first", school);
	snprintf(second, sizeof second, "%s/second", school);
	snprintf(away, sizeof away, "%s/away", school);
	assert_int_equal(mkdir(first, 0700), 0);
	assert_int_equal(mkdir(second, 0700), 0);
	copy_jar("first/jar", "Diary of a jar", "The first");
	assert_int_equal(shelf_open(folders, 2, NULL, &shelf), 0);
	assert_int_equal(rename(first, away), 0);
	assert_string_equal(read_again(shelf), "");
	copy_jar("second/jar", "Diary of a jar", "The second");
	assert_string_equal(read_again(shelf), "*jar");
	assert_string_equal(shelf_find(shelf, "jar")->title.en, "The second");
	/* What the later one had may be mended yet. */
	assert_int_equal(rename(second, first), 0);
	assert_string_equal(read_again(shelf), "");
	shelf_close(shelf);
}

/* With AddressSanitizer this looks into freed memory if it is not so. */
static void what_another_thread_holds_is_not_freed(void **unused)
{
	(void)unused;
	copy_jar("pot", "lesson: jar", "lesson: pot");
	struct shelf *shelf = open_both();
	const struct lesson *pot = lesson_hold(shelf_find(shelf, "pot"));

	write_over("pot/lesson.yaml", "Diary of a jar", "Another diary");
	assert_string_equal(read_again(shelf), "*pot");
	assert_ptr_not_equal(shelf_find(shelf, "pot"), pot);
	assert_string_equal(pot->title.en, "Diary of a jar");
	take_away("pot");
	assert_string_equal(read_again(shelf), "-pot");
	assert_string_equal(pot->title.en, "Diary of a jar");
	lesson_let_go(pot);
	assert_string_equal(read_again(shelf), "");
	shelf_close(shelf);
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
		TEST(a_lesson_comes_changes_and_goes_without_a_restart),
		TEST(a_new_version_with_a_mistake_leaves_the_one_before),
		TEST(a_text_with_a_mistake_leaves_the_one_before),
		TEST(one_that_had_a_mistake_already_is_no_better_than_the_new),
		TEST(a_class_keeps_the_lesson_that_it_began_with),
		TEST(a_folder_that_cannot_be_read_now_keeps_its_lessons),
		TEST(a_lesson_that_cannot_be_looked_into_stays),
		TEST(a_later_folder_wins_over_one_that_cannot_be_read),
		TEST(what_another_thread_holds_is_not_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
