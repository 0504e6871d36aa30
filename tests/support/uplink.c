/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board and its servers, see support/uplink.h. */
#include "support/uplink.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/feed.h"
#include "support/patience.h"
#include "support/scratch.h"

static const struct ship_pace quick = {
	.hold_ns = 300 * MS,
	.late_ns = 30 * (int64_t)NS_PER_S,
	.first_retry_ns = 50 * MS,
	.most_retry_ns = 400 * MS,
	.connect_ms = 2000,
	.request_ms = 20000,
	.stall_s = 1,
	.tick_ns = 100 * MS,
};

static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

int64_t uplink_real_ns(void)
{
	return clock_now(&(struct clock){0}).ns;
}

struct instant uplink_now(const struct uplink *uplink)
{
	return clock_now(&uplink->clock);
}

struct device uplink_device(uint32_t id)
{
	struct device device = {.id = id, .sticker = id, .n_streams = 2};

	snprintf(device.identity, sizeof(device.identity), "usb:1:2:%u", id);
	snprintf(device.kit, sizeof(device.kit), "text-board");
	snprintf(device.family, sizeof(device.family), "lines");
	for (uint32_t i = 0; i < 2; i++) {
		struct stream *stream = &device.streams[i];

		stream->id = id * 10 + i;
		stream->device = id;
		stream->kind = i ? STREAM_CLOCK : STREAM_DATA;
		stream->n_channels = 1;
		snprintf(stream->name, sizeof(stream->name), "%s", i ? "clock" : "main");
		snprintf(stream->channels[0].id, sizeof(stream->channels[0].id), "v");
		snprintf(stream->channels[0].name_zh, sizeof(stream->channels[0].name_zh), "v");
		snprintf(stream->channels[0].name_en, sizeof(stream->channels[0].name_en), "v");
	}
	return device;
}

void uplink_plug(struct uplink *uplink, uint32_t id)
{
	struct device device = uplink_device(id);

	assert_int_equal(feed_put_device(uplink->feed, uplink_now(uplink), &device), 0);
	keep_wake(uplink->keep);
}

void uplink_measure_at(
	struct uplink *uplink, uint32_t id, unsigned first, unsigned n, struct instant from)
{
	for (unsigned done = 0; done < n;) {
		struct batch batch = {.stream = id * 10, .n_channels = 1};

		while (batch.n_rows < BATCH_ROWS && done < n) {
			batch.stamps_ns[batch.n_rows] = from.ns / MS * MS + done * MS;
			batch.values[batch.n_rows] = first + done;
			batch.n_rows++;
			done++;
		}
		while (feed_put_batch(uplink->feed, uplink_now(uplink), &batch) == -ENOSPC)
			poll(NULL, 0, 1); /* keep is drawing from the other end */
		keep_wake(uplink->keep);
	}
	uplink->next[id] = instant_add(from, n * MS);
}

void uplink_measure(struct uplink *uplink, uint32_t id, unsigned first, unsigned n)
{
	struct instant from = instant_add(uplink_now(uplink), -(int64_t)n * MS);

	uplink_measure_at(
		uplink, id, first, n, from.ns > uplink->next[id].ns ? from : uplink->next[id]);
}

void uplink_tell_hour(struct uplink *uplink)
{
	struct anchor anchor = clock_pair(&uplink->clock, ANCHOR_SYSTEM);

	assert_int_equal(keep_order_anchor(uplink->keep, &anchor), 0);
	keep_wake(uplink->keep);
}

void uplink_start(struct uplink *uplink)
{
	struct store_options store = {.directory = uplink->directory};
	struct store_finding finding;
	uint32_t boot;

	assert_int_equal(store_open(&store, &finding, &uplink->store), 0);
	assert_int_equal(store_begin_boot(uplink->store, uplink->boot_id, uplink_real_ns(), &boot,
				 &uplink->clock.base_ns),
		0);
	assert_int_equal(ring_new(1 << 20, &uplink->feed), 0);
	assert_int_equal(keep_new(&(struct keep_options){.clock = &uplink->clock,
					  .store = uplink->store,
					  .feed = uplink->feed,
					  .commit_ns = 50 * MS},
				 &uplink->keep),
		0);
	assert_int_equal(ship_new(&(struct ship_options){.clock = &uplink->clock,
					  .config = &uplink->config,
					  .keep = uplink->keep,
					  .pace = &uplink->pace},
				 &uplink->ship),
		0);
	assert_int_equal(keep_start(uplink->keep), 0);
	assert_int_equal(ship_start(uplink->ship), 0);
}

void uplink_begin(struct uplink *uplink)
{
	uplink_start(uplink);
	uplink_tell_hour(uplink);
	uplink_plug(uplink, 1);
}

