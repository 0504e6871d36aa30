/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What was done is told, and what is undone was never done. */
#include "support/classroom_acts.h"

static void kits_that_something_was_recorded_with_cannot_be_undone(void **unused)
{
	uint32_t dealt, start;
	char undo[32];

	(void)unused;
	make(1, six);
	teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[2,6]]}");
	teacher(1, ACT_DEAL, "{'groups':[[1,[11]]]}");
	dealt = last_act;
	teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7]]}");
	start = last_act;
	snprintf(undo, sizeof undo, "{'act':%u}", dealt);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_IS_STOOD_ON);
	snprintf(undo, sizeof undo, "{'act':%u}", start);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_FITS);
	snprintf(undo, sizeof undo, "{'act':%u}", dealt);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_FITS);
}

static void what_is_undone_was_never_done(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7],[2,8]]}"), ACT_FITS);
	uint32_t start = last_act;
	assert_int_equal(teacher(1, ACT_STOP, "{'groups':[1,2]}"), ACT_FITS);
	uint32_t stop = last_act;
	assert_int_equal(
		by(2, 1, ACT_READING, "{'group':2,'at_ns':5,'typed':{'L':1.5},'values':{}}"),
		ACT_FITS);
	undo(start, ACT_IS_STOOD_ON);
	undo(99, ACT_NO_ACT);
	undo(1, ACT_IS_FOR_GOOD);
	undo(stop, ACT_FITS); /* the runs go on, as if nobody had stopped them */
	assert_int_equal(of(1)->groups[2].run, 8);
	assert_int_equal(of(1)->runs[1].to.ns, INT64_MAX);
	undo(stop, ACT_IS_UNDONE);
	undo(start, ACT_FITS);
	assert_int_equal(of(1)->n_runs, 0);
	assert_false(classroom_act(room, 1, 3).is_undone); /* done after both */
	assert_int_equal(classroom_acts(room, 1), 6);
	assert_true(classroom_act(room, 1, 1).is_undone);
	assert_false(classroom_act(room, 1, 1).may_undo);
	assert_true(classroom_act(room, 1, 3).may_undo);
	undo(last_act, ACT_IS_FOR_GOOD); /* an undoing; doing it again is the way */
}

static void kits_are_undone_for_whom_nothing_was_recorded_with_them(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':1,'devices':[11]}"), ACT_FITS);
	uint32_t first = last_act;
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':2,'devices':[12]}"), ACT_FITS);
	uint32_t second = last_act;
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7]]}"), ACT_FITS);
	undo(first, ACT_IS_STOOD_ON);
	undo(second, ACT_FITS); /* only group 1 has recorded */
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':1,'devices':[13]}"), ACT_FITS);
	undo(last_act, ACT_IS_STOOD_ON); /* the run goes on with it */
	assert_int_equal(of(1)->groups[1].devices[0], 13);
}

static void the_end_can_be_undone_and_nothing_else_of_what_is_over(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7]]}"), ACT_FITS);
	uint32_t start = last_act;
	assert_int_equal(teacher(1, ACT_END, "{}"), ACT_FITS);
	uint32_t end = last_act;
	assert_int_equal(teacher(1, ACT_FREEZE, "{'on':true}"), ACT_IS_ENDED);
	undo(start, ACT_IS_ENDED);
	undo(end, ACT_FITS);
	assert_int_equal(of(1)->groups[1].run, 7);
	assert_true(session_is_open(of(1)));
}

static void who_did_it_is_told_as_it_is_stored(void **unused)
{
	char buffer[32];
	struct text text = text_over(buffer, sizeof buffer);
	int who;

	(void)unused;
	for (int i = ACT_BY_BOARD; i <= CLASSROOM_GROUPS; i++) {
		text_reset(&text);
		act_who_write(i, &text);
		assert_true(act_who_read(text.at, &who));
		assert_int_equal(who, i);
	}
	assert_string_equal(text.at, "group 12");
	assert_false(act_who_read("group 13", &who));
	assert_false(act_who_read("group x", &who));
	assert_false(act_who_read("小明", &who));
	for (enum act_kind kind = ACT_MAKE; kind < ACT_KINDS; kind++)
		assert_int_equal(act_kind_named(act_kind_name(kind)), kind);
	assert_int_equal(act_kind_named("destroy"), 0);
	for (unsigned i = 1; i <= CLASSROOM_GROUPS; i++)
		for (unsigned k = 1; k < i; k++)
			assert_string_not_equal(group_animal(i).zh, group_animal(k).zh);
	assert_string_equal(group_animal(1).en, "Rabbit");
}

static void says(size_t i, const char *zh, const char *en)
{
	char zh_buffer[256], en_buffer[256];
	struct text in_zh = text_over(zh_buffer, sizeof zh_buffer);
	struct text in_en = text_over(en_buffer, sizeof en_buffer);

	act_words(classroom_act(room, 1, i).act, &in_zh, &in_en);
	assert_string_equal(in_zh.at, zh);
	assert_string_equal(in_en.at, en);
}

static void the_log_says_what_was_done(void **unused)
{
	(void)unused;
	make(1, six);
	teacher(1, ACT_START, "{'from_ns':942000000000,'runs':[[1,7],[2,8],[6,9]]}");
	teacher(1, ACT_STOP, "{'groups':[2]}");
	by(3, 1, ACT_MARK, "{'group':3,'at_ns':5,'text':'<b>\\u0007开窗'}");
	teacher(1, ACT_ASSIGN, "{'group':1,'devices':[3,4]}");
	says(0, "开课 “七（3）班”", "Session begun \"七（3）班\"");
	says(1, "1、2、6 组开始记录，从 60 秒前算起", "Groups 1, 2 and 6 start, from 60 s before");
	says(2, "2 组停止记录", "Group 2 stopped");
	says(3, "3 组打标记 “<b>\\x07开窗”", "Group 3 marked \"<b>\\x07开窗\"");
	says(4, "1 组用 2 台器材", "Group 1 has 2 kits");
	teacher(1, ACT_DEAL, "{'groups':[[1,[3,4]],[2,[5]]]}");
	says(5, "给 1、2 组分器材", "Groups 1 and 2 got kits");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLASSROOM_TEST(kits_that_something_was_recorded_with_cannot_be_undone),
		CLASSROOM_TEST(what_is_undone_was_never_done),
		CLASSROOM_TEST(kits_are_undone_for_whom_nothing_was_recorded_with_them),
		CLASSROOM_TEST(the_end_can_be_undone_and_nothing_else_of_what_is_over),
		CLASSROOM_TEST(who_did_it_is_told_as_it_is_stored),
		CLASSROOM_TEST(the_log_says_what_was_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
