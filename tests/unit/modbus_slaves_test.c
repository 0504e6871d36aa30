/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `modbus` on a pair of wires with several slaves: each is a stream of its own, whatever the
 * others do. Whose turn it is: modbus_turns_test.c. */
#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/modbus_bench.h"

/* Slave 4 answers 10 ms after each question, slave 1 is dead. How often that was asked. */
static size_t play_slaves(int64_t ms)
{
	size_t n = 0;

	for (int64_t until = modbus_bench_now_ms() + ms; modbus_bench_now_ms() < until;) {
		size_t seen = modbus_bench_questions();

		rig_pass_ms(&modbus_rig, 10);
		if (modbus_bench_questions() == seen)
			continue;
		if (modbus_bench_question(modbus_bench_questions() - 1)[0] == 4)
			MODBUS_SAY(MODBUS_ANSWER_4);
		else
			n++;
	}
	return n;
}

static size_t rows_of(unsigned stream)
{
	size_t n = 0;

	for (size_t i = 0; i < modbus_rig.n_rows; i++) {
		assert_true(modbus_rig.rows[i].values[0] == 30.5);
		n += modbus_rig.rows[i].stream == rig_device(&modbus_rig)->streams[stream].id;
	}
	return n;
}

/* Of another slave's question, which was given up just before. */
static void a_late_answer_beside_the_next_ones_is_counted(void **unused)
{
	uint8_t both[sizeof(MODBUS_ANSWER) + sizeof(MODBUS_ANSWER_4)];

	(void)unused;
	memcpy(both, MODBUS_ANSWER, sizeof(MODBUS_ANSWER));
	memcpy(both + sizeof(MODBUS_ANSWER), MODBUS_ANSWER_4, sizeof(MODBUS_ANSWER_4));
	modbus_bench_open_two("");
	modbus_bench_pass_until_asked(2);
	assert_int_equal(modbus_bench_question(1)[0], 4);
	MODBUS_SAY(both);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(rows_of(1), 1);
	assert_int_equal(rig_health(&modbus_rig).bad_frames, 1);
	assert_int_equal(rig_health(&modbus_rig).unanswered, 1);
}

/* Slave 4 is late since the board was busy: nothing of it was damaged. */
static void what_one_slave_refuses_casts_no_doubt_on_another(void **unused)
{
	(void)unused;
	modbus_bench_open_two(MODBUS_ENERGY);
	modbus_bench_pass_until_asked(1);
	MODBUS_SAY(MODBUS_ANSWER);
	modbus_bench_pass_until_asked(2);
	MODBUS_SAY(MODBUS_ANSWER_ENERGY);
	modbus_bench_pass_until_asked(3);
	MODBUS_SAY(MODBUS_ANSWER_4);
	modbus_bench_pass_until_asked(4);
	MODBUS_SAY(MODBUS_ANSWER_ENERGY_4);
	modbus_rig.clock.frozen_ns += 5 * (int64_t)NS_PER_S;
	modbus_bench_pass_until_asked(5);
	MODBUS_SAY(MODBUS_REFUSAL);
	modbus_bench_pass_until_asked(6);
	MODBUS_SAY(MODBUS_REFUSAL);
	modbus_bench_pass_until_asked(7);
	assert_int_equal(modbus_bench_question(6)[0], 4);
	MODBUS_SAY(MODBUS_ANSWER_4);
	modbus_bench_pass_until_asked(8);
	MODBUS_SAY(MODBUS_ANSWER_ENERGY_4);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(rows_of(1), 2);
	assert_int_equal(rig_health(&modbus_rig).bad_frames, 2);
	for (size_t i = 0; i < modbus_rig.n_gaps; i++)
		assert_int_not_equal(
			modbus_rig.gaps[i].stream, rig_device(&modbus_rig)->streams[1].id);
}

