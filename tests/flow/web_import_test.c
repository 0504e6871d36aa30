/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packages out and in, where something goes wrong on the way: a card that is full, a browser that leaves, a
 * board that stops. That they come back to the byte is tests/system/exports_test.py. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "export/import.h"
#include "export/zip_out.h"
#include "support/classroom_site.h"

enum { MANY = 120000 };

/* What the card is said to have left. */
static uint64_t card_free = UINT64_MAX;

int statvfs(const char *path, struct statvfs *ret_card)
{
	(void)path;
	*ret_card = (struct statvfs){.f_bsize = 1, .f_frsize = 1, .f_bavail = card_free};
	return 0;
}

static void let_the_card_take(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A run of so many rows; its package is several pieces. */
static void make_run(struct site *site, int64_t n)
{
	site_log_in(site);
	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 900 * S, NS_PER_MS / 2, n);
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":900000000,\"to_us\":960000000}", 201));
}

/* --- a package of the test's own --- */

static const char RUN_JSON[] =
	"{\"kitlog_package\":1,\"title\":\"样本 <b>\",\"lesson\":\"pendulum\",\"origin\":\"simulation\","
	"\"wall_from_us\":1800000000000000,\"duration_us\":60000000,\"streams\":[{\"file\":\"a.csv\","
	"\"group\":1,\"kit\":\"text-board\",\"device\":{\"identity\":\"x\",\"sticker\":1},\"name\":\"main\","
	"\"stamps\":\"arrival\",\"period_us\":100000,\"channels\":[{\"id\":\"t\",\"name\":{\"zh\":\"温度\"},"
	"\"unit\":\"Cel\"}],\"calibrations\":[{\"id\":1,\"kind\":\"offset\",\"channel\":\"t\",\"name\":\"冰\","
	"\"points\":[[0.5,0]]}]}],\"marks\":[{\"at_us\":500,\"author\":\"g\",\"text\":\"=1\"}],"
	"\"gaps\":[{\"stream_file\":\"a.csv\",\"from_us\":200000,\"to_us\":300000,\"reason\":\"wire\","
	"\"lost_rows\":1}]}";

struct bytes {
	char at[1 << 20];
	size_t n;
};

static void pack(struct bytes *to, int rows)
{
	char line[64];
	struct zip_out *zip;
	const void *bytes;

	assert_int_equal(zip_out_new(&zip), 0);
	assert_int_equal(zip_out_begin(zip, "a.csv"), 0);
	assert_int_equal(zip_out_add(zip, "t_ns,t\n", 7), 0);
	for (int i = -1; i < rows; i++) {
		int n = snprintf(line, sizeof line, "%lld,%d.25\n", i * 100000000LL, i);

		assert_int_equal(zip_out_add(zip, line, (size_t)n), 0);
	}
	assert_int_equal(zip_out_begin(zip, "run.json"), 0);
	assert_int_equal(zip_out_add(zip, RUN_JSON, sizeof RUN_JSON - 1), 0);
	assert_int_equal(zip_out_end(zip), 0);
	bytes = zip_out_take(zip, &to->n);
	assert_true(to->n < sizeof to->at);
	memcpy(to->at, bytes, to->n);
	zip_out_free(zip);
}

static void begin_sending(
	struct site *site, const struct bytes *package, size_t n, struct browser *b)
{
	browser_open(b, site->loop, site->port);
	browser_send(b,
		"POST /api/v1/import HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
		"Content-Type: application/zip\r\n%sContent-Length: %zu\r\n\r\n",
		site->cookie, package->n);
	browser_send_bytes(b, package->at, n);
}

static void sends(struct site *site, const struct bytes *package, const char *wanted)
{
	struct browser b;

	begin_sending(site, package, package->n, &b);
	browser_wait_closed(&b);
	if (!browser_has(&b, wanted))
		fail_msg("%s", b.got);
	browser_close(&b);
}

static bool is_there(const struct site *site, const char *name)
{
	char path[256];
	struct stat found;

	snprintf(path, sizeof path, "%s/%s", site->directory, name);
	return stat(path, &found) == 0;
}

static size_t count_imports(struct site *site)
{
	json_t *runs = site_get(site, "/api/v1/runs?imported=1");
	size_t n = json_array_size(json_object_get(runs, "runs"));

	json_decref(runs);
	return n;
}

/* --- in --- */

