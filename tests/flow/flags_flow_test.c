/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is flagged: values that the instrument cannot mean, whatever they are calibrated to, and in
 * exports rows of before it was warm. Through the web's door, with a real store and the real kits. */
#include "api/web.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "support/browser.h"
#include "support/cmocka_all.h"
#include "support/scratch.h"

#define S ((int64_t)NS_PER_S)
#define HEAD \
	"\xEF\xBB\xBF" \
	"time_s,clock,"

static struct clock fake;
static struct loop *loop;
static struct ring *feed, *keep_feed, *notices;
static struct store *store;
static struct keep *keep;
static struct catalogue *catalogue;
static struct config config;
static struct web *web;
static char directory[64];
static unsigned port;
static struct wake nothing;

static void ignore(struct wake *wake)
{
	(void)wake;
}

static void open_web(void)
{
	static char pages[80];
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
		.catalogue = catalogue};

	snprintf(pages, sizeof pages, "%s/no-pages", directory);
	assert_int_equal(web_open(&options, &web, why, sizeof why), 0);
	port = web_port(web);
}

static int set_up(void **unused)
{
	static char board[] = "test", listen_at[] = "127.0.0.1";
	const char *kits = KITLOG_SOURCE "/kits";
	struct store_finding finding;
	uint32_t boot;
	int64_t base_ns;

	(void)unused;
	fake = (struct clock){.is_fake = true, .frozen_ns = 2000 * S};
	scratch_folder("flags", directory, sizeof directory);
	config = (struct config){.board = board, .data = directory};
	config.http.listen = listen_at;
	config.store.limit_mb = 64;
	assert_int_equal(catalogue_open(&kits, 1, &catalogue), 0);
	assert_int_equal(store_open(&(struct store_options){directory, 0}, &finding, &store), 0);
	assert_int_equal(store_begin_boot(store, "boot-1", 0, &boot, &base_ns), 0);
	assert_int_equal(loop_open(&fake, &loop), 0);
	assert_int_equal(ring_new(1 << 20, &feed), 0);
	assert_int_equal(ring_new(4096, &keep_feed), 0);
	assert_int_equal(ring_new(4096, &notices), 0);
	nothing.woken = ignore;
	assert_int_equal(wake_open(loop, &nothing), 0);
	assert_int_equal(
		keep_new(
			&(struct keep_options){
				.clock = &fake, .store = store, .feed = keep_feed, .commit_ns = S},
			&keep),
		0);
	assert_int_equal(keep_listen(keep, notices, &nothing), 0);
	keep_turn(keep, clock_now(&fake));
	open_web();
	return 0;
}

static int tear_down(void **unused)
{
	char command[128];

	(void)unused;
	web_close(web);
	keep_free(keep);
	store_close(store);
	wake_close(&nothing);
	ring_free(feed);
	ring_free(keep_feed);
	ring_free(notices);
	loop_close(loop);
	catalogue_close(catalogue);
	snprintf(command, sizeof command, "rm -rf '%s'", directory);
	return system(command);
}

/* --- what sense would do --- */

/* Stream 10 * id: humidity from 0 to 100, and a voltage of which nobody knows the range. */
static void describe(uint32_t id, const char *kit, const char *humidity, struct device *ret_device)
{
	struct device device = {.id = id, .sticker = id, .n_streams = 1};
	struct stream *stream = &device.streams[0];

	text_copy(device.kit, sizeof device.kit, kit);
	snprintf(device.identity, sizeof device.identity, "usb:%u", id);
	*stream = (struct stream){.id = 10 * id, .device = id, .name = "main", .n_channels = 2};
	stream->channels[0] = (struct channel){.id = "rh", .low = 0, .high = 100, .resolution = 1};
	text_copy(stream->channels[0].name_zh, sizeof stream->channels[0].name_zh, humidity);
	stream->channels[1] = (struct channel){.id = "u", .name_zh = "电压"};
	*ret_device = device;
}

static void plug(uint32_t id, const char *kit, const char *humidity)
{
	struct device device;

	describe(id, kit, humidity, &device);
	assert_int_equal(store_add_device(store, &device), 0);
}

/* What main hears of it. */
static void plug_live(void)
{
	struct device device;

	describe(1, "text-board", "湿度", &device);
	assert_int_equal(feed_put_device(feed, clock_now(&fake), &device), 0);
	web_feed(web);
}

static void say_live(double humidity, double voltage)
{
	static struct batch batch;

	fake.frozen_ns += S / 10;
	batch = (struct batch){.stream = 10, .n_channels = 2, .n_rows = 1};
	batch.stamps_ns[0] = fake.frozen_ns;
	batch.values[0] = humidity;
	batch.values[1] = voltage;
	assert_int_equal(feed_put_batch(feed, clock_now(&fake), &batch), 0);
	web_feed(web);
}

