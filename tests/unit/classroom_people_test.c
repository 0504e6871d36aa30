/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Browsers come to a session, choose a group and go; no more of them than there is room for. */
#include "support/classroom_acts.h"

static void browsers_come_choose_and_go(void **unused)
{
	const struct session_member *member;

	(void)unused;
	make(1, six);
	assert_int_equal(by(ACT_BY_BOARD, 1, ACT_JOIN, "{'group':0,'token':'short'}"), ACT_BAD);
	assert_int_equal(
		by(ACT_BY_BOARD, 1, ACT_JOIN, "{'group':0,'token':'" TOKEN "'}"), ACT_FITS);
	assert_int_equal(by(3, 1, ACT_JOIN, "{'group':3,'token':'" TOKEN "'}"), ACT_FITS);
	assert_int_equal(by(3, 1, ACT_JOIN, "{'group':3,'token':'" OTHER "'}"), ACT_FITS);
	assert_int_equal(of(1)->n_members, 2);
	assert_ptr_equal(classroom_joined(room, TOKEN, &member), of(1));
	assert_int_equal(member->group, 3);
	assert_int_equal(by(3, 1, ACT_LEAVE, "{'token':'" TOKEN "'}"), ACT_FITS);
	assert_null(classroom_joined(room, TOKEN, &member));
	assert_int_equal(by(3, 1, ACT_LEAVE, "{'token':'" TOKEN "'}"), ACT_NO_MEMBER);
	assert_int_equal(teacher(1, ACT_GROUPS, "{'groups':2}"), ACT_FITS);
	classroom_joined(room, OTHER, &member);
	assert_int_equal(member->group, 0);
	assert_int_equal(teacher(1, ACT_END, "{}"), ACT_FITS);
	assert_ptr_equal(classroom_joined(room, OTHER, &member), of(1)); /* to look at it */
	assert_false(session_is_open(of(1)));
}

static enum act_verdict join_as(unsigned number, const char *more)
{
	char body[128];

	snprintf(body, sizeof body, "{'group':1,'token':'%032u'%s}", number, more);
	return by(1, 1, ACT_JOIN, body);
}

static void who_comes_to_a_full_session_takes_the_place_that_is_named(void **unused)
{
	const struct session_member *member;

	(void)unused;
	make(1, six);
	for (unsigned i = 0; i < SESSION_MEMBERS; i++)
		assert_int_equal(join_as(i, ""), ACT_FITS);
	assert_int_equal(join_as(999, ""), ACT_FULL);
	assert_int_equal(join_as(999, ",'instead':'" TOKEN "'"), ACT_NO_MEMBER);
	assert_int_equal(join_as(999, ",'instead':'00000000000000000000000000000007'"), ACT_FITS);
	assert_int_equal(of(1)->n_members, SESSION_MEMBERS);
	assert_null(classroom_joined(room, "00000000000000000000000000000007", &member));
	assert_non_null(classroom_joined(room, "00000000000000000000000000000999", &member));
	assert_int_equal(join_as(8, ""), ACT_FITS); /* who is in needs no place */
}

static void whoever_joins_again_and_again_stops_no_lesson(void **unused)
{
	(void)unused;
	make(1, six);
	for (unsigned i = 0; i < SESSION_JOINS; i++)
		assert_int_equal(join_as(1, ""), ACT_FITS);
	assert_int_equal(join_as(1, ""), ACT_FULL);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':5,'runs':[[1,1]]}"), ACT_FITS);
	assert_int_equal(
		by(1, 1, ACT_LEAVE, "{'token':'00000000000000000000000000000001'}"), ACT_FITS);
}

static void whoever_came_last_may_leave_too(void **unused)
{
	const struct session_member *member;

	(void)unused;
	make(1, six);
	by(1, 1, ACT_JOIN, "{'group':1,'token':'" TOKEN "'}");
	by(2, 1, ACT_JOIN, "{'group':2,'token':'" OTHER "'}");
	assert_int_equal(by(2, 1, ACT_LEAVE, "{'token':'" OTHER "'}"), ACT_FITS);
	assert_ptr_equal(classroom_joined(room, TOKEN, &member), of(1));
	assert_null(classroom_joined(room, OTHER, &member));
	assert_int_equal(by(1, 1, ACT_LEAVE, "{'token':'" TOKEN "'}"), ACT_FITS);
	assert_int_equal(of(1)->n_members, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLASSROOM_TEST(browsers_come_choose_and_go),
		CLASSROOM_TEST(who_comes_to_a_full_session_takes_the_place_that_is_named),
		CLASSROOM_TEST(whoever_joins_again_and_again_stops_no_lesson),
		CLASSROOM_TEST(whoever_came_last_may_leave_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
