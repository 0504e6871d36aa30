/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exports: what stands in the file, that it waits for what is not yet on the card, and that a large one
 * is whole, keeps nobody waiting and ends when its browser does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/feed.h"
#include "support/classroom_site.h"

/* --- the file --- */

static void a_run_becomes_a_table_with_its_gaps(void **state)
{
	struct site *site = *state;
	struct browser b;

	site_log_in(site);
	site_plug(site, 1, "=1+2 \"quoted\", x");
	site_plug(site, 2, "temperature");
	site_keep_rows(site, 10, 990 * S, S / 4, 3);
	site_keep_rows(site, 20, 990 * S + S / 4, S / 4, 2);
	site_keep_gap(site, 20, GAP_WIRE, 990 * S + S / 2, 991 * S, 1);
	site_keep_gap(site, 0, GAP_STOPPED, 980 * S, 990 * S + 1, 0);
	site_keep_rows(site, 10, 992 * S, S / 4, 1); /* outside */
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":989500000,\"to_us\":992000000}", 201));
	site_exports(site, "/api/v1/export?run=1",
		"\xEF\xBB\xBF"
		"time_s,clock,\"1 温度 =1+2 \"\"quoted\"\", x/°C\",\"1 气压\",\"2 温度 temperature/°C\","
		"\"2 气压\",gap,gap_until_s\r\n"
		"0,,,,,,stopped,0.500000001\r\n"
		"0.5,,0,1013.25,,,,\r\n"
		"0.75,,0.25,,0,1013.25,,\r\n"
		"1,,0.5,1013.25,0.25,,,\r\n"
		"1,,,,,,2 wire 1 rows,1.5\r\n");
	site_exports(site, "/api/v1/export?run=1&stream=10&format=csv",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 =1+2 \"\"quoted\"\", x/°C\",\"气压\",gap,gap_until_s\r\n"
		"0,,,,stopped,0.500000001\r\n"
		"0.5,,0,1013.25,,\r\n0.75,,0.25,,,\r\n1,,0.5,1013.25,,\r\n");
	browser_get(site->loop, site->port, "/api/v1/export?run=1", &b);
	assert_true(
		browser_has(&b, "Content-Disposition: attachment; filename=\"kitlog-run-1.csv\""));
	assert_true(browser_has(&b, "Content-Type: text/csv; charset=utf-8"));
	browser_close(&b);
}

static void say_uncertainty(struct site *site, uint32_t stream, int64_t from_ns, int64_t ns)
{
	const struct uncertainty uncertainty = {stream, {from_ns}, ns};

	assert_int_equal(store_add_uncertainty(site->store, &uncertainty), 0);
}

/* 40 s from the rows: what may have drifted since is 2 ms. */
static const struct anchor ntp = {.at = {1000 * S},
	.wall = {1800000000 * S},
	.uncertainty_ns = 20 * (int64_t)NS_PER_MS,
	.source = ANCHOR_NTP};

