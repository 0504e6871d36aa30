/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `modbus` against probes that the test plays: what is asked, when, and what becomes of
 * each kind of answer. Whose turn it is: modbus_turns_test.c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kits/protocols/modbus_frame.h"
#include "support/cmocka_all.h"
#include "support/kit_rig.h"

static struct rig rig;

/* Two neighbours, one apart from them, and a slow one. */
static const char yaml[] =
	"kit: probe\n"
	"name: {zh: 探头, en: Probe}\n"
	"serial: 9600 8N1\n"
	"modbus: {slave: 1, every: 1 s, gap: 20 ms, timeout: 500 ms%s}\n"
	"rate: 1 Hz\n"
	"latency: 10 ms\n"
	"channels:\n"
	"  - {id: temp, name: {zh: 温度, en: T}, quantity: temperature, unit: Cel, range: [-40, 60], "
	"resolution: 0.1, from: input 0x0001 s16, scale: 0.1}\n"
	"  - {id: humidity, name: {zh: 湿度, en: H}, quantity: humidity, unit: \"%%\", range: [0, 100], "
	"resolution: 0.1, from: input 0x0002 u16, scale: 0.1}\n%s";

static const char *const energy =
	"  - {id: energy, name: {zh: 电能, en: E}, quantity: energy, unit: W.h, "
	"range: [0, 99999999], resolution: 1, from: input 9 u32 low-first}\n";

static const uint8_t ask_both[] = {0x01, 0x04, 0x00, 0x01, 0x00, 0x02, 0x20, 0x0b};
static const uint8_t answer_both[] = {0x01, 0x04, 0x04, 0x01, 0x31, 0x02, 0x22, 0x2a, 0xce};
static const uint8_t refusal[] = {0x01, 0x84, 0x02, 0xc2, 0xc1};

static void open_with(const char *more_keys, const char *more_channels)
{
	static char text[8192];

	snprintf(text, sizeof(text), yaml, more_keys, more_channels);
	kit_rig_open(&rig, kit_rig_read(text), true);
}

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

static size_t questions(void)
{
	return rig.n_sent / MODBUS_QUESTION_BYTES;
}

static const uint8_t *question(size_t i)
{
	return rig.sent + i * MODBUS_QUESTION_BYTES;
}

static int64_t now_ms(void)
{
	return rig.clock.frozen_ns / NS_PER_MS;
}

static void pass_until_asked(size_t n)
{
	for (int i = 0; i < 1000 && questions() < n; i++)
		rig_pass_ms(&rig, 10);
	assert_int_equal(questions(), n);
}

static void check_counts(const char *trouble, uint64_t unanswered, uint64_t bad)
{
	struct feed_health health = rig_health(&rig);

	assert_string_equal(health.trouble, trouble);
	assert_int_equal(health.unanswered, unanswered);
	assert_int_equal(health.bad_frames, bad);
}

#define SAY(bytes) rig_feed(&rig, bytes, sizeof(bytes))

static void open_with_two_slaves(const char *more_channels)
{
	rig.port.slaves[0] = 1;
	rig.port.slaves[1] = 4;
	rig.port.n_slaves = 2;
	open_with("", more_channels);
}

static const uint8_t answer_1[] = {0x01, 0x04, 0x04, 0x01, 0x31, 0x02, 0x22, 0x2a, 0xce};
static const uint8_t answer_4[] = {0x04, 0x04, 0x04, 0x01, 0x31, 0x02, 0x22, 0x7f, 0xce};

static const uint8_t answer_energy_1[] = {0x01, 0x04, 0x04, 0x00, 0x2a, 0x00, 0x01, 0x1b, 0x8c};
static const uint8_t answer_energy_4[] = {0x04, 0x04, 0x04, 0x00, 0x2a, 0x00, 0x01, 0x4e, 0x8c};

/* Slave 4 answers 10 ms after each question, slave 1 is dead. How often that was asked. */
static size_t play_slaves(int64_t ms)
{
	size_t n = 0;

	for (int64_t until = now_ms() + ms; now_ms() < until;) {
		size_t seen = questions();

		rig_pass_ms(&rig, 10);
		if (questions() == seen)
			continue;
		if (question(questions() - 1)[0] == 4)
			SAY(answer_4);
		else
			n++;
	}
	return n;
}

