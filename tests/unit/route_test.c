/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which path goes where, and which names are ours. */
#include "http/route.h"

#include <string.h>

#include "support/cmocka_all.h"

static struct route_arguments got;

static void a_path_without_arguments_fits_only_itself(void **unused)
{
	(void)unused;
	assert_true(route_fits("/api/v1/runs", "/api/v1/runs", &got));
	assert_false(route_fits("/api/v1/runs", "/api/v1/run", &got));
	assert_false(route_fits("/api/v1/runs", "/api/v1/runs/", &got));
	assert_false(route_fits("/api/v1/runs", "/api/v1/runsx", &got));
	assert_false(route_fits("/api/v1/runs", "/api/v1", &got));
	assert_false(route_fits("/api/v1/runs", "/API/v1/runs", &got));
	assert_false(route_fits("/api/v1/runs", "", &got));
}

static void an_argument_is_one_segment_and_never_empty(void **unused)
{
	(void)unused;
	assert_true(route_fits("/runs/{id}/stop", "/runs/17/stop", &got));
	assert_string_equal(got.text[0], "17");
	assert_false(route_fits("/runs/{id}/stop", "/runs//stop", &got));
	assert_false(route_fits("/runs/{id}/stop", "/runs/1/2/stop", &got));
	assert_true(route_fits("/a/{x}/{y}", "/a/b/c", &got));
	assert_string_equal(got.text[0], "b");
	assert_string_equal(got.text[1], "c");
}

static void an_argument_longer_than_its_room_fits_nothing(void **unused)
{
	char path[100] = "/runs/";

	(void)unused;
	memset(path + 6, 'x', ROUTE_ARGUMENT_TEXT - 1);
	assert_true(route_fits("/runs/{id}", path, &got));
	path[6 + ROUTE_ARGUMENT_TEXT - 1] = 'x';
	assert_false(route_fits("/runs/{id}", path, &got));
}

static void a_wrong_method_is_told_from_a_wrong_path(void **unused)
{
	static const struct route routes[] = {
		{"GET", "/runs", false, NULL},
		{"POST", "/runs", true, NULL},
		{"GET", "/status", false, NULL},
	};
	const char *allowed;

	(void)unused;
	assert_ptr_equal(route_find(routes, 3, "POST", "/runs", &got, &allowed), &routes[1]);
	assert_ptr_equal(route_find(routes, 3, "HEAD", "/runs", &got, &allowed), &routes[0]);
	assert_null(route_find(routes, 3, "DELETE", "/status", &got, &allowed));
	assert_string_equal(allowed, "GET");
	assert_null(route_find(routes, 3, "GET", "/nothing", &got, &allowed));
	assert_null(allowed);
}

static void a_board_answers_to_its_names_and_to_addresses(void **unused)
{
	static char *const names[] = {"physics.school.example"};
	static const char *const OURS[] = {"localhost", "localhost:8080", "127.0.0.1",
		"192.168.12.1:80", "[::1]", "[fe80::1]:8080", "kitlog-3B2", "KITLOG-3b2:8080",
		"kitlog-3b2.local", "kitlog-3B2.local.:8080", "physics.school.example:443"};

	(void)unused;
	for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++)
		assert_true(host_is_ours(OURS[i], "kitlog-3B2", names, 1));
}

static void a_name_that_was_made_to_point_here_is_refused(void **unused)
{
	static const char *const FOREIGN[] = {"", ":8080", "evil.example", "localhost.evil.example",
		"127.0.0.1.evil.example", "kitlog-3B2.evil.local", "kitlog-3B2.local.evil", "[::1",
		"[]", "[evil.example]", "[::1]evil", "192.168.12", "0x7f.1", "local", "."};

	(void)unused;
	assert_false(host_is_ours(NULL, "kitlog-3B2", NULL, 0));
	for (size_t i = 0; i < sizeof FOREIGN / sizeof *FOREIGN; i++)
		if (host_is_ours(FOREIGN[i], "kitlog-3B2", NULL, 0))
			fail_msg("%s was taken for ours", FOREIGN[i]);
}

static void what_leads_only_the_board_here_is_told_from_what_leads_others(void **unused)
{
	static const char *const OWN[] = {"localhost", "LOCALHOST:8080", "127.0.0.1:8080",
		"127.0.1.1", "[::1]:80", "[fe80::1]", "kitlog-3b2", "kitlog-3B2.local:8080",
		"kitlog-3b2.local."};
	static const char *const OTHERS[] = {
		"10.0.0.7", "10.0.0.7:8080", "[fd00::2]:80", "physics.example:80", "12.7.0.1"};

	(void)unused;
	assert_false(host_is_for_others(NULL, "kitlog-3B2"));
	for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
		if (host_is_for_others(OWN[i], "kitlog-3B2"))
			fail_msg("%s is for others", OWN[i]);
	for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
		if (!host_is_for_others(OTHERS[i], "kitlog-3B2"))
			fail_msg("%s is not for others", OTHERS[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_without_arguments_fits_only_itself),
		cmocka_unit_test(an_argument_is_one_segment_and_never_empty),
		cmocka_unit_test(an_argument_longer_than_its_room_fits_nothing),
		cmocka_unit_test(a_wrong_method_is_told_from_a_wrong_path),
		cmocka_unit_test(a_board_answers_to_its_names_and_to_addresses),
		cmocka_unit_test(a_name_that_was_made_to_point_here_is_refused),
		cmocka_unit_test(what_leads_only_the_board_here_is_told_from_what_leads_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
