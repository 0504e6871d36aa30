/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `frames` with the tutorial's nine bytes, a sensor that has to be asked, and frames
 * without a checksum. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/kit_rig.h"

#define KITS KITLOG_SOURCE "/kits/"

static struct rig rig;

static int set_up(void **unused)
{
	(void)unused;
	memset(&rig, 0, sizeof(rig));
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	kit_rig_close(&rig);
	return 0;
}

enum { NINE = 9 };

/* AA 55 | number | temp | light | status | sum */
static void nine_bytes(uint8_t number, int temp, unsigned light, uint8_t *ret_frame)
{
	const uint8_t body[] = {0xaa, 0x55, number, (uint8_t)((unsigned)temp >> 8), (uint8_t)temp,
		(uint8_t)(light >> 8), (uint8_t)light, 0};

	memcpy(ret_frame, body, sizeof(body));
	ret_frame[NINE - 1] = 0;
	for (size_t i = 0; i < sizeof(body); i++)
		ret_frame[NINE - 1] = (uint8_t)(ret_frame[NINE - 1] + body[i]);
}

/* n frames, 50 ms apart. */
static void say_frames(uint8_t from, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint8_t frame[NINE];

		nine_bytes((uint8_t)(from + i), 2150 + from + (int)i, 300, frame);
		rig_feed(&rig, frame, NINE);
		rig_pass_ms(&rig, 50);
	}
}

static void two_good_frames_make_it_ours_and_both_are_rows(void **unused)
{
	int64_t first;

	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITS "nine-bytes"), false);
	first = rig.clock.frozen_ns;
	say_frames(0, 1);
	assert_int_equal(rig.n_devices, 0);
	say_frames(1, 1);
	assert_int_equal(rig.n_devices, 1);
	assert_string_equal(rig_device(&rig)->kit, "nine-bytes");
	say_frames(2, 1);
	assert_int_equal(rig.n_rows, 3);
	for (int i = 0; i < 3; i++) {
		assert_true(rig.rows[i].values[0] == (2150 + i) / 100.0);
		assert_true(rig.rows[i].values[1] == 300);
		/* Each when it came, 2 ms of latency before. */
		assert_int_equal(rig.rows[i].stamp_ns, first + (50 * i - 2) * NS_PER_MS);
	}
}

/* The break says nothing: the first frame is whole. Each row has the instant of its own frame. */
static void a_sensor_that_sends_every_two_seconds_is_found(void **unused)
{
	uint8_t frame[NINE];
	int64_t first;

	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITS "nine-bytes"), false);
	nine_bytes(0, 2000, 1, frame);
	rig_feed(&rig, frame, 4); /* breaks off, and is no beginning of the next */
	rig_pass_ms(&rig, 2000);
	first = rig.clock.frozen_ns;
	for (int i = 0; i < 3; i++) {
		rig_feed(&rig, frame, 5);
		rig_feed(&rig, frame + 5, NINE - 5);
		rig_pass_ms(&rig, 2000);
	}
	assert_int_equal(rig.n_devices, 1);
	assert_int_equal(rig.n_rows, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rig.rows[i].stamp_ns, first + (INT64_C(2000) * i - 2) * NS_PER_MS);
}

/* Plugged in at 9600 bit/s, no speed being fixed: a frame of 32 bytes, such as dust sensors send. */
static void plug_in_dust(void)
{
	rig.port.speed = 9600;
	rig.port.has_wire = true;
	kit_rig_open(&rig,
		kit_rig_read(
			"kit: dust\nname: {zh: 粉尘, en: Dust}\nserial: 9600 8N1\n"
			"frames: {start: 42 4D, length: 32, checksum: sum16be 0..29 @30}\n"
			"channels:\n  - {id: pm, name: {zh: 粉尘, en: Dust}, quantity: number, "
			"unit: \"1\", range: [0, 1000], resolution: 1, from: u16be@4}\n"),
		false);
}

static void dust(uint8_t value, uint8_t *ret_frame)
{
	memset(ret_frame, 0, 32);
	ret_frame[0] = 0x42;
	ret_frame[1] = 0x4d;
	ret_frame[5] = value;
	ret_frame[31] = (uint8_t)(0x42 + 0x4d + value);
}

