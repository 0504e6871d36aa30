/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lessons are read again while the board runs: a teacher mends a file, and needs no restart; a class that is
 * going on keeps the lesson that it began with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "class/shelf.h"
#include "support/classroom_site.h"

static char school[] = "/tmp/kitlog-reload-XXXXXX";

/* A command of the shell, in the folder. */
static void run(const char *command)
{
	char text[400];

	snprintf(text, sizeof text, "cd '%s' && %s", school, command);
	assert_int_equal(system(text), 0);
}

/* The lessons of tests/data in a folder of the school's. */
static struct shelf *put_lessons(struct site *site)
{
	char copy[400];
	const char *folders[] = {school};
	struct shelf *shelf;

	strcpy(school + sizeof school - 7, "XXXXXX");
	assert_non_null(mkdtemp(school));
	snprintf(copy, sizeof copy, "cp -r '%s/tests/data/lessons/'* '%s'", KITLOG_SOURCE, school);
	assert_int_equal(system(copy), 0);
	assert_int_equal(shelf_open(folders, 1, NULL, &shelf), 0);
	site->shelf = shelf;
	site_reopen(site);
	site_log_in(site);
	return shelf;
}

static void take_lessons(struct site *site, struct shelf *shelf)
{
	class_take_lesson(site, shelf);
	run("rm -r \"$PWD\"");
}

static void retitle(const char *lesson, const char *title)
{
	char command[200];

	snprintf(command, sizeof command,
		"sed -i 's/^title:.*/title: {zh: 课, en: %s}/' %s/lesson.yaml", title, lesson);
	run(command);
}

static void assert_title(struct site *site, const char *lesson, const char *title)
{
	char path[80];

	snprintf(path, sizeof path, "/api/v1/lessons/%s", lesson);
	json_t *all = site_get(site, path);

	assert_string_equal(class_text(json_object_get(all, "title"), "en"), title);
	json_decref(all);
}

/* Does the answer say this one lesson, and nothing else, of `name`? NULL: none. */
static void assert_told(const json_t *changes, const char *name, const char *lesson)
{
	const json_t *ids = json_object_get(changes, name);

	assert_int_equal(json_array_size(ids), lesson ? 1 : 0);
	if (lesson)
		assert_string_equal(json_string_value(json_array_get(ids, 0)), lesson);
}

static json_t *reload(struct site *site)
{
	return class_post(site, "/api/v1/lessons/reload", "{}", 200);
}

static void a_mended_lesson_is_there_without_a_restart(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	json_t *cards = site_get(site, "/api/v1/lessons"), *changes;
	const char *edition = class_text(cards, "edition");

	retitle("jar", "Mended");
	changes = reload(site);
	assert_told(changes, "changed", "jar");
	assert_told(changes, "added", NULL);
	assert_told(changes, "removed", NULL);
	assert_told(changes, "waiting", NULL);
	json_decref(changes);
	assert_title(site, "jar", "Mended");
	json_t *after = site_get(site, "/api/v1/lessons");

	assert_string_not_equal(class_text(after, "edition"), edition);
	json_decref(after);
	json_decref(cards);
	take_lessons(site, shelf);
}

static void a_mistake_keeps_the_one_before_and_is_told(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	json_t *changes, *problems;

	run("sed -i 's/mode: time/mode: tmie/' jar/lesson.yaml");
	changes = reload(site);
	assert_told(changes, "changed", NULL);
	assert_told(changes, "removed", NULL);
	problems = json_object_get(changes, "problems");
	assert_int_equal(json_array_size(problems), 2);
	assert_non_null(strstr(class_text(json_array_get(problems, 0), "zh"), "“tmie”不对"));
	assert_non_null(strstr(class_text(json_array_get(problems, 1), "zh"), "先用以前读到的"));
	json_decref(changes);
	json_decref(site_get(site, "/api/v1/lessons/jar"));
	take_lessons(site, shelf);
}

static void begin(struct site *site, const char *lesson)
{
	char body[100];

	snprintf(body, sizeof body, "{\"title\":\"七（3）班\",\"lesson\":\"%s\",\"groups\":2}",
		lesson);
	json_decref(class_post(site, "/api/v1/sessions", body, 201));
}

static void end(struct site *site, unsigned session)
{
	char path[80];

	snprintf(path, sizeof path, "/api/v1/sessions/%u/acts", session);
	json_decref(class_post(site, path, "{\"do\":\"end\"}", 200));
}

static void undo_end(struct site *site)
{
	json_t *log = class_list(site, "/api/v1/sessions/1/log", "acts");
	const json_t *last = json_array_get(log, json_array_size(log) - 1);
	char undo[64];

	assert_true(json_is_true(json_object_get(last, "may_undo")));
	snprintf(undo, sizeof undo, "{\"do\":\"undo\",\"act\":%lld}",
		json_integer_value(json_object_get(last, "id")));
	json_decref(class_act(site, undo));
	json_decref(log);
}

enum { END_IS_FOR_GOOD = 900, TURNS = 3000, TURN_MS = 10 };

/* A quarter of an hour after its end the class has another swing. */
static void pass_until_read(struct site *site, const struct shelf *shelf)
{
	const struct lesson *before = shelf_find(shelf, "swing");

	site_pass_alone(site, END_IS_FOR_GOOD);
	for (int i = 0; i < TURNS && shelf_find(shelf, "swing") == before; i++)
		loop_turn(site->loop, TURN_MS);
	assert_ptr_not_equal(shelf_find(shelf, "swing"), before);
}

