/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `modbus` against a probe that the test plays: what is asked, when, and how an answer becomes
 * a row. What goes wrong is in modbus_trouble_test.c, several slaves are in modbus_slaves_test.c. */
#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/modbus_bench.h"

static void an_answer_in_one_piece_is_a_row(void **unused)
{
	(void)unused;
	modbus_bench_open("", "");
	assert_string_equal(rig_device(&modbus_rig)->kit, "probe");
	modbus_bench_pass_until_asked(1);
	assert_memory_equal(modbus_bench_question(0), MODBUS_ASK_BOTH, sizeof(MODBUS_ASK_BOTH));
	rig_pass_ms(&modbus_rig, 30);
	MODBUS_SAY(MODBUS_ANSWER);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(modbus_rig.n_rows, 1);
	assert_true(kit_rig_value(&modbus_rig, "temp") == 30.5);
	assert_true(kit_rig_value(&modbus_rig, "humidity") == 54.6);
}

static void the_stamp_is_when_the_answer_began_less_the_latency(void **unused)
{
	int64_t began;

	(void)unused;
	modbus_bench_open("", "");
	modbus_bench_pass_until_asked(1);
	rig_pass_ms(&modbus_rig, 30);
	began = modbus_rig.clock.frozen_ns;
	rig_feed(&modbus_rig, MODBUS_ANSWER, 4);
	rig_pass_ms(&modbus_rig, 20);
	rig_feed(&modbus_rig, MODBUS_ANSWER + 4, sizeof(MODBUS_ANSWER) - 4);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(modbus_rig.n_rows, 1);
	assert_int_equal(modbus_rig.rows[0].stamp_ns, began - 10 * NS_PER_MS);
}

static void an_answer_byte_by_byte_with_echo_and_noise_is_the_same_row(void **unused)
{
	uint8_t bytes[32] = {0xff, 0x00};
	size_t n = 2;
	int64_t began = 0;

	(void)unused;
	memcpy(bytes + n, MODBUS_ASK_BOTH, sizeof(MODBUS_ASK_BOTH));
	n += sizeof(MODBUS_ASK_BOTH);
	bytes[n++] = 0x00;
	modbus_bench_open("", "");
	modbus_bench_pass_until_asked(1);
	for (size_t i = 0; i < n + sizeof(MODBUS_ANSWER); i++) {
		if (i == n)
			began = modbus_rig.clock.frozen_ns;
		rig_feed(&modbus_rig, i < n ? bytes + i : MODBUS_ANSWER + i - n, 1);
		rig_pass_ms(&modbus_rig, 1);
	}
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(modbus_rig.n_rows, 1);
	assert_true(kit_rig_value(&modbus_rig, "temp") == 30.5);
	assert_int_equal(modbus_rig.rows[0].stamp_ns, began - 10 * NS_PER_MS);
}

/* The framework asked, and knows the probe by the first two bytes of 21. */
static void who_claimed_by_an_answer_is_heard_out(void **unused)
{
	static const char match[] = "match:\n  - {usb: 1a86:*, ask: 01 04 00 00 00 08 F1 CC, "
				    "answer: 01 04}\n";
	static const uint8_t rest[19] = {16};
	static char text[4096];
	size_t asked;

	(void)unused;
	snprintf(text, sizeof(text), modbus_bench_yaml, "", match);
	modbus_rig.port.usb_vendor = 0x1a86;
	modbus_rig.port.usb_product = 0x7523;
	modbus_rig.port.speed = 9600;
	kit_rig_open(&modbus_rig, kit_rig_read(text), false);
	modbus_bench_pass_until_asked(1);
	rig_feed(&modbus_rig, "\x01\x04", 2);
	assert_int_equal(modbus_rig.n_devices, 1);
	for (size_t i = 0; i < sizeof(rest); i++) {
		rig_pass_ms(&modbus_rig, 2);
		rig_feed(&modbus_rig, rest + i, 1);
		assert_int_equal(modbus_bench_questions(), 1);
	}
	assert_int_equal(rig_health(&modbus_rig).bad_frames, 0);
	asked = modbus_rig.n_sent;
	modbus_bench_pass_until_asked(2);
	assert_memory_equal(modbus_rig.sent + asked, MODBUS_ASK_BOTH, sizeof(MODBUS_ASK_BOTH));
	MODBUS_SAY(MODBUS_ANSWER);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(modbus_rig.n_rows, 1);
}

