/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Halving against a server of our own that knows which lines are bad: every good line ends up
 * stored, exactly the bad ones are set aside, and it does not take many requests. */
#include <string.h>

#include "ship/split.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

enum { MOST = 5000 };

struct server {
	size_t n;
	bool is_bad[MOST];
	size_t most_lines; /* in a request; 0: any */
	bool was_stored[MOST], was_set_aside[MOST];
	unsigned requests;
};

static void run(struct server *server)
{
	struct split split;
	size_t from, to, next = 0;

	memset(server->was_stored, 0, sizeof(server->was_stored));
	memset(server->was_set_aside, 0, sizeof(server->was_set_aside));
	server->requests = 0;
	split_begin(&split, server->n);
	while (split_portion(&split, &from, &to)) {
		bool has_bad = false;

		assert_true(from == next && from < to && to <= server->n);
		server->requests++;
		if (server->most_lines && to - from > server->most_lines) {
			assert_true(split_halve(&split, false));
			continue;
		}
		for (size_t i = from; i < to; i++)
			has_bad = has_bad || server->is_bad[i];
		if (!has_bad) {
			memset(server->was_stored + from, 1, to - from);
			split_taken(&split);
			next = to;
		} else if (!split_halve(&split, true)) {
			server->was_set_aside[from] = true;
			split_set_aside(&split);
			next = to;
		}
	}
	assert_int_equal(next, server->n);
	for (size_t i = 0; i < server->n; i++) {
		assert_int_equal(server->was_set_aside[i], server->is_bad[i]);
		assert_int_equal(server->was_stored[i], !server->is_bad[i]);
	}
}

static void split_sends_all_at_once_when_nothing_is_wrong(void **state)
{
	static struct server server = {.n = MOST};

	(void)state;
	run(&server);
	assert_int_equal(server.requests, 1);
	server.n = 0;
	run(&server);
	assert_int_equal(server.requests, 0);
}

static void split_isolates_one_bad_line_within_2_log2_n_requests(void **state)
{
	static struct server server = {.n = MOST};

	(void)state;
	for (size_t bad = 0; bad < MOST; bad += 7) {
		memset(server.is_bad, 0, sizeof(server.is_bad));
		server.is_bad[bad] = true;
		run(&server);
		assert_in_range(server.requests, 13, 2 * 13 + 2);
	}
}

static void split_isolates_any_set_of_bad_lines(void **state)
{
	static struct server server;
	struct draw random = {3};

	(void)state;
	for (int round = 0; round < 500; round++) {
		size_t one_in = 1 + (size_t)draw_below(&random, 50);

		server.n = 1 + (size_t)draw_below(&random, 300);
		server.most_lines =
			draw_below(&random, 3) ? 0 : 1 + (size_t)draw_below(&random, 40);
		for (size_t i = 0; i < server.n; i++)
			server.is_bad[i] = draw_below(&random, one_in) == 0;
		run(&server);
	}
}

static void split_finds_a_size_that_the_server_takes(void **state)
{
	static struct server server = {.n = MOST, .most_lines = 100};

	(void)state;
	run(&server);
	assert_in_range(server.requests, 50, 200);
	server.most_lines = 1;
	run(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split_sends_all_at_once_when_nothing_is_wrong),
		cmocka_unit_test(split_isolates_one_bad_line_within_2_log2_n_requests),
		cmocka_unit_test(split_isolates_any_set_of_bad_lines),
		cmocka_unit_test(split_finds_a_size_that_the_server_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
