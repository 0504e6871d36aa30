/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What is plugged in, dealt to groups: substitutes, shares, troubles, and what to plug in. */
#include "class/readiness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

static struct catalogue *catalogue;
static struct arena arena;
static struct device devices[40];
static struct readiness_device plugged[40];
static size_t n_plugged;
static struct readiness now;

static int set_up(void **state)
{
	char folder[300];
	const char *folders[] = {folder};

	(void)state;
	snprintf(folder, sizeof folder, "%s/kits", KITLOG_SOURCE);
	return catalogue_open(folders, 1, &catalogue);
}

static int tear_down(void **state)
{
	(void)state;
	catalogue_close(catalogue);
	return 0;
}

static int unplug_all(void **state)
{
	(void)state;
	n_plugged = 0;
	arena_free(&arena);
	return 0;
}

/* --- a lesson of these needs --- */

#define HEAD \
	"lesson: l\ntitle: {zh: 题, en: T}\nstage: [junior]\nsubject: physics\n" \
	"question: {zh: 问, en: Q}\nrecord: {mode: event}\nsafety: [{zh: 心, en: Care}]\nneeds:\n"

static const struct lesson *lesson_of(const char *needs)
{
	struct report report = {.file = "F"};
	struct lesson *lesson;
	char yaml[2000];

	arena_free(&arena);
	arena = arena_of(LESSON_BYTES);
	snprintf(yaml, sizeof yaml, HEAD "%s", needs);
	if (lesson_read(yaml, strlen(yaml), NULL, &arena, &report, &lesson))
		fail_msg("%s", report_text(&report));
	return lesson;
}

/* --- devices --- */

/* `channels`: "temp:temperature:Cel hum:humidity:%" */
static struct device *plug(uint32_t sticker, const char *kit, const char *channels)
{
	struct device *device = &devices[n_plugged];
	char words[200], *rest;

	*device = (struct device){.id = sticker + 100, .sticker = sticker, .n_streams = 1};
	snprintf(device->kit, sizeof device->kit, "%s", kit);
	device->streams[0].id = sticker + 500;
	snprintf(words, sizeof words, "%s", channels);
	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		struct channel *channel =
			&device->streams[0].channels[device->streams[0].n_channels++];

		sscanf(word, "%23[^:]:%23[^:]:%15s", channel->id, channel->quantity, channel->unit);
	}
	plugged[n_plugged] = (struct readiness_device){.device = device};
	n_plugged++;
	return device;
}

static void break_last(const char *zh, const char *en)
{
	snprintf(plugged[n_plugged - 1].problem.zh, TROUBLE_TEXT, "%s", zh);
	snprintf(plugged[n_plugged - 1].problem.en, TROUBLE_TEXT, "%s", en);
}

static void probe(uint32_t sticker)
{
	plug(sticker, "ds18b20", "temp:temperature:Cel");
}

static void look(const char *needs)
{
	readiness_of(lesson_of(needs), catalogue, plugged, n_plugged, &now);
}

/* "1:temp@3 ..." of group, need and sticker */
static void assert_seats(const char *expected)
{
	char buffer[400] = "";
	struct text text = text_over(buffer, sizeof buffer);

	for (size_t i = 0; i < now.n_seats; i++)
		text_addf(&text, "%s%u:%u@%u", i > 0 ? " " : "", now.seats[i].group,
			now.seats[i].need, now.seats[i].device - 100);
	assert_string_equal(buffer, expected);
}

#define TEMP "  - {id: t, quantity: temperature, kits: [ds18b20, bme280]}\n"
#define HUM "  - {id: h, quantity: humidity, kits: [bme280]}\n"

/* --- tests --- */

static void each_group_needs_its_own(void **unused)
{
	(void)unused;
	for (uint32_t i = 1; i <= 3; i++)
		probe(i);
	look(TEMP);
	assert_int_equal(now.state, READINESS_READY);
	assert_int_equal(now.groups, 3);
	assert_seats("1:0@1 2:0@2 3:0@3");
	assert_string_equal(now.zh, "器材够 3 组用。");
	assert_string_equal(now.en, "Kits for 3 groups.");
	assert_int_equal(now.missing, 0);
	look("  - {id: a, quantity: temperature}\n  - {id: b, quantity: temperature}\n");
	assert_int_equal(now.groups, 1);
	assert_string_equal(now.en, "Kits for 1 group.");
	assert_seats("1:0@1 1:1@2");
}

