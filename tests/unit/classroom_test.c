/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What follows from what teachers do: several sessions side by side, codes, runs, the clock, guesses; and
 * what cannot be. */
#include "support/classroom_acts.h"

static void a_session_begins_as_it_was_made(void **unused)
{
	(void)unused;
	make(1, six);
	const struct session *s = of(1);
	assert_string_equal(s->code, "4827");
	assert_string_equal(s->title, "七（3）班");
	assert_string_equal(s->lesson, "pendulum");
	assert_false(s->is_project);
	assert_int_equal(s->n_groups, 6);
	assert_true(session_is_open(s));
	assert_int_equal(s->made.ns, 1001 * S);
	assert_false(s->groups_may_start || s->is_frozen || s->is_revealed || s->has_range ||
		s->has_phase);
}

static void sessions_run_side_by_side(void **unused)
{
	(void)unused;
	make(1, jar);
	make(2, six);
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':900000000000,'runs':[[1,1]]}"), ACT_FITS);
	assert_int_equal(
		teacher(2, ACT_START, "{'from_ns':1000000000000,'runs':[[1,2],[2,3]]}"), ACT_FITS);
	assert_int_equal(teacher(2, ACT_END, "{}"), ACT_FITS);
	assert_false(session_is_open(of(2)));
	assert_false(session_is_running(of(2)));
	assert_int_equal(of(2)->runs[1].to.ns, now_s * S);
	assert_true(session_is_running(of(1))); /* a lesson cannot disturb a project */
	assert_int_equal(of(1)->runs[0].to.ns, INT64_MAX);
	classroom_forget(room, 2);
	assert_null(classroom_session(room, 2));
	assert_int_equal(classroom_count(room), 1);
	assert_int_equal(teacher(2, ACT_FREEZE, "{'on':true}"), ACT_NO_SESSION);
}

static void a_code_leads_to_one_open_session_and_to_no_ended_one(void **unused)
{
	char code[SESSION_CODE];

	(void)unused;
	make(1, six);
	assert_int_equal(teacher(2, ACT_MAKE, six), ACT_CODE);
	assert_ptr_equal(classroom_coded(room, "4827"), of(1));
	assert_null(classroom_coded(room, "4828"));
	assert_true(classroom_new_code(room, 14827, code));
	assert_string_equal(code, "4828");
	assert_int_equal(teacher(1, ACT_END, "{}"), ACT_FITS);
	assert_null(classroom_coded(room, "4827"));
	assert_true(classroom_new_code(room, 4827, code));
	assert_string_equal(code, "4827");
	make(3, six);
	/* The first is open again, under another code. */
	assert_int_equal(teacher(1, ACT_UNDO, "{'act':3}"), ACT_CODE);
	assert_int_equal(teacher(1, ACT_UNDO, "{'act':3,'code':'0001'}"), ACT_FITS);
	assert_string_equal(of(1)->code, "0001");
	assert_string_equal(classroom_coded(room, "4827")->lesson, "pendulum");
	/* It keeps that when something else is undone. */
	assert_int_equal(teacher(1, ACT_FREEZE, "{'on':true}"), ACT_FITS);
	char undo[32];
	snprintf(undo, sizeof undo, "{'act':%u}", last_act);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_FITS);
	assert_string_equal(of(1)->code, "0001");
}

