/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session that comes from another board and cannot be opened leaves none behind. */
#include "api/moving.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/site.h"

enum { MANY = 500, CONTROLS = 94 };

static struct parts parts;
static struct runs runs;

/* What a board of such a name packs: its name is in each act's body, six bytes for each of these characters. */
static void write_session(const char *folder)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/session.json", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("{\"title\":\"t\",\"lesson\":\"\",\"goes_on\":{\"origin\":\"", file);
	for (int i = 0; i < CONTROLS; i++)
		fputs("\\u0001", file);
	fputs("\"},\"groups\":[", file);
	for (int i = 1; i <= CLASSROOM_GROUPS; i++)
		fprintf(file, "%s{\"number\":%d}", i > 1 ? "," : "", i);
	fputs("]}", file);
	assert_int_equal(fclose(file), 0);
}

static void read_session(const struct site *site, size_t n_runs, struct moving **ret_moving)
{
	struct about_fault fault;

	write_session(site->directory);
	assert_int_equal(moving_read(site->directory, NULL, ret_moving, &fault), 0);
	for (size_t i = 0; i < n_runs; i++)
		moving_add(*ret_moving,
			&(struct run){.id = 4000000000u + (uint32_t)i, .group = CLASSROOM_GROUPS});
}

static size_t count_open(void)
{
	size_t n = 0;

	for (size_t i = 0; i < classroom_count(parts.sessions.room); i++)
		n += session_is_open(classroom_at(parts.sessions.room, i));
	return n;
}

static void a_session_whose_runs_are_refused_is_not_left_open(void **state)
{
	struct site *site = *state;
	struct store_status status = {.last_error = 0};
	struct moving *moving;
	uint32_t session = 7;

	runs = (struct runs){.is_known = true};
	parts = (struct parts){.sessions = {.clock = &site->clock,
				       .keep = site->keep,
				       .runs = &runs,
				       .store = &status,
				       .is_known = true}};
	assert_int_equal(classroom_new(&parts.sessions.room), 0);
	read_session(site, MANY, &moving);
	assert_int_equal(moving_open(moving, &parts, &session), -EMSGSIZE);
	assert_int_equal(session, 0);
	assert_int_equal(classroom_count(parts.sessions.room), 1);
	assert_int_equal(count_open(), 0);
	moving_free(moving);
	sessions_clear(&parts.sessions);
	runs_clear(&runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_session_whose_runs_are_refused_is_not_left_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