/* 959.5 and 959.75 are of one minute, 960 and 960.25 of the next. */
static void a_file_says_how_exact_its_stamps_are(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	site_plug(site, 2, "temperature");
	say_uncertainty(site, 10, 900 * S, NS_PER_MS);
	say_uncertainty(site, 10, 959 * S + S / 2 + S / 4, 3005 * (int64_t)NS_PER_MS);
	say_uncertainty(site, 10, 960 * S, NS_PER_MS);
	say_uncertainty(site, 20, 900 * S, 80200);
	site_keep_rows(site, 10, 959 * S + S / 2, S / 4, 4);
	site_keep_rows(site, 20, 960 * S, S / 4, 1);
	site_keep_turns(site);
	site_exports(site, "/api/v1/export?stream=10",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s,"
		"\"stamp_u_s [时刻 stamps ±3.1 s (95 %), 收到时 on arrival]\"\r\n"
		"0,,0,1013.25,,,0.001\r\n0.25,,0.25,,,,3.005\r\n0.5,,0.5,1013.25,,,0.001\r\n"
		"0.75,,0.75,,,,\r\n");
	assert_int_equal(store_add_anchor(site->store, &ntp), 0);
	site_keep_gap(site, 20, GAP_WIRE, 960 * S, 961 * S, 1);
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":960000000,\"to_us\":962000000}", 201));
	site_exports(site, "/api/v1/export?run=1",
		"\xEF\xBB\xBF"
		"time_s,clock,\"1 温度 temperature/°C\",\"1 气压\",\"2 温度 temperature/°C\","
		"\"2 气压\",gap,gap_until_s,\"stamp_u_s [时刻 stamps 1 ±1.0 ms (95 %), 收到时 on "
		"arrival; 2 ±0.081 ms (95 %), 收到时 on arrival; 钟点 clock ±22 ms]\"\r\n"
		"0,2027-01-15T15:59:20.000000+08:00,0.5,1013.25,0,1013.25,,,\"1 0.001; 2 0.0000802\"\r\n"
		"0,2027-01-15T15:59:20.000000+08:00,,,,,2 wire 1 rows,1,\r\n"
		"0.25,2027-01-15T15:59:20.250000+08:00,0.75,,,,,,\r\n");
	site_exports(site, "/api/v1/export?stream=10&format=lp",
		"text-board,board=test,device=1 t=0,p=1013.25,stamp_u_us=1000 1799999959500000000\n"
		"text-board,board=test,device=1 t=0.25 1799999959750000000\n"
		"text-board,board=test,device=1 t=0.5,p=1013.25,stamp_u_us=1000 1799999960000000000\n"
		"text-board,board=test,device=1 t=0.75 1799999960250000000\n");
	/* As it was shipped, where a file begins in mid-minute. */
	site_exports(site, "/api/v1/export?stream=10&format=lp&from_us=959600000&to_us=960000000",
		"text-board,board=test,device=1 t=0.25 1799999959750000000\n");
}

/* As ship/fill.c sends it: whose the kit was when the row came, never looking back. */
static void line_protocol_says_whose_the_kit_was(void **state)
{
	struct site *site = *state;

	class_begin(site, 2);
	assert_int_equal(store_add_anchor(site->store, &ntp), 0);
	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 990 * S, S / 4, 1);
	site_keep_turns(site);
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":2,\"devices\":[1]}"));
	site_keep_turns(site);
	site_keep_rows(site, 10, site->clock.frozen_ns + S, S / 4, 1);
	int64_t stamp_ns = 1799999000 * S + site->clock.frozen_ns + S;
	site->clock.frozen_ns += 2 * S;
	site_keep_turns(site);
	char wanted[512];
	snprintf(wanted, sizeof wanted,
		"text-board,board=test,device=1 t=0,p=1013.25 1799999990000000000\n"
		"text-board,board=test,device=1,group=2,lesson=pendulum,session=七（3）班 "
		"t=0,p=1013.25 %lld\n",
		(long long)stamp_ns);
	site_exports(site, "/api/v1/export?stream=10&format=lp", wanted);
}

static void plug_named(struct site *site, uint32_t id, const char *stream)
{
	struct device device = site_device(id, "temperature");

	strcpy(device.streams[0].name, stream);
	assert_int_equal(store_add_device(site->store, &device), 0);
	assert_int_equal(feed_put_device(site->feed, clock_now(&site->clock), &device), 0);
	web_feed(site->web);
}

/* Two probes on one adapter have one number. A board's own name may hold a comma. */
static void a_gap_tells_whose_it_is(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	plug_named(site, 1, "slave4");
	plug_named(site, 2, "up, down");
	site_keep_rows(site, 10, 990 * S, S / 4, 1);
	site_keep_rows(site, 20, 990 * S, S / 4, 1);
	site_keep_gap(site, 10, GAP_WIRE, 990 * S, 991 * S, 3);
	site_keep_gap(site, 20, GAP_WIRE, 990 * S, 991 * S, 3);
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":990000000,\"to_us\":992000000}", 201));
	site_exports(site, "/api/v1/export?run=1",
		"\xEF\xBB\xBF"
		"time_s,clock,\"1 slave4 温度 temperature/°C\",\"1 slave4 气压\","
		"\"2 up, down 温度 temperature/°C\",\"2 up, down 气压\",gap,gap_until_s\r\n"
		"0,,0,1013.25,0,1013.25,,\r\n"
		"0,,,,,,1 slave4 wire 3 rows,1\r\n"
		"0,,,,,,\"2 up, down wire 3 rows\",1\r\n");
}

