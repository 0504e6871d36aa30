/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buckets, segments and pieces of the map. What it is for and why it is so: timebase.h; the line
 * through the buckets: timebase_fit.c. */
#include "sense/timebase.h"

#include <string.h>

enum {
	BUCKET_FIRST_MS = 250,
	BUCKET_LAST_MS = 4000,
	QUICK_MS = 500,        /* the first piece waits no longer than this for its 8 pings, */
	QUICK_HEARD_MS = 2000, /* and no longer than this where nobody can be asked */
	BUCKET_PINGS = 5, /* in each, so that new ones are as good as those of which one was made */
	PING_LEAST_MS = 200,
	PING_MOST_MS = 750,
	STEER_LEAST_MS = 2000, /* over how long an error is steered away, at least */
	STEER_MOST_MS = 8000,
	LEARNING_SPAN_MS = 5000,
	SILENCE_S = 120,        /* who was asked in vain for so long is learnt anew; */
	SPOKEN_SILENCE_S = 600, /* who only speaks may do so each few minutes */
	COAST_PPB = 1000,       /* what a crystal's rate changes in a room, when nobody looks */
	SLEW_MOST_PPB = 100000,
	UNKNOWN_PPB = 200000, /* of a clock that was never measured: one standard deviation ... */
	KNOWN_PPB = 50000,    /* ... and of one that was, at another temperature */
	SURE_SPAN_MS = 20000, /* after so long it was measured, ... */
	BENT_PPB = 5000,      /* ... and one that bends is not much further off */
	JUMP_MS = 20,
	BENT_BUCKETS = 4, /* the least that is left when older ones are forgotten */
};

static int64_t clamp(int64_t value, int64_t most)
{
	return value > most ? most : value < -most ? -most : value;
}

static int64_t distance(int64_t value)
{
	return value < 0 ? -value : value;
}

/* What was heard. The map stands. */
static void forget_all(struct timebase *base)
{
	base->n_buckets = 0;
	base->open = (struct fit_bucket){0};
	base->bucket_ns = BUCKET_FIRST_MS * (int64_t)NS_PER_MS;
	base->pairs = base->spoken = 0;
	base->is_sure = false;
	base->bend = base->off_ns = base->said_off_ns = 0;
	base->trip_ns = base->open_trip_ns = 0;
}

/* A new segment in the same counting of ticks. */
static void open_segment(struct timebase *base)
{
	forget_all(base);
	base->n_pieces = 0;
	base->known = (struct fit_known){base->rate_ppb, base->rate_ppb ? KNOWN_PPB : UNKNOWN_PPB};
	base->is_clock = true;
}

/* --- steering --- */

static void push_piece(struct timebase *base, struct clock_piece piece)
{
	if (base->n_pieces == TIMEBASE_PIECES) {
		base->n_pieces--;
		memmove(base->piece, base->piece + 1, base->n_pieces * sizeof(base->piece[0]));
	}
	base->piece[base->n_pieces++] = piece;
}

static int64_t bucket_tick(const struct fit_bucket *bucket)
{
	int64_t low = bucket->low.is_set ? bucket->low.tick : INT64_MIN;

	return bucket->high.is_set && bucket->high.tick > low ? bucket->high.tick : low;
}

static int64_t newest_tick(const struct timebase *base)
{
	return bucket_tick(&base->bucket[base->n_buckets - 1]);
}

static int64_t span_ticks(const struct timebase *base)
{
	return newest_tick(base) - bucket_tick(&base->bucket[0]);
}

/* Half of the buckets, or all but the newest few that made them look bent. */
static void forget_older(struct timebase *base)
{
	int64_t span = span_ticks(base);
	unsigned kept =
		base->n_buckets / 2 >= 2 * BENT_BUCKETS ? base->n_buckets / 2 : BENT_BUCKETS;

	memmove(base->bucket, base->bucket + base->n_buckets - kept,
		kept * sizeof(base->bucket[0]));
	base->n_buckets = kept;
	if (span > SURE_SPAN_MS * INT64_C(1000))
		base->known = (struct fit_known){base->rate_ppb, BENT_PPB};
}