static void what_cannot_be_is_refused(void **unused)
{
	(void)unused;
	assert_int_equal(teacher(1, ACT_FREEZE, "{'on':true}"), ACT_NO_SESSION);
	assert_int_equal(teacher(1, ACT_MAKE, "{}"), ACT_BAD);
	assert_int_equal(
		teacher(1, ACT_MAKE,
			"{'code':'482','title':'','lesson':'','groups':6,'is_project':false}"),
		ACT_BAD);
	assert_int_equal(
		teacher(1, ACT_MAKE,
			"{'code':'4827','title':'','lesson':'','groups':13,'is_project':false}"),
		ACT_BAD);
	assert_int_equal(teacher(1, ACT_MAKE,
				 "{'code':'4827','title':'','groups':3,'is_project':false,'lesson':"
				 "'a-lesson-with-a-name-of-32-letters'}"),
		ACT_TOO_LONG);
	make(1, six);
	assert_int_equal(teacher(1, ACT_FREEZE, "{}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_FREEZE, "{'on':1}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_FREEZE, "{'on':true,'off':true}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_RANGE, "{'low':1}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_RANGE, "{'low':1,'high':1}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_PHASE, "{'index':-1}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_PAUSE, "{'on':true}"), ACT_BAD); /* no clock runs */
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':7,'devices':[]}"), ACT_NO_GROUP);
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':1,'devices':[3,3]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':1,'devices':[0]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':9,'runs':[]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':9,'runs':[[1,1],[1,2]]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':9,'runs':[[7,1]]}"), ACT_NO_GROUP);
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':9000000000000,'runs':[[1,1]]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_STOP, "{'groups':[1]}"), ACT_RECORDS_NOT);
	assert_int_equal(by(7, 1, ACT_MARK, "{'group':1,'at_ns':5,'text':'x'}"), ACT_NO_GROUP);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'value':1,'choice':1}"), ACT_BAD);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'points':[[1,2]]}"), ACT_BAD);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'points':[[1,2],[3]]}"), ACT_BAD);
	assert_int_equal(classroom_acts(room, 1), 1);
}

static void runs_begin_at_one_instant_also_before(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7],[2,8],[6,9]]}"),
		ACT_FITS);
	assert_int_equal(of(1)->groups[6].run, 9);
	assert_int_equal(of(1)->groups[3].run, 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(of(1)->runs[i].from.ns, 400 * S);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[3,10],[1,11]]}"),
		ACT_RECORDS);
	/* Made afterwards, beside the one that goes on; it is over at once. */
	assert_int_equal(teacher(1, ACT_START,
				 "{'from_ns':100000000000,'to_ns':200000000000,'runs':[[1,10]]}"),
		ACT_FITS);
	assert_int_equal(of(1)->groups[1].run, 7);
	assert_int_equal(teacher(1, ACT_STOP, "{'groups':[1,2]}"), ACT_FITS);
	assert_int_equal(of(1)->runs[0].to.ns, now_s * S);
	assert_int_equal(of(1)->runs[2].to.ns, INT64_MAX);
	/* A number is never used twice, so no run can take the place of another. */
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7]]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_GROUPS, "{'groups':5}"), ACT_HAS_RUNS);
	assert_int_equal(of(1)->n_runs, 4);
}

