/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the time of a device becomes the time of the board.
 *
 * Where the delays come from. A sample is taken by the device at its own tick and read by us some
 * time later. That time is never negative, has a floor that belongs to the path (interrupt, FIFO,
 * wire), and above the floor a tail that belongs to the moment: a UART's FIFO time-out (0 to 0.35
 * ms at 115200), the wait for the next USB frame (0 to 1 ms), an FTDI's latency timer (0 to 16 ms
 * unless set to 1), our own scheduling (tens of microseconds, now and then tens of milliseconds).
 * The mean of such delays is far from their floor and moves with the load, so averaging or least
 * squares keep the mean as an error, and one 20 ms outlier bends a line that hundreds of good
 * samples made straight.
 *
 * Ask, do not only listen. The device answers a ping with the ticks at which the question came in
 * and the answer left. With s, r ours and dr, ds its, the offset is ((s - dr) + (r - ds)) / 2 and
 * the round trip (r - s) - (ds - dr): RFC 5905 (NTP) section 8 with signs turned round. Whatever
 * the two delays are, the truth is within half a round trip of that offset; so the exchange with
 * the smallest round trip of a bucket is the one that says most (Mills' clock filter; Lab Streaming
 * Layer keeps the best of 8 probes in the same way). What no exchange can see is a constant
 * asymmetry of the path: it stays as a bias of at most half the smallest round trip, and the
 * uncertainty says so.
 *
 * Random phase. Pings at a period that is a multiple of 1 ms meet every USB frame at the same
 * phase, and creep through it once in 25 s at 40 ppm: the smallest round trip would be met once a
 * beat. Gaps are random instead.
 *
 * The line. Best exchanges of up to 32 buckets give rate and offset: the median of all slopes
 * between distant buckets (Theil 1950, Sen 1968), then the median of the residuals; up to 29 % of
 * the buckets may lie. Buckets start at a quarter of a second. When all are full, each two
 * neighbours become one (the better of them) and the bucket doubles, up to 4 s: a short window at
 * first, when any rate is news, a window of two minutes later, when noise is what is left. A rate
 * fitted over less than a few seconds is mostly noise and is drawn towards what is known (an
 * earlier plugging in, or zero) by span^2 / (span^2 + 1 s^2); unless it contradicts that by more
 * than half the round trips at both ends allow, for then what is known is wrong. When the newest
 * buckets all lie on one side of the line, each further off than half of all buckets are, the clock
 * has bent (a ceramic resonator does when a hand warms it) and the older half of the window is
 * forgotten. A rate that is beyond 5000 ppm in spite of that allowance is not a clock: there is no
 * map then, and the conversation stamps by arrival.
 *
 * The pieces. Stamps that were given away are never changed, must rise, and their spacing must be
 * true: so an estimate is not jumped to but steered to, by a piece that starts where the old one is
 * at the newest tick and whose rate is the estimated one and at most 100 ppm more or less. Only in
 * the first five seconds, while the rate itself is still being learnt, may it be more: a resonator
 * that is 2000 ppm off has put the map a millisecond out before anybody knew. Data that were on
 * their way meanwhile have older ticks: they are stamped by the piece that ruled then, which makes
 * the map one continuous rising function of the tick. A contradiction (the map is outside of a
 * ping's half round trip by more than 20 ms) is no drift but another clock: a new segment.
 *
 * What it gives, worst of 20 runs of 15 minutes in tests/unit/timebase_test.c, where the truth is
 * known (rates from -200 to 200 ppm, wandering by 0.5 ppm in 10 minutes, 2 % of the pings some ms
 * late; error after the constant asymmetry is taken off, from the first minute on):
 *     115200 bit/s UART   p50  9 us   p95 28 us   max  58 us   spacing of stamps within  4 ppm
 *     USB, 1 ms frames    p50 29 us   p95 79 us   max 142 us   spacing of stamps within 10 ppm
 * and from the first second to the 20th at most 0.27 ms (UART) and 0.55 ms (USB). A resonator 2000
 * ppm off is within 1 ms in the second second, 0.3 ms in the fifth, 0.1 ms from the eighth on; at
 * 4900 ppm, where the limit of a piece leaves only 100 ppm to catch up with, 2.6 ms, 2.4 ms, and
 * 0.3 ms after half a minute.
 *
 * All arithmetic is in integers; differences of nanoseconds times a billion stay below 2^63 because
 * a window is minutes and a rate at most 5 %, which is what a slope is held to. */
#include "sense/timebase.h"

#include <stdlib.h>
#include <string.h>

enum {
	BUCKET_FIRST_MS = 250,
	BUCKET_LAST_MS = 4000,
	QUICK_MS = 500,        /* the first piece waits no longer than this for its 8 pings */
	LEARNING_PINGS = 48,   /* this many pings go out at a fifth of a second */
	STEER_LEAST_MS = 2000, /* over how long an error is steered away, at least */
	STEER_MOST_MS = 8000,
	TRUST_SPAN_MS = 1000, /* a fitted rate and the known one weigh the same here */
	LEARNING_SPAN_MS = 5000,
	SLEW_MOST_PPB = 100000,
	NONSENSE_PPB = 10 * CLOCK_RATE_MOST_PPB, /* more, and its products would overflow */
	JUMP_NS = 20 * NS_PER_MS,
	BENT_BUCKETS = 4, /* so many newest buckets on one side mean a bent clock */
	SLOPES = TIMEBASE_BUCKETS * (TIMEBASE_BUCKETS - 1) / 2,
};

/* What no clock's offset grows by within a window, and a damaged tick may. */
static const int64_t growth_most_ns = 1000 * (int64_t)NS_PER_S;

struct line {
	int64_t tick, offset_ns; /* at the newest bucket */
	int64_t rate_ppb;
	int64_t doubt_ppb;  /* the rate cannot be further out than this, whatever the path did */
	int64_t scatter_ns; /* median distance of the buckets from the line */
	bool is_bent;
};

static int64_t clamp(int64_t value, int64_t most)
{
	return value > most ? most : value < -most ? -most : value;
}

static int64_t distance(int64_t value)
{
	return value < 0 ? -value : value;
}

/* Rate times distance: how much an offset grows over so many ticks. */
static int64_t grown(int64_t rate_ppb, int64_t ticks)
{
	return rate_ppb * ticks / 1000000;
}

/* Shell's sort, then the middle one: qsort may allocate, and this is the sense thread. */
static int64_t median(int64_t *values, size_t n)
{
	static const size_t gaps[] = {301, 132, 57, 23, 10, 4, 1};

	for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
		for (size_t i = gaps[g]; i < n; i++) {
			int64_t value = values[i];
			size_t j = i;

			for (; j >= gaps[g] && values[j - gaps[g]] > value; j -= gaps[g])
				values[j] = values[j - gaps[g]];
			values[j] = value;
		}
	}
	return values[n / 2];
}