static size_t rows_of(unsigned stream)
{
	size_t n = 0;

	for (size_t i = 0; i < rig.n_rows; i++) {
		assert_true(rig.rows[i].values[0] == 30.5);
		n += rig.rows[i].stream == rig_device(&rig)->streams[stream].id;
	}
	return n;
}

static void an_answer_in_one_piece_is_a_row(void **unused)
{
	(void)unused;
	open_with("", "");
	assert_string_equal(rig_device(&rig)->kit, "probe");
	pass_until_asked(1);
	assert_memory_equal(question(0), ask_both, sizeof(ask_both));
	rig_pass_ms(&rig, 30);
	SAY(answer_both);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1);
	assert_true(kit_rig_value(&rig, "temp") == 30.5);
	assert_true(kit_rig_value(&rig, "humidity") == 54.6);
}

static void the_stamp_is_when_the_answer_began_less_the_latency(void **unused)
{
	int64_t began;

	(void)unused;
	open_with("", "");
	pass_until_asked(1);
	rig_pass_ms(&rig, 30);
	began = rig.clock.frozen_ns;
	rig_feed(&rig, answer_both, 4);
	rig_pass_ms(&rig, 20);
	rig_feed(&rig, answer_both + 4, sizeof(answer_both) - 4);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1);
	assert_int_equal(rig.rows[0].stamp_ns, began - 10 * NS_PER_MS);
}

static void an_answer_byte_by_byte_with_echo_and_noise_is_the_same_row(void **unused)
{
	uint8_t bytes[32] = {0xff, 0x00};
	size_t n = 2;
	int64_t began = 0;

	(void)unused;
	memcpy(bytes + n, ask_both, sizeof(ask_both));
	n += sizeof(ask_both);
	bytes[n++] = 0x00;
	open_with("", "");
	pass_until_asked(1);
	for (size_t i = 0; i < n + sizeof(answer_both); i++) {
		if (i == n)
			began = rig.clock.frozen_ns;
		rig_feed(&rig, i < n ? bytes + i : answer_both + i - n, 1);
		rig_pass_ms(&rig, 1);
	}
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1);
	assert_true(kit_rig_value(&rig, "temp") == 30.5);
	assert_int_equal(rig.rows[0].stamp_ns, began - 10 * NS_PER_MS);
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
	snprintf(text, sizeof(text), yaml, "", match);
	rig.port.usb_vendor = 0x1a86;
	rig.port.usb_product = 0x7523;
	rig.port.speed = 9600;
	kit_rig_open(&rig, kit_rig_read(text), false);
	pass_until_asked(1);
	rig_feed(&rig, "\x01\x04", 2);
	assert_int_equal(rig.n_devices, 1);
	for (size_t i = 0; i < sizeof(rest); i++) {
		rig_pass_ms(&rig, 2);
		rig_feed(&rig, rest + i, 1);
		assert_int_equal(questions(), 1);
	}
	assert_int_equal(rig_health(&rig).bad_frames, 0);
	asked = rig.n_sent;
	pass_until_asked(2);
	assert_memory_equal(rig.sent + asked, ask_both, sizeof(ask_both));
	SAY(answer_both);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1);
}

static void it_asks_once_a_period_and_makes_up_for_nothing(void **unused)
{
	int64_t first;

	(void)unused;
	open_with("", "");
	pass_until_asked(1);
	first = now_ms();
	SAY(answer_both);
	pass_until_asked(2);
	assert_in_range(now_ms() - first, 980, 1040);
	SAY(answer_both);
	rig.clock.frozen_ns += 10 * (int64_t)NS_PER_S; /* the board was busy with something else */
	rig_pass_ms(&rig, 20);
	assert_int_equal(questions(), 3);
	SAY(answer_both);
	rig_pass_ms(&rig, 900);
	assert_int_equal(questions(), 3);
	rig_pass_ms(&rig, 200);
	assert_int_equal(questions(), 4);
}

static void nobody_damage_and_refusal_are_told_apart(void **unused)
{
	uint8_t damaged[sizeof(answer_both)];

	(void)unused;
	open_with("", "");
	pass_until_asked(1);
	rig_pass_ms(&rig, 900);
	check_counts("timeout", 1, 0);

	pass_until_asked(2);
	memcpy(damaged, answer_both, sizeof(damaged));
	damaged[4] ^= 1;
	SAY(damaged);
	rig_pass_ms(&rig, 900);
	check_counts("checksum", 1, 1);

	pass_until_asked(3);
	SAY(refusal);
	check_counts("exception-2", 1, 2);

	pass_until_asked(4);
	SAY(answer_both);
	rig_pass_ms(&rig, 100);
	check_counts("", 1, 2);
	assert_int_equal(rig.n_rows, 1);
}

