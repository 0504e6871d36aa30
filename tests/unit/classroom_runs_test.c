/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Runs that end by themselves, that wait for a trigger, and that go on after their end. */
#include "data/classroom.h"

#include <string.h>

#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)

static struct classroom *room;
static uint32_t last_act;

static enum act_verdict at(int64_t second, int who, enum act_kind kind, const char *body)
{
	char text[256];
	size_t n = strlen(body);

	assert_true(n < sizeof text);
	for (size_t i = 0; i <= n; i++)
		text[i] = (char)(body[i] == '\'' ? '"' : body[i]);
	struct act act = {.id = ++last_act,
		.session = 1,
		.at = {second * S},
		.who = who,
		.kind = kind,
		.body = json_loads(text, 0, NULL)};
	assert_non_null(act.body);
	enum act_verdict verdict = classroom_take(room, &act);
	json_decref(act.body);
	return verdict;
}

static int set_up(void **unused)
{
	(void)unused;
	last_act = 0;
	assert_int_equal(classroom_new(&room), 0);
	return (int)at(100, ACT_BY_TEACHER, ACT_MAKE,
		"{'code':'4827','title':'','lesson':'','groups':3,'is_project':false}");
}

static int tear_down(void **unused)
{
	(void)unused;
	classroom_free(room);
	return 0;
}

static const struct session *now(void)
{
	return classroom_session(room, 1);
}

/* Two groups that record for 30 s from second 200 on. */
static void start(void)
{
	assert_int_equal(
		at(200, ACT_BY_TEACHER, ACT_START,
			"{'from_ns':200000000000,'lasts_ns':30000000000,'runs':[[1,1],[2,2]]}"),
		ACT_FITS);
}

static void a_run_ends_when_it_was_to_however_late_the_board_stops_it(void **unused)
{
	(void)unused;
	start();
	assert_int_equal(now()->groups[1].ends.ns, 230 * S);
	assert_int_equal(at(210, ACT_BY_TEACHER, ACT_STOP, "{'groups':[2]}"), ACT_FITS);
	assert_int_equal(now()->runs[1].to.ns, 210 * S);
	assert_int_equal(at(9000, ACT_BY_BOARD, ACT_STOP, "{'groups':[1]}"), ACT_FITS);
	assert_int_equal(now()->runs[0].to.ns, 230 * S);
	assert_int_equal(now()->groups[1].run, 0);
}

static void a_teacher_who_is_late_makes_no_run_longer(void **unused)
{
	(void)unused;
	start();
	assert_int_equal(at(231, ACT_BY_TEACHER, ACT_STOP, "{'groups':[1]}"), ACT_FITS);
	assert_int_equal(at(240, ACT_BY_TEACHER, ACT_END, "{}"), ACT_FITS);
	assert_int_equal(now()->runs[0].to.ns, 230 * S);
	assert_int_equal(now()->runs[1].to.ns, 230 * S);
}

static void the_board_stops_nothing_before_its_time(void **unused)
{
	(void)unused;
	start();
	assert_int_equal(at(229, ACT_BY_BOARD, ACT_STOP, "{'groups':[1,3]}"), ACT_FITS);
	assert_int_equal(now()->groups[1].run, 1);
	assert_int_equal(now()->runs[0].to.ns, INT64_MAX);
}

static void a_start_can_be_undone_after_the_board_stopped_it(void **unused)
{
	(void)unused;
	start();                                                                         /* 2 */
	assert_int_equal(at(230, ACT_BY_BOARD, ACT_STOP, "{'groups':[1,2]}"), ACT_FITS); /* 3 */
	assert_int_equal(at(231, ACT_BY_TEACHER, ACT_UNDO, "{'act':3}"), ACT_IS_FOR_GOOD);
	assert_false(classroom_act(room, 1, 2).may_undo);
	assert_int_equal(at(232, ACT_BY_TEACHER, ACT_UNDO, "{'act':2}"), ACT_FITS);
	assert_int_equal(now()->n_runs, 0);
}

static void a_length_is_some_time_and_not_of_what_is_over(void **unused)
{
	(void)unused;
	assert_int_equal(
		at(200, ACT_BY_TEACHER, ACT_START, "{'from_ns':1,'lasts_ns':0,'runs':[[1,1]]}"),
		ACT_BAD);
	assert_int_equal(at(201, ACT_BY_TEACHER, ACT_START,
				 "{'from_ns':1,'to_ns':2,'lasts_ns':5,'runs':[[1,1]]}"),
		ACT_BAD);
	assert_int_equal(at(202, ACT_BY_TEACHER, ACT_START,
				 "{'from_ns':1,'lasts_ns':9223372036854775807,'runs':[[1,1]]}"),
		ACT_BAD);
}

