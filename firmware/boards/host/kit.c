/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that the core asks of a board. Samples are computed for the very instant they are due,
 * so a busy machine makes them late but never wrong. The clock can be made to run fast or slow, and
 * the line to lose bytes and to crackle, because real ones do.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kit.h"
#include "noise.h"

#define NOISE_MAX 40        /* bytes of garbage at once */
#define DARK_NS 1000000000u /* blinking that begins after so long is told */

struct kit {
	struct kit_options options;
	struct port *port;
	struct board board;
	struct source source;
	char name[32];
	struct noise faults;
	uint64_t start_ns;
	uint64_t lit_ns;

	uint32_t world_us; /* to which instant of our clock the model has been advanced */
	void *state;

	uint8_t input[256];
	size_t input_at, input_size;
	uint32_t input_us;
};

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint32_t micros(void *self)
{
	struct kit *kit = self;
	int64_t ns = (int64_t)(monotonic_ns() - kit->start_ns);

	ns += ns / 1000000 * kit->options.skew_ppb / 1000;
	return kit->options.clock_us + (uint32_t)(uint64_t)(ns / 1000);
}

static bool receive(void *self, uint8_t *ret_byte, uint32_t *ret_us)
{
	struct kit *kit = self;

	if (kit->input_at == kit->input_size) {
		kit->input_at = 0;
		kit->input_size = port_receive(kit->port, kit->input, sizeof(kit->input));
		kit->input_us = micros(kit);
		if (kit->input_size == 0)
			return false;
	}
	*ret_byte = kit->input[kit->input_at++];
	*ret_us = kit->input_us;
	return true;
}

static size_t room(void *self)
{
	(void)self;
	return SIZE_MAX; /* a port that nobody reads swallows everything */
}

static void send(void *self, const uint8_t *bytes, size_t size)
{
	struct kit *kit = self;
	uint8_t line[LINK_WIRE_MAX + NOISE_MAX];
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		if (noise_uniform(&kit->faults, 0, 1) >= kit->options.drop)
			line[n++] = bytes[i];
	if (noise_uniform(&kit->faults, 0, 1) < kit->options.garbage)
		for (uint64_t left = noise_bits(&kit->faults) % NOISE_MAX + 1; left > 0; left--)
			line[n++] = (uint8_t)noise_bits(&kit->faults);
	port_send(kit->port, line, n);
}

static uint32_t nothing(void *self)
{
	(void)self;
	return 0;
}

static void light(void *self, bool is_lit)
{
	struct kit *kit = self;
	uint64_t now_ns = monotonic_ns();

	if (is_lit && !kit->options.is_quiet && now_ns - kit->lit_ns > DARK_NS) {
		printf("%s on %s blinks\n", kit->name, port_name(kit->port));
		fflush(stdout);
	}
	kit->lit_ns = now_ns;
}

/* The world goes on while nobody measures it. */
static void advance(struct kit *kit, uint32_t to_us)
{
	kit->options.model->advance(kit->state, to_us - kit->world_us);
	kit->world_us = to_us;
}

static void start(void *self, uint32_t first_us, uint32_t period_us)
{
	(void)period_us;
	advance(self, first_us);
}

static enum verdict read_model(void *self, struct sample *sample)
{
	struct kit *kit = self;

	advance(kit, sample->t_us);
	kit->options.model->measure(kit->state, sample->raws);
	return SAMPLE_TAKEN;
}

int kit_new(const struct kit_options *options, struct port *port, struct kit **ret)
{
	const struct model *model = options->model;
	struct kit *kit = calloc(1, sizeof(*kit));

	if (!kit)
		return -ENOMEM;
	kit->options = *options;
	kit->port = port;
	kit->start_ns = monotonic_ns();
	kit->world_us = options->clock_us;
	noise_init(&kit->faults, ~options->seed);
	snprintf(kit->name, sizeof(kit->name), "virtual-%s", model->name);
	kit->state = calloc(1, model->state_size);
	if (!kit->state) {
		kit_free(kit);
		return -ENOMEM;
	}
	model->init(kit->state, options->seed);

	kit->source = model->source;
	kit->source.self = kit;
	kit->source.start = start;
	kit->source.read = read_model;
	if (options->period_us)
		kit->source.period_us = options->period_us;
	kit->board = (struct board){
		.model = kit->name,
		.sources = &kit->source,
		.n_sources = 1,
		.self = kit,
		.micros = micros,
		.receive = receive,
		.room = room,
		.send = send,
		.backlog_us = nothing,
		.lost_bytes = nothing,
		.light = light,
	};
	memcpy(kit->board.uid, options->uid, sizeof(kit->board.uid));
	*ret = kit;
	return 0;
}

void kit_free(struct kit *kit)
{
	if (!kit)
		return;
	free(kit->state);
	free(kit);
}

const struct board *kit_board(const struct kit *kit)
{
	return &kit->board;
}

bool kit_has_input(const struct kit *kit)
{
	return kit->input_at < kit->input_size;
}