static void keep_row(uint32_t stream, int64_t at_s, double humidity, double voltage)
{
	int64_t stamp_ns = at_s * S;
	double values[] = {humidity, voltage};
	struct feed_record record = {.kind = FEED_BATCH};

	record.batch.stream = stream;
	record.batch.n_channels = 2;
	record.batch.n_rows = 1;
	record.batch.stamps_ns = &stamp_ns;
	record.batch.values = values;
	assert_int_equal(store_add_batch(store, &record), 0);
}

static void keep_gap(uint32_t stream, enum gap_reason reason, int64_t from_s, int64_t to_s)
{
	struct gap gap = {
		.stream = stream, .reason = reason, .from = {from_s * S}, .to = {to_s * S}};

	assert_int_equal(store_add_gap(store, &gap), 0);
}

static void calibrate(uint32_t id, double raw, double truth)
{
	struct calibration calibration = {.id = id,
		.kind = CALIBRATION_OFFSET,
		.stream = "main",
		.channel = "rh",
		.made = {1500 * S},
		.from = {0},
		.to = {INT64_MAX},
		.map = {.n = 1, .raw = {raw}, .truth = {truth}}};

	strcpy(calibration.identity, "usb:1");
	assert_int_equal(store_add_calibration(store, &calibration), 0);
}

static void exported(const char *query, const char *wanted)
{
	struct browser b;
	char path[128];

	fake.frozen_ns += 2 * S;
	keep_turn(keep, instant_add(clock_now(&fake), S));
	web_feed(web);
	loop_turn(loop, 0);
	snprintf(path, sizeof path, "/api/v1/export?%s", query);
	if (browser_get(loop, port, path, &b) != 200)
		fail_msg("%s: %s", path, b.got);
	assert_string_equal(browser_body(&b), wanted);
	browser_close(&b);
}

/* --- the promises --- */

static void a_value_that_the_instrument_cannot_mean_is_flagged_in_its_row(void **unused)
{
	(void)unused;
	plug(1, "text-board", "湿度");
	keep_row(10, 1000, 50, 1e9);
	keep_row(10, 1001, 100, 5);
	keep_row(10, 1002, 101, 5);
	keep_row(10, 1003, NAN, 5);
	keep_row(10, 1004, -3, NAN);
	exported("stream=10",
		HEAD "\"湿度\",\"电压\",gap,gap_until_s,flags\r\n"
		     "0,,50,1e+09,,,\r\n"
		     "1,,100,5,,,\r\n"
		     "2,,101,5,,,\"out-of-range 湿度\"\r\n"
		     "3,,,5,,,\r\n"
		     "4,,-3,,,,\"out-of-range 湿度\"\r\n");
}

static void a_calibration_neither_hides_nor_makes_a_flag(void **unused)
{
	(void)unused;
	plug(1, "text-board", "湿度");
	calibrate(1, 50, 45);
	keep_row(10, 1000, 103, 5);
	keep_row(10, 1001, 2, 5);
	exported("stream=10",
		HEAD "\"湿度 [校准 calibrated #1 offset]\",\"电压\",gap,gap_until_s,flags\r\n"
		     "0,,98,5,,,\"out-of-range 湿度\"\r\n"
		     "1,,-3,5,,,\r\n");
	exported("stream=10&values=raw",
		HEAD "\"湿度\",\"电压\",gap,gap_until_s,flags\r\n"
		     "0,,103,5,,,\"out-of-range 湿度\"\r\n"
		     "1,,2,5,,,\r\n");
}

/* The CO2 monitor of kits/ takes 30 s. */
static void rows_of_before_it_was_warm_are_flagged(void **unused)
{
	(void)unused;
	plug(1, "co2-zytemp", "湿度");
	keep_row(10, 1000, 50, 5);
	keep_row(10, 1029, 101, 5);
	keep_row(10, 1030, 50, 5);
	keep_gap(10, GAP_UNPLUGGED, 1030, 1031); /* as told when it left */
	keep_gap(10, GAP_UNPLUGGED, 1030, 1100); /* and when it was back */
	keep_row(10, 1100, 50, 5);
	keep_row(10, 1129, 50, 5);
	keep_gap(10, GAP_SILENT, 1129, 1140);
	keep_row(10, 1140, 50, 5);
	exported("stream=10",
		HEAD "\"湿度\",\"电压\",gap,gap_until_s,flags\r\n"
		     "0,,50,5,,,\"warm-up\"\r\n"
		     "29,,101,5,,,\"warm-up; out-of-range 湿度\"\r\n"
		     "30,,50,5,,,\r\n"
		     "30,,,,unplugged,100,\r\n"
		     "100,,50,5,,,\"warm-up\"\r\n"
		     "129,,50,5,,,\"warm-up\"\r\n"
		     "129,,,,silent,140,\r\n"
		     "140,,50,5,,,\r\n");
}

