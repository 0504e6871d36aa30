/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /fits through the door: out of the store, by a zero that is said, against another channel, over
 * ranges too long for their rows; given points; and everything that is refused. */
#include <math.h>
#include <string.h>

#include "support/scatter.h"
#include "support/site.h"

static const char *const path = "/api/v1/fits";

/* --- rows of two channels --- */

typedef void curve(double s, struct draw *draws, double *ret_t, double *ret_p);

static void keep_curve(struct site *site, int64_t from_ns, int64_t step_ns, int64_t n, curve *make)
{
	static struct batch batch;
	struct draw draws = {.state = 8};

	for (int64_t at = 0; at < n; at += batch.n_rows) {
		struct feed_record record = {.kind = FEED_BATCH};

		batch = (struct batch){.stream = 10, .n_channels = 2, .n_rows = BATCH_ROWS};
		if (n - at < BATCH_ROWS)
			batch.n_rows = (uint32_t)(n - at);
		for (int64_t i = 0; i < batch.n_rows; i++) {
			batch.stamps_ns[i] = from_ns + (at + i) * step_ns;
			make((double)((at + i) * step_ns) / S, &draws, &batch.values[2 * i],
				&batch.values[2 * i + 1]);
		}
		record.batch.stream = 10;
		record.batch.n_channels = 2;
		record.batch.n_rows = batch.n_rows;
		record.batch.stamps_ns = batch.stamps_ns;
		record.batch.values = batch.values;
		assert_int_equal(store_add_batch(site->store, &record), 0);
	}
	site_keep_turns(site);
}

static void cooling(double s, struct draw *draws, double *ret_t, double *ret_p)
{
	*ret_t = 21 + 40 * exp(-s / 30) + 0.2 * draw_normal(draws);
	*ret_p = 2 * *ret_t - 5;
}

static void swinging(double s, struct draw *draws, double *ret_t, double *ret_p)
{
	*ret_t = 0.1 * sin(6.283185307179586 * 0.7 * s + 1) + 0.005 * draw_normal(draws);
	*ret_p = NAN;
}

/* --- reading an answer --- */

static double parameter(const json_t *fit, const char *id, const char *what)
{
	json_t *of;
	size_t i;

	json_array_foreach(json_object_get(fit, "parameters"), i, of)
	{
		if (strcmp(json_string_value(json_object_get(of, "id")), id) == 0)
			return json_number_value(json_object_get(of, what));
	}
	fail_msg("there is no parameter %s", id);
	return NAN;
}

static void assert_about(const json_t *fit, const char *id, double truth)
{
	double value = parameter(fit, id, "value"), error = parameter(fit, id, "error");

	assert_true(error > 0 && error < 0.05 * fabs(truth));
	if (!(fabs(value - truth) < 4 * error))
		fail_msg("%s is %g +- %g, not %g", id, value, error, truth);
}

static const char *text_of(const json_t *fit, const char *name)
{
	return json_string_value(json_object_get(fit, name));
}

static void assert_says(const json_t *fit, const char *zh, const char *en)
{
	const json_t *sentence = json_object_get(fit, "sentence");

	if (!strstr(text_of(sentence, "zh"), zh) || !strstr(text_of(sentence, "en"), en))
		fail_msg("it says %s %s", text_of(sentence, "zh"), text_of(sentence, "en"));
}

/* --- out of the store --- */

/* The fit of a cup that cools from 61 degrees to 21 for two minutes, by what else is wished. */
static json_t *fit_a_cup(struct site *site, const char *wishes)
{
	char body[300];

	site_plug(site, 1, "temperature");
	keep_curve(site, 500 * S, S / 10, 1200, cooling);
	snprintf(body, sizeof body, "{\"stream\":10,\"channel\":\"t\",%s}", wishes);
	return site_post(site, path, body, 200);
}

