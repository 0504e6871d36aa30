/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a record in sense's feed to the event at a browser: who comes learns the board first, rows come
 * at once and together, what changes is told, what repeats is not. */
#include <jansson.h>
#include <string.h>

#include "support/live_bench.h"

static void a_new_reader_learns_the_board_and_the_devices_first(void **state)
{
	struct live_bench *bench = *state;
	struct browser b;

	live_bench_plug(bench, 3);
	live_feed(bench->live);
	live_bench_watch(bench, &b, "");
	browser_wait(&b, "event: devices");
	assert_true(browser_has(&b, "Content-Type: text/event-stream"));
	assert_true(browser_has(&b, "event: hello\ndata: {\"board\":\"test\"}\n\n"));
	assert_true(
		browser_has(&b, "\"name\":{\"zh\":\"温度\",\"en\":\"=temperature \\u003cb>\"}"));
	assert_true(browser_has(&b, "\"state\":\"ready\""));
	assert_false(browser_has(&b, "\"id\":31")); /* the clock's stream is nobody's business */
	assert_int_equal(events_viewers(bench->events), 1);
	browser_close(&b);
}

static void rows_arrive_within_25_milliseconds_and_in_one_frame(void **state)
{
	struct live_bench *bench = *state;
	struct browser b;

	live_bench_plug(bench, 1);
	live_bench_plug(bench, 2);
	live_feed(bench->live);
	live_bench_watch(bench, &b, "");
	live_bench_pass_ms(bench, 100);
	browser_forget(&b);

	live_bench_say(bench, 10, 2); /* after a pause: at once */
	live_feed(bench->live);
	browser_wait(
		&b, "event: rows\ndata: [{\"s\":10,\"t\":[0,1000],\"y\":[[0,1],[null,null]]}]\n\n");
	browser_forget(&b);

	live_bench_say(bench, 10, 1); /* what follows is gathered */
	live_bench_say(bench, 20, 1);
	live_bench_say(bench, 10, 1);
	live_feed(bench->live);
	live_bench_pass_ms(bench, 20);
	browser_turn(&b);
	assert_int_equal(live_bench_count(&b, "event: rows"), 0);
	live_bench_pass_ms(bench, 10);
	browser_wait(&b,
		"[{\"s\":10,\"t\":[2000,4000],\"y\":[[2,4],[null,null]]},"
		"{\"s\":20,\"t\":[3000],\"y\":[[3],[null]]}]");
	browser_close(&b);
}

