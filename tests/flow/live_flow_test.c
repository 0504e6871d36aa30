/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a record in sense's feed to the event at a browser: a real server and real sockets, a feed
 * that the test writes, and a clock that the test moves. */
#include "share/live.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "share/http.h"
#include "support/browser.h"
#include "support/cmocka_all.h"

static struct clock fake;
static struct loop *loop;
static struct ring *feed;
static struct http *http;
static struct events *events;
static struct live *live;
static unsigned port;
static int64_t row_number;

static void write_hello(void *self, struct text *text)
{
	(void)self;
	text_add(text, "{\"board\":\"test\"}");
}

static void write_devices(void *self, struct text *text)
{
	(void)self;
	live_devices_json(live, text);
}

static void handle_events(void *self, struct request *request)
{
	(void)self;
	events_answer(events, request);
}

static void run_http(void *self)
{
	(void)self;
	http_run(http);
}

static bool nobody(void *self, const struct request *request)
{
	(void)self;
	(void)request;
	return false;
}

static int set_up(void **unused)
{
	static const struct route routes[] = {{"GET", "/events", false, handle_events}};
	char why[256];

	(void)unused;
	fake = (struct clock){.is_fake = true, .frozen_ns = 1000 * (int64_t)NS_PER_S};
	row_number = 0;
	assert_int_equal(loop_open(&fake, &loop), 0);
	assert_int_equal(ring_new(1 << 20, &feed), 0);
	assert_int_equal(events_new(&(struct events_options){.clock = &fake,
					    .epoch = 0xabc,
					    .hello = write_hello,
					    .devices = write_devices},
				 &events),
		0);
	assert_int_equal(live_new(&(struct live_options){.clock = &fake,
					  .loop = loop,
					  .feed = feed,
					  .events = events,
					  .sent = run_http},
				 &live),
		0);
	if (http_open(&(struct http_options){.clock = &fake,
			      .loop = loop,
			      .listen = "127.0.0.1",
			      .board = "test",
			      .routes = routes,
			      .n_routes = 1,
			      .otherwise = handle_events,
			      .is_teacher = nobody},
		    &http, why, sizeof why) < 0)
		fail_msg("%s", why);
	port = http_port(http);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	http_close(http, 0);
	live_free(live);
	events_free(events);
	ring_free(feed);
	loop_close(loop);
	return 0;
}

/* --- what sense says --- */

static struct device cup(uint32_t id)
{
	struct device device = {.id = id, .sticker = id, .kit = "virtual-cup", .n_streams = 2};

	snprintf(device.identity, sizeof device.identity, "link:%u", id);
	snprintf(device.port, sizeof device.port, "/dev/pts/%u", id);
	device.streams[0] = (struct stream){.id = 10 * id,
		.device = id,
		.n_channels = 2,
		.stamps = STAMP_DEVICE,
		.period_ns = 10 * NS_PER_MS};
	strcpy(device.streams[0].name, "main");
	strcpy(device.streams[0].channels[0].id, "t");
	strcpy(device.streams[0].channels[0].name_zh, "温度");
	strcpy(device.streams[0].channels[0].name_en, "=temperature <b>");
	strcpy(device.streams[0].channels[0].unit, "Cel");
	strcpy(device.streams[0].channels[1].id, "p");
	strcpy(device.streams[0].channels[1].name_zh, "p");
	device.streams[1] = (struct stream){
		.id = 10 * id + 1, .device = id, .kind = STREAM_CLOCK, .n_channels = 2};
	return device;
}

static void plug(uint32_t id)
{
	struct device device = cup(id);

	assert_int_equal(feed_put_device(feed, clock_now(&fake), &device), 0);
}

static void say(uint32_t stream, unsigned n_rows)
{
	static struct batch batch;

	batch = (struct batch){.stream = stream, .n_channels = 2, .n_rows = n_rows};
	for (unsigned i = 0; i < n_rows; i++, row_number++) {
		batch.stamps_ns[i] = row_number * NS_PER_MS;
		batch.values[2 * i] = (double)row_number;
		batch.values[2 * i + 1] = NAN;
	}
	assert_int_equal(feed_put_batch(feed, clock_now(&fake), &batch), 0);
}

static void pass_ms(int64_t ms)
{
	for (; ms > 0; ms -= 10) {
		fake.frozen_ns += 10 * NS_PER_MS;
		loop_turn(loop, 0);
		loop_turn(loop, 0);
	}
}