static void a_range_is_fitted_by_seconds_from_its_begin(void **state)
{
	json_t *fit =
		fit_a_cup(*state, "\"model\":\"decay\",\"from_us\":500000000,\"to_us\":620000000");

	assert_int_equal(site_number(fit, "n"), 1200);
	assert_about(fit, "A", 40);
	assert_about(fit, "tau", 30);
	assert_about(fit, "C", 21);
	assert_true(json_is_true(json_object_get(fit, "is_good")));
	assert_string_equal(text_of(fit, "why"), "ok");
	assert_string_equal(text_of(fit, "formula"), "y = A exp(-t/tau) + C");
	assert_string_equal(text_of(fit, "expression"), "A*exp(-x/tau)+C");
	assert_int_equal(site_number(fit, "x_zero_us"), 500000000);
	assert_int_equal(site_number(fit, "rows_per_point"), 1);
	assert_string_equal(
		text_of(json_array_get(json_object_get(fit, "parameters"), 1), "unit"), "s");
	assert_string_equal(
		text_of(json_array_get(json_object_get(fit, "parameters"), 0), "unit"), "Cel");
	assert_says(fit, "只剩 37", "falls to 37");
	assert_int_equal(
		json_array_size(json_object_get(json_object_get(fit, "residuals"), "y")), 400);
	json_decref(fit);
}

/* A part of a run, whose time counts from where the run began. */
static void time_counts_from_the_zero_that_is_said(void **state)
{
	json_t *fit = fit_a_cup(*state,
		"\"model\":\"decay\",\"from_us\":510000000,\"to_us\":600000000,\"x_zero_us\":500000000");

	assert_int_equal(site_number(fit, "n"), 900);
	assert_about(fit, "A", 40);
	assert_int_equal(site_number(fit, "x_zero_us"), 500000000);
	json_decref(fit);
}

static void a_line_through_a_cooling_cup_is_refused_for_its_bend(void **state)
{
	json_t *fit = fit_a_cup(*state, "\"model\":\"linear\",\"from_us\":500000000");

	assert_true(json_is_false(json_object_get(fit, "is_good")));
	assert_string_equal(text_of(fit, "why"), "runs");
	assert_string_equal(text_of(fit, "better"), "decay");
	assert_true(json_number_value(json_object_get(fit, "r2")) > 0.75); /* and says nothing */
	assert_says(fit, "直线不合适：残差呈弯曲。试试“",
		"A line does not fit: the residuals bend. Try ");
	json_decref(fit);
}

/* A page that a lesson allows some models has no key for another. */
static void only_what_is_offered_is_advised(void **state)
{
	struct site *site = *state;
	json_t *fit = fit_a_cup(
		site, "\"model\":\"linear\",\"among\":[\"linear\",\"sine\"],\"from_us\":500000000");

	assert_string_equal(text_of(fit, "why"), "runs");
	assert_true(json_is_null(json_object_get(fit, "better")));
	json_decref(fit);
	json_decref(site_post(site, path,
		"{\"model\":\"linear\",\"among\":[\"spline\"],\"stream\":10,\"channel\":\"t\"}",
		400));
}

static void one_channel_is_fitted_against_another(void **state)
{
	struct site *site = *state;

	site_plug(site, 1, "temperature");
	keep_curve(site, 500 * S, S / 10, 300, cooling);
	json_t *fit = site_post(site, path,
		"{\"model\":\"linear\",\"stream\":10,\"channel\":\"p\",\"from_us\":500000000,"
		"\"x\":{\"stream\":10,\"channel\":\"t\"}}",
		200);

	assert_true(fabs(parameter(fit, "k", "value") - 2) < 1e-9);
	assert_true(fabs(parameter(fit, "b", "value") + 5) < 1e-9);
	assert_true(json_is_null(json_object_get(fit, "x_zero_us")));
	assert_int_equal(site_number(fit, "left_out"), 0);
	assert_string_equal(text_of(fit, "formula"), "y = k x + b");
	json_decref(fit);
}

/* Another kit's channel, read half as often and at other instants: on the line between two of its rows,
 * and where it has none around, the point is left out and counted. */