static void the_last_of_two_teachers_holds_and_both_are_in_the_log(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(teacher(1, ACT_RANGE, "{'low':0,'high':100}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_RANGE, "{'low':20,'high':50.5}"), ACT_FITS);
	assert_true(of(1)->has_range && of(1)->low == 20 && of(1)->high == 50.5);
	assert_int_equal(classroom_acts(room, 1), 3);
	assert_int_equal(teacher(1, ACT_STOP, "{'groups':[1]}"), ACT_RECORDS_NOT);
	assert_int_equal(teacher(1, ACT_RANGE, "{}"), ACT_FITS);
	assert_false(of(1)->has_range);
}

static void the_clock_of_a_lesson_stands_while_it_is_paused(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(teacher(1, ACT_PHASE, "{'index':0}"), ACT_FITS);
	int64_t since_s = now_s;
	assert_int_equal(teacher(1, ACT_PAUSE, "{'on':true}"), ACT_FITS);
	now_s += 59;
	assert_int_equal(teacher(1, ACT_PAUSE, "{'on':true}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_PAUSE, "{'on':false}"), ACT_FITS);
	assert_int_equal(of(1)->phase_since.ns, (since_s + 61) * S);
	assert_false(of(1)->is_paused);
	assert_int_equal(teacher(1, ACT_PHASE, "{'index':1}"), ACT_FITS);
	assert_int_equal(of(1)->phase, 1);
	assert_int_equal(of(1)->phase_since.ns, now_s * S);
}

/* A rule of today about what may be asked takes back nothing that was answered as done. */
static void what_was_kept_is_folded_whatever_may_be_asked_today(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':5,'runs':[[1,7]]}"), ACT_FITS);
	struct act act = {.id = ++last_act,
		.session = 1,
		.at = {++now_s * S},
		.who = 1,
		.kind = ACT_PREDICT,
		.body = json_pack("{s:i, s:f}", "group", 1, "value", 2.5)};

	assert_int_equal(classroom_judge(room, &act), ACT_IS_FIXED);
	assert_int_equal(classroom_take(room, &act), ACT_FITS);
	json_decref(act.body);
	assert_true(
		json_number_value(json_object_get(of(1)->groups[1].prediction, "value")) == 2.5);
}

static void a_guess_is_changed_by_who_made_it_and_the_teacher_alone(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':1.5,'token':'a'}"), ACT_FITS);
	uint32_t guess = last_act;
	assert_int_equal(
		by(1, 1, ACT_PREDICT, "{'group':1,'value':2,'token':'b'}"), ACT_HAS_GUESSED);
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':2}"), ACT_HAS_GUESSED);
	assert_true(session_has_guessed(of(1), 1, "a"));
	assert_false(session_has_guessed(of(1), 1, "b"));
	assert_false(session_has_guessed(of(1), 1, NULL));
	undo(guess, ACT_FITS);
	assert_false(session_has_guessed(of(1), 1, "a"));
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':2,'token':'b'}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_PREDICT, "{'group':1,'value':3}"), ACT_FITS);
	assert_false(session_has_guessed(of(1), 1, "b"));
}

static void a_guess_is_changed_until_the_group_has_a_run_or_all_is_revealed(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':1.5,'token':'a'}"), ACT_FITS);
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':2.5,'token':'a'}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':5,'runs':[[1,7]]}"), ACT_FITS);
	uint32_t start = last_act;
	assert_false(session_may_predict(of(1), 1));
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':3.5}"), ACT_IS_FIXED);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'value':3.5,'token':'b'}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_STOP, "{'groups':[1]}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_PREDICT, "{'group':1,'value':3.5}"), ACT_IS_FIXED);
	undo(last_act - 1, ACT_FITS);
	undo(start, ACT_FITS); /* a start by mistake */
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':4.5,'token':'a'}"), ACT_FITS);
	assert_true(
		json_number_value(json_object_get(of(1)->groups[1].prediction, "value")) == 4.5);

	assert_int_equal(teacher(1, ACT_REVEAL, "{'on':true}"), ACT_FITS);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'value':9}"), ACT_IS_FIXED);
	assert_int_equal(teacher(1, ACT_REVEAL, "{'on':false}"), ACT_FITS);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'value':9,'token':'b'}"), ACT_FITS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLASSROOM_TEST(a_session_begins_as_it_was_made),
		CLASSROOM_TEST(sessions_run_side_by_side),
		CLASSROOM_TEST(a_code_leads_to_one_open_session_and_to_no_ended_one),
		CLASSROOM_TEST(what_cannot_be_is_refused),
		CLASSROOM_TEST(runs_begin_at_one_instant_also_before),
		CLASSROOM_TEST(the_last_of_two_teachers_holds_and_both_are_in_the_log),
		CLASSROOM_TEST(the_clock_of_a_lesson_stands_while_it_is_paused),
		CLASSROOM_TEST(what_was_kept_is_folded_whatever_may_be_asked_today),
		CLASSROOM_TEST(a_guess_is_changed_by_who_made_it_and_the_teacher_alone),
		CLASSROOM_TEST(a_guess_is_changed_until_the_group_has_a_run_or_all_is_revealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