static void watch(struct browser *b, const char *head)
{
	browser_open(b, loop, port);
	browser_send(b, "GET /events HTTP/1.1\r\nHost: localhost\r\n%s\r\n", head);
	browser_wait(b, "\r\n\r\n");
}

static size_t count(const struct browser *b, const char *words)
{
	size_t n = 0;

	for (const char *at = b->got; (at = strstr(at, words)); at++)
		n++;
	return n;
}

/* --- promises --- */

static void a_new_reader_learns_the_board_and_the_devices_first(void **unused)
{
	struct browser b;

	(void)unused;
	plug(3);
	live_feed(live);
	watch(&b, "");
	browser_wait(&b, "event: devices");
	assert_true(browser_has(&b, "Content-Type: text/event-stream"));
	assert_true(browser_has(&b, "event: hello\ndata: {\"board\":\"test\"}\n\n"));
	assert_true(
		browser_has(&b, "\"name\":{\"zh\":\"温度\",\"en\":\"=temperature \\u003cb>\"}"));
	assert_true(browser_has(&b, "\"state\":\"ready\""));
	assert_false(browser_has(&b, "\"id\":31")); /* the clock's stream is nobody's business */
	assert_int_equal(events_viewers(events), 1);
	browser_close(&b);
}

static void rows_arrive_within_25_milliseconds_and_in_one_frame(void **unused)
{
	struct browser b;

	(void)unused;
	plug(1);
	plug(2);
	live_feed(live);
	watch(&b, "");
	pass_ms(100);
	browser_forget(&b);

	say(10, 2); /* after a pause: at once */
	live_feed(live);
	browser_wait(
		&b, "event: rows\ndata: [{\"s\":10,\"t\":[0,1000],\"y\":[[0,1],[null,null]]}]\n\n");
	browser_forget(&b);

	say(10, 1); /* what follows is gathered */
	say(20, 1);
	say(10, 1);
	live_feed(live);
	pass_ms(20);
	browser_turn(&b);
	assert_int_equal(count(&b, "event: rows"), 0);
	pass_ms(10);
	browser_wait(&b,
		"[{\"s\":10,\"t\":[2000,4000],\"y\":[[2,4],[null,null]]},"
		"{\"s\":20,\"t\":[3000],\"y\":[[3],[null]]}]");
	browser_close(&b);
}

static void a_fast_stream_comes_as_columns_and_misses_no_row(void **unused)
{
	struct browser b;

	(void)unused;
	plug(1);
	live_feed(live);
	watch(&b, "");
	pass_ms(100);
	browser_forget(&b);
	say(10, 1);
	live_feed(live);
	for (int i = 0; i < 8; i++) { /* 1000 rows in a frame */
		say(10, 125);
		live_feed(live);
	}
	pass_ms(50);
	browser_wait(&b, "\"mean\":");
	const char *data = strstr(b.got, "data: [{\"s\":10,\"t\":[");
	data = strstr(data + 1, "data: ") + 6;
	json_t *rows = json_loads(data, JSON_DISABLE_EOF_CHECK, NULL);
	json_t *n = json_object_get(json_array_get(rows, 0), "n");
	size_t sum = 0, i;
	json_t *value;

	assert_in_range(json_array_size(n), 10, 20);
	json_array_foreach(n, i, value) sum += (size_t)json_integer_value(value);
	assert_int_equal(sum, 1000);
	json_decref(rows);
	browser_close(&b);
}

