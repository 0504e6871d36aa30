/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Whose a device was: from each act's instant on, and never looking back. */
#include "data/tenancy.h"

#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)

static struct tenancy *tenancy;
static uint32_t last_act;

static int set_up(void **unused)
{
	(void)unused;
	last_act = 0;
	return tenancy_new(&tenancy);
}

static int tear_down(void **unused)
{
	(void)unused;
	tenancy_free(tenancy);
	return 0;
}

/* Done at `at_s`, in force from there on. Bodies are JSON with ' for ". */
static void done(int64_t at_s, uint32_t session, enum act_kind kind, const char *body)
{
	char text[256];
	size_t n = strlen(body);

	for (size_t i = 0; i <= n; i++)
		text[i] = (char)(body[i] == '\'' ? '"' : body[i]);
	struct act act = {.id = ++last_act,
		.session = session,
		.at = {at_s * S},
		.kind = kind,
		.body = json_loads(text, 0, NULL)};
	assert_non_null(act.body);
	assert_int_equal(tenancy_add(tenancy, &act, act.at), 0);
	json_decref(act.body);
}

static void make(int64_t at_s, uint32_t session, const char *code, const char *title)
{
	char body[160];

	snprintf(body, sizeof body,
		"{'code':'%s','title':'%s','lesson':'pendulum','groups':4,'is_project':false}",
		code, title);
	done(at_s, session, ACT_MAKE, body);
}

/* "7/3@title"; "": nobody's. */
static const char *whose(uint32_t device, int64_t at_s)
{
	static char text[160];
	const struct tenant *tenant = tenancy_at(tenancy, device, (struct instant){at_s * S});

	if (!tenant)
		return "";
	snprintf(text, sizeof text, "%s/%u@%s", tenant->lesson, tenant->group, tenant->label);
	return text;
}

static void a_device_is_its_groups_from_the_act_on(void **unused)
{
	(void)unused;
	make(10, 1, "4827", "七（3）班");
	done(20, 1, ACT_ASSIGN, "{'group':2,'devices':[5]}");
	assert_string_equal(whose(5, 19), "");
	assert_string_equal(whose(5, 20), "pendulum/2@七（3）班");
	assert_string_equal(whose(6, 20), "");
	done(30, 1, ACT_ASSIGN, "{'group':3,'devices':[5]}");
	assert_string_equal(whose(5, 29), "pendulum/2@七（3）班");
	assert_string_equal(whose(5, 30), "pendulum/3@七（3）班");
	done(40, 1, ACT_TITLE, "{'title':'七（4）班'}");
	assert_string_equal(whose(5, 45), "pendulum/3@七（4）班");
	done(50, 1, ACT_END, "{}");
	assert_string_equal(whose(5, 49), "pendulum/3@七（4）班");
	assert_string_equal(whose(5, 50), "");
}

static void what_is_dealt_is_each_groups_and_what_is_shared_all(void **unused)
{
	(void)unused;
	make(10, 1, "4827", "a");
	done(20, 1, ACT_DEAL, "{'groups':[[1,[5,7]],[2,[6,7]]]}");
	assert_string_equal(whose(5, 19), "");
	assert_string_equal(whose(5, 20), "pendulum/1@a");
	assert_string_equal(whose(6, 20), "pendulum/2@a");
	assert_string_equal(whose(7, 20), "pendulum/0@a");
	done(30, 1, ACT_UNDO, "{'act':2}");
	assert_string_equal(whose(5, 29), "pendulum/1@a");
	assert_string_equal(whose(5, 30), "");
}

/* More than class/sessions.h has at hand: an end may be a slip of the finger. */
static void of_fifty_classes_that_are_over_each_may_go_on(void **unused)
{
	(void)unused;
	for (unsigned class = 1; class <= 50; class ++) {
		make(10 * class, class, "4827", "a");
		done(10 * class + 1, class, ACT_ASSIGN, "{'group':2,'devices':[5]}");
		done(10 * class + 2, class, ACT_END, "{}");
	}
	make(990, 51, "0001", "b");
	assert_string_equal(whose(5, 1000), "");
	done(1000, 1, ACT_UNDO, "{'act':3}");
	assert_string_equal(whose(5, 1000), "pendulum/2@a");
}

/* Else a line that is sent once more would be another one. */
static void undoing_does_not_look_back(void **unused)
{
	(void)unused;
	make(10, 1, "4827", "a");
	done(20, 1, ACT_ASSIGN, "{'group':2,'devices':[5]}");
	done(30, 1, ACT_END, "{}");
	done(40, 1, ACT_UNDO, "{'act':3}");
	assert_string_equal(whose(5, 25), "pendulum/2@a");
	assert_string_equal(whose(5, 35), "");
	assert_string_equal(whose(5, 40), "pendulum/2@a");
	done(50, 1, ACT_UNDO, "{'act':2}");
	assert_string_equal(whose(5, 25), "pendulum/2@a");
	assert_string_equal(whose(5, 45), "pendulum/2@a");
	assert_string_equal(whose(5, 50), "");
	done(60, 1, ACT_UNDO, "{'act':77}"); /* of something that concerns no device */
	assert_string_equal(whose(5, 60), "");
}

static void what_concerns_no_device_changes_nothing(void **unused)
{
	(void)unused;
	make(10, 1, "4827", "a");
	done(20, 1, ACT_ASSIGN, "{'group':2,'devices':[5]}");
	const struct tenant *before = tenancy_at(tenancy, 5, (struct instant){20 * S});
	done(30, 1, ACT_START, "{'from_ns':5,'runs':[[2,1]]}");
	done(31, 1, ACT_JOIN, "{'group':1,'token':'0123456789abcdef0123456789abcdef'}");
	done(32, 1, ACT_ASSIGN, "{'group':2,'devices':[5,6]}");
	assert_ptr_equal(tenancy_at(tenancy, 5, (struct instant){33 * S}), before);
	assert_ptr_equal(tenancy_at(tenancy, 6, (struct instant){33 * S}), before);
}

/* A year of lessons: what was is still so. */
static void many_sessions_are_remembered_by_their_instants(void **unused)
{
	char code[8];

	(void)unused;
	for (uint32_t i = 1; i <= 400; i++) {
		snprintf(code, sizeof code, "%04u", i);
		make(i * 100, i, code, code);
		done(i * 100 + 10, i, ACT_ASSIGN, "{'group':1,'devices':[5]}");
		done(i * 100 + 50, i, ACT_END, "{}");
	}
	assert_string_equal(whose(5, 111), "pendulum/1@0001");
	assert_string_equal(whose(5, 20030), "pendulum/1@0200");
	assert_string_equal(whose(5, 20060), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_device_is_its_groups_from_the_act_on),
		TEST(what_is_dealt_is_each_groups_and_what_is_shared_all),
		TEST(of_fifty_classes_that_are_over_each_may_go_on),
		TEST(undoing_does_not_look_back),
		TEST(what_concerns_no_device_changes_nothing),
		TEST(many_sessions_are_remembered_by_their_instants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
