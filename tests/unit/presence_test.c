/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Who gives way in a class that is full: never one who is there. */
#include "class/presence.h"

#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)

static struct classroom *room;
static struct presence presence;
static struct session_member members[4];
static const struct session full = {.members = members, .n_members = 4};

static struct instant at(int64_t s)
{
	return (struct instant){s * S};
}

static const char *token(unsigned i)
{
	return members[i].token;
}

static int set_up(void **unused)
{
	(void)unused;
	presence = (struct presence){.since = at(1000)};
	for (unsigned i = 0; i < 4; i++)
		snprintf(members[i].token, SESSION_TOKEN, "%032u", i);
	return classroom_new(&room);
}

static int tear_down(void **unused)
{
	(void)unused;
	presence_clear(&presence);
	classroom_free(room);
	return 0;
}

static void who_never_asked_for_anything_goes_first(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 4; i++)
		presence_come(&presence, token(i), at(1000 + i));
	presence_see(&presence, room, token(0), at(1010));
	presence_see(&presence, room, token(3), at(1010));
	assert_null(presence_silent(&presence, &full, at(1001 + PRESENCE_UNUSED_S - 1)));
	assert_ptr_equal(presence_silent(&presence, &full, at(1002 + PRESENCE_UNUSED_S)), token(1));
	presence_see(&presence, room, token(1), at(1100));
	assert_ptr_equal(presence_silent(&presence, &full, at(1002 + PRESENCE_UNUSED_S)), token(2));
	/* Rather than one who was heard of long ago, but was a pupil's. */
	assert_ptr_equal(presence_silent(&presence, &full, at(9000 + PRESENCE_SILENT_S)), token(2));
}

static void who_is_there_stays_and_who_was_silent_longest_goes(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 4; i++) {
		presence_come(&presence, token(i), at(1000));
		presence_see(&presence, room, token(i), at(1010 + i));
	}
	assert_null(presence_silent(&presence, &full, at(1010 + PRESENCE_SILENT_S - 1)));
	assert_ptr_equal(presence_silent(&presence, &full, at(1013 + PRESENCE_SILENT_S)), token(0));
	presence_see(&presence, room, token(0), at(2000));
	assert_ptr_equal(presence_silent(&presence, &full, at(1013 + PRESENCE_SILENT_S)), token(1));
}

static void after_a_restart_everybody_was_just_there(void **unused)
{
	(void)unused;
	assert_null(presence_silent(&presence, &full, at(1000 + PRESENCE_SILENT_S - 1)));
	assert_non_null(presence_silent(&presence, &full, at(1000 + PRESENCE_SILENT_S)));
}

static void cookies_that_nobody_gave_out_are_not_remembered(void **unused)
{
	(void)unused;
	presence_see(&presence, room, "0123456789abcdef0123456789abcdef", at(1010));
	assert_int_equal(presence.n, 0);
}

static void the_list_is_bounded(void **unused)
{
	char one[SESSION_TOKEN];

	(void)unused;
	for (unsigned i = 0; i < PRESENCE_MOST + 10; i++) {
		snprintf(one, sizeof one, "%032u", i);
		presence_come(&presence, one, at(1000 + i));
	}
	assert_int_equal(presence.n, PRESENCE_MOST);
	presence_see(&presence, room, one, at(9000)); /* the newest is in it */
	for (size_t i = 0; i < presence.n; i++)
		if (strcmp(presence.heard[i].token, one) == 0)
			assert_true(presence.heard[i].is_used);
}

#define PROMISE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROMISE(who_never_asked_for_anything_goes_first),
		PROMISE(who_is_there_stays_and_who_was_silent_longest_goes),
		PROMISE(after_a_restart_everybody_was_just_there),
		PROMISE(cookies_that_nobody_gave_out_are_not_remembered),
		PROMISE(the_list_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