static void what_changes_is_told_and_what_repeats_is_not(void **unused)
{
	struct browser b;
	struct feed_health health = {.device = 1, .state = DEVICE_READY, .rows = 5};
	struct gap gap = {.stream = 10,
		.reason = GAP_WIRE,
		.from = {1000000},
		.to = {2000000},
		.lost_rows = 3};

	(void)unused;
	strcpy(health.port, "/dev/pts/1");
	watch(&b, "");
	plug(1);
	live_feed(live);
	pass_ms(100);
	browser_wait(&b, "\"identity\":\"link:1\"");
	assert_int_equal(feed_put_health(feed, clock_now(&fake), &health), 0);
	live_feed(live);
	pass_ms(100);
	browser_wait(&b, "\"rows\":5");
	browser_forget(&b);

	health.rows = 6; /* only a number: not news */
	feed_put_health(feed, clock_now(&fake), &health);
	live_feed(live);
	pass_ms(100);
	browser_turn(&b);
	assert_int_equal(b.n, 0);

	health.state = DEVICE_SILENT;
	feed_put_health(feed, clock_now(&fake), &health);
	feed_put_gap(feed, clock_now(&fake), &gap);
	live_feed(live);
	pass_ms(100);
	browser_wait(&b, "\"state\":\"silent\"");
	assert_true(browser_has(&b,
		"event: gap\ndata: {\"stream\":10,\"from_us\":1000,\"to_us\":2000,"
		"\"reason\":\"wire\",\"lost_rows\":3}\n\n"));
	assert_string_equal(live_port_state(live, "/dev/pts/1"), "silent");

	browser_forget(&b);
	health.state = DEVICE_TEXT; /* still no reading of this device */
	feed_put_health(feed, clock_now(&fake), &health);
	live_feed(live);
	pass_ms(100);
	browser_wait(&b, "\"state\":\"silent\"");
	assert_string_equal(live_port_state(live, "/dev/pts/1"), "text");
	assert_string_equal(live_port_state(live, "/dev/pts/9"), "listening");
	feed_put_gone(feed, clock_now(&fake), 1);
	live_feed(live);
	pass_ms(100);
	browser_wait(&b, "\"state\":\"gone\"");
	browser_close(&b);
}

static void last_values_survive_replugging_but_not_another_stream(void **unused)
{
	struct device device = cup(1);
	char buffer[65536];
	struct text text = text_over(buffer, sizeof buffer);
	bool is_gone;

	(void)unused;
	plug(1);
	say(10, 7);
	feed_put_gone(feed, clock_now(&fake), 1);
	live_feed(live);
	assert_non_null(live_device(live, 1, &is_gone));
	assert_true(is_gone);
	plug(1);
	live_feed(live);
	live_devices_json(live, &text);
	assert_non_null(strstr(buffer, "\"last\":6,"));
	assert_non_null(live_stream(live, 10));
	assert_null(live_stream(live, 11)); /* the clock's */

	device.streams[0].id = 99; /* other channels */
	feed_put_device(feed, clock_now(&fake), &device);
	live_feed(live);
	text_reset(&text);
	live_devices_json(live, &text);
	assert_null(strstr(buffer, "\"last\":6,"));
	assert_null(live_stream(live, 10));
	assert_non_null(live_stream(live, 99));
}

static void more_devices_than_fit_forget_the_one_that_left_first(void **unused)
{
	bool is_gone;

	(void)unused;
	for (uint32_t id = 1; id <= 3 * DEVICE_MAX; id++) {
		plug(id);
		if (id > 1) /* the first stays */
			feed_put_gone(feed, clock_now(&fake), id);
		live_feed(live);
	}
	assert_non_null(live_device(live, 1, &is_gone));
	assert_false(is_gone);
	assert_null(live_device(live, 2, &is_gone));
	assert_non_null(live_device(live, 3 * DEVICE_MAX, &is_gone));
}

/* The id of the last event that came. */
static void last_id(const struct browser *b, char *ret_head, size_t size)
{
	const char *at = b->got, *last = NULL;
	char id[64];

	while ((at = strstr(at, "\nid: ")))
		last = ++at;
	assert_non_null(last);
	assert_int_equal(sscanf(last, "id: %63s", id), 1);
	snprintf(ret_head, size, "Last-Event-ID: %s\r\n", id);
}

static void a_reader_that_comes_back_gets_what_it_missed(void **unused)
{
	char head[128];
	struct browser b;

	(void)unused;
	plug(1);
	live_feed(live);
	watch(&b, "");
	say(10, 1);
	live_feed(live);
	pass_ms(60);
	browser_wait(&b, "\"y\":[[0]");
	last_id(&b, head, sizeof head);
	browser_close(&b);
	for (int i = 0; i < 100; i++) { /* ten seconds: more than a slow reader may lag */
		say(10, 1);
		live_feed(live);
		pass_ms(100);
	}
	watch(&b, head);
	browser_wait(&b, "\"y\":[[100]");
	assert_int_equal(count(&b, "event: rows"), 100);
	assert_true(browser_has(&b, "\"y\":[[1]"));
	assert_false(browser_has(&b, "event: reset") || browser_has(&b, "event: hello"));
	browser_close(&b);
}

