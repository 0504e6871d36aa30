/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The firmware's core as a host meets it: it says what it is, obeys, blinks, and says what went wrong. */
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/core_bench.h"

static void announces_itself_until_a_host_speaks(void **state)
{
	struct link_hello hello;

	(void)state;
	core_bench_power_on(0xFFFFFF00);
	core_bench_pass(2000000, 1000);
	assert_in_range(core_bench_count(LINK_HELLO), 10, 11);
	assert_int_equal(core_bench_count(LINK_STAT), 0);
	assert_true(link_read_hello(&core_bench_last(LINK_HELLO)->frame, &hello));
	assert_int_equal(hello.streams, 3);
	assert_memory_equal(hello.uid, core_bench.board.uid, 8);

	core_bench_say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	core_bench_forget();
	core_bench_pass(3000000 + CORE_STAT_LATE_US, 1000);
	assert_int_equal(core_bench_count(LINK_HELLO), 0);
	assert_int_equal(core_bench_count(LINK_STAT), 3);
}

static void break_table(unsigned mistake, struct link_channel *channel)
{
	static const char longest[] = "a_name_of_more_than_thirty_one_bytes";
	struct source *source = &core_bench.sources[1];

	*channel = source->channels[0];
	source->channels = channel;
	switch (mistake) {
	case 0:
		core_bench.board.n_sources = 0;
		break;
	case 1:
		core_bench.board.n_sources = CORE_STREAMS + 1;
		break;
	case 2:
		core_bench.board.model = "";
		break;
	case 3:
		source->read = NULL;
		break;
	case 4:
		source->n_channels = 0;
		break;
	case 5:
		source->n_channels = SOURCE_CHANNELS + 1;
		break;
	case 6:
		source->period_min_us = 0;
		break;
	case 7:
		source->period_us = source->period_min_us - 1;
		break;
	case 8:
		source->period_us = source->period_max_us + 1;
		break;
	case 9:
		source->period_max_us = 0x80000000; /* half the clock's turn: before or after? */
		break;
	case 10:
		channel->width = 3;
		break;
	case 11:
		channel->mantissa = 0;
		break;
	case 12:
		channel->max = channel->min - 1;
		break;
	case 13:
		channel->name = (struct link_text){longest, sizeof(longest)};
		break;
	}
}

static void a_mistake_in_the_table_is_blinked_and_never_announced(void **state)
{
	struct link_channel channel;

	(void)state;
	for (unsigned mistake = 0; mistake <= 14; mistake++) {
		core_bench_plug_in(0);
		break_table(mistake, &channel);
		core_init(&core_bench.core, &core_bench.board);
		for (unsigned n = 0; n < 10000 && core_bench.now_us < 1000000; n++) {
			core_bench.now_us += core_idle_us(&core_bench.core) + 1;
			core_bench_turn(1);
		}
		assert_true(core_bench.now_us >= 1000000); /* it may sleep */
		if (mistake == 14) {                       /* none: the same table as it was */
			assert_true(core_bench.n_heard > 0);
			assert_int_equal(core_bench.lights, 0);
		} else {
			assert_int_equal(core_bench.n_heard, 0);
			assert_in_range(core_bench.lights, 12, 13);
		}
	}
}

static void is_not_fooled_by_its_own_echo(void **state)
{
	static const uint8_t types[] = {
		LINK_HELLO, LINK_DESC, LINK_DATA, LINK_PONG, LINK_ACK, LINK_ERR, LINK_STAT};
	uint8_t payload[20] = {1};

	(void)state;
	core_bench_power_on(0);
	core_bench_turn(1);
	for (size_t i = 0; i < sizeof(types); i++)
		core_bench_say(types[i], 0, payload, sizeof(payload));
	assert_int_equal(core_bench.n_heard, 1);
	core_bench_pass(200000, 1000);
	assert_int_equal(core_bench_count(LINK_HELLO), 2);
}

static void describes_itself_also_while_streaming(void **state)
{
	struct link_stream stream;
	struct link_channel channel;
	unsigned heads = 0, channels = 0;

	(void)state;
	core_bench_power_on(5000);
	core_bench_set(1, true, 1000);
	core_bench_pass(500000, 1000);
	core_bench_forget();
	core_bench_say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	core_bench_pass(100000, 1000);
	assert_int_equal(core_bench_count(LINK_HELLO), 1);
	for (size_t i = 0; i < core_bench.n_heard; i++) {
		const struct link_frame *frame = &core_bench.heard[i].frame;

		if (link_read_stream(frame, &stream)) {
			assert_int_equal(frame->stream, heads++);
			assert_int_equal(
				stream.channels, core_bench.sources[frame->stream].n_channels);
			assert_int_equal(!!(stream.flags & LINK_STREAM_ON), frame->stream == 1);
			assert_int_equal(
				!!(stream.flags & LINK_STREAM_SELF_PACED), frame->stream == 2);
			channels = 0;
		} else if (link_read_channel(frame, &channel)) {
			assert_int_equal(frame->stream + 1, heads);
			assert_int_equal(channel.part, ++channels);
		}
	}
	assert_int_equal(heads, 3);
	assert_int_equal(core_bench_count(LINK_DESC), 3 + 4);
	assert_in_range(core_bench_count(LINK_DATA), 4, 6);
}

