/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The models find what they were made of, wherever it lies; and what no model can be fitted to is refused
 * for its reason. */
#include "fit/fit.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "fit/models_form.h"
#include "support/cmocka_all.h"
#include "support/scatter.h"

enum { POINTS = 60, DRAWS = 60 };

static double between(struct draw *draws, double low, double high)
{
	return low + (high - low) * draw_unit(draws);
}

/* Over many orders of magnitude, of either sign. */
static double some(struct draw *draws)
{
	double size = pow(10, between(draws, -3, 4));

	return draw_below(draws, 2) ? size : -size;
}

/* Parameters that points from `from` over `span` can tell. */
static void draw_truth(
	enum fit_model model, struct draw *draws, double from, double span, double *p)
{
	double scale = some(draws), level = between(draws, -3, 3) * scale;
	double cycles = between(draws, 1, 20), turn = between(draws, -3, 3);

	switch (model) {
	case FIT_POWER:
		memcpy(p, (double[]){scale, between(draws, -3, 4)}, 2 * sizeof *p);
		break;
	case FIT_EXPONENTIAL:
		memcpy(p, (double[]){scale, between(draws, -6, 6) / span}, 2 * sizeof *p);
		break;
	case FIT_DECAY:
		memcpy(p, (double[]){scale, span / between(draws, 0.7, 8), level}, 3 * sizeof *p);
		break;
	case FIT_SINE:
		memcpy(p, (double[]){fabs(scale), cycles / span, turn, level}, 4 * sizeof *p);
		break;
	case FIT_DAMPED:
		memcpy(p,
			(double[]){fabs(scale), span / between(draws, 0.5, 4), cycles / span, turn,
				level},
			5 * sizeof *p);
		break;
	case FIT_GAUSSIAN:
		memcpy(p,
			(double[]){scale, from + span * between(draws, 0.15, 0.85),
				span * between(draws, 0.02, 0.2), level},
			4 * sizeof *p);
		break;
	default:
		memcpy(p, (double[]){scale, level, between(draws, -9, 9)}, 3 * sizeof *p);
	}
}

static void slopes_are_those_of_the_curve(void **unused)
{
	struct draw draws = {.state = 1};

	(void)unused;
	for (enum fit_model model = 0; model < FIT_POISSON; model++) {
		const struct form *form = form_of(model);

		for (int i = 0; i < DRAWS; i++) {
			double p[FIT_PARAMETERS] = {0}, slopes[FIT_PARAMETERS];
			double x = between(&draws, 0.1, 3);

			draw_truth(model, &draws, 0, 3, p);
			form->slopes(p, x, slopes);
			for (unsigned k = 0; k < form->n; k++) {
				double step = 1e-6 * fmax(fabs(p[k]), 1e-3), at = p[k];

				p[k] = at + step;
				double above = form->value(p, x);
				p[k] = at - step;
				double slope = (above - form->value(p, x)) / (2 * step);
				p[k] = at;
				double size =
					fmax(fabs(slope), fabs(form->value(p, x) / at) * 1e-3);
				if (!(fabs(slope - slopes[k]) <= 1e-4 * size + 1e-9))
					fail_msg("%s: %s has slope %g, not %g", form->id,
						form->parameters[k].id, slopes[k], slope);
			}
		}
	}
}

/* Exact points: whatever is found must be the curve. */
static void a_model_finds_itself_without_starting_values(void **unused)
{
	static const double spans[] = {1e-3, 1, 10, 3600};
	struct draw draws = {.state = 2};

	(void)unused;
	for (enum fit_model model = 0; model < FIT_POISSON; model++)
		for (int i = 0; i < DRAWS; i++) {
			double x[POINTS], y[POINTS], residuals[POINTS], largest = 0, off = 0;
			double span = spans[i % 4], from = 0.05 * span;
			struct fit_points points = {.n = POINTS, .x = x, .y = y};
			struct fit_result truth = {.model = model}, result;

			draw_truth(model, &draws, from, span, truth.values);
			for (int k = 0; k < POINTS; k++) {
				x[k] = from + span * (k + 0.8 * draw_unit(&draws)) / POINTS;
				y[k] = fit_value(&truth, x[k]);
				largest = fmax(largest, fabs(y[k]));
			}
			assert_int_equal(fit_run(model, &points, NULL, &result, residuals), 0);
			if (!fit_has_numbers(result.why))
				fail_msg("%s of draw %d: %s", fit_model_id(model), i,
					fit_why_name(result.why));
			for (int k = 0; k < POINTS; k++)
				off = fmax(off, fabs(residuals[k]));
			if (!(off <= 1e-6 * largest))
				fail_msg("%s of draw %d is %g off of %g", fit_model_id(model), i,
					off, largest);
		}
}

