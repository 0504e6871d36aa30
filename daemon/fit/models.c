/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The models, one after the other, and the table of them at the end. A model's curve, its derivatives,
 * where its shapes are looked for, and the units of its parameters stand here and nowhere else; what a
 * fit of it means in words is in words.c. The derivatives are held to the curve by a test. */
#include "fit/models_form.h"

#include <math.h>
#include <string.h>

#include "fit/sorted.h"
#include "fit/spectrum.h"

static const double TURN = 2 * 3.14159265358979323846;

/* --- lines --- */

static double proportional(const double *p, double x)
{
	return p[0] * x;
}

static void proportional_slopes(const double *p, double x, double *ret)
{
	(void)p;
	ret[0] = x;
}

static double linear(const double *p, double x)
{
	return p[0] * x + p[1];
}

static void linear_slopes(const double *p, double x, double *ret)
{
	(void)p;
	ret[0] = x;
	ret[1] = 1;
}

static double quadratic(const double *p, double x)
{
	return (p[0] * x + p[1]) * x + p[2];
}

static void quadratic_slopes(const double *p, double x, double *ret)
{
	(void)p;
	ret[0] = x * x;
	ret[1] = x;
	ret[2] = 1;
}

static double logarithm(const double *p, double x)
{
	return p[0] * log(x) + p[1];
}

static void logarithm_slopes(const double *p, double x, double *ret)
{
	(void)p;
	ret[0] = log(x);
	ret[1] = 1;
}

/* --- powers and exponentials --- */

/* From `low` to `high` in even ratios, behind what is there, with either sign. */
static size_t spread(double low, double high, size_t n, size_t at, struct form_shape *ret_shapes)
{
	double ratio = pow(high / low, 1.0 / (double)(n - 1)), value = low;

	for (size_t i = 0; i < n; i++, value *= ratio) {
		ret_shapes[at++].at[0] = value;
		ret_shapes[at++].at[0] = -value;
	}
	return at;
}

/* At 0 it is 0 for every power above 0, as in 0 m falls 0 s. */
static double power(const double *p, double x)
{
	return p[0] * pow(x, p[1]);
}

static void power_slopes(const double *p, double x, double *ret)
{
	ret[0] = pow(x, p[1]);
	ret[1] = x > 0 ? p[0] * ret[0] * log(x) : 0;
}

static void power_basis(const double *shape, double x, double *ret)
{
	ret[0] = pow(x, shape[0]);
}

static void power_join(const double *shape, const double *coefficients, double *ret_p)
{
	ret_p[0] = coefficients[0];
	ret_p[1] = shape[0];
}

static size_t power_candidates(const struct sorted *points, struct form_shape *ret_shapes)
{
	size_t n = 0;

	for (int quarter = -24; quarter <= 24; quarter++)
		if (quarter > 0 || (quarter < 0 && points->x[0] > 0))
			ret_shapes[n++].at[0] = quarter / 4.0;
	return n;
}

static double exponential(const double *p, double x)
{
	return p[0] * exp(p[1] * x);
}

static void exponential_slopes(const double *p, double x, double *ret)
{
	ret[0] = exp(p[1] * x);
	ret[1] = p[0] * x * ret[0];
}

static void exponential_basis(const double *shape, double x, double *ret)
{
	ret[0] = exp(shape[0] * x);
}

static size_t exponential_candidates(const struct sorted *points, struct form_shape *ret_shapes)
{
	double span = sorted_span(points);

	return spread(0.003 / span, 100 / span, 32, 0, ret_shapes);
}

/* Steepest: it falls within one of the points; flattest: within thirty times what there is. */
static size_t decay_candidates(const struct sorted *points, struct form_shape *ret_shapes)
{
	double span = sorted_span(points);

	return spread(0.5 * span / (double)points->n, 30 * span, 40, 0, ret_shapes);
}

static double decay(const double *p, double x)
{
	return p[0] * exp(-x / p[1]) + p[2];
}

static void decay_slopes(const double *p, double x, double *ret)
{
	ret[0] = exp(-x / p[1]);
	ret[1] = p[0] * ret[0] * x / (p[1] * p[1]);
	ret[2] = 1;
}

static void decay_basis(const double *shape, double x, double *ret)
{
	ret[0] = exp(-x / shape[0]);
	ret[1] = 1;
}

static void decay_join(const double *shape, const double *coefficients, double *ret_p)
{
	ret_p[0] = coefficients[0];
	ret_p[1] = shape[0];
	ret_p[2] = coefficients[1];
}

/* --- oscillations --- */

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

/* --- a bell --- */

static double gaussian(const double *p, double x)
{
	double z = (x - p[1]) / p[2];

	return p[0] * exp(-z * z / 2) + p[3];
}

static void gaussian_slopes(const double *p, double x, double *ret)
{
	double z = (x - p[1]) / p[2];

	ret[0] = exp(-z * z / 2);
	ret[1] = p[0] * ret[0] * z / p[2];
	ret[2] = p[0] * ret[0] * z * z / p[2];
	ret[3] = 1;
}

