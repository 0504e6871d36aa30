/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two envelopes of the same clock: delays from the device lie above the line, delays to the device
 * below it. Both are turned so that delays point upwards; what is said of an envelope here holds
 * for either. */
#include "sense/timebase_fit.h"

#include "data/batch.h"

enum {
	SLOPES = FIT_BUCKETS * (FIT_BUCKETS - 1) / 2,
	LOW_SHARE = 7,        /* the line runs where a seventh of the buckets lie below it */
	GROUP_FROM = 12,      /* so many buckets, and the rate is that of groups of them ... */
	GROUPS = 8,           /* ... about so many */
	BENT_BUCKETS = 4,     /* so many newest buckets on one side mean a bent clock */
	BENT_FROM = 10,       /* ... of a window of at least so many */
	BENT_SCATTERS = 2,    /* and lie so far off */
	LAG_ENDS = 3,         /* a bend is so much further off at the newest tick than they are */
	RESOLUTION_NS = 1000, /* a tick */
	FEW_BUCKETS = 6,
	WANDER_PPB = 100,     /* a crystal in a room, while a window lasts */
	PATH_NS = 100000,     /* by so much a path may change between two buckets ... */
	PATH_TICKS = 2000000, /* ... for so long */
	NONSENSE_PPB = 10 * CLOCK_RATE_MOST_PPB, /* more, and its products would overflow */
};

/* What no clock's offset grows by within a window, and a damaged tick may. */
static const int64_t growth_most_ns = 1000 * (int64_t)NS_PER_S;

struct envelope {
	unsigned n;
	int64_t x[FIT_BUCKETS]; /* ticks from the point that counts */
	int64_t y[FIT_BUCKETS]; /* ns: offset and delay, less the presumed floor */
	int64_t rate_ppb;
	int64_t level_ns;   /* where it runs at x 0, by the common rate */
	int64_t scatter_ns; /* of its buckets above that: half of them are within it */
	int64_t noise_ns;   /* 95 %, of the level */
	int64_t shift_ns;   /* shift_of its newest buckets */
	int64_t under_ns;   /* its newest bucket lies so far below it, where no delay can be */
	int64_t span;
};

static int64_t clamp(int64_t value, int64_t most)
{
	return value > most ? most : value < -most ? -most : value;
}

static int64_t distance(int64_t value)
{
	return value < 0 ? -value : value;
}

