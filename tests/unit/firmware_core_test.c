/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/*
 * The firmware's core on a board whose clock, line and sensors are variables of this test. Hours
 * pass in milliseconds; what the core sends is decoded and kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/core.h"

#define FRAMES 4096

struct heard {
	struct link_frame frame;
	uint8_t payload[LINK_PAYLOAD_MAX];
	uint32_t at_us;
};

/* Stream 0 is asked, stream 1 keeps time itself, stream 2's sensor sets the pace. */
struct fake {
	struct board board;
	struct source sources[3];
	struct core core;
	uint32_t now_us;

	uint8_t input[512];
	size_t input_at, input_size;
	size_t room;
	uint32_t backlog_us;
	uint32_t making_us; /* what it takes to make a frame */
	bool is_lit;
	unsigned lights;

	bool is_present;
	bool is_busy;        /* the asked sensor is pending */
	unsigned timed_lost; /* so many of the timed samples have been lost */
	uint32_t timed_first_us, timed_period_us;
	unsigned starts;
	bool has_self_sample;
	unsigned self_lost; /* so many of the sensor's samples came before it, and are lost */
	uint32_t self_us;

	uint8_t seq; /* of the host */
	struct link_decoder decoder;
	struct heard heard[FRAMES];
	size_t n_heard;
};

static uint32_t fake_micros(void *self)
{
	return ((struct fake *)self)->now_us;
}

static bool fake_receive(void *self, uint8_t *ret_byte, uint32_t *ret_us)
{
	struct fake *fake = self;

	if (fake->input_at == fake->input_size)
		return false;
	*ret_byte = fake->input[fake->input_at++];
	*ret_us = fake->now_us - 40; /* it had come in a little before we looked */
	return true;
}

static size_t fake_room(void *self)
{
	return ((struct fake *)self)->room;
}

static void fake_send(void *self, const uint8_t *bytes, size_t size)
{
	struct fake *fake = self;
	struct heard *heard = &fake->heard[fake->n_heard];

	assert_true(size <= fake->room);
	fake->now_us += fake->making_us;
	for (size_t i = 0; i < size; i++) {
		if (!link_decode(&fake->decoder, bytes[i], &heard->frame))
			continue;
		memcpy(heard->payload, heard->frame.payload, heard->frame.size);
		heard->frame.payload = heard->payload;
		heard->at_us = fake->now_us;
		assert_int_equal(heard->frame.seq, (uint8_t)fake->n_heard);
		assert_true(++fake->n_heard < FRAMES);
	}
}

static uint32_t fake_backlog(void *self)
{
	return ((struct fake *)self)->backlog_us;
}

static uint32_t fake_lost_bytes(void *self)
{
	(void)self;
	return 3;
}

static void fake_light(void *self, bool is_lit)
{
	struct fake *fake = self;

	fake->is_lit = is_lit;
	fake->lights += is_lit;
}

static bool fake_is_present(void *self)
{
	return ((struct fake *)self)->is_present;
}

static enum verdict read_asked(void *self, struct sample *sample)
{
	struct fake *fake = self;

	if (fake->is_busy)
		return SAMPLE_PENDING;
	sample->raws[0] = fake->is_present ? (int32_t)(sample->t_us / 1000 % 1000) : SOURCE_MISSING;
	sample->raws[1] = 100000; /* more than two bytes can say */
	return SAMPLE_TAKEN;
}

static void start_timed(void *self, uint32_t first_us, uint32_t period_us)
{
	struct fake *fake = self;

	fake->timed_first_us = first_us;
	fake->timed_period_us = period_us;
	fake->starts++;
}

static enum verdict read_timed(void *self, struct sample *sample)
{
	struct fake *fake = self;

	if (fake->timed_lost > 0) {
		fake->timed_lost--;
		return SAMPLE_LOST;
	}
	sample->raws[0] = (int32_t)((sample->t_us - fake->timed_first_us) / fake->timed_period_us);
	return SAMPLE_TAKEN;
}

static enum verdict read_self_paced(void *self, struct sample *sample)
{
	struct fake *fake = self;

	if (fake->self_lost > 0) {
		fake->self_lost--;
		return SAMPLE_LOST;
	}
	if (!fake->has_self_sample)
		return SAMPLE_PENDING;
	fake->has_self_sample = false;
	sample->t_us = fake->self_us;
	sample->raws[0] = 7;
	return SAMPLE_TAKEN;
}

