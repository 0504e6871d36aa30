/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session that goes on at another board is the same session there, has each run once, and says so. */
#include "support/classroom_acts.h"

static void what_comes_twice_is_there_once(void **unused)
{
	(void)unused;
	make(1, jar);
	assert_string_equal(of(1)->origin, "");
	assert_int_equal(
		teacher(1, ACT_CAME, "{'origin':'old/7/12','runs':[[1,4194368],[0,4194432]]}"),
		ACT_FITS);
	assert_int_equal(
		teacher(1, ACT_CAME, "{'origin':'old/7/12','runs':[[1,4194368],[1,4194496]]}"),
		ACT_FITS);
	assert_string_equal(of(1)->origin, "old/7/12");
	assert_int_equal(of(1)->n_came, 3);
	assert_int_equal(of(1)->came[1].run, 4194432);
	assert_int_equal(of(1)->came[1].group, 0);
	assert_int_equal(of(1)->came[2].run, 4194496);
	assert_int_equal(of(1)->came[2].group, 1);
	assert_int_equal(of(1)->n_runs, 0);
}

static void another_session_does_not_come_into_it(void **unused)
{
	(void)unused;
	make(1, jar);
	assert_int_equal(teacher(1, ACT_CAME, "{'origin':'old/7/12','runs':[]}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_CAME, "{'origin':'old/8/12','runs':[]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_CAME, "{'origin':'','runs':[]}"), ACT_BAD);
	assert_int_equal(
		teacher(1, ACT_CAME, "{'origin':'old/7/12','runs':[[2,1]]}"), ACT_NO_GROUP);
	assert_int_equal(teacher(1, ACT_CAME, "{'origin':'old/7/12','runs':[[1,0]]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_CAME, "{'origin':'old/7/12','runs':[[-1,1]]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_CAME, "{'origin':'old/7/12','runs':[7]}"), ACT_BAD);
	assert_int_equal(of(1)->n_came, 0);
	undo(2, ACT_IS_FOR_GOOD);
}

/* "{'origin':'old/7/12','runs':[[1,id] ...]}", n from the first on; static. */
static const char *came_from(unsigned first, unsigned n)
{
	static char buffer[8192];
	struct text text = text_over(buffer, sizeof buffer);

	text_add(&text, "{'origin':'old/7/12','runs':[");
	for (unsigned i = 0; i < n; i++)
		text_addf(&text, "%s[1,%u]", i > 0 ? "," : "", first + i);
	text_add(&text, "]}");
	assert_false(text.is_cut);
	return buffer;
}

static void those_that_are_here_take_no_room(void **unused)
{
	(void)unused;
	make(1, jar);
	assert_int_equal(teacher(1, ACT_CAME, came_from(4194368, 300)), ACT_FITS);
	assert_int_equal(teacher(1, ACT_CAME, came_from(4194368, 500)), ACT_FITS);
	assert_int_equal(of(1)->n_came, SESSION_CAME);
	assert_int_equal(teacher(1, ACT_CAME, came_from(4194368, 500)), ACT_FITS);
	assert_int_equal(teacher(1, ACT_CAME, came_from(4194369, 500)), ACT_FULL);
}

static void an_undoing_keeps_what_came(void **unused)
{
	(void)unused;
	make(1, jar);
	assert_int_equal(
		teacher(1, ACT_CAME, "{'origin':'old/7/12','runs':[[1,4194368]]}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_TITLE, "{'title':'x'}"), ACT_FITS);
	undo(3, ACT_FITS);
	assert_int_equal(of(1)->n_came, 1);
}

static void the_log_says_where_it_goes_and_that_it_came(void **unused)
{
	static const char *const said[][2] = {
		{"从另一块板子带来 1 次记录", "Came from another board, runs: 1"},
		{"下课，接着上在 “三楼”", "Session ended, and goes on at \"三楼\""},
	};
	char zh_buffer[256], en_buffer[256];

	(void)unused;
	make(1, jar);
	assert_int_equal(
		teacher(1, ACT_CAME, "{'origin':'old/7/12','runs':[[1,4194368]]}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_END, "{'to':'三楼'}"), ACT_FITS);
	for (size_t i = 0; i < 2; i++) {
		struct text zh = text_over(zh_buffer, sizeof zh_buffer);
		struct text en = text_over(en_buffer, sizeof en_buffer);

		act_words(classroom_act(room, 1, i + 1).act, &zh, &en);
		assert_string_equal(zh.at, said[i][0]);
		assert_string_equal(en.at, said[i][1]);
	}
}

/* What is done on several boards at once finds its session by what those share, and no other one. */
static void a_session_is_found_by_what_it_shares(void **unused)
{
	static const char id[] = "00112233445566ff";

	(void)unused;
	make(1, jar);
	make(2, six);
	assert_int_equal(teacher(1, ACT_TOGETHER, "{'id':'00112233445566fg'}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_TOGETHER, "{'id':'00112233445566fff'}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_TOGETHER, "{'id':'00112233445566ff'}"), ACT_FITS);
	assert_ptr_equal(classroom_together(room, id), of(1));
	assert_null(classroom_together(room, "00112233445566fe"));
	assert_null(classroom_together(room, ""));
	assert_null(classroom_end(room, 1));
	assert_int_equal(teacher(1, ACT_END, "{'together':true}"), ACT_FITS);
	assert_int_equal(classroom_end(room, 1)->kind, ACT_END);
	assert_ptr_equal(classroom_together(room, id), of(1));
	/* That is open goes before that is over. */
	assert_int_equal(teacher(2, ACT_TOGETHER, "{'id':'00112233445566ff'}"), ACT_FITS);
	assert_ptr_equal(classroom_together(room, id), of(2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLASSROOM_TEST(what_comes_twice_is_there_once),
		CLASSROOM_TEST(another_session_does_not_come_into_it),
		CLASSROOM_TEST(those_that_are_here_take_no_room),
		CLASSROOM_TEST(an_undoing_keeps_what_came),
		CLASSROOM_TEST(a_session_is_found_by_what_it_shares),
		CLASSROOM_TEST(the_log_says_where_it_goes_and_that_it_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