/* --- estimating --- */

static int64_t fitted_rate(const struct timebase *base, int64_t *ret_doubt_ppb)
{
	const struct timebase_bucket *bucket = base->bucket;
	unsigned n = base->n_buckets;
	int64_t span = bucket[n - 1].tick - bucket[0].tick, slopes[SLOPES];
	int64_t span_ms = span / 1000, known = base->known_ppb, rate;
	size_t n_slopes = 0;

	for (unsigned i = 0; i < n; i++) {
		for (unsigned j = i + 1; j < n; j++) {
			int64_t ticks = bucket[j].tick - bucket[i].tick;
			int64_t growth =
				clamp(bucket[j].offset_ns - bucket[i].offset_ns, growth_most_ns);

			if (ticks <= span / 4) /* a short baseline is all noise */
				continue;
			slopes[n_slopes++] = growth * 1000000 / ticks;
		}
	}
	*ret_doubt_ppb = INT64_MAX;
	if (n_slopes == 0)
		return known;
	rate = clamp(median(slopes, n_slopes), NONSENSE_PPB);
	*ret_doubt_ppb =
		(bucket[0].round_trip_ns + bucket[n - 1].round_trip_ns) / 2 * 1000000 / span;
	if (span_ms > 20 * TRUST_SPAN_MS || distance(rate - known) > *ret_doubt_ppb)
		return rate;
	return known +
		(rate - known) * (span_ms * span_ms) /
		(span_ms * span_ms + TRUST_SPAN_MS * TRUST_SPAN_MS);
}

static struct line fit(const struct timebase *base)
{
	const struct timebase_bucket *newest = &base->bucket[base->n_buckets - 1];
	struct line line = {.tick = newest->tick};
	int64_t residuals[TIMEBASE_BUCKETS], scratch[TIMEBASE_BUCKETS], middle;
	unsigned n = base->n_buckets, above = 0, below = 0;

	line.rate_ppb = fitted_rate(base, &line.doubt_ppb);
	for (unsigned i = 0; i < n; i++)
		residuals[i] = base->bucket[i].offset_ns - newest->offset_ns +
			grown(line.rate_ppb, newest->tick - base->bucket[i].tick);
	memcpy(scratch, residuals, n * sizeof(scratch[0]));
	middle = median(scratch, n);
	line.offset_ns = newest->offset_ns + middle;

