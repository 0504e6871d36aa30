/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Samples by the firmware's core: when each is taken, and that a lost one is seen in the index. */
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/core_bench.h"

/* Hours of samples, the super-loop late by up to 1.4 ms each time, over two wraps of the clock. */
static void schedule_has_no_drift_in_hours(void **state)
{
	const uint32_t period_us = 100000, start_us = 0xFFF00000;
	struct link_data data;
	uint32_t next = 0;

	(void)state;
	core_bench_power_on(start_us);
	core_bench_set(0, true, period_us);
	for (uint32_t n = 0; n < 90000; n++) {
		core_bench.now_us = start_us + 2000 + n * period_us + n * 37 % 1400;
		core_bench_turn(2);
		for (size_t i = 0; i < core_bench.n_heard; i++) {
			const struct link_frame *frame = &core_bench.heard[i].frame;

			if (!link_read_data(frame, &data))
				continue;
			assert_int_equal(data.index, next);
			assert_int_equal(frame->t_us, start_us + 2000 + next * period_us);
			assert_int_equal(data.size, 4);
			next++;
		}
		if (core_bench.n_heard > 250)
			core_bench_forget();
		else if (core_bench.n_heard > 0)
			memset(core_bench.heard, 0,
				core_bench.n_heard * sizeof(core_bench.heard[0]));
	}
	assert_int_equal(next, 90000);
}

static void timed_samples_survive_a_late_loop(void **state)
{
	struct link_data data;
	uint32_t next = 0;

	(void)state;
	core_bench_power_on(0xFFFFF000);
	core_bench_set(1, true, 1000);
	assert_int_equal(core_bench.starts, 1);
	for (unsigned i = 0; i < 40; i++)
		core_bench_pass(50000, i % 4 == 3 ? 50000 : 700);
	core_bench_pass(100000, 1000);
	for (size_t i = 0; i < core_bench.n_heard; i++) {
		const struct link_frame *frame = &core_bench.heard[i].frame;

		if (frame->type != LINK_DATA)
			continue;
		assert_true(link_read_data(frame, &data));
		assert_int_equal(data.index, next);
		assert_int_equal(frame->t_us, core_bench.timed_first_us + next * 1000);
		for (uint8_t at = 0; at < data.size; at = (uint8_t)(at + 4))
			assert_int_equal(link_read_raw(data.samples + at, 4), next++);
	}
	assert_in_range(next, 2050, 2100);
	assert_int_equal(core_bench_stat().lost_samples, 0);
}

static void frames_wait_for_more_samples_20_ms_at_most(void **state)
{
	struct link_data data;

	(void)state;
	core_bench_power_on(0);
	core_bench_set(1, true, 1000);
	core_bench_pass(1000000, 100);
	assert_in_range(core_bench_count(LINK_DATA), 48, 51);
	for (size_t i = 0; i < core_bench.n_heard; i++) {
		const struct core_heard *heard = &core_bench.heard[i];

		if (heard->frame.type != LINK_DATA)
			continue;
		link_read_data(&heard->frame, &data);
		assert_int_equal(data.size, 20 * 4);
		assert_in_range(heard->at_us - heard->frame.t_us, 19000, 20100);
	}
}

static void a_late_loop_loses_samples_and_says_so(void **state)
{
	struct link_data data;
	uint32_t last = 0, missing = 0;

	(void)state;
	core_bench_power_on(0);
	core_bench_set(0, true, 1000);
	core_bench_pass(50000, 500);
	core_bench.now_us += 7300; /* something else took so long */
	core_bench_pass(50000, 500);
	for (size_t i = 0; i < core_bench.n_heard; i++) {
		if (!link_read_data(&core_bench.heard[i].frame, &data))
			continue;
		assert_int_equal(core_bench.heard[i].frame.t_us % 1000, 2000 % 1000);
		missing += data.index - last;
		last = data.index + data.size / 4;
	}
	assert_in_range(missing, 6, 7);
	assert_int_equal(core_bench_stat().lost_samples, missing);
}

static void a_source_that_lost_samples_makes_the_index_jump(void **state)
{
	struct link_data data;
	uint32_t next = 0, jumped = 0;

	(void)state;
	core_bench_power_on(0);
	core_bench_set(1, true, 1000);
	core_bench_pass(30000, 500);
	core_bench.timed_lost = 5;
	core_bench_pass(30000, 500);
	for (size_t i = 0; i < core_bench.n_heard; i++) {
		if (!link_read_data(&core_bench.heard[i].frame, &data))
			continue;
		jumped += data.index - next;
		next = data.index + data.size / 4;
		/* No frame has a hole inside: its values count up. */
		for (uint8_t k = 0; k < data.size / 4; k++)
			assert_int_equal(link_read_raw(data.samples + 4 * k, 4), data.index + k);
	}
	assert_int_equal(jumped, 5);
	assert_int_equal(core_bench_stat().lost_samples, 5);
}

