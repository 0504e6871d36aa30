/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random counts: decays, drops, cars. Three kinds of points, told apart by what they are:
 *   counts    y whole numbers from 0 on, one for each interval of x
 *   running   y that never falls and takes many values: a total so far; its steps are the counts. Steps
 *             over a hole in x are left out, and counted
 *   waits     every y is 1: x are the instants of events; or every y is how long it took since the one before,
 *             as photogates and counters tell it
 *
 *   mean      m = N / n,        error sqrt(N) / n,  95 %: chi2(0.025; 2N) / 2n .. chi2(0.975; 2N+2) / 2n
 *   rate      m / interval; of waits (n-1) / (x_n - x_1), 95 %: chi2(p; 2(n-1)) / 2(x_n - x_1)
 *   counts    sum (c - m)^2 / m is chi2 with n-1 degrees, if they are random (index of dispersion)
 *   waits     the largest distance D between their distribution and 1 - exp(-t/mean); too far when
 *             (D - 0.2/k) (sqrt k + 0.26 + 0.5/sqrt k) > 1.308: 1 in 100 by chance, with the mean from
 *             the waits themselves
 * (Garwood 1936; Fisher, Thornton and Mackenzie 1922; Stephens 1974, table 1.4.) Pure, but for
 * memory. */
#pragma once

#include "fit/result.h"
#include "fit/sorted.h"

/* As fit_run; the points are finite. */
int poisson_run(const struct sorted *points, struct fit_result *ret_result, double *ret_residuals);