static void a_class_keeps_its_lesson_until_it_is_over(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	json_t *before = site_get(site, "/api/v1/lessons/swing"), *changes;

	begin(site, "swing");
	retitle("swing", "Another");
	changes = reload(site);
	assert_told(changes, "waiting", "swing");
	assert_told(changes, "changed", NULL);
	json_decref(changes);
	assert_title(site, "swing", class_text(json_object_get(before, "title"), "en"));
	end(site, 1);
	pass_until_read(site, shelf);
	assert_title(site, "swing", "Another");
	assert_string_equal(shelf_problems(shelf), "");
	json_decref(before);
	take_lessons(site, shelf);
}

static void a_class_whose_end_is_undone_has_its_lesson(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);

	begin(site, "swing");
	run("rm -r swing");
	json_decref(reload(site));
	end(site, 1);
	site_pass_alone(site, END_IS_FOR_GOOD / 2);
	site_keep_turns(site);
	undo_end(site);
	json_decref(site_get(site, "/api/v1/lessons/swing"));
	site_pass_alone(site, 2 * END_IS_FOR_GOOD);
	json_decref(site_get(site, "/api/v1/lessons/swing"));
	end(site, 1);
	pass_until_read(site, shelf);
	assert_null(shelf_find(shelf, "swing"));
	take_lessons(site, shelf);
}

/* Who writes a lesson tries it, ends that class, and tries the next version. */
static void who_asks_after_the_class_has_the_new_one_at_once(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	json_t *changes;

	begin(site, "swing");
	end(site, 1);
	retitle("swing", "Another");
	changes = reload(site);
	assert_told(changes, "changed", "swing");
	assert_told(changes, "waiting", NULL);
	json_decref(changes);
	assert_title(site, "swing", "Another");
	take_lessons(site, shelf);
}

static void a_lesson_waits_for_the_last_class_that_has_it(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);

	begin(site, "swing");
	begin(site, "swing");
	retitle("swing", "Another");
	json_decref(reload(site));
	end(site, 1);
	begin(site, "jar"); /* as many are open as before */
	site_pass_alone(site, 2 * END_IS_FOR_GOOD);
	assert_string_not_equal(shelf_find(shelf, "swing")->title.en, "Another");
	end(site, 2);
	begin(site, "jar");
	pass_until_read(site, shelf);
	assert_title(site, "swing", "Another");
	take_lessons(site, shelf);
}

static void any_number_of_lessons_is_told(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	json_t *changes;

	run("for i in $(seq 100 299); do cp -r jar a-name-that-is-long-$i && "
	    "sed -i \"s/^lesson:.*/lesson: a-name-that-is-long-$i/\" "
	    "a-name-that-is-long-$i/lesson.yaml; done");
	changes = reload(site);
	assert_int_equal(json_array_size(json_object_get(changes, "added")), 200);
	json_decref(changes);
	run("rm -r a-name-*");
	changes = reload(site);
	assert_int_equal(json_array_size(json_object_get(changes, "removed")), 200);
	json_decref(changes);
	take_lessons(site, shelf);
}

static void a_folder_that_is_away_for_a_moment_loses_no_lesson(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	char away[sizeof school + 5];
	json_t *changes, *problems;

	snprintf(away, sizeof away, "%s.away", school);
	assert_int_equal(rename(school, away), 0);
	changes = reload(site);
	assert_int_equal(rename(away, school), 0);
	assert_told(changes, "removed", NULL);
	problems = json_object_get(changes, "problems");
	assert_int_equal(json_array_size(problems), 1);
	assert_non_null(strstr(class_text(json_array_get(problems, 0), "zh"), "先用以前读到的"));
	json_decref(changes);
	json_decref(site_get(site, "/api/v1/lessons/jar"));
	take_lessons(site, shelf);
}

static void only_a_teacher_has_them_read(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);

	*site->cookie = '\0';
	retitle("jar", "Mended");
	site_refuses(site, "POST", "/api/v1/lessons/reload", "{}", 401, "teacher_only");
	assert_string_not_equal(shelf_find(shelf, "jar")->title.en, "Mended");
	take_lessons(site, shelf);
}

/* By a signal nobody is answered; everybody who looks hears of it. */
static void everybody_hears_of_it(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	struct browser events;

	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	run("rm -r swing");
	web_reread(site->web);
	browser_wait(&events, "event: lessons\n");
	assert_null(shelf_find(shelf, "swing"));
	browser_close(&events);
	take_lessons(site, shelf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_mended_lesson_is_there_without_a_restart),
		SITE_TEST(a_mistake_keeps_the_one_before_and_is_told),
		SITE_TEST(a_class_keeps_its_lesson_until_it_is_over),
		SITE_TEST(a_class_whose_end_is_undone_has_its_lesson),
		SITE_TEST(who_asks_after_the_class_has_the_new_one_at_once),
		SITE_TEST(a_lesson_waits_for_the_last_class_that_has_it),
		SITE_TEST(any_number_of_lessons_is_told),
		SITE_TEST(a_folder_that_is_away_for_a_moment_loses_no_lesson),
		SITE_TEST(only_a_teacher_has_them_read),
		SITE_TEST(everybody_hears_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
