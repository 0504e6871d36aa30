/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any clock that a device may pretend to have: counters that jump, stand still and run backwards, answers
 * before the question. Within a segment stamps never fall, rates and uncertainties stay what they may be.
 *
 * Input: steps of 8 bytes: what happens (1), how much time passes (1: a power of two of it), the device's
 * counter (4, or what it gained if so), how long the answer took (2, in 16 us). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sense/timebase.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 20;

enum { STEP = 8, STEPS = 256, TRIP_UNIT_NS = 16000 };

static const struct fit_path paths[] = {{0, 0, 0}, {100000, 200000, 50000}};

struct heard {
	int64_t tick, stamp_ns; /* of the newest row */
	uint32_t segment;
	bool has_row;
};

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "timebase_fuzz: %s\n", what);
	abort();
}

static void check_piece(const struct clock_piece *piece)
{
	must(piece->rate_ppb >= -CLOCK_PIECE_MOST_PPB && piece->rate_ppb <= CLOCK_PIECE_MOST_PPB,
		"a rate that is none");
}

/* As kit_row_at does of a row that came with this tick. */
static void stamp_row(struct timebase *base, struct heard *heard, uint32_t tick, struct instant now)
{
	int64_t whole = timebase_unwrap(base, tick, now), stamp_ns;
	const struct clock_piece *piece;

	must((uint32_t)whole == tick, "unwrapped, it is another tick");
	timebase_coast(base, now);
	piece = timebase_piece_at(base, whole);
	timebase_advance(base, whole, now);
	if (!piece)
		return;
	check_piece(piece);
	stamp_ns = clock_piece_stamp(piece, whole);
	/* Of ticks older than all pieces that are remembered nothing is promised. */
	if (heard->has_row && heard->segment == piece->segment && whole > heard->tick &&
		heard->tick >= base->piece[0].origin_tick)
		must(stamp_ns >= heard->stamp_ns, "a stamp that falls");
	if (!heard->has_row || heard->segment != piece->segment || whole > heard->tick)
		*heard = (struct heard){whole, stamp_ns, piece->segment, true};
}

static void pair(
	struct timebase *base, uint32_t tick, uint32_t later, struct instant now, int64_t trip_ns)
{
	struct timebase_pair pair = {.sent = {now.ns - trip_ns}, .received = now};

	pair.device_received = timebase_unwrap(base, tick, now);
	pair.device_sent = timebase_unwrap(base, tick + later, now);
	timebase_pair(base, &pair);
}

static void step(struct timebase *base, struct heard *heard, const uint8_t *bytes,
	struct instant *now, uint32_t *tick)
{
	uint64_t passed_ns = UINT64_C(1) << bytes[1] % 48; /* three days */
	int64_t trip_ns = (bytes[6] | bytes[7] << 8) * (int64_t)TRIP_UNIT_NS;
	uint32_t word;

	memcpy(&word, bytes + 2, sizeof word);
	now->ns += (int64_t)passed_ns;
	if (bytes[0] & 0x80) /* the counter is wherever it is; else it ran on, somewhat wrongly */
		*tick = word;
	else
		*tick += (uint32_t)(passed_ns / NS_PER_US) + word % 1024 - 512;
	switch (bytes[0] & 7) {
	case 0:
	case 1:
	case 2:
		pair(base, *tick, bytes[0] & 64 ? word : word % 2048, *now, trip_ns);
		break;
	case 3:
		timebase_heard(base, timebase_unwrap(base, *tick, *now), *now);
		break;
	case 4:
		timebase_restart(base);
		break;
	default:
		stamp_row(base, heard, *tick, *now);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct timebase base;
	struct heard heard = {.has_row = false};
	struct instant now = {NS_PER_S};
	uint32_t tick = 0;

	if (n < 2)
		return 0;
	timebase_init(&base, (bytes[0] - 128) * 4000, &paths[bytes[1] & 1]);
	timebase_set_step(&base, bytes[1] >> 1);
	bytes += 2;
	n -= 2;
	for (unsigned i = 0; i < STEPS && n >= STEP; i++, bytes += STEP, n -= STEP) {
		step(&base, &heard, bytes, &now, &tick);
		if (timebase_piece(&base))
			check_piece(timebase_piece(&base));
		must(timebase_next_ping_ns(&base, tick) > 0, "a ping before now");
		must(timebase_round_trip_ns(&base) >= 0, "an answer before the question");
	}
	return 0;
}
