/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fit/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <gsl/gsl_fft_real.h>

enum { LONGER = 4, FINER = 4 };

/* The power at line k of a half-complex transform. */
static double power_at(const double *transform, size_t n, size_t k)
{
	double re = transform[k], im = k > 0 && k < n / 2 ? transform[n - k] : 0;

	return re * re + im * im;
}

static void fill(const struct sorted *points, double *grid, size_t n)
{
	double mean = sorted_mean(points), span = sorted_span(points);

	for (size_t i = 0; i < points->n; i++) {
		double weight = points->root[i] * points->root[i];
		double part =
			(points->x[i] - points->x[0]) / span; /* NaN: they are too far apart */
		size_t place = part > 0 ? (size_t)lround(part * (double)(n / LONGER)) : 0;

		grid[place] += weight * (points->y[i] - mean);
	}
}

/* Keeps the list of the highest in order. */
static size_t take_peak(size_t line, double power, size_t *lines, double *powers, size_t n)
{
	size_t at = n;

	while (at > 0 && powers[at - 1] < power)
		at--;
	if (at == SPECTRUM_PEAKS)
		return n;
	n = n < SPECTRUM_PEAKS ? n + 1 : n;
	for (size_t i = n - 1; i > at; i--) {
		lines[i] = lines[i - 1];
		powers[i] = powers[i - 1];
	}
	lines[at] = line;
	powers[at] = power;
	return n;
}

size_t spectrum_peaks(const struct sorted *points, double ret_frequencies[SPECTRUM_PEAKS])
{
	size_t n = 16, n_peaks = 0, lines[SPECTRUM_PEAKS];
	double powers[SPECTRUM_PEAKS];

	while (n < LONGER * FINER * points->n)
		n *= 2;
	double *grid = calloc(n + 1, sizeof *grid);
	if (!grid)
		return 0;
	fill(points, grid, n);
	gsl_fft_real_radix2_transform(grid, 1, n);
	for (size_t k = 1; k <= LONGER * points->n / 2; k++) {
		double power = power_at(grid, n, k);

		if (power > power_at(grid, n, k - 1) && power >= power_at(grid, n, k + 1))
			n_peaks = take_peak(k, power, lines, powers, n_peaks);
	}
	for (size_t i = 0; i < n_peaks; i++)
		ret_frequencies[i] = (double)lines[i] / (LONGER * sorted_span(points));
	free(grid);
	return n_peaks;
}
