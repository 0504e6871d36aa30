/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thinning keeps those points that no straight line from the knot before passes within the
 * tolerance: the cone of slopes that do gets narrower with each point, and when it is empty the
 * point before is a knot (the "swinging door" of process historians, Bristol 1987). */
#include "keep/curve.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "keep/bytes.h"

static const int64_t span_most_ns = CURVE_SPAN_MOST_S * (int64_t)NS_PER_S;
static const int64_t delta_most_ns = CURVE_MOST_MS * (int64_t)NS_PER_MS;

int curve_new(struct curve **ret_curve)
{
	struct curve *curve = calloc(1, sizeof *curve);

	if (!curve)
		return -ENOMEM;
	curve->knots = malloc(CURVE_KNOTS * sizeof *curve->knots);
	curve->tolerance_ns = CURVE_TOLERANCE_NS;
	if (!curve->knots) {
		curve_free(curve);
		return -ENOMEM;
	}
	*ret_curve = curve;
	return 0;
}

void curve_free(struct curve *curve)
{
	if (!curve)
		return;
	free(curve->knots);
	free(curve);
}

/* --- growing --- */

static void thin(struct curve *curve);

static void push(struct curve *curve, struct curve_knot knot)
{
	if (curve->n == CURVE_KNOTS)
		thin(curve);
	curve->knots[curve->n++] = knot;
	curve->low = -1e300;
	curve->high = 1e300;
}

static void narrow(struct curve *curve, const struct curve_knot *to)
{
	const struct curve_knot *from = &curve->knots[curve->n - 1];
	double span = (double)(to->stamp_ns - from->stamp_ns);
	double low = (double)(to->delta_ns - from->delta_ns - curve->tolerance_ns) / span;
	double high = (double)(to->delta_ns - from->delta_ns + curve->tolerance_ns) / span;

	curve->low = low > curve->low ? low : curve->low;
	curve->high = high < curve->high ? high : curve->high;
}

static bool is_in_cone(const struct curve *curve, const struct curve_knot *to)
{
	const struct curve_knot *from = &curve->knots[curve->n - 1];
	double slope =
		(double)(to->delta_ns - from->delta_ns) / (double)(to->stamp_ns - from->stamp_ns);

	return slope >= curve->low && slope <= curve->high;
}

/* A stretch is as uncertain as its beginning says; a change of an eighth is none. */
static bool is_as_uncertain(int64_t a, int64_t b)
{
	return a - b <= b / 8 && b - a <= b / 8;
}

static void add(struct curve *curve, struct curve_knot point)
{
	const struct curve_knot *last = curve->n ? &curve->knots[curve->n - 1] : NULL;

	if (!last || last->uncertainty_ns == 0) { /* a new stretch */
		push(curve, point);
		return;
	}
	if (curve->is_open &&
		(!is_in_cone(curve, &point) ||
			!is_as_uncertain(point.uncertainty_ns, last->uncertainty_ns) ||
			point.stamp_ns - last->stamp_ns > span_most_ns / 2))
		push(curve, curve->open);
	narrow(curve, &point);
	curve->open = point;
	curve->is_open = true;
}

/* The same once more, by a tolerance twice as wide. */
static void thin(struct curve *curve)
{
	struct curve thinner = {.knots = curve->knots, .tolerance_ns = 2 * curve->tolerance_ns};
	size_t n = curve->n;

	/* In place: what is written never passes what is read. */
	for (size_t i = 0; i < n; i++) {
		struct curve_knot knot = curve->knots[i];

		if (knot.uncertainty_ns)
			knot.uncertainty_ns += thinner.tolerance_ns;
		if (knot.uncertainty_ns == 0) {
			if (thinner.is_open)
				push(&thinner, thinner.open);
			thinner.is_open = false;
			push(&thinner, knot);
		} else {
			add(&thinner, knot);
		}
	}
	if (thinner.is_open)
		push(&thinner, thinner.open);
	curve->n = thinner.n;
	curve->tolerance_ns = thinner.tolerance_ns;
	if (curve->n > CURVE_KNOTS / 2) { /* of breaks alone: the oldest half has nothing to add */
		size_t gone = curve->n / 2;

		curve->n -= gone;
		memmove(curve->knots, curve->knots + gone, curve->n * sizeof *curve->knots);
	}
}

static const struct curve_knot *newest(const struct curve *curve)
{
	if (curve->is_open)
		return &curve->open;
	return curve->n ? &curve->knots[curve->n - 1] : NULL;
}