static void a_blocked_line_delays_frames_and_loses_none_that_are_kept(void **state)
{
	struct link_data data;
	uint32_t next = 0;

	(void)state;
	core_bench_power_on(0);
	core_bench_set(1, true, 1000);
	core_bench_pass(100000, 500);
	core_bench.room = BOARD_ROOM - 1;
	core_bench_pass(300000, 500);
	core_bench.room = SIZE_MAX;
	core_bench_pass(100000, 500);
	for (size_t i = 0; i < core_bench.n_heard; i++) {
		if (!link_read_data(&core_bench.heard[i].frame, &data))
			continue;
		assert_int_equal(data.index, next);
		next += data.size / 4;
	}
	assert_in_range(next, 470, 500);
	assert_int_equal(core_bench_stat().lost_samples, 0);
}

static void a_slow_sensor_is_stamped_when_it_was_asked(void **state)
{
	struct link_data data;

	(void)state;
	core_bench_power_on(0);
	core_bench.is_busy = true;
	core_bench_set(0, true, 100000);
	core_bench_pass(80000, 500);
	core_bench.is_busy = false;
	core_bench_pass(10000, 500);
	assert_true(link_read_data(&core_bench_last(LINK_DATA)->frame, &data));
	assert_int_equal(data.index, 0);
	assert_int_equal(core_bench_last(LINK_DATA)->frame.t_us, 2000);
	assert_true(core_bench_last(LINK_DATA)->at_us >= 80000);

	core_bench.is_busy = true;
	core_bench_pass(260000, 500); /* two instants come and go: those samples are lost */
	core_bench.is_busy = false;
	core_bench_pass(40000, 500);
	assert_true(link_read_data(&core_bench_last(LINK_DATA)->frame, &data));
	assert_int_equal(data.index, 3);
	assert_int_equal(core_bench_stat().lost_samples, 2);
}

static void a_self_paced_sample_keeps_its_own_instant(void **state)
{
	struct link_data data;

	(void)state;
	core_bench_power_on(0);
	core_bench_set(2, true, 0);
	for (uint32_t i = 0; i < 5; i++) {
		core_bench_pass(97000, 500);
		core_bench.self_us = core_bench.now_us - 123;
		core_bench.has_self_sample = true;
		core_bench_pass(1000, 500);
		assert_true(link_read_data(&core_bench_last(LINK_DATA)->frame, &data));
		assert_int_equal(data.index, i);
		assert_int_equal(core_bench_last(LINK_DATA)->frame.t_us, core_bench.self_us);
	}
	assert_int_equal(core_bench_count(LINK_DATA), 5);
}

static void a_self_paced_sample_that_was_missed_makes_the_index_jump(void **state)
{
	struct link_data data;

	(void)state;
	core_bench_power_on(0);
	core_bench_set(2, true, 0);
	core_bench.has_self_sample = true;
	core_bench_pass(1000, 500);
	core_bench.self_lost = 3;
	core_bench.has_self_sample = true;
	core_bench_pass(3000, 500);
	assert_true(link_read_data(&core_bench_last(LINK_DATA)->frame, &data));
	assert_int_equal(data.index, 4);
	assert_int_equal(core_bench_stat().lost_samples, 3);
}

static void values_that_do_not_fit_are_cut_and_missing_ones_marked(void **state)
{
	struct link_data data;

	(void)state;
	core_bench_power_on(0);
	core_bench.is_present = false;
	core_bench_set(0, true, 100000);
	core_bench_pass(10000, 500);
	assert_true(link_read_data(&core_bench_last(LINK_DATA)->frame, &data));
	assert_int_equal(link_read_raw(data.samples, 2), LINK_MISSING_2);
	assert_int_equal(link_read_raw(data.samples + 2, 2), INT16_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schedule_has_no_drift_in_hours),
		cmocka_unit_test(timed_samples_survive_a_late_loop),
		cmocka_unit_test(frames_wait_for_more_samples_20_ms_at_most),
		cmocka_unit_test(a_late_loop_loses_samples_and_says_so),
		cmocka_unit_test(a_source_that_lost_samples_makes_the_index_jump),
		cmocka_unit_test(a_blocked_line_delays_frames_and_loses_none_that_are_kept),
		cmocka_unit_test(a_slow_sensor_is_stamped_when_it_was_asked),
		cmocka_unit_test(a_self_paced_sample_keeps_its_own_instant),
		cmocka_unit_test(a_self_paced_sample_that_was_missed_makes_the_index_jump),
		cmocka_unit_test(values_that_do_not_fit_are_cut_and_missing_ones_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
