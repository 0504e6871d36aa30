/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Virtual time goes from one thing that happens to the next: bytes come in at either end, the other
 * board's loop or our own timer is due, the plan has an event. */
#include "support/truth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/truth_lane.h"
#include "support/truth_take.h"

enum {
	RING_BYTES = 1 << 20,
	SPLIT_EVERY = 5, /* of so many transfers over a wire one comes in two reads */
};

extern const struct kit_family *const __start_kit_families[] __attribute__((weak));
extern const struct kit_family *const __stop_kit_families[] __attribute__((weak));

static int64_t seconds_ns(double s)
{
	return (int64_t)(s * NS_PER_S);
}

/* --- on the way --- */

static void put(
	struct truth *truth, struct truth_lane *lane, const uint8_t *bytes, size_t n, int64_t at_ns)
{
	truth_lane_put(lane, &truth->draw, bytes, n, at_ns);
}

static void leave_board(void *self, const uint8_t *bytes, size_t n, int64_t left_ns)
{
	struct truth *truth = self;
	int64_t byte_ns = truth_path_byte_ns(&truth->path);
	size_t first = 0;

	if (left_ns < truth->cut_ends_ns)
		return;
	if (byte_ns && n > 2 && draw_below(&truth->draw, SPLIT_EVERY) == 0) {
		first = 1 + (size_t)draw_below(&truth->draw, n - 1);
		put(truth, truth->to_host, bytes, first,
			truth_path_from(&truth->path, left_ns - (int64_t)(n - first) * byte_ns));
	}
	put(truth, truth->to_host, bytes + first, n - first,
		truth_path_from(&truth->path, left_ns));
}

static int leave_host(void *self, struct kit *kit, const void *bytes, size_t n)
{
	struct truth *truth = self;

	(void)kit;
	if (truth->clock.frozen_ns >= truth->cut_ends_ns)
		put(truth, truth->to_board, bytes, n,
			truth_path_to(&truth->path, truth->clock.frozen_ns, n));
	return 0;
}

/* --- what happens --- */

static void collect(struct truth *truth)
{
	struct feed_record record;

	outlet_notify(truth->outlet);
	for (; feed_peek(truth->to_main, &record); ring_drop(truth->to_main))
		truth_take_record(truth, &record);
	while (truth->keeps_itself && feed_peek(truth->keep, &record))
		ring_drop(truth->keep);
}

static void power_on(struct truth *truth)
{
	truth->plan.clock.power_ns = truth->anew_ns = truth->clock.frozen_ns;
	truth_board_start(truth->board, &truth->plan.clock);
	truth->plan.clock.start_us = 0; /* of the next time */
}

static void plug_in(struct truth *truth)
{
	truth->is_plugged = true;
	truth->plug_ns = INT64_MAX;
	truth_lane_clear(truth->to_board);
	truth_lane_clear(truth->to_host);
	power_on(truth);
	conversation_open(truth->kit, &truth->port, clock_now(&truth->clock));
	truth->tick_ns = truth->clock.frozen_ns;
}

static void unplug(struct truth *truth)
{
	truth->is_plugged = false;
	truth_lane_clear(truth->to_board);
	truth_lane_clear(truth->to_host);
	conversation_close(truth->kit, clock_now(&truth->clock));
	collect(truth);
}

void truth_happen(struct truth *truth, enum truth_event_kind kind, double for_s)
{
	int64_t ends_ns = truth->clock.frozen_ns + seconds_ns(for_s);

	switch (kind) {
	case TRUTH_STALL:
		truth->stall_ends_ns = ends_ns;
		break;
	case TRUTH_CUT:
		truth->cut_ends_ns = ends_ns;
		break;
	case TRUTH_RESET:
		truth->n_resets++;
		power_on(truth);
		break;
	case TRUTH_UNPLUG:
		truth->plug_ns = ends_ns;
		unplug(truth);
		break;
	case TRUTH_NOTHING:
	default:
		break;
	}
}

static int64_t event_ns(const struct truth *truth)
{
	if (truth->next_event == TRUTH_EVENTS ||
		truth->plan.event[truth->next_event].kind == TRUTH_NOTHING)
		return INT64_MAX;
	return truth->began_ns + seconds_ns(truth->plan.event[truth->next_event].at_s);
}

static int64_t board_ns(const struct truth *truth)
{
	int64_t input_ns = truth_lane_next_ns(truth->to_board);
	int64_t wake_ns = truth_board_wake(truth->board);

	if (!truth->is_plugged)
		return INT64_MAX;
	return input_ns < wake_ns ? input_ns : wake_ns;
}

static void turn_board(struct truth *truth, int64_t now_ns)
{
	for (const struct truth_chunk *chunk;
		(chunk = truth_lane_head(truth->to_board)) != NULL && chunk->at_ns <= now_ns;
		truth_lane_drop(truth->to_board))
		truth_board_receive(truth->board, chunk->bytes, chunk->n, chunk->at_ns);
	truth_board_turn(truth->board, now_ns);
}

static int64_t host_ns(const struct truth *truth)
{
	int64_t at_ns = truth_lane_next_ns(truth->to_host);
	int64_t wake_ns = conversation_wake(truth->kit).ns;

	if (!truth->is_plugged)
		return INT64_MAX;
	if (truth->tick_ns < at_ns)
		at_ns = truth->tick_ns;
	if (wake_ns > truth->clock.frozen_ns && wake_ns < at_ns)
		at_ns = wake_ns;
	return at_ns < truth->stall_ends_ns ? truth->stall_ends_ns : at_ns;
}