static void a_sensor_that_comes_or_goes_is_told_unasked(void **state)
{
	struct link_stream stream;

	(void)state;
	core_bench_power_on(0);
	core_bench_say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	core_bench_pass(100000, 1000);
	core_bench_forget();
	core_bench_pass(100000, 1000);
	assert_int_equal(core_bench_count(LINK_DESC), 0);
	core_bench.is_present = false;
	core_bench_pass(100000, 1000);
	assert_int_equal(core_bench_count(LINK_DESC), 1);
	assert_true(link_read_stream(&core_bench_last(LINK_DESC)->frame, &stream));
	assert_int_equal(core_bench_last(LINK_DESC)->frame.stream, 0);
	assert_int_equal(stream.flags & LINK_STREAM_PRESENT, 0);
	core_bench.is_present = true;
	core_bench_pass(100000, 1000);
	assert_int_equal(core_bench_count(LINK_DESC), 2);
}

static void a_set_hides_no_sensor_that_went_just_before_it(void **state)
{
	struct link_stream stream;

	(void)state;
	core_bench_power_on(0);
	core_bench_say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	core_bench_pass(100000, 1000);
	core_bench_forget();
	core_bench.is_present = false;
	core_bench_set(0, true, 100000);
	core_bench_pass(10000, 1000);
	assert_int_equal(core_bench_count(LINK_DESC), 1);
	assert_true(link_read_stream(&core_bench_last(LINK_DESC)->frame, &stream));
	assert_int_equal(stream.flags, LINK_STREAM_ON);
}

static void set_is_checked_and_repeating_it_changes_nothing(void **state)
{
	struct link_reply reply;
	struct link_data data;

	(void)state;
	core_bench_power_on(0);
	assert_int_equal(core_bench_set(3, true, 0).code, LINK_NO_SUCH_STREAM);
	assert_int_equal(core_bench_set(1, true, 499).code, LINK_BAD_PERIOD);
	assert_int_equal(core_bench_set(1, true, 10000001).code, LINK_BAD_PERIOD);
	core_bench_say(LINK_SET, 1, NULL, 0);
	assert_true(link_read_reply(&core_bench_last(LINK_ERR)->frame, &reply));
	assert_int_equal(reply.code, LINK_MALFORMED);
	assert_int_equal(core_bench.starts, 0);

	assert_int_equal(core_bench_set(1, true, 0).value, 1000);
	core_bench_pass(500000, 1000);
	assert_int_equal(core_bench_set(1, true, 1000).value, 1000);
	assert_int_equal(core_bench.starts, 1);
	core_bench_pass(100000, 1000);
	assert_true(link_read_data(&core_bench_last(LINK_DATA)->frame, &data));
	assert_true(data.index > 400);

	assert_int_equal(
		core_bench_set(1, true, 2000).value, 2000); /* what was gathered leaves before it */
	assert_int_equal(core_bench.heard[core_bench.n_heard - 2].frame.type, LINK_DATA);
	core_bench_pass(100000, 1000);
	assert_true(link_read_data(&core_bench_last(LINK_DATA)->frame, &data));
	assert_true(data.index < 60);

	core_bench_set(1, false, 0);
	core_bench_forget();
	core_bench_pass(100000, 1000);
	assert_int_equal(core_bench_count(LINK_DATA), 0);
}

static void what_was_due_before_a_set_is_sent_before_its_answer(void **state)
{
	struct link_data data;

	(void)state;
	core_bench_power_on(0);
	core_bench_set(1, true, 1000);
	core_bench.now_us += 12500; /* and no turn of the loop since: 2000, 3000 … 12000 are due */
	core_bench_set(1, false, 0);
	assert_int_equal(core_bench.heard[core_bench.n_heard - 2].frame.type, LINK_DATA);
	assert_int_equal(core_bench.heard[core_bench.n_heard - 1].frame.type, LINK_ACK);
	assert_true(link_read_data(&core_bench.heard[core_bench.n_heard - 2].frame, &data));
	assert_int_equal(data.index, 0);
	assert_int_equal(data.size, 11 * 4);
	assert_int_equal(core_bench_stat().lost_samples, 0);
}

static void unknown_frames_are_refused_by_name(void **state)
{
	struct link_reply reply;
	uint8_t seq;

	(void)state;
	core_bench_power_on(0);
	seq = core_bench_say(77, 5, NULL, 0);
	assert_true(link_read_reply(&core_bench_last(LINK_ERR)->frame, &reply));
	assert_int_equal(reply.type, 77);
	assert_int_equal(reply.seq, seq);
	assert_int_equal(reply.code, LINK_UNKNOWN_TYPE);
}

