/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live events on a bench, see support/live_bench.h. */
#include "support/live_bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_hello(void *self, struct text *text)
{
	(void)self;
	text_add(text, "{\"board\":\"test\"}");
}

static void write_devices(void *self, struct text *text)
{
	struct live_bench *bench = self;

	live_devices_json(bench->live, text);
}

static void handle_events(void *self, struct request *request)
{
	struct live_bench *bench = self;

	events_answer(bench->events, request);
}

static void run_http(void *self)
{
	struct live_bench *bench = self;

	http_run(bench->http);
}

static bool nobody(void *self, const struct request *request)
{
	(void)self;
	(void)request;
	return false;
}

int live_bench_set_up(void **ret_bench)
{
	static const struct route routes[] = {{"GET", "/events", false, handle_events}};
	struct live_bench *bench = calloc(1, sizeof *bench);
	char why[256];

	assert_non_null(bench);
	*ret_bench = bench;
	bench->clock = (struct clock){.is_fake = true, .frozen_ns = 1000 * (int64_t)NS_PER_S};
	assert_int_equal(loop_open(&bench->clock, &bench->loop), 0);
	assert_int_equal(ring_new(1 << 20, &bench->feed), 0);
	assert_int_equal(events_new(&(struct events_options){.clock = &bench->clock,
					    .epoch = 0xabc,
					    .hello = write_hello,
					    .devices = write_devices,
					    .self = bench},
				 &bench->events),
		0);
	assert_int_equal(live_new(&(struct live_options){.clock = &bench->clock,
					  .loop = bench->loop,
					  .feed = bench->feed,
					  .events = bench->events,
					  .sent = run_http,
					  .self = bench},
				 &bench->live),
		0);
	if (http_open(&(struct http_options){.clock = &bench->clock,
			      .loop = bench->loop,
			      .listen = "127.0.0.1",
			      .board = "test",
			      .routes = routes,
			      .n_routes = 1,
			      .otherwise = handle_events,
			      .is_teacher = nobody,
			      .self = bench},
		    &bench->http, why, sizeof why) < 0)
		fail_msg("%s", why);
	bench->port = http_port(bench->http);
	return 0;
}

int live_bench_tear_down(void **state)
{
	struct live_bench *bench = *state;

	http_close(bench->http, 0);
	live_free(bench->live);
	events_free(bench->events);
	ring_free(bench->feed);
	loop_close(bench->loop);
	free(bench);
	return 0;
}

struct device live_bench_device(uint32_t id)
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

void live_bench_plug(struct live_bench *bench, uint32_t id)
{
	struct device device = live_bench_device(id);

	assert_int_equal(feed_put_device(bench->feed, clock_now(&bench->clock), &device), 0);
}

void live_bench_say(struct live_bench *bench, uint32_t stream, unsigned n_rows)
{
	static struct batch batch;

	batch = (struct batch){.stream = stream, .n_channels = 2, .n_rows = n_rows};
	for (unsigned i = 0; i < n_rows; i++, bench->row++) {
		batch.stamps_ns[i] = bench->row * NS_PER_MS;
		batch.values[2 * i] = (double)bench->row;
		batch.values[2 * i + 1] = NAN;
	}
	assert_int_equal(feed_put_batch(bench->feed, clock_now(&bench->clock), &batch), 0);
}

void live_bench_pass_ms(struct live_bench *bench, int64_t ms)
{
	for (; ms > 0; ms -= 10) {
		bench->clock.frozen_ns += 10 * NS_PER_MS;
		loop_turn(bench->loop, 0);
		loop_turn(bench->loop, 0);
	}
}

void live_bench_watch(struct live_bench *bench, struct browser *ret_browser, const char *head)
{
	browser_open(ret_browser, bench->loop, bench->port);
	browser_send(ret_browser, "GET /events HTTP/1.1\r\nHost: localhost\r\n%s\r\n", head);
	browser_wait(ret_browser, "\r\n\r\n");
}

size_t live_bench_count(const struct browser *browser, const char *words)
{
	size_t n = 0;

	for (const char *at = browser->got; (at = strstr(at, words)); at++)
		n++;
	return n;
}
