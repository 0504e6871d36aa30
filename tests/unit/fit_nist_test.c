/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The solver against the Statistical Reference Datasets of NIST (itl.nist.gov/div898/strd): data and
 * certified values typed from there. Norris, Pontius and NoInt1 are linear; DanWood is our power. Misra1a,
 * BoxBOD and Eckerle4 are no models of ours as they stand there, so the test brings them, with the
 * farther of NIST's starting values ("Start 1"). */
#include "fit/fit.h"

#include <math.h>

#include "fit/solve.h"
#include "support/cmocka_all.h"

static void assert_near(double value, double certified, double relative)
{
	if (!(fabs(value - certified) <= relative * fabs(certified)))
		fail_msg("%.15g is not the certified %.15g", value, certified);
}

struct certified {
	size_t n;
	double values[3], errors[3], sigma, r2; /* r2 0: not certified */
};

static void hold(enum fit_model model, const double *x, const double *y, size_t n,
	const struct certified *certified, double relative)
{
	struct fit_points points = {.n = n, .x = x, .y = y};
	struct fit_result result;

	assert_int_equal(fit_run(model, &points, NULL, &result, NULL), 0);
	assert_true(fit_has_numbers(result.why));
	for (size_t i = 0; i < certified->n; i++) {
		assert_near(result.values[i], certified->values[i], relative);
		assert_near(result.errors[i], certified->errors[i], relative);
	}
	assert_near(result.sigma, certified->sigma, relative);
	if (certified->r2 > 0)
		assert_near(result.r2, certified->r2, 1e-12);
}

static void norris_is_a_line(void **unused)
{
	static const double x[] = {0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6,
		777.0, 558.2, 0.4, 0.6, 775.5, 666.9, 338.0, 447.5, 11.6, 556.0, 228.1, 995.8,
		887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2,
		669.1, 448.9, 0.5};
	static const double y[] = {0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9,
		559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9, 10.8, 557.7, 228.3, 998.0, 888.8,
		119.6, 0.3, 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4,
		449.2, 0.2};
	static const struct certified certified = {.n = 2,
		.values = {1.00211681802045, -0.262323073774029},
		.errors = {0.429796848199937e-3, 0.232818234301152},
		.sigma = 0.884796396144373,
		.r2 = 0.999993745883712};

	(void)unused;
	hold(FIT_LINEAR, x, y, 36, &certified, 1e-10);
}

static void pontius_is_a_parabola(void **unused)
{
	static const double y[] = {.11019, .21956, .32949, .43899, .54803, .65694, .76562, .87487,
		.98292, 1.09146, 1.20001, 1.30822, 1.41599, 1.52399, 1.63194, 1.73947, 1.84646,
		1.95392, 2.06128, 2.16844, .11052, .22018, .32939, .43886, .54798, .65739, .76596,
		.87474, .98300, 1.09150, 1.20004, 1.30818, 1.41613, 1.52408, 1.63159, 1.73965,
		1.84696, 1.95445, 2.06177, 2.16829};
	static const struct certified certified = {.n = 3,
		.values = {-0.316081871345029e-14, 0.732059160401003e-6, 0.673565789473684e-3},
		.errors = {0.486652849992036e-16, 0.157817399981659e-9, 0.107938612033077e-3},
		.sigma = 0.205177424076185e-3,
		.r2 = 0.999999900178537};
	double x[40];

	(void)unused;
	for (int i = 0; i < 40; i++)
		x[i] = 150000.0 * (i % 20 + 1);
	hold(FIT_QUADRATIC, x, y, 40, &certified, 1e-9);
}

static void noint1_goes_through_the_origin(void **unused)
{
	static const struct certified certified = {.n = 1,
		.values = {2.07438016528926},
		.errors = {0.165289256198347e-1},
		.sigma = 3.56753034006338,
		.r2 = 0.999365492298663};
	double x[11], y[11];

	(void)unused;
	for (int i = 0; i < 11; i++) {
		x[i] = 60 + i;
		y[i] = 130 + i;
	}
	hold(FIT_PROPORTIONAL, x, y, 11, &certified, 1e-12);
}

static void danwood_is_a_power_without_starting_values(void **unused)
{
	static const double x[] = {1.309, 1.471, 1.490, 1.565, 1.611, 1.680};
	static const double y[] = {2.138, 3.421, 3.597, 4.340, 4.882, 5.660};
	static const struct certified certified = {.n = 2,
		.values = {7.6886226176e-1, 3.8604055871},
		.errors = {1.8281973860e-2, 5.1726610913e-2},
		.sigma = 3.2853114039e-2};

	(void)unused;
	hold(FIT_POWER, x, y, 6, &certified, 1e-8);
}

/* --- models of NIST's own --- */

static double saturation(const double *p, double x)
{
	return p[0] * (1 - exp(-p[1] * x));
}

