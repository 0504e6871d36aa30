/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two envelopes, one line. All numbers are small differences from one reference (microseconds of
 * ticks, nanoseconds of offset), which doubles hold exactly; stamps themselves stay integers. */
#include "keep/refine_line.h"

#include <math.h>
#include <stdlib.h>

enum {
	SPREAD = 48,      /* bounds of a direction that the first slope is made of */
	BUCKETS = 24,     /* at most; */
	BUCKET_LEAST = 4, /* bounds in each, if there are enough */
	BOUNDS_LEAST = 3,
	BOUNDS_MOST = 4096,
	ONE_WAY_DOUBT_NS = 1000000,
};

/* Of the median distance from the middle, one standard deviation of what is spread normally: 1 / 0.6745. */
static const double deviations = 1.4826;

/* Of a least-squares slope over n points that lie evenly over a span: scatter / sqrt(n) / span times
 * sqrt(12). Theil's and Sen's needs sqrt(pi / 3) as much where all is normal (Sen 1968). */
static const double slope_deviations = 3.54;

/* No derivation: the parts of the uncertainty are estimates themselves, and few bounds at an envelope
 * tell their own density badly. It was chosen over the paths of tests/unit/refine_test.c that are named
 * after adapters, and held there against a tail that it was not chosen over. No factor helps against
 * floors that are further out than is presumed. */
static const double margin = 1.5;

/* Of one direction, turned round so that delays always add: y is offset for `back`, its negative
 * for `forward`. */
struct side {
	double *x, *y; /* us from the reference; ns */
	size_t n;
	double bx[BUCKETS], by[BUCKETS]; /* the tightest of each bucket */
	size_t n_buckets;
	double slope, scatter, slope_error; /* ns per us, ns, ns per us */
	double envelope, excess;            /* ns at x = 0; how far the next ones are behind */
};

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof *values, by_size);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* Theil and Sen: the median of the slopes between points that are far enough from each other. */
static bool theil_sen(const double *x, const double *y, size_t n, double *ret_slope)
{
	double slopes[SPREAD * (SPREAD - 1) / 2], span = n ? x[n - 1] - x[0] : 0;
	size_t n_slopes = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			if (x[j] - x[i] > span / 4)
				slopes[n_slopes++] = (y[j] - y[i]) / (x[j] - x[i]);
	if (n_slopes == 0)
		return false;
	*ret_slope = median(slopes, n_slopes);
	return true;
}

static bool first_slope(const struct side *side, double *ret_slope)
{
	double x[SPREAD], y[SPREAD];
	size_t n = side->n < SPREAD ? side->n : SPREAD;

	for (size_t i = 0; i < n; i++) {
		x[i] = side->x[i * side->n / n];
		y[i] = side->y[i * side->n / n];
	}
	return n >= BOUNDS_LEAST && theil_sen(x, y, n, ret_slope);
}

static void fill_buckets(struct side *side, double slope)
{
	size_t most = side->n / BUCKET_LEAST, at = 0;
	double begin = side->x[0], span = side->x[side->n - 1] - begin;

	most = most > BUCKETS ? BUCKETS : most < BOUNDS_LEAST ? BOUNDS_LEAST : most;
	side->n_buckets = 0;
	for (size_t b = 0; b < most; b++) {
		double end = begin + span * (double)(b + 1) / (double)most, best = INFINITY;
		size_t tightest = at;

		for (; at < side->n && (side->x[at] < end || b + 1 == most); at++) {
			double y = side->y[at] - slope * side->x[at];

			if (y >= best)
				continue;
			best = y;
			tightest = at;
		}
		if (best == INFINITY)
			continue;
		side->bx[side->n_buckets] = side->x[tightest];
		side->by[side->n_buckets++] = side->y[tightest];
	}
}

static double span_of(const struct side *side)
{
	return side->n ? side->x[side->n - 1] - side->x[0] : 0;
}