static struct fit_line fit(struct timebase *base)
{
	struct fit_line line;

	for (;;) {
		fit_buckets(base->bucket, base->n_buckets, &base->path, base->known,
			base->last_tick, &line);
		if (!line.is_bent || base->n_buckets <= BENT_BUCKETS)
			return line;
		forget_older(base);
	}
}

static int64_t slew_most_ppb(const struct timebase *base)
{
	return span_ticks(base) < LEARNING_SPAN_MS * INT64_C(1000) ? CLOCK_RATE_MOST_PPB
								   : SLEW_MOST_PPB;
}

/* How fast the rate changes, from one fit to the next, smoothed over eight of them. A short
 * window's rate is noise, and says nothing of it. */
static void see_bend(struct timebase *base, int64_t rate_ppb)
{
	int64_t bucket_ms = base->bucket_ns / NS_PER_MS;

	if (span_ticks(base) < SURE_SPAN_MS * INT64_C(1000))
		return;
	if (base->is_sure)
		base->bend += ((rate_ppb - base->sure_ppb) * 1000 / bucket_ms - base->bend) / 8;
	base->is_sure = true;
	base->sure_ppb = rate_ppb;
}

/* A straight line through a parabola is behind at its end, by half the span in its rate and by a
 * twelfth of the span's square in its offset. What of the bend may be the noise of the rates that
 * it was made of is left out. */
static void lead(const struct timebase *base, struct fit_line *line)
{
	int64_t noise = line->rate_noise_ppb * 1000 / (8 * (base->bucket_ns / NS_PER_MS));
	int64_t span_ms = span_ticks(base) / 1000, bend = distance(base->bend) - noise;

	if (bend <= 0)
		return;
	bend = base->bend < 0 ? -bend : bend;
	line->rate_ppb += bend * span_ms / 2000;
	line->offset_ns += bend * span_ms / 1000 * span_ms / 12000;
}

/* What the newest buckets say that the line is off, and, as it grew, may be by the next one. A bucket
 * that says nothing, for its delays were long, takes back a quarter of what those before it said. */
static void see_off(struct timebase *base, const struct fit_line *line)
{
	int64_t held_ns = base->off_ns * 3 / 4, now_ns = line->off_ns;
	int64_t grown = now_ns > base->said_off_ns ? now_ns - base->said_off_ns : 0;

	base->off_ns = now_ns + 2 * grown > held_ns ? now_ns + 2 * grown : held_ns;
	base->said_off_ns = now_ns;
}

/* Of the stamps until the next piece: the rate's doubt grows meanwhile, and what was made
 * good of a bend is doubted by half as much again. */
