/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole web side through its door (share/web.h): real sockets on a loopback port, a real store
 * in a folder of its own, keep turned by hand, a feed that the test writes, and a clock that the
 * test moves. */
#include "share/web.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "data/feed.h"
#include "share/calibrations.h"
#include "support/browser.h"
#include "support/cmocka_all.h"

#define US ((int64_t)NS_PER_US)
#define S ((int64_t)NS_PER_S)

static const char JSON_TYPE[] = "Content-Type: application/json\r\n";

static struct clock fake;
static struct loop *loop;
static struct ring *feed, *keep_feed, *notices;
static struct store *store;
static struct keep *keep;
static struct config config;
static struct web *web;
static char directory[64], pages[80], cookie[96];
static unsigned port;
static struct wake nothing;
static calibration_rules_of rules_of;

static void ignore(struct wake *wake)
{
	(void)wake;
}

static void open_web(void)
{
	char why[256];
	struct web_options options = {.clock = &fake,
		.loop = loop,
		.config = &config,
		.feed = feed,
		.notices = notices,
		.keep = keep,
		.pages = pages,
		.pin = "123456",
		.boot = 1,
		.rules_of = rules_of};

	assert_int_equal(web_open(&options, &web, why, sizeof why), 0);
	assert_string_equal(why, "");
	assert_int_equal(sscanf(web_address(web), "http://127.0.0.1:%u/", &port), 1);
}

static int set_up_with(int64_t commit_ns)
{
	static char *sink_name, board[] = "test", listen_at[] = "127.0.0.1";
	static struct config_sink sink;
	struct store_finding finding;
	uint32_t boot;
	int64_t base_ns;

	setenv("TZ", "CST-8", 1); /* China: UTC+8 */
	tzset();
	sink_name = board;
	sink = (struct config_sink){.name = sink_name, .kind = SINK_INFLUXDB1};
	fake = (struct clock){.is_fake = true, .frozen_ns = 1000 * S};
	strcpy(directory, "/tmp/kitlog-web-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(pages, sizeof pages, "%s/no-pages", directory);
	config = (struct config){.board = board, .data = directory, .sinks = &sink, .n_sinks = 1};
	config.http.listen = listen_at;
	config.store.limit_mb = 64;
	cookie[0] = '\0';
	assert_int_equal(store_open(&(struct store_options){directory, 0}, &finding, &store), 0);
	assert_int_equal(store_begin_boot(store, "boot-1", 1000 * S, &boot, &base_ns), 0);
	fake.frozen_ns += base_ns;
	assert_int_equal(loop_open(&fake, &loop), 0);
	assert_int_equal(ring_new(1 << 20, &feed), 0);
	assert_int_equal(ring_new(4096, &keep_feed), 0);
	assert_int_equal(ring_new(4096, &notices), 0);
	nothing.woken = ignore;
	assert_int_equal(wake_open(loop, &nothing), 0);
	assert_int_equal(keep_new(&(struct keep_options){.clock = &fake,
					  .store = store,
					  .feed = keep_feed,
					  .commit_ns = commit_ns},
				 &keep),
		0);
	assert_int_equal(keep_listen(keep, notices, &nothing), 0);
	keep_turn(keep, clock_now(&fake)); /* its seconds count from here */
	open_web();
	return 0;
}

static int set_up(void **unused)
{
	(void)unused;
	return set_up_with(S);
}

static int set_up_with_rare_commits(void **unused)
{
	(void)unused;
	return set_up_with(60 * S);
}

static int tear_down(void **unused)
{
	char command[128];

	(void)unused;
	web_close(web);
	web = NULL;
	rules_of = NULL;
	keep_free(keep);
	store_close(store);
	wake_close(&nothing);
	ring_free(feed);
	ring_free(keep_feed);
	ring_free(notices);
	loop_close(loop);
	snprintf(command, sizeof command, "rm -rf '%s'", directory);
	return system(command);
}

/* --- what sense and keep would do --- */

static struct device thermometer(uint32_t id, const char *name_en)
{
	struct device device = {.id = id, .sticker = id, .kit = "text-board", .n_streams = 1};
	struct stream *stream = &device.streams[0];

	snprintf(device.identity, sizeof device.identity, "usb:%u", id);
	*stream =
		(struct stream){.id = 10 * id, .device = id, .n_channels = 2, .period_ns = S / 10};
	strcpy(stream->name, "main");
	strcpy(stream->channels[0].id, "t");
	strcpy(stream->channels[0].name_zh, "温度");
	text_copy(stream->channels[0].name_en, sizeof stream->channels[0].name_en, name_en);
	strcpy(stream->channels[0].unit, "Cel");
	strcpy(stream->channels[1].id, "p");
	strcpy(stream->channels[1].name_zh, "气压");
	return device;
}

static void plug(uint32_t id, const char *name_en)
{
	struct device device = thermometer(id, name_en);

	assert_int_equal(store_add_device(store, &device), 0);
	assert_int_equal(feed_put_device(feed, clock_now(&fake), &device), 0);
	web_feed(web);
}

static double value_of(int64_t row)
{
	return (double)(row % 5000) / 4;
}

/* n rows from `from_ns` on; the second channel speaks in every other row. */
static void keep_rows(uint32_t stream, int64_t from_ns, int64_t step_ns, int64_t n)
{
	static struct batch batch;

	for (int64_t at = 0; at < n; at += batch.n_rows) {
		batch = (struct batch){.stream = stream, .n_channels = 2, .n_rows = BATCH_ROWS};
		if (n - at < BATCH_ROWS)
			batch.n_rows = (uint32_t)(n - at);
		for (int64_t i = 0; i < batch.n_rows; i++) {
			batch.stamps_ns[i] = from_ns + (at + i) * step_ns;
			batch.values[2 * i] = value_of(at + i);
			batch.values[2 * i + 1] = (at + i) % 2 ? NAN : 1013.25;
		}
		struct feed_record record = {.kind = FEED_BATCH};
		record.batch.stream = stream;
		record.batch.n_channels = 2;
		record.batch.n_rows = batch.n_rows;
		record.batch.stamps_ns = batch.stamps_ns;
		record.batch.values = batch.values;
		int r = store_add_batch(store, &record);
		if (r == -ENOMEM) {
			assert_int_equal(store_commit(store, clock_now(&fake)), 0);
			r = store_add_batch(store, &record);
		}
		assert_int_equal(r, 0);
	}
}

static void keep_gap(
	uint32_t stream, enum gap_reason reason, int64_t from_ns, int64_t to_ns, uint64_t lost)
{
	struct gap gap = {.stream = stream,
		.reason = reason,
		.from = {from_ns},
		.to = {to_ns},
		.lost_rows = lost};

	assert_int_equal(store_add_gap(store, &gap), 0);
}

/* Keep does what it was told, and says so; a second ahead, so that an export need not wait for
 * it. */
static void keep_turns(void)
{
	fake.frozen_ns += 2 * S;
	keep_turn(keep, instant_add(clock_now(&fake), S));
	web_feed(web);
	loop_turn(loop, 0);
}

/* --- what browsers do --- */

static json_t *parsed(struct browser *b)
{
	json_error_t error;
	json_t *answer = json_loads(browser_body(b), 0, &error);

	if (!answer)
		fail_msg("%s: %s", error.text, b->got);
	browser_close(b);
	return answer;
}

static json_t *get(const char *path)
{
	struct browser b;

	if (browser_get(loop, port, path, &b) != 200)
		fail_msg("%s: %s", path, b.got);
	return parsed(&b);
}

static int ask(const char *method, const char *path, const char *body, struct browser *b)
{
	char head[256];

	snprintf(head, sizeof head, "%s%s", JSON_TYPE, cookie);
	return browser_ask(loop, port, method, path, head, body, b);
}

static void refused(
	const char *method, const char *path, const char *body, int status, const char *code)
{
	struct browser b;
	char wanted[64];

	snprintf(wanted, sizeof wanted, "{\"error\":{\"code\":\"%s\"", code);
	int got = ask(method, path, body, &b);
	if (got != status || !browser_has(&b, wanted))
		fail_msg("%s %s %s: %s", method, path, body ? body : "", b.got);
	browser_close(&b);
}

static void log_in(void)
{
	struct browser b;
	char token[64];

	assert_int_equal(ask("POST", "/api/v1/login", "{\"pin\":\"123456\"}", &b), 204);
	const char *set = strstr(b.got, "Set-Cookie: kitlog=");
	assert_non_null(set);
	assert_non_null(strstr(set, "; HttpOnly; SameSite=Strict; Path=/"));
	assert_int_equal(sscanf(set, "Set-Cookie: kitlog=%32[0-9a-f];", token), 1);
	snprintf(cookie, sizeof cookie, "Cookie: kitlog=%s\r\n", token);
	browser_close(&b);
}

static int64_t number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value))
		fail_msg("%s is no integer", name);
	return json_integer_value(value);
}