static void a_fast_wave_is_found_among_uneven_points(void **unused)
{
	struct draw draws = {.state = 3};

	(void)unused;
	for (int i = 0; i < DRAWS; i++) {
		double x[200], y[200], f = between(&draws, 0.3, 9), at = 1000;
		struct fit_points points = {.n = 200, .x = x, .y = y};
		struct fit_result result;

		for (int k = 0; k < 200; k++) {
			x[k] = at += 0.05 * draw_wait(&draws);
			y[k] = 5 + sin(6.283185307179586 * f * x[k]) + 0.3 * draw_normal(&draws);
		}
		assert_int_equal(fit_run(FIT_SINE, &points, NULL, &result, NULL), 0);
		assert_true(fit_has_numbers(result.why));
		assert_true(fabs(result.values[1] - f) < 5 * result.errors[1]);
	}
}

static void the_order_of_points_makes_no_difference(void **unused)
{
	static const double x[] = {4, 1, 3, 2, 5}, y[] = {4.1, 0.9, 3.2, 1.8, 5.1};
	static const double x2[] = {1, 2, 3, 4, 5}, y2[] = {0.9, 1.8, 3.2, 4.1, 5.1};
	struct fit_points a = {.n = 5, .x = x, .y = y}, b = {.n = 5, .x = x2, .y = y2};
	struct fit_result of_a, of_b;
	double residuals[5];

	(void)unused;
	assert_int_equal(fit_run(FIT_LINEAR, &a, NULL, &of_a, residuals), 0);
	assert_int_equal(fit_run(FIT_LINEAR, &b, NULL, &of_b, NULL), 0);
	assert_true(of_a.values[0] == of_b.values[0] && of_a.errors[1] == of_b.errors[1]);
	for (int i = 0; i < 5; i++)
		assert_true(fabs(residuals[i] - (y[i] - fit_value(&of_a, x[i]))) < 1e-12);
}

/* A weight of 3 is a point that was measured three times. */
static void a_weight_counts_a_point_as_often(void **unused)
{
	static const double x[] = {1, 2, 3, 4}, y[] = {1.2, 1.9, 3.3, 3.9}, w[] = {1, 3, 1, 2};
	static const double x2[] = {1, 2, 2, 2, 3, 4, 4},
			    y2[] = {1.2, 1.9, 1.9, 1.9, 3.3, 3.9, 3.9};
	struct fit_points a = {.n = 4, .x = x, .y = y, .weights = w},
			  b = {.n = 7, .x = x2, .y = y2};
	struct fit_result of_a, of_b;

	(void)unused;
	for (enum fit_model model = FIT_PROPORTIONAL; model <= FIT_EXPONENTIAL; model++) {
		assert_int_equal(fit_run(model, &a, NULL, &of_a, NULL), 0);
		assert_int_equal(fit_run(model, &b, NULL, &of_b, NULL), 0);
		for (unsigned i = 0; i < of_a.n_parameters; i++)
			assert_true(fabs(of_a.values[i] - of_b.values[i]) <
				1e-6 * fabs(of_b.values[i]) + 1e-9);
	}
}

/* s = g t^2 / 2 with the ball at rest at 0 s: a power has a value there. */
static void a_power_begins_at_the_origin(void **unused)
{
	double x[10], y[10];
	struct fit_points points = {.n = 10, .x = x, .y = y};
	struct fit_result result;

	(void)unused;
	for (int i = 0; i < 10; i++) {
		x[i] = 0.05 * i;
		y[i] = 4.905 * x[i] * x[i];
	}
	assert_int_equal(fit_run(FIT_POWER, &points, NULL, &result, NULL), 0);
	assert_true(fabs(result.values[0] - 4.905) < 1e-6 && fabs(result.values[1] - 2) < 1e-6);
}

/* --- what cannot be fitted --- */

static enum fit_why why_of(enum fit_model model, const double *x, const double *y, size_t n)
{
	struct fit_points points = {.n = n, .x = x, .y = y};
	struct fit_result result;