static void blinks_as_long_as_asked(void **state)
{
	uint8_t payload[LINK_PAYLOAD_MAX];

	(void)state;
	core_bench_power_on(0);
	core_bench_say(LINK_IDENTIFY, LINK_NO_STREAM, payload, link_write_identify(30, payload));
	core_bench_pass(2900000, 10000);
	assert_in_range(core_bench.lights, 13, 15);
	core_bench_pass(300000, 10000);
	assert_false(core_bench.is_lit);
	assert_int_equal(core_bench.lights, 15);
	core_bench_pass(3000000, 10000);
	assert_int_equal(core_bench.lights, 15);
}

static void blinks_on_time_on_a_board_that_sleeps_as_long_as_it_may(void **state)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	uint32_t begin_us;

	(void)state;
	core_bench_power_on(0);
	core_bench_say(LINK_IDENTIFY, LINK_NO_STREAM, payload, link_write_identify(20, payload));
	core_step(&core_bench.core);
	begin_us = core_bench.now_us;
	while (core_bench.now_us - begin_us < 1900000) {
		uint32_t tenths;

		core_bench.now_us += core_idle_us(&core_bench.core);
		core_step(&core_bench.core);
		tenths = (core_bench.now_us - begin_us) / 100000;
		assert_int_equal(core_bench.is_lit, tenths % 2);
	}
}

static void reports_what_went_wrong(void **state)
{
	struct link_stat stat;

	(void)state;
	core_bench_power_on(0);
	core_bench_say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	memcpy(core_bench.input, "\x03\x42\x99\x00\x17\x00", 6);
	core_bench.input_at = 0;
	core_bench.input_size = 6;
	stat = core_bench_stat();
	assert_int_equal(stat.bad_frames, 2);
	assert_int_equal(stat.lost_bytes, 3);
	assert_int_equal(stat.uptime_s, 1);
	core_bench_pass(99000000 + CORE_STAT_LATE_US, 100000);
	assert_int_equal(core_bench_stat().uptime_s, 101);
}

static void questions_wait_while_the_line_is_blocked(void **state)
{
	(void)state;
	core_bench_power_on(0);
	core_bench.room = BOARD_ROOM - 1;
	core_bench_pass(50000, 1000);
	core_bench_say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	assert_int_equal(core_bench.n_heard, 0);
	core_bench.room = BOARD_ROOM;
	core_bench_turn(20);
	assert_int_equal(core_bench_count(LINK_HELLO), 1);
	assert_int_equal(core_bench_count(LINK_DESC), 7);
}

static void knows_how_long_it_may_sleep(void **state)
{
	(void)state;
	core_bench_power_on(0);
	core_bench_turn(1);
	assert_int_equal(core_idle_us(&core_bench.core), CORE_ANNOUNCE_US);
	core_bench_say(LINK_PING, LINK_NO_STREAM, (const uint8_t[12]){0}, 12);
	assert_in_range(
		core_idle_us(&core_bench.core), 0, CORE_PONG_LATE_US); /* the answer is owed */
	core_bench_pass(core_idle_us(&core_bench.core), 3000);
	assert_int_equal(core_bench_count(LINK_PONG), 1);
	assert_int_equal(core_idle_us(&core_bench.core), CORE_STAT_US - core_bench.now_us);
	core_bench_set(0, true, 100000);
	assert_int_equal(core_idle_us(&core_bench.core), 2000);
	core_bench_pass(2000, 2000);
	assert_int_equal(core_idle_us(&core_bench.core), 100000);
	core_bench.now_us += 100000;
	assert_int_equal(core_idle_us(&core_bench.core), 0);

	core_bench_power_on(0);
	core_bench_set(1, true, 1000); /* keeps its samples: one frame is one awakening */
	assert_int_equal(core_idle_us(&core_bench.core), 2000 + 19000);
	core_bench_pass(21000, 21000);
	assert_int_equal(core_bench_count(LINK_DATA), 1);
	assert_int_equal(core_idle_us(&core_bench.core), 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(announces_itself_until_a_host_speaks),
		cmocka_unit_test(a_mistake_in_the_table_is_blinked_and_never_announced),
		cmocka_unit_test(is_not_fooled_by_its_own_echo),
		cmocka_unit_test(describes_itself_also_while_streaming),
		cmocka_unit_test(a_sensor_that_comes_or_goes_is_told_unasked),
		cmocka_unit_test(a_set_hides_no_sensor_that_went_just_before_it),
		cmocka_unit_test(set_is_checked_and_repeating_it_changes_nothing),
		cmocka_unit_test(what_was_due_before_a_set_is_sent_before_its_answer),
		cmocka_unit_test(unknown_frames_are_refused_by_name),
		cmocka_unit_test(blinks_as_long_as_asked),
		cmocka_unit_test(blinks_on_time_on_a_board_that_sleeps_as_long_as_it_may),
		cmocka_unit_test(reports_what_went_wrong),
		cmocka_unit_test(questions_wait_while_the_line_is_blocked),
		cmocka_unit_test(knows_how_long_it_may_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