static void a_channel_of_another_kit_is_read_between_its_rows(void **state)
{
	struct site *site = *state;

	site_plug(site, 1, "temperature");
	site_plug(site, 2, "force");
	site_keep_rows(site, 10, 500 * S, S / 10, 200);
	site_keep_rows(site, 20, 502 * S + S / 30, S / 5, 50); /* to 511.83 s */
	site_keep_turns(site);
	json_t *fit = site_post(site, path,
		"{\"model\":\"linear\",\"stream\":10,\"channel\":\"t\",\"from_us\":500000000,"
		"\"x\":{\"stream\":20,\"channel\":\"t\"}}",
		200);

	/* 2.5 a second against 1.25 a second, 2.0333 s later. */
	assert_true(fabs(parameter(fit, "k", "value") - 2) < 1e-6);
	assert_true(fabs(parameter(fit, "b", "value") - 2.5 * (2 + 1.0 / 30)) < 1e-5);
	assert_int_equal(site_number(fit, "n"), 98); /* 502.1 to 511.8 s */
	assert_int_equal(site_number(fit, "left_out"), 102);
	json_decref(fit);
}

/* Of p every second row has no value; none of it is taken over the minute that is missing. */
static void a_value_of_x_is_not_made_up_over_a_gap(void **state)
{
	struct site *site = *state;

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 500 * S, S / 10, 200);
	site_keep_rows(site, 10, 580 * S, S / 10, 200);
	site_keep_turns(site);
	json_t *fit = site_post(site, path,
		"{\"model\":\"linear\",\"stream\":10,\"channel\":\"t\",\"from_us\":500000000,"
		"\"x\":{\"stream\":10,\"channel\":\"p\"}}",
		422);

	assert_string_equal(text_of(json_object_get(fit, "error"), "code"), "no_spread");
	json_decref(fit);
}

/* An hour at 100 Hz. */
static void a_long_range_is_fitted_by_means_and_says_so(void **state)
{
	struct site *site = *state;

	site_plug(site, 1, "temperature");
	for (int part = 0; part < 18; part++)
		site_keep_rows(site, 10, 100 * S + part * 50 * S, S / 100, 5000);
	site_keep_turns(site);
	json_t *fit = site_post(site, path,
		"{\"model\":\"linear\",\"stream\":10,\"channel\":\"t\",\"from_us\":100000000}",
		200);

	assert_in_range(site_number(fit, "n"), 2000, 20000);
	assert_in_range(site_number(fit, "rows_per_point"), 4, 60);
	assert_string_equal(text_of(fit, "why"), "runs"); /* a saw */
	json_decref(fit);
}

static void a_pendulum_tells_its_period(void **state)
{
	struct site *site = *state;

	site_plug(site, 1, "temperature");
	keep_curve(site, 500 * S, S / 50, 1000, swinging);
	json_t *fit = site_post(site, path,
		"{\"model\":\"sine\",\"stream\":10,\"channel\":\"t\",\"from_us\":500000000}", 200);

	assert_about(fit, "A", 0.1);
	assert_about(fit, "f", 0.7);
	assert_says(fit, "一个来回用 1.4", "One cycle takes 1.4");
	json_decref(fit);
}

/* --- given points --- */

static void points_of_a_class_are_fitted_with_their_uncertainties(void **state)
{
	struct site *site = *state;
	json_t *fit = site_post(site, path,
		"{\"model\":\"proportional\",\"points\":[[0.2,0.81],[0.4,1.6],[0.6,2.43],[0.8,3.2],"
		"[1,4.02],[1.2,4.85]],\"uncertainties\":[0.02,0.02,0.02,0.02,0.02,0.02],"
		"\"x_unit\":\"m\",\"y_unit\":\"s2\"}",
		200);

	/* u of the slope is u of y over the root of the sum of x squared: 0.02 / sqrt(3.64). */
	assert_true(fabs(parameter(fit, "k", "error") - 0.02 / sqrt(3.64)) < 1e-12);
	assert_true(fabs(parameter(fit, "k", "value") - 4.02) < 0.02);
	assert_int_equal((int)parameter(fit, "k", "decimals"), 3);
	assert_string_equal(
		text_of(json_array_get(json_object_get(fit, "parameters"), 0), "unit"), "s2/m");
	assert_string_equal(text_of(fit, "why"), "ok");
	assert_true(json_is_true(json_object_get(fit, "is_good")));
	assert_says(fit, "x 每增加 1", "For each 1");
	json_decref(fit);
	fit = site_post(site, path,
		"{\"model\":\"proportional\",\"points\":[[0.2,0.81],[0.4,1.6],[0.6,2.43],[0.8,3.2],"
		"[1,4.02],[1.2,4.85]],\"uncertainties\":[1e-3,1e-3,1e-3,1e-3,1e-3,1e-3]}",
		200);
	assert_string_equal(text_of(fit, "why"), "scatter");
	json_decref(fit);
}

