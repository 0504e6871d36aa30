/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activity figures: counted by term, lesson and class, without anybody's name, and as a file that no
 * spreadsheet computes with. */
#include <string.h>

#include "export/activity.h"
#include "support/classroom_site.h"

static json_t *activity_of(struct site *site)
{
	struct browser b;

	assert_int_equal(site_ask(site, "GET", "/api/v1/activity", NULL, &b), 200);
	return site_json(&b);
}

static void sessions_runs_groups_and_visits_are_counted(void **state)
{
	struct site *site = *state;
	char cookie[96];
	struct browser b;

	class_begin(site, 3);
	class_join(site, 1, cookie);
	class_join(site, 1, cookie);
	class_join(site, 2, cookie);
	json_decref(class_act(site, "{\"do\":\"start\",\"groups\":[2,3]}"));
	json_decref(class_act(site, "{\"do\":\"stop\"}"));
	json_decref(class_act(site, "{\"do\":\"start\",\"groups\":[3]}"));
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	for (int i = 0; i < 25; i++)
		json_decref(class_post(site, "/api/v1/sessions",
			"{\"title\":\"=1+1,\\\"x\",\"lesson\":\"pendulum\",\"is_project\":true}",
			201));
	site_keep_turns(site);
	json_t *activity = activity_of(site);
	json_t *lessons = json_object_get(activity, "lessons");
	assert_int_equal(json_array_size(lessons), 1);
	json_t *sum = json_array_get(lessons, 0);
	assert_string_equal(class_text(sum, "lesson"), "pendulum");
	assert_int_equal(site_number(sum, "sessions"), 26);
	assert_int_equal(site_number(sum, "projects"), 25);
	assert_int_equal(site_number(sum, "runs"), 3);
	assert_int_equal(site_number(sum, "groups"), 3);
	assert_int_equal(site_number(sum, "visits"), 3);
	assert_int_equal(json_array_size(json_object_get(activity, "rows")), 2);
	json_decref(activity);
	assert_int_equal(site_ask(site, "GET", "/api/v1/activity?format=csv", NULL, &b), 200);
	assert_non_null(strstr(browser_body(&b), "\xef\xbb\xbf学期 term,"));
	assert_non_null(
		strstr(browser_body(&b), "\"pendulum\",\"七（3）班\",1,0,3,3,3,\"pendulum\"\n"));
	assert_non_null(strstr(
		browser_body(&b), "\"pendulum\",\"'=1+1,\"\"x\",25,25,0,0,0,\"pendulum\"\n"));
	browser_close(&b);
	site_refuses(site, "GET", "/api/v1/activity?format=pdf", NULL, 400, "bad_parameter");
	site->cookie[0] = '\0';
	site_refuses(site, "GET", "/api/v1/activity", NULL, 401, "teacher_only");
}

/* "pendulum" told a school board nothing. */
static void a_lesson_stands_by_its_title_in_the_file(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = class_put_lesson(site, "pendulum",
		"lesson: pendulum\ntitle: {zh: 一秒的摆, en: The one-second pendulum}\n"
		"stage: [junior]\nsubject: physics\nquestion: {zh: 摆多长, en: How long}\nneeds:\n"
		"  - {id: T, quantity: temperature, kits: [ds18b20]}\n"
		"record:\n  mode: time\n  rate: 1 Hz\n"
		"safety:\n  - {zh: 小心, en: Take care}\n");
	struct browser b;

	class_begin(site, 1);
	site_keep_turns(site);
	assert_int_equal(site_ask(site, "GET", "/api/v1/activity?format=csv", NULL, &b), 200);
	assert_non_null(strstr(browser_body(&b),
		"\"一秒的摆 The one-second pendulum\",\"七（3）班\",1,0,0,0,0,\"pendulum\"\n"));
	browser_close(&b);
	class_take_lesson(site, shelf);
}

static void terms_are_those_of_chinese_schools(void **unused)
{
	static const struct {
		int year, month;
		const char *term;
	} cases[] = {{2026, 9, "2026-2027-1"}, {2026, 12, "2026-2027-1"}, {2027, 1, "2026-2027-1"},
		{2027, 2, "2026-2027-2"}, {2027, 8, "2026-2027-2"}};
	char term[TERM_TEXT];

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		term_of(cases[i].year, cases[i].month, term);
		assert_string_equal(term, cases[i].term);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(sessions_runs_groups_and_visits_are_counted),
		SITE_TEST(a_lesson_stands_by_its_title_in_the_file),
		cmocka_unit_test(terms_are_those_of_chinese_schools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