/* The board stopped twice before kit 2 was there, and once since. */
static void a_kit_is_not_charged_with_gaps_of_before_it_was_there(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	site_plug(site, 2, "temperature");
	site_keep_rows(site, 10, 900 * S, S / 4, 1);
	site_keep_gap(site, 0, GAP_STOPPED, 910 * S, 920 * S, 0);
	site_keep_gap(site, 0, GAP_STOPPED, 930 * S, 940 * S, 0);
	site_keep_rows(site, 20, 990 * S, S / 4, 1);
	site_keep_gap(site, 0, GAP_STOPPED, 990 * S, 991 * S, 0);
	site_keep_turns(site);
	site_exports(site, "/api/v1/export?stream=20",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"0,,0,1013.25,,\r\n"
		"0,,,,stopped,1\r\n");
	json_t *columns = site_get(site, "/api/v1/streams/20/columns?columns=10&to_us=1000000000");
	assert_int_equal(json_array_size(json_object_get(columns, "gaps")), 1);
	json_decref(columns);
	columns = site_get(site, "/api/v1/streams/10/columns?columns=10&to_us=1000000000");
	assert_int_equal(json_array_size(json_object_get(columns, "gaps")), 3);
	json_decref(columns);
}

/* Stream 20 is silent throughout, stream 30 is pulled in the run, stream 40 was pulled before. */
static void a_run_has_those_that_said_nothing_and_no_gap_beyond_it(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	for (uint32_t id = 1; id <= 4; id++)
		site_plug(site, id, "temperature");
	site_keep_rows(site, 10, 990 * S, S / 4, 1);
	site_keep_rows(site, 20, 900 * S, S / 4, 1);
	site_keep_gap(site, 20, GAP_SILENT, 900 * S, 1100 * S, 1999);
	site_keep_rows(site, 30, 990 * S, S / 4, 1);
	site_keep_gap(site, 30, GAP_UNPLUGGED, 990 * S, 990 * S + S / 4, 0);
	site_keep_rows(site, 40, 900 * S, S / 4, 1);
	site_keep_gap(site, 40, GAP_UNPLUGGED, 900 * S, 901 * S, 0);
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":989500000,\"to_us\":992000000}", 201));
	site_exports(site, "/api/v1/export?run=1",
		"\xEF\xBB\xBF"
		"time_s,clock,\"1 温度 temperature/°C\",\"1 气压\",\"2 温度 temperature/°C\","
		"\"2 气压\",\"3 温度 temperature/°C\",\"3 气压\",gap,gap_until_s\r\n"
		"0,,,,,,,,2 silent 25 rows,2.5\r\n"
		"0.5,,0,1013.25,,,0,1013.25,,\r\n"
		"0.5,,,,,,,,3 unplugged,2.5\r\n");
}

static void keep_mark(struct site *site, uint32_t id, int64_t at_ns, const char *words)
{
	struct mark mark = {.id = id, .at = {at_ns}, .author = "kit 3"};

	strcpy(mark.text, words);
	assert_int_equal(store_add_mark(site->store, &mark), 0);
}