static void gaussian_basis(const double *shape, double x, double *ret)
{
	double z = (x - shape[0]) / shape[1];

	ret[0] = exp(-z * z / 2);
	ret[1] = 1;
}

static void gaussian_join(const double *shape, const double *coefficients, double *ret_p)
{
	ret_p[0] = coefficients[0];
	ret_p[1] = shape[0];
	ret_p[2] = shape[1];
	ret_p[3] = coefficients[1];
}

static void gaussian_tidy(double *p)
{
	p[2] = fabs(p[2]);
}

/* Everywhere, and where the highest and the lowest point are: a narrow peak lies between. */
static size_t gaussian_candidates(const struct sorted *points, struct form_shape *ret_shapes)
{
	enum { CENTRES = 32, WIDTHS = 12 };
	double span = sorted_span(points), narrow = span / (double)points->n, centres[CENTRES + 2];
	double ratio = pow(span / narrow, 1.0 / (WIDTHS - 1));
	size_t n = 0, high = 0, low = 0;

	for (size_t i = 1; i < points->n; i++) {
		high = points->y[i] > points->y[high] ? i : high;
		low = points->y[i] < points->y[low] ? i : low;
	}
	for (int i = 0; i < CENTRES; i++)
		centres[i] = points->x[0] + span * i / (CENTRES - 1);
	centres[CENTRES] = points->x[high];
	centres[CENTRES + 1] = points->x[low];
	for (int i = 0; i < CENTRES + 2; i++) {
		double width = narrow;

		for (int k = 0; k < WIDTHS; k++, width *= ratio)
			ret_shapes[n++] = (struct form_shape){{centres[i], width}};
	}
	return n;
}

/* --- the table --- */

