/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any points against any model: refused with its reason, or numbers that are all finite, and a sentence in
 * either case. Input: a byte for the model, a byte for weights and steps, then points of two doubles, at
 * most 24. */
#include "fit/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* A fit of noise takes a hundred times as long as what others read here: behind the corpus one in eight of
 * the inputs is fitted, so that a run takes seconds. */
enum { POINTS = 24, CORPUS = 64, ONE_IN = 8 };

static bool is_left_out(void)
{
	static unsigned turns;

	return turns++ > CORPUS && turns % ONE_IN != 0;
}

static void must(int is_true)
{
	if (!is_true)
		abort();
}

static void look_at_numbers(const struct fit_result *result, const double *residuals, size_t n)
{
	for (unsigned i = 0; i < result->n_parameters; i++) {
		if (result->model == FIT_POISSON && isnan(result->values[i]))
			continue; /* waits have no mean; counts at no time have no rate */
		must(isfinite(result->values[i]) && isfinite(result->errors[i]));
		must(result->errors[i] >= 0 && result->low[i] <= result->high[i]);
	}
	must(result->bend >= 0 && isfinite(result->bend));
	for (size_t i = 0; result->model != FIT_POISSON && i < n; i++)
		must(isfinite(residuals[i]));
}

static void look_at_words(const struct fit_result *result)
{
	static const struct fit_naming naming = {true, "s", "Cel", false};
	char in_zh[1024], in_en[1024];
	struct text zh = text_over(in_zh, sizeof in_zh), en = text_over(in_en, sizeof in_en);

	fit_sentence(result, &naming, &zh, &en);
	must(!zh.is_cut && !en.is_cut && zh.length > 0 && en.length > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	double x[POINTS], y[POINTS], weights[POINTS], residuals[POINTS];
	struct fit_points points = {.x = x, .y = y};
	struct fit_result result;

	if (n < 2 || is_left_out())
		return 0;
	enum fit_model model = bytes[0] % FIT_MODELS;
	unsigned how = bytes[1];
	for (bytes += 2, n -= 2; points.n < POINTS && (points.n + 1) * 16 <= n; points.n++) {
		memcpy(&x[points.n], bytes + points.n * 16, 8);
		memcpy(&y[points.n], bytes + points.n * 16 + 8, 8);
		weights[points.n] = how & 1 ? 1 + (double)(points.n % 3) : y[points.n];
	}
	points.weights = how & 3 ? weights : NULL;
	points.are_absolute = how & 4;
	points.resolution = how & 8 ? 0.5 : 0;
	points.x_width = how & 16 ? 1 : 0;
	must(fit_run(model, &points, NULL, &result, residuals) == 0);
	must(result.why < FIT_WHYS && result.n <= points.n);
	if (fit_has_numbers(result.why))
		look_at_numbers(&result, residuals, points.n);
	look_at_words(&result);
	return 0;
}
