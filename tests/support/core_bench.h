/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firmware's core on a board whose clock, line and sensors are variables. Hours pass in milliseconds;
 * what the core sends is decoded and kept. One bench a program. */
#pragma once

#include "core/core.h"

enum { CORE_BENCH_FRAMES = 4096 };

struct core_heard {
	struct link_frame frame;
	uint8_t payload[LINK_PAYLOAD_MAX];
	uint32_t at_us;
};

/* Stream 0 is asked, stream 1 keeps time itself, stream 2's sensor sets the pace. */
struct core_bench {
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
	struct core_heard heard[CORE_BENCH_FRAMES];
	size_t n_heard;
};

extern struct core_bench core_bench;

/* A board that was switched on at that instant of its clock; the table alone, which may be changed before
 * core_init. */
void core_bench_power_on(uint32_t now_us);
void core_bench_plug_in(uint32_t now_us);

void core_bench_turn(unsigned times);
/* Time passes in jumps of step_us, with a few turns of the super-loop after each. */
void core_bench_pass(uint32_t us, uint32_t step_us);

/* What the host says; returns its seq. */
uint8_t core_bench_say(uint8_t type, uint8_t stream, const uint8_t *payload, uint8_t size);
struct link_reply core_bench_set(uint8_t stream, bool is_on, uint32_t period_us);

/* What the host heard. */
const struct core_heard *core_bench_last(uint8_t type);
unsigned core_bench_count(uint8_t type);
struct link_stat core_bench_stat(void); /* a second later */
void core_bench_forget(void);           /* what was heard; keeps seq in step */