static const struct form forms[FIT_MODELS] = {
	[FIT_PROPORTIONAL] = {.id = "proportional",
		.zh = "正比",
		.en = "Proportional",
		.formula = "y = k @",
		.expression = "k*x",
		.n = 1,
		.parameters = {{"k", 1, -1, NEED_SIGN}},
		.is_linear = true,
		.may_be_flat = true,
		.value = proportional,
		.slopes = proportional_slopes,
		.others = {FIT_LINEAR, FIT_POWER, FIT_QUADRATIC, FIT_DECAY},
		.n_others = 4},
	[FIT_LINEAR] = {.id = "linear",
		.zh = "直线",
		.en = "Linear",
		.formula = "y = k @ + b",
		.expression = "k*x+b",
		.n = 2,
		.parameters = {{"k", 1, -1, NEED_NOT}, {"b", 1, 0, NEED_NOT}},
		.is_linear = true,
		.has_constant = true,
		.may_be_flat = true,
		.value = linear,
		.slopes = linear_slopes,
		.others = {FIT_QUADRATIC, FIT_DECAY, FIT_POWER, FIT_SINE},
		.n_others = 4},
	[FIT_QUADRATIC] = {.id = "quadratic",
		.zh = "二次",
		.en = "Quadratic",
		.formula = "y = a @^2 + b @ + c",
		.expression = "a*x^2+b*x+c",
		.n = 3,
		.parameters = {{"a", 1, -2, NEED_NOT}, {"b", 1, -1, NEED_NOT},
			{"c", 1, 0, NEED_NOT}},
		.is_linear = true,
		.has_constant = true,
		.may_be_flat = true,
		.value = quadratic,
		.slopes = quadratic_slopes,
		.others = {FIT_DECAY, FIT_POWER, FIT_SINE, FIT_DAMPED},
		.n_others = 4},
	[FIT_POWER] = {.id = "power",
		.zh = "幂",
		.en = "Power",
		.formula = "y = a @^n",
		.expression = "a*x^n",
		.n = 2,
		/* a's unit would need that of x to the nth: none is told. */
		.parameters = {{"a", 0, 0, NEED_SIGN}, {"n", 0, 0, NEED_NOT}},
		.may_be_flat = true,
		.value = power,
		.slopes = power_slopes,
		.n_shapes = 1,
		.n_basis = 1,
		.basis = power_basis,
		.join = power_join,
		.candidates = power_candidates,
		.others = {FIT_LINEAR, FIT_QUADRATIC, FIT_DECAY},
		.n_others = 3},
	[FIT_EXPONENTIAL] = {.id = "exponential",
		.zh = "指数",
		.en = "Exponential",
		.formula = "y = A exp(k @)",
		.expression = "A*exp(k*x)",
		.n = 2,
		.parameters = {{"A", 1, 0, NEED_SIGN}, {"k", 0, -1, NEED_NOT}},
		.may_be_flat = true,
		.value = exponential,
		.slopes = exponential_slopes,
		.n_shapes = 1,
		.n_basis = 1,
		.basis = exponential_basis,
		.join = power_join,
		.candidates = exponential_candidates,
		.others = {FIT_DECAY, FIT_LINEAR, FIT_QUADRATIC},
		.n_others = 3},
	[FIT_DECAY] = {.id = "decay",
		.zh = "趋近指数",
		.en = "Decay",
		.formula = "y = A exp(-@/tau) + C",
		.expression = "A*exp(-x/tau)+C",
		.n = 3,
		.parameters = {{"A", 1, 0, NEED_SIGN}, {"tau", 0, 1, NEED_SCALE},
			{"C", 1, 0, NEED_NOT}},
		.has_constant = true,
		.value = decay,
		.slopes = decay_slopes,
		.n_shapes = 1,
		.n_basis = 2,
		.basis = decay_basis,
		.join = decay_join,
		.candidates = decay_candidates,
		.others = {FIT_LINEAR, FIT_QUADRATIC, FIT_DAMPED, FIT_SINE},
		.n_others = 4},
	[FIT_LOGARITHM] = {.id = "logarithm",
		.zh = "对数",
		.en = "Logarithm",
		.formula = "y = a ln(@) + b",
		.expression = "a*ln(x)+b",
		.n = 2,
		.parameters = {{"a", 1, 0, NEED_NOT}, {"b", 1, 0, NEED_NOT}},
		.is_linear = true,
		.has_constant = true,
		.may_be_flat = true,
		.needs_positive = true,
		.value = logarithm,
		.slopes = logarithm_slopes,
		.others = {FIT_LINEAR, FIT_DECAY, FIT_POWER},
		.n_others = 3},
	[FIT_SINE] = {.id = "sine",
		.zh = "正弦",
		.en = "Sine",
		.formula = "y = A sin(2 pi f @ + phi) + C",
		.expression = "A*sin(6.283185307179586*f*x+phi)+C",
		.n = 4,
		.parameters = {{"A", 1, 0, NEED_SIGN}, {"f", 0, -1, NEED_SCALE},
			{"phi", 0, 0, NEED_NOT}, {"C", 1, 0, NEED_NOT}},
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
		.n_others = 4},
	[FIT_DAMPED] = {.id = "damped",
		.zh = "阻尼正弦",
		.en = "Damped sine",
		.formula = "y = A exp(-@/tau) sin(2 pi f @ + phi) + C",
		.expression = "A*exp(-x/tau)*sin(6.283185307179586*f*x+phi)+C",
		.n = 5,
		.parameters = {{"A", 1, 0, NEED_SIGN}, {"tau", 0, 1, NEED_SCALE},
			{"f", 0, -1, NEED_SCALE}, {"phi", 0, 0, NEED_NOT}, {"C", 1, 0, NEED_NOT}},
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
		.n_others = 3},
	[FIT_GAUSSIAN] = {.id = "gaussian",
		.zh = "高斯",
		.en = "Gaussian",
		.formula = "y = A exp(-(@ - mu)^2 / (2 s^2)) + C",
		.expression = "A*exp(-(x-mu)^2/(2*s^2))+C",
		.n = 4,
		.parameters = {{"A", 1, 0, NEED_SIGN}, {"mu", 0, 1, NEED_NOT},
			{"s", 0, 1, NEED_SCALE}, {"C", 1, 0, NEED_NOT}},
		.has_constant = true,
		.is_searched_for = true,
		.value = gaussian,
		.slopes = gaussian_slopes,
		.tidy = gaussian_tidy,
		.n_shapes = 2,
		.n_basis = 2,
		.basis = gaussian_basis,
		.join = gaussian_join,
		.candidates = gaussian_candidates,
		.others = {FIT_LINEAR, FIT_QUADRATIC, FIT_SINE},
		.n_others = 3},
	[FIT_POISSON] = {.id = "poisson",
		.zh = "随机计数",
		.en = "Poisson",
		.formula = "P(N) = m^N exp(-m) / N!",
		.expression = "m",
		.n = 2,
		.parameters = {{"m", 0, 0, NEED_NOT}, {"rate", 0, -1, NEED_NOT}}},
};

const struct form *form_of(enum fit_model model)
{
	return &forms[model];
}

enum fit_model fit_model_find(const char *id)
{
	enum fit_model model = FIT_PROPORTIONAL;

	while (model < FIT_MODELS && strcmp(forms[model].id, id) != 0)
		model++;
	return model;
}

const char *fit_model_id(enum fit_model model)
{
	return forms[model].id;
}

void fit_model_name(enum fit_model model, const char **ret_zh, const char **ret_en)
{
	*ret_zh = forms[model].zh;
	*ret_en = forms[model].en;
}

unsigned fit_model_parameters(enum fit_model model)
{
	return forms[model].n;
}

const char *fit_parameter_id(enum fit_model model, unsigned parameter)
{
	return forms[model].parameters[parameter].id;
}

void fit_parameter_units(
	enum fit_model model, unsigned parameter, int *ret_power_of_y, int *ret_power_of_x)
{
	*ret_power_of_y = forms[model].parameters[parameter].y;
	*ret_power_of_x = forms[model].parameters[parameter].x;
}

const char *fit_model_formula(enum fit_model model)
{
	return forms[model].formula;
}

const char *fit_model_expression(enum fit_model model)
{
	return forms[model].expression;
}