static void several_slaves_take_turns_and_a_dead_one_delays_nobody(void **unused)
{
	int64_t before_ns = 0;

	(void)unused;
	modbus_bench_open_two("");
	assert_int_equal(rig_device(&modbus_rig)->n_streams, 2);
	assert_string_equal(rig_device(&modbus_rig)->streams[0].name, "slave1");
	assert_string_equal(rig_device(&modbus_rig)->streams[1].name, "slave4");
	assert_string_equal(rig_device(&modbus_rig)->streams[1].address, "4");
	play_slaves(5000); /* until it is given up */
	modbus_rig.n_rows = 0;
	assert_in_range(play_slaves(100000), 11, 14);
	assert_int_equal(rows_of(0), 0);
	assert_in_range(rows_of(1), 99, 101);
	for (size_t i = 0; i < modbus_rig.n_rows; i++) {
		if (i > 0)
			assert_in_range(
				(modbus_rig.rows[i].stamp_ns - before_ns) / NS_PER_MS, 970, 1030);
		before_ns = modbus_rig.rows[i].stamp_ns;
	}
}

/* One of them is silent: it alone is told, as long as it lasts, beside the other's rows. */
static void a_dead_slave_is_told_beside_a_live_one(void **unused)
{
	struct feed_health health;

	(void)unused;
	modbus_bench_open_two("");
	for (size_t seen = 0, i = 0; i < 1000; i++) {
		rig_pass_ms(&modbus_rig, 10);
		if (modbus_bench_questions() > seen &&
			modbus_bench_question(modbus_bench_questions() - 1)[0] == 4)
			MODBUS_SAY(MODBUS_ANSWER_4);
		seen = modbus_bench_questions();
	}
	health = rig_health(&modbus_rig);
	assert_int_equal(health.state, DEVICE_READY);
	assert_string_equal(health.stream_trouble[0], "timeout");
	assert_string_equal(health.stream_trouble[1], "");
	assert_string_equal(health.trouble, ""); /* it is not the device's */
	for (size_t seen = modbus_bench_questions(), i = 0; i < 1000; i++) {
		rig_pass_ms(&modbus_rig, 10);
		if (modbus_bench_questions() > seen &&
			modbus_bench_question(modbus_bench_questions() - 1)[0] == 1)
			MODBUS_SAY(MODBUS_ANSWER);
		seen = modbus_bench_questions();
	}
	health = rig_health(&modbus_rig);
	assert_string_equal(health.stream_trouble[0], "");
	assert_string_equal(health.stream_trouble[1], "timeout");
	rig_pass_ms(&modbus_rig, 10000);
	assert_string_equal(rig_health(&modbus_rig).trouble, "timeout"); /* now both are silent */
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
	modbus_bench_open_two(channels);
	assert_int_equal(rig_device(&modbus_rig)->streams[1].n_channels, STREAM_CHANNELS);
	kit_rig_close(&modbus_rig);
	snprintf(channels + n, sizeof(channels) - n, "%s",
		"  - {id: last, name: {zh: 乙, en: L}, quantity: number, unit: \"1\", "
		"range: [0, 1], resolution: 1, from: input 99 u16}\n");
	modbus_bench_open_two(channels);
	rig_pass_ms(&modbus_rig, 3000);
	assert_int_equal(modbus_rig.n_devices, 0);
	assert_int_equal(modbus_rig.n_sent, 0);
	assert_string_equal(rig_health(&modbus_rig).trouble, "too-many-channels");
}

/* A row comes for each round then, and none of the rates is the stream's. */
static void several_rates_of_several_slaves_are_no_period(void **unused)
{
	(void)unused;
	modbus_bench_open_two("");
	assert_int_equal(rig_device(&modbus_rig)->streams[0].period_ns, NS_PER_S);
	kit_rig_close(&modbus_rig);
	modbus_bench_open_two(
		"  - {id: slow, name: {zh: 慢, en: S}, quantity: number, unit: \"1\", "
		"range: [0, 1], resolution: 1, rate: 0.1 Hz, from: input 9 u16}\n"
		"model: P-1\n");
	assert_int_equal(rig_device(&modbus_rig)->streams[0].period_ns, 0);
	assert_string_equal(rig_device(&modbus_rig)->model, "P-1"); /* as printed on it */
}

#define MODBUS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, modbus_bench_begin, modbus_bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODBUS_TEST(a_late_answer_beside_the_next_ones_is_counted),
		MODBUS_TEST(what_one_slave_refuses_casts_no_doubt_on_another),
		MODBUS_TEST(several_slaves_take_turns_and_a_dead_one_delays_nobody),
		MODBUS_TEST(a_dead_slave_is_told_beside_a_live_one),
		MODBUS_TEST(more_channels_than_a_row_takes_are_refused_for_several_slaves),
		MODBUS_TEST(several_rates_of_several_slaves_are_no_period),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
