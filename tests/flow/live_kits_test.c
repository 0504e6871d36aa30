/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is plugged in, as everybody sees it: under the name of its kit, with what the kit's
 * description says of it, and with what is wrong told as a sentence. A real catalogue, the feed that
 * sense writes, on a clock that the test moves. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "data/feed.h"
#include "live/described.h"
#include "live/live.h"
#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)

static const char probe[] =
	"kit: probe\n"
	"name: {zh: 土壤探头, en: Soil probe}\n"
	"model: P-1\n"
	"serial: 9600 8N1\n"
	"match:\n"
	"  - {usb: 1a86:7523, ask: 01 02, answer: 03 04}\n"
	"modbus: {slave: 1, every: 1 s, timeout: 500 ms}\n"
	"rate: 1 Hz\n"
	"warmup: 2 min\n"
	"channels:\n"
	"  - {id: temp, name: {zh: 温度, en: T}, quantity: temperature, unit: Cel, range: [-40, 60], "
	"resolution: 0.1, accuracy: 0.5 + 3 %, from: input 1 s16, calibrate: [offset, two-point]}\n"
	"  - {id: water, name: {zh: 水分, en: W}, quantity: humidity, unit: \"%\", range: [0, 100], "
	"resolution: 0.1, from: input 2 u16, zero: yes}\n";

static struct clock fake;
static struct loop *loop;
static struct ring *feed;
static struct events *events;
static struct catalogue *catalogue;
static struct calibrations calibrations;
static struct live *live;
static struct trouble_words words;
static char folder[64];
static char said[1 << 16];

static void nothing(void *self, struct text *text)
{
	(void)self;
	text_add(text, "{}");
}

static void sent(void *self)
{
	(void)self;
}

static bool rules_of(void *self, const struct device *device, const struct stream *stream,
	const struct channel *channel, struct calibration_rules *ret_rules)
{
	(void)self;
	(void)stream;
	return described_rules(catalogue, device, channel, ret_rules);
}

