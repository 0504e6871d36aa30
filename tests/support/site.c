/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The web side on a bench, see support/site.h. */
#include "support/site.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "data/feed.h"
#include "support/scratch.h"

static void ignore(struct wake *wake)
{
	(void)wake;
}

struct web_options site_options(struct site *site)
{
	return (struct web_options){.clock = &site->clock,
		.loop = site->loop,
		.config = &site->config,
		.feed = site->feed,
		.notices = site->notices,
		.keep = site->keep,
		.wallwatch = site->wallwatch,
		.pages = site->pages,
		.pin = "123456",
		.boot = 1,
		.shelf = site->shelf,
		.rules_of = site->rules_of};
}

static void open_web(struct site *site)
{
	struct web_options options = site_options(site);
	char why[256];

	assert_int_equal(web_open(&options, &site->web, why, sizeof why), 0);
	assert_string_equal(why, "");
	site->port = web_port(site->web);
	site->cookie[0] = '\0';
}

void site_reopen(struct site *site)
{
	web_close(site->web);
	open_web(site);
}

static void open_store(struct site *site)
{
	struct store_finding finding;
	uint32_t boot;
	int64_t base_ns;

	scratch_folder("web", site->directory, sizeof site->directory);
	assert_int_equal(
		store_open(&(struct store_options){site->directory, 0}, &finding, &site->store), 0);
	site->clock = (struct clock){.is_fake = true, .frozen_ns = 1000 * S};
	assert_int_equal(store_begin_boot(site->store, "boot-1", 1000 * S, &boot, &base_ns), 0);
	site->clock.frozen_ns += base_ns;
}

static void open_keep(struct site *site, int64_t commit_ns)
{
	assert_int_equal(loop_open(&site->clock, &site->loop), 0);
	assert_int_equal(ring_new(1 << 20, &site->feed), 0);
	assert_int_equal(ring_new(4096, &site->keep_feed), 0);
	assert_int_equal(ring_new(4096, &site->notices), 0);
	site->woken.woken = ignore;
	assert_int_equal(wake_open(site->loop, &site->woken), 0);
	assert_int_equal(keep_new(&(struct keep_options){.clock = &site->clock,
					  .store = site->store,
					  .feed = site->keep_feed,
					  .commit_ns = commit_ns},
				 &site->keep),
		0);
	assert_int_equal(keep_listen(site->keep, site->notices, &site->woken), 0);
	assert_int_equal(wallwatch_open(&(struct wallwatch_options){.loop = site->loop,
						.clock = &site->clock,
						.keep = site->keep},
				 &site->wallwatch),
		0);
	keep_turn(site->keep, clock_now(&site->clock)); /* its seconds count from here */
}

static int set_up_with(void **ret_site, int64_t commit_ns)
{
	static char board[] = "test", listen_at[] = "127.0.0.1";
	struct site *site = calloc(1, sizeof *site);

	assert_non_null(site);
	*ret_site = site;
	setenv("TZ", "CST-8", 1); /* China: UTC+8 */
	tzset();
	open_store(site);
	open_keep(site, commit_ns);
	snprintf(site->pages, sizeof site->pages, "%s/no-pages", site->directory);
	site->sink = (struct config_sink){.name = board, .kind = SINK_INFLUXDB1};
	site->config = (struct config){
		.board = board, .data = site->directory, .sinks = &site->sink, .n_sinks = 1};
	site->config.http.listen = listen_at;
	site->config.store.limit_mb = 64;
	open_web(site);
	return 0;
}

int site_set_up(void **ret_site)
{
	return set_up_with(ret_site, S);
}

int site_set_up_with_rare_commits(void **ret_site)
{
	return set_up_with(ret_site, 60 * S);
}

int site_tear_down(void **state)
{
	struct site *site = *state;
	char command[128];

	web_close(site->web);
	wallwatch_close(site->wallwatch);
	keep_free(site->keep);
	store_close(site->store);
	wake_close(&site->woken);
	ring_free(site->feed);
	ring_free(site->keep_feed);
	ring_free(site->notices);
	loop_close(site->loop);
	snprintf(command, sizeof command, "rm -rf '%s'", site->directory);
	free(site);
	return system(command);
}

struct device site_device(uint32_t id, const char *name_en)
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

void site_plug(struct site *site, uint32_t id, const char *name_en)
{
	struct device device = site_device(id, name_en);

	assert_int_equal(store_add_device(site->store, &device), 0);
	assert_int_equal(feed_put_device(site->feed, clock_now(&site->clock), &device), 0);
	web_feed(site->web);
}

double site_value(int64_t row)
{
	return (double)(row % 5000) / 4;
}

