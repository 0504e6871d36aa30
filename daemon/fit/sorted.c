/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fit/sorted.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct placed {
	double x;
	size_t place;
};

/* Points of one x keep their order. */
static int by_x(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;

	if (left->x != right->x)
		return left->x < right->x ? -1 : 1;
	return (left->place > right->place) - (left->place < right->place);
}

static int make_room(size_t n, struct sorted *ret_sorted)
{
	double *numbers = malloc(3 * n * sizeof *numbers);

	if (!numbers)
		return -ENOMEM;
	*ret_sorted = (struct sorted){n, numbers, numbers + n, numbers + 2 * n, NULL};
	return 0;
}

int sorted_new(const struct fit_points *points, struct sorted *ret_sorted)
{
	size_t n = points->n;
	struct placed *placed = malloc(n * sizeof *placed);
	size_t *place = malloc(n * sizeof *place);
	struct sorted sorted;

	if (!placed || !place || make_room(n, &sorted) < 0) {
		free(placed);
		free(place);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		placed[i] = (struct placed){points->x[i], i};
	qsort(placed, n, sizeof *placed, by_x);
	sorted.place = place;
	for (size_t i = 0; i < n; i++) {
		place[i] = placed[i].place;
		sorted.x[i] = points->x[place[i]];
		sorted.y[i] = points->y[place[i]];
		sorted.root[i] = points->weights ? sqrt(points->weights[place[i]]) : 1;
	}
	free(placed);
	*ret_sorted = sorted;
	return 0;
}

static void take_mean(
	const struct sorted *from, size_t first, size_t n, struct sorted *to, size_t at)
{
	double sum = 0, x = 0, y = 0;

	for (size_t i = first; i < first + n; i++) {
		double weight = from->root[i] * from->root[i];

		sum += weight;
		x += weight * from->x[i];
		y += weight * from->y[i];
	}
	to->x[at] = sum > 0 ? x / sum : from->x[first];
	to->y[at] = sum > 0 ? y / sum : from->y[first];
	to->root[at] = sqrt(sum);
}

int sorted_reduce(const struct sorted *from, size_t most, bool by_means, struct sorted *ret_sorted)
{
	size_t each = (from->n + most - 1) / most, n = (from->n + each - 1) / each;

	if (make_room(n, ret_sorted) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t first = i * each;
		size_t of = !by_means ? 1 : first + each <= from->n ? each : from->n - first;

		take_mean(from, first, of, ret_sorted, i);
	}
	return 0;
}

void sorted_free(struct sorted *sorted)
{
	free(sorted->x);
	free(sorted->place);
	*sorted = (struct sorted){0};
}

double sorted_mean(const struct sorted *points)
{
	double sum = 0, y = 0;

	for (size_t i = 0; i < points->n; i++) {
		double weight = points->root[i] * points->root[i];

		sum += weight;
		y += weight * points->y[i];
	}
	return y / sum;
}

double sorted_squares(const struct sorted *points, double about)
{
	double sum = 0;

	for (size_t i = 0; i < points->n; i++) {
		double r = points->root[i] * (points->y[i] - about);

		sum += r * r;
	}
	return sum;
}
