/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a model fit? Each no has a test behind it that can be named and shown.
 *
 * The runs test (Wald and Wolfowitz 1940; Press et al. 14 calls the statistic by the same name): in order
 * of x, residuals of a model that fits change their sign as a coin does. With a positive and b negative
 * ones there are R runs of one sign, and
 *   P(R = 2k)   = 2 C(a-1,k-1) C(b-1,k-1) / C(a+b,a)
 *   P(R = 2k+1) = [C(a-1,k) C(b-1,k-1) + C(a-1,k-1) C(b-1,k)] / C(a+b,a)
 * Too few runs (P below 0.01): they bend. It needs no sigma and no normal noise. Up to 200 points the
 * sum is exact, beyond that normal: mean 1 + 2ab/N, variance 2ab(2ab-N)/(N^2(N-1)). Residuals that bend
 * by less than their noise hide it from the signs; their means in 24 heaps do not. A slow curve in few
 * points is for fit/bend.h. Those of the three that
 * so many points let speak share the chance (Bonferroni).
 *
 * Statistics finds any bend if there are points enough, and no cup cools quite as Newton says. So a bend
 * is told by its size as well: what successive residuals do not share is noise (von Neumann 1941:
 * sum (r_i+1 - r_i)^2 / 2(N-1)), the rest is the bend. Below what the instrument can tell apart it is
 * nothing; below 1 % of what the points span the model stands, and the bend is said.
 *
 * A line through 0 has not even a level line within it: where the mean alone leaves smaller squares, it is
 * refused however few the points are. A level line has the same number of parameters, so nothing is owed to
 * chance.
 *
 * Pure; any thread. */
#pragma once

#include "fit/models_form.h"
#include "fit/points.h"
#include "fit/result.h"
#include "fit/sorted.h"

/* The probability that chance alone gives so few runs of one sign, or fewer. Residuals that are 0
 * belong to no run. 1: there is nothing to judge. */
double verdict_runs(const double *residuals, size_t n);

/* The same of the means of neighbours in 24 heaps; 1 when there are too few for that. */
double verdict_runs_of_means(const double *residuals, size_t n);

/* Judges a fit by its residuals in order of x: sets why, bend, better and weakest of the result, whose
 * values are set. */
void verdict_give(const struct form *form, const struct fit_points *points,
	const struct sorted *sorted, const double *residuals, struct fit_result *result);