static void keep_batch(struct site *site, const struct batch *batch)
{
	struct feed_record record = {.kind = FEED_BATCH};

	record.batch.stream = batch->stream;
	record.batch.n_channels = batch->n_channels;
	record.batch.n_rows = batch->n_rows;
	record.batch.stamps_ns = batch->stamps_ns;
	record.batch.values = batch->values;
	int r = store_add_batch(site->store, &record);
	if (r == -ENOMEM) {
		assert_int_equal(store_commit(site->store, clock_now(&site->clock)), 0);
		r = store_add_batch(site->store, &record);
	}
	assert_int_equal(r, 0);
}

void site_keep_rows(struct site *site, uint32_t stream, int64_t from_ns, int64_t step_ns, int64_t n)
{
	static struct batch batch;

	for (int64_t at = 0; at < n; at += batch.n_rows) {
		batch = (struct batch){.stream = stream, .n_channels = 2, .n_rows = BATCH_ROWS};
		if (n - at < BATCH_ROWS)
			batch.n_rows = (uint32_t)(n - at);
		for (int64_t i = 0; i < batch.n_rows; i++) {
			batch.stamps_ns[i] = from_ns + (at + i) * step_ns;
			batch.values[2 * i] = site_value(at + i);
			batch.values[2 * i + 1] = (at + i) % 2 ? NAN : 1013.25;
		}
		keep_batch(site, &batch);
	}
}

void site_keep_gap(struct site *site, uint32_t stream, enum gap_reason reason, int64_t from_ns,
	int64_t to_ns, uint64_t lost)
{
	struct gap gap = {.stream = stream,
		.reason = reason,
		.from = {from_ns},
		.to = {to_ns},
		.lost_rows = lost};

	assert_int_equal(store_add_gap(site->store, &gap), 0);
}

void site_keep_turns(struct site *site)
{
	site->clock.frozen_ns += 2 * S;
	keep_turn(site->keep, instant_add(clock_now(&site->clock), S));
	web_feed(site->web);
	loop_turn(site->loop, 0);
}

void site_pass_alone(struct site *site, int seconds)
{
	while (seconds-- > 0) {
		site->clock.frozen_ns += S;
		loop_turn(site->loop, 0);
	}
}

int site_ask(struct site *site, const char *method, const char *path, const char *body,
	struct browser *ret_browser)
{
	char head[256];

	snprintf(head, sizeof head, "Content-Type: application/json\r\n%s", site->cookie);
	return browser_ask(site->loop, site->port, method, path, head, body, ret_browser);
}

json_t *site_json(struct browser *browser)
{
	json_error_t error;
	json_t *answer = json_loads(browser_body(browser), 0, &error);

	if (!answer)
		fail_msg("%s: %s", error.text, browser->got);
	browser_close(browser);
	return answer;
}

json_t *site_get(struct site *site, const char *path)
{
	struct browser b;

	if (browser_get(site->loop, site->port, path, &b) != 200)
		fail_msg("%s: %s", path, b.got);
	return site_json(&b);
}

json_t *site_post(struct site *site, const char *path, const char *body, int status)
{
	struct browser b;

	if (site_ask(site, "POST", path, body, &b) != status)
		fail_msg("%s %s: %s", path, body, b.got);
	return site_json(&b);
}

void site_refuses(struct site *site, const char *method, const char *path, const char *body,
	int status, const char *code)
{
	struct browser b;
	char wanted[64];

	snprintf(wanted, sizeof wanted, "{\"error\":{\"code\":\"%s\"", code);
	int got = site_ask(site, method, path, body, &b);
	if (got != status || !browser_has(&b, wanted))
		fail_msg("%s %s %s: %s", method, path, body ? body : "", b.got);
	browser_close(&b);
}

void site_exports(struct site *site, const char *path, const char *wanted)
{
	struct browser b;

	if (browser_get(site->loop, site->port, path, &b) != 200)
		fail_msg("%s: %s", path, b.got);
	assert_string_equal(browser_body(&b), wanted);
	browser_close(&b);
}

void site_log_in(struct site *site)
{
	struct browser b;
	char token[64];

	assert_int_equal(site_ask(site, "POST", "/api/v1/login", "{\"pin\":\"123456\"}", &b), 204);
	const char *set = strstr(b.got, "Set-Cookie: kitlog=");
	assert_non_null(set);
	assert_non_null(strstr(set, "; HttpOnly; SameSite=Strict; Path=/"));
	assert_int_equal(sscanf(set, "Set-Cookie: kitlog=%32[0-9a-f];", token), 1);
	snprintf(site->cookie, sizeof site->cookie, "Cookie: kitlog=%s\r\n", token);
	browser_close(&b);
}

int64_t site_number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value))
		fail_msg("%s is no integer", name);
	return json_integer_value(value);
}
