/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Oscillations: searched for over the frequencies of a spectrum. */
#include "fit/models_form.h"

#include <math.h>

#include "fit/sorted.h"
#include "fit/spectrum.h"

static const double TURN = 2 * 3.14159265358979323846;

/* Amplitude and frequency above 0, the phase within half a turn. */
static void tidy_wave(double *amplitude, double *frequency, double *phase)
{
	if (*frequency < 0) {
		*frequency = -*frequency;
		*phase = TURN / 2 - *phase;
	}
	if (*amplitude < 0) {
		*amplitude = -*amplitude;
		*phase += TURN / 2;
	}
	*phase = remainder(*phase, TURN);
}

static double sine(const double *p, double x)
{
	return p[0] * sin(TURN * p[1] * x + p[2]) + p[3];
}

static void sine_slopes(const double *p, double x, double *ret)
{
	double angle = TURN * p[1] * x + p[2], along = p[0] * cos(angle);

	ret[0] = sin(angle);
	ret[1] = along * TURN * x;
	ret[2] = along;
	ret[3] = 1;
}

static void sine_basis(const double *shape, double x, double *ret)
{
	ret[0] = sin(TURN * shape[0] * x);
	ret[1] = cos(TURN * shape[0] * x);
	ret[2] = 1;
}

static void sine_join(const double *shape, const double *coefficients, double *ret_p)
{
	ret_p[0] = hypot(coefficients[0], coefficients[1]);
	ret_p[1] = shape[0];
	ret_p[2] = atan2(coefficients[1], coefficients[0]);
	ret_p[3] = coefficients[2];
}

static void sine_tidy(double *p)
{
	tidy_wave(&p[0], &p[1], &p[2]);
}

/* The highest of the spectrum, each with its neighbourhood, and what is slower than it can show. */
static size_t sine_candidates(const struct sorted *points, struct form_shape *ret_shapes)
{
	double peaks[SPECTRUM_PEAKS], span = sorted_span(points);
	size_t n_peaks = spectrum_peaks(points, peaks), n = 0;

	for (size_t i = 0; i < n_peaks; i++)
		for (int step = -1; step <= 1; step++)
			ret_shapes[n++].at[0] = peaks[i] + 0.125 * step / span;
	for (int quarter = 1; quarter <= 6; quarter++)
		ret_shapes[n++].at[0] = 0.25 * quarter / span;
	return n;
}

const struct form form_sine = {.id = "sine",
	.zh = "正弦",
	.en = "Sine",
	.formula = "y = A sin(2 pi f @ + phi) + C",
	.expression = "A*sin(6.283185307179586*f*x+phi)+C",
	.n = 4,
	.parameters = {{"A", 1, 0, NEED_SIGN}, {"f", 0, -1, NEED_SCALE}, {"phi", 0, 0, NEED_NOT},
		{"C", 1, 0, NEED_NOT}},
	.has_constant = true,
	.oscillates = true,
	.is_searched_for = true,
	.value = sine,
	.slopes = sine_slopes,
	.tidy = sine_tidy,
	.n_shapes = 1,
	.n_basis = 3,
	.basis = sine_basis,
	.join = sine_join,
	.candidates = sine_candidates,
	.others = {FIT_LINEAR, FIT_DAMPED, FIT_QUADRATIC, FIT_DECAY},
	.n_others = 4};

static double damped(const double *p, double x)
{
	return p[0] * exp(-x / p[1]) * sin(TURN * p[2] * x + p[3]) + p[4];
}

static void damped_slopes(const double *p, double x, double *ret)
{
	double fall = exp(-x / p[1]), angle = TURN * p[2] * x + p[3];
	double along = p[0] * fall * cos(angle);

	ret[0] = fall * sin(angle);
	ret[1] = p[0] * ret[0] * x / (p[1] * p[1]);
	ret[2] = along * TURN * x;
	ret[3] = along;
	ret[4] = 1;
}

static void damped_basis(const double *shape, double x, double *ret)
{
	double fall = exp(-x / shape[1]);

	ret[0] = fall * sin(TURN * shape[0] * x);
	ret[1] = fall * cos(TURN * shape[0] * x);
	ret[2] = 1;
}

static void damped_join(const double *shape, const double *coefficients, double *ret_p)
{
	ret_p[0] = hypot(coefficients[0], coefficients[1]);
	ret_p[1] = shape[1];
	ret_p[2] = shape[0];
	ret_p[3] = atan2(coefficients[1], coefficients[0]);
	ret_p[4] = coefficients[2];
}

static void damped_tidy(double *p)
{
	tidy_wave(&p[0], &p[2], &p[3]);
}

static size_t damped_candidates(const struct sorted *points, struct form_shape *ret_shapes)
{
	static const double falls[] = {0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 6, -1};
	struct form_shape waves[3 * SPECTRUM_PEAKS + 6];
	size_t n_waves = sine_candidates(points, waves), n = 0;

	for (size_t i = 0; i < n_waves; i++)
		for (size_t k = 0; k < sizeof falls / sizeof *falls; k++)
			ret_shapes[n++] = (struct form_shape){
				{waves[i].at[0], falls[k] * sorted_span(points)}};
	return n;
}

const struct form form_damped = {.id = "damped",
	.zh = "阻尼正弦",
	.en = "Damped sine",
	.formula = "y = A exp(-@/tau) sin(2 pi f @ + phi) + C",
	.expression = "A*exp(-x/tau)*sin(6.283185307179586*f*x+phi)+C",
	.n = 5,
	.parameters = {{"A", 1, 0, NEED_SIGN}, {"tau", 0, 1, NEED_SCALE}, {"f", 0, -1, NEED_SCALE},
		{"phi", 0, 0, NEED_NOT}, {"C", 1, 0, NEED_NOT}},
	.has_constant = true,
	.oscillates = true,
	.is_searched_for = true,
	.value = damped,
	.slopes = damped_slopes,
	.tidy = damped_tidy,
	.n_shapes = 2,
	.n_basis = 3,
	.basis = damped_basis,
	.join = damped_join,
	.candidates = damped_candidates,
	.others = {FIT_SINE, FIT_DECAY, FIT_LINEAR},
	.n_others = 3};
