/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of routes and openapi.yaml say the same: every route is described, every description
 * has a route, and both agree on what only the teacher may do. (tests/system/openapi_test.py holds
 * the answers against the schemas.) */
#include "api/api.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "api/openapi.h"
#include "support/cmocka_all.h"

enum { MOST = 96, TEXT = 96 };

struct described {
	char method[8], pattern[TEXT];
	bool needs_teacher;
};

static struct described described[MOST];
static size_t n_described;

/* One line of the file; it is our own, so its form is known: two spaces a level. */
static void read_line(const char *line, char *path, bool *is_in_paths)
{
	char name[TEXT];

	if (line[0] != ' ' && line[0] != '#' && line[0] != '\0')
		*is_in_paths = strcmp(line, "paths:") == 0;
	if (!*is_in_paths)
		return;
	if (sscanf(line, "  /%90[^:]:", name) == 1 && line[2] == '/') {
		struct text text = text_over(path, TEXT);

		text_addf(&text, "/%s", name);
	} else if (strncmp(line, "    ", 4) == 0 && line[4] != ' ' && line[4] != '#' &&
		sscanf(line, "    %90[a-z]:", name) == 1) {
		struct described *d = &described[n_described++];

		assert_true(n_described < MOST && strlen(name) < sizeof d->method);
		struct text pattern = text_over(d->pattern, sizeof d->pattern);
		text_add(&pattern, "/api/v1");
		text_add(&pattern, path);
		assert_false(pattern.is_cut);
		for (size_t i = 0; i <= strlen(name); i++)
			d->method[i] = (char)(name[i] >= 'a' ? name[i] - 'a' + 'A' : name[i]);
	} else if (strcmp(line, "      security: [{teacher: []}]") == 0) {
		described[n_described - 1].needs_teacher = true;
	}
}

static int read_description(void **unused)
{
	char line[512], path[TEXT] = "";
	bool is_in_paths = false;
	size_t n = 0;

	(void)unused;
	for (size_t i = 0; i < openapi_yaml_bytes; i++) {
		if (openapi_yaml[i] != '\n') {
			assert_true(n < sizeof line - 1);
			line[n++] = (char)openapi_yaml[i];
			continue;
		}
		line[n] = '\0';
		n = 0;
		read_line(line, path, &is_in_paths);
	}
	return 0;
}

static void every_route_is_described(void **unused)
{
	size_t n;
	const struct route *routes = api_routes(&n);

	(void)unused;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < n_described &&
			(strcmp(described[k].method, routes[i].method) != 0 ||
				strcmp(described[k].pattern, routes[i].pattern) != 0))
			k++;
		if (k == n_described)
			fail_msg("%s %s is not in openapi.yaml", routes[i].method,
				routes[i].pattern);
		if (described[k].needs_teacher != routes[i].needs_teacher)
			fail_msg("%s %s: openapi.yaml is wrong about the teacher", routes[i].method,
				routes[i].pattern);
	}
}

static void everything_described_has_a_route(void **unused)
{
	struct route_arguments arguments;
	const char *allowed;
	size_t n;
	const struct route *routes = api_routes(&n);

	(void)unused;
	assert_int_equal(n_described, n);
	for (size_t k = 0; k < n_described; k++)
		if (!route_find(routes, n, described[k].method, described[k].pattern, &arguments,
			    &allowed))
			fail_msg("%s %s has no route", described[k].method, described[k].pattern);
}

/* Groups say what is theirs: whoever has joined (tests/flow/web_join_test.c). */
static bool is_for_groups(const char *pattern)
{
	return strcmp(pattern, "/api/v1/join") == 0 || strstr(pattern, "/groups/{n}/") != NULL;
}

/* What changes the board is a POST or DELETE; those are the teacher's, but for coming and going. */
static void nothing_is_changed_without_the_teacher(void **unused)
{
	size_t n;
	const struct route *routes = api_routes(&n);

	(void)unused;
	for (size_t i = 0; i < n; i++)
		if (strcmp(routes[i].method, "GET") != 0 &&
			strcmp(routes[i].pattern, "/api/v1/login") != 0 &&
			strcmp(routes[i].pattern, "/api/v1/fits") != 0 && /* it only asks */
			!is_for_groups(routes[i].pattern))
			assert_true(routes[i].needs_teacher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_is_described),
		cmocka_unit_test(everything_described_has_a_route),
		cmocka_unit_test(nothing_is_changed_without_the_teacher),
	};

	return cmocka_run_group_tests(tests, read_description, NULL);
}