static uint32_t uncertainty(const struct timebase *base, const struct fit_line *line, int64_t error)
{
	int64_t rate_ppb = clamp(line->rate_noise_ppb, CLOCK_RATE_MOST_PPB);
	int64_t span_s = span_ticks(base) / 1000000;
	int64_t sum = base->off_ns + fit_uncertainty_ns(line, &base->path) + base->step_ns / 2 +
		distance(error) + fit_grown_ns(rate_ppb, base->bucket_ns / 1000) +
		distance(base->bend) * span_s * span_s / 8;

	return sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

/* What the corridor excludes for certain. Bounds were compared within buckets by the rate known then:
 * where that was another, each end of the window may be off by what they grow apart in a bucket. */
static bool is_clock(const struct timebase *base, const struct fit_line *line)
{
	int64_t span_us = span_ticks(base), doubt_ppb = line->doubt_ppb;

	if (doubt_ppb == INT64_MAX) /* of one instant: nothing is excluded */
		return true;
	if (span_us > 0)
		doubt_ppb += 2 * distance(line->rate_ppb - base->rate_ppb) *
			(base->bucket_ns / 1000) / span_us;
	return distance(line->rate_ppb) - doubt_ppb <= CLOCK_RATE_MOST_PPB;
}

/* Stamps are joined without a step: the piece begins where the map is, and runs to where it should
 * be. */
static void steer(struct timebase *base)
{
	struct fit_line line = fit(base);
	const struct clock_piece *now = timebase_piece(base);
	int64_t tick = base->last_tick, horizon_ms = 2 * (base->bucket_ns / NS_PER_MS), aim,
		error = 0;
	struct clock_piece next = {.segment = base->segment};

	base->is_clock = is_clock(base, &line);
	if (!base->is_clock) {
		/* What comes after, if it is one again, is another map. */
		base->rate_ppb = 0;
		base->segment += base->n_pieces > 0;
		base->n_pieces = 0;
		return;
	}
	see_bend(base, line.rate_ppb);
	lead(base, &line);
	base->rate_ppb = (int32_t)clamp(line.rate_ppb, CLOCK_RATE_MOST_PPB);
	if (now && tick <= now->origin_tick)
		tick = now->origin_tick + 1;
	aim = line.offset_ns + fit_grown_ns(base->rate_ppb, tick - line.tick) + tick * 1000;
	if (now)
		error = aim - clock_piece_stamp(now, tick);
	if (line.is_one_way && error > JUMP_MS * (int64_t)NS_PER_MS) {
		/* All that is heard has been late for long: its clock went back. */
		open_segment(base);
		return;
	}
	if (horizon_ms < STEER_LEAST_MS)
		horizon_ms = STEER_LEAST_MS;
	if (horizon_ms > STEER_MOST_MS)
		horizon_ms = STEER_MOST_MS;

	next.origin_tick = tick;
	next.origin_ns = aim - error;
	next.rate_ppb = (int32_t)clamp(
		base->rate_ppb + clamp(error * 1000 / horizon_ms, slew_most_ppb(base)),
		CLOCK_PIECE_MOST_PPB);
	see_off(base, &line);
	next.uncertainty_ns = uncertainty(base, &line, error);
	push_piece(base, next);
	base->steered_tick = tick + horizon_ms * 1000;
	base->coast_ns = base->last_told.ns + horizon_ms * (int64_t)NS_PER_MS;
	base->settled_ns = uncertainty(base, &line, 0);
	base->coast_ppb = line.rate_noise_ppb + COAST_PPB +
		distance(base->bend) * (span_ticks(base) / 2000000);
}

/* --- buckets --- */

static void halve_buckets(struct timebase *base)
{
	for (unsigned i = 0; i < FIT_BUCKETS / 2; i++) {
		fit_join(&base->bucket[2 * i], &base->bucket[2 * i + 1], base->rate_ppb);
		base->bucket[i] = base->bucket[2 * i];
	}
	base->n_buckets = FIT_BUCKETS / 2;
	base->bucket_ns *= 2;
}

static void close_bucket(struct timebase *base, int64_t now_ns)
{
	if (base->n_buckets == FIT_BUCKETS) {
		if (base->bucket_ns < BUCKET_LAST_MS * (int64_t)NS_PER_MS)
			halve_buckets(base);
		else
			memmove(base->bucket, base->bucket + 1,
				--base->n_buckets * sizeof(base->bucket[0]));
	}
	base->bucket[base->n_buckets++] = base->open;
	base->open = (struct fit_bucket){0};
	base->trip_ns = base->open_trip_ns ? base->open_trip_ns : base->trip_ns;
	base->open_trip_ns = 0;
	base->bucket_ends_ns = now_ns + base->bucket_ns;
}

/* By how much the map is outside of what the exchange allows. */
static int64_t outside_ns(const struct timebase *base, const struct fit_bucket *exchange)
{
	const struct clock_piece *piece = timebase_piece(base);
	const struct fit_bound *low = &exchange->low, *high = &exchange->high;
	int64_t early = 0, late = 0;

	if (piece && low->is_set)
		early = low->offset_ns + low->tick * 1000 - clock_piece_stamp(piece, low->tick);
	if (piece && high->is_set)
		late = clock_piece_stamp(piece, high->tick) - high->tick * 1000 - high->offset_ns;
	return early > late ? early : late;
}

/* Nothing was heard for longer than the window knows of. Its rate is still the best there is, and where
 * that leads is no reason for another segment; but what it saw says no more where the line is. */
static bool is_stale(const struct timebase *base, int64_t now_ns)
{
	int64_t silence_ns = now_ns - base->last_told.ns;
	int64_t least_s = base->spoken == base->pairs ? SPOKEN_SILENCE_S : SILENCE_S;

	return silence_ns > least_s * NS_PER_S &&
		(base->n_buckets == 0 || silence_ns / 1000 > span_ticks(base));
}

/* Begins a segment with this exchange where it is the first, or where it cannot belong to the one
 * before: its clock went back, or is another. Returns true when there was a map. */
static bool begin(
	struct timebase *base, const struct fit_bucket *exchange, int64_t last_tick, int64_t now_ns)
{
	bool had_map = base->n_pieces > 0, is_other = false;

	timebase_coast(base, (struct instant){now_ns});
	if (base->pairs > 0 &&
		(last_tick + JUMP_MS * 1000 < base->last_told_tick ||
			outside_ns(base, exchange) > JUMP_MS * (int64_t)NS_PER_MS)) {
		open_segment(base);
		base->has_tick = false;
		is_other = true;
	} else if (base->pairs > 0 && is_stale(base, now_ns)) {
		forget_all(base);
		if (had_map)
			base->known = (struct fit_known){base->rate_ppb, base->coast_ppb / 2};
	}
	if (base->pairs == 0)
		base->bucket_ends_ns = now_ns + QUICK_MS * (int64_t)NS_PER_MS;
	if (base->pairs == 0 && base->n_pieces == 0) {
		/* Unique among the segments of a stream without remembering them: the second in
		 * which it began, one more if that one is taken. */
		uint32_t second = (uint32_t)(now_ns / NS_PER_S);

		base->segment = second > base->segment ? second : base->segment + 1;
	}
	if (base->n_pieces > 0 && outside_ns(base, exchange) > timebase_piece(base)->uncertainty_ns)
		base->bucket_ends_ns = now_ns; /* news that cannot wait */
	base->pairs++;
	base->last_told_tick = last_tick;
	base->last_told.ns = now_ns;
	timebase_advance(base, last_tick, base->last_told);
	return is_other && had_map;
}

/* Closes the bucket when it is time. Who can be asked has told enough after eight pings; who only
 * speaks has after as many words, and two seconds, for his delays say less. */
static bool look(struct timebase *base, int64_t now_ns)
{
	bool is_first = base->n_pieces == 0 && base->n_buckets == 0;
	bool is_enough = base->pairs - base->spoken >= TIMEBASE_QUICK_PINGS;

	if (!base->open.high.is_set || (now_ns < base->bucket_ends_ns && !(is_first && is_enough)))
		return false;
	if (is_first && !base->open.low.is_set &&
		(base->pairs < 2 ||
			now_ns - base->bucket_ends_ns <
				(QUICK_HEARD_MS - QUICK_MS) * (int64_t)NS_PER_MS))
		return false;
	close_bucket(base, now_ns);
	steer(base);
	return true;
}

/* --- the header's --- */

void timebase_init(struct timebase *base, int32_t known_rate_ppb, const struct fit_path *path)
{
	*base = (struct timebase){.rate_ppb = known_rate_ppb, .path = *path};
	open_segment(base);
}

void timebase_set_step(struct timebase *base, unsigned step_us)
{
	base->step_ns = step_us > 1 ? step_us * (int64_t)NS_PER_US : 0;
}

int64_t timebase_unwrap(const struct timebase *base, uint32_t tick, struct instant now)
{
	int64_t passed_us, there;

	if (!base->has_tick)
		return tick;
	passed_us = instant_since(now, base->last_seen) / 1000;
	there = base->last_tick + passed_us - fit_grown_ns(base->rate_ppb, passed_us) / 1000;
	return there + (int32_t)(tick - (uint32_t)there);
}

void timebase_advance(struct timebase *base, int64_t tick, struct instant now)
{
	if (!base->has_tick || tick > base->last_tick) {
		base->last_tick = tick;
		base->last_seen = now;
	}
	base->has_tick = true;
}

void timebase_coast(struct timebase *base, struct instant now)
{
	const struct clock_piece *last = timebase_piece(base);
	int64_t age_us = instant_since(now, base->last_told) / 1000 * 3 / 2, doubt_ns;
	struct clock_piece next;

	if (!last || now.ns <= base->coast_ns)
		return;
	next = *last;
	next.origin_tick =
		base->steered_tick > base->last_tick ? base->steered_tick : base->last_tick + 1;
	next.origin_ns = clock_piece_stamp(last, next.origin_tick);
	next.rate_ppb = base->rate_ppb;
	doubt_ns = base->settled_ns + fit_grown_ns(base->coast_ppb, age_us);
	next.uncertainty_ns = doubt_ns > UINT32_MAX ? UINT32_MAX : (uint32_t)doubt_ns;
	base->coast_ns = base->last_told.ns + age_us * 1000;
	push_piece(base, next);
}

bool timebase_pair(struct timebase *base, const struct timebase_pair *pair)
{
	int64_t pause_ns = (pair->device_sent - pair->device_received) * 1000;
	int64_t trip_ns = instant_since(pair->received, pair->sent), wire_ns = trip_ns - pause_ns;
	struct fit_bucket exchange = {0};
	bool is_other;

	/* No clock is so fast that it pauses for longer than the whole exchange took. */
	if (trip_ns < 0 || pause_ns < 0 ||
		pause_ns - fit_grown_ns(CLOCK_RATE_MOST_PPB, pause_ns / 1000) > trip_ns)
		return false;
	fit_to_device(&exchange, pair->sent.ns, pair->device_received, base->rate_ppb);
	fit_from_device(&exchange, pair->received.ns, pair->device_sent, base->rate_ppb);
	is_other = begin(base, &exchange, pair->device_sent, pair->received.ns);
	fit_join(&base->open, &exchange, base->rate_ppb);
	wire_ns = wire_ns > 1 ? wire_ns : 1;
	if (!base->open_trip_ns || wire_ns < base->open_trip_ns)
		base->open_trip_ns = wire_ns;
	return look(base, pair->received.ns) || is_other;
}

bool timebase_heard(struct timebase *base, int64_t tick, struct instant arrival)
{
	struct fit_bucket exchange = {0};
	bool is_other;

	fit_from_device(&exchange, arrival.ns, tick, base->rate_ppb);
	is_other = begin(base, &exchange, tick, arrival.ns);
	base->spoken++;
	fit_join(&base->open, &exchange, base->rate_ppb);
	return look(base, arrival.ns) || is_other;
}

void timebase_restart(struct timebase *base)
{
	open_segment(base);
	base->has_tick = false;
}

bool timebase_is_clock(const struct timebase *base)
{
	return base->is_clock;
}

const struct clock_piece *timebase_piece(const struct timebase *base)
{
	return base->n_pieces ? &base->piece[base->n_pieces - 1] : NULL;
}

const struct clock_piece *timebase_piece_at(const struct timebase *base, int64_t tick)
{
	unsigned i = base->n_pieces;

	while (i > 1 && tick < base->piece[i - 1].origin_tick)
		i--;
	return i ? &base->piece[i - 1] : NULL;
}

int64_t timebase_next_ping_ns(const struct timebase *base, uint32_t random)
{
	int64_t mean_us = base->bucket_ns / BUCKET_PINGS / NS_PER_US;

	if (base->pairs - base->spoken < TIMEBASE_QUICK_PINGS)
		return (5000 + random % 20000) * NS_PER_US + random / 1000000 % 1000;
	if (mean_us < PING_LEAST_MS * 1000)
		mean_us = PING_LEAST_MS * 1000;
	if (mean_us > PING_MOST_MS * 1000)
		mean_us = PING_MOST_MS * 1000;
	return (mean_us / 2 + random % mean_us) * NS_PER_US + random / 1000000 % 1000;
}

int64_t timebase_round_trip_ns(const struct timebase *base)
{
	return base->trip_ns ? base->trip_ns : base->open_trip_ns;
}

int32_t timebase_rate_ppb(const struct timebase *base)
{
	return base->rate_ppb;
}
