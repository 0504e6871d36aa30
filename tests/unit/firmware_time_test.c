/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Questions for the time, as the firmware's core answers them: what it says is a bound. */
#include "support/cmocka_all.h"
#include "support/core_bench.h"

static void ask_the_time(uint32_t nonce)
{
	uint8_t payload[LINK_PAYLOAD_MAX];

	core_bench_say(LINK_PING, LINK_NO_STREAM, payload, link_write_ping(nonce, payload));
}

static void clock_question_is_stamped_at_the_line(void **state)
{
	struct link_pong pong;

	(void)state;
	core_bench_power_on(1000000);
	core_bench.backlog_us = 2500;
	ask_the_time(99);
	for (unsigned us = 0; us < 2047 && core_bench_count(LINK_PONG) == 0; us++)
		core_bench_pass(1, 1);
	assert_true(link_read_pong(&core_bench_last(LINK_PONG)->frame, &pong));
	assert_int_equal(pong.nonce, 99);
	assert_int_equal(pong.t_rx, 1000000 - 40);
	assert_int_equal(pong.t_tx, core_bench.now_us + 2500);
}

static void time_of_one_more_answer(
	uint32_t making_us, uint32_t *ret_said_us, uint32_t *ret_left_us)
{
	struct link_pong pong;

	core_bench.making_us = making_us;
	ask_the_time(7);
	core_bench_pass(2048, 1);
	assert_true(link_read_pong(&core_bench_last(LINK_PONG)->frame, &pong));
	*ret_said_us = pong.t_tx;
	*ret_left_us = core_bench_last(LINK_PONG)->at_us;
}

/* One that was held up says nothing of the next: what is said is a bound. */
static void no_answer_leaves_before_it_says(void **state)
{
	static const uint32_t makings_us[] = {150, 900, 150, 151, 150, 4000, 200, 150};
	uint32_t said_us, left_us;

	(void)state;
	core_bench_power_on(0xFFFFF000);
	for (size_t i = 0; i < sizeof(makings_us) / sizeof(makings_us[0]); i++) {
		time_of_one_more_answer(makings_us[i], &said_us, &left_us);
		assert_in_range(left_us - said_us, 0, makings_us[i]);
		if (i > 0) /* and no wider than it must be */
			assert_int_equal(left_us - said_us, makings_us[i] - 150);
	}
	for (unsigned i = 0; i < 20; i++) {
		core_bench.making_us = i % 3 == 1 ? 700 : 90;
		core_bench_pass(1000000, 50);
		assert_in_range(
			core_bench_last(LINK_STAT)->at_us - core_bench_last(LINK_STAT)->frame.t_us,
			0, core_bench.making_us);
	}
}

/* A line that is full takes nothing: the questions wait, and so do the answers. */
static void answers_to_questions_in_a_row_wait_for_room(void **state)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	size_t size = 0;

	(void)state;
	core_bench_power_on(0);
	core_bench.room = BOARD_ROOM - 1;
	for (uint32_t nonce = 1; nonce <= 4; nonce++) {
		uint8_t n = link_write_ping(nonce, payload);
		struct link_frame frame = {
			LINK_PING, ++core_bench.seq, LINK_NO_STREAM, 0, payload, n};

		size += link_encode(&frame, core_bench.input + size);
	}
	core_bench.input_size = size;
	core_bench_pass(5000, 50);
	assert_int_equal(core_bench_count(LINK_PONG), 0);
	core_bench.room = BOARD_ROOM;
	core_bench_turn(1);
	core_bench.room = BOARD_ROOM - 1; /* one is owed, and the next question is there */
	core_bench_pass(5000, 50);
	assert_int_equal(core_bench_count(LINK_PONG), 0);
	core_bench.room = BOARD_ROOM;
	core_bench_pass(5000, 50);
	assert_int_equal(core_bench_count(LINK_PONG), 4);
}

/* The delay of an answer may not beat with frames of a millisecond: each phase of one as often. */
static void the_time_is_told_at_any_phase(void **state)
{
	unsigned phases[10] = {0}, late[10] = {0};
	uint32_t due_us;

	(void)state;
	core_bench_power_on(0);
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t asked_us = core_bench.now_us;

		core_bench_forget();
		ask_the_time(i + 1);
		core_bench_pass(2050, 50);
		assert_in_range(core_bench_last(LINK_PONG)->at_us - asked_us, 0, 2050);
		phases[(core_bench_last(LINK_PONG)->at_us - asked_us) % 1000 / 100]++;
	}
	for (unsigned i = 0; i < 10; i++)
		assert_in_range(phases[i], 60, 140);

	core_bench_power_on(0);
	ask_the_time(1);
	for (due_us = CORE_STAT_US; due_us < 1000 * CORE_STAT_US; due_us += CORE_STAT_US) {
		core_bench.now_us = due_us;
		core_bench_forget();
		core_bench_pass(CORE_STAT_LATE_US + 30, 50);
		assert_int_equal(
			core_bench_last(LINK_STAT)->frame.t_us, core_bench_last(LINK_STAT)->at_us);
		late[(core_bench_last(LINK_STAT)->at_us - due_us) / 1050]++;
	}
	for (unsigned i = 0; i < 9; i++)
		assert_in_range(late[i], 60, 140);
}

static void a_question_before_the_answer_to_another_loses_neither(void **state)
{
	struct link_pong pong;

	(void)state;
	core_bench_power_on(0);
	for (uint32_t nonce = 1; nonce <= 50; nonce++)
		ask_the_time(nonce);
	core_bench_pass(2050, 50);
	assert_int_equal(core_bench_count(LINK_PONG), 50);
	assert_true(link_read_pong(&core_bench_last(LINK_PONG)->frame, &pong));
	assert_int_equal(pong.nonce, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_question_is_stamped_at_the_line),
		cmocka_unit_test(no_answer_leaves_before_it_says),
		cmocka_unit_test(answers_to_questions_in_a_row_wait_for_room),
		cmocka_unit_test(the_time_is_told_at_any_phase),
		cmocka_unit_test(a_question_before_the_answer_to_another_loses_neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