static void fit_side(struct side *side, double first)
{
	double rest[BUCKETS], middle;
	size_t n;

	fill_buckets(side, first);
	n = side->n_buckets;
	side->slope = first;
	if (n >= BOUNDS_LEAST)
		theil_sen(side->bx, side->by, n, &side->slope);
	for (size_t i = 0; i < n; i++)
		rest[i] = side->by[i] - side->slope * side->bx[i];
	middle = median(rest, n);
	for (size_t i = 0; i < n; i++)
		rest[i] = fabs(side->by[i] - side->slope * side->bx[i] - middle);
	side->scatter = deviations * median(rest, n) + 100; /* 0.1 us: none is less */
	side->slope_error =
		slope_deviations * side->scatter / (sqrt((double)n) * (span_of(side) + 1));
}

/* The second of all, so that one bound that was damaged on its way counts for nothing; and how
 * dense they are there, which is how far the envelope may be from the floor. */
static void find_envelope(struct side *side, double slope, double *scratch)
{
	size_t rank = side->n >= 16 ? 1 : 0, next = rank + (side->n >= 16 ? 4 : 1);

	for (size_t i = 0; i < side->n; i++)
		scratch[i] = side->y[i] - slope * side->x[i];
	qsort(scratch, side->n, sizeof *scratch, by_size);
	side->envelope = scratch[rank];
	side->excess = next < side->n ? scratch[next] - scratch[rank] : 1e6;
}

/* How far the clock bends away from the line at `x`: a parabola through the tightest bounds, as far as
 * it is more than their scatter makes. */
static double bend_at(const struct side *side, double slope, double x)
{
	double middle = (side->x[0] + side->x[side->n - 1]) / 2, half = span_of(side) / 2 + 1;
	double top = 0, bottom = 0, mean = 0, mean_shape = 0, n = (double)side->n_buckets;

	for (size_t i = 0; i < side->n_buckets; i++) {
		double u = (side->bx[i] - middle) / half;

		mean += (side->by[i] - slope * side->bx[i]) / n;
		mean_shape += u * u / n;
	}
	for (size_t i = 0; i < side->n_buckets; i++) {
		double u = (side->bx[i] - middle) / half;
		double y = side->by[i] - slope * side->bx[i] - mean;

		/* One that is far out says nothing of the bend. */
		if (fabs(y) > 6 * side->scatter + 20000)
			continue;
		top += (u * u - mean_shape) * y;
		bottom += (u * u - mean_shape) * (u * u - mean_shape);
	}
	if (side->n_buckets < 5 || bottom <= 0)
		return 0;
	double bend = fabs(top / bottom), noise = 2 * side->scatter / sqrt(bottom);
	double u = (x - middle) / half, shape = fabs(u * u - mean_shape);

	return bend > noise ? (bend - noise) * (shape > 1.0 / 3 ? shape : 1.0 / 3) : 0;
}

static void take_side(struct side *side, const struct refine_bound *bounds, size_t n, double sign,
	int64_t tick, int64_t at_ns)
{
	size_t step = n / BOUNDS_MOST + 1;

	side->n = 0;
	for (size_t i = 0; i < n; i += step) {
		int64_t ticks = bounds[i].tick - tick;

		side->x[side->n] = (double)ticks;
		side->y[side->n++] = sign * (double)(bounds[i].at_ns - at_ns - ticks * 1000);
	}
}

/* Both slopes, each by what it is worth. */
static double join_slopes(const struct side *forward, const struct side *back, double *ret_error)
{
	double a = forward->n ? 1 / (forward->slope_error * forward->slope_error) : 0;
	double b = back->n ? 1 / (back->slope_error * back->slope_error) : 0;

	*ret_error = 1 / sqrt(a + b);
	return (a * -forward->slope + b * back->slope) / (a + b);
}

static double squared(double x)
{
	return x * x;
}

