/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep/even.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "keep/refine.h"

enum {
	ROWS_LEAST = 16,
	APART = 20,      /* the period is a twentieth of so many */
	NEAR_LEAST = 32, /* rows that may all be late before one is not, */
	NEAR_MOST = 500, /* or half a second of them */
	HOLE_MOST = 20,  /* periods */
};

struct numbering {
	const int64_t *stored_ns;
	size_t n;
	int64_t period_ns;
	size_t near;     /* so many rows around one say where it should be */
	size_t breaks;   /* rows behind a hole */
	int64_t *number; /* of each row; of a new stretch it begins with 0 */
};

static int by_size(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static int64_t absolute(int64_t x)
{
	return x < 0 ? -x : x;
}

static int64_t median_of(int64_t *values, size_t n)
{
	qsort(values, n, sizeof *values, by_size);
	return values[n / 2];
}

/* The median of what some rows together take: one lost in fifty spoils less than half of them. */
static int find_period(const int64_t *stored_ns, size_t n, int64_t *ret_period_ns)
{
	size_t apart = n > 2 * APART ? APART : n / 2, many = n - apart;
	int64_t *spans = malloc(many * sizeof *spans);

	if (!spans)
		return -ENOMEM;
	for (size_t i = 0; i < many; i++)
		spans[i] = stored_ns[i + apart] - stored_ns[i];
	*ret_period_ns = median_of(spans, many) / (int64_t)apart;
	free(spans);
	return *ret_period_ns > 0 ? 0 : -EDOM;
}

/* How much later a row came than so many periods after the first; of a row and those that follow, the
 * least. */
static int64_t soonest(const struct numbering *of, size_t at)
{
	int64_t least = INT64_MAX;

	for (size_t i = at; i < of->n && i < at + of->near; i++) {
		int64_t late = of->stored_ns[i] - (int64_t)(i - at) * of->period_ns;

		least = late < least ? late : least;
	}
	return least;
}

/* Where a row would be that is on time, by those before it in its stretch. */
static int64_t expected(const struct numbering *of, size_t begin, size_t at)
{
	size_t first = at > begin + of->near ? at - of->near : begin;
	int64_t least = INT64_MAX;

	for (size_t i = first; i < at; i++) {
		int64_t then =
			of->stored_ns[i] + (of->number[at - 1] + 1 - of->number[i]) * of->period_ns;

		least = then < least ? then : least;
	}
	return least;
}

static void number_rows(struct numbering *of)
{
	size_t begin = 0;

	of->near = (size_t)(NS_PER_S / 2 / of->period_ns);
	of->near = of->near < NEAR_LEAST ? NEAR_LEAST : of->near;
	of->near = of->near > NEAR_MOST ? NEAR_MOST : of->near;
	of->number[0] = 0;
	for (size_t i = 1; i < of->n; i++) {
		int64_t later = soonest(of, i) - expected(of, begin, i);
		/* Less than seven tenths is late, not lost. */
		int64_t missing = (later + of->period_ns * 3 / 10) / of->period_ns;
		bool is_whole = absolute(later - missing * of->period_ns) <= of->period_ns * 3 / 10;

		if (later < -of->period_ns / 2) { /* none was missing: they had all been late */
			of->number[i] = 0;
			begin = i;
		} else if (missing <= 0) {
			of->number[i] = of->number[i - 1] + 1;
			continue;
		} else if (missing > HOLE_MOST || !is_whole) {
			of->number[i] = 0;
			begin = i;
		} else {
			of->number[i] = of->number[i - 1] + 1 + missing;
		}
		of->breaks++;
	}
}

static size_t end_of_stretch(const struct numbering *of, size_t begin)
{
	size_t end = begin + 1;

	while (end < of->n && of->number[end] > 0)
		end++;
	return end;
}

/* Numbers as ticks of a microsecond, so that a tick is near one. */
static int64_t tick_of(const struct numbering *of, size_t row)
{
	return of->number[row] * ((of->period_ns + 500) / 1000);
}

static int even_out(const struct numbering *of, size_t begin, size_t end, int64_t *ret_even_ns)
{
	static const struct refine_path path = {0};
	struct refine_map map;
	struct refine_pair *pairs = calloc(end - begin, sizeof *pairs);

	if (!pairs)
		return -ENOMEM;
	for (size_t i = begin; i < end; i++)
		pairs[i - begin] = (struct refine_pair){
			.received_ns = of->stored_ns[i], .tick_out = tick_of(of, i)};
	int result = refine_map_new(pairs, end - begin, &path, &map);
	free(pairs);
	if (result < 0)
		return result;
	for (size_t i = begin; i < end; i++) {
		int64_t uncertainty;

		if (!refine_map_at(&map, tick_of(of, i), of->stored_ns[i], INT64_MAX / 4,
			    &ret_even_ns[i], &uncertainty))
			ret_even_ns[i] = of->stored_ns[i];
	}
	refine_map_free(&map);
	return 0;
}

/* Half of the rows of something periodic are at their places within a quarter of a period. */
static int judge(const struct numbering *of, const int64_t *even_ns)
{
	int64_t *off = malloc(of->n * sizeof *off);

	if (!off)
		return -ENOMEM;
	for (size_t i = 0; i < of->n; i++)
		off[i] = absolute(of->stored_ns[i] - even_ns[i]);
	int64_t usual = median_of(off, of->n);
	free(off);
	return usual > of->period_ns / 4 ? -EDOM : 0;
}

int even_stamps(const int64_t *stored_ns, size_t n, int64_t *ret_even_ns)
{
	struct numbering of = {.stored_ns = stored_ns, .n = n};
	size_t evened = 0;
	int result = n < ROWS_LEAST ? -EDOM : find_period(stored_ns, n, &of.period_ns);

	if (result < 0)
		return result;
	of.number = malloc(n * sizeof *of.number);
	if (!of.number)
		return -ENOMEM;
	number_rows(&of);
	for (size_t begin = 0, end; begin < n && result == 0; begin = end) {
		end = end_of_stretch(&of, begin);
		if (end - begin >= ROWS_LEAST) {
			result = even_out(&of, begin, end, ret_even_ns);
			evened += end - begin;
			continue;
		}
		for (size_t i = begin; i < end; i++)
			ret_even_ns[i] = stored_ns[i];
	}
	/* What comes at random makes a new stretch again and again. */
	if (result == 0 && (evened < n / 2 || of.breaks > n / 8))
		result = -EDOM;
	if (result == 0)
		result = judge(&of, ret_even_ns);
	free(of.number);
	for (size_t i = 1; i < n && result == 0; i++)
		if (ret_even_ns[i] <= ret_even_ns[i - 1])
			ret_even_ns[i] = ret_even_ns[i - 1] + NS_PER_US;
	return result;
}