static void a_reader_that_was_away_too_long_starts_again(void **unused)
{
	static const char *const OTHERS[] = {"Last-Event-ID: abd-1\r\n",
		"Last-Event-ID: nonsense\r\n", "Last-Event-ID: abc-999999\r\n"};
	char head[128];
	struct browser b;

	(void)unused;
	plug(1);
	live_feed(live);
	watch(&b, "");
	browser_wait(&b, "event: devices");
	last_id(&b, head, sizeof head);
	browser_close(&b);
	for (int i = 0; i < 20; i++) {
		say(10, 1);
		live_feed(live);
		pass_ms(1000);
	}
	watch(&b, head);
	browser_wait(&b, "event: reset");
	browser_wait(&b, "event: devices");
	say(10, 1);
	live_feed(live);
	pass_ms(60);
	browser_wait(&b, "\"y\":[[20]");
	assert_int_equal(count(&b, "event: rows"), 1);
	browser_close(&b);
	for (size_t i = 0; i < 3; i++) { /* another life of the daemon, and what never was an id */
		watch(&b, OTHERS[i]);
		browser_wait(&b, "event: reset");
		browser_close(&b);
	}
}

static void a_slow_reader_is_cut_to_the_latest_and_slows_nobody(void **unused)
{
	struct browser slow, quick;
	char words[64];

	(void)unused;
	plug(1);
	live_feed(live);
	browser_open_narrow(&slow, loop, port);
	browser_send(&slow, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
	watch(&quick, "");
	for (int i = 0; i < 140;
		i++) { /* 8 s; `slow` reads nothing, though not for long enough to be closed */
		browser_forget(&quick);
		say(10, 40);
		snprintf(words, sizeof words, "%lld]", (long long)(row_number - 1));
		live_feed(live);
		pass_ms(60);
		browser_wait(&quick, words); /* each of its frames in time */
	}
	assert_int_equal(events_viewers(events), 2);
	snprintf(words, sizeof words, "%lld]", (long long)(row_number + 39));
	for (int i = 0; i < 50; i++)
		browser_turn(&slow);
	browser_wait(&slow, "event: reset\ndata: {\"reason\":\"slow\"}");
	say(10, 40);
	live_feed(live);
	pass_ms(60);
	browser_wait(&slow, words); /* and goes on with the newest */
	browser_close(&slow);
	browser_close(&quick);
}

static void a_reader_that_leaves_is_noticed(void **unused)
{
	struct browser b;

	(void)unused;
	watch(&b, "");
	browser_close(&b);
	for (int i = 0; i < 1000 && events_viewers(events) > 0; i++) {
		events_ping(events);
		http_run(http);
		loop_turn(loop, 2);
	}
	assert_int_equal(events_viewers(events), 0);
}

static void what_is_kept_for_readers_is_bounded(void **unused)
{
	struct browser b;

	(void)unused;
	watch(&b, "Last-Event-ID: abc-0\r\n");
	for (int i = 0; i < 100; i++) { /* far more than is kept, in no time at all */
		struct text *text = events_begin(events, "big");

		for (int k = 0; k < 1000; k++)
			text_add(text,
				"0123456789012345678901234567890123456789012345678901234567890123"
				"456789012345678901234567890123456789");
		assert_int_equal(events_send(events), 0);
	}
	browser_close(&b);
	watch(&b, "Last-Event-ID: abc-1\r\n"); /* pushed out by the bytes behind it */
	browser_wait(&b, "event: reset");
	browser_close(&b);
	struct text *text = events_begin(events, "huge");
	for (size_t i = 0; i < EVENT_BYTES; i++)
		text_add_char(text, 'x');
	assert_true(events_send(events) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_new_reader_learns_the_board_and_the_devices_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			rows_arrive_within_25_milliseconds_and_in_one_frame, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_fast_stream_comes_as_columns_and_misses_no_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_changes_is_told_and_what_repeats_is_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			last_values_survive_replugging_but_not_another_stream, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			more_devices_than_fit_forget_the_one_that_left_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_reader_that_comes_back_gets_what_it_missed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_reader_that_was_away_too_long_starts_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_slow_reader_is_cut_to_the_latest_and_slows_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_reader_that_leaves_is_noticed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_kept_for_readers_is_bounded, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