	assert_int_equal(fit_run(model, &points, NULL, &result, NULL), 0);
	return result.why;
}
#define WHY(model, n, ...) \
	why_of(model, ((double[][n])__VA_ARGS__)[0], ((double[][n])__VA_ARGS__)[1], n)

static void hopeless_points_are_refused_for_their_reason(void **unused)
{
	double x[40], y[40];

	(void)unused;
	assert_int_equal(WHY(FIT_LINEAR, 2, {{1, 2}, {3, 4}}), FIT_TOO_FEW);
	assert_int_equal(WHY(FIT_DAMPED, 5, {{1, 2, 3, 4, 5}, {3, 4, 1, 2, 2}}), FIT_TOO_FEW);
	assert_int_equal(WHY(FIT_LINEAR, 3, {{1, 1, 1}, {3, 4, 5}}), FIT_NO_SPREAD);
	assert_int_equal(WHY(FIT_LINEAR, 3, {{1, NAN, 2}, {3, 4, 5}}), FIT_NOT_FINITE);
	assert_int_equal(WHY(FIT_LINEAR, 3, {{1, 3, 2}, {3, 4, INFINITY}}), FIT_NOT_FINITE);
	assert_int_equal(WHY(FIT_LOGARITHM, 3, {{0, 1, 2}, {3, 4, 5}}), FIT_NOT_POSITIVE);
	assert_int_equal(WHY(FIT_POWER, 3, {{-1, 1, 2}, {3, 4, 5}}), FIT_NOT_POSITIVE);
	assert_int_equal(WHY(FIT_POISSON, 3, {{1, 2, 3}, {3, -4, 5}}), FIT_NOT_COUNTS);
	assert_int_equal(WHY(FIT_POISSON, 3, {{1, 2, 3}, {3, 4.5, 5}}), FIT_NOT_COUNTS);
	assert_int_equal(WHY(FIT_POISSON, 3, {{1, 2, 3}, {0, 0, 0}}), FIT_NO_COUNTS);
	assert_int_equal(WHY(FIT_POISSON, 3, {{0, 1e-313, 2e-313}, {1, 1, 1}}), FIT_NO_SPREAD);
	assert_int_equal(WHY(FIT_POISSON, 3, {{0, 1e-313, 2e-313}, {2, 1, 2}}), FIT_NO_SPREAD);
	/* Two places of x do not hold a parabola. */
	assert_int_equal(WHY(FIT_QUADRATIC, 5, {{1, 1, 2, 2, 2}, {3, 4, 5, 5, 6}}), FIT_ILL);
	/* An hour of stamps since 1970, as seconds in a double. */
	for (int i = 0; i < 40; i++) {
		x[i] = 1.79e9 + 90 * i;
		y[i] = 20 + 0.01 * i;
	}
	assert_int_equal(why_of(FIT_QUADRATIC, x, y, 40), FIT_ILL);
	/* A line has no time constant, whatever is found. */
	for (int i = 0; i < 40; i++) {
		x[i] = i;
		y[i] = 3 * i + 0.5 * (i % 3);
	}
	assert_false(fit_is_good(why_of(FIT_DECAY, x, y, 40)));
}

static void the_refused_points_are_counted(void **unused)
{
	static const double x[] = {0, -1, 1, 2, 3}, y[] = {1, 2, 3, 4, 5};
	struct fit_points points = {.n = 5, .x = x, .y = y};
	struct fit_result result;

	(void)unused;
	assert_int_equal(fit_run(FIT_LOGARITHM, &points, NULL, &result, NULL), 0);
	assert_int_equal(result.n_refused, 2);
	assert_int_equal(fit_run(FIT_POWER, &points, NULL, &result, NULL), 0);
	assert_int_equal(result.n_refused, 1);
}

static void a_fit_that_is_cancelled_ends(void **unused)
{
	static const double x[] = {1, 2, 3, 4, 5}, y[] = {5, 3, 2, 1.5, 1.3};
	struct fit_points points = {.n = 5, .x = x, .y = y};
	struct fit_result result;
	atomic_bool is_cancelled = true;

	(void)unused;
	assert_int_equal(fit_run(FIT_DECAY, &points, &is_cancelled, &result, NULL), -ECANCELED);
}

/* --- random counts --- */