static void a_shared_one_serves_all(void **unused)
{
	(void)unused;
	probe(7);
	look("  - {id: t, quantity: temperature, groups_share: 12}\n");
	assert_int_equal(now.groups, 12);
	assert_seats("1:0@7");
	assert_int_equal(now.seats[0].n_groups, 12);
	assert_string_equal(now.zh, "器材齐了，各组都能做。");
	for (uint32_t i = 1; i <= 4; i++)
		probe(i);
	look("  - {id: t, quantity: temperature}\n"
	     "  - {id: room, quantity: temperature, groups_share: 3}\n");
	assert_int_equal(now.groups, 3);
	assert_seats("1:0@1 1:1@2 2:0@3 3:0@4");
	/* For the fourth and fifth group there is a second one. */
	probe(8);
	probe(9);
	look("  - {id: t, quantity: temperature}\n"
	     "  - {id: room, quantity: temperature, groups_share: 3}\n");
	assert_int_equal(now.groups, 5);
}

static void the_lesson_s_order_goes_first_then_the_label_s(void **unused)
{
	(void)unused;
	plug(1, "text-board", "t:temperature:Cel");
	plug(5, "bme280", "temp:temperature:Cel hum:humidity:% p:pressure:kPa");
	probe(9);
	probe(4);
	look(TEMP);
	assert_int_equal(now.groups, 4);
	assert_seats("1:0@4 2:0@9 3:0@5 4:0@1");
}

static void one_kit_serves_several_needs_of_a_group(void **unused)
{
	(void)unused;
	plug(1, "bme280", "temp:temperature:Cel hum:humidity:% p:pressure:kPa");
	look(TEMP HUM);
	assert_int_equal(now.groups, 1);
	assert_seats("1:0@1 1:1@1");
	/* But one channel serves one need. */
	look("  - {id: a, quantity: temperature}\n  - {id: b, quantity: temperature}\n");
	assert_int_equal(now.state, READINESS_MISSING);
	assert_int_equal(now.missing, 2);
	plug(2, "text-board", "t1:temperature:Cel t2:temperature:Cel");
	look("  - {id: a, quantity: temperature, kits: [text-board]}\n"
	     "  - {id: b, quantity: temperature, kits: [text-board]}\n");
	assert_int_equal(now.groups, 1);
	assert_seats("1:0@2 1:1@2");
}

static void the_only_one_for_a_need_is_kept_for_it(void **unused)
{
	(void)unused;
	/* Temperature would like the bme280, but humidity has nothing else. */
	plug(1, "text-board", "t:temperature:Cel");
	plug(2, "bme280", "temp:temperature:Cel hum:humidity:%");
	look("  - {id: t, quantity: temperature, kits: [bme280], groups_share: 2}\n" HUM);
	assert_int_equal(now.groups, 1);
	assert_seats("1:0@1 1:1@2");
}

static void units_and_channels_that_formulas_count_on(void **unused)
{
	(void)unused;
	plug(1, "text-board", "p:pressure:hPa");
	look("  - {id: p, quantity: pressure, unit: kPa}\n");
	assert_int_equal(now.state, READINESS_MISSING);
	look("  - {id: p, quantity: pressure}\n");
	assert_int_equal(now.groups, 1);
	plug(2, "mpu6050", "ax:acceleration:m/s2 ay:acceleration:m/s2 az:acceleration:m/s2");
	look("  - {id: a, quantity: acceleration, kits: [mpu6050], channel: az}\n");
	assert_int_equal(now.groups, 1);
	assert_seats("1:0@2");
}

static void optional_needs_take_what_is_left(void **unused)
{
	(void)unused;
	probe(1);
	probe(2);
	look(TEMP "  - {id: room, quantity: temperature, groups_share: 12, optional: yes}\n");
	assert_int_equal(now.groups, 2);
	assert_seats("1:0@1 2:0@2");
	plug(3, "bme280", "temp:temperature:Cel hum:humidity:%");
	look(TEMP "  - {id: h, quantity: humidity, groups_share: 12, optional: yes}\n");
	assert_int_equal(now.groups, 3);
	assert_seats("1:0@1 2:0@2 3:0@3");
	look("  - {id: t, quantity: temperature, groups_share: 12}\n"
	     "  - {id: h, quantity: humidity, optional: yes}\n");
	assert_seats("1:0@1 1:1@3");
}