static const struct link_channel two_narrow[] = {{.width = 2,
							 .mantissa = 1,
							 .max = 1000,
							 .step = 1,
							 .name = LINK_TEXT("a"),
							 .quantity = LINK_TEXT("q"),
							 .unit = LINK_TEXT("1")},
	{.width = 2,
		.mantissa = 1,
		.max = 1000,
		.step = 1,
		.name = LINK_TEXT("b"),
		.quantity = LINK_TEXT("q"),
		.unit = LINK_TEXT("1")}};
static const struct link_channel one_wide[] = {{.width = 4,
	.mantissa = 1,
	.max = 1000,
	.step = 1,
	.name = LINK_TEXT("c"),
	.quantity = LINK_TEXT("q"),
	.unit = LINK_TEXT("1")}};

static struct fake fake;

static void plug_in(uint32_t now_us)
{
	memset(&fake, 0, sizeof(fake));
	fake.now_us = now_us;
	fake.room = SIZE_MAX;
	fake.is_present = true;
	fake.sources[0] = (struct source){.name = "asked",
		.channels = two_narrow,
		.n_channels = 2,
		.pace = PACE_ASKED,
		.period_us = 100000,
		.period_min_us = 1000,
		.period_max_us = 10000000,
		.self = &fake,
		.is_present = fake_is_present,
		.read = read_asked};
	fake.sources[1] = (struct source){.name = "timed",
		.channels = one_wide,
		.n_channels = 1,
		.pace = PACE_TIMED,
		.period_us = 1000,
		.period_min_us = 500,
		.period_max_us = 10000000,
		.self = &fake,
		.start = start_timed,
		.read = read_timed};
	fake.sources[2] = (struct source){.name = "self",
		.channels = one_wide,
		.n_channels = 1,
		.pace = PACE_SELF,
		.period_us = 100000,
		.period_min_us = 100000,
		.period_max_us = 100000,
		.self = &fake,
		.read = read_self_paced};
	fake.board = (struct board){.model = "fake",
		.uid = {1, 2, 3, 4, 5, 6, 7, 8},
		.sources = fake.sources,
		.n_sources = 3,
		.self = &fake,
		.micros = fake_micros,
		.receive = fake_receive,
		.room = fake_room,
		.send = fake_send,
		.backlog_us = fake_backlog,
		.lost_bytes = fake_lost_bytes,
		.light = fake_light};
}

/* A board that was switched on at that instant of its clock. */
static void power_on(uint32_t now_us)
{
	plug_in(now_us);
	core_init(&fake.core, &fake.board);
}

static void turn(unsigned times)
{
	while (times-- > 0)
		core_step(&fake.core);
}

/* Time passes in jumps of step_us, with a few turns of the super-loop after each. */
static void pass(uint32_t us, uint32_t step_us)
{
	for (uint32_t end_us = fake.now_us + us; (int32_t)(end_us - fake.now_us) > 0;) {
		uint32_t left_us = end_us - fake.now_us;

		fake.now_us += left_us < step_us ? left_us : step_us;
		turn(2);
	}
}

static uint8_t say(uint8_t type, uint8_t stream, const uint8_t *payload, uint8_t size)
{
	struct link_frame frame = {type, ++fake.seq, stream, 0, payload, size};

	assert_int_equal(fake.input_at, fake.input_size);
	fake.input_at = 0;
	fake.input_size = link_encode(&frame, fake.input);
	turn(3);
	return frame.seq;
}

static const struct heard *last_heard(uint8_t type)
{
	for (size_t i = fake.n_heard; i-- > 0;)
		if (fake.heard[i].frame.type == type)
			return &fake.heard[i];
	fail_msg("no frame of type %d was heard", type);
	return NULL;
}

static unsigned count_heard(uint8_t type)
{
	unsigned count = 0;

	for (size_t i = 0; i < fake.n_heard; i++)
		count += fake.heard[i].frame.type == type;
	return count;
}

static struct link_reply set(uint8_t stream, bool is_on, uint32_t period_us)
{
	struct link_set wish = {is_on, period_us};
	struct link_reply reply = {0};
	uint8_t payload[LINK_PAYLOAD_MAX];
	uint8_t seq = say(LINK_SET, stream, payload, link_write_set(&wish, payload));

