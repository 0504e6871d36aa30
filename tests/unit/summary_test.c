/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only. What another board says of itself is taken as far as it is what it should be, and no further. */
#include "room/summary.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

#define WHO \
	"\"id\":\"0123456789abcdef\",\"life\":\"fedcba9876543210\",\"name\":\"窗边\",\"version\":\"1.0\""

static int read_text(const char *text, struct summary *ret_summary)
{
	return summary_read(text, strlen(text), ret_summary);
}

static void a_board_is_read_as_it_is(void **unused)
{
	struct summary summary;

	(void)unused;
	assert_int_equal(
		read_text(
			"{" WHO
			",\"interface\":1,\"is_teacher\":true,\"now_us\":12,\"lesson\":\"pendulum\","
			"\"session\":7,\"groups\":[{\"number\":2,\"animal\":{\"zh\":\"兔\",\"en\":\"Rabbit\"},"
			"\"phase\":\"armed\",\"run\":null,\"course\":{\"is_over\":true,\"first_s\":0.25,"
			"\"step_s\":2,\"values\":[1,null,\"x\"],\"more\":1},"
			"\"channels\":[{\"name\":{\"zh\":\"力\",\"en\":\"Force\"},"
			"\"unit\":\"N\",\"value\":1.5,\"resolution\":0.1,\"trace\":[null,1.25]}]}]}",
			&summary),
		0);
	assert_string_equal(summary.name, "窗边");
	assert_string_equal(summary.lesson, "pendulum");
	assert_int_equal(summary.session, 7);
	assert_int_equal(summary.now.ns, 12000);
	assert_true(summary.is_teacher);
	assert_string_equal(summary.groups,
		"[{\"number\":2,\"animal\":{\"zh\":\"兔\",\"en\":\"Rabbit\"},\"phase\":\"armed\",\"run\":null,"
		"\"course\":{\"is_over\":true,\"first_s\":0.25,\"step_s\":2,\"values\":[1,null,null]},"
		"\"channels\":[{\"name\":{\"zh\":\"力\",\"en\":\"Force\"},\"unit\":\"N\",\"value\":1.5,"
		"\"resolution\":0.1,\"trace\":[null,1.25]}]}]");
	summary_clear(&summary);
}

static void what_is_no_board_is_refused(void **unused)
{
	static const char *const wrong[] = {
		"",
		"<html>",
		"[]",
		"{}",
		"{" WHO "}",
		"{" WHO ",\"interface\":0,\"now_us\":1}",
		"{" WHO ",\"interface\":1}",
		"{" WHO ",\"interface\":1,\"now_us\":-1}",
		"{" WHO ",\"interface\":1,\"now_us\":9223372036854775807}",
		"{" WHO
		",\"interface\":1,\"now_us\":9223372036854775}", /* its ns fit, sums do not */
		"{" WHO ",\"interface\":1,\"now_us\":\"1\"}",
		"{\"id\":\"0123456789ABCDEF\",\"life\":\"fedcba9876543210\",\"interface\":1,\"now_us\":1}",
		"{\"id\":\"0123456789abcde\",\"life\":\"fedcba9876543210\",\"interface\":1,\"now_us\":1}",
		"{\"id\":\"0123456789abcdef0\",\"life\":\"fedcba9876543210\",\"interface\":1,\"now_us\":1}",
	};
	struct summary summary;

	(void)unused;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (read_text(wrong[i], &summary) != -EPROTO)
			fail_msg("%s", wrong[i]);
}

static void another_version_says_who_it_is(void **unused)
{
	struct summary summary;

	(void)unused;
	assert_int_equal(
		read_text("{" WHO ",\"interface\":2,\"groups\":[{\"number\":1}]}", &summary), 0);
	assert_int_equal(summary.interface, 2);
	assert_string_equal(summary.version, "1.0");
	assert_string_equal(summary.groups, "[]");
	summary_clear(&summary);
}

/* Of a stranger's bytes nothing is passed on but what is known, in its bounds. */
static void what_is_passed_on_is_ours(void **unused)
{
	char *long_one = malloc(1 << 16), *at = long_one;
	struct summary summary;

	(void)unused;
	at += sprintf(at,
		"{" WHO ",\"interface\":1,\"now_us\":1,\"lesson\":7,\"session\":-3,\"groups\":[5,");
	for (int i = 0; i < 40; i++)
		at += sprintf(at,
			"{\"number\":%d,\"animal\":\"x\",\"course\":{\"first_s\":\"<b>\"},\"phase\":\"</script>\",\"run\":4e9,\"evil\":\"<b>\","
			"\"channels\":[{\"name\":{\"zh\":\"<b>\\u0007\",\"en\":\"a\\nb\"},\"unit\":7,\"value\":\"1\","
			"\"trace\":[1,\"2\",[3],4e300]}]},",
			i % 20);
	at[-1] = ']';
	strcpy(at, "}");
	assert_int_equal(read_text(long_one, &summary), 0);
	assert_string_equal(summary.lesson, "");
	assert_int_equal(summary.session, 0);
	json_t *groups = json_loads(summary.groups, 0, NULL), *group;
	size_t i;

	assert_non_null(groups);
	assert_true(json_array_size(groups) <= SUMMARY_GROUPS);
	json_array_foreach(groups, i, group)
	{
		assert_int_equal(json_object_size(group), 6);
		assert_true(json_is_null(json_object_get(group, "course")));
		assert_in_range(json_integer_value(json_object_get(group, "number")), 1, 12);
		assert_string_equal(json_string_value(json_object_get(group, "phase")), "open");
	}
	assert_null(strstr(summary.groups, "evil"));
	assert_null(strstr(summary.groups, "<b>")); /* escaped */
	assert_null(strstr(summary.groups, "script"));
	json_decref(groups);
	summary_clear(&summary);
	free(long_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_board_is_read_as_it_is),
		cmocka_unit_test(what_is_no_board_is_refused),
		cmocka_unit_test(another_version_says_who_it_is),
		cmocka_unit_test(what_is_passed_on_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