	for (unsigned i = 0; i < n; i++)
		scratch[i] = distance(residuals[i] - middle);
	line.scatter_ns = median(scratch, n);
	for (unsigned i = n - (n < BENT_BUCKETS ? n : BENT_BUCKETS); i < n; i++) {
		above += residuals[i] - middle > line.scatter_ns;
		below += residuals[i] - middle < -line.scatter_ns;
	}
	line.is_bent = above == BENT_BUCKETS || below == BENT_BUCKETS;
	return line;
}

static void forget_older_half(struct timebase *base)
{
	unsigned gone = base->n_buckets / 2;

	base->n_buckets -= gone;
	memmove(base->bucket, base->bucket + gone, base->n_buckets * sizeof(base->bucket[0]));
}

static int64_t smallest_round_trip(const struct timebase *base)
{
	int64_t least = INT64_MAX;

	for (unsigned i = 0; i < base->n_buckets; i++)
		if (base->bucket[i].round_trip_ns < least)
			least = base->bucket[i].round_trip_ns;
	return least;
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

/* One standard deviation: the asymmetry may be anything up to half the smallest round trip (a
 * uniform distribution: divided by the square root of 12), the line is as good as its buckets
 * scatter, and the part of an error that is still being steered away counts whole. Added, not
 * squared: they are not independent and nobody was ever harmed by an honest margin. */
static uint32_t uncertainty(const struct timebase *base, const struct line *line, int64_t error_ns)
{
	int64_t path = smallest_round_trip(base) * 289 / 1000;
	int64_t noise = line->scatter_ns * 3 / 2 / (base->n_buckets > 8 ? 2 : 1);
	int64_t sum = path + noise + distance(error_ns) + 500;

	return sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

static void steer(struct timebase *base)
{
	struct line line = fit(base);
	const struct clock_piece *now = timebase_piece(base);
	int64_t tick = base->last_tick, horizon_ms = 2 * (base->bucket_ns / NS_PER_MS), aim,
		error = 0, slew_most_ppb = SLEW_MOST_PPB;
	struct clock_piece next = {.segment = base->segment};

	if (line.is_bent && base->n_buckets > 2 * BENT_BUCKETS) {
		forget_older_half(base);
		line = fit(base);
	}
	base->is_clock = distance(line.rate_ppb) - line.doubt_ppb <= CLOCK_RATE_MOST_PPB;
	if (!base->is_clock) {
		/* What comes after, if it is one again, is another map. */
		base->segment += base->n_pieces > 0;
		base->n_pieces = 0;
		return;
	}
	base->rate_ppb = (int32_t)clamp(line.rate_ppb, CLOCK_RATE_MOST_PPB);
	if (base->bucket[base->n_buckets - 1].tick - base->bucket[0].tick <
		LEARNING_SPAN_MS * INT64_C(1000))
		slew_most_ppb = CLOCK_RATE_MOST_PPB;

	if (now && tick <= now->origin_tick)
		tick = now->origin_tick + 1;
	aim = line.offset_ns + grown(base->rate_ppb, tick - line.tick) + tick * 1000;
	if (now)
		error = aim - clock_piece_stamp(now, tick);
	if (horizon_ms < STEER_LEAST_MS)
		horizon_ms = STEER_LEAST_MS;
	if (horizon_ms > STEER_MOST_MS)
		horizon_ms = STEER_MOST_MS;

	next.origin_tick = tick;
	next.origin_ns = aim - error;
	next.rate_ppb =
		(int32_t)clamp(base->rate_ppb + clamp(error * 1000 / horizon_ms, slew_most_ppb),
			CLOCK_RATE_MOST_PPB);
	next.uncertainty_ns = uncertainty(base, &line, error);
	push_piece(base, next);
}

/* --- buckets --- */

static void halve_buckets(struct timebase *base)
{
	for (unsigned i = 0; i < TIMEBASE_BUCKETS / 2; i++) {
		const struct timebase_bucket *left = &base->bucket[2 * i], *right = left + 1;

		base->bucket[i] = left->round_trip_ns < right->round_trip_ns ? *left : *right;
	}
	base->n_buckets = TIMEBASE_BUCKETS / 2;
	base->bucket_ns *= 2;
}

static void close_bucket(struct timebase *base, int64_t now_ns)
{
	if (base->n_buckets == TIMEBASE_BUCKETS) {
		if (base->bucket_ns < BUCKET_LAST_MS * (int64_t)NS_PER_MS)
			halve_buckets(base);
		else
			memmove(base->bucket, base->bucket + 1,
				--base->n_buckets * sizeof(base->bucket[0]));
	}
	base->bucket[base->n_buckets++] = base->best;
	base->has_best = false;
	base->bucket_ends_ns = now_ns + base->bucket_ns;
}

static bool is_contradiction(const struct timebase *base, const struct timebase_bucket *exchange)
{
	const struct clock_piece *piece = timebase_piece(base);
	int64_t mapped;

	if (!piece)
		return false;
	mapped = clock_piece_stamp(piece, exchange->tick) - exchange->tick * 1000;
	return distance(mapped - exchange->offset_ns) > exchange->round_trip_ns / 2 + JUMP_NS;
}

/* A new segment in the same counting of ticks. */
static void open_segment(struct timebase *base)
{
	base->n_buckets = 0;
	base->has_best = false;
	base->bucket_ns = BUCKET_FIRST_MS * (int64_t)NS_PER_MS;
	base->pairs = 0;
	base->n_pieces = 0;
	base->known_ppb = base->rate_ppb;
	base->is_clock = true;
}

/* --- the header's --- */

void timebase_init(struct timebase *base, int32_t known_rate_ppb)
{
	*base = (struct timebase){.rate_ppb = known_rate_ppb};
	open_segment(base);
}

int64_t timebase_unwrap(const struct timebase *base, uint32_t tick)
{
	return base->has_tick ? base->last_tick + (int32_t)(tick - (uint32_t)base->last_tick)
			      : tick;
}

void timebase_advance(struct timebase *base, int64_t tick)
{
	if (!base->has_tick || tick > base->last_tick)
		base->last_tick = tick;
	base->has_tick = true;
}

bool timebase_pair(struct timebase *base, const struct timebase_pair *pair)
{
	int64_t pause_ns = (pair->device_sent - pair->device_received) * 1000;
	int64_t trip_ns = instant_since(pair->received, pair->sent), now_ns = pair->received.ns;
	struct timebase_bucket exchange = {
		.tick = pair->device_received + (pair->device_sent - pair->device_received) / 2,
		.round_trip_ns = trip_ns > pause_ns ? trip_ns - pause_ns : 0,
	};
	bool is_new_segment = false;

	/* No clock is so fast that it pauses for longer than the whole exchange took. */
	if (trip_ns < 0 || pause_ns < 0 ||
		pause_ns - grown(CLOCK_RATE_MOST_PPB, pause_ns / 1000) > trip_ns)
		return false;
	/* To half a tick: the device's middle in nanoseconds, not in whole ticks. */
	exchange.offset_ns =
		pair->sent.ns + trip_ns / 2 - pair->device_received * 1000 - pause_ns / 2;

	if (base->pairs > 0 &&
		(pair->device_received < base->last_pong_tick ||
			is_contradiction(base, &exchange))) {
		is_new_segment = base->n_pieces > 0;
		open_segment(base);
		base->last_tick = pair->device_sent;
	}
	if (base->pairs++ == 0) {
		/* Unique among the segments of a stream without remembering them: the second in
		 * which it began, one more if that one is taken. */
		uint32_t second = (uint32_t)(now_ns / NS_PER_S);

		base->segment = second > base->segment ? second : base->segment + 1;
		base->bucket_ends_ns = now_ns + QUICK_MS * (int64_t)NS_PER_MS;
	}
	base->last_pong_tick = pair->device_sent;
	timebase_advance(base, pair->device_sent);
	if (!base->has_best || exchange.round_trip_ns < base->best.round_trip_ns)
		base->best = exchange;
	base->has_best = true;

	if (now_ns < base->bucket_ends_ns &&
		(base->n_pieces > 0 || base->pairs < TIMEBASE_QUICK_PINGS))
		return is_new_segment;
	close_bucket(base, now_ns);
	steer(base);
	return true;
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
	int64_t least_us = 300000, spread_us = 900000;

	if (base->pairs < TIMEBASE_QUICK_PINGS) {
		least_us = 5000;
		spread_us = 20000;
	} else if (base->pairs < LEARNING_PINGS) {
		least_us = 100000;
		spread_us = 200000;
	}
	return (least_us + random % spread_us) * NS_PER_US + random / 1000000 % 1000;
}

int64_t timebase_round_trip_ns(const struct timebase *base)
{
	if (base->n_buckets > 0)
		return base->bucket[base->n_buckets - 1].round_trip_ns;
	return base->has_best ? base->best.round_trip_ns : 0;
}

int32_t timebase_rate_ppb(const struct timebase *base)
{
	return base->rate_ppb;
}
