/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/core_bench.h"

#include <string.h>

#include "support/cmocka_all.h"

static uint32_t fake_micros(void *self)
{
	return ((struct core_bench *)self)->now_us;
}

static bool fake_receive(void *self, uint8_t *ret_byte, uint32_t *ret_us)
{
	struct core_bench *fake = self;

	if (fake->input_at == fake->input_size)
		return false;
	*ret_byte = fake->input[fake->input_at++];
	*ret_us = fake->now_us - 40; /* it had come in a little before we looked */
	return true;
}

static size_t fake_room(void *self)
{
	return ((struct core_bench *)self)->room;
}

static void fake_send(void *self, const uint8_t *bytes, size_t size)
{
	struct core_bench *fake = self;
	struct core_heard *heard = &fake->heard[fake->n_heard];

	assert_true(size <= fake->room);
	fake->now_us += fake->making_us;
	for (size_t i = 0; i < size; i++) {
		if (!link_decode(&fake->decoder, bytes[i], &heard->frame))
			continue;
		memcpy(heard->payload, heard->frame.payload, heard->frame.size);
		heard->frame.payload = heard->payload;
		heard->at_us = fake->now_us;
		assert_int_equal(heard->frame.seq, (uint8_t)fake->n_heard);
		assert_true(++fake->n_heard < CORE_BENCH_FRAMES);
	}
}

static uint32_t fake_backlog(void *self)
{
	return ((struct core_bench *)self)->backlog_us;
}

static uint32_t fake_lost_bytes(void *self)
{
	(void)self;
	return 3;
}

static void fake_light(void *self, bool is_lit)
{
	struct core_bench *fake = self;

	fake->is_lit = is_lit;
	fake->lights += is_lit;
}

static bool fake_is_present(void *self)
{
	return ((struct core_bench *)self)->is_present;
}

static enum verdict read_asked(void *self, struct sample *sample)
{
	struct core_bench *fake = self;

	if (fake->is_busy)
		return SAMPLE_PENDING;
	sample->raws[0] = fake->is_present ? (int32_t)(sample->t_us / 1000 % 1000) : SOURCE_MISSING;
	sample->raws[1] = 100000; /* more than two bytes can say */
	return SAMPLE_TAKEN;
}

static void start_timed(void *self, uint32_t first_us, uint32_t period_us)
{
	struct core_bench *fake = self;

	fake->timed_first_us = first_us;
	fake->timed_period_us = period_us;
	fake->starts++;
}

static enum verdict read_timed(void *self, struct sample *sample)
{
	struct core_bench *fake = self;

	if (fake->timed_lost > 0) {
		fake->timed_lost--;
		return SAMPLE_LOST;
	}
	sample->raws[0] = (int32_t)((sample->t_us - fake->timed_first_us) / fake->timed_period_us);
	return SAMPLE_TAKEN;
}

static enum verdict read_self_paced(void *self, struct sample *sample)
{
	struct core_bench *fake = self;

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

struct core_bench core_bench;

void core_bench_plug_in(uint32_t now_us)
{
	memset(&core_bench, 0, sizeof(core_bench));
	core_bench.now_us = now_us;
	core_bench.room = SIZE_MAX;
	core_bench.is_present = true;
	core_bench.sources[0] = (struct source){.name = "asked",
		.channels = two_narrow,
		.n_channels = 2,
		.pace = PACE_ASKED,
		.period_us = 100000,
		.period_min_us = 1000,
		.period_max_us = 10000000,
		.self = &core_bench,
		.is_present = fake_is_present,
		.read = read_asked};
	core_bench.sources[1] = (struct source){.name = "timed",
		.channels = one_wide,
		.n_channels = 1,
		.pace = PACE_TIMED,
		.period_us = 1000,
		.period_min_us = 500,
		.period_max_us = 10000000,
		.self = &core_bench,
		.start = start_timed,
		.read = read_timed};
	core_bench.sources[2] = (struct source){.name = "self",
		.channels = one_wide,
		.n_channels = 1,
		.pace = PACE_SELF,
		.period_us = 100000,
		.period_min_us = 100000,
		.period_max_us = 100000,
		.self = &core_bench,
		.read = read_self_paced};
	core_bench.board = (struct board){.model = "fake",
		.uid = {1, 2, 3, 4, 5, 6, 7, 8},
		.sources = core_bench.sources,
		.n_sources = 3,
		.self = &core_bench,
		.micros = fake_micros,
		.receive = fake_receive,
		.room = fake_room,
		.send = fake_send,
		.backlog_us = fake_backlog,
		.lost_bytes = fake_lost_bytes,
		.light = fake_light};
}

void core_bench_power_on(uint32_t now_us)
{
	core_bench_plug_in(now_us);
	core_init(&core_bench.core, &core_bench.board);
}

void core_bench_turn(unsigned times)
{
	while (times-- > 0)
		core_step(&core_bench.core);
}

void core_bench_pass(uint32_t us, uint32_t step_us)
{
	for (uint32_t end_us = core_bench.now_us + us; (int32_t)(end_us - core_bench.now_us) > 0;) {
		uint32_t left_us = end_us - core_bench.now_us;

		core_bench.now_us += left_us < step_us ? left_us : step_us;
		core_bench_turn(2);
	}
}

uint8_t core_bench_say(uint8_t type, uint8_t stream, const uint8_t *payload, uint8_t size)
{
	struct link_frame frame = {type, ++core_bench.seq, stream, 0, payload, size};

	assert_int_equal(core_bench.input_at, core_bench.input_size);
	core_bench.input_at = 0;
	core_bench.input_size = link_encode(&frame, core_bench.input);
	core_bench_turn(3);
	return frame.seq;
}

const struct core_heard *core_bench_last(uint8_t type)
{
	for (size_t i = core_bench.n_heard; i-- > 0;)
		if (core_bench.heard[i].frame.type == type)
			return &core_bench.heard[i];
	fail_msg("no frame of type %d was heard", type);
	return NULL;
}

unsigned core_bench_count(uint8_t type)
{
	unsigned count = 0;

	for (size_t i = 0; i < core_bench.n_heard; i++)
		count += core_bench.heard[i].frame.type == type;
	return count;
}

struct link_reply core_bench_set(uint8_t stream, bool is_on, uint32_t period_us)
{
	struct link_set wish = {is_on, period_us};
	struct link_reply reply = {0};
	uint8_t payload[LINK_PAYLOAD_MAX];
	uint8_t seq = core_bench_say(LINK_SET, stream, payload, link_write_set(&wish, payload));

	for (size_t i = core_bench.n_heard; i-- > 0 && reply.type == 0;)
		link_read_reply(&core_bench.heard[i].frame, &reply);
	assert_int_equal(reply.type, LINK_SET);
	assert_int_equal(reply.seq, seq);
	return reply;
}

void core_bench_forget(void)
{
	size_t seq = (uint8_t)core_bench.n_heard;

	memset(core_bench.heard, 0, sizeof(core_bench.heard));
	core_bench.n_heard = seq;
}

struct link_stat core_bench_stat(void)
{
	struct link_stat stat;

	core_bench_pass(1000000, 500);
	assert_true(link_read_stat(&core_bench_last(LINK_STAT)->frame, &stat));
	return stat;
}