void uplink_stop(struct uplink *uplink)
{
	if (!uplink->ship)
		return;
	ship_stop(uplink->ship);
	keep_stop(uplink->keep);
	ship_free(uplink->ship);
	keep_free(uplink->keep);
	ring_free(uplink->feed);
	store_close(uplink->store);
	uplink->ship = NULL;
}

static struct config_sink sink_at(const char *name, char *url, size_t size, int port)
{
	snprintf(url, size, "http://127.0.0.1:%d", port);
	return (struct config_sink){
		.name = text_of(name),
		.url = url,
		.kind = SINK_INFLUXDB1,
		.database = text_of("kitlog"),
		.gzip = true,
	};
}

int uplink_set_up(void **state)
{
	struct uplink *uplink = calloc(1, sizeof(*uplink));
	FILE *secret;

	assert_non_null(uplink);
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT); /* the first counts */
	*state = uplink;
	scratch_folder("uplink", uplink->directory, sizeof(uplink->directory));
	snprintf(uplink->secret, sizeof(uplink->secret), "%s/secret", uplink->directory);
	secret = fopen(uplink->secret, "w");
	fputs("wrong\n", secret);
	fclose(secret);
	server_start(&uplink->servers[0]);
	server_start(&uplink->servers[1]);
	uplink->sinks[0] = sink_at(
		"school", uplink->urls[0], sizeof(uplink->urls[0]), uplink->servers[0].port);
	uplink->sinks[0].user = text_of("board");
	uplink->sinks[0].secret = uplink->secret;
	uplink->sinks[1] =
		sink_at("other", uplink->urls[1], sizeof(uplink->urls[1]), uplink->servers[1].port);
	uplink->pace = quick;
	uplink->boot_id = "boot-a";
	uplink->config.board = text_of("kitlog-test");
	uplink->config.data = uplink->directory;
	uplink->config.sinks = uplink->sinks;
	uplink->config.n_sinks = 1;
	uplink->server = &uplink->servers[0];
	return 0;
}

int uplink_tear_down(void **state)
{
	struct uplink *uplink = *state;
	char command[128];

	uplink_stop(uplink);
	server_end(&uplink->servers[0]);
	server_end(&uplink->servers[1]);
	snprintf(command, sizeof(command), "rm -r %s", uplink->directory);
	assert_int_equal(system(command), 0);
	free(uplink);
	return 0;
}

struct sink_status uplink_status(struct uplink *uplink, size_t i)
{
	struct sink_status states[2] = {0};

	ship_status(uplink->ship, states, 2);
	return states[i];
}

void uplink_wait_state(struct uplink *uplink, enum sink_state state, const char *sentence)
{
	int64_t end = uplink_real_ns() + patience_ns(SERVER_PATIENCE_S);
	struct sink_status status;

	do {
		status = uplink_status(uplink, 0);
		if (status.state == state &&
			(*sentence ? strstr(status.sentence, sentence) != NULL
				   : !*status.sentence)) {
			assert_true(status.sentence[0] == '\0' || status.sentence_zh[0] != '\0');
			return;
		}
		poll(NULL, 0, 20);
	} while (uplink_real_ns() < end);
	fail_msg("state %d \"%s\" instead of %d \"%s\"", status.state, status.sentence, state,
		sentence);
}

struct sink_status uplink_wait_numbers(struct uplink *uplink, uint64_t sent, uint64_t behind)
{
	int64_t end = uplink_real_ns() + patience_ns(SERVER_PATIENCE_S);
	struct sink_status status;

	do {
		status = uplink_status(uplink, 0);
		if (status.rows_sent == sent && status.rows_behind == behind)
			return status;
		poll(NULL, 0, 20);
	} while (uplink_real_ns() < end);
	fail_msg("%llu rows sent, %llu behind instead of %llu, %llu",
		(unsigned long long)status.rows_sent, (unsigned long long)status.rows_behind,
		(unsigned long long)sent, (unsigned long long)behind);
	return status;
}

static int count_one(void *self, const struct quarantined *line)
{
	struct quarantined *last = ((void **)self)[1];

	++*(size_t *)((void **)self)[0];
	*last = *line;
	return 0;
}

size_t uplink_count_quarantined(struct uplink *uplink, struct quarantined *ret_last)
{
	struct reader *reader;
	size_t n = 0;
	void *self[] = {&n, ret_last};

	assert_int_equal(reader_open(uplink->directory, &reader), 0);
	assert_int_equal(reader_quarantined(reader, "school", count_one, self), 0);
	reader_close(reader);
	return n;
}