/* What came is a row or is counted as bad, each once. */
static void an_answer_that_comes_too_late_is_counted_once(void **unused)
{
	(void)unused;
	open_with("", "");
	pass_until_asked(1);
	rig_pass_ms(&rig, 700);
	check_counts("timeout", 1, 0);
	rig_feed(&rig, answer_both, 5);
	rig_pass_ms(&rig, 20);
	rig_feed(&rig, answer_both + 5, sizeof(answer_both) - 5);
	check_counts("timeout", 1, 1);

	pass_until_asked(2);
	SAY(answer_both);
	rig_pass_ms(&rig, 100);
	check_counts("", 1, 1);
	assert_int_equal(rig.n_rows, 1);
}

/* Of another slave's question, which was given up just before. */
static void a_late_answer_beside_the_next_ones_is_counted(void **unused)
{
	uint8_t both[sizeof(answer_1) + sizeof(answer_4)];

	(void)unused;
	memcpy(both, answer_1, sizeof(answer_1));
	memcpy(both + sizeof(answer_1), answer_4, sizeof(answer_4));
	open_with_two_slaves("");
	pass_until_asked(2);
	assert_int_equal(question(1)[0], 4);
	SAY(both);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rows_of(1), 1);
	assert_int_equal(rig_health(&rig).bad_frames, 1);
	assert_int_equal(rig_health(&rig).unanswered, 1);
}

static void two_refusals_in_a_round_are_two_bad_frames(void **unused)
{
	(void)unused;
	open_with("", energy);
	pass_until_asked(1);
	SAY(refusal);
	pass_until_asked(2);
	SAY(refusal);
	rig_pass_ms(&rig, 100);
	check_counts("exception-2", 0, 2);
}

/* Slave 4 is late since the board was busy: nothing of it was damaged. */
static void what_one_slave_refuses_casts_no_doubt_on_another(void **unused)
{
	(void)unused;
	open_with_two_slaves(energy);
	pass_until_asked(1);
	SAY(answer_1);
	pass_until_asked(2);
	SAY(answer_energy_1);
	pass_until_asked(3);
	SAY(answer_4);
	pass_until_asked(4);
	SAY(answer_energy_4);
	rig.clock.frozen_ns += 5 * (int64_t)NS_PER_S;
	pass_until_asked(5);
	SAY(refusal);
	pass_until_asked(6);
	SAY(refusal);
	pass_until_asked(7);
	assert_int_equal(question(6)[0], 4);
	SAY(answer_4);
	pass_until_asked(8);
	SAY(answer_energy_4);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rows_of(1), 2);
	assert_int_equal(rig_health(&rig).bad_frames, 2);
	for (size_t i = 0; i < rig.n_gaps; i++)
		assert_int_not_equal(rig.gaps[i].stream, rig_device(&rig)->streams[1].id);
}

/* An adapter that hears itself is nobody: the probe has no power. Damage behind the echo is damage. */
static void an_echo_alone_is_a_timeout(void **unused)
{
	(void)unused;
	open_with("", "");
	for (size_t i = 1; i <= 2; i++) {
		pass_until_asked(i);
		rig_feed(&rig, ask_both, 3);
		rig_feed(&rig, ask_both + 3, sizeof(ask_both) - 3);
		rig_pass_ms(&rig, 900);
		assert_string_equal(rig_health(&rig).trouble, "timeout");
	}
	pass_until_asked(3);
	SAY(ask_both);
	rig_feed(&rig, answer_both, 5);
	rig_pass_ms(&rig, 900);
	assert_string_equal(rig_health(&rig).trouble, "checksum");
}

static void a_late_answer_is_not_taken_for_the_next(void **unused)
{
	(void)unused;
	open_with("", "");
	pass_until_asked(1);
	rig_feed(&rig, answer_both, 5); /* breaks off */
	pass_until_asked(2);
	rig_feed(&rig, answer_both + 5, sizeof(answer_both) - 5);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 0);
	SAY(answer_both);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1);
}