static int64_t root(int64_t square)
{
	int64_t low = 0, high = INT64_C(3037000499);

	while (low < high) {
		int64_t middle = (low + high + 1) / 2;

		if (middle * middle <= square)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Independent doubts together. A second is as much as a thousand of them. */
static int64_t together(int64_t a, int64_t b)
{
	a = clamp(a, NS_PER_S);
	b = clamp(b, NS_PER_S);
	return root(a * a + b * b);
}

/* In two parts, so that a silence of months does not overflow. */
int64_t fit_grown_ns(int64_t rate_ppb, int64_t ticks)
{
	return rate_ppb * (ticks / 1000000) + rate_ppb * (ticks % 1000000) / 1000000;
}

/* Shell's sort: qsort may allocate, and this is the sense thread. */
static void sort(int64_t *values, size_t n)
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
}

/* --- buckets --- */

static void tighten(struct fit_bound *bound, int64_t tick, int64_t offset_ns, int64_t delay_sign,
	int32_t rate_ppb)
{
	int64_t here = offset_ns - fit_grown_ns(rate_ppb, clamp(tick - bound->tick, NS_PER_S));

	if (!bound->is_set || (here - bound->offset_ns) * delay_sign < 0)
		*bound = (struct fit_bound){true, tick, offset_ns};
}

void fit_to_device(struct fit_bucket *bucket, int64_t board_ns, int64_t tick, int32_t rate_ppb)
{
	tighten(&bucket->low, tick, board_ns - tick * 1000, -1, rate_ppb);
}

void fit_from_device(struct fit_bucket *bucket, int64_t board_ns, int64_t tick, int32_t rate_ppb)
{
	tighten(&bucket->high, tick, board_ns - tick * 1000, 1, rate_ppb);
}

void fit_join(struct fit_bucket *bucket, const struct fit_bucket *other, int32_t rate_ppb)
{
	if (other->low.is_set)
		tighten(&bucket->low, other->low.tick, other->low.offset_ns, -1, rate_ppb);
	if (other->high.is_set)
		tighten(&bucket->high, other->high.tick, other->high.offset_ns, 1, rate_ppb);
}

/* --- one envelope --- */

static void collect(struct envelope *envelope, const struct fit_bucket *buckets, unsigned n,
	bool is_low, int64_t floor_ns, int64_t at_tick, int64_t base_ns)
{
	*envelope = (struct envelope){0};
	for (unsigned i = 0; i < n; i++) {
		const struct fit_bound *bound = is_low ? &buckets[i].low : &buckets[i].high;
		int64_t y = clamp(bound->offset_ns - base_ns, growth_most_ns);

		if (!bound->is_set)
			continue;
		envelope->x[envelope->n] = bound->tick - at_tick;
		envelope->y[envelope->n++] = (is_low ? -y : y) - floor_ns;
	}
	if (envelope->n)
		envelope->span = envelope->x[envelope->n - 1] - envelope->x[0];
}

/* The median of all slopes between distant points (Theil, Sen). A counter that went back a little, by less
 * than makes it another clock, leaves points that do not rise: between those there is no slope. */
static int64_t median_slope(const int64_t *x, const int64_t *y, unsigned n)
{
	int64_t slopes[SLOPES], least = x[n - 1] > x[0] ? (x[n - 1] - x[0]) / 4 : 0;
	size_t n_slopes = 0;

	for (unsigned i = 0; i < n; i++)
		for (unsigned j = i + 1; j < n; j++)
			if (x[j] - x[i] > least) /* a short baseline is all noise */
				slopes[n_slopes++] = (y[j] - y[i]) * 1000000 / (x[j] - x[i]);
	if (n_slopes == 0)
		return 0;
	sort(slopes, n_slopes);
	return clamp(slopes[n_slopes / 2], NONSENSE_PPB);
}

/* The lowest point of each few neighbours: for delays, fewer and lower points make a truer line
 * than many higher ones. */
static unsigned lowest_of_groups(
	const struct envelope *envelope, int64_t rate_ppb, int64_t *ret_x, int64_t *ret_y)
{
	unsigned size = envelope->n < GROUP_FROM ? 1 : envelope->n / GROUPS, groups = 0;

	for (unsigned first = 0; first + size <= envelope->n; first += size, groups++) {
		unsigned best = first;

		for (unsigned i = first; i < first + size; i++)
			if (envelope->y[i] - fit_grown_ns(rate_ppb, envelope->x[i]) <
				envelope->y[best] - fit_grown_ns(rate_ppb, envelope->x[best]))
				best = i;
		ret_x[groups] = envelope->x[best];
		ret_y[groups] = envelope->y[best];
	}
	return groups;
}

/* Of n delays whose tail is exponential the one of rank i is expected at mean * (1/n + 1/(n-1) +
 * ... + 1/(n-i)) above their floor (Renyi 1953). In millionths. */
static int64_t expected_rank(unsigned n, unsigned rank)
{
	int64_t sum = 0;

	for (unsigned i = 0; i <= rank; i++)
		sum += 1000000 / (int64_t)(n - i);
	return sum;
}

/* By how much the newest buckets all lie above the middle, or (negative) below it. */
static int64_t shift_of(const struct envelope *envelope, const int64_t *residuals, int64_t middle)
{
	int64_t least = INT64_MAX, most = INT64_MIN;

	if (envelope->n < BENT_FROM)
		return 0;
	for (unsigned i = envelope->n - BENT_BUCKETS; i < envelope->n; i++) {
		least = residuals[i] < least ? residuals[i] : least;
		most = residuals[i] > most ? residuals[i] : most;
	}
	return least > middle ? least - middle : most < middle ? most - middle : 0;
}

/* How far buckets lie from the middle of their neighbours, the median of that: what chance does,
 * and no bend. */
static int64_t local_scatter(const int64_t *residuals, unsigned n)
{
	int64_t off[FIT_BUCKETS];

	for (unsigned i = 2; i < n; i++)
		off[i - 2] = distance(residuals[i - 1] - (residuals[i - 2] + residuals[i]) / 2);
	sort(off, n - 2);
	return off[(n - 2) / 2];
}

/* Two waits one after the other, as for a loop and then for a frame, are rarely both short: their
 * tail begins slowly, as Rayleigh's does, and the floor is further below the low points than an
 * exponential one lets expect. What tells is how far those spread themselves. By Rayleigh's law the
 * floor is then 2.4 times as far below as they spread too far. Half of that may be chance: it is made
 * good by half, and doubted whole. */
static void allow_for_shape(struct envelope *envelope, int64_t spread_ns, int64_t expected_ns)
{
	int64_t below = (spread_ns - expected_ns) * 12 / 5;

	if (envelope->n < BENT_FROM || below <= 0)
		return;
	if (below > 3 * envelope->scatter_ns)
		below = 3 * envelope->scatter_ns;
	envelope->level_ns -= below / 2;
	envelope->noise_ns = together(envelope->noise_ns, below);
}

/* Where the envelope runs, the rate given. The low point that is met by rank is above the floor by
 * what the scatter lets expect, and is put back by that. */
static void settle(struct envelope *envelope, int64_t rate_ppb)
{
	unsigned n = envelope->n, low = n / LOW_SHARE, half = n / 2;
	int64_t residuals[FIT_BUCKETS], sorted[FIT_BUCKETS], ranks, local;

	for (unsigned i = 0; i < n; i++)
		sorted[i] = residuals[i] = clamp(
			envelope->y[i] - fit_grown_ns(rate_ppb, envelope->x[i]), growth_most_ns);
	sort(sorted, n);
	envelope->scatter_ns = sorted[half] - sorted[low];
	local = n >= FEW_BUCKETS ? local_scatter(residuals, n) : envelope->scatter_ns;
	if (local < envelope->scatter_ns)
		envelope->scatter_ns = local;
	envelope->level_ns = sorted[low];
	ranks = expected_rank(n, half) - expected_rank(n, low);
	if (ranks > 0)
		envelope->level_ns -=
			envelope->scatter_ns / 1000 * expected_rank(n, low) / ranks * 1000;
	envelope->shift_ns = shift_of(envelope, residuals, sorted[half]);
	envelope->noise_ns = envelope->scatter_ns * 8 / 5 * 1000 / root((int64_t)n * 1000000);
	if (ranks > 0)
		allow_for_shape(envelope, sorted[low] - sorted[0],
			envelope->scatter_ns / 1000 *
				(expected_rank(n, low) - expected_rank(n, 0)) / ranks * 1000);
	if (residuals[n - 1] < envelope->level_ns)
		envelope->under_ns = envelope->level_ns - residuals[n - 1];
}

/* --- both --- */

/* What two envelopes say of the same thing, each counting by how little it scatters. */
static int64_t weighed(const struct envelope *from, const struct envelope *to, int64_t of_from,
	int64_t of_to, int64_t *ret_scatter_ns)
{
	int64_t a = clamp(from->scatter_ns, NS_PER_S) + RESOLUTION_NS;
	int64_t b = clamp(to->scatter_ns, NS_PER_S) + RESOLUTION_NS;
	int64_t unit = (a > b ? a : b) / 1000 + 1;

	*ret_scatter_ns = a;
	if (to->n < 3 || to->span * 2 < from->span)
		return of_from;
	*ret_scatter_ns = a / 1000 * b / (together(a, b) / 1000 + 1);
	a = a / unit + 1;
	b = b / unit + 1;
	return (of_from * (b * b) + of_to * (a * a)) / (a * a + b * b);
}

static void fit_rate(struct envelope *envelope)
{
	int64_t x[FIT_BUCKETS], y[FIT_BUCKETS];
	unsigned n;

	if (envelope->n < 2)
		return;
	envelope->rate_ppb = median_slope(envelope->x, envelope->y, envelope->n);
	n = lowest_of_groups(envelope, envelope->rate_ppb, x, y);
	envelope->rate_ppb = median_slope(x, y, n);
	settle(envelope, envelope->rate_ppb);
}

static bool has_both(const struct fit_bucket *bucket)
{
	return bucket->low.is_set && bucket->high.is_set;
}

/* Bounds that contradict each other are of a clock whose rate was taken for another, and are off by
 * as much. */
static int64_t width(const struct fit_bucket *bucket)
{
	return distance(clamp(bucket->high.offset_ns - bucket->low.offset_ns, growth_most_ns));
}

/* 95 % of a rate, by chance alone. */
static int64_t rate_noise_ppb(const struct envelope *from, int64_t scatter_ns)
{
	return 7 * clamp(scatter_ns, NS_PER_S) * 1000 / root((int64_t)from->n * 1000000) * 1000000 /
		(from->span > 0 ? from->span : 1);
}

/* A rate of few seconds is mostly noise: each of the two weighs by how sure it is, unless what was
 * seen cannot be had with the known one. */
static void draw_rate(struct fit_line *line, int64_t rate_ppb, struct fit_known known,
	int64_t noise_ppb, int64_t span)
{
	int64_t path_ppb = PATH_NS * INT64_C(1000000) / span;
	int64_t other = clamp(known.doubt_ppb, NONSENSE_PPB) / 100 + 1, own;

	if (span > PATH_TICKS) /* what stays for so long is the clock */
		path_ppb = path_ppb * PATH_TICKS / span;
	own = together(noise_ppb / 2, path_ppb) / 100 + 1;
	line->rate_ppb = rate_ppb;
	line->rate_noise_ppb = 200 * own;
	if (distance(rate_ppb - known.rate_ppb) > line->doubt_ppb)
		return;
	line->rate_noise_ppb =
		200 * own / root(own * own / 100 + other * other / 100 + 1) * other / 10;
	while (own > 30000 || other > 30000) { /* their squares times a rate are to fit */
		own = own / 2 + 1;
		other = other / 2 + 1;
	}
	line->rate_ppb = known.rate_ppb +
		(rate_ppb - known.rate_ppb) * (other * other) / (own * own + other * other);
}

/* By how much the newest buckets say that the line is off. */
static int64_t lag_of(
	const struct envelope *from, const struct envelope *to, int64_t *ret_scatter_ns)
{
	int64_t lag = weighed(from, to, from->shift_ns, -to->shift_ns, ret_scatter_ns);

	/* Both later than they were: that is the path. */
	if ((from->shift_ns > 0 && to->shift_ns > 0) || (from->shift_ns < 0 && to->shift_ns < 0))
		return 0;
	return lag;
}

void fit_buckets(const struct fit_bucket *buckets, unsigned n, const struct fit_path *path,
	struct fit_known known, int64_t at_tick, struct fit_line *ret_line)
{
	struct envelope from, to;
	struct fit_line line = {.tick = at_tick,
		.doubt_ppb = INT64_MAX,
		.rate_ppb = known.rate_ppb,
		.rate_noise_ppb = 2 * known.doubt_ppb};
	int64_t base_ns = 0, scatter_ns, rate, rate_noise, reach, middle, lag;

	for (unsigned i = 0; i < n; i++)
		if (buckets[i].high.is_set)
			base_ns = buckets[i].high.offset_ns;
	collect(&from, buckets, n, false, path->floor_from_ns, at_tick, base_ns);
	collect(&to, buckets, n, true, path->floor_to_ns, at_tick, base_ns);
	fit_rate(&from);
	fit_rate(&to);
	to.rate_ppb = -to.rate_ppb;
	line.is_one_way = to.n == 0;

	rate = weighed(&from, &to, from.rate_ppb, to.rate_ppb, &scatter_ns);
	rate_noise = rate_noise_ppb(&from, scatter_ns);
	if (from.n > 1 && from.span > 0) {
		int64_t ends = has_both(&buckets[0]) && has_both(&buckets[n - 1])
			? width(&buckets[0]) + width(&buckets[n - 1])
			: 4 * from.scatter_ns + NS_PER_MS;

		line.doubt_ppb = ends * 1000000 / from.span;
		if (from.n < FEW_BUCKETS && rate_noise < line.doubt_ppb / 4)
			rate_noise = line.doubt_ppb / 4; /* their own scatter says little */
		draw_rate(&line, rate, known, rate_noise, from.span);
	}
	settle(&from, line.rate_ppb);
	line.offset_ns = base_ns + from.level_ns;
	line.noise_ns = from.noise_ns;
	if (!line.is_one_way) {
		settle(&to, -line.rate_ppb);
		line.offset_ns = base_ns + (from.level_ns - to.level_ns) / 2;
		line.half_ns =
			(from.level_ns + path->floor_from_ns + to.level_ns + path->floor_to_ns) / 2;
		line.half_ns = line.half_ns > 0 ? line.half_ns : 0;
		line.noise_ns = together(from.noise_ns, to.noise_ns) / 2;
	}
	if (from.n < FEW_BUCKETS && line.noise_ns < line.half_ns / 2)
		line.noise_ns = line.half_ns / 2;
	middle = from.n ? (from.x[0] + from.x[from.n - 1]) / 2 : 0;
	reach = clamp(distance(middle), NS_PER_S);
	rate_noise = together(clamp(rate_noise, NONSENSE_PPB), WANDER_PPB);
	line.noise_ns = together(line.noise_ns, fit_grown_ns(rate_noise, reach));
	line.off_ns = from.under_ns > to.under_ns ? from.under_ns : to.under_ns;
	lag = lag_of(&from, &to, &scatter_ns);
	line.noise_ns = together(line.noise_ns, LAG_ENDS * lag);
	/* A bend that is less than what is doubted anyway is not worth half the buckets. */
	line.is_bent = distance(lag) > BENT_SCATTERS * scatter_ns + path->doubt_ns / 2;
	*ret_line = line;
}

int64_t fit_uncertainty_ns(const struct fit_line *line, const struct fit_path *path)
{
	int64_t doubt = line->is_one_way ? path->doubt_ns * 11 / 10 : path->doubt_ns * 8 / 10;

	if (!line->is_one_way && (doubt == 0 || doubt > line->half_ns))
		doubt = line->half_ns;
	return together(doubt, line->noise_ns) + RESOLUTION_NS / 2;
}