static void a_running_total_is_taken_for_one(void **unused)
{
	double x[12], y[12] = {1000};
	static const int counts[11] = {3, 5, 2, 4, 0, 6, 3, 4, 2, 5, 3};
	struct fit_points points = {.n = 12, .x = x, .y = y};
	struct fit_result result;

	(void)unused;
	for (int i = 0; i < 12; i++) {
		x[i] = 10 * i + (i > 6 ? 300 : 0); /* a hole: its step is no count */
		y[i] = i == 0 ? 1000 : y[i - 1] + counts[i - 1];
	}
	assert_int_equal(fit_run(FIT_POISSON, &points, NULL, &result, NULL), 0);
	assert_true(result.is_running && result.n == 10 && result.n_refused == 1);
	assert_true(fabs(result.values[0] - 3.4) < 1e-12); /* 37 - 3, in ten */
	assert_true(fabs(result.values[1] - 0.34) < 1e-12);
	assert_true(fabs(result.errors[0] - sqrt(34) / 10) < 1e-12);
}

/* The channel `interval` of a counter: each row says how long it took since the row before. */
static void intervals_are_waits_too(void **unused)
{
	struct draw draws = {.state = 20};
	double x[100], y[100], at = 50, sum = 0;
	struct fit_points points = {.n = 100, .x = x, .y = y};
	struct fit_result result;

	(void)unused;
	for (int i = 0; i < 100; i++) {
		sum += y[i] = 3 * draw_wait(&draws) + 1e-6;
		x[i] = at += y[i];
	}
	assert_int_equal(fit_run(FIT_POISSON, &points, NULL, &result, NULL), 0);
	assert_true(result.is_waits && result.why == FIT_OK);
	assert_true(fabs(result.values[1] - 100 / sum) < 1e-9);
	assert_true(isnan(result.values[0]));
}

static void garwoods_interval_is_that_of_his_table(void **unused)
{
	static const double x[] = {1, 2, 3, 4}, y[] = {4, 1, 3, 2};
	struct fit_points points = {.n = 4, .x = x, .y = y};
	struct fit_result result;

	(void)unused;
	assert_int_equal(fit_run(FIT_POISSON, &points, NULL, &result, NULL), 0);
	/* Ten counts: 4.795 to 18.39. */
	assert_true(fabs(4 * result.low[0] - 4.795) < 0.001);
	assert_true(fabs(4 * result.high[0] - 18.39) < 0.01);
}

/* GSL's own inverse of chi2 does not converge there, and would have ended the process. */
static void many_counts_come_first_in_a_process(void **unused)
{
	static const double x[] = {1, 2, 3, 4, 5}, y[] = {7, 1, 4, 45056, 23};
	static const double many[] = {90000, 90300, 89700, 90100, 89900};
	struct fit_points points = {.n = 5, .x = x, .y = y};
	struct fit_result result;

	(void)unused;
	assert_int_equal(fit_run(FIT_POISSON, &points, NULL, &result, NULL), 0);
	assert_int_equal(result.why, FIT_DISPERSED);
	points.y = many;
	assert_int_equal(fit_run(FIT_POISSON, &points, NULL, &result, NULL), 0);
	assert_int_equal(result.why, FIT_OK);
	/* As good as normal there: 1.96 roots of the total, which is 450 000. */
	assert_true(fabs(5 * (result.high[0] - result.low[0]) / (2 * 1.95996 * sqrt(450000)) - 1) <
		0.002);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_counts_come_first_in_a_process),
		cmocka_unit_test(slopes_are_those_of_the_curve),
		cmocka_unit_test(a_model_finds_itself_without_starting_values),
		cmocka_unit_test(a_fast_wave_is_found_among_uneven_points),
		cmocka_unit_test(the_order_of_points_makes_no_difference),
		cmocka_unit_test(a_weight_counts_a_point_as_often),
		cmocka_unit_test(a_power_begins_at_the_origin),
		cmocka_unit_test(hopeless_points_are_refused_for_their_reason),
		cmocka_unit_test(the_refused_points_are_counted),
		cmocka_unit_test(a_fit_that_is_cancelled_ends),
		cmocka_unit_test(a_running_total_is_taken_for_one),
		cmocka_unit_test(intervals_are_waits_too),
		cmocka_unit_test(garwoods_interval_is_that_of_his_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
