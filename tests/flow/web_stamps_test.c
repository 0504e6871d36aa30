/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stamps of an export: the better ones of a closed run, the stored ones, and even ones by index; and
 * that the store, and line protocol, stay as they were. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sense/describe.h"
#include "support/site.h"

enum { MAIN = 10, CLOCK = 11, LIVE_LATE_US = 400, BODY_MOST = 8 << 20, MANY = 30000 };

/* A device whose clock is right, and whose live map was 400 us late all the while. */
static void plug_clocked(struct site *site)
{
	struct device device = site_device(1, "temperature");

	device.streams[0].stamps = STAMP_DEVICE;
	describe_add_clock(&device);
	device.streams[1].id = CLOCK;
	device.streams[1].device = 1;
	assert_int_equal(store_add_device(site->store, &device), 0);
	assert_int_equal(feed_put_device(site->feed, clock_now(&site->clock), &device), 0);
	web_feed(site->web);
}

static void keep(struct site *site, uint32_t stream, uint32_t n_channels, int64_t stamp_ns,
	const int64_t *tick, const double *values)
{
	struct feed_record record = {.kind = FEED_BATCH,
		.batch = {.stream = stream,
			.n_channels = n_channels,
			.n_rows = 1,
			.has_ticks = tick != NULL,
			.stamps_ns = &stamp_ns,
			.ticks = tick,
			.values = values}};

	if (tick)
		record.batch.piece = (struct clock_piece){
			.origin_tick = *tick, .origin_ns = stamp_ns, .uncertainty_ns = 1000000};
	assert_int_equal(store_add_batch(site->store, &record), 0);
}

/* Pings each second, rows each quarter; ticks count board time from 900 s. */
static void keep_clocked(struct site *site, int64_t from_s, int64_t to_s)
{
	for (int64_t at = from_s * S; at < to_s * S; at += S / 4) {
		int64_t tick = (at - 900 * S) / 1000, jitter = at / (S / 4) * 7919 % 50000;
		const double values[2] = {(double)(at - from_s * S) / 1e9, 5};
		const double pair[CLOCK_CHANNELS] = {[CLOCK_TRIP] = 200000 + (double)jitter,
			[CLOCK_RECEIVED] = (double)tick + 100};

		keep(site, MAIN, 2, at + LIVE_LATE_US * 1000, &tick, values);
		/* 100 us each way and some more on the way back. */
		if (at % S == 0)
			keep(site, CLOCK, CLOCK_CHANNELS, at + 200000 + jitter, NULL, pair);
	}
}

static char *export_of(struct site *site, const char *path)
{
	static char body[BODY_MOST];
	struct browser b;

	if (browser_get(site->loop, site->port, path, &b) != 200)
		fail_msg("%s: %s", path, b.got);
	snprintf(body, sizeof body, "%s", browser_body(&b));
	browser_close(&b);
	return body;
}

/* How late the file says that the rows were, each of which has its true time as a value; the worst of
 * them in microseconds. */
static double worst_us(const char *body, double from_truth)
{
	const char *line = strchr(body, '\n');
	double worst = 0, time, last = -1, value;
	unsigned n = 0;

	for (; line && line[1]; line = strchr(line + 1, '\n')) {
		if (sscanf(line + 1, "%lf,,%lf,", &time, &value) != 2)
			continue;
		assert_true(time > last);
		last = time;
		worst = fmax(worst, fabs(time - value - from_truth) * 1e6);
		n++;
	}
	assert_in_range(n, 100, 1000);
	return worst;
}

static void begin(struct site *site)
{
	site_log_in(site);
	plug_clocked(site);
	keep_clocked(site, 930, 990);
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":930000000,\"to_us\":985000000}", 201));
	site_keep_turns(site);
}

static void a_closed_run_has_the_better_stamps_and_says_so(void **state)
{
	struct site *site = *state;

	begin(site);
	const char *body = export_of(site, "/api/v1/export?run=1");

	assert_non_null(strstr(body, "[时间按结束后的最好时钟图 stamps by the better map, ±"));
	assert_non_null(strstr(body, "live stamps differed by at most 4"));
	assert_non_null(strstr(body, "stamp_u_s [时刻 stamps ±0."));
	assert_true(worst_us(body, 0) < 60);
	body = export_of(site, "/api/v1/export?run=1&from_us=940000000&to_us=980000000");
	assert_true(worst_us(body, -10) < 60);
}