static void a_hole_between_registers_is_not_read_across(void **unused)
{
	static const uint8_t ask_energy[] = {0x01, 0x04, 0x00, 0x09, 0x00, 0x02, 0xa1, 0xc9};

	(void)unused;
	open_with("", energy);
	pass_until_asked(1);
	SAY(answer_both);
	pass_until_asked(2);
	assert_memory_equal(question(1), ask_energy, sizeof(ask_energy));
	SAY(answer_energy_1);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1); /* one row of both answers */
	assert_true(kit_rig_value(&rig, "temp") == 30.5);
	assert_true(kit_rig_value(&rig, "energy") == 65536 + 42);
}

static void what_is_refused_is_absent_from_the_row(void **unused)
{
	(void)unused;
	open_with("", energy);
	pass_until_asked(1);
	SAY(answer_both);
	pass_until_asked(2);
	SAY(refusal);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1);
	assert_true(isnan(kit_rig_value(&rig, "energy")));
	assert_true(kit_rig_value(&rig, "humidity") == 54.6);
}

static void one_by_one_asks_for_each_register(void **unused)
{
	static const uint8_t ask_temp[] = {0x01, 0x04, 0x00, 0x01, 0x00, 0x01, 0x60, 0x0a};
	static const uint8_t answer_temp[] = {0x01, 0x04, 0x02, 0xff, 0x33, 0xb8, 0xd5};
	static const uint8_t ask_humidity[] = {0x01, 0x04, 0x00, 0x02, 0x00, 0x01, 0x90, 0x0a};
	static const uint8_t answer_humidity[] = {0x01, 0x04, 0x02, 0x02, 0x22, 0x38, 0x49};

	(void)unused;
	open_with(", one_by_one: yes", "");
	pass_until_asked(1);
	assert_memory_equal(question(0), ask_temp, sizeof(ask_temp));
	SAY(answer_temp);
	pass_until_asked(2);
	assert_memory_equal(question(1), ask_humidity, sizeof(ask_humidity));
	SAY(answer_humidity);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1);
	assert_true(kit_rig_value(&rig, "temp") == -20.5);
	assert_true(kit_rig_value(&rig, "humidity") == 54.6);
}

static void several_slaves_take_turns_and_a_dead_one_delays_nobody(void **unused)
{
	int64_t before_ns = 0;

	(void)unused;
	open_with_two_slaves("");
	assert_int_equal(rig_device(&rig)->n_streams, 2);
	assert_string_equal(rig_device(&rig)->streams[0].name, "slave1");
	assert_string_equal(rig_device(&rig)->streams[1].name, "slave4");
	assert_string_equal(rig_device(&rig)->streams[1].address, "4");
	play_slaves(5000); /* until it is given up */
	rig.n_rows = 0;
	assert_in_range(play_slaves(100000), 11, 14);
	assert_int_equal(rows_of(0), 0);
	assert_in_range(rows_of(1), 99, 101);
	for (size_t i = 0; i < rig.n_rows; i++) {
		if (i > 0)
			assert_in_range((rig.rows[i].stamp_ns - before_ns) / NS_PER_MS, 970, 1030);
		before_ns = rig.rows[i].stamp_ns;
	}
}

/* One of them is silent: it alone is told, as long as it lasts, beside the other's rows. */
static void a_dead_slave_is_told_beside_a_live_one(void **unused)
{
	struct feed_health health;

	(void)unused;
	open_with_two_slaves("");
	for (size_t seen = 0, i = 0; i < 1000; i++) {
		rig_pass_ms(&rig, 10);
		if (questions() > seen && question(questions() - 1)[0] == 4)
			SAY(answer_4);
		seen = questions();
	}
	health = rig_health(&rig);
	assert_int_equal(health.state, DEVICE_READY);
	assert_string_equal(health.stream_trouble[0], "timeout");
	assert_string_equal(health.stream_trouble[1], "");
	assert_string_equal(health.trouble, ""); /* it is not the device's */
	for (size_t seen = questions(), i = 0; i < 1000; i++) {
		rig_pass_ms(&rig, 10);
		if (questions() > seen && question(questions() - 1)[0] == 1)
			SAY(answer_1);
		seen = questions();
	}
	health = rig_health(&rig);
	assert_string_equal(health.stream_trouble[0], "");
	assert_string_equal(health.stream_trouble[1], "timeout");
	rig_pass_ms(&rig, 10000);
	assert_string_equal(rig_health(&rig).trouble, "timeout"); /* now both are silent */
}