	for (size_t i = fake.n_heard; i-- > 0 && reply.type == 0;)
		link_read_reply(&fake.heard[i].frame, &reply);
	assert_int_equal(reply.type, LINK_SET);
	assert_int_equal(reply.seq, seq);
	return reply;
}

/* Forgets what was heard but keeps seq in step. */
static void forget(void)
{
	size_t seq = (uint8_t)fake.n_heard;

	memset(fake.heard, 0, sizeof(fake.heard));
	fake.n_heard = seq;
}

static struct link_stat stat_now(void)
{
	struct link_stat stat;

	pass(1000000, 500);
	assert_true(link_read_stat(&last_heard(LINK_STAT)->frame, &stat));
	return stat;
}

static void announces_itself_until_a_host_speaks(void **state)
{
	struct link_hello hello;

	(void)state;
	power_on(0xFFFFFF00);
	pass(2000000, 1000);
	assert_in_range(count_heard(LINK_HELLO), 10, 11);
	assert_int_equal(count_heard(LINK_STAT), 0);
	assert_true(link_read_hello(&last_heard(LINK_HELLO)->frame, &hello));
	assert_int_equal(hello.streams, 3);
	assert_memory_equal(hello.uid, fake.board.uid, 8);

	say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	forget();
	pass(3000000 + CORE_STAT_LATE_US, 1000);
	assert_int_equal(count_heard(LINK_HELLO), 0);
	assert_int_equal(count_heard(LINK_STAT), 3);
}

static void break_table(unsigned mistake, struct link_channel *channel)
{
	static const char longest[] = "a_name_of_more_than_thirty_one_bytes";
	struct source *source = &fake.sources[1];

	*channel = one_wide[0];
	source->channels = channel;
	switch (mistake) {
	case 0:
		fake.board.n_sources = 0;
		break;
	case 1:
		fake.board.n_sources = CORE_STREAMS + 1;
		break;
	case 2:
		fake.board.model = "";
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
		plug_in(0);
		break_table(mistake, &channel);
		core_init(&fake.core, &fake.board);
		for (unsigned n = 0; n < 10000 && fake.now_us < 1000000; n++) {
			fake.now_us += core_idle_us(&fake.core) + 1;
			turn(1);
		}
		assert_true(fake.now_us >= 1000000); /* it may sleep */
		if (mistake == 14) {                 /* none: the same table as it was */
			assert_true(fake.n_heard > 0);
			assert_int_equal(fake.lights, 0);
		} else {
			assert_int_equal(fake.n_heard, 0);
			assert_in_range(fake.lights, 12, 13);
		}
	}
}

static void is_not_fooled_by_its_own_echo(void **state)
{
	static const uint8_t types[] = {
		LINK_HELLO, LINK_DESC, LINK_DATA, LINK_PONG, LINK_ACK, LINK_ERR, LINK_STAT};
	uint8_t payload[20] = {1};

	(void)state;
	power_on(0);
	turn(1);
	for (size_t i = 0; i < sizeof(types); i++)
		say(types[i], 0, payload, sizeof(payload));
	assert_int_equal(fake.n_heard, 1);
	pass(200000, 1000);
	assert_int_equal(count_heard(LINK_HELLO), 2);
}