static void saturation_slopes(const double *p, double x, double *ret)
{
	ret[0] = 1 - exp(-p[1] * x);
	ret[1] = p[0] * x * exp(-p[1] * x);
}

static double eckerle(const double *p, double x)
{
	double z = (x - p[2]) / p[1];

	return p[0] / p[1] * exp(-z * z / 2);
}

static void eckerle_slopes(const double *p, double x, double *ret)
{
	double z = (x - p[2]) / p[1], bell = exp(-z * z / 2) / p[1];

	ret[0] = bell;
	ret[1] = p[0] * bell * (z * z - 1) / p[1];
	ret[2] = p[0] * bell * z / p[1];
}

static void hold_solver(const struct form *form, const double *start, const double *x,
	const double *y, size_t n, const struct certified *certified)
{
	struct fit_points points = {.n = n, .x = x, .y = y};
	struct solution solution;
	struct sorted sorted;

	assert_int_equal(sorted_new(&points, &sorted), 0);
	assert_int_equal(solve_from(form, &sorted, start, NULL, &solution), 0);
	double sigma = sqrt(solution.squares / (double)(n - form->n));
	assert_near(sigma, certified->sigma, 1e-8);
	for (unsigned i = 0; i < form->n; i++) {
		assert_near(solution.p[i], certified->values[i], 1e-7);
		assert_near(sqrt(solution.variances[i]) * sigma, certified->errors[i], 1e-6);
	}
	sorted_free(&sorted);
}

static const struct form saturation_form = {
	.n = 2, .value = saturation, .slopes = saturation_slopes};

static void misra1a_is_found_from_afar(void **unused)
{
	static const double x[] = {77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8,
		477.3, 536.8, 593.1, 689.1, 760.0};
	static const double y[] = {10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76,
		55.05, 61.01, 66.40, 75.47, 81.78};
	static const struct certified certified = {.values = {2.3894212918e2, 5.5015643181e-4},
		.errors = {2.7070075241, 7.2668688436e-6},
		.sigma = 1.0187876330e-1};

	(void)unused;
	hold_solver(&saturation_form, (double[]){500, 0.0001}, x, y, 14, &certified);
}

static void boxbod_is_found_though_it_is_hard(void **unused)
{
	static const double x[] = {1, 2, 3, 5, 7, 10}, y[] = {109, 149, 149, 191, 213, 224};
	static const struct certified certified = {.values = {2.1380940889e2, 5.4723748542e-1},
		.errors = {1.2354515176e1, 1.0455993237e-1},
		.sigma = 1.7088072423e1};

	(void)unused;
	hold_solver(&saturation_form, (double[]){100, 0.75}, x, y, 6, &certified);
}

static void eckerle4_is_a_bell(void **unused)
{
	static const double x[] = {400, 405, 410, 415, 420, 425, 430, 435, 436.5, 438, 439.5, 441,
		442.5, 444, 445.5, 447, 448.5, 450, 451.5, 453, 454.5, 456, 457.5, 459, 460.5, 462,
		463.5, 465, 470, 475, 480, 485, 490, 495, 500};
	static const double y[] = {0.0001575, 0.0001699, 0.000235, 0.0003102, 0.0004917, 0.000871,
		0.0017418, 0.00464, 0.0065895, 0.0097302, 0.0149002, 0.023731, 0.0401683, 0.0712559,
		0.1264458, 0.2073413, 0.2902366, 0.3445623, 0.3698049, 0.3668534, 0.3106727,
		0.2078154, 0.1164354, 0.0616764, 0.03372, 0.0194023, 0.0117831, 0.0074357,
		0.0022732, 0.00088, 0.0004579, 0.0002345, 0.0001586, 0.0001143, 0.000071};
	static const struct certified certified = {
		.values = {1.5543827178, 4.0888321754, 4.5154121844e2},
		.errors = {1.5408051163e-2, 4.6803020753e-2, 4.6800518816e-2},
		.sigma = 6.7629245447e-3};
	static const struct form form = {.n = 3, .value = eckerle, .slopes = eckerle_slopes};
	struct fit_points points = {.n = 35, .x = x, .y = y};
	struct fit_result ours;

	(void)unused;
	hold_solver(&form, (double[]){1.5, 5, 450}, x, y, 35, &certified);
	/* Ours has a constant more, and finds the bell by itself. */
	assert_int_equal(fit_run(FIT_GAUSSIAN, &points, NULL, &ours, NULL), 0);
	assert_near(ours.values[1], 4.5154121844e2, 1e-4);
	assert_near(ours.values[2], 4.0888321754, 0.02);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(norris_is_a_line),
		cmocka_unit_test(pontius_is_a_parabola),
		cmocka_unit_test(noint1_goes_through_the_origin),
		cmocka_unit_test(danwood_is_a_power_without_starting_values),
		cmocka_unit_test(misra1a_is_found_from_afar),
		cmocka_unit_test(boxbod_is_found_though_it_is_hard),
		cmocka_unit_test(eckerle4_is_a_bell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