/* Its clock was not heard for the last ten seconds: rows of then have the stored stamps. */
static void the_head_says_the_widest_of_better_and_stored_stamps(void **state)
{
	struct site *site = *state;
	const double values[2] = {0, 5};

	site_log_in(site);
	plug_clocked(site);
	store_add_uncertainty(site->store, &(struct uncertainty){MAIN, {900 * S}, 5000000});
	keep_clocked(site, 930, 970);
	for (int64_t at = 975 * S; at < 985 * S; at += S / 4)
		keep(site, MAIN, 2, at, NULL, values);
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":930000000,\"to_us\":985000000}", 201));
	site_keep_turns(site);
	const char *body = export_of(site, "/api/v1/export?run=1");
	assert_non_null(strstr(body, "stamps by the better map, ±"));
	assert_non_null(strstr(body, "stamp_u_s [时刻 stamps ±5.0 ms (95 %)"));
	body = export_of(site, "/api/v1/export?run=1&to_us=968000000");
	assert_non_null(strstr(body, "stamp_u_s [时刻 stamps ±0."));
}

static void stored_stamps_are_there_for_who_wants_them_and_for_line_protocol(void **state)
{
	struct site *site = *state;

	begin(site);
	char *live = strdup(export_of(site, "/api/v1/export?run=1&stamps=live"));

	assert_null(strstr(live, "better map"));
	assert_true(fabs(worst_us(live, 0) - LIVE_LATE_US) < 0.01);
	/* Nobody has told the hour; that is all line protocol has to say, by whichever stamps. */
	site_refuses(site, "GET", "/api/v1/export?run=1&format=lp", NULL, 404, "no_hour");
	/* A stream by itself is of no closed run. */
	const char *body =
		export_of(site, "/api/v1/export?stream=10&from_us=930000000&to_us=985000000");
	assert_string_equal(body, live);
	body = export_of(
		site, "/api/v1/export?stream=10&from_us=930000000&to_us=985000000&stamps=refined");
	assert_true(worst_us(body, 0) < 60);
	free(live);
}

static int64_t kept_maps(struct site *site, struct curve **ret_curve)
{
	struct reader *reader;

	assert_int_equal(reader_open(site->directory, &reader), 0);
	int r = reader_refinement(
		reader, 1, 1, (struct instant){930 * S}, (struct instant){985 * S}, ret_curve);
	reader_close(reader);
	return r;
}

static void pass(struct site *site)
{
	for (unsigned i = 0; i < 50; i++) {
		site_keep_turns(site);
		site_pass_alone(site, 1);
	}
}

static void the_map_is_kept_when_what_came_after_counts_too(void **state)
{
	struct site *site = *state;
	struct curve *curve = NULL;

	begin(site);
	export_of(site, "/api/v1/export?run=1");
	site_keep_turns(site);
	assert_int_equal(kept_maps(site, &curve), -ENOENT); /* too early */
	for (unsigned i = 0; i < 200 && kept_maps(site, &curve) != 0; i++) {
		site_keep_turns(site);
		site_pass_alone(site, 1);
		loop_turn(site->loop, 20);
	}
	assert_non_null(curve);
	assert_true(llabs(curve_stamp(curve, 950 * S + LIVE_LATE_US * US) - 950 * S) < 60 * US);
	curve_free(curve);
	char *before = strdup(export_of(site, "/api/v1/export?run=1"));
	site_reopen(site);
	site_keep_turns(site);
	assert_string_equal(export_of(site, "/api/v1/export?run=1"), before);
	free(before);
}

static void an_export_of_a_past_run_keeps_the_map_that_it_made(void **state)
{
	struct site *site = *state;
	struct curve *curve = NULL;

	begin(site);
	site_reopen(site); /* nobody remembers that it was to be made */
	pass(site);
	assert_int_equal(kept_maps(site, &curve), -ENOENT);
	export_of(site, "/api/v1/export?run=1");
	site_keep_turns(site);
	assert_int_equal(kept_maps(site, &curve), 0);
	curve_free(curve);
}

/* --- even ones --- */

/* Four rows a second that arrive up to 90 ms late, the eleventh lost. */
static void keep_jittery(struct site *site, uint32_t stream)
{
	for (int64_t i = 0; i < 200; i++) {
		int64_t at = 930 * S + i * S / 4;
		const double values[2] = {(double)i / 4, NAN};

		if (i != 11)
			keep(site, stream, 2, at + i * 37 % 10 * 10000000, NULL, values);
	}
}