/* --- status --- */

static void the_status_says_what_the_board_knows(void **unused)
{
	struct anchor anchor = {
		.wall = {1700000000 * S}, .uncertainty_ns = 5000000, .source = ANCHOR_NTP};
	struct feed_punctual punctual = {
		.late = {.n = 9, .p50 = 1999, .p999 = 70 * US}, .turn_minute.most = 3 * US};
	json_t *status = get("/api/v1/status"), *sense;

	(void)unused;
	assert_string_equal(json_string_value(json_object_get(status, "board")), "test");
	assert_int_equal(number(status, "now_us"), fake.frozen_ns / US);
	assert_true(json_is_null(json_object_get(status, "wall_us")));
	assert_true(json_is_false(json_object_get(status, "is_teacher")));
	assert_true(json_is_null(json_object_get(json_object_get(status, "store"), "problem")));
	assert_int_equal(number(json_object_get(status, "store"), "limit_bytes"), 64 << 20);
	assert_true(json_is_null(json_object_get(status, "sense"))); /* it has not told yet */
	json_decref(status);

	plug(1, "temperature");
	assert_int_equal(feed_put_punctual(feed, clock_now(&fake), &punctual), 0);
	keep_rows(10, fake.frozen_ns, S / 10, 70);
	anchor.at = clock_now(&fake);
	assert_int_equal(keep_order_anchor(keep, &anchor), 0);
	for (int i = 0; i < 200; i++) { /* until the work thread has read the hour */
		keep_turns();
		status = get("/api/v1/status");
		if (!json_is_null(json_object_get(status, "wall_us")))
			break;
		json_decref(status);
	}
	assert_int_equal(number(status, "wall_us") - 1700000000 * (S / US),
		number(status, "now_us") - anchor.at.ns / US);
	assert_string_equal(json_string_value(json_object_get(status, "wall_source")), "ntp");
	assert_int_equal(number(status, "wall_uncertainty_us"), 5000);
	assert_int_equal(number(json_object_get(status, "store"), "rows"), 70);
	sense = json_object_get(status, "sense");
	assert_int_equal(number(json_object_get(sense, "late_us"), "n"), 9);
	assert_int_equal(number(json_object_get(sense, "late_us"), "p50"), 1);
	assert_int_equal(number(json_object_get(sense, "late_us"), "p999"), 70);
	assert_int_equal(number(json_object_get(sense, "turn_minute_us"), "most"), 3);
	json_decref(status);
}

/* --- the teacher --- */

static void only_the_teacher_changes_things(void **unused)
{
	struct browser b;

	(void)unused;
	refused("POST", "/api/v1/runs", "{}", 401, "teacher_only");
	refused("POST", "/api/v1/login", "{\"pin\":\"000000\"}", 403, "wrong_pin");
	refused("POST", "/api/v1/login", "{\"pin\":123456}", 400, "bad_parameter");
	refused("POST", "/api/v1/login", "{}", 400, "bad_parameter");
	refused("POST", "/api/v1/login", "{", 400, "bad_json");
	refused("POST", "/api/v1/login", "[]", 400, "bad_json");
	log_in();
	json_t *status = (ask("GET", "/api/v1/status", NULL, &b), parsed(&b));
	assert_true(json_is_true(json_object_get(status, "is_teacher")));
	json_decref(status);
	assert_int_equal(ask("POST", "/api/v1/runs", "{}", &b), 201);
	browser_close(&b);
	assert_int_equal(ask("DELETE", "/api/v1/login", NULL, &b), 204);
	browser_close(&b);
	refused("POST", "/api/v1/runs", "{}", 401, "teacher_only");
	for (int i = 0; i < 4; i++)
		refused("POST", "/api/v1/login", "{\"pin\":\"1\"}", 403, "wrong_pin");
	refused("POST", "/api/v1/login", "{\"pin\":\"123456\"}", 429, "too_many_tries");
}

/* --- runs --- */