void curve_add(struct curve *curve, int64_t stamp_ns, int64_t delta_ns, int64_t uncertainty_ns)
{
	const struct curve_knot *before = newest(curve);

	if (delta_ns > delta_most_ns || delta_ns < -delta_most_ns || uncertainty_ns <= 0)
		return;
	if (before && stamp_ns <= before->stamp_ns)
		return;
	/* Half the speed at least, so that it rises also where a line passes by within the
	 * tolerance. */
	if (before && delta_ns - before->delta_ns < -(stamp_ns - before->stamp_ns) / 2)
		return;
	if (before && stamp_ns - before->stamp_ns > span_most_ns)
		curve_break(curve);
	add(curve,
		(struct curve_knot){stamp_ns, delta_ns,
			uncertainty_ns < UINT32_MAX ? uncertainty_ns : UINT32_MAX});
}

void curve_break(struct curve *curve)
{
	curve_end(curve);
	if (curve->n)
		curve->knots[curve->n - 1].uncertainty_ns = 0;
}

void curve_end(struct curve *curve)
{
	if (curve->is_open)
		push(curve, curve->open);
	curve->is_open = false;
}

/* --- reading --- */

/* The last knot at or before a stamp; n: none. */
static size_t find(const struct curve *curve, int64_t stamp_ns)
{
	size_t low = 0, high = curve->n; /* knots before `low` are not behind the stamp */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (curve->knots[middle].stamp_ns <= stamp_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : curve->n;
}

/* Beside a stretch of the curve a stamp stays as it is, unless that would put it before a better one
 * that it is behind, or the other way round: then it goes on from there at half the speed, until they
 * meet. Either knot may be NULL. */
static int64_t beside(
	const struct curve_knot *before, const struct curve_knot *behind, int64_t stamp_ns)
{
	int64_t low_ns = INT64_MIN, high_ns = INT64_MAX;

	if (before && before->delta_ns > 0)
		low_ns = before->stamp_ns + before->delta_ns + (stamp_ns - before->stamp_ns) / 2;
	if (behind && behind->delta_ns < 0)
		high_ns = behind->stamp_ns + behind->delta_ns - (behind->stamp_ns - stamp_ns) / 2;
	return stamp_ns < low_ns ? low_ns : stamp_ns > high_ns ? high_ns : stamp_ns;
}

int64_t curve_stamp(const struct curve *curve, int64_t stamp_ns)
{
	size_t at = find(curve, stamp_ns);

	if (at == curve->n)
		return beside(NULL, curve->n ? curve->knots : NULL, stamp_ns);
	const struct curve_knot *from = &curve->knots[at], *to = from + 1;
	if (from->stamp_ns == stamp_ns)
		return stamp_ns + from->delta_ns;
	if (at + 1 == curve->n || from->uncertainty_ns == 0)
		return beside(from, at + 1 == curve->n ? NULL : to, stamp_ns);
	/* By microseconds, so that the product stays below 2^63; where the slope is some hundred
	 * ppm at most that is exact to a nanosecond. */
	int64_t along_us = (stamp_ns - from->stamp_ns) / NS_PER_US;
	int64_t span_us = (to->stamp_ns - from->stamp_ns) / NS_PER_US;
	int64_t rise_ns = to->delta_ns - from->delta_ns;

	return stamp_ns + from->delta_ns + (span_us ? rise_ns * along_us / span_us : 0);
}

int64_t curve_uncertainty_ns(const struct curve *curve, int64_t stamp_ns)
{
	size_t at = find(curve, stamp_ns);

	if (at == curve->n)
		return 0;
	if (curve->knots[at].stamp_ns != stamp_ns)
		return at + 1 < curve->n ? curve->knots[at].uncertainty_ns : 0;
	/* The last one before a break says nothing of its own. */
	return curve->knots[at].uncertainty_ns || at == 0 ? curve->knots[at].uncertainty_ns
							  : curve->knots[at - 1].uncertainty_ns;
}

/* Where the next knot is, at most `to`; a knot speaks for itself, whatever is behind it. */
static int64_t next_change(const struct curve *curve, int64_t stamp_ns, int64_t to_ns)
{
	size_t at = find(curve, stamp_ns), next = at == curve->n ? 0 : at + 1;
	bool is_last = at < curve->n && curve->knots[at].stamp_ns == stamp_ns &&
		(next == curve->n || curve->knots[at].uncertainty_ns == 0);

	if (is_last)
		return stamp_ns + 1;
	return next < curve->n && curve->knots[next].stamp_ns < to_ns ? curve->knots[next].stamp_ns
								      : to_ns;
}

bool curve_silence(const struct curve *curve, int64_t from_ns, int64_t to_ns, int64_t *ret_from_ns,
	int64_t *ret_to_ns)
{
	int64_t from = from_ns, to;

	while (from < to_ns && curve_uncertainty_ns(curve, from) > 0)
		from = next_change(curve, from, to_ns);
	to = from;
	while (to < to_ns && curve_uncertainty_ns(curve, to) == 0)
		to = next_change(curve, to, to_ns);
	if (from >= to_ns)
		return false;
	*ret_from_ns = from;
	*ret_to_ns = to;
	return true;
}

bool curve_extent(const struct curve *curve, int64_t from_ns, int64_t to_ns,
	int64_t *ret_uncertainty_ns, int64_t *ret_moved_ns)
{
	int64_t uncertainty = 0, moved = 0;

	for (size_t i = 0; i < curve->n; i++) {
		const struct curve_knot *knot = &curve->knots[i];
		bool is_before =
			i + 1 < curve->n ? knot[1].stamp_ns <= from_ns : knot->stamp_ns < from_ns;
		int64_t delta = knot->delta_ns < 0 ? -knot->delta_ns : knot->delta_ns;

		if (is_before || knot->stamp_ns >= to_ns)
			continue;
		if (knot->uncertainty_ns > uncertainty)
			uncertainty = knot->uncertainty_ns;
		moved = delta > moved ? delta : moved;
	}
	if (uncertainty == 0)
		return false;
	*ret_uncertainty_ns = uncertainty;
	*ret_moved_ns = moved;
	return true;
}

/* --- as bytes --- */

int curve_pack(const struct curve *curve, uint8_t **ret_bytes, size_t *ret_n)
{
	struct bytes_out out = {.at = NULL};
	struct curve_knot before = {0};

	bytes_put_byte(&out, 1); /* the form */
	bytes_put_uint(&out, curve->n);
	for (size_t i = 0; i < curve->n; i++) {
		const struct curve_knot *knot = &curve->knots[i];

		bytes_put_int(&out, knot->stamp_ns - before.stamp_ns);
		bytes_put_int(&out, knot->delta_ns - before.delta_ns);
		bytes_put_int(&out, knot->uncertainty_ns - before.uncertainty_ns);
		before = *knot;
	}
	if (out.is_broken) {
		free(out.at);
		return -ENOMEM;
	}
	*ret_bytes = out.at;
	*ret_n = out.n;
	return 0;
}

static bool may_follow(const struct curve_knot *knot, const struct curve_knot *before)
{
	if (knot->delta_ns > delta_most_ns || knot->delta_ns < -delta_most_ns ||
		knot->uncertainty_ns < 0 || knot->uncertainty_ns > UINT32_MAX || knot->stamp_ns < 0)
		return false;
	if (!before)
		return true;
	int64_t span = knot->stamp_ns - before->stamp_ns;
	if (span <= 0)
		return false;
	return before->uncertainty_ns == 0 ||
		(span <= span_most_ns && knot->delta_ns - before->delta_ns > -span);
}

int curve_unpack(const uint8_t *bytes, size_t n, struct curve **ret_curve)
{
	struct bytes_in in = {.at = bytes, .n = n};
	struct curve_knot knot = {0};
	struct curve *curve;
	unsigned form = bytes_get_byte(&in);
	uint64_t n_knots = bytes_get_uint(&in);
	int result = form == 1 && n_knots <= CURVE_KNOTS ? curve_new(&curve) : -EBADMSG;

	if (result < 0)
		return result;
	for (uint64_t i = 0; i < n_knots && !in.is_broken; i++) {
		/* Unsigned, since what is damaged may overflow. */
		knot.stamp_ns = (int64_t)((uint64_t)knot.stamp_ns + (uint64_t)bytes_get_int(&in));
		knot.delta_ns = (int64_t)((uint64_t)knot.delta_ns + (uint64_t)bytes_get_int(&in));
		knot.uncertainty_ns =
			(int64_t)((uint64_t)knot.uncertainty_ns + (uint64_t)bytes_get_int(&in));
		if (!may_follow(&knot, i ? &curve->knots[i - 1] : NULL))
			in.is_broken = true;
		else
			curve->knots[curve->n++] = knot;
	}
	if (in.is_broken || in.n) {
		curve_free(curve);
		return -EBADMSG;
	}
	*ret_curve = curve;
	return 0;
}