static void a_group_waits_until_its_start_or_until_nobody_wants_it(void **unused)
{
	(void)unused;
	assert_int_equal(at(200, ACT_BY_TEACHER, ACT_ARM, "{'groups':[1,2],'lasts_ns':5000000000}"),
		ACT_FITS);
	assert_int_equal(now()->groups[1].armed.ns, 200 * S);
	assert_int_equal(now()->groups[2].armed_ns, 5 * S);
	assert_int_equal(now()->groups[3].armed.ns, 0);
	assert_false(session_is_running(now()));
	assert_int_equal(at(203, ACT_BY_BOARD, ACT_START,
				 "{'from_ns':202000000000,'lasts_ns':5000000000,'runs':[[1,1]]}"),
		ACT_FITS);
	assert_int_equal(now()->groups[1].armed.ns, 0);
	assert_int_equal(now()->groups[1].ends.ns, 207 * S);
	assert_int_equal(at(204, ACT_BY_TEACHER, ACT_ARM, "{'groups':[1]}"), ACT_RECORDS);
	assert_int_equal(at(205, ACT_BY_TEACHER, ACT_STOP, "{'groups':[2]}"), ACT_FITS);
	assert_int_equal(now()->groups[2].armed.ns, 0);
	assert_int_equal(at(206, ACT_BY_TEACHER, ACT_STOP, "{'groups':[2]}"), ACT_RECORDS_NOT);
	assert_int_equal(at(208, ACT_BY_TEACHER, ACT_UNDO, "{'act':5}"), ACT_FITS);
	assert_int_equal(now()->groups[2].armed.ns, 200 * S);
	assert_int_equal(at(209, ACT_BY_TEACHER, ACT_END, "{}"), ACT_FITS);
	assert_int_equal(now()->groups[2].armed.ns, 0);
}

static void an_elbow_is_undone_and_the_group_waits_again(void **unused)
{
	(void)unused;
	assert_int_equal(at(200, ACT_BY_TEACHER, ACT_ARM, "{'groups':[1]}"), ACT_FITS);
	assert_int_equal(
		at(203, ACT_BY_BOARD, ACT_START, "{'from_ns':202000000000,'runs':[[1,1]]}"),
		ACT_FITS);
	assert_int_equal(at(204, ACT_BY_TEACHER, ACT_UNDO, "{'act':3}"), ACT_FITS);
	assert_int_equal(now()->groups[1].armed.ns, 200 * S);
	assert_int_equal(now()->n_runs, 0);
}

static void a_run_goes_on_with_what_came_meanwhile_and_until_it_is_stopped(void **unused)
{
	(void)unused;
	assert_int_equal(at(199, ACT_BY_TEACHER, ACT_RESUME, "{'runs':[[1,1]]}"), ACT_NO_RUN);
	start();
	assert_int_equal(at(205, ACT_BY_TEACHER, ACT_RESUME, "{'runs':[[1,1]]}"), ACT_RECORDS);
	at(230, ACT_BY_BOARD, ACT_STOP, "{'groups':[1,2]}");
	assert_int_equal(at(250, 1, ACT_RESUME, "{'runs':[[1,1]]}"), ACT_FITS);
	assert_int_equal(now()->groups[1].run, 1);
	assert_int_equal(now()->groups[2].run, 0);
	at(260, ACT_BY_BOARD, ACT_STOP, "{'groups':[1]}");
	assert_int_equal(now()->groups[1].run, 1); /* the board has nothing to say any more */
	assert_int_equal(at(300, 1, ACT_STOP, "{'groups':[1]}"), ACT_FITS);
	assert_int_equal(now()->runs[0].from.ns, 200 * S);
	assert_int_equal(now()->runs[0].to.ns, 300 * S);
	assert_int_equal(at(301, ACT_BY_TEACHER, ACT_UNDO, "{'act':6}"), ACT_IS_STOOD_ON);
}

/* Groups 1 and 2 have run 1 and 2 until 210, group 1 run 3 from 300 to 320 (act 4), and it goes on (act 6). */
static void go_on(void)
{
	start();
	assert_int_equal(at(210, ACT_BY_TEACHER, ACT_STOP, "{'groups':[1,2]}"), ACT_FITS);
	assert_int_equal(
		at(300, ACT_BY_TEACHER, ACT_START, "{'from_ns':300000000000,'runs':[[1,3]]}"),
		ACT_FITS);
	assert_int_equal(at(320, ACT_BY_TEACHER, ACT_STOP, "{'groups':[1]}"), ACT_FITS);
	assert_int_equal(at(330, 1, ACT_RESUME, "{'runs':[[1,3]]}"), ACT_FITS);
}