static void an_export_from_the_middle_knows_what_was_before_it(void **unused)
{
	(void)unused;
	plug(1, "co2-zytemp", "湿度");
	keep_row(10, 1000, 50, 5);
	keep_row(10, 1010, 50, 5);
	keep_row(10, 1040, 50, 5);
	keep_gap(0, GAP_STOPPED, 1040, 1050);
	keep_gap(10, GAP_UNPLUGGED, 1040, 1055);
	keep_row(10, 1055, 50, 5);
	keep_row(10, 1080, 50, 5);
	keep_row(10, 1090, 50, 5);
	exported("stream=10&from_us=1005000000&to_us=1030000000",
		HEAD "\"湿度\",\"电压\",gap,gap_until_s,flags\r\n"
		     "5,,50,5,,,\"warm-up\"\r\n");
	exported("stream=10&from_us=1055000000",
		HEAD "\"湿度\",\"电压\",gap,gap_until_s,flags\r\n"
		     "0,,50,5,,,\"warm-up\"\r\n"
		     "25,,50,5,,,\"warm-up\"\r\n"
		     "35,,50,5,,,\r\n");
	exported("stream=10&from_us=1070000000",
		HEAD "\"湿度\",\"电压\",gap,gap_until_s,flags\r\n"
		     "10,,50,5,,,\"warm-up\"\r\n"
		     "20,,50,5,,,\r\n");
}

static void what_follows_data_that_made_room_is_not_taken_for_the_beginning(void **unused)
{
	(void)unused;
	plug(1, "co2-zytemp", "湿度");
	keep_gap(10, GAP_EXPIRED, 900, 1000);
	keep_row(10, 1000, 50, 5);
	exported("stream=10",
		HEAD "\"湿度\",\"电压\",gap,gap_until_s,flags\r\n"
		     "-100,,,,expired,0,\r\n"
		     "0,,50,5,,,\r\n");
}

static void what_made_room_hides_no_plugging_in_that_is_known(void **unused)
{
	(void)unused;
	plug(1, "co2-zytemp", "湿度");
	keep_gap(10, GAP_UNPLUGGED, 910, 1000);
	keep_gap(10, GAP_EXPIRED, 920, 950);
	keep_row(10, 1000, 50, 5);
	keep_row(10, 1005, 50, 5);
	keep_row(10, 1030, 50, 5);
	exported("stream=10",
		HEAD "\"湿度\",\"电压\",gap,gap_until_s,flags\r\n"
		     "-90,,,,unplugged,0,\r\n"
		     "-80,,,,expired,-50,\r\n"
		     "0,,50,5,,,\"warm-up\"\r\n"
		     "5,,50,5,,,\"warm-up\"\r\n"
		     "30,,50,5,,,\r\n");
}

/* The oldest gaps become one when there are too many; the rows between them stay. */
static void of_rows_within_a_gap_no_age_is_known(void **unused)
{
	(void)unused;
	plug(1, "co2-zytemp", "湿度");
	keep_row(10, 1000, 50, 5);
	keep_gap(10, GAP_UNPLUGGED, 1031, 1900);
	keep_row(10, 1040, 50, 5);
	keep_row(10, 1500, 50, 5);
	keep_row(10, 1910, 50, 5);
	exported("stream=10",
		HEAD "\"湿度\",\"电压\",gap,gap_until_s,flags\r\n"
		     "0,,50,5,,,\"warm-up\"\r\n"
		     "31,,,,unplugged,900,\r\n"
		     "40,,50,5,,,\r\n"
		     "500,,50,5,,,\r\n"
		     "910,,50,5,,,\"warm-up\"\r\n");
	exported("stream=10&from_us=1400000000&to_us=1600000000",
		HEAD "\"湿度\",\"电压\",gap,gap_until_s,flags\r\n"
		     "0,,,,unplugged,200,\r\n"
		     "100,,50,5,,,\r\n");
}

static void of_several_streams_a_flag_says_whose_it_is(void **unused)
{
	(void)unused;
	plug(1, "co2-zytemp", "=1+\"湿度\"");
	plug(2, "text-board", "湿度");
	keep_row(10, 1000, 50, 5);
	keep_row(10, 1040, 101, 5);
	keep_row(20, 1040, -7, 5);
	exported("stream=10&stream=20",
		HEAD
		"\"1 =1+\"\"湿度\"\"\",\"1 电压\",\"2 湿度\",\"2 电压\",gap,"
		"gap_until_s,flags\r\n"
		"0,,50,5,,,,,\"1 warm-up\"\r\n"
		"40,,101,5,-7,5,,,\"1 out-of-range =1+\"\"湿度\"\"; 2 out-of-range 湿度\"\r\n");
}