/* All that came by now is one read, or as many as it takes. */
static void read_bytes(struct truth *truth)
{
	uint8_t bytes[CONVERSATION_READ];
	const struct truth_chunk *chunk;
	size_t n = 0;

	while ((chunk = truth_lane_head(truth->to_host)) != NULL &&
		chunk->at_ns <= truth->clock.frozen_ns && n + chunk->n <= sizeof bytes) {
		memcpy(bytes + n, chunk->bytes, chunk->n);
		n += chunk->n;
		truth_lane_drop(truth->to_host);
	}
	if (n == 0)
		return;
	truth_sniff(truth, bytes, n);
	conversation_feed(truth->kit, bytes, n, clock_now(&truth->clock));
}

static void turn_host(struct truth *truth)
{
	unsigned tick_ms = truth->plan.tick_ms ? truth->plan.tick_ms : TRUTH_TICK_MS;

	while (truth_lane_next_ns(truth->to_host) <= truth->clock.frozen_ns)
		read_bytes(truth);
	conversation_tick(truth->kit, clock_now(&truth->clock));
	if (truth->tick_ns <= truth->clock.frozen_ns)
		truth->tick_ns = truth->clock.frozen_ns + tick_ms * (int64_t)NS_PER_MS;
	collect(truth);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* --- the header's --- */

static void open_parts(struct truth *truth)
{
	assert_int_equal(registry_new(&truth->registry), 0);
	if (!truth->keep) {
		truth->keeps_itself = true;
		assert_int_equal(ring_new(RING_BYTES, &truth->keep), 0);
	}
	assert_int_equal(ring_new(RING_BYTES, &truth->to_main), 0);
	assert_int_equal(outlet_new(truth->keep, truth->to_main, NULL, NULL, &truth->outlet), 0);
	truth->host = (struct conversation_host){
		.clock = &truth->clock,
		.registry = truth->registry,
		.outlet = truth->outlet,
		.families = __start_kit_families,
		.n_families = (size_t)(__stop_kit_families - __start_kit_families),
		.seed = truth->seed,
		.send = leave_host,
		.self = truth,
	};
	assert_int_equal(conversation_new(&truth->host, &truth->kit), 0);
	truth->to_board = truth_lane_new(truth->plan.dropped, truth->plan.flipped);
	truth->to_host = truth_lane_new(truth->plan.dropped, truth->plan.flipped);
}

void truth_open(struct truth *truth, const struct truth_plan *plan, uint64_t seed)
{
	truth->plan = *plan;
	truth->seed = truth->draw.state = seed;
	truth->clock.is_fake = true;
	if (truth->clock.frozen_ns == 0)
		truth->clock.frozen_ns = NS_PER_S;
	truth->began_ns = truth->clock.frozen_ns;
	open_parts(truth);
	truth_port_describe(plan->port, &truth->port);
	truth_path_init(
		&truth->path, plan->port, plan->outliers, plan->is_in_step, draw(&truth->draw));
	if (plan->floors > 0) {
		truth->path.to_floor_ns = llround(plan->floors * (double)truth->path.to_floor_ns);
		truth->path.from_floor_ns =
			llround(plan->floors * (double)truth->path.from_floor_ns);
	}
	truth->board = truth_board_new(&(struct truth_board_wires){.period_us = plan->period_us,
		.byte_ns = truth_path_byte_ns(&truth->path),
		.loop_ns = plan->loop_ns,
		.seed = draw(&truth->draw),
		.leave = leave_board,
		.take = truth_take_sample,
		.self = truth});
	plug_in(truth);
	collect(truth);
}

void truth_run(struct truth *truth, double seconds)
{
	int64_t end_ns = truth->clock.frozen_ns + seconds_ns(seconds);

	while (truth->clock.frozen_ns < end_ns) {
		int64_t board = board_ns(truth), host = host_ns(truth), event = event_ns(truth);
		int64_t next_ns =
			sooner(sooner(sooner(board, host), sooner(event, truth->plug_ns)), end_ns);

		if (next_ns > truth->clock.frozen_ns)
			truth->clock.frozen_ns = next_ns;
		if (event <= next_ns) {
			truth_happen(truth, truth->plan.event[truth->next_event].kind,
				truth->plan.event[truth->next_event].for_s);
			truth->next_event++;
		} else if (truth->plug_ns <= next_ns)
			plug_in(truth);
		else if (board <= next_ns)
			turn_board(truth, next_ns);
		else if (host <= next_ns)
			turn_host(truth);
	}
	collect(truth);
}

void truth_stop(struct truth *truth)
{
	if (truth->is_plugged)
		conversation_stop(truth->kit, clock_now(&truth->clock));
	truth->is_plugged = false;
	collect(truth);
}

void truth_close(struct truth *truth)
{
	truth_board_free(truth->board);
	conversation_free(truth->kit);
	outlet_free(truth->outlet);
	if (truth->keeps_itself)
		ring_free(truth->keep);
	ring_free(truth->to_main);
	registry_free(truth->registry);
	truth_lane_free(truth->to_board);
	truth_lane_free(truth->to_host);
	free(truth->samples);
	free(truth->pairs);
	free(truth->told);
	memset(truth, 0, sizeof(*truth));
}