/* The rows of the block that answers do not hide the one that is refused. */
static void a_refused_block_is_told_beside_the_others_rows(void **unused)
{
	(void)unused;
	open_with("", energy);
	pass_until_asked(1);
	SAY(answer_both);
	pass_until_asked(2);
	SAY(refusal);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1);
	assert_string_equal(rig_health(&rig).trouble, "exception-2");
}

/* Nothing is wrong with the speed of a probe that says no. */
static void refusals_alone_are_understood(void **unused)
{
	struct feed_health health;

	(void)unused;
	open_with("", "");
	for (size_t seen = 0, i = 0; i < 3000; i++) {
		rig_pass_ms(&rig, 10);
		if (questions() > seen)
			SAY(refusal);
		seen = questions();
	}
	health = rig_health(&rig);
	assert_true(health.bytes > 100);
	assert_int_equal(health.state, DEVICE_SILENT);
	assert_string_equal(health.trouble, "exception-2");
}

/* 16 make a row; one more would be asked for and never be seen. */
static void more_channels_than_a_row_takes_are_refused_for_several_slaves(void **unused)
{
	static char channels[4096];
	size_t n = 0;

	(void)unused;
	for (unsigned i = 2; i < STREAM_CHANNELS; i++)
		n += (size_t)snprintf(channels + n, sizeof(channels) - n,
			"  - {id: c%u, name: {zh: 甲, en: C}, quantity: number, unit: \"1\", "
			"range: [0, 1], resolution: 1, from: input %u u16}\n",
			i, i + 1);
	open_with_two_slaves(channels);
	assert_int_equal(rig_device(&rig)->streams[1].n_channels, STREAM_CHANNELS);
	kit_rig_close(&rig);
	snprintf(channels + n, sizeof(channels) - n, "%s",
		"  - {id: last, name: {zh: 乙, en: L}, quantity: number, unit: \"1\", "
		"range: [0, 1], resolution: 1, from: input 99 u16}\n");
	open_with_two_slaves(channels);
	rig_pass_ms(&rig, 3000);
	assert_int_equal(rig.n_devices, 0);
	assert_int_equal(rig.n_sent, 0);
	assert_string_equal(rig_health(&rig).trouble, "too-many-channels");
}

/* A row comes for each round then, and none of the rates is the stream's. */
static void several_rates_of_several_slaves_are_no_period(void **unused)
{
	(void)unused;
	open_with_two_slaves("");
	assert_int_equal(rig_device(&rig)->streams[0].period_ns, NS_PER_S);
	kit_rig_close(&rig);
	open_with_two_slaves("  - {id: slow, name: {zh: 慢, en: S}, quantity: number, unit: \"1\", "
			     "range: [0, 1], resolution: 1, rate: 0.1 Hz, from: input 9 u16}\n"
			     "model: P-1\n");
	assert_int_equal(rig_device(&rig)->streams[0].period_ns, 0);
	assert_string_equal(rig_device(&rig)->model, "P-1"); /* as printed on it */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_answer_in_one_piece_is_a_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_stamp_is_when_the_answer_began_less_the_latency, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_answer_byte_by_byte_with_echo_and_noise_is_the_same_row, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			who_claimed_by_an_answer_is_heard_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			it_asks_once_a_period_and_makes_up_for_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			nobody_damage_and_refusal_are_told_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_answer_that_comes_too_late_is_counted_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_late_answer_beside_the_next_ones_is_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			two_refusals_in_a_round_are_two_bad_frames, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_one_slave_refuses_casts_no_doubt_on_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_echo_alone_is_a_timeout, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_late_answer_is_not_taken_for_the_next, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_hole_between_registers_is_not_read_across, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_refused_is_absent_from_the_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_by_one_asks_for_each_register, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			several_slaves_take_turns_and_a_dead_one_delays_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_dead_slave_is_told_beside_a_live_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_refused_block_is_told_beside_the_others_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refusals_alone_are_understood, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			more_channels_than_a_row_takes_are_refused_for_several_slaves, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			several_rates_of_several_slaves_are_no_period, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			registers_and_keys_that_make_no_sense_are_told, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
