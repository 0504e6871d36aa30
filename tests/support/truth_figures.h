/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of a run on the bench of known truth: how wrong stamps were, and whether they said so, beside
 * what others would have made of the same reads.
 *
 * Raw: the instant of the read. RLS: recursive least squares of the arrivals on the sample's number
 * with exponential forgetting, half-time 30 s, as Lab Streaming Layer takes the jitter off (liblsl,
 * time_postprocessor.cpp). Both are given what nobody can know, the run's smallest delay, taken off
 * as a constant: what is left is not the path's floor but what they make of the rest. Pure. */
#pragma once

#include "support/truth.h"

struct truth_errors {
	int64_t *ns; /* signed; truth_errors_free */
	size_t n, room;
};

struct truth_figures {
	struct truth_errors stamp, raw, rls;
	struct truth_errors uncertainty; /* as it was told, one for each stamp */
	size_t n_covered;                /* stamps whose error is within it */

	/* The same rows by the curve that is made when a run closes (keep/refining.h). */
	struct truth_errors closed, closed_uncertainty;
	size_t n_closed_covered;
};

/* Adds the samples whose age is in this range, of one run after truth_stop. */
void truth_figures_add(
	struct truth_figures *figures, const struct truth *truth, double from_s, double to_s);
void truth_figures_add_closed(
	struct truth_figures *figures, const struct truth *truth, double from_s, double to_s);
void truth_figures_free(struct truth_figures *figures);

/* Of the absolute values; share 1: the largest. 0 when there are none. Sorts. */
int64_t truth_quantile(struct truth_errors *errors, double share);
int64_t truth_mean(const struct truth_errors *errors); /* signed */
/* The share that is within what is stated; the median of that, by the 95th percentile of what is
 * true. */
double truth_coverage(const struct truth_figures *figures);
double truth_width(struct truth_figures *figures);
double truth_closed_coverage(const struct truth_figures *figures);
double truth_closed_width(struct truth_figures *figures);

/* Is KITLOG_TRUTH_PRINT set? */
bool truth_prints(void);