static void the_start_of_a_run_that_goes_on_stays_and_no_older_run_is_stretched(void **unused)
{
	(void)unused;
	go_on();
	assert_int_equal(at(340, ACT_BY_TEACHER, ACT_UNDO, "{'act':4}"), ACT_IS_STOOD_ON);
	assert_int_equal(at(341, ACT_BY_TEACHER, ACT_UNDO, "{'act':6}"), ACT_FITS);
	assert_int_equal(now()->runs[2].to.ns, 320 * S);
	assert_int_equal(at(342, ACT_BY_TEACHER, ACT_UNDO, "{'act':5}"), ACT_FITS); /* the stop */
	assert_int_equal(at(343, ACT_BY_TEACHER, ACT_UNDO, "{'act':4}"), ACT_FITS);
	assert_int_equal(now()->n_runs, 2);
	assert_int_equal(now()->runs[0].to.ns, 210 * S);
}

static void only_the_run_that_ended_last_goes_on(void **unused)
{
	static const char *const bad[] = {"{'groups':[1]}", "{'runs':[]}", "{'runs':[1]}",
		"{'runs':[[1,3],[1,3]]}", "{'runs':[[1,3,3]]}", "{'runs':[[1,'3']]}"};

	(void)unused;
	go_on();
	assert_int_equal(at(350, ACT_BY_TEACHER, ACT_STOP, "{'groups':[1]}"), ACT_FITS);
	assert_int_equal(at(360, ACT_BY_TEACHER, ACT_START,
				 "{'from_ns':220000000000,'to_ns':230000000000,'runs':[[1,4]]}"),
		ACT_FITS); /* made last, of before */
	assert_int_equal(session_last_run(now(), 1)->run, 3);
	assert_null(session_last_run(now(), 3));
	assert_int_equal(at(361, 1, ACT_RESUME, "{'runs':[[1,4]]}"), ACT_NO_RUN);
	assert_int_equal(at(362, 1, ACT_RESUME, "{'runs':[[1,2]]}"), ACT_NO_RUN); /* group 2's */
	assert_int_equal(at(363, 1, ACT_RESUME, "{'runs':[[4,3]]}"), ACT_NO_GROUP);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(at(364, 1, ACT_RESUME, bad[i]), ACT_BAD);
	assert_int_equal(at(365, 1, ACT_RESUME, "{'runs':[[1,3],[2,2]]}"), ACT_FITS);
	assert_int_equal(now()->groups[1].run, 3);
	assert_int_equal(now()->groups[2].run, 2);
}

static void the_log_says_what_the_board_did(void **unused)
{
	char zh_buffer[128], en_buffer[128];
	static const char *const said[][2] = {
		{"1、2 组开始记录", "Groups 1 and 2 start"},
		{"时间到，1、2 组停止记录", "Time is up. Groups 1 and 2 stopped"},
		{"1 组接着上一次记录", "Group 1 went on with the last run"},
		{"2、3 组等触发", "Groups 2 and 3 armed"},
		{"3 组触发了，开始记录", "Group 3 triggered and starts"},
	};

	(void)unused;
	start();
	at(230, ACT_BY_BOARD, ACT_STOP, "{'groups':[1,2]}");
	at(231, ACT_BY_TEACHER, ACT_RESUME, "{'runs':[[1,1]]}");
	at(232, ACT_BY_TEACHER, ACT_ARM, "{'groups':[2,3]}");
	at(240, ACT_BY_BOARD, ACT_START, "{'from_ns':235000000000,'runs':[[3,3]]}");
	assert_int_equal(classroom_acts(room, 1), 6);
	for (size_t i = 0; i < 5; i++) {
		struct text zh = text_over(zh_buffer, sizeof zh_buffer);
		struct text en = text_over(en_buffer, sizeof en_buffer);

		act_words(classroom_act(room, 1, i + 1).act, &zh, &en);
		assert_string_equal(zh.at, said[i][0]);
		assert_string_equal(en.at, said[i][1]);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_run_ends_when_it_was_to_however_late_the_board_stops_it),
		TEST(a_teacher_who_is_late_makes_no_run_longer),
		TEST(the_board_stops_nothing_before_its_time),
		TEST(a_start_can_be_undone_after_the_board_stopped_it),
		TEST(a_length_is_some_time_and_not_of_what_is_over),
		TEST(a_group_waits_until_its_start_or_until_nobody_wants_it),
		TEST(an_elbow_is_undone_and_the_group_waits_again),
		TEST(a_run_goes_on_with_what_came_meanwhile_and_until_it_is_stopped),
		TEST(the_start_of_a_run_that_goes_on_stays_and_no_older_run_is_stretched),
		TEST(only_the_run_that_ended_last_goes_on),
		TEST(the_log_says_what_the_board_did),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