/* It comes 0.7 s after the plugging in, when the next speed would be tried. */
static void the_speed_is_not_changed_in_the_middle_of_a_frame(void **unused)
{
	uint8_t frame[32];

	(void)unused;
	plug_in_dust();
	dust(7, frame);
	rig_pass_ms(&rig, 690);
	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; i < sizeof(frame); i++) {
			rig_feed(&rig, frame + i, 1);
			rig_pass_ms(&rig, 30); /* a sensor that takes its time */
		}
	}
	assert_int_equal(rig.n_speeds, 0);
	assert_int_equal(rig.n_rows, 2);
}

static void a_long_frame_that_comes_once_a_minute_is_found_at_its_speed(void **unused)
{
	uint8_t frame[32];

	(void)unused;
	plug_in_dust();
	for (uint8_t k = 0; k < 3; k++) {
		dust(k, frame);
		rig_feed(&rig, frame, sizeof(frame));
		rig_pass_ms(&rig, 60000);
	}
	assert_int_equal(rig.n_speeds, 0);
	assert_int_equal(rig.n_sent, 0);
	assert_int_equal(rig.n_rows, 3);
}

/* The start of a frame turns up in it, too. */
static void noise_is_still_a_reason_for_another_speed(void **unused)
{
	uint64_t state = 5;

	(void)unused;
	plug_in_dust();
	for (int i = 0; i < 4000; i++) {
		uint8_t byte = i % 100 == 0 ? 0x42 : i % 100 == 1 ? 0x4d : 0;

		state = state * 6364136223846793005u + 1442695040888963407u;
		if (byte == 0)
			byte = (uint8_t)(state >> 56 | 0xf8);
		rig_feed(&rig, &byte, 1);
		rig_pass_ms(&rig, 1);
	}
	assert_true(rig.n_speeds >= 3);
	rig_pass_ms(&rig, 5000); /* and one that stops in mid-frame holds it up for a second */
	assert_int_equal(rig.n_rows, 0);
}

/* What came before the break counts no longer, nor does its instant. */
static void a_break_within_a_frame_begins_the_finding_anew(void **unused)
{
	uint8_t frame[NINE];
	int64_t first;

	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITS "nine-bytes"), false);
	nine_bytes(0, 2000, 1, frame);
	rig_feed(&rig, frame, NINE);
	rig_feed(&rig, frame, 4);
	rig_pass_ms(&rig, 2000);
	first = rig.clock.frozen_ns;
	say_frames(0, 2);
	assert_int_equal(rig.n_rows, 2);
	assert_int_equal(rig.rows[0].stamp_ns, first - 2 * NS_PER_MS);
}

static void frames_byte_by_byte_are_the_same_rows(void **unused)
{
	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITS "nine-bytes"), false);
	for (uint8_t i = 0; i < 5; i++) {
		uint8_t frame[NINE];

		nine_bytes(i, -100 - i, 65535, frame);
		for (size_t b = 0; b < NINE; b++) {
			rig_feed(&rig, frame + b, 1);
			rig_pass_ms(&rig, 1);
		}
	}
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 5);
	assert_true(rig.rows[4].values[0] == -1.04);
	assert_true(rig.rows[4].values[1] == 65535);
}

static void garbage_before_and_between_costs_no_good_frame(void **unused)
{
	static const uint8_t garbage[] = {0x00, 0xaa, 0xaa, 0x55, 0x13, 0xaa, 0x55, 0x01, 0xff};

	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITS "nine-bytes"), false);
	rig_feed(&rig, garbage, sizeof(garbage));
	say_frames(0, 4);
	assert_int_equal(rig.n_rows, 4);
	rig_feed(&rig, garbage, sizeof(garbage));
	say_frames(4, 4);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 8);
	assert_true(rig_health(&rig).bad_frames > 0);
}

static void a_frame_cut_in_the_middle_is_lost_alone(void **unused)
{
	uint8_t frame[NINE];

	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITS "nine-bytes"), false);
	say_frames(0, 3);
	nine_bytes(3, 0, 0, frame);
	rig_feed(&rig, frame, 5);
	rig_pass_ms(&rig, 50);
	say_frames(4, 3);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 6);
	rig_feed(&rig, frame, 5);
	rig_unplug(&rig);
	assert_int_equal(rig.n_gone, 1);
	rig_plug(&rig);
	rig_feed(&rig, frame + 5, 4); /* the rest is no frame */
	say_frames(8, 2);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 8);
}

