/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep/even.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "keep/refine.h"

enum {
	ROWS_LEAST = 16,
	APART = 20,        /* the period is a twentieth of so many */
	NEAR_LEAST = 32,   /* rows that may all be late before one is not, */
	NEAR_MOST = 500,   /* or half a second of them */
	HOLE_MOST = 20,    /* periods */
	STEP_ROWS = 20000, /* of a step: numbered, or made even; and then */
	STEP_S = 120,      /* so long at least, or what is read around it would be most of it */
};

struct even {
	const int64_t *stored_ns;
	int64_t *even_ns;
	size_t n;
	int64_t period_ns;
	size_t near;     /* so many rows around one say where it should be */
	size_t breaks;   /* rows behind a hole */
	int64_t *number; /* of each row; of a new stretch it begins with 0 */
	size_t numbered; /* so many rows */
	size_t begin;    /* of the stretch in hand, */
	size_t end;      /* and behind it; when rows are made even */
	size_t done;     /* rows that have their stamps */
	size_t evened;   /* rows of stretches that are long enough */
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
static int64_t soonest(const struct even *of, size_t at)
{
	int64_t least = INT64_MAX;

	for (size_t i = at; i < of->n && i < at + of->near; i++) {
		int64_t late = of->stored_ns[i] - (int64_t)(i - at) * of->period_ns;

		least = late < least ? late : least;
	}
	return least;
}

/* Where a row would be that is on time, by those before it in its stretch. */
static int64_t expected(const struct even *of, size_t begin, size_t at)
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

/* Less than seven tenths of a period is late, not lost. */
static void number_row(struct even *of, size_t i)
{
	int64_t later = soonest(of, i) - expected(of, of->begin, i);
	int64_t missing = (later + of->period_ns * 3 / 10) / of->period_ns;
	bool is_whole = absolute(later - missing * of->period_ns) <= of->period_ns * 3 / 10;
	/* None was missing: they had all been late. */
	bool was_late = later < -of->period_ns / 2;

	if (!was_late && missing <= 0) {
		of->number[i] = of->number[i - 1] + 1;
		return;
	}
	of->breaks++;
	if (was_late || missing > HOLE_MOST || !is_whole) {
		of->number[i] = 0;
		of->begin = i;
	} else {
		of->number[i] = of->number[i - 1] + 1 + missing;
	}
}

static void number_more(struct even *of)
{
	size_t end = of->n - of->numbered > STEP_ROWS ? of->numbered + STEP_ROWS : of->n;

	while (of->numbered < end)
		number_row(of, of->numbered++);
}

static size_t end_of_stretch(const struct even *of, size_t begin)
{
	size_t end = begin + 1;

	while (end < of->n && of->number[end] > 0)
		end++;
	return end;
}

/* Numbers as ticks of a microsecond, so that a tick is near one. */
static int64_t tick_of(const struct even *of, size_t row)
{
	return of->number[row] * ((of->period_ns + 500) / 1000);
}

static size_t row_at(const struct even *of, int64_t stamp_ns)
{
	size_t low = of->begin, high = of->end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (of->stored_ns[middle] < stamp_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The next rows of a stretch, by a map of the rows around them: parts meet without a seam, since a node
 * depends on what is near it only. */
static int even_out(struct even *of)
{
	static const int64_t margin_ns = (REFINE_MARGIN_S + REFINE_STEP_S) * (int64_t)NS_PER_S;
	static const struct refine_path path = {0};
	int64_t from_ns = of->stored_ns[of->done];
	size_t least = row_at(of, from_ns + STEP_S * (int64_t)NS_PER_S);
	size_t end = of->end - of->done > STEP_ROWS ? of->done + STEP_ROWS : of->end;

	end = end > least ? end : least;
	size_t first = row_at(of, from_ns - margin_ns);
	size_t last = row_at(of, of->stored_ns[end - 1] + margin_ns);
	struct refine_pair *pairs = calloc(last - first, sizeof *pairs);
	struct refine_map map;

	if (!pairs)
		return -ENOMEM;
	for (size_t i = first; i < last; i++)
		pairs[i - first] = (struct refine_pair){
			.received_ns = of->stored_ns[i], .tick_out = tick_of(of, i)};
	int result = refine_map_new(pairs, last - first, &path, &map);
	free(pairs);
	if (result < 0)
		return result;
	for (; of->done < end; of->done++) {
		size_t i = of->done;
		int64_t uncertainty;

		if (!refine_map_at(&map, tick_of(of, i), of->stored_ns[i], INT64_MAX / 4,
			    &of->even_ns[i], &uncertainty))
			of->even_ns[i] = of->stored_ns[i];
	}
	refine_map_free(&map);
	return 0;
}

/* Half of the rows of something periodic are at their places within a quarter of a period. */
static int judge(const struct even *of)
{
	int64_t *off = malloc(of->n * sizeof *off);

	if (!off)
		return -ENOMEM;
	for (size_t i = 0; i < of->n; i++)
		off[i] = absolute(of->stored_ns[i] - of->even_ns[i]);
	int64_t usual = median_of(off, of->n);
	free(off);
	return usual > of->period_ns / 4 ? -EDOM : 0;
}

static int even_more(struct even *of)
{
	if (of->done == of->end) {
		of->begin = of->end;
		of->end = end_of_stretch(of, of->begin);
		of->evened += of->end - of->begin >= ROWS_LEAST ? of->end - of->begin : 0;
	}
	if (of->end - of->begin >= ROWS_LEAST)
		return even_out(of);
	for (; of->done < of->end; of->done++)
		of->even_ns[of->done] = of->stored_ns[of->done];
	return 0;
}

static int finish(struct even *of)
{
	/* What comes at random makes a new stretch again and again. */
	if (of->evened < of->n / 2 || of->breaks > of->n / 8)
		return -EDOM;
	int result = judge(of);

	for (size_t i = 1; i < of->n && result == 0; i++)
		if (of->even_ns[i] <= of->even_ns[i - 1])
			of->even_ns[i] = of->even_ns[i - 1] + NS_PER_US;
	return result;
}

int even_new(const int64_t *stored_ns, size_t n, int64_t *ret_even_ns, struct even **ret_even)
{
	int64_t period_ns;
	int result = n < ROWS_LEAST ? -EDOM : find_period(stored_ns, n, &period_ns);
	struct even *even = result == 0 ? calloc(1, sizeof *even) : NULL;

	if (result < 0)
		return result;
	if (even)
		*even = (struct even){.stored_ns = stored_ns,
			.even_ns = ret_even_ns,
			.n = n,
			.period_ns = period_ns,
			.near = (size_t)(NS_PER_S / 2 / period_ns),
			.number = malloc(n * sizeof *even->number),
			.numbered = 1};
	if (!even || !even->number) {
		free(even);
		return -ENOMEM;
	}
	even->near = even->near < NEAR_LEAST ? NEAR_LEAST : even->near;
	even->near = even->near > NEAR_MOST ? NEAR_MOST : even->near;
	even->number[0] = 0;
	*ret_even = even;
	return 0;
}

void even_free(struct even *even)
{
	if (even)
		free(even->number);
	free(even);
}

/* Stretches that are short are many; a step is of rows, not of stretches. */
int even_step(struct even *even)
{
	size_t before = even->done;
	int result = 0;

	if (even->numbered < even->n) {
		number_more(even);
		return 1;
	}
	while (result == 0 && even->done < even->n && even->done - before < STEP_ROWS)
		result = even_more(even);
	if (result < 0)
		return result;
	return even->done < even->n ? 1 : finish(even);
}