/* Where the truth is between the two envelopes, by what is presumed of the floors. */
static void join(const struct side *forward, const struct side *back,
	const struct refine_path *path, double *ret_offset, double *ret_uncertainty)
{
	double to_doubt = (double)path->to_doubt_ns, from_doubt = (double)path->from_doubt_ns;

	if (to_doubt + from_doubt <= 0) /* no more than half of what is between them; */
		to_doubt = from_doubt = forward->n && back->n
			? fabs(back->envelope + forward->envelope) / 2
			: ONE_WAY_DOUBT_NS; /* of one alone, a frame of USB */
	double f = forward->n ? 1 / (squared(to_doubt) + squared(forward->excess) + 1) : 0;
	double b = back->n ? 1 / (squared(from_doubt) + squared(back->excess) + 1) : 0;
	double whole = f + b;

	f /= whole;
	b /= whole;
	*ret_offset = f * (-forward->envelope + (double)path->to_ns) +
		b * (back->envelope - (double)path->from_ns);
	*ret_uncertainty = sqrt(squared(f * to_doubt) + squared(b * from_doubt) +
		squared(f * forward->excess) + squared(b * back->excess));
}

static bool fit(struct side *forward, struct side *back, const struct refine_path *path, double x,
	double *scratch, double *ret_offset, double *ret_uncertainty, double *ret_bend)
{
	double first_forward = 0, first_back = 0, slope_error;

	if (forward->n < BOUNDS_LEAST || !first_slope(forward, &first_forward))
		forward->n = 0;
	if (back->n < BOUNDS_LEAST || !first_slope(back, &first_back))
		back->n = 0;
	if (forward->n == 0 && back->n == 0)
		return false;
	if (forward->n)
		fit_side(forward, first_forward);
	if (back->n)
		fit_side(back, first_back);
	double slope = join_slopes(forward, back, &slope_error), bend = 0, middle = 0, n = 0;
	if (forward->n) {
		find_envelope(forward, -slope, scratch);
		bend = bend_at(forward, -slope, x);
		middle += forward->x[0] + forward->x[forward->n - 1];
		n += 2;
	}
	if (back->n) {
		double also = bend_at(back, slope, x);

		find_envelope(back, slope, scratch);
		bend = also > bend ? also : bend;
		middle += back->x[0] + back->x[back->n - 1];
		n += 2;
	}
	join(forward, back, path, ret_offset, ret_uncertainty);
	*ret_offset += slope * x;
	*ret_bend = bend;
	/* The envelopes cross: no straight clock. */
	if (forward->n && back->n && -forward->envelope > back->envelope)
		*ret_bend += -forward->envelope - back->envelope;
	*ret_uncertainty += *ret_bend + 2 * slope_error * fabs(x - middle / n);
	*ret_uncertainty = *ret_uncertainty * margin + 1000; /* a tick is a whole microsecond */
	return true;
}

bool refine_line(const struct refine_bounds *bounds, const struct refine_path *path, int64_t tick,
	struct refine_node *ret_node, int64_t *ret_bend_ns)
{
	static const size_t most = BOUNDS_MOST + 1;
	double *room = malloc(5 * most * sizeof *room), offset, uncertainty, bend;
	struct side forward = {0}, back = {0};
	bool is_known = false;
	int64_t at_ns;

	if (!room || bounds->n_forward + bounds->n_back == 0) {
		free(room);
		return false;
	}
	at_ns = bounds->n_back ? bounds->back[0].at_ns + (tick - bounds->back[0].tick) * 1000
			       : bounds->forward[0].at_ns + (tick - bounds->forward[0].tick) * 1000;
	forward.x = room;
	forward.y = room + most;
	back.x = room + 2 * most;
	back.y = room + 3 * most;
	take_side(&forward, bounds->forward, bounds->n_forward, -1, tick, at_ns);
	take_side(&back, bounds->back, bounds->n_back, 1, tick, at_ns);
	if (fit(&forward, &back, path, 0, room + 4 * most, &offset, &uncertainty, &bend) &&
		fabs(offset) < 1e12 && uncertainty < 1e9) {
		*ret_node =
			(struct refine_node){tick, at_ns + llround(offset), (int64_t)uncertainty};
		*ret_bend_ns = (int64_t)bend;
		is_known = true;
	}
	free(room);
	return is_known;
}
