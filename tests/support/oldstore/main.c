/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a store with something of everything: 200 s of two streams as chunks and fresh rows, a
 * device, a run, marks, a gap, the hour, a calibration, an act, and what ship remembers. Of each
 * schema one is kept (tests/data/stores), and tests/faults/store_upgrade_test.c finds again what is
 * written here.
 *
 * old-store DIRECTORY
 *
 * Linked with the store of an older commit it has written those of older schemas; what that one
 * could not keep yet was left out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep/store.h"

static struct store *store;

static void must(int result, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "old-store: %s: %s\n", what, strerror(-result));
	exit(1);
}

static void add_row(unsigned id, unsigned n_channels, bool has_tick, int row, struct instant now)
{
	struct clock_piece piece = {1000, 2000000000, 2000, 5000, 1};
	int64_t tick = 1000 + row * INT64_C(1000000);
	int64_t stamp =
		has_tick ? clock_piece_stamp(&piece, tick) : 2000000000 + row * (int64_t)NS_PER_S;
	double values[2] = {row / 10., -2. * row};
	struct feed_record record = {.kind = FEED_BATCH, .at = now};

	record.batch.stream = id;
	record.batch.n_channels = n_channels;
	record.batch.n_rows = 1;
	record.batch.has_ticks = has_tick;
	record.batch.piece = piece;
	record.batch.stamps_ns = &stamp;
	record.batch.ticks = has_tick ? &tick : NULL;
	record.batch.values = values;
	must(store_add_batch(store, &record), "a row");
}

static struct channel channel(const char *id)
{
	struct channel channel = {.name_zh = "温度",
		.name_en = "Temperature",
		.quantity = "temperature",
		.unit = "Cel",
		.resolution = 0.1,
		.low = -500,
		.high = 500};

	snprintf(channel.id, sizeof channel.id, "%s", id);
	return channel;
}

static void add_device(void)
{
	struct device device = {.id = 1,
		.sticker = 7,
		.identity = "usb:1a86:7523:42",
		.kit = "cup",
		.model = "Cup of then",
		.port = "/dev/ttyUSB0",
		.family = "link",
		.n_streams = 2};

	device.streams[0] = (struct stream){.id = 1,
		.device = 1,
		.name = "main",
		.stamps = STAMP_ARRIVAL,
		.period_ns = NS_PER_S,
		.n_channels = 2};
	device.streams[0].channels[0] = channel("temperature");
	device.streams[0].channels[1] = channel("fall");
	device.streams[1] = (struct stream){.id = 2,
		.device = 1,
		.name = "second",
		.stamps = STAMP_DEVICE,
		.period_ns = NS_PER_S,
		.n_channels = 1};
	device.streams[1].channels[0] = channel("temperature");
	must(store_add_device(store, &device), "the device");
}

static struct instant add_rows(void)
{
	struct instant now = {0};

	for (int row = 0; row < 200; row++) {
		now.ns = 2500000000 + row * (int64_t)NS_PER_S;
		add_row(1, 2, false, row, now);
		add_row(2, 1, true, row, now);
		must(store_commit(store, now), "a second");
	}
	return now;
}

static void add_times(void)
{
	struct anchor anchor = {
		{3000000000}, {INT64_C(1800000000000000000)}, 5 * NS_PER_MS, ANCHOR_NTP};
	struct uncertainty uncertainty = {1, {NS_PER_S}, 250000};

	must(store_add_anchor(store, &anchor), "the hour");
	must(store_add_uncertainty(store, &uncertainty), "an uncertainty");
}

static void add_notes(void)
{
	struct gap gap = {1, GAP_WIRE, {50100000000}, {50200000000}, 3};
	struct run run = {.id = 1,
		.number = 3,
		.lesson = "cooling",
		.title = "第 3 次",
		.from = {10000000000},
		.to = {20000000000}};
	struct mark mark = {
		.id = 1, .at = {15000000000}, .author = "teacher", .text = "hot water in"};
	struct mark of_a_group = {.id = 2,
		.session = 1,
		.group = 4,
		.at = {16000000000},
		.author = "group",
		.text = "stirred"};
	struct calibration calibration = {.id = 1,
		.kind = CALIBRATION_OFFSET,
		.identity = "usb:1a86:7523:42",
		.stream = "main",
		.channel = "temperature",
		.name = "ice",
		.made = {60000000000},
		.wall_ns = INT64_C(1800000057000000000),
		.from = {60000000000},
		.to = {INT64_MAX},
		.map = {1, {0.4}, {0}}};

	must(store_add_gap(store, &gap), "a gap");
	must(store_add_run(store, &run), "a run");
	must(store_add_mark(store, &mark), "a mark");
	must(store_add_mark(store, &of_a_group), "a mark");
	must(store_add_calibration(store, &calibration), "a calibration");
}

static void add_act(void)
{
	static const char body[] = "{\"lesson\":\"cooling\"}";
	struct journal_entry *entry = calloc(1, journal_size(sizeof body));

	if (!entry)
		exit(1);
	entry->id = entry->session = 1;
	entry->at.ns = 9000000000;
	snprintf(entry->who, sizeof entry->who, "teacher");
	snprintf(entry->kind, sizeof entry->kind, "begin");
	entry->n = sizeof body - 1;
	memcpy(entry->body, body, sizeof body);
	must(store_add_act(store, entry), "an act");
	free(entry);
}

static void add_shipping(void)
{
	struct cursor cursor = {"school", 1, {100000000000}};
	struct hole hole = {"school", 1, {30000000000}, {40000000000}};
	struct quarantined line = {"school", 1, {5000000000}, 400, "cup a=1 5", "partial write"};

	must(store_set_cursor(store, &cursor), "a cursor");
	must(store_set_holes(store, "school", 1, &hole, 1), "a hole");
	must(store_add_quarantined(store, &line), "a line in quarantine");
}

int main(int argc, char **argv)
{
	struct store_options options = {argc == 2 ? argv[1] : NULL, 0};
	struct store_finding finding;
	struct instant now;
	uint32_t boot;
	int64_t base;

	if (argc != 2) {
		fprintf(stderr, "old-store DIRECTORY\n");
		return 2;
	}
	must(store_open(&options, &finding, &store), argv[1]);
	must(store_begin_boot(store, "boot of then", NS_PER_S, &boot, &base), "the boot");
	add_device();
	add_times();
	now = add_rows();
	add_notes();
	add_act();
	add_shipping();
	must(store_commit(store, instant_add(now, NS_PER_S)), "what is left");
	store_close(store);
	return 0;
}