static void it_asks_once_a_period_and_makes_up_for_nothing(void **unused)
{
	int64_t first;

	(void)unused;
	modbus_bench_open("", "");
	modbus_bench_pass_until_asked(1);
	first = modbus_bench_now_ms();
	MODBUS_SAY(MODBUS_ANSWER);
	modbus_bench_pass_until_asked(2);
	assert_in_range(modbus_bench_now_ms() - first, 980, 1040);
	MODBUS_SAY(MODBUS_ANSWER);
	modbus_rig.clock.frozen_ns +=
		10 * (int64_t)NS_PER_S; /* the board was busy with something else */
	rig_pass_ms(&modbus_rig, 20);
	assert_int_equal(modbus_bench_questions(), 3);
	MODBUS_SAY(MODBUS_ANSWER);
	rig_pass_ms(&modbus_rig, 900);
	assert_int_equal(modbus_bench_questions(), 3);
	rig_pass_ms(&modbus_rig, 200);
	assert_int_equal(modbus_bench_questions(), 4);
}

static void a_hole_between_registers_is_not_read_across(void **unused)
{
	static const uint8_t ask_energy[] = {0x01, 0x04, 0x00, 0x09, 0x00, 0x02, 0xa1, 0xc9};

	(void)unused;
	modbus_bench_open("", MODBUS_ENERGY);
	modbus_bench_pass_until_asked(1);
	MODBUS_SAY(MODBUS_ANSWER);
	modbus_bench_pass_until_asked(2);
	assert_memory_equal(modbus_bench_question(1), ask_energy, sizeof(ask_energy));
	MODBUS_SAY(MODBUS_ANSWER_ENERGY);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(modbus_rig.n_rows, 1); /* one row of both answers */
	assert_true(kit_rig_value(&modbus_rig, "temp") == 30.5);
	assert_true(kit_rig_value(&modbus_rig, "energy") == 65536 + 42);
}

static void one_by_one_asks_for_each_register(void **unused)
{
	static const uint8_t ask_temp[] = {0x01, 0x04, 0x00, 0x01, 0x00, 0x01, 0x60, 0x0a};
	static const uint8_t answer_temp[] = {0x01, 0x04, 0x02, 0xff, 0x33, 0xb8, 0xd5};
	static const uint8_t ask_humidity[] = {0x01, 0x04, 0x00, 0x02, 0x00, 0x01, 0x90, 0x0a};
	static const uint8_t answer_humidity[] = {0x01, 0x04, 0x02, 0x02, 0x22, 0x38, 0x49};

	(void)unused;
	modbus_bench_open(", one_by_one: yes", "");
	modbus_bench_pass_until_asked(1);
	assert_memory_equal(modbus_bench_question(0), ask_temp, sizeof(ask_temp));
	MODBUS_SAY(answer_temp);
	modbus_bench_pass_until_asked(2);
	assert_memory_equal(modbus_bench_question(1), ask_humidity, sizeof(ask_humidity));
	MODBUS_SAY(answer_humidity);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(modbus_rig.n_rows, 1);
	assert_true(kit_rig_value(&modbus_rig, "temp") == -20.5);
	assert_true(kit_rig_value(&modbus_rig, "humidity") == 54.6);
}

static void registers_and_keys_that_make_no_sense_are_told(void **unused)
{
	static const struct {
		const char *keys, *channel, *says;
	} cases[] = {
		{"", "input 0x0001 s17", "from: \"input 0x0001 s17\" is not a register such as"},
		{"", "input 65535 u32", "is not a register such as"},
		{"", "input 1 u16 low-first", "is not a register such as"},
		{"", "coil 1 u16", "is not a register such as"},
		{", timeout: 0 ms", "input 9 u16", "timeout: \"0 ms\" is not a time longer than 0"},
	};
	static char text[4096], channel[400];

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(channel, sizeof(channel),
			"  - {id: x, name: {zh: 甲, en: X}, quantity: number, unit: \"1\", range: "
			"[0, 1], resolution: 1, from: %s}\n",
			cases[i].channel);
		snprintf(text, sizeof(text),
			"kit: probe\nname: {zh: 探头, en: Probe}\nserial: 9600 8N1\n"
			"modbus: {slave: 1, every: 1 s%s}\nrate: 1 Hz\nchannels:\n%s",
			cases[i].keys, channel);
		if (!strstr(kit_rig_mistakes(text), cases[i].says))
			fail_msg("%s", kit_rig_mistakes(text));
	}
}

#define MODBUS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, modbus_bench_begin, modbus_bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODBUS_TEST(an_answer_in_one_piece_is_a_row),
		MODBUS_TEST(the_stamp_is_when_the_answer_began_less_the_latency),
		MODBUS_TEST(an_answer_byte_by_byte_with_echo_and_noise_is_the_same_row),
		MODBUS_TEST(who_claimed_by_an_answer_is_heard_out),
		MODBUS_TEST(it_asks_once_a_period_and_makes_up_for_nothing),
		MODBUS_TEST(a_hole_between_registers_is_not_read_across),
		MODBUS_TEST(one_by_one_asks_for_each_register),
		MODBUS_TEST(registers_and_keys_that_make_no_sense_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