static void a_fast_stream_comes_as_columns_and_misses_no_row(void **state)
{
	struct live_bench *bench = *state;
	struct browser b;

	live_bench_plug(bench, 1);
	live_feed(bench->live);
	live_bench_watch(bench, &b, "");
	live_bench_pass_ms(bench, 100);
	browser_forget(&b);
	live_bench_say(bench, 10, 1);
	live_feed(bench->live);
	for (int i = 0; i < 8; i++) { /* 1000 rows in a frame */
		live_bench_say(bench, 10, 125);
		live_feed(bench->live);
	}
	live_bench_pass_ms(bench, 50);
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

static void what_changes_is_told_and_what_repeats_is_not(void **state)
{
	struct live_bench *bench = *state;
	struct browser b;
	struct feed_health health = {.device = 1, .state = DEVICE_READY, .rows = 5};
	struct gap gap = {.stream = 10,
		.reason = GAP_WIRE,
		.from = {1000000},
		.to = {2000000},
		.lost_rows = 3};

	strcpy(health.port, "/dev/pts/1");
	live_bench_watch(bench, &b, "");
	live_bench_plug(bench, 1);
	live_feed(bench->live);
	live_bench_pass_ms(bench, 100);
	browser_wait(&b, "\"identity\":\"link:1\"");
	assert_int_equal(feed_put_health(bench->feed, clock_now(&bench->clock), &health), 0);
	live_feed(bench->live);
	live_bench_pass_ms(bench, 100);
	browser_wait(&b, "\"rows\":5");
	browser_forget(&b);

	health.rows = 6; /* only a number: not news */
	feed_put_health(bench->feed, clock_now(&bench->clock), &health);
	live_feed(bench->live);
	live_bench_pass_ms(bench, 100);
	browser_turn(&b);
	assert_int_equal(b.n, 0);

	health.state = DEVICE_SILENT;
	feed_put_health(bench->feed, clock_now(&bench->clock), &health);
	feed_put_gap(bench->feed, clock_now(&bench->clock), &gap);
	live_feed(bench->live);
	live_bench_pass_ms(bench, 100);
	browser_wait(&b, "\"state\":\"silent\"");
	assert_true(browser_has(&b,
		"event: gap\ndata: {\"stream\":10,\"from_us\":1000,\"to_us\":2000,"
		"\"reason\":\"wire\",\"lost_rows\":3}\n\n"));
	assert_string_equal(live_port_state(bench->live, "/dev/pts/1"), "silent");

	browser_forget(&b);
	health.state = DEVICE_TEXT; /* still no reading of this device */
	feed_put_health(bench->feed, clock_now(&bench->clock), &health);
	live_feed(bench->live);
	live_bench_pass_ms(bench, 100);
	browser_wait(&b, "\"state\":\"silent\"");
	assert_string_equal(live_port_state(bench->live, "/dev/pts/1"), "text");
	assert_string_equal(live_port_state(bench->live, "/dev/pts/9"), "listening");
	feed_put_gone(bench->feed, clock_now(&bench->clock), 1);
	live_feed(bench->live);
	live_bench_pass_ms(bench, 100);
	browser_wait(&b, "\"state\":\"gone\"");
	browser_close(&b);
}

static void say_uncertainty(struct live_bench *bench, uint32_t stream, int64_t ns)
{
	const struct uncertainty uncertainty = {stream, clock_now(&bench->clock), ns};

	assert_int_equal(
		feed_put_uncertainty(bench->feed, clock_now(&bench->clock), &uncertainty), 0);
	live_feed(bench->live);
}

static void devices_and_health_say_how_exact_the_stamps_are_now(void **state)
{
	struct live_bench *bench = *state;
	struct feed_health health = {.device = 1, .state = DEVICE_READY, .uncertainty_ns = 5000000};
	char buffer[65536];
	struct text text = text_over(buffer, sizeof buffer);

	live_bench_plug(bench, 1);
	feed_put_health(bench->feed, clock_now(&bench->clock), &health);
	live_feed(bench->live);
	live_devices_json(bench->live, &text);
	assert_non_null(strstr(buffer, "\"uncertainty_us\":null,\"period_us\":"));
	text_reset(&text);
	live_health_json(bench->live, &text); /* no row yet: what the port is worth */
	assert_non_null(strstr(buffer, "\"uncertainty_us\":5000,"));
	say_uncertainty(bench, 10, 80500);
	say_uncertainty(bench, 99, 1); /* of none that is known */
	text_reset(&text);
	live_devices_json(bench->live, &text);
	assert_non_null(strstr(buffer, "\"uncertainty_us\":80.5,"));
	text_reset(&text);
	live_health_json(bench->live, &text);
	assert_non_null(strstr(buffer, "\"uncertainty_us\":80.5,"));
}

static void last_values_survive_replugging_but_not_another_stream(void **state)
{
	struct live_bench *bench = *state;
	struct device device = live_bench_device(1);
	char buffer[65536];
	struct text text = text_over(buffer, sizeof buffer);
	bool is_gone;

	live_bench_plug(bench, 1);
	live_bench_say(bench, 10, 7);
	feed_put_gone(bench->feed, clock_now(&bench->clock), 1);
	live_feed(bench->live);
	assert_non_null(live_device(bench->live, 1, &is_gone));
	assert_true(is_gone);
	live_bench_plug(bench, 1);
	live_feed(bench->live);
	live_devices_json(bench->live, &text);
	assert_non_null(strstr(buffer, "\"last\":6,"));
	assert_non_null(live_stream(bench->live, 10));
	assert_null(live_stream(bench->live, 11)); /* the clock's */

	device.streams[0].id = 99; /* other channels */
	feed_put_device(bench->feed, clock_now(&bench->clock), &device);
	live_feed(bench->live);
	text_reset(&text);
	live_devices_json(bench->live, &text);
	assert_null(strstr(buffer, "\"last\":6,"));
	assert_null(live_stream(bench->live, 10));
	assert_non_null(live_stream(bench->live, 99));
}

static void more_devices_than_fit_forget_the_one_that_left_first(void **state)
{
	struct live_bench *bench = *state;
	bool is_gone;

	for (uint32_t id = 1; id <= 3 * DEVICE_MAX; id++) {
		live_bench_plug(bench, id);
		if (id > 1) /* the first stays */
			feed_put_gone(bench->feed, clock_now(&bench->clock), id);
		live_feed(bench->live);
	}
	assert_non_null(live_device(bench->live, 1, &is_gone));
	assert_false(is_gone);
	assert_null(live_device(bench->live, 2, &is_gone));
	assert_non_null(live_device(bench->live, 3 * DEVICE_MAX, &is_gone));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(a_new_reader_learns_the_board_and_the_devices_first),
		LIVE_TEST(rows_arrive_within_25_milliseconds_and_in_one_frame),
		LIVE_TEST(a_fast_stream_comes_as_columns_and_misses_no_row),
		LIVE_TEST(what_changes_is_told_and_what_repeats_is_not),
		LIVE_TEST(devices_and_health_say_how_exact_the_stamps_are_now),
		LIVE_TEST(last_values_survive_replugging_but_not_another_stream),
		LIVE_TEST(more_devices_than_fit_forget_the_one_that_left_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