static void marks_are_lines_of_their_own_behind_the_row_of_their_instant(void **state)
{
	struct site *site = *state;
	char expected[4096] =
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s,mark\r\n"
		"0,,0,1013.25,,,\r\n"
		"0.25,,0.25,,,,\r\n"
		"0.25,,,,,,\"kit 3: 铃 / Bell\"\r\n"
		"0.3,,,,,,\"kit 3: a \"\"b\"\"  c\"\r\n"
		"0.5,,0.5,1013.25,,,\r\n"
		"0.5,,,,wire 1 rows,1,\r\n";

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 990 * S, S / 4, 3);
	site_keep_gap(site, 10, GAP_WIRE, 990 * S + S / 2, 991 * S, 1);
	keep_mark(site, 1, 989 * S, "before the first row");
	keep_mark(site, 2, 990 * S + S / 4, "铃 / Bell");
	keep_mark(site, 3, 990 * S + S * 3 / 10, "a \"b\"\r\nc");
	for (uint32_t id = 4; id < 74; id++) { /* more than are read at once, at one instant */
		keep_mark(site, id, 991 * S, "x");
		strcat(expected, "1,,,,,,\"kit 3: x\"\r\n");
	}
	site_keep_turns(site);
	site_exports(site, "/api/v1/export?stream=10", expected);
	site_exports(site, "/api/v1/export?stream=10&from_us=990500000&to_us=991000000",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"0,,0.5,1013.25,,\r\n0,,,,wire 1 rows,0.5\r\n");
}

static void a_name_that_a_spreadsheet_would_compute_is_disarmed(void **state)
{
	struct site *site = *state;
	struct device device = site_device(1, "");

	strcpy(device.streams[0].channels[0].name_zh, "=cmd|' /C calc'!A0");
	strcpy(device.streams[0].channels[1].name_zh, "@sum\r\nX");
	strcpy(device.streams[0].channels[0].unit, "");
	assert_int_equal(store_add_device(site->store, &device), 0);
	site_keep_rows(site, 10, 990 * S, S, 1);
	site_keep_turns(site);
	site_exports(site, "/api/v1/export?stream=10",
		"\xEF\xBB\xBF"
		"time_s,clock,\"'=cmd|' /C calc'!A0\",\"'@sum  X\",gap,gap_until_s\r\n0,,0,1013.25,,\r\n");
}

static void the_hour_is_written_where_it_is_known(void **state)
{
	/* 2027-01-15 08:00:00 UTC at board time 1000 s */
	struct anchor anchor = {.at = {1000 * S}, .wall = {1800000000 * S}, .source = ANCHOR_NTP};
	struct site *site = *state;

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 990 * S, 1500 * US, 2);
	site_keep_turns(site);
	site_refuses(site, "GET", "/api/v1/export?stream=10&format=lp", NULL, 404, "no_hour");
	assert_int_equal(store_add_anchor(site->store, &anchor), 0);
	site_keep_turns(site);
	site_exports(site, "/api/v1/export?stream=10&from_us=989000000",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"1,2027-01-15T15:59:50.000000+08:00,0,1013.25,,\r\n"
		"1.0015,2027-01-15T15:59:50.001500+08:00,0.25,,,\r\n");
	site_exports(site, "/api/v1/export?stream=10&format=lp",
		"text-board,board=test,device=1 t=0,p=1013.25 1799999990000000000\n"
		"text-board,board=test,device=1 t=0.25 1799999990001500000\n");
}

/* Two starts, and only the second is told the hour. */
static void rows_without_an_hour_are_counted_in_the_file(void **state)
{
	struct site *site = *state;
	struct anchor anchor = {.wall = {1800000000 * S}, .source = ANCHOR_NTP};
	int64_t second_ns;
	uint32_t boot;

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 990 * S, S, 2);
	site_keep_turns(site);
	assert_int_equal(store_begin_boot(site->store, "boot-2", 0, &boot, &second_ns), 0);
	anchor.at.ns = second_ns + S;
	assert_int_equal(store_add_anchor(site->store, &anchor), 0);
	site_keep_rows(site, 10, second_ns + S, S, 1);
	site->clock.frozen_ns = second_ns + 100 * S;
	site_keep_turns(site);
	site_exports(site, "/api/v1/export?stream=10&format=lp",
		"text-board,board=test,device=1 t=0,p=1013.25 1800000000000000000\n"
		"# 2 rows are left out: nobody has told this board the time yet\n");
}