static void describes_itself_also_while_streaming(void **state)
{
	struct link_stream stream;
	struct link_channel channel;
	unsigned heads = 0, channels = 0;

	(void)state;
	power_on(5000);
	set(1, true, 1000);
	pass(500000, 1000);
	forget();
	say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	pass(100000, 1000);
	assert_int_equal(count_heard(LINK_HELLO), 1);
	for (size_t i = 0; i < fake.n_heard; i++) {
		const struct link_frame *frame = &fake.heard[i].frame;

		if (link_read_stream(frame, &stream)) {
			assert_int_equal(frame->stream, heads++);
			assert_int_equal(stream.channels, fake.sources[frame->stream].n_channels);
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
	assert_int_equal(count_heard(LINK_DESC), 3 + 4);
	assert_in_range(count_heard(LINK_DATA), 4, 6);
}

/* Hours of samples, the super-loop late by up to 1.4 ms each time, over two wraps of the clock. */
static void schedule_has_no_drift_in_hours(void **state)
{
	const uint32_t period_us = 100000, start_us = 0xFFF00000;
	struct link_data data;
	uint32_t next = 0;

	(void)state;
	power_on(start_us);
	set(0, true, period_us);
	for (uint32_t n = 0; n < 90000; n++) {
		fake.now_us = start_us + 2000 + n * period_us + n * 37 % 1400;
		turn(2);
		for (size_t i = 0; i < fake.n_heard; i++) {
			const struct link_frame *frame = &fake.heard[i].frame;

			if (!link_read_data(frame, &data))
				continue;
			assert_int_equal(data.index, next);
			assert_int_equal(frame->t_us, start_us + 2000 + next * period_us);
			assert_int_equal(data.size, 4);
			next++;
		}
		if (fake.n_heard > 250)
			forget();
		else if (fake.n_heard > 0)
			memset(fake.heard, 0, fake.n_heard * sizeof(fake.heard[0]));
	}
	assert_int_equal(next, 90000);
}

static void timed_samples_survive_a_late_loop(void **state)
{
	struct link_data data;
	uint32_t next = 0;

	(void)state;
	power_on(0xFFFFF000);
	set(1, true, 1000);
	assert_int_equal(fake.starts, 1);
	for (unsigned i = 0; i < 40; i++)
		pass(50000, i % 4 == 3 ? 50000 : 700);
	pass(100000, 1000);
	for (size_t i = 0; i < fake.n_heard; i++) {
		const struct link_frame *frame = &fake.heard[i].frame;

		if (frame->type != LINK_DATA)
			continue;
		assert_true(link_read_data(frame, &data));
		assert_int_equal(data.index, next);
		assert_int_equal(frame->t_us, fake.timed_first_us + next * 1000);
		for (uint8_t at = 0; at < data.size; at = (uint8_t)(at + 4))
			assert_int_equal(link_read_raw(data.samples + at, 4), next++);
	}
	assert_in_range(next, 2050, 2100);
	assert_int_equal(stat_now().lost_samples, 0);
}

static void frames_wait_for_more_samples_20_ms_at_most(void **state)
{
	struct link_data data;

	(void)state;
	power_on(0);
	set(1, true, 1000);
	pass(1000000, 100);
	assert_in_range(count_heard(LINK_DATA), 48, 51);
	for (size_t i = 0; i < fake.n_heard; i++) {
		const struct heard *heard = &fake.heard[i];

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
	power_on(0);
	set(0, true, 1000);
	pass(50000, 500);
	fake.now_us += 7300; /* something else took so long */
	pass(50000, 500);
	for (size_t i = 0; i < fake.n_heard; i++) {
		if (!link_read_data(&fake.heard[i].frame, &data))
			continue;
		assert_int_equal(fake.heard[i].frame.t_us % 1000, 2000 % 1000);
		missing += data.index - last;
		last = data.index + data.size / 4;
	}
	assert_in_range(missing, 6, 7);
	assert_int_equal(stat_now().lost_samples, missing);
}

static void a_source_that_lost_samples_makes_the_index_jump(void **state)
{
	struct link_data data;
	uint32_t next = 0, jumped = 0;

	(void)state;
	power_on(0);
	set(1, true, 1000);
	pass(30000, 500);
	fake.timed_lost = 5;
	pass(30000, 500);
	for (size_t i = 0; i < fake.n_heard; i++) {
		if (!link_read_data(&fake.heard[i].frame, &data))
			continue;
		jumped += data.index - next;
		next = data.index + data.size / 4;
		/* No frame has a hole inside: its values count up. */
		for (uint8_t k = 0; k < data.size / 4; k++)
			assert_int_equal(link_read_raw(data.samples + 4 * k, 4), data.index + k);
	}
	assert_int_equal(jumped, 5);
	assert_int_equal(stat_now().lost_samples, 5);
}

static void a_blocked_line_delays_frames_and_loses_none_that_are_kept(void **state)
{
	struct link_data data;
	uint32_t next = 0;

	(void)state;
	power_on(0);
	set(1, true, 1000);
	pass(100000, 500);
	fake.room = BOARD_ROOM - 1;
	pass(300000, 500);
	fake.room = SIZE_MAX;
	pass(100000, 500);
	for (size_t i = 0; i < fake.n_heard; i++) {
		if (!link_read_data(&fake.heard[i].frame, &data))
			continue;
		assert_int_equal(data.index, next);
		next += data.size / 4;
	}
	assert_in_range(next, 470, 500);
	assert_int_equal(stat_now().lost_samples, 0);
}

static void a_slow_sensor_is_stamped_when_it_was_asked(void **state)
{
	struct link_data data;

	(void)state;
	power_on(0);
	fake.is_busy = true;
	set(0, true, 100000);
	pass(80000, 500);
	fake.is_busy = false;
	pass(10000, 500);
	assert_true(link_read_data(&last_heard(LINK_DATA)->frame, &data));
	assert_int_equal(data.index, 0);
	assert_int_equal(last_heard(LINK_DATA)->frame.t_us, 2000);
	assert_true(last_heard(LINK_DATA)->at_us >= 80000);

	fake.is_busy = true;
	pass(260000, 500); /* two instants come and go: those samples are lost */
	fake.is_busy = false;
	pass(40000, 500);
	assert_true(link_read_data(&last_heard(LINK_DATA)->frame, &data));
	assert_int_equal(data.index, 3);
	assert_int_equal(stat_now().lost_samples, 2);
}

static void a_self_paced_sample_keeps_its_own_instant(void **state)
{
	struct link_data data;

	(void)state;
	power_on(0);
	set(2, true, 0);
	for (uint32_t i = 0; i < 5; i++) {
		pass(97000, 500);
		fake.self_us = fake.now_us - 123;
		fake.has_self_sample = true;
		pass(1000, 500);
		assert_true(link_read_data(&last_heard(LINK_DATA)->frame, &data));
		assert_int_equal(data.index, i);
		assert_int_equal(last_heard(LINK_DATA)->frame.t_us, fake.self_us);
	}
	assert_int_equal(count_heard(LINK_DATA), 5);
}

static void a_self_paced_sample_that_was_missed_makes_the_index_jump(void **state)
{
	struct link_data data;

	(void)state;
	power_on(0);
	set(2, true, 0);
	fake.has_self_sample = true;
	pass(1000, 500);
	fake.self_lost = 3;
	fake.has_self_sample = true;
	pass(3000, 500);
	assert_true(link_read_data(&last_heard(LINK_DATA)->frame, &data));
	assert_int_equal(data.index, 4);
	assert_int_equal(stat_now().lost_samples, 3);
}

static void values_that_do_not_fit_are_cut_and_missing_ones_marked(void **state)
{
	struct link_data data;

	(void)state;
	power_on(0);
	fake.is_present = false;
	set(0, true, 100000);
	pass(10000, 500);
	assert_true(link_read_data(&last_heard(LINK_DATA)->frame, &data));
	assert_int_equal(link_read_raw(data.samples, 2), LINK_MISSING_2);
	assert_int_equal(link_read_raw(data.samples + 2, 2), INT16_MAX);
}

static void a_sensor_that_comes_or_goes_is_told_unasked(void **state)
{
	struct link_stream stream;

	(void)state;
	power_on(0);
	say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	pass(100000, 1000);
	forget();
	pass(100000, 1000);
	assert_int_equal(count_heard(LINK_DESC), 0);
	fake.is_present = false;
	pass(100000, 1000);
	assert_int_equal(count_heard(LINK_DESC), 1);
	assert_true(link_read_stream(&last_heard(LINK_DESC)->frame, &stream));
	assert_int_equal(last_heard(LINK_DESC)->frame.stream, 0);
	assert_int_equal(stream.flags & LINK_STREAM_PRESENT, 0);
	fake.is_present = true;
	pass(100000, 1000);
	assert_int_equal(count_heard(LINK_DESC), 2);
}

static void a_set_hides_no_sensor_that_went_just_before_it(void **state)
{
	struct link_stream stream;

	(void)state;
	power_on(0);
	say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	pass(100000, 1000);
	forget();
	fake.is_present = false;
	set(0, true, 100000);
	pass(10000, 1000);
	assert_int_equal(count_heard(LINK_DESC), 1);
	assert_true(link_read_stream(&last_heard(LINK_DESC)->frame, &stream));
	assert_int_equal(stream.flags, LINK_STREAM_ON);
}

static void set_is_checked_and_repeating_it_changes_nothing(void **state)
{
	struct link_reply reply;
	struct link_data data;

	(void)state;
	power_on(0);
	assert_int_equal(set(3, true, 0).code, LINK_NO_SUCH_STREAM);
	assert_int_equal(set(1, true, 499).code, LINK_BAD_PERIOD);
	assert_int_equal(set(1, true, 10000001).code, LINK_BAD_PERIOD);
	say(LINK_SET, 1, NULL, 0);
	assert_true(link_read_reply(&last_heard(LINK_ERR)->frame, &reply));
	assert_int_equal(reply.code, LINK_MALFORMED);
	assert_int_equal(fake.starts, 0);

	assert_int_equal(set(1, true, 0).value, 1000);
	pass(500000, 1000);
	assert_int_equal(set(1, true, 1000).value, 1000);
	assert_int_equal(fake.starts, 1);
	pass(100000, 1000);
	assert_true(link_read_data(&last_heard(LINK_DATA)->frame, &data));
	assert_true(data.index > 400);

	assert_int_equal(set(1, true, 2000).value, 2000); /* what was gathered leaves before it */
	assert_int_equal(fake.heard[fake.n_heard - 2].frame.type, LINK_DATA);
	pass(100000, 1000);
	assert_true(link_read_data(&last_heard(LINK_DATA)->frame, &data));
	assert_true(data.index < 60);

	set(1, false, 0);
	forget();
	pass(100000, 1000);
	assert_int_equal(count_heard(LINK_DATA), 0);
}

static void what_was_due_before_a_set_is_sent_before_its_answer(void **state)
{
	struct link_data data;

	(void)state;
	power_on(0);
	set(1, true, 1000);
	fake.now_us += 12500; /* and no turn of the loop since: 2000, 3000 … 12000 are due */
	set(1, false, 0);
	assert_int_equal(fake.heard[fake.n_heard - 2].frame.type, LINK_DATA);
	assert_int_equal(fake.heard[fake.n_heard - 1].frame.type, LINK_ACK);
	assert_true(link_read_data(&fake.heard[fake.n_heard - 2].frame, &data));
	assert_int_equal(data.index, 0);
	assert_int_equal(data.size, 11 * 4);
	assert_int_equal(stat_now().lost_samples, 0);
}

static void unknown_frames_are_refused_by_name(void **state)
{
	struct link_reply reply;
	uint8_t seq;

	(void)state;
	power_on(0);
	seq = say(77, 5, NULL, 0);
	assert_true(link_read_reply(&last_heard(LINK_ERR)->frame, &reply));
	assert_int_equal(reply.type, 77);
	assert_int_equal(reply.seq, seq);
	assert_int_equal(reply.code, LINK_UNKNOWN_TYPE);
}

static void ask_the_time(uint32_t nonce)
{
	uint8_t payload[LINK_PAYLOAD_MAX];

	say(LINK_PING, LINK_NO_STREAM, payload, link_write_ping(nonce, payload));
}

static void clock_question_is_stamped_at_the_line(void **state)
{
	struct link_pong pong;

	(void)state;
	power_on(1000000);
	fake.backlog_us = 2500;
	ask_the_time(99);
	for (unsigned us = 0; us < 2047 && count_heard(LINK_PONG) == 0; us++)
		pass(1, 1);
	assert_true(link_read_pong(&last_heard(LINK_PONG)->frame, &pong));
	assert_int_equal(pong.nonce, 99);
	assert_int_equal(pong.t_rx, 1000000 - 40);
	assert_int_equal(pong.t_tx, fake.now_us + 2500);
}

static void time_of_one_more_answer(
	uint32_t making_us, uint32_t *ret_said_us, uint32_t *ret_left_us)
{
	struct link_pong pong;

	fake.making_us = making_us;
	ask_the_time(7);
	pass(2048, 1);
	assert_true(link_read_pong(&last_heard(LINK_PONG)->frame, &pong));
	*ret_said_us = pong.t_tx;
	*ret_left_us = last_heard(LINK_PONG)->at_us;
}

/* One that was held up says nothing of the next: what is said is a bound. */
static void no_answer_leaves_before_it_says(void **state)
{
	static const uint32_t makings_us[] = {150, 900, 150, 151, 150, 4000, 200, 150};
	uint32_t said_us, left_us;

	(void)state;
	power_on(0xFFFFF000);
	for (size_t i = 0; i < sizeof(makings_us) / sizeof(makings_us[0]); i++) {
		time_of_one_more_answer(makings_us[i], &said_us, &left_us);
		assert_in_range(left_us - said_us, 0, makings_us[i]);
		if (i > 0) /* and no wider than it must be */
			assert_int_equal(left_us - said_us, makings_us[i] - 150);
	}
	for (unsigned i = 0; i < 20; i++) {
		fake.making_us = i % 3 == 1 ? 700 : 90;
		pass(1000000, 50);
		assert_in_range(last_heard(LINK_STAT)->at_us - last_heard(LINK_STAT)->frame.t_us, 0,
			fake.making_us);
	}
}

/* A line that is full takes nothing: the questions wait, and so do the answers. */
static void answers_to_questions_in_a_row_wait_for_room(void **state)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	size_t size = 0;

	(void)state;
	power_on(0);
	fake.room = BOARD_ROOM - 1;
	for (uint32_t nonce = 1; nonce <= 4; nonce++) {
		uint8_t n = link_write_ping(nonce, payload);
		struct link_frame frame = {LINK_PING, ++fake.seq, LINK_NO_STREAM, 0, payload, n};

		size += link_encode(&frame, fake.input + size);
	}
	fake.input_size = size;
	pass(5000, 50);
	assert_int_equal(count_heard(LINK_PONG), 0);
	fake.room = BOARD_ROOM;
	turn(1);
	fake.room = BOARD_ROOM - 1; /* one is owed, and the next question is there */
	pass(5000, 50);
	assert_int_equal(count_heard(LINK_PONG), 0);
	fake.room = BOARD_ROOM;
	pass(5000, 50);
	assert_int_equal(count_heard(LINK_PONG), 4);
}

/* The delay of an answer may not beat with frames of a millisecond: each phase of one as often. */
static void the_time_is_told_at_any_phase(void **state)
{
	unsigned phases[10] = {0}, late[10] = {0};
	uint32_t due_us;

	(void)state;
	power_on(0);
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t asked_us = fake.now_us;

		forget();
		ask_the_time(i + 1);
		pass(2050, 50);
		assert_in_range(last_heard(LINK_PONG)->at_us - asked_us, 0, 2050);
		phases[(last_heard(LINK_PONG)->at_us - asked_us) % 1000 / 100]++;
	}
	for (unsigned i = 0; i < 10; i++)
		assert_in_range(phases[i], 60, 140);

	power_on(0);
	ask_the_time(1);
	for (due_us = CORE_STAT_US; due_us < 1000 * CORE_STAT_US; due_us += CORE_STAT_US) {
		fake.now_us = due_us;
		forget();
		pass(CORE_STAT_LATE_US + 30, 50);
		assert_int_equal(last_heard(LINK_STAT)->frame.t_us, last_heard(LINK_STAT)->at_us);
		late[(last_heard(LINK_STAT)->at_us - due_us) / 1050]++;
	}
	for (unsigned i = 0; i < 9; i++)
		assert_in_range(late[i], 60, 140);
}

static void a_question_before_the_answer_to_another_loses_neither(void **state)
{
	struct link_pong pong;

	(void)state;
	power_on(0);
	for (uint32_t nonce = 1; nonce <= 50; nonce++)
		ask_the_time(nonce);
	pass(2050, 50);
	assert_int_equal(count_heard(LINK_PONG), 50);
	assert_true(link_read_pong(&last_heard(LINK_PONG)->frame, &pong));
	assert_int_equal(pong.nonce, 50);
}

static void blinks_as_long_as_asked(void **state)
{
	uint8_t payload[LINK_PAYLOAD_MAX];

	(void)state;
	power_on(0);
	say(LINK_IDENTIFY, LINK_NO_STREAM, payload, link_write_identify(30, payload));
	pass(2900000, 10000);
	assert_in_range(fake.lights, 13, 15);
	pass(300000, 10000);
	assert_false(fake.is_lit);
	assert_int_equal(fake.lights, 15);
	pass(3000000, 10000);
	assert_int_equal(fake.lights, 15);
}

static void blinks_on_time_on_a_board_that_sleeps_as_long_as_it_may(void **state)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	uint32_t begin_us;

	(void)state;
	power_on(0);
	say(LINK_IDENTIFY, LINK_NO_STREAM, payload, link_write_identify(20, payload));
	core_step(&fake.core);
	begin_us = fake.now_us;
	while (fake.now_us - begin_us < 1900000) {
		uint32_t tenths;

		fake.now_us += core_idle_us(&fake.core);
		core_step(&fake.core);
		tenths = (fake.now_us - begin_us) / 100000;
		assert_int_equal(fake.is_lit, tenths % 2);
	}
}