static void what_cannot_be_fitted_is_refused_with_words(void **state)
{
	struct site *site = *state;
	static const struct {
		const char *body, *code;
		int status;
	} cases[] = {
		{"{\"model\":\"sine\",\"points\":[[1,2],[2,3]]}", "too_few", 422},
		{"{\"model\":\"linear\",\"points\":[]}", "too_few", 422},
		{"{\"model\":\"linear\",\"points\":[[1,2],[1,3],[1,4]]}", "no_spread", 422},
		{"{\"model\":\"logarithm\",\"points\":[[0,2],[1,3],[2,4]]}", "not_positive", 422},
		{"{\"model\":\"poisson\",\"points\":[[0,2],[1,3.5],[2,4]]}", "not_counts", 422},
		{"{\"model\":\"poisson\",\"points\":[[0,0],[1,0],[2,0]]}", "no_counts", 422},
		{"{\"model\":\"linear\",\"points\":[[1,2],[1,3,4]]}", "bad_parameter", 400},
		{"{\"model\":\"linear\",\"points\":[[1,null]]}", "bad_parameter", 400},
		{"{\"model\":\"linear\",\"points\":7}", "bad_parameter", 400},
		{"{\"model\":\"cubic\",\"points\":[]}", "bad_parameter", 400},
		{"{\"points\":[]}", "bad_parameter", 400},
		{"{\"model\":\"linear\",\"points\":[[1,2],[2,3]],\"weights\":[1]}", "bad_parameter",
			400},
		{"{\"model\":\"linear\",\"points\":[[1,2]],\"uncertainties\":[0]}", "bad_parameter",
			400},
		{"{\"model\":\"linear\"}", "bad_parameter", 400},
		{"{\"model\":\"linear\",\"stream\":10}", "bad_parameter", 400},
		{"{\"model\":\"linear\",\"stream\":10,\"channel\":\"t\",\"values\":\"x\"}",
			"bad_parameter", 400},
		{"{\"model\":\"linear\",\"stream\":10,\"channel\":\"t\",\"from_us\":5,\"to_us\":5}",
			"bad_parameter", 400},
		{"{\"model\":\"linear\",\"stream\":77,\"channel\":\"t\"}", "not_found", 404},
		{"{\"model\":\"linear\",\"stream\":10,\"channel\":\"zz\"}", "not_found", 404},
		{"{\"model\":\"linear\",\"stream\":10,\"channel\":\"t\",\"x\":{\"stream\":10,"
		 "\"channel\":\"zz\"}}",
			"not_found", 404},
		{"{\"model\":\"linear\",\"stream\":10,\"channel\":\"t\",\"to_us\":9}", "too_few",
			422},
		{"[]", "bad_json", 400},
	};

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 500 * S, S / 10, 5);
	site_keep_turns(site);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		site_refuses(site, "POST", path, cases[i].body, cases[i].status, cases[i].code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_range_is_fitted_by_seconds_from_its_begin),
		SITE_TEST(time_counts_from_the_zero_that_is_said),
		SITE_TEST(a_line_through_a_cooling_cup_is_refused_for_its_bend),
		SITE_TEST(only_what_is_offered_is_advised),
		SITE_TEST(one_channel_is_fitted_against_another),
		SITE_TEST(a_channel_of_another_kit_is_read_between_its_rows),
		SITE_TEST(a_value_of_x_is_not_made_up_over_a_gap),
		SITE_TEST(a_long_range_is_fitted_by_means_and_says_so),
		SITE_TEST(a_pendulum_tells_its_period),
		SITE_TEST(points_of_a_class_are_fitted_with_their_uncertainties),
		SITE_TEST(what_cannot_be_fitted_is_refused_with_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
