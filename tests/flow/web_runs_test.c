/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs: started and stopped by the teacher, told to everybody, kept over a restart, listed by pages,
 * and made afterwards. */
#include <sqlite3.h>
#include <stdio.h>

#include "support/site.h"

static void a_run_is_started_stopped_told_and_kept(void **state)
{
	struct site *site = *state;
	struct browser events;

	site_log_in(site);
	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	json_t *run = site_post(site, "/api/v1/runs", "{\"title\":\"杯子 <b>\"}", 201);
	assert_int_equal(site_number(run, "id"), 1);
	assert_int_equal(site_number(run, "number"), 1);
	assert_int_equal(site_number(run, "from_us"), site->clock.frozen_ns / US);
	assert_true(json_is_null(json_object_get(run, "to_us")));
	assert_string_equal(json_string_value(json_object_get(run, "title")), "杯子 <b>");
	json_decref(run);
	browser_wait(&events, "event: run\ndata: {\"id\":1,");
	site_refuses(site, "POST", "/api/v1/runs", "{}", 409, "is_running");
	site->clock.frozen_ns += 5 * S;
	run = site_post(site, "/api/v1/runs/1/stop", "", 200);
	assert_int_equal(site_number(run, "to_us") - site_number(run, "from_us"), 5 * (S / US));
	json_decref(run);
	browser_wait(&events, "\"to_us\":1005000000,");
	browser_close(&events);
	site_refuses(site, "POST", "/api/v1/runs/1/stop", "", 409, "is_stopped");
	site_refuses(site, "POST", "/api/v1/runs/2/stop", "", 404, "not_found");
	site_refuses(site, "POST", "/api/v1/runs/x/stop", "", 404, "not_found");

	site_keep_turns(site);
	site_reopen(site); /* the daemon starts again */
	json_t *runs = site_get(site, "/api/v1/runs");
	run = json_array_get(json_object_get(runs, "runs"), 0);
	assert_int_equal(site_number(run, "to_us") - site_number(run, "from_us"), 5 * (S / US));
	json_decref(runs);
	site_log_in(site);
	run = site_post(site, "/api/v1/runs", "{}", 201);
	assert_int_equal(site_number(run, "number"), 2);
	json_decref(run);
}

static void many_runs_come_by_pages(void **state)
{
	struct site *site = *state;
	struct run run = {.from = {1}, .to = {2}};
	char path[64];

	for (run.id = run.number = 1; run.id <= 15000; run.id = ++run.number) {
		assert_int_equal(store_add_run(site->store, &run), 0);
		if (run.id % 1000 == 0)
			assert_int_equal(store_commit(site->store, clock_now(&site->clock)), 0);
	}
	site_reopen(site);
	for (int64_t before = 15001; before > 14001; before -= 200) {
		snprintf(path, sizeof path, "/api/v1/runs?before=%lld", (long long)before);
		json_t *runs = site_get(site, before == 15001 ? "/api/v1/runs" : path);
		json_t *list = json_object_get(runs, "runs");
		assert_int_equal(json_array_size(list), 200);
		assert_int_equal(site_number(json_array_get(list, 0), "id"), before - 200);
		assert_int_equal(site_number(json_array_get(list, 199), "id"), before - 1);
		json_decref(runs);
	}
	json_t *runs = site_get(site, "/api/v1/runs?before=4&limit=2");
	assert_int_equal(json_array_size(json_object_get(runs, "runs")), 2);
	json_decref(runs);
	site_refuses(site, "GET", "/api/v1/runs?limit=0", NULL, 400, "bad_parameter");
	site_refuses(site, "GET", "/api/v1/runs?before=x", NULL, 400, "bad_parameter");
	site_log_in(site);
	json_t *made = site_post(site, "/api/v1/runs", "{}", 201);
	assert_int_equal(site_number(made, "id"), 15001);
	json_decref(made);
}