static void an_export_refuses_what_it_cannot_give(void **state)
{
	struct site *site = *state;

	site_keep_turns(site);
	site_refuses(site, "GET", "/api/v1/export", NULL, 400, "bad_parameter");
	site_refuses(site, "GET", "/api/v1/export?stream=10", NULL, 404, "not_found");
	site_refuses(site, "GET", "/api/v1/export?run=1", NULL, 404, "not_found");
	site_refuses(site, "GET", "/api/v1/export?run=x", NULL, 400, "bad_parameter");
	site_refuses(site, "GET", "/api/v1/export?stream=1&stream=1", NULL, 400, "bad_parameter");
	site_refuses(site, "GET", "/api/v1/export?stream=-1", NULL, 400, "bad_parameter");
	site_refuses(site, "GET", "/api/v1/export?stream=1&format=ods", NULL, 400, "bad_parameter");
	site_refuses(site, "GET", "/api/v1/export?stream=1&from_us=7&to_us=7", NULL, 400,
		"bad_parameter");
}

/* --- what is not yet on the card --- */

static void feed_row(struct site *site, uint32_t stream, int64_t at_ns, double value)
{
	struct batch batch = {.stream = stream, .n_channels = 2, .n_rows = 1};

	batch.stamps_ns[0] = at_ns;
	batch.values[0] = value;
	batch.values[1] = NAN;
	assert_int_equal(feed_put_batch(site->keep_feed, clock_now(&site->clock), &batch), 0);
}

/* Time passes for everybody. */
static void pass(struct site *site, int64_t ns)
{
	site->clock.frozen_ns += ns;
	loop_turn(site->loop, 0);
	keep_turn(site->keep, clock_now(&site->clock));
	web_feed(site->web);
	loop_turn(site->loop, 0);
}

/* A run of 2 s with rows at its beginning, on the card, and at its end, which is not; exported at
 * once. */
static void begin_quick_export(struct site *site, struct browser *ret_export)
{
	site_log_in(site);
	site_plug(site, 1, "temperature");
	feed_row(site, 10, site->clock.frozen_ns + 1, 1);
	pass(site, S / 2);
	json_decref(site_post(site, "/api/v1/runs", "{\"from_us\":1000000000}", 201));
	site->clock.frozen_ns += 2 * S;
	feed_row(site, 10, site->clock.frozen_ns - 1, 2);
	json_decref(site_post(site, "/api/v1/runs/1/stop", "", 200));
	browser_open(ret_export, site->loop, site->port);
	browser_send(ret_export,
		"GET /api/v1/export?run=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	for (int i = 0; i < 5; i++)
		browser_turn(ret_export);
	assert_int_equal(ret_export->n, 0);
}

static void an_export_waits_for_the_end_of_its_run_to_be_kept(void **state)
{
	struct site *site = *state;
	struct browser b;

	begin_quick_export(site, &b);
	for (int i = 0; i < 4; i++)
		pass(site, S / 20);
	browser_wait_closed(&b);
	assert_true(browser_has(&b, ",1,,,\r\n"));
	assert_true(browser_has(&b, "2.499999999,,2,,,\r\n"));
	assert_true(browser_has(&b, "\r\n0\r\n\r\n"));
	assert_false(browser_has(&b, "not yet on the card"));
	browser_close(&b);
}

static void an_export_says_what_a_stuck_card_keeps_from_it(void **state)
{
	struct site *site = *state;
	struct browser b;

	begin_quick_export(site, &b);
	site_pass_alone(site, 6);
	browser_wait_closed(&b);
	assert_true(browser_has(&b, ",1,,,\r\n0.5,,,,not yet on the card,\r\n"));
	assert_true(browser_has(&b, "\r\n0\r\n\r\n"));
	browser_close(&b);
}

static void closing_answers_an_export_that_waits(void **state)
{
	struct site *site = *state;
	struct browser b;

	begin_quick_export(site, &b);
	web_close(site->web);
	site->web = NULL;
	browser_wait_closed(&b);
	assert_true(browser_has(&b, "HTTP/1.1 503"));
	browser_close(&b);
}

/* --- large ones --- */

enum { MANY = 300000 };

static void keep_many(struct site *site)
{
	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 100 * S, S / 1000, MANY);
	site_keep_turns(site);
}