static void an_import_is_read_as_any_run_and_outlives_a_restart(void **state)
{
	static struct bytes package;
	struct site *site = *state;
	char path[128];

	site_log_in(site);
	pack(&package, 10);
	sends(site, &package, "HTTP/1.1 201");
	site_reopen(site);
	assert_int_equal(count_imports(site), 1);
	snprintf(path, sizeof path, "/api/v1/export?run=%u", import_run_id(1));
	/* Calibrated by -0.5; the row of before the begin is not in the run's range; a mark. */
	site_exports(site, path,
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度/°C [校准 calibrated #1 冰]\",gap,gap_until_s,mark\r\n"
		"0,2027-01-15T16:00:00.000000+08:00,-0.25,,,\r\n"
		"0.0005,2027-01-15T16:00:00.000500+08:00,,,,\"g: =1\"\r\n"
		"0.1,2027-01-15T16:00:00.100000+08:00,0.75,,,\r\n"
		"0.2,2027-01-15T16:00:00.200000+08:00,1.75,,,\r\n"
		"0.2,2027-01-15T16:00:00.200000+08:00,,wire 1 rows,0.3,\r\n"
		"0.3,2027-01-15T16:00:00.300000+08:00,2.75,,,\r\n"
		"0.4,2027-01-15T16:00:00.400000+08:00,3.75,,,\r\n"
		"0.5,2027-01-15T16:00:00.500000+08:00,4.75,,,\r\n"
		"0.6,2027-01-15T16:00:00.600000+08:00,5.75,,,\r\n"
		"0.7,2027-01-15T16:00:00.700000+08:00,6.75,,,\r\n"
		"0.8,2027-01-15T16:00:00.800000+08:00,7.75,,,\r\n"
		"0.9,2027-01-15T16:00:00.900000+08:00,8.75,,,\r\n");
	snprintf(path, sizeof path,
		"/api/v1/streams/%u/columns?columns=100&values=raw&from_us=%lld",
		import_stream(1, 0), (long long)(IMPORT_BEGIN.ns / US - 1000000));
	json_t *columns = site_get(site, path);
	const json_t *y =
		json_object_get(json_array_get(json_object_get(columns, "channels"), 0), "y");
	assert_int_equal(json_array_size(y), 11);
	assert_true(json_number_value(json_array_get(y, 0)) == -1.25); /* before the begin */
	json_decref(columns);
}

static void an_import_is_fitted_as_any_run(void **state)
{
	static struct bytes package;
	struct site *site = *state;
	char body[160];

	site_log_in(site);
	pack(&package, 10);
	sends(site, &package, "HTTP/1.1 201");
	snprintf(body, sizeof body, "{\"model\":\"linear\",\"stream\":%u,\"channel\":\"t\"}",
		import_stream(1, 0));
	json_t *fit = site_post(site, "/api/v1/fits", body, 200);
	const json_t *k = json_array_get(json_object_get(fit, "parameters"), 0);
	const json_t *b = json_array_get(json_object_get(fit, "parameters"), 1);

	/* A row each tenth of a second, calibrated by -0.5. */
	assert_int_equal(site_number(fit, "n"), 10);
	assert_true(fabs(json_number_value(json_object_get(k, "value")) - 10) < 1e-9);
	assert_true(fabs(json_number_value(json_object_get(b, "value")) + 0.25) < 1e-9);
	json_decref(fit);
	snprintf(body, sizeof body,
		"{\"model\":\"linear\",\"stream\":%u,\"channel\":\"t\","
		"\"x\":{\"stream\":10,\"channel\":\"t\"}}",
		import_stream(1, 0));
	site_refuses(site, "POST", "/api/v1/fits", body, 404, "not_found");
}

/* Nothing of the board's own may change its course by what was imported. */
static void an_import_touches_nothing_of_the_board(void **state)
{
	static struct bytes package;
	struct site *site = *state;
	struct store_status before, after;

	make_run(site, 100);
	store_status(site->store, &before);
	pack(&package, 1000);
	sends(site, &package, "HTTP/1.1 201");
	site_keep_turns(site);
	store_status(site->store, &after);
	assert_int_equal(after.rows, before.rows);
	json_t *runs = site_get(site, "/api/v1/runs");
	assert_int_equal(json_array_size(json_object_get(runs, "runs")), 1);
	json_decref(runs);
	site_refuses(site, "GET", "/api/v1/export?run=4194368&stream=10", NULL, 404, "not_found");
}

static void a_full_card_takes_no_import_and_loses_nothing(void **state)
{
	static struct bytes package;
	struct site *site = *state;

	site_log_in(site);
	pack(&package, 40000);
	let_the_card_take(4096); /* not even the file that comes */
	sends(site, &package, "\"error\"");
	let_the_card_take(200 << 10); /* that, but not what is in it */
	sends(site, &package, "\"error\"");
	let_the_card_take(RLIM_INFINITY);
	assert_int_equal(count_imports(site), 0);
	assert_false(is_there(site, "imports/1"));
	assert_false(is_there(site, "imports/1.part"));
	assert_false(is_there(site, "imports/1.in"));
	sends(site, &package, "HTTP/1.1 201");
	assert_int_equal(count_imports(site), 1);
}

/* What the store keeps for readings is no place for an import. */
static void an_import_leaves_the_card_what_readings_need(void **state)
{
	static struct bytes package;
	struct site *site = *state;

	site_log_in(site);
	pack(&package, 40000);
	card_free = STORE_SPARE_BYTES + 4096; /* not even for the file that comes */
	sends(site, &package, "HTTP/1.1 507");
	card_free = STORE_SPARE_BYTES + (2 << 20); /* for the files, but not for the store */
	sends(site, &package, "32 MB that are left for readings");
	pack(&package, 2000);
	card_free = STORE_SPARE_BYTES + package.n; /* for it, but not for what is in it */
	sends(site, &package, "HTTP/1.1 507");
	assert_int_equal(count_imports(site), 0);
	assert_false(is_there(site, "imports/1"));
	assert_false(is_there(site, "imports/1.part"));
	assert_false(is_there(site, "imports/1.in"));
	card_free = UINT64_MAX;
	sends(site, &package, "HTTP/1.1 201");
}

static void deletes(struct site *site, uint32_t import, int status)
{
	char path[48];
	struct browser b;

	snprintf(path, sizeof path, "/api/v1/runs/%u", import_run_id(import));
	assert_int_equal(site_ask(site, "DELETE", path, NULL, &b), status);
	browser_close(&b);
}

static void an_import_is_deleted_and_its_number_is_not_given_again(void **state)
{
	static struct bytes package;
	struct site *site = *state;

	pack(&package, 10);
	site_log_in(site);
	for (uint32_t import = 2; import < 5; import++) {
		sends(site, &package, "HTTP/1.1 201");
		if (import == 2) {
			pack(&package, 11);
			sends(site, &package, "HTTP/1.1 201");
		}
		assert_true(is_there(site,
			import == 2           ? "imports/2"
				: import == 3 ? "imports/3"
					      : "imports/4"));
		deletes(site, import, 204);
		deletes(site, import, 404);
		assert_int_equal(count_imports(site), 1);
		site_reopen(site);
		site_log_in(site);
		assert_int_equal(count_imports(site), 1);
	}
	assert_false(is_there(site, "imports/2"));
	assert_false(is_there(site, "imports/2.gone"));
	deletes(site, 1, 204);
	assert_int_equal(count_imports(site), 0);
	site_reopen(site);
	site_log_in(site);
	sends(site, &package, "\"id\":4194624"); /* the fifth */
	assert_int_equal(import_run_id(5), 4194624);
}

/* Of a group its run says so, and is known again. */
static void what_is_there_does_not_come_in_once_more(void **state)
{
	static struct bytes package;
	struct site *site = *state;

	site_log_in(site);
	pack(&package, 10);
	sends(site, &package, "\"group\":1");
	for (int i = 0; i < 2; i++) {
		sends(site, &package, "\"is_there\"");
		sends(site, &package,
			"group 1, run 1 is among the imported runs already (number 4194368)");
		assert_int_equal(count_imports(site), 1);
		assert_false(is_there(site, "imports/2"));
		site_reopen(site);
		site_log_in(site);
	}
	pack(&package, 11); /* the same run.json with other rows is another run */
	sends(site, &package, "HTTP/1.1 201");
	deletes(site, 1, 204);
	pack(&package, 10);
	sends(site, &package, "HTTP/1.1 201");
	assert_int_equal(count_imports(site), 2);
}

static void what_the_board_recorded_or_shows_is_not_deleted(void **state)
{
	static struct bytes package;
	struct site *site = *state;
	char body[64];

	make_run(site, 10);
	site_refuses(site, "DELETE", "/api/v1/runs/1", NULL, 409, "own_run");
	site_refuses(site, "DELETE", "/api/v1/runs/7", NULL, 404, "not_found");
	pack(&package, 10);
	sends(site, &package, "HTTP/1.1 201");
	class_begin(site, 1);
	snprintf(body, sizeof body, "{\"do\":\"replay\",\"group\":1,\"run\":%u}", import_run_id(1));
	json_decref(class_act(site, body));
	deletes(site, 1, 409);
	assert_int_equal(count_imports(site), 1);
	json_decref(class_act(site, "{\"do\":\"replay\",\"group\":1,\"run\":0}"));
	site->cookie[0] = '\0';
	deletes(site, 1, 401);
	site_log_in(site);
	deletes(site, 1, 204);
}

static void who_leaves_in_the_middle_of_an_import_leaves_nothing(void **state)
{
	static struct bytes package;
	struct site *site = *state;
	struct browser b;

	site_log_in(site);
	pack(&package, 40000);
	for (size_t part = 1; part < 4; part++) {
		begin_sending(site, &package, package.n * part / 4, &b);
		browser_turn(&b);
		browser_close(&b);
	}
	assert_int_equal(count_imports(site), 0);
	sends(site, &package, "HTTP/1.1 201");
	assert_false(is_there(site, "uploads/1"));
}

static void a_board_that_stops_ends_an_import(void **state)
{
	static struct bytes package;
	struct site *site = *state;
	struct browser b;

	site_log_in(site);
	pack(&package, 40000);
	begin_sending(site, &package, package.n, &b);
	for (int i = 0; i < 20; i++)
		browser_turn(&b);
	site_reopen(site);
	browser_close(&b);
	assert_false(is_there(site, "imports/1.part"));
	assert_false(is_there(site, "imports/1.in"));
	assert_true(count_imports(site) <= 1); /* all of it, or nothing */
	assert_int_equal(count_imports(site), is_there(site, "imports/1"));
}

/* --- out --- */

static const char *const FILES[] = {"/api/v1/runs/1/package", "/api/v1/export?run=1&format=xlsx",
	"/api/v1/runs/1/report", "/api/v1/export?run=1"};

/* They are sent as they are made: nothing of them is on the card. */
static void a_full_card_keeps_no_export_away(void **state)
{
	struct site *site = *state;

	make_run(site, 2000);
	let_the_card_take(0);
	for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
		struct browser b;

		assert_int_equal(browser_get(site->loop, site->port, FILES[i], &b), 200);
		assert_true(b.n > 5000);
		browser_close(&b);
	}
	let_the_card_take(RLIM_INFINITY);
}