/* Else the next run would take the number of the first, and its place. */
static void no_run_begins_while_the_list_cannot_be_read(void **state)
{
	struct site *site = *state;
	char database[128], away[128];

	site_log_in(site);
	json_decref(site_post(site, "/api/v1/runs", "{\"from_us\":1,\"to_us\":2}", 201));
	site_keep_turns(site);
	snprintf(database, sizeof database, "%s/kitlog.db", site->directory);
	snprintf(away, sizeof away, "%s/away", site->directory);
	assert_int_equal(rename(database, away), 0);
	site_reopen(site);
	site_log_in(site);
	site_refuses(site, "GET", "/api/v1/runs", NULL, 503, "busy");
	site_refuses(site, "POST", "/api/v1/runs", "{}", 503, "busy");
	site_refuses(site, "POST", "/api/v1/runs/1/stop", "", 503, "busy");
	site_refuses(site, "GET", "/api/v1/export?run=1", NULL, 503, "busy");
	assert_int_equal(rename(away, database), 0);
	site_pass_alone(site, 6);
	json_t *run = site_post(site, "/api/v1/runs", "{}", 201);
	assert_int_equal(site_number(run, "id"), 2);
	json_decref(run);
}

static void sql(struct site *site, const char *words)
{
	char database[128];
	sqlite3 *db;

	snprintf(database, sizeof database, "%s/kitlog.db", site->directory);
	assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, words, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Else a damaged list of marks would cost the lesson. */
static void a_run_begins_though_another_list_cannot_be_read(void **state)
{
	struct site *site = *state;
	json_t *answer;

	site_log_in(site);
	json_decref(site_post(site, "/api/v1/runs", "{\"from_us\":1,\"to_us\":2}", 201));
	site_keep_turns(site);
	sql(site, "ALTER TABLE mark RENAME TO mark_away");
	site_reopen(site);
	site_log_in(site);
	answer = site_post(site, "/api/v1/runs", "{\"title\":\"2\"}", 201);
	assert_int_equal(site_number(answer, "id"), 2);
	json_decref(answer);
	sql(site, "ALTER TABLE mark_away RENAME TO mark");
	site_pass_alone(site, 6);
	answer = site_get(site, "/api/v1/runs"); /* the new one is on no card yet */
	assert_int_equal(json_array_size(json_object_get(answer, "runs")), 2);
	json_decref(answer);
}

static void a_run_may_be_made_afterwards(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	json_decref(site_post(site, "/api/v1/runs", "{\"from_us\":999000000}", 201));
	json_t *run = /* also while that one goes on */
		site_post(site, "/api/v1/runs", "{\"from_us\":900000000,\"to_us\":950000000}", 201);
	assert_int_equal(site_number(run, "to_us"), 950000000);
	json_decref(run);
	site_refuses(
		site, "POST", "/api/v1/runs", "{\"from_us\":999999999999}", 400, "bad_parameter");
	site_refuses(site, "POST", "/api/v1/runs", "{\"from_us\":1,\"to_us\":999999999999}", 400,
		"bad_parameter");
	site_refuses(
		site, "POST", "/api/v1/runs", "{\"from_us\":2,\"to_us\":1}", 400, "bad_parameter");
	site_refuses(
		site, "POST", "/api/v1/runs", "{\"from_us\":-1,\"to_us\":1}", 400, "bad_parameter");
	site_refuses(site, "POST", "/api/v1/runs", "{\"from_us\":\"1\"}", 400, "bad_parameter");
	site_refuses(site, "POST", "/api/v1/runs", "{\"title\":7}", 400, "bad_parameter");
	site_refuses(site, "POST", "/api/v1/runs",
		"{\"title\":\"01234567890123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789012345\"}",
		400, "bad_parameter");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_run_is_started_stopped_told_and_kept),
		SITE_TEST(many_runs_come_by_pages),
		SITE_TEST(no_run_begins_while_the_list_cannot_be_read),
		SITE_TEST(a_run_begins_though_another_list_cannot_be_read),
		SITE_TEST(a_run_may_be_made_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