static void a_frame_that_broke_off_is_not_completed_later(void **unused)
{
	uint8_t frame[NINE];

	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITS "nine-bytes"), true);
	nine_bytes(0, 2000, 1, frame);
	rig_feed(&rig, frame, NINE);
	rig_feed(&rig, frame, 4);
	rig_pass_ms(&rig, 1500);
	rig_feed(&rig, frame, NINE);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 2);
	assert_true(rig.rows[1].values[0] == 20);
}

static void a_wrong_checksum_is_said_and_no_row(void **unused)
{
	uint8_t frame[NINE];

	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITS "nine-bytes"), true);
	nine_bytes(0, 2000, 1, frame);
	frame[4] ^= 1;
	rig_feed(&rig, frame, NINE);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 0);
	assert_string_equal(rig_health(&rig).trouble, "checksum");
	assert_int_equal(rig_health(&rig).bad_frames, 1);
}

/* Winsen's own example: 608 ppm. */
static const uint8_t mhz19_answer[] = {0xff, 0x86, 0x02, 0x60, 0x47, 0, 0, 0, 0xd1};
static const uint8_t mhz19_question[] = {0xff, 0x01, 0x86, 0, 0, 0, 0, 0, 0x79};

static void a_sensor_that_has_to_be_asked_is_asked_when_it_is_known(void **unused)
{
	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITS "mhz19"), true);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_sent, sizeof(mhz19_question));
	assert_memory_equal(rig.sent, mhz19_question, sizeof(mhz19_question));
	rig_feed(&rig, mhz19_answer, sizeof(mhz19_answer));
	rig_pass_ms(&rig, 1000);
	assert_int_equal(rig.n_rows, 1);
	assert_true(kit_rig_value(&rig, "co2") == 608);
	rig_pass_ms(&rig, 1000);
	assert_int_equal(rig.n_sent, 2 * sizeof(mhz19_question));
	rig_pass_ms(&rig, 2100);
	assert_string_equal(rig_health(&rig).trouble, "timeout");
	assert_int_equal(rig.n_sent, 3 * sizeof(mhz19_question));
}

static void nothing_is_asked_of_who_may_be_somebody_else(void **unused)
{
	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITS "mhz19"), false);
	rig_feed(&rig, mhz19_answer, 5);
	rig_pass_ms(&rig, 2000);
	assert_int_equal(rig.n_sent, 0);
}

#define HEAD "kit: x\nname: {zh: 甲, en: X}\nserial: 9600 8N1\nrate: 1 Hz\n"
#define CHANNEL(from) \
	"channels:\n  - {id: x, name: {zh: 甲, en: X}, quantity: number, unit: \"1\", " \
	"range: [0, 255], resolution: 1, from: " from "}\n"

static void without_a_checksum_three_frames_are_needed(void **unused)
{
	(void)unused;
	kit_rig_open(&rig,
		kit_rig_read(
			HEAD "frames: {start: 7E, length: u8@1 + 2, end: 0A}\n" CHANNEL("u8@2")),
		false);
	rig_feed(&rig, "\x7e\x02\x05\x0a\x7e\x03\x06\x00\x0a", 9);
	assert_int_equal(rig.n_devices, 0);
	rig_feed(&rig, "\x7e\x02\x07\x0a", 4);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 3);
	assert_true(rig.rows[0].values[0] == 5 && rig.rows[1].values[0] == 6 &&
		rig.rows[2].values[0] == 7);
}

static void an_answer_without_start_begins_with_the_first_byte_after_the_question(void **unused)
{
	(void)unused;
	kit_rig_open(&rig,
		kit_rig_read(HEAD "frames: {length: 2, ask: 3F, every: 1 s}\n" CHANNEL("u16be@0")),
		true);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_sent, 1);
	rig_feed(&rig, "\x01", 1); /* half an answer */
	rig_pass_ms(&rig, 1000);
	assert_int_equal(rig.n_sent, 2);
	rig_feed(&rig, "\x00\x1c", 2);
	rig_feed(&rig, "\x00", 1); /* and something nobody asked for */
	rig_pass_ms(&rig, 1000);
	rig_feed(&rig, "\x00\x1d", 2);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 2);
	assert_true(rig.rows[0].values[0] == 28 && rig.rows[1].values[0] == 29);
}