static void a_run_is_started_stopped_told_and_kept(void **unused)
{
	struct browser b, events;

	(void)unused;
	log_in();
	browser_open(&events, loop, port);
	browser_send(&events, "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
	browser_wait(&events, "event: hello");
	assert_int_equal(ask("POST", "/api/v1/runs", "{\"title\":\"杯子 <b>\"}", &b), 201);
	json_t *run = parsed(&b);
	assert_int_equal(number(run, "id"), 1);
	assert_int_equal(number(run, "number"), 1);
	assert_int_equal(number(run, "from_us"), fake.frozen_ns / US);
	assert_true(json_is_null(json_object_get(run, "to_us")));
	assert_string_equal(json_string_value(json_object_get(run, "title")), "杯子 <b>");
	json_decref(run);
	browser_wait(&events, "event: run\ndata: {\"id\":1,");
	refused("POST", "/api/v1/runs", "{}", 409, "is_running");
	fake.frozen_ns += 5 * S;
	assert_int_equal(ask("POST", "/api/v1/runs/1/stop", "", &b), 200);
	run = parsed(&b);
	assert_int_equal(number(run, "to_us") - number(run, "from_us"), 5 * (S / US));
	json_decref(run);
	browser_wait(&events, "\"to_us\":1005000000,");
	browser_close(&events);
	refused("POST", "/api/v1/runs/1/stop", "", 409, "is_stopped");
	refused("POST", "/api/v1/runs/2/stop", "", 404, "not_found");
	refused("POST", "/api/v1/runs/x/stop", "", 404, "not_found");

	keep_turns();
	web_close(web); /* the daemon starts again */
	cookie[0] = '\0';
	open_web();
	json_t *runs = get("/api/v1/runs");
	run = json_array_get(json_object_get(runs, "runs"), 0);
	assert_int_equal(number(run, "to_us") - number(run, "from_us"), 5 * (S / US));
	json_decref(runs);
	log_in();
	assert_int_equal(ask("POST", "/api/v1/runs", "{}", &b), 201);
	run = parsed(&b);
	assert_int_equal(number(run, "number"), 2);
	json_decref(run);
}

static void many_runs_come_by_pages(void **unused)
{
	struct run run = {.from = {1}, .to = {2}};
	struct browser b;
	char path[64];

	(void)unused;
	for (run.id = run.number = 1; run.id <= 15000; run.id = ++run.number) {
		assert_int_equal(store_add_run(store, &run), 0);
		if (run.id % 1000 == 0)
			assert_int_equal(store_commit(store, clock_now(&fake)), 0);
	}
	web_close(web);
	open_web();
	for (int64_t before = 15001; before > 14001; before -= 200) {
		snprintf(path, sizeof path, "/api/v1/runs?before=%lld", (long long)before);
		json_t *runs = get(before == 15001 ? "/api/v1/runs" : path);
		json_t *list = json_object_get(runs, "runs");
		assert_int_equal(json_array_size(list), 200);
		assert_int_equal(number(json_array_get(list, 0), "id"), before - 200);
		assert_int_equal(number(json_array_get(list, 199), "id"), before - 1);
		json_decref(runs);
	}
	json_t *runs = get("/api/v1/runs?before=4&limit=2");
	assert_int_equal(json_array_size(json_object_get(runs, "runs")), 2);
	json_decref(runs);
	refused("GET", "/api/v1/runs?limit=0", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/runs?before=x", NULL, 400, "bad_parameter");
	log_in();
	assert_int_equal(ask("POST", "/api/v1/runs", "{}", &b), 201);
	json_t *made = parsed(&b);
	assert_int_equal(number(made, "id"), 15001);
	json_decref(made);
}

/* Else the next run would take the number of the first, and its place. */
static void no_run_begins_while_the_list_cannot_be_read(void **unused)
{
	char database[128], away[128];
	struct browser b;

	(void)unused;
	log_in();
	assert_int_equal(ask("POST", "/api/v1/runs", "{\"from_us\":1,\"to_us\":2}", &b), 201);
	browser_close(&b);
	keep_turns();
	snprintf(database, sizeof database, "%s/kitlog.db", directory);
	snprintf(away, sizeof away, "%s/away", directory);
	assert_int_equal(rename(database, away), 0);
	web_close(web);
	open_web();
	log_in();
	refused("GET", "/api/v1/runs", NULL, 503, "busy");
	refused("POST", "/api/v1/runs", "{}", 503, "busy");
	refused("POST", "/api/v1/runs/1/stop", "", 503, "busy");
	refused("GET", "/api/v1/export?run=1", NULL, 503, "busy");
	assert_int_equal(rename(away, database), 0);
	for (int i = 0; i < 6; i++) {
		fake.frozen_ns += S;
		loop_turn(loop, 0);
	}
	assert_int_equal(ask("POST", "/api/v1/runs", "{}", &b), 201);
	json_t *run = parsed(&b);
	assert_int_equal(number(run, "id"), 2);
	json_decref(run);
}

static void a_run_may_be_made_afterwards(void **unused)
{
	struct browser b;

	(void)unused;
	log_in();
	assert_int_equal(ask("POST", "/api/v1/runs", "{\"from_us\":999000000}", &b), 201);
	browser_close(&b);
	assert_int_equal(/* also while that one goes on */
		ask("POST", "/api/v1/runs", "{\"from_us\":900000000,\"to_us\":950000000}", &b),
		201);
	json_t *run = parsed(&b);
	assert_int_equal(number(run, "to_us"), 950000000);
	json_decref(run);
	refused("POST", "/api/v1/runs", "{\"from_us\":999999999999}", 400, "bad_parameter");
	refused("POST", "/api/v1/runs", "{\"from_us\":1,\"to_us\":999999999999}", 400,
		"bad_parameter");
	refused("POST", "/api/v1/runs", "{\"from_us\":2,\"to_us\":1}", 400, "bad_parameter");
	refused("POST", "/api/v1/runs", "{\"from_us\":-1,\"to_us\":1}", 400, "bad_parameter");
	refused("POST", "/api/v1/runs", "{\"from_us\":\"1\"}", 400, "bad_parameter");
	refused("POST", "/api/v1/runs", "{\"title\":7}", 400, "bad_parameter");
	refused("POST", "/api/v1/runs",
		"{\"title\":\"01234567890123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789012345\"}",
		400, "bad_parameter");
}

/* --- columns --- */

static void few_rows_come_as_they_are_with_their_gaps(void **unused)
{
	int64_t from_ns = 500 * S;

	(void)unused;
	plug(1, "temperature");
	keep_rows(10, from_ns, S / 10, 5);
	keep_gap(10, GAP_UNPLUGGED, from_ns + 4 * S / 10, from_ns + 2 * S, 16);
	keep_turns();
	json_t *columns =
		get("/api/v1/streams/10/columns?from_us=500000000&to_us=510000000&columns=100");
	json_t *channel = json_array_get(json_object_get(columns, "channels"), 0);

	assert_true(json_is_true(json_object_get(columns, "is_raw")));
	assert_null(json_object_get(columns, "n"));
	assert_int_equal(json_array_size(json_object_get(columns, "t_us")), 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(
			json_integer_value(json_array_get(json_object_get(columns, "t_us"), i)),
			500000000 + (int64_t)i * 100000);
		assert_true(json_number_value(json_array_get(json_object_get(channel, "y"), i)) ==
			value_of((int64_t)i));
	}
	channel = json_array_get(json_object_get(columns, "channels"), 1);
	assert_true(json_is_null(json_array_get(json_object_get(channel, "y"), 1)));
	json_t *gap = json_array_get(json_object_get(columns, "gaps"), 0);
	assert_string_equal(json_string_value(json_object_get(gap, "reason")), "unplugged");
	assert_int_equal(number(gap, "lost_rows"), 16);
	json_decref(columns);
}

static void assert_piece(const json_t *columns, size_t i, int64_t from_us, int64_t wall_us)
{
	json_t *piece = json_array_get(json_object_get(columns, "wall"), i);

	assert_int_equal(number(piece, "from_us"), from_us);
	if (wall_us)
		assert_int_equal(number(piece, "wall_us"), wall_us);
	else
		assert_true(json_is_null(json_object_get(piece, "wall_us")));
}

/* Three starts: the hour of the first is told, that of the second never, then again. */
static void columns_tell_the_hour_start_by_start(void **unused)
{
	struct anchor anchor = {.at = {1000 * S}, .wall = {1700000000 * S}, .source = ANCHOR_NTP};
	int64_t second_ns, third_ns;
	uint32_t boot;

	(void)unused;
	plug(1, "temperature");
	keep_rows(10, 990 * S, S, 2);
	assert_int_equal(store_add_anchor(store, &anchor), 0);
	keep_turns();
	assert_int_equal(store_begin_boot(store, "boot-2", 0, &boot, &second_ns), 0);
	keep_rows(10, second_ns + S, S, 2);
	keep_turns();
	assert_int_equal(store_begin_boot(store, "boot-3", 0, &boot, &third_ns), 0);
	anchor = (struct anchor){
		.at = {third_ns + S}, .wall = {1800000000 * S}, .source = ANCHOR_NTP};
	assert_int_equal(store_add_anchor(store, &anchor), 0);
	keep_rows(10, third_ns + S, S, 2);
	fake.frozen_ns = third_ns + 100 * S;
	keep_turns();
	json_t *columns = get("/api/v1/streams/10/columns?from_us=990000000");

	assert_int_equal(json_array_size(json_object_get(columns, "wall")), 3);
	assert_piece(columns, 0, 990000000, 1699999990000000);
	assert_piece(columns, 1, second_ns / US, 0);
	assert_piece(columns, 2, third_ns / US, 1799999999000000);
	assert_int_equal(number(columns, "durable_us"), fake.frozen_ns / US + S / US);
	json_decref(columns);
	columns = get("/api/v1/streams/10/columns?from_us=0&to_us=5");
	assert_int_equal(json_array_size(json_object_get(columns, "wall")), 1);
	assert_piece(columns, 0, 0, 1699999000000000);
	json_decref(columns);
}

static void many_rows_come_as_columns_that_hold_them_all(void **unused)
{
	const int64_t n = 20000, from_ns = 500 * S;
	json_t *value;
	size_t i;
	int64_t rows = 0, before = 0;

	(void)unused;
	plug(1, "temperature");
	keep_rows(10, from_ns, S / 100, n);
	keep_turns();
	json_t *columns = get("/api/v1/streams/10/columns?columns=200&to_us=700000000");
	json_t *t = json_object_get(columns, "t_us");
	json_t *channel = json_array_get(json_object_get(columns, "channels"), 0);

	assert_true(json_is_false(json_object_get(columns, "is_raw")));
	assert_in_range(json_array_size(t), 20, 400);
	json_array_foreach(json_object_get(columns, "n"), i, value) rows +=
		json_integer_value(value);
	assert_int_equal(rows, n);
	json_array_foreach(t, i, value)
	{
		assert_true(json_integer_value(value) > before);
		before = json_integer_value(value);
		double least =
			json_number_value(json_array_get(json_object_get(channel, "min"), i));
		double mean =
			json_number_value(json_array_get(json_object_get(channel, "mean"), i));
		double most = json_number_value(json_array_get(json_object_get(channel, "max"), i));
		assert_true(least <= mean && mean <= most && least >= 0 && most <= value_of(4999));
	}
	json_decref(columns);
}

static void columns_refuse_what_they_cannot_give(void **unused)
{
	(void)unused;
	refused("GET", "/api/v1/streams/10/columns", NULL, 404, "not_found");
	refused("GET", "/api/v1/streams/0/columns", NULL, 404, "not_found");
	refused("GET", "/api/v1/streams/1e1/columns", NULL, 404, "not_found");
	refused("GET", "/api/v1/streams/10/columns?columns=0", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/streams/10/columns?columns=4001", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/streams/10/columns?from_us=1.5", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/streams/10/columns?from_us=-1", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/streams/10/columns?from_us=9223372036854775807", NULL, 400,
		"bad_parameter");
	refused("GET", "/api/v1/streams/10/columns?from_us=", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/streams/10/columns?from_us=5&to_us=5", NULL, 400, "bad_parameter");
}

/* --- export --- */

static void exported(const char *path, const char *wanted)
{
	struct browser b;

	if (browser_get(loop, port, path, &b) != 200)
		fail_msg("%s: %s", path, b.got);
	assert_string_equal(browser_body(&b), wanted);
	browser_close(&b);
}

static void a_run_becomes_a_table_with_its_gaps(void **unused)
{
	struct browser b;

	(void)unused;
	log_in();
	plug(1, "=1+2 \"quoted\", x");
	plug(2, "temperature");
	keep_rows(10, 990 * S, S / 4, 3);
	keep_rows(20, 990 * S + S / 4, S / 4, 2);
	keep_gap(20, GAP_WIRE, 990 * S + S / 2, 991 * S, 1);
	keep_gap(0, GAP_STOPPED, 980 * S, 990 * S + 1, 0);
	keep_rows(10, 992 * S, S / 4, 1); /* outside */
	keep_turns();
	assert_int_equal(
		ask("POST", "/api/v1/runs", "{\"from_us\":989500000,\"to_us\":992000000}", &b),
		201);
	browser_close(&b);
	exported("/api/v1/export?run=1",
		"\xEF\xBB\xBF"
		"time_s,clock,\"1 温度 =1+2 \"\"quoted\"\", x/°C\",\"1 气压\",\"2 温度 temperature/°C\","
		"\"2 气压\",gap,gap_until_s\r\n"
		"0,,,,,,stopped,0.500000001\r\n"
		"0.5,,0,1013.25,,,,\r\n"
		"0.75,,0.25,,0,1013.25,,\r\n"
		"1,,0.5,1013.25,0.25,,,\r\n"
		"1,,,,,,2 wire 1 rows,1.5\r\n");
	exported("/api/v1/export?run=1&stream=10&format=csv",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 =1+2 \"\"quoted\"\", x/°C\",\"气压\",gap,gap_until_s\r\n"
		"0,,,,stopped,0.500000001\r\n"
		"0.5,,0,1013.25,,\r\n0.75,,0.25,,,\r\n1,,0.5,1013.25,,\r\n");
	browser_get(loop, port, "/api/v1/export?run=1", &b);
	assert_true(
		browser_has(&b, "Content-Disposition: attachment; filename=\"kitlog-run-1.csv\""));
	assert_true(browser_has(&b, "Content-Type: text/csv; charset=utf-8"));
	browser_close(&b);
}

/* --- calibrations --- */

/* What sense says of a stream now: rows of `first` and 1013.25, for keep as for the pages. */
static void say(uint32_t stream, double first, uint32_t n)
{
	static struct batch batch;

	batch = (struct batch){.stream = stream, .n_channels = 2, .n_rows = n};
	for (uint32_t i = 0; i < n; i++) {
		batch.stamps_ns[i] = fake.frozen_ns + (int64_t)(i - n) * (S / 100);
		batch.values[2 * i] = first;
		batch.values[2 * i + 1] = 1013.25;
	}
	assert_int_equal(feed_put_batch(feed, clock_now(&fake), &batch), 0);
	assert_int_equal(feed_put_batch(keep_feed, clock_now(&fake), &batch), 0);
	web_feed(web);
}

static void post(struct browser *b, const char *path, const char *body)
{
	browser_open(b, loop, port);
	browser_send(b,
		"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s%s"
		"Content-Length: %zu\r\n\r\n%s",
		path, JSON_TYPE, cookie, strlen(body), body);
	for (int i = 0; i < 20; i++)
		browser_turn(b);
}

/* What was made of it, once it is on the card: the first one. */
static json_t *made(const char *path, const char *body)
{
	struct browser b;

	post(&b, path, body);
	assert_int_equal(b.n, 0); /* not before */
	keep_turns();
	browser_wait_closed(&b);
	if (!strstr(b.got, "HTTP/1.1 201"))
		fail_msg("%s %s: %s", path, body, b.got);
	json_t *answer = parsed(&b);
	json_t *first = json_incref(json_array_get(json_object_get(answer, "calibrations"), 0));

	json_decref(answer);
	return first;
}

static double last_of(const char *channel_id, const char **ret_name)
{
	static char name[64];
	json_t *devices = get("/api/v1/devices");
	json_t *channels = json_object_get(
		json_array_get(
			json_object_get(
				json_array_get(json_object_get(devices, "devices"), 0), "streams"),
			0),
		"channels");
	double last = NAN;
	size_t i;
	json_t *channel;

	name[0] = '\0';
	json_array_foreach(channels, i, channel)
	{
		const json_t *by = json_object_get(channel, "calibration");

		if (strcmp(json_string_value(json_object_get(channel, "id")), channel_id) != 0)
			continue;
		last = json_number_value(json_object_get(channel, "last"));
		if (json_is_object(by))
			text_copy(
				name, sizeof name, json_string_value(json_object_get(by, "name")));
	}
	json_decref(devices);
	*ret_name = name;
	return last;
}

static double first_point(const json_t *calibration, const char *side)
{
	return json_number_value(
		json_object_get(json_array_get(json_object_get(calibration, "points"), 0), side));
}

static void a_channel_is_zeroed_by_the_mean_of_its_last_second(void **unused)
{
	const char *name;
	json_t *c;

	(void)unused;
	log_in();
	plug(1, "temperature");
	refused("POST", "/api/v1/calibrations/zero", "{\"stream\":10,\"channel\":\"t\"}", 409,
		"no_reading");
	say(10, 20.5, 1);
	fake.frozen_ns += 2 * S;
	say(10, 0.25, 50);
	say(10, 0.75, 50); /* older ones are not of the second that ends now */
	c = made(
		"/api/v1/calibrations/zero", "{\"stream\":10,\"channel\":\"t\",\"name\":\"空载\"}");
	assert_true(first_point(c, "raw") == 0.5);
	assert_true(first_point(c, "true") == 0);
	assert_string_equal(json_string_value(json_object_get(c, "kind")), "offset");
	assert_string_equal(json_string_value(json_object_get(c, "identity")), "usb:1");
	json_decref(c);
	assert_true(last_of("t", &name) == 0.25);
	assert_string_equal(name, "空载");
	assert_true(last_of("p", &name) == 1013.25);
	assert_string_equal(name, "");
}

static void zeroing_keeps_the_gain_of_a_calibrated_channel(void **unused)
{
	const char *name;
	json_t *c;

	(void)unused;
	log_in();
	plug(1, "temperature");
	say(10, 3, 10);
	c = made("/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":10,\"true\":20},"
		"{\"raw\":0,\"true\":0}]}");
	assert_string_equal(json_string_value(json_object_get(c, "kind")), "two-point");
	json_decref(c);
	assert_true(last_of("t", &name) == 6);
	say(10, 3, 10);
	c = made("/api/v1/calibrations/zero", "{\"device\":1,\"value\":1}");
	assert_string_equal(json_string_value(json_object_get(c, "kind")), "two-point");
	assert_int_equal(number(c, "refers"), 1);
	json_decref(c);
	assert_true(last_of("t", &name) == 1);
	assert_true(last_of("p", &name) == 1);
	say(10, 4, 10);
	assert_true(last_of("t", &name) == 3);
}

static void a_calibration_reaches_a_run_of_the_past_and_is_taken_back(void **unused)
{
	struct browser b;
	json_t *c;

	(void)unused;
	log_in();
	plug(1, "temperature");
	keep_rows(10, 990 * S, S / 4, 3);
	keep_turns();
	ask("POST", "/api/v1/runs", "{\"from_us\":990000000,\"to_us\":990500000}", &b);
	browser_close(&b);
	say(10, 3, 10);
	c = made("/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"name\":\"冰水\","
		"\"points\":[{\"raw\":0,\"true\":1}]}");
	json_decref(c);
	exported("/api/v1/export?run=1&stream=10",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"0,,0,1013.25,,\r\n0.25,,0.25,,,\r\n");
	c = made("/api/v1/calibrations", "{\"use\":1,\"run\":1}");
	assert_int_equal(number(c, "refers"), 1);
	assert_int_equal(number(c, "to_us"), 990500000);
	json_decref(c);
	exported("/api/v1/export?run=1&stream=10",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C [校准 calibrated #2 冰水]\",\"气压\",gap,"
		"gap_until_s\r\n0,,1,1013.25,,\r\n0.25,,1.25,,,\r\n");
	exported("/api/v1/export?run=1&stream=10&values=raw",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"0,,0,1013.25,,\r\n0.25,,0.25,,,\r\n");
	json_t *columns = get("/api/v1/streams/10/columns?from_us=990000000&to_us=991000000");
	json_t *y = json_object_get(json_array_get(json_object_get(columns, "channels"), 0), "y");
	assert_true(json_number_value(json_array_get(y, 0)) == 1);
	assert_true(json_number_value(json_array_get(y, 2)) == 0.5); /* behind the run */
	json_decref(columns);

	c = made("/api/v1/calibrations/2/withdraw", "{}");
	assert_string_equal(json_string_value(json_object_get(c, "kind")), "withdrawal");
	json_decref(c);
	exported("/api/v1/export?run=1&stream=10",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"0,,0,1013.25,,\r\n0.25,,0.25,,,\r\n");
	refused("POST", "/api/v1/calibrations/2/withdraw", "{}", 409, "is_withdrawn");
	refused("POST", "/api/v1/calibrations/3/withdraw", "{}", 404, "not_found");
}

static void what_is_no_calibration_is_refused_in_words(void **unused)
{
	static const char *const wrong[] = {"{}", "{\"stream\":11,\"channel\":\"t\"}",
		"{\"stream\":10,\"channel\":\"x\",\"points\":[{\"raw\":1,\"true\":2}]}",
		"{\"stream\":10,\"channel\":\"t\"}",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":1}]}",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":\"1\",\"true\":2}]}",
		"{\"stream\":10,\"channel\":\"t\",\"kind\":\"two\",\"points\":[]}",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":1,\"true\":2}],"
		"\"from_us\":9,\"to_us\":9}",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":1,\"true\":2}],"
		"\"run\":4}",
		"{\"use\":7}", "{\"stream\":10,\"channel\":\"t\",\"name\":5}"};
	static const char *const bad[] = {"[{\"raw\":1,\"true\":2},{\"raw\":1,\"true\":3}]",
		"[{\"raw\":1,\"true\":2},{\"raw\":2,\"true\":2}]",
		"[{\"raw\":1,\"true\":2},{\"raw\":2,\"true\":4},{\"raw\":3,\"true\":3}]",
		"[{\"raw\":1e300,\"true\":2}]"};
	char body[200];

	(void)unused;
	refused("POST", "/api/v1/calibrations", "{}", 401, "teacher_only");
	log_in();
	plug(1, "temperature");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		refused("POST", "/api/v1/calibrations", wrong[i], 400, "bad_parameter");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(body, sizeof body, "{\"stream\":10,\"channel\":\"t\",\"points\":%s}",
			bad[i]);
		refused("POST", "/api/v1/calibrations", body, 400, "bad_points");
	}
	refused("POST", "/api/v1/calibrations/zero", "{}", 400, "bad_parameter");
	refused("POST", "/api/v1/calibrations/zero", "{\"device\":5}", 400, "bad_parameter");
}

static void a_calibration_is_known_after_a_restart(void **unused)
{
	const char *name;

	(void)unused;
	log_in();
	plug(1, "temperature");
	json_decref(made("/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"name\":\"a\",\"points\":[{\"raw\":0,\"true\":1}]}"));
	web_close(web);
	open_web();
	log_in();
	plug(1, "temperature");
	say(10, 5, 3);
	assert_true(last_of("t", &name) == 6);
	assert_string_equal(name, "a");
	json_t *next = made("/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":0,\"true\":2}]}");
	assert_int_equal(number(next, "id"), 2);
	json_decref(next);
}

static void a_stuck_card_keeps_nobody_from_calibrating(void **unused)
{
	const char *name;
	struct browser b;

	(void)unused;
	log_in();
	plug(1, "temperature");
	say(10, 5, 3);
	post(&b, "/api/v1/calibrations/zero", "{\"all\":true}");
	assert_true(last_of("t", &name) == 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(b.n, 0);
		fake.frozen_ns += S;
		browser_turn(&b);
	}
	browser_wait_closed(&b);
	assert_true(browser_has(&b, "HTTP/1.1 201"));
	browser_close(&b);
}

static bool good_for_a_week(void *self, const struct device *device, const struct stream *stream,
	const struct channel *channel, struct calibration_rules *ret_rules)
{
	(void)self;
	(void)device;
	(void)stream;
	*ret_rules = (struct calibration_rules){
		.recheck_s = strcmp(channel->id, "t") == 0 ? 7 * 24 * 3600 : 0};
	return true;
}

/* t is zeroed and takes two points, p is its maker's alone; of device 2 nobody knows anything. */
static bool rules_of_kit(void *self, const struct device *device, const struct stream *stream,
	const struct channel *channel, struct calibration_rules *ret_rules)
{
	bool is_t = strcmp(channel->id, "t") == 0;

	(void)self;
	(void)stream;
	if (device->id == 2)
		return false;
	*ret_rules = (struct calibration_rules){.is_zeroable = is_t,
		.is_limited = true,
		.kinds = is_t ? 1u << CALIBRATION_TWO_POINT : 0};
	return true;
}

static void open_with_kits(void)
{
	web_close(web);
	rules_of = rules_of_kit;
	open_web();
	log_in();
	plug(1, "temperature");
}

static void a_kit_is_calibrated_only_as_it_says(void **unused)
{
	static const char one[] = "{\"stream\":10,\"channel\":\"t\","
				  "\"points\":[{\"raw\":1,\"true\":2}]}";
	struct browser b;

	(void)unused;
	open_with_kits();
	say(10, 5, 3);
	refused("POST", "/api/v1/calibrations", one, 409, "not_offered");
	refused("POST", "/api/v1/calibrations/zero", "{\"stream\":10,\"channel\":\"p\"}", 409,
		"not_offered");
	assert_int_equal(ask("POST", "/api/v1/calibrations", one, &b), 409);
	assert_true(browser_has(&b, "by offset, but by: two-point."));
	browser_close(&b);
	json_decref(made("/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":1,\"true\":2},"
		"{\"raw\":2,\"true\":4}]}"));
	json_decref(made("/api/v1/calibrations/zero", "{\"stream\":10,\"channel\":\"t\"}"));
}

static void zeroing_everything_spares_what_its_kit_does_not_zero(void **unused)
{
	const char *name;

	(void)unused;
	open_with_kits();
	plug(2, "temperature");
	say(10, 5, 3);
	say(20, 5, 3);
	json_decref(made("/api/v1/calibrations/zero", "{\"all\":true,\"name\":\"空载\"}"));
	assert_true(last_of("t", &name) == 0);
	assert_true(last_of("p", &name) == 1013.25);
	assert_string_equal(name, "");
	json_t *all = get("/api/v1/calibrations");
	assert_int_equal(json_array_size(json_object_get(all, "calibrations")), 3);
	json_decref(all);
}

static void a_calibration_that_is_too_old_is_told(void **unused)
{
	struct calibrations calibrations = {.rules_of = good_for_a_week};
	struct device device = thermometer(1, "");
	const struct stream *stream = &device.streams[0];
	struct calibration c = {.made = {100 * S}};
	int64_t week_ns = 7 * 24 * 3600 * S;

	(void)unused;
	/* By the hour where both are known, else by board time. */
	for (int64_t wall_ns = 0; wall_ns <= 1; wall_ns++) {
		c.wall_ns = wall_ns;
		for (int late = 0; late <= 1; late++)
			assert_int_equal(
				calibrations_are_overdue(&calibrations, &device, stream,
					&stream->channels[0], &c,
					(struct instant){
						wall_ns ? 200 * S : 100 * S + week_ns - 1 + late},
					wall_ns ? week_ns + late : 5),
				late);
		assert_false(calibrations_are_overdue(&calibrations, &device, stream,
			&stream->channels[1], &c, (struct instant){INT64_MAX}, 0));
	}
	calibrations.rules_of = NULL;
	assert_false(calibrations_are_overdue(&calibrations, &device, stream, &stream->channels[0],
		&c, (struct instant){INT64_MAX}, 0));
}

static void a_name_that_a_spreadsheet_would_compute_is_disarmed(void **unused)
{
	struct device device = thermometer(1, "");

	(void)unused;
	strcpy(device.streams[0].channels[0].name_zh, "=cmd|' /C calc'!A0");
	strcpy(device.streams[0].channels[1].name_zh, "@sum\r\nX");
	strcpy(device.streams[0].channels[0].unit, "");
	assert_int_equal(store_add_device(store, &device), 0);
	keep_rows(10, 990 * S, S, 1);
	keep_turns();
	exported("/api/v1/export?stream=10",
		"\xEF\xBB\xBF"
		"time_s,clock,\"'=cmd|' /C calc'!A0\",\"'@sum  X\",gap,gap_until_s\r\n0,,0,1013.25,,\r\n");
}

static void the_hour_is_written_where_it_is_known(void **unused)
{
	/* 2023-11-14 22:13:20 UTC at board time 1000 s */
	struct anchor anchor = {.at = {1000 * S}, .wall = {1700000000 * S}, .source = ANCHOR_NTP};

	(void)unused;
	plug(1, "temperature");
	keep_rows(10, 990 * S, 1500 * US, 2);
	keep_turns();
	refused("GET", "/api/v1/export?stream=10&format=lp", NULL, 404, "no_hour");
	assert_int_equal(store_add_anchor(store, &anchor), 0);
	keep_turns();
	exported("/api/v1/export?stream=10&from_us=989000000",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"1,2023-11-15T06:13:10.000000+08:00,0,1013.25,,\r\n"
		"1.0015,2023-11-15T06:13:10.001500+08:00,0.25,,,\r\n");
	exported("/api/v1/export?stream=10&format=lp",
		"text-board,board=test,device=1 t=0,p=1013.25 1699999990000000000\n"
		"text-board,board=test,device=1 t=0.25 1699999990001500000\n");
}

/* Two starts, and only the second is told the hour. */
static void rows_without_an_hour_are_counted_in_the_file(void **unused)
{
	struct anchor anchor = {.wall = {1700000000 * S}, .source = ANCHOR_NTP};
	int64_t second_ns;
	uint32_t boot;

	(void)unused;
	plug(1, "temperature");
	keep_rows(10, 990 * S, S, 2);
	keep_turns();
	assert_int_equal(store_begin_boot(store, "boot-2", 0, &boot, &second_ns), 0);
	anchor.at.ns = second_ns + S;
	assert_int_equal(store_add_anchor(store, &anchor), 0);
	keep_rows(10, second_ns + S, S, 1);
	fake.frozen_ns = second_ns + 100 * S;
	keep_turns();
	exported("/api/v1/export?stream=10&format=lp",
		"text-board,board=test,device=1 t=0,p=1013.25 1700000000000000000\n"
		"# 2 rows are left out: nobody has told this board the time yet\n");
}

static void an_export_refuses_what_it_cannot_give(void **unused)
{
	(void)unused;
	keep_turns();
	refused("GET", "/api/v1/export", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/export?stream=10", NULL, 404, "not_found");
	refused("GET", "/api/v1/export?run=1", NULL, 404, "not_found");
	refused("GET", "/api/v1/export?run=x", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/export?stream=1&stream=1", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/export?stream=-1", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/export?stream=1&format=xlsx", NULL, 400, "bad_parameter");
	refused("GET", "/api/v1/export?stream=1&from_us=7&to_us=7", NULL, 400, "bad_parameter");
}

/* Lines of the table that a whole export has; fails unless they are the rows 0, 1, 2, ... */
static int64_t count_rows(const char *table)
{
	int64_t n = 0;
	const char *at = strchr(table, '\n') + 1;

	for (; *at; at = strchr(at, '\n') + 1, n++) {
		double time_s, value;

		assert_int_equal(sscanf(at, "%lf,,%lf,", &time_s, &value), 2);
		if (fabs(time_s - (double)n / 1000) > 1e-9 || value != value_of(n))
			fail_msg("row %lld is %.40s", (long long)n, at);
	}
	return n;
}

static void feed_row(uint32_t stream, int64_t at_ns, double value)
{
	struct batch batch = {.stream = stream, .n_channels = 2, .n_rows = 1};

	batch.stamps_ns[0] = at_ns;
	batch.values[0] = value;
	batch.values[1] = NAN;
	assert_int_equal(feed_put_batch(keep_feed, clock_now(&fake), &batch), 0);
}

/* Time passes for everybody. */
static void pass(int64_t ns)
{
	fake.frozen_ns += ns;
	loop_turn(loop, 0);
	keep_turn(keep, clock_now(&fake));
	web_feed(web);
	loop_turn(loop, 0);
}

/* A run of 2 s with rows at its beginning, on the card, and at its end, which is not; exported at
 * once. */
static void begin_quick_export(struct browser *ret_export)
{
	struct browser b;

	log_in();
	plug(1, "temperature");
	feed_row(10, fake.frozen_ns + 1, 1);
	pass(S / 2);
	assert_int_equal(ask("POST", "/api/v1/runs", "{\"from_us\":1000000000}", &b), 201);
	browser_close(&b);
	fake.frozen_ns += 2 * S;
	feed_row(10, fake.frozen_ns - 1, 2);
	assert_int_equal(ask("POST", "/api/v1/runs/1/stop", "", &b), 200);
	browser_close(&b);
	browser_open(ret_export, loop, port);
	browser_send(ret_export,
		"GET /api/v1/export?run=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	for (int i = 0; i < 5; i++)
		browser_turn(ret_export);
	assert_int_equal(ret_export->n, 0);
}

static void an_export_waits_for_the_end_of_its_run_to_be_kept(void **unused)
{
	struct browser b;

	(void)unused;
	begin_quick_export(&b);
	for (int i = 0; i < 4; i++)
		pass(S / 20);
	browser_wait_closed(&b);
	assert_true(browser_has(&b, ",1,,,\r\n"));
	assert_true(browser_has(&b, "2.499999999,,2,,,\r\n"));
	assert_true(browser_has(&b, "\r\n0\r\n\r\n"));
	assert_false(browser_has(&b, "not yet on the card"));
	browser_close(&b);
}

static void an_export_says_what_a_stuck_card_keeps_from_it(void **unused)
{
	struct browser b;

	(void)unused;
	begin_quick_export(&b);
	for (int i = 0; i < 6; i++) {
		fake.frozen_ns += S;
		loop_turn(loop, 0);
	}
	browser_wait_closed(&b);
	assert_true(browser_has(&b, ",1,,,\r\n0.5,,,,not yet on the card,\r\n"));
	assert_true(browser_has(&b, "\r\n0\r\n\r\n"));
	browser_close(&b);
}

static void closing_answers_an_export_that_waits(void **unused)
{
	struct browser b;

	(void)unused;
	begin_quick_export(&b);
	web_close(web);
	web = NULL;
	browser_wait_closed(&b);
	assert_true(browser_has(&b, "HTTP/1.1 503"));
	browser_close(&b);
}

static void a_large_export_is_whole_and_keeps_nobody_waiting(void **unused)
{
	const int64_t n = 300000;
	struct browser big;

	(void)unused;
	plug(1, "temperature");
	keep_rows(10, 100 * S, S / 1000, n);
	keep_turns();
	browser_open(&big, loop, port);
	browser_send(&big,
		"GET /api/v1/export?stream=10 HTTP/1.1\r\nHost: localhost\r\n"
		"Connection: close\r\n\r\n");
	browser_wait(&big, "\r\n0.1,"); /* it has begun, and reads no further for now */
	json_t *columns = get("/api/v1/streams/10/columns?columns=10&to_us=400000000");
	json_decref(columns); /* answered in between */
	assert_false(big.is_closed);
	browser_wait_closed(&big);
	assert_true(browser_has(&big, "\r\n0\r\n\r\n"));
	assert_int_equal(count_rows(browser_body(&big)), n);
	browser_close(&big);
}

static void a_browser_that_leaves_ends_its_export(void **unused)
{
	struct browser b;

	(void)unused;
	plug(1, "temperature");
	keep_rows(10, 100 * S, S / 1000, 300000);
	keep_turns();
	for (int i = 0; i < 20; i++) {
		browser_open_narrow(&b, loop, port);
		browser_send(
			&b, "GET /api/v1/export?stream=10 HTTP/1.1\r\nHost: localhost\r\n\r\n");
		if (i % 2)
			browser_wait(&b, "\r\n0.1,");
		browser_close(&b);
	}
	/* What is left over is seen by the sanitizer, and by the work thread being free: */
	json_decref(get("/api/v1/streams/10/columns?columns=10&to_us=400000000"));
}

static void closing_ends_exports_under_way(void **unused)
{
	struct browser b;

	(void)unused;
	plug(1, "temperature");
	keep_rows(10, 100 * S, S / 1000, 300000);
	keep_turns();
	browser_open_narrow(&b, loop, port);
	browser_send(&b, "GET /api/v1/export?stream=10 HTTP/1.1\r\nHost: localhost\r\n\r\n");
	browser_wait(&b, "\r\n0.1,");
	web_close(web);
	web = NULL;
	while (!b.is_closed)
		browser_turn(&b);
	assert_false(browser_has(&b, "\r\n0\r\n\r\n")); /* not taken for whole */
	browser_close(&b);
}

/* --- sinks --- */

static void refused_lines_can_be_read(void **unused)
{
	struct quarantined line = {.sink = "test", .stream = 10, .at = {7 * S}, .status = 400};

	(void)unused;
	refused("GET", "/api/v1/sinks/nobody/quarantine", NULL, 404, "not_found");
	for (int i = 0; i < 250; i++) {
		snprintf(line.line, sizeof line.line, "cup t=%d \x01\"<", i);
		strcpy(line.words, "field type conflict");
		assert_int_equal(store_add_quarantined(store, &line), 0);
	}
	keep_turns();
	json_t *answer = get("/api/v1/sinks/test/quarantine");
	json_t *lines = json_object_get(answer, "lines");

	assert_int_equal(json_array_size(lines), 200);
	assert_string_equal(json_string_value(json_object_get(json_array_get(lines, 0), "line")),
		"cup t=50 \x01\"<");
	assert_int_equal(number(json_array_get(lines, 199), "at_us"), 7000000);
	json_decref(answer);
	answer = get("/api/v1/sinks");
	assert_int_equal(json_array_size(json_object_get(answer, "sinks")), 0); /* no ship here */
	json_decref(answer);
}

/* --- the rest --- */

static void the_description_is_served_and_unknown_paths_are_not(void **unused)
{
	struct browser b;

	(void)unused;
	assert_int_equal(browser_get(loop, port, "/api/v1/openapi.yaml", &b), 200);
	assert_non_null(strstr(browser_body(&b), "openapi: 3.0.3"));
	browser_close(&b);
	refused("GET", "/api/v1/nothing", NULL, 404, "no_such_path");
	refused("GET", "/", NULL, 503, "no_pages"); /* and the API goes on without them */
	refused("DELETE", "/api/v1/status", NULL, 405, "wrong_method");
	refused("POST", "/api/v1/devices/1/identify", "{}", 401, "teacher_only");
	log_in();
	refused("POST", "/api/v1/devices/1/identify", "{}", 404, "not_found");
	refused("POST", "/api/v1/devices/1/identify", "{\"seconds\":26}", 400, "bad_parameter");
	plug(1, "temperature"); /* of no family that knows how */
	refused("POST", "/api/v1/devices/1/identify", "{}", 409, "cannot_blink");
}

static void health_is_told_each_second(void **unused)
{
	struct browser b;

	(void)unused;
	plug(1, "temperature");
	browser_open(&b, loop, port);
	browser_send(&b, "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
	browser_wait(&b, "event: devices");
	for (int i = 0; i < 12; i++) {
		fake.frozen_ns += S;
		browser_turn(&b);
		browser_turn(&b);
	}
	browser_wait(&b,
		"event: health\ndata: {\"now_us\":1012000000,\"wall_us\":null,\"viewers\":1,"
		"\"devices\":[{\"id\":1,\"state\":\"ready\",\"uncertainty_us\":null,"
		"\"lost_rows\":0,\"rate_hz\":0}],\"store\":{");
	assert_true(browser_has(&b, "\n\n: ping\n\n") || browser_has(&b, "\r\n: ping\n\n"));
	browser_close(&b);
}

/* A program that has the port goes away: the pages come by themselves, with everything that was
 * plugged in meanwhile. */
static void a_taken_port_is_a_sentence_and_is_tried_again(void **unused)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof address;
	int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char why[256], wanted[160];

	(void)unused;
	assert_int_equal(bind(other, (struct sockaddr *)&address, n), 0);
	assert_int_equal(listen(other, 1), 0);
	assert_int_equal(getsockname(other, (struct sockaddr *)&address, &n), 0);
	web_close(web);
	config.http.port = ntohs(address.sin_port);
	struct web_options options = {.clock = &fake,
		.loop = loop,
		.config = &config,
		.feed = feed,
		.notices = notices,
		.keep = keep,
		.pages = pages,
		.pin = "123456"};
	assert_int_equal(web_open(&options, &web, why, sizeof why), 0);
	snprintf(wanted, sizeof wanted,
		"http: 127.0.0.1:%u is taken by another program; choose another http.port",
		config.http.port);
	assert_non_null(strstr(why, wanted));
	plug(1, "temperature");
	close(other);
	port = config.http.port;
	for (int i = 0; i < 6; i++) {
		fake.frozen_ns += S;
		loop_turn(loop, 0);
	}
	json_t *devices = get("/api/v1/devices");
	assert_int_equal(json_array_size(json_object_get(devices, "devices")), 1);
	json_decref(devices);
	config.http.port = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_status_says_what_the_board_knows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_the_teacher_changes_things, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_run_is_started_stopped_told_and_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_runs_come_by_pages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_run_begins_while_the_list_cannot_be_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_run_may_be_made_afterwards, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			few_rows_come_as_they_are_with_their_gaps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			columns_tell_the_hour_start_by_start, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			many_rows_come_as_columns_that_hold_them_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			columns_refuse_what_they_cannot_give, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_run_becomes_a_table_with_its_gaps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_channel_is_zeroed_by_the_mean_of_its_last_second, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			zeroing_keeps_the_gain_of_a_calibrated_channel, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_calibration_reaches_a_run_of_the_past_and_is_taken_back, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_no_calibration_is_refused_in_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_kit_is_calibrated_only_as_it_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			zeroing_everything_spares_what_its_kit_does_not_zero, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_calibration_is_known_after_a_restart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_stuck_card_keeps_nobody_from_calibrating, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_calibration_that_is_too_old_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_name_that_a_spreadsheet_would_compute_is_disarmed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_hour_is_written_where_it_is_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			rows_without_an_hour_are_counted_in_the_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_export_refuses_what_it_cannot_give, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_export_waits_for_the_end_of_its_run_to_be_kept,
			set_up_with_rare_commits, tear_down),
		cmocka_unit_test_setup_teardown(an_export_says_what_a_stuck_card_keeps_from_it,
			set_up_with_rare_commits, tear_down),
		cmocka_unit_test_setup_teardown(
			closing_answers_an_export_that_waits, set_up_with_rare_commits, tear_down),
		cmocka_unit_test_setup_teardown(
			a_large_export_is_whole_and_keeps_nobody_waiting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_browser_that_leaves_ends_its_export, set_up, tear_down),
		cmocka_unit_test_setup_teardown(closing_ends_exports_under_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused_lines_can_be_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_description_is_served_and_unknown_paths_are_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(health_is_told_each_second, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_taken_port_is_a_sentence_and_is_tried_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