static void what_is_missing_is_named_with_what_to_plug_in(void **unused)
{
	(void)unused;
	look(TEMP HUM);
	assert_int_equal(now.state, READINESS_MISSING);
	assert_int_equal(now.groups, 0);
	assert_int_equal(now.missing, 3);
	assert_string_equal(
		now.zh, "还缺“温度”：插上防水温度探头 DS18B20 或气压温湿度传感器 BME280。");
	assert_string_equal(now.en,
		"Temperature is missing: plug in Waterproof temperature probe DS18B20 or Air "
		"pressure, temperature and humidity BME280.");
	probe(1);
	look(TEMP HUM);
	assert_int_equal(now.missing, 2);
	assert_seats("1:0@1");
	assert_string_equal(now.en,
		"Humidity is missing: plug in Air pressure, temperature and humidity BME280.");
	look("  - {id: x, name: {zh: 酸碱, en: Acid}, quantity: ph, kits: [no-such-kit]}\n");
	assert_string_equal(now.zh, "还缺“酸碱”：插上能量它的器材。");
	assert_string_equal(now.en, "Acid is missing: plug in a kit that measures it.");
}

static void a_broken_kit_is_trouble_unless_others_do(void **unused)
{
	(void)unused;
	probe(3);
	break_last("拔下再插一次", "Unplug it and plug it in again");
	look(TEMP);
	assert_int_equal(now.state, READINESS_TROUBLE);
	assert_int_equal(now.groups, 0);
	assert_seats("1:0@3");
	assert_string_equal(now.zh, "3 号：拔下再插一次。");
	assert_string_equal(now.en, "Kit 3: Unplug it and plug it in again.");
	probe(4);
	look(TEMP);
	assert_int_equal(now.state, READINESS_READY);
	assert_int_equal(now.groups, 1);
	assert_seats("1:0@4");
	assert_string_equal(now.zh, "器材够 1 组用。3 号：拔下再插一次。");
	look("  - {id: t, quantity: temperature, groups_share: 12}\n");
	assert_string_equal(now.zh, "器材齐了，各组都能做。"); /* it would not help */
	/* What is missing is more pressing than what is broken. */
	look(TEMP HUM);
	assert_int_equal(now.state, READINESS_MISSING);
	assert_int_equal(now.missing, 2);
}

static void another_session_s_kit_is_not_promised_and_named_where_all_are(void **unused)
{
	(void)unused;
	probe(3);
	plugged[0].is_taken = true;
	look(TEMP);
	assert_int_equal(now.state, READINESS_TROUBLE);
	assert_int_equal(now.groups, 0);
	assert_string_equal(now.zh, "3 号在另一节课里用着。先下那节课，或者在那边放开它。");
	assert_string_equal(
		now.en, "Another session has kit 3. End that one, or release the kit there.");
	probe(4);
	look(TEMP);
	assert_int_equal(now.groups, 1);
	assert_seats("1:0@4");
	assert_string_equal(now.en, "Kits for 1 group.");
	look(TEMP HUM);
	assert_int_equal(now.state, READINESS_MISSING);
	assert_int_equal(now.missing, 2);
}

static void a_heap_of_kits_takes_no_time(void **unused)
{
	char needs[1000] = "";
	struct text text = text_over(needs, sizeof needs);

	(void)unused;
	for (uint32_t i = 1; i <= 32; i++)
		probe(i);
	for (int i = 0; i < 7; i++)
		text_addf(&text, "  - {id: t%d, quantity: temperature}\n", i);
	look(needs);
	assert_int_equal(now.groups, 4); /* 28 of 32 */
	text_add(&text, "  - {id: h, quantity: humidity}\n");
	look(needs);
	assert_int_equal(now.state, READINESS_MISSING);
	assert_int_equal(now.missing, 1 << 7);
	assert_true(strstr(now.en, "Humidity is missing") == now.en);
}

static void more_groups_than_a_class_has_are_not_counted(void **unused)
{
	(void)unused;
	for (uint32_t i = 1; i <= 20; i++)
		probe(i);
	look(TEMP);
	assert_int_equal(now.groups, LESSON_GROUPS);
	assert_int_equal(now.n_seats, LESSON_GROUPS);
}

#define TEST(name) cmocka_unit_test_teardown(name, unplug_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_group_needs_its_own),
		TEST(a_shared_one_serves_all),
		TEST(the_lesson_s_order_goes_first_then_the_label_s),
		TEST(one_kit_serves_several_needs_of_a_group),
		TEST(the_only_one_for_a_need_is_kept_for_it),
		TEST(units_and_channels_that_formulas_count_on),
		TEST(optional_needs_take_what_is_left),
		TEST(what_is_missing_is_named_with_what_to_plug_in),
		TEST(a_broken_kit_is_trouble_unless_others_do),
		TEST(another_session_s_kit_is_not_promised_and_named_where_all_are),
		TEST(a_heap_of_kits_takes_no_time),
		TEST(more_groups_than_a_class_has_are_not_counted),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
