/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which frequencies points at any x may swing with.
 *
 * For even points a Fourier transform tells it, for uneven ones the periodogram of Lomb and Scargle (Press
 * et al. 13.8: least squares of a sine at each frequency). As Press and Rybicki do there, points go to a
 * fine even grid first, so that one fast transform sees all frequencies: each to its nearest place of
 * at least four per point, where a phase is wrong by pi/8 at most. That is enough to find the peaks; the
 * fit itself is exact. The grid is four times as long as the points, so that no peak falls between. */
#pragma once

#include <stddef.h>

#include "fit/sorted.h"

enum { SPECTRUM_PEAKS = 6 };

/* The highest peaks up to half the mean rate of points, the highest first; how many. 0 too when memory
 * is out: then other candidates are tried. */
size_t spectrum_peaks(const struct sorted *points, double ret_frequencies[SPECTRUM_PEAKS]);