static void where_nothing_can_be_flagged_there_is_no_column_that_says_so(void **unused)
{
	struct device device = {.id = 1, .sticker = 1, .kit = "text-board", .n_streams = 1};

	(void)unused;
	device.streams[0] = (struct stream){.id = 10, .device = 1, .name = "main", .n_channels = 2};
	strcpy(device.streams[0].channels[0].id, "a");
	strcpy(device.streams[0].channels[1].id, "b");
	assert_int_equal(store_add_device(store, &device), 0);
	keep_row(10, 1000, 1e9, 5);
	exported("stream=10", HEAD "\"a\",\"b\",gap,gap_until_s\r\n0,,1e+09,5,,\r\n");
}

static void answered(const char *path, const char *wanted)
{
	struct browser b;

	if (browser_get(loop, port, path, &b) != 200)
		fail_msg("%s: %s", path, b.got);
	if (!strstr(browser_body(&b), wanted))
		fail_msg("%s: no %s in %s", path, wanted, browser_body(&b));
	browser_close(&b);
}

static void a_raw_mean_that_the_instrument_cannot_mean_is_flagged(void **unused)
{
	(void)unused;
	plug_live();
	say_live(100, 1e9);
	answered("/api/v1/streams/10/raw",
		"{\"id\":\"rh\",\"mean\":100,\"n\":1},{\"id\":\"u\",\"mean\":1e+09,\"n\":1}");
	say_live(150, 1e9);
	answered("/api/v1/streams/10/raw",
		"{\"id\":\"rh\",\"mean\":125,\"n\":2,\"flags\":[\"out-of-range\"]},"
		"{\"id\":\"u\",\"mean\":1e+09,\"n\":2}");
}

/* Knows calibrations from the card. */
static void reopen_web(void)
{
	assert_int_equal(store_commit(store, clock_now(&fake)), 0);
	web_close(web);
	open_web();
	plug_live();
}

/* So that who compares the two judges what the device said. */
static void a_calibration_says_what_the_range_is_by_it(void **unused)
{
	(void)unused;
	plug_live();
	answered("/api/v1/devices",
		"\"low\":0,\"high\":100,\"least\":-0.5,\"most\":100.5,\"last\":null,"
		"\"calibration\":null,");
	calibrate(1, 50, 45);
	reopen_web();
	say_live(103, 5);
	answered("/api/v1/devices",
		"\"low\":0,\"high\":100,\"least\":-5.5,\"most\":95.5,\"last\":98,");
	answered("/api/v1/devices", "\"wall_made_us\":null,\"low\":-5,\"high\":95}");
	answered("/api/v1/devices",
		"\"low\":null,\"high\":null,\"least\":null,\"most\":null,\"last\":5,");
}

/* A resolution before the calibration is none behind it: a tenth of the value has a tenth of it. */
static void what_is_told_of_now_has_the_limits_of_what_is_told_of_then(void **unused)
{
	struct calibration tenth = {.id = 1,
		.kind = CALIBRATION_TWO_POINT,
		.identity = "usb:1",
		.stream = "main",
		.channel = "rh",
		.to = {INT64_MAX},
		.map = {.n = 2, .raw = {0, 100}, .truth = {0, 10}}};

	(void)unused;
	plug_live();
	assert_int_equal(store_add_calibration(store, &tenth), 0);
	reopen_web();
	answered("/api/v1/devices", "\"least\":-0.05,\"most\":10.05,\"last\":null,");
	plug(1, "text-board", "湿度");
	keep_row(10, 1000, 103, 5);
	assert_int_equal(store_commit(store, clock_now(&fake)), 0);
	answered("/api/v1/streams/10/columns", "\"least\":-0.05,\"most\":10.05}");
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_value_that_the_instrument_cannot_mean_is_flagged_in_its_row),
		EACH(a_calibration_neither_hides_nor_makes_a_flag),
		EACH(rows_of_before_it_was_warm_are_flagged),
		EACH(an_export_from_the_middle_knows_what_was_before_it),
		EACH(what_follows_data_that_made_room_is_not_taken_for_the_beginning),
		EACH(what_made_room_hides_no_plugging_in_that_is_known),
		EACH(of_rows_within_a_gap_no_age_is_known),
		EACH(of_several_streams_a_flag_says_whose_it_is),
		EACH(a_raw_mean_that_the_instrument_cannot_mean_is_flagged),
		EACH(a_calibration_says_what_the_range_is_by_it),
		EACH(what_is_told_of_now_has_the_limits_of_what_is_told_of_then),
		EACH(where_nothing_can_be_flagged_there_is_no_column_that_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
