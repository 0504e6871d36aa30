/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The predictions:
 *
 *     DELTA      y[i-1]: whatever moves without a plan
 *     DELTA2     y[i-1] + (y[i-1] - y[i-2]): regular ticks, smooth curves
 *     FOLLOW     a line that follows slowly (a sixteenth of the error per row, or a quarter): noise
 *                around something slow. A difference of two noisy readings is noisier than one
 *                reading, by half a bit to a bit each; for stamps taken on arrival, where the noise
 *                is all there is, by two. An error above `snap` (a gap) moves the line at once.
 * The cheapest is chosen on up to four windows of 256 rows. The line is kept in 1/256, so that a
 * period of 9999.87 us is followed without lag; arithmetic wraps, so any bytes decode to something. */
#include "keep/column_predict.h"

#include <stdlib.h>

#include "keep/bytes.h"

enum {
	FRACTION = 8, /* bits below the point of FOLLOW's line */
	SAMPLES = 64, /* to find step and snap */
	WINDOWS = 4,
	WINDOW = 256,
};

/* How far a column may reach for FOLLOW, so that neither its line wraps nor the sum in find_line.
 * Only the writer asks: what was packed with another limit is read all the same. */
static const uint64_t follow_range = (uint64_t)1 << 46;

/* They wrap. */
static int64_t minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* The line of FOLLOW: one state, advanced alike by writer and reader. */
struct line {
	uint64_t at; /* prediction of the next y, in 1/256 */
	uint64_t step;
	uint64_t snap;
	unsigned gain; /* the line moves by error / 2^gain */
};

static struct line line_from(const struct column_model *model, int64_t y)
{
	return (struct line){
		.at = ((uint64_t)y << FRACTION) + (uint64_t)model->step,
		.step = (uint64_t)model->step,
		.snap = model->snap,
		.gain = model->prediction == FOLLOW_SLOW ? 4 : 2,
	};
}

static int64_t line_next(const struct line *line)
{
	return (int64_t)(line->at + ((uint64_t)1 << (FRACTION - 1))) >> FRACTION;
}

static void line_see(struct line *line, int64_t y, int64_t error)
{
	uint64_t size = error < 0 ? 0 - (uint64_t)error : (uint64_t)error;

	if (size > line->snap)
		line->at = ((uint64_t)y << FRACTION) + line->step;
	else
		line->at += line->step + ((uint64_t)error << (FRACTION - line->gain));
}

void column_predict(
	const struct column_model *model, const int64_t *y, size_t n, uint64_t *ret_errors)
{
	int64_t delta = model->step;

	switch (model->prediction) {
	case DELTA:
		for (size_t i = 1; i < n; i++)
			ret_errors[i - 1] = zigzag(minus(y[i], y[i - 1]));
		break;
	case DELTA2:
		for (size_t i = 1; i < n; i++) {
			int64_t now = minus(y[i], y[i - 1]);
			ret_errors[i - 1] = zigzag(minus(now, delta));
			delta = now;
		}
		break;
	case FOLLOW_SLOW:
	case FOLLOW_FAST: {
		struct line line = line_from(model, y[0]);
		for (size_t i = 1; i < n; i++) {
			int64_t error = minus(y[i], line_next(&line));
			ret_errors[i - 1] = zigzag(error);
			line_see(&line, y[i], error);
		}
		break;
	}
	}
}

void column_unpredict(
	const struct column_model *model, const uint64_t *errors, size_t n, int64_t *ret_y)
{
	int64_t delta = model->step;

	ret_y[0] = 0;
	switch (model->prediction) {
	case DELTA:
		for (size_t i = 1; i < n; i++)
			ret_y[i] = plus(ret_y[i - 1], unzigzag(errors[i - 1]));
		break;
	case DELTA2:
		for (size_t i = 1; i < n; i++) {
			delta = plus(delta, unzigzag(errors[i - 1]));
			ret_y[i] = plus(ret_y[i - 1], delta);
		}
		break;
	case FOLLOW_SLOW:
	case FOLLOW_FAST: {
		struct line line = line_from(model, 0);
		for (size_t i = 1; i < n; i++) {
			int64_t error = unzigzag(errors[i - 1]);
			ret_y[i] = plus(line_next(&line), error);
			line_see(&line, ret_y[i], error);
		}
		break;
	}
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Step and snap of FOLLOW: the usual difference, by the median of some, then the mean of those that
 * are usual. Only for columns within follow_range. */
static void find_line(const int64_t *y, size_t n, struct column_model *ret_model)
{
	int64_t some[SAMPLES];
	size_t n_some = n - 1 < SAMPLES ? n - 1 : SAMPLES;

	for (size_t i = 0; i < n_some; i++) {
		size_t at = 1 + i * (n - 1) / n_some;
		some[i] = y[at] - y[at - 1];
	}
	qsort(some, n_some, sizeof some[0], compare);
	int64_t usual = some[n_some / 2];
	for (size_t i = 0; i < n_some; i++)
		some[i] = some[i] > usual ? some[i] - usual : usual - some[i];
	qsort(some, n_some, sizeof some[0], compare);
	int64_t snap = 16 + 8 * some[n_some / 2];

	int64_t sum = 0, count = 0;
	for (size_t i = 1; i < n; i++) {
		int64_t off = y[i] - y[i - 1] - usual;
		if (off <= snap && off >= -snap) {
			sum += off;
			count++;
		}
	}
	ret_model->step = usual * (1 << FRACTION);
	if (count) /* by parts, since the sum may use all the bits there are */
		ret_model->step +=
			sum / count * (1 << FRACTION) + sum % count * (1 << FRACTION) / count;
	ret_model->snap = (uint64_t)snap;
}

/* Bits that the errors of a model would take, on a sample. */
static uint64_t cost(const struct column_model *model, const int64_t *y, size_t n)
{
	size_t windows = n <= (size_t)WINDOWS * WINDOW ? 1 : WINDOWS;
	size_t length = windows == 1 ? n : WINDOW;
	uint64_t errors[WINDOWS * WINDOW], bits = 0;
	struct column_model here = *model;

	for (size_t w = 0; w < windows; w++) {
		const int64_t *from = y + (windows == 1 ? 0 : w * (n - length) / (windows - 1));
		if (here.prediction == DELTA2)
			here.step = minus(from[1], from[0]);
		column_predict(&here, from, length, errors);
		for (size_t i = 0; i < length - 1; i++)
			bits += bit_length(errors[i]);
	}
	return bits;
}

struct column_model column_choose(const int64_t *y, size_t n, uint64_t reach)
{
	struct column_model best = {.prediction = DELTA};
	struct column_model other = {.prediction = DELTA2};

	if (n < 3)
		return best;
	uint64_t least = cost(&best, y, n);
	if (!least)
		return best;

	other.step = minus(y[1], y[0]);
	uint64_t bits = cost(&other, y, n);
	if (bits < least) {
		best = other;
		least = bits;
	}
	if (!least || reach >= follow_range)
		return best;

	find_line(y, n, &other);
	for (enum prediction p = FOLLOW_SLOW; p <= FOLLOW_FAST; p++) {
		other.prediction = p;
		bits = cost(&other, y, n);
		if (bits < least) {
			best = other;
			least = bits;
		}
	}
	return best;
}