/* Lines of the table that a whole export has; fails unless they are the rows 0, 1, 2, ... */
static int64_t count_rows(const char *table)
{
	int64_t n = 0;
	const char *at = strchr(table, '\n') + 1;

	for (; *at; at = strchr(at, '\n') + 1, n++) {
		/* sscanf would look for the end of the whole table each time. */
		char *end;
		double time_s = strtod(at, &end), value;

		assert_memory_equal(end, ",,", 2);
		value = strtod(end + 2, &end);
		assert_int_equal(*end, ',');
		if (fabs(time_s - (double)n / 1000) > 1e-9 || value != site_value(n))
			fail_msg("row %lld is %.40s", (long long)n, at);
	}
	return n;
}

static void a_large_export_is_whole_and_keeps_nobody_waiting(void **state)
{
	struct site *site = *state;
	struct browser big;

	keep_many(site);
	browser_open(&big, site->loop, site->port);
	browser_send(&big,
		"GET /api/v1/export?stream=10 HTTP/1.1\r\nHost: localhost\r\n"
		"Connection: close\r\n\r\n");
	browser_wait(&big, "\r\n0.1,"); /* it has begun, and reads no further for now */
	json_t *columns = site_get(site, "/api/v1/streams/10/columns?columns=10&to_us=400000000");
	json_decref(columns); /* answered in between */
	assert_false(big.is_closed);
	browser_wait_closed(&big);
	assert_true(browser_has(&big, "\r\n0\r\n\r\n"));
	assert_int_equal(count_rows(browser_body(&big)), MANY);
	browser_close(&big);
}

static void a_browser_that_leaves_ends_its_export(void **state)
{
	struct site *site = *state;
	struct browser b;

	keep_many(site);
	for (int i = 0; i < 20; i++) {
		browser_open_narrow(&b, site->loop, site->port);
		browser_send_get(&b, "/api/v1/export?stream=10");
		if (i % 2)
			browser_wait(&b, "\r\n0.1,");
		browser_close(&b);
	}
	/* What is left over is seen by the sanitizer, and by the work thread being free: */
	json_decref(site_get(site, "/api/v1/streams/10/columns?columns=10&to_us=400000000"));
}

static void closing_ends_exports_under_way(void **state)
{
	struct site *site = *state;
	struct browser b;

	keep_many(site);
	browser_open_narrow(&b, site->loop, site->port);
	browser_send_get(&b, "/api/v1/export?stream=10");
	browser_wait(&b, "\r\n0.1,");
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
		SITE_TEST(a_run_becomes_a_table_with_its_gaps),
		SITE_TEST(a_file_says_how_exact_its_stamps_are),
		SITE_TEST(line_protocol_says_whose_the_kit_was),
		SITE_TEST(a_gap_tells_whose_it_is),
		SITE_TEST(a_kit_is_not_charged_with_gaps_of_before_it_was_there),
		SITE_TEST(a_run_has_those_that_said_nothing_and_no_gap_beyond_it),
		SITE_TEST(marks_are_lines_of_their_own_behind_the_row_of_their_instant),
		SITE_TEST(a_name_that_a_spreadsheet_would_compute_is_disarmed),
		SITE_TEST(the_hour_is_written_where_it_is_known),
		SITE_TEST(rows_without_an_hour_are_counted_in_the_file),
		SITE_TEST(an_export_refuses_what_it_cannot_give),
		SITE_TEST_WITH_RARE_COMMITS(an_export_waits_for_the_end_of_its_run_to_be_kept),
		SITE_TEST_WITH_RARE_COMMITS(an_export_says_what_a_stuck_card_keeps_from_it),
		SITE_TEST_WITH_RARE_COMMITS(closing_answers_an_export_that_waits),
		SITE_TEST(a_large_export_is_whole_and_keeps_nobody_waiting),
		SITE_TEST(a_browser_that_leaves_ends_its_export),
		SITE_TEST(closing_ends_exports_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