static void write_kit(void)
{
	char path[128];
	FILE *file;

	strcpy(folder, "/tmp/kitlog-kits-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/probe", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/probe/kit.yaml", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(probe, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **unused)
{
	(void)unused;
	fake = (struct clock){.is_fake = true, .frozen_ns = 1000 * S};
	write_kit();
	assert_int_equal(catalogue_open((const char *[]){folder}, 1, &catalogue), 0);
	assert_string_equal(catalogue_problems(catalogue), "");
	calibrations = (struct calibrations){.rules_of = rules_of};
	assert_int_equal(loop_open(&fake, &loop), 0);
	assert_int_equal(ring_new(1 << 18, &feed), 0);
	assert_int_equal(events_new(
				 &(struct events_options){
					 .clock = &fake, .hello = nothing, .devices = nothing},
				 &events),
		0);
	assert_int_equal(live_new(&(struct live_options){.clock = &fake,
					  .loop = loop,
					  .feed = feed,
					  .events = events,
					  .catalogue = catalogue,
					  .calibrations = &calibrations,
					  .sent = sent},
				 &live),
		0);
	return 0;
}

static int tear_down(void **unused)
{
	char command[128];

	(void)unused;
	live_free(live);
	events_free(events);
	ring_free(feed);
	loop_close(loop);
	catalogue_close(catalogue);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

/* --- what sense would do --- */

static struct device device_of(const char *kit)
{
	struct device device = {.id = 7, .sticker = 3, .identity = "usb:1", .family = "modbus"};

	text_copy(device.kit, sizeof device.kit, kit);
	text_copy(device.port, sizeof device.port, "/dev/ttyUSB0");
	device.n_streams = 2;
	for (uint32_t k = 0; k < 2; k++) {
		struct stream *stream = &device.streams[k];

		*stream = (struct stream){.id = 70 + k, .device = 7, .n_channels = 2};
		snprintf(stream->name, sizeof stream->name, "slave%u", 2 * k + 2);
		snprintf(stream->address, sizeof stream->address, "%u", 2 * k + 2);
		strcpy(stream->channels[0].id, "temp");
		strcpy(stream->channels[1].id, "water");
	}
	return device;
}

static void plug(const struct device *device)
{
	assert_int_equal(feed_put_device(feed, clock_now(&fake), device), 0);
	live_feed(live);
}

static void unplug(void)
{
	assert_int_equal(feed_put_gone(feed, clock_now(&fake), 7), 0);
	live_feed(live);
}

/* Words of the device and of its second stream; NULL: none. */
static void report(enum device_state state, const char *word, const char *of_second)
{
	struct feed_health health = {.device = 7, .state = state, .port = "/dev/ttyUSB0"};

	text_copy(health.trouble, sizeof health.trouble, word ? word : "");
	text_copy(health.stream_trouble[1], FEED_WORD, of_second ? of_second : "");
	assert_int_equal(feed_put_health(feed, clock_now(&fake), &health), 0);
	live_feed(live);
}

/* --- what people see --- */

/* The first device; the caller's. */
static json_t *shown(void)
{
	struct text text = text_over(said, sizeof said);
	json_t *all, *device;

	live_devices_json(live, &text);
	assert_false(text.is_cut);
	all = json_loads(said, 0, NULL);
	assert_non_null(all);
	device = json_incref(json_array_get(all, 0));
	json_decref(all);
	return device;
}

static const json_t *at(const json_t *from, const char *list, size_t index)
{
	return json_array_get(json_object_get(from, list), index);
}

static const char *english(const json_t *from, const char *name)
{
	const char *en = json_string_value(json_object_get(json_object_get(from, name), "en"));

	return en ? en : "";
}

static void a_kit_is_told_by_its_name_and_an_unknown_one_by_its_own(void **unused)
{
	struct device device = device_of("probe");
	json_t *told;

	(void)unused;
	text_copy(device.model, sizeof device.model, "P-1");
	plug(&device);
	told = shown();
	assert_string_equal(english(told, "name"), "Soil probe");
	assert_string_equal(json_string_value(json_object_get(json_object_get(told, "name"), "zh")),
		"土壤探头");
	assert_string_equal(json_string_value(json_object_get(told, "model")), "P-1");
	assert_true(json_is_true(json_object_get(told, "is_described")));
	json_decref(told);

	device = device_of("no-such");
	text_copy(device.model, sizeof device.model, "我的板子");
	plug(&device);
	told = shown();
	assert_string_equal(english(told, "name"), "我的板子");
	assert_true(json_is_false(json_object_get(told, "is_described")));
	assert_true(json_is_null(json_object_get(told, "warming_until_us")));
	json_decref(told);

	device.model[0] = '\0';
	plug(&device);
	told = shown();
	assert_string_equal(english(told, "name"), "no-such");
	json_decref(told);
}

static void what_the_description_says_of_a_channel_is_told(void **unused)
{
	struct device device = device_of("probe");
	json_t *told;
	const json_t *temp, *water, *accuracy;

	(void)unused;
	plug(&device);
	told = shown();
	temp = at(at(told, "streams", 1), "channels", 0);
	water = at(at(told, "streams", 1), "channels", 1);
	accuracy = json_object_get(temp, "accuracy");
	assert_true(json_number_value(json_object_get(accuracy, "absolute")) == 0.5);
	assert_true(json_number_value(json_object_get(accuracy, "relative")) == 0.03);
	assert_true(json_is_false(json_object_get(accuracy, "is_greater")));
	assert_int_equal(json_array_size(json_object_get(temp, "calibrations")), 2);
	assert_string_equal(json_string_value(at(temp, "calibrations", 0)), "offset");
	assert_string_equal(json_string_value(at(temp, "calibrations", 1)), "two-point");
	assert_true(json_is_false(json_object_get(temp, "is_zeroable")));
	assert_true(json_is_null(json_object_get(water, "accuracy")));
	assert_true(json_is_null(json_object_get(water, "calibrations"))); /* all */
	assert_true(json_is_true(json_object_get(water, "is_zeroable")));
	json_decref(told);

	device = device_of("no-such");
	plug(&device);
	told = shown();
	temp = at(at(told, "streams", 0), "channels", 0);
	assert_true(json_is_null(json_object_get(temp, "accuracy")));
	assert_true(json_is_null(json_object_get(temp, "calibrations")));
	assert_true(json_is_false(json_object_get(temp, "is_zeroable"))); /* nobody knows */
	json_decref(told);
}

static int64_t warming_until_s(void)
{
	json_t *told = shown();
	int64_t us = json_integer_value(json_object_get(told, "warming_until_us"));

	json_decref(told);
	return us / 1000000;
}

static void warming_up_begins_when_it_is_plugged_in(void **unused)
{
	struct device device = device_of("probe");

	(void)unused;
	plug(&device);
	assert_int_equal(warming_until_s(), 1120);
	fake.frozen_ns += 30 * S;
	plug(&device); /* described anew: it was on all the time */
	assert_int_equal(warming_until_s(), 1120);
	unplug();
	fake.frozen_ns += 30 * S;
	plug(&device);
	assert_int_equal(warming_until_s(), 1180);
}

static void tell_gap(uint32_t stream, enum gap_reason reason)
{
	struct gap gap = {.stream = stream,
		.reason = reason,
		.from = {fake.frozen_ns - S},
		.to = clock_now(&fake)};

	assert_int_equal(feed_put_gap(feed, clock_now(&fake), &gap), 0);
	live_feed(live);
}

static void a_restart_begins_warming_up_anew(void **unused)
{
	struct device device = device_of("probe");

	(void)unused;
	plug(&device);
	fake.frozen_ns += 30 * S;
	tell_gap(71, GAP_WIRE);  /* it was on all the time */
	tell_gap(99, GAP_RESET); /* of another */
	assert_int_equal(warming_until_s(), 1120);
	tell_gap(71, GAP_RESET);
	assert_int_equal(warming_until_s(), 1150);
}

static void what_is_wrong_is_told_until_it_is_over(void **unused)
{
	struct device device = device_of("probe");
	json_t *told;

	(void)unused;
	plug(&device);
	report(DEVICE_SILENT, "exception-2", NULL);
	told = shown();
	assert_non_null(strstr(english(told, "problem"), "no such register"));
	json_decref(told);
	report(DEVICE_SILENT, NULL, NULL);
	told = shown();
	assert_non_null(strstr(english(told, "problem"), "No more readings"));
	json_decref(told);
	report(DEVICE_READY, NULL, NULL);
	told = shown();
	assert_true(json_is_null(json_object_get(told, "problem")));
	json_decref(told);

	/* What was wrong before it was unplugged is not so any more. */
	report(DEVICE_SILENT, "timeout", NULL);
	unplug();
	plug(&device);
	told = shown();
	assert_true(json_is_null(json_object_get(told, "problem")));
	json_decref(told);
}

static void a_dead_slave_is_told_by_its_address(void **unused)
{
	struct device device = device_of("probe");
	json_t *told;
	bool is_gone;

	(void)unused;
	plug(&device);
	report(DEVICE_READY, NULL, "timeout");
	told = shown();
	assert_true(json_is_null(json_object_get(told, "problem")));
	assert_true(json_is_null(json_object_get(at(told, "streams", 0), "problem")));
	assert_string_equal(english(at(told, "streams", 0), "label"), "address 2");
	assert_string_equal(english(at(told, "streams", 1), "label"), "address 4");
	assert_non_null(strstr(english(at(told, "streams", 1), "problem"), "wires A and B"));
	json_decref(told);

	assert_int_equal(live_device_at(live, "/dev/ttyUSB0", &is_gone, &words)->sticker, 3);
	assert_non_null(strstr(words.en, "its address (address 4)"));
	assert_non_null(strstr(words.zh, "（地址 4）"));

	device.streams[0].address[0] = '\0'; /* whose name alone says nothing of wires */
	plug(&device);
	told = shown();
	assert_true(json_is_null(json_object_get(at(told, "streams", 0), "label")));
	json_decref(told);
}

static void a_port_knows_the_number_of_its_kit(void **unused)
{
	struct device device = device_of("probe");
	struct feed_health garbled = {.state = DEVICE_GARBLED, .port = "/dev/ttyUSB0"};
	bool is_gone;

	(void)unused;
	assert_null(live_device_at(live, "/dev/ttyUSB0", &is_gone, &words));
	plug(&device);
	report(DEVICE_SILENT, "timeout", NULL);
	assert_int_equal(live_device_at(live, "/dev/ttyUSB0", &is_gone, &words)->sticker, 3);
	assert_false(is_gone);
	assert_non_null(strstr(words.en, "wires A and B"));
	assert_null(live_device_at(live, "/dev/ttyUSB1", &is_gone, &words));
	assert_string_equal(words.en, "");
	unplug();
	feed_put_health(
		feed, clock_now(&fake), &garbled); /* what speaks there now is another one */
	live_feed(live);
	assert_int_equal(live_device_at(live, "/dev/ttyUSB0", &is_gone, &words)->sticker, 3);
	assert_true(is_gone);
	assert_non_null(strstr(words.en, "not understood"));
	text_copy(garbled.trouble, sizeof garbled.trouble, "no-analog-pins");
	feed_put_health(feed, clock_now(&fake), &garbled); /* and says what is wrong, undescribed */
	live_feed(live);
	live_device_at(live, "/dev/ttyUSB0", &is_gone, &words);
	assert_non_null(strstr(words.en, "StandardFirmata"));
	device.id = 8;
	device.sticker = 4;
	plug(&device);
	assert_int_equal(live_device_at(live, "/dev/ttyUSB0", &is_gone, &words)->sticker, 4);
	assert_false(is_gone);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kit_is_told_by_its_name_and_an_unknown_one_by_its_own),
		TEST(what_the_description_says_of_a_channel_is_told),
		TEST(warming_up_begins_when_it_is_plugged_in),
		TEST(a_restart_begins_warming_up_anew),
		TEST(what_is_wrong_is_told_until_it_is_over),
		TEST(a_dead_slave_is_told_by_its_address),
		TEST(a_port_knows_the_number_of_its_kit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