static void a_channel_with_a_condition_takes_its_frames_only(void **unused)
{
	(void)unused;
	kit_rig_open(&rig,
		kit_rig_read(
			HEAD "frames: {start: 7E, length: 3}\n"
			     "channels:\n"
			     "  - {id: a, name: {zh: 甲, en: A}, quantity: number, unit: \"1\", "
			     "range: [0, 255], resolution: 1, from: u8@2, when: u8@1 = 1}\n"
			     "  - {id: b, name: {zh: 乙, en: B}, quantity: number, unit: \"1\", "
			     "range: [0, 255], resolution: 1, from: u8@2, when: u8@1 = 2}\n"),
		true);
	assert_int_equal(rig_device(&rig)->n_streams, 2);
	rig_feed(&rig, "\x7e\x01\x0a\x7e\x02\x0b\x7e\x03\x0c", 9);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 2);
	assert_true(kit_rig_value(&rig, "a") == 10 && kit_rig_value(&rig, "b") == 11);
}

static void what_cannot_be_is_told_with_the_next_step(void **unused)
{
	static const struct {
		const char *yaml, *says;
	} cases[] = {
		{HEAD "frames: {length: 9}\n" CHANNEL("u8@2"),
			"5:9: frames: nothing tells where a frame begins; add start or checksum"},
		{HEAD "frames: {start: AA, length: 9}\n" CHANNEL("u16be@8"),
			"from: bytes 8 to 9 lie outside the 9 bytes of a frame"},
		{HEAD "frames: {start: AA, length: 9, checksum: sum8 0..8 @8}\n" CHANNEL("u8@2"),
			"checksum: it, or what it covers, lies outside the 9 bytes"},
		{HEAD "frames: {start: AA, length: 9, ask: 01}\n" CHANNEL("u8@2"),
			"frames: ask and every come together; add every"},
		{HEAD "frames: {start: AA, length: 9, every: 1 s}\n" CHANNEL("u8@2"),
			"frames: ask and every come together; add ask"},
		{HEAD "frames: {start: AA BB CC, length: 2}\n" CHANNEL("u8@0"),
			"length: start and end alone are longer than the 2 bytes of a frame"},
		{HEAD "frames: {start: AA, length: 9}\n" CHANNEL("u9@2"), "from: \"u9@2\" is not "},
		{HEAD "frames: {start: GG, length: 9}\n" CHANNEL("u8@2"), "start: \"GG\" is not "},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!strstr(kit_rig_mistakes(cases[i].yaml), cases[i].says))
			fail_msg("%s\n%s", cases[i].says, kit_rig_mistakes(cases[i].yaml));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_good_frames_make_it_ours_and_both_are_rows),
		TEST(a_sensor_that_sends_every_two_seconds_is_found),
		TEST(the_speed_is_not_changed_in_the_middle_of_a_frame),
		TEST(a_long_frame_that_comes_once_a_minute_is_found_at_its_speed),
		TEST(noise_is_still_a_reason_for_another_speed),
		TEST(a_break_within_a_frame_begins_the_finding_anew),
		TEST(frames_byte_by_byte_are_the_same_rows),
		TEST(garbage_before_and_between_costs_no_good_frame),
		TEST(a_frame_cut_in_the_middle_is_lost_alone),
		TEST(a_frame_that_broke_off_is_not_completed_later),
		TEST(a_wrong_checksum_is_said_and_no_row),
		TEST(a_sensor_that_has_to_be_asked_is_asked_when_it_is_known),
		TEST(nothing_is_asked_of_who_may_be_somebody_else),
		TEST(without_a_checksum_three_frames_are_needed),
		TEST(an_answer_without_start_begins_with_the_first_byte_after_the_question),
		TEST(a_channel_with_a_condition_takes_its_frames_only),
		TEST(what_cannot_be_is_told_with_the_next_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