static void reports_what_went_wrong(void **state)
{
	struct link_stat stat;

	(void)state;
	power_on(0);
	say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	memcpy(fake.input, "\x03\x42\x99\x00\x17\x00", 6);
	fake.input_at = 0;
	fake.input_size = 6;
	stat = stat_now();
	assert_int_equal(stat.bad_frames, 2);
	assert_int_equal(stat.lost_bytes, 3);
	assert_int_equal(stat.uptime_s, 1);
	pass(99000000 + CORE_STAT_LATE_US, 100000);
	assert_int_equal(stat_now().uptime_s, 101);
}

static void questions_wait_while_the_line_is_blocked(void **state)
{
	(void)state;
	power_on(0);
	fake.room = BOARD_ROOM - 1;
	pass(50000, 1000);
	say(LINK_HELLO, LINK_NO_STREAM, NULL, 0);
	assert_int_equal(fake.n_heard, 0);
	fake.room = BOARD_ROOM;
	turn(20);
	assert_int_equal(count_heard(LINK_HELLO), 1);
	assert_int_equal(count_heard(LINK_DESC), 7);
}

static void knows_how_long_it_may_sleep(void **state)
{
	(void)state;
	power_on(0);
	turn(1);
	assert_int_equal(core_idle_us(&fake.core), CORE_ANNOUNCE_US);
	say(LINK_PING, LINK_NO_STREAM, (const uint8_t[12]){0}, 12);
	assert_in_range(core_idle_us(&fake.core), 0, CORE_PONG_LATE_US); /* the answer is owed */
	pass(core_idle_us(&fake.core), 3000);
	assert_int_equal(count_heard(LINK_PONG), 1);
	assert_int_equal(core_idle_us(&fake.core), CORE_STAT_US - fake.now_us);
	set(0, true, 100000);
	assert_int_equal(core_idle_us(&fake.core), 2000);
	pass(2000, 2000);
	assert_int_equal(core_idle_us(&fake.core), 100000);
	fake.now_us += 100000;
	assert_int_equal(core_idle_us(&fake.core), 0);

	power_on(0);
	set(1, true, 1000); /* keeps its samples: one frame is one awakening */
	assert_int_equal(core_idle_us(&fake.core), 2000 + 19000);
	pass(21000, 21000);
	assert_int_equal(count_heard(LINK_DATA), 1);
	assert_int_equal(core_idle_us(&fake.core), 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(announces_itself_until_a_host_speaks),
		cmocka_unit_test(a_mistake_in_the_table_is_blinked_and_never_announced),
		cmocka_unit_test(is_not_fooled_by_its_own_echo),
		cmocka_unit_test(describes_itself_also_while_streaming),
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
		cmocka_unit_test(a_sensor_that_comes_or_goes_is_told_unasked),
		cmocka_unit_test(a_set_hides_no_sensor_that_went_just_before_it),
		cmocka_unit_test(set_is_checked_and_repeating_it_changes_nothing),
		cmocka_unit_test(what_was_due_before_a_set_is_sent_before_its_answer),
		cmocka_unit_test(unknown_frames_are_refused_by_name),
		cmocka_unit_test(clock_question_is_stamped_at_the_line),
		cmocka_unit_test(no_answer_leaves_before_it_says),
		cmocka_unit_test(answers_to_questions_in_a_row_wait_for_room),
		cmocka_unit_test(the_time_is_told_at_any_phase),
		cmocka_unit_test(a_question_before_the_answer_to_another_loses_neither),
		cmocka_unit_test(blinks_as_long_as_asked),
		cmocka_unit_test(blinks_on_time_on_a_board_that_sleeps_as_long_as_it_may),
		cmocka_unit_test(reports_what_went_wrong),
		cmocka_unit_test(questions_wait_while_the_line_is_blocked),
		cmocka_unit_test(knows_how_long_it_may_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