static void a_browser_that_leaves_ends_its_file(void **state)
{
	struct site *site = *state;

	make_run(site, MANY);
	for (int i = 0; i < 16; i++) {
		struct browser b;

		browser_open_narrow(&b, site->loop, site->port);
		browser_send_get(&b, FILES[i % 2]);
		if (i % 4 > 1)
			browser_wait(&b, "\r\n\r\n");
		browser_close(&b);
	}
	/* The work thread is free, and what is left over is seen by the sanitizer. */
	json_decref(site_get(site, "/api/v1/streams/10/columns?columns=10&to_us=960000000"));
}

static void closing_breaks_a_file_off(void **state)
{
	struct site *site = *state;
	struct browser b;

	make_run(site, MANY);
	browser_open_narrow(&b, site->loop, site->port);
	browser_send_get(&b, FILES[0]);
	browser_wait(&b, "\r\n\r\n");
	web_close(site->web);
	site->web = NULL;
	while (!b.is_closed)
		browser_turn(&b);
	assert_false(browser_has(&b, "\r\n0\r\n\r\n")); /* not taken for whole */
	browser_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(an_import_is_read_as_any_run_and_outlives_a_restart),
		SITE_TEST(an_import_is_fitted_as_any_run),
		SITE_TEST(an_import_touches_nothing_of_the_board),
		SITE_TEST(a_full_card_takes_no_import_and_loses_nothing),
		SITE_TEST(an_import_leaves_the_card_what_readings_need),
		SITE_TEST(an_import_is_deleted_and_its_number_is_not_given_again),
		SITE_TEST(what_is_there_does_not_come_in_once_more),
		SITE_TEST(what_the_board_recorded_or_shows_is_not_deleted),
		SITE_TEST(who_leaves_in_the_middle_of_an_import_leaves_nothing),
		SITE_TEST(a_board_that_stops_ends_an_import),
		SITE_TEST(a_full_card_keeps_no_export_away),
		SITE_TEST(a_browser_that_leaves_ends_its_file),
		SITE_TEST(closing_breaks_a_file_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