static void a_board_without_a_clock_is_evened_with_its_arrivals_beside(void **state)
{
	struct site *site = *state;
	double time, value, arrival;
	unsigned n = 0;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	keep_jittery(site, 10);
	store_add_uncertainty(site->store, &(struct uncertainty){10, {900 * S}, 100000000});
	site_keep_turns(site);
	const char *body = export_of(
		site, "/api/v1/export?stream=10&from_us=930000000&to_us=985000000&stamps=even");
	const char *line = strchr(body, '\n');

	assert_non_null(strstr(body, "[时间按行号均匀 even stamps by index]"));
	assert_non_null(strstr(body, ",\"到达 arrival_s\"\r\n"));
	assert_null(strstr(body, "stamp_u_s")); /* that of arrivals is not theirs */
	for (; line && line[1]; line = strchr(line + 1, '\n')) {
		assert_int_equal(sscanf(line + 1, "%lf,,%lf,,,,%lf", &time, &value, &arrival), 3);
		assert_true(fabs(time - value) < 0.002);
		assert_true(arrival >= value && arrival < value + 0.0901);
		n++;
	}
	assert_int_equal(n, 199);
}

/* A row each millisecond, up to 0.4 ms late. */
static void keep_many(struct site *site, uint32_t stream)
{
	for (int64_t i = 0; i < MANY; i++) {
		const double values[2] = {(double)i / 1000, NAN};

		keep(site, stream, 2, 930 * S + i * S / 1000 + i * 37 % 10 * 40000 + stream, NULL,
			values);
		if (i % 5000 == 0)
			assert_int_equal(store_commit(site->store, clock_now(&site->clock)), 0);
	}
}

/* More pages than one, whose edges lie at other instants than those of the store. */
static void a_long_file_has_every_row_once_and_in_order(void **state)
{
	struct site *site = *state;
	double time, one, last = -1;
	unsigned n[2] = {0, 0};

	site_log_in(site);
	site_plug(site, 1, "temperature");
	site_plug(site, 2, "temperature");
	keep_many(site, 10);
	keep_many(site, 20);
	site_keep_turns(site);
	const char *body = export_of(site,
		"/api/v1/export?stream=10&stream=20&from_us=930000000&to_us=985000000&stamps=even");

	for (const char *line = strchr(body, '\n'); line && line[1];
		line = strchr(line + 1, '\n')) {
		char *rest, *end;

		/* time, no hour, the first kit's two values or nothing; sscanf would measure the whole
		 * file for each line */
		time = strtod(line + 1, &rest);
		assert_memory_equal(rest, ",,", 2);
		unsigned of = rest[2] == ',';
		if (of)
			assert_memory_equal(rest, ",,,,", 4);
		rest += of ? 4 : 2;
		one = strtod(rest, &end);
		assert_true(end > rest);
		assert_true(time > last);
		last = time;
		assert_true(fabs(one - n[of] / 1000.0) < 1e-6);
		assert_true(fabs(time - one) < 0.0002);
		n[of]++;
	}
	assert_int_equal(n[0], MANY);
	assert_int_equal(n[1], MANY);
}

static void what_has_no_even_stamps_is_refused_with_a_sentence(void **state)
{
	struct site *site = *state;

	begin(site);
	site_plug(site, 2, "temperature");
	double at = 930;

	srand(7);
	for (unsigned i = 0; i < 300; i++) {
		at += -0.1 * log((rand() + 1.0) / (RAND_MAX + 2.0)) + 1e-4;
		keep(site, 20, 2, (int64_t)(at * 1e9), NULL, (double[]){1, 2});
	}
	site_keep_turns(site);
	site_refuses(
		site, "GET", "/api/v1/export?stream=20&stamps=even", NULL, 400, "not_periodic");
	site_refuses(
		site, "GET", "/api/v1/export?stream=10&stamps=even", NULL, 400, "not_periodic");
	site_refuses(site, "GET", "/api/v1/export?run=1&stamps=even", NULL, 400, "not_periodic");
	site_refuses(site, "GET", "/api/v1/export?run=1&stamps=odd", NULL, 400, "bad_parameter");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_closed_run_has_the_better_stamps_and_says_so),
		SITE_TEST(the_head_says_the_widest_of_better_and_stored_stamps),
		SITE_TEST(stored_stamps_are_there_for_who_wants_them_and_for_line_protocol),
		SITE_TEST(the_map_is_kept_when_what_came_after_counts_too),
		SITE_TEST(an_export_of_a_past_run_keeps_the_map_that_it_made),
		SITE_TEST(a_board_without_a_clock_is_evened_with_its_arrivals_beside),
		SITE_TEST(a_long_file_has_every_row_once_and_in_order),
		SITE_TEST(what_has_no_even_stamps_is_refused_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
