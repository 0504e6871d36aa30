/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/fit_answer.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "fit/digits.h"
#include "fit/units.h"
#include "live/json.h"

enum { SENTENCE = 1024, UNIT = 128 };

/* --- parameters --- */

/* Poisson by waiting times has no mean of a count. */
static bool is_told(const struct fit_result *result, unsigned parameter)
{
	return isfinite(result->values[parameter]);
}

static void add_parameter(const struct fit_answer *answer, unsigned i, struct text *text)
{
	const struct fit_result *result = answer->result;
	char buffer[UNIT];
	struct text unit = text_over(buffer, sizeof buffer);
	int decimals;

	text_add(text, "{\"id\":");
	text_add_json(text, fit_parameter_id(result->model, i));
	text_add(text, ",\"value\":");
	json_number(text, result->values[i]);
	text_add(text, ",\"error\":");
	json_number(text, result->errors[i]);
	text_add(text, ",\"decimals\":");
	if (digits_of(result->errors[i], &decimals))
		text_add_int(text, decimals);
	else
		text_add(text, "null");
	units_add(&unit, result->model, i, answer->naming->y_unit, answer->naming->x_unit);
	text_add(text, ",\"unit\":");
	text_add_json(text, unit.at);
	text_add_char(text, '}');
}

static void add_parameters(const struct fit_answer *answer, struct text *text)
{
	const struct fit_result *result = answer->result;
	const char *between = "";

	text_add(text, ",\"parameters\":[");
	for (unsigned i = 0; i < result->n_parameters; i++) {
		if (!is_told(result, i))
			continue;
		text_add(text, between);
		add_parameter(answer, i, text);
		between = ",";
	}
	text_add(text, "],\"interval95\":[");
	between = "";
	for (unsigned i = 0; i < result->n_parameters; i++) {
		if (!is_told(result, i))
			continue;
		text_add(text, between);
		json_numbers(text, (double[]){result->low[i], result->high[i]}, 1, 2);
		between = ",";
	}
	text_add_char(text, ']');
}

/* "y = A exp(-t/tau) + C" */
static void add_formula(const struct fit_answer *answer, struct text *text)
{
	char buffer[UNIT];
	struct text formula = text_over(buffer, sizeof buffer);

	for (const char *c = fit_model_formula(answer->result->model); *c; c++)
		text_add_char(&formula, *c != '@' ? *c : answer->naming->x_is_time ? 't' : 'x');
	text_add(text, ",\"formula\":");
	text_add_json(text, formula.at);
	text_add(text, ",\"expression\":");
	text_add_json(text, fit_model_expression(answer->result->model));
}

static void add_sentence(const struct fit_answer *answer, struct text *text)
{
	char in_zh[SENTENCE], in_en[SENTENCE];
	struct text zh = text_over(in_zh, sizeof in_zh), en = text_over(in_en, sizeof in_en);

	fit_sentence(answer->result, answer->naming, &zh, &en);
	text_add(text, ",\"sentence\":");
	json_words(text, zh.at, en.at);
}

/* --- residuals --- */

struct residual {
	double x, r;
};

static int by_x(const void *a, const void *b)
{
	const struct residual *left = a, *right = b;

	return (left->x > right->x) - (left->x < right->x);
}

/* Means of neighbours, into the first places; how many. */
static size_t condense(struct residual *residuals, size_t n)
{
	size_t each = (n + FIT_RESIDUALS - 1) / FIT_RESIDUALS, bins = 0;

	for (size_t from = 0; from < n; from += each, bins++) {
		size_t to = from + each < n ? from + each : n;
		struct residual sum = {0, 0};

		for (size_t i = from; i < to; i++) {
			sum.x += residuals[i].x;
			sum.r += residuals[i].r;
		}
		residuals[bins] =
			(struct residual){sum.x / (double)(to - from), sum.r / (double)(to - from)};
	}
	return bins;
}

static int add_residuals(const struct fit_answer *answer, struct text *text)
{
	const struct fit_points *points = answer->points;
	struct residual *residuals = malloc(points->n * sizeof *residuals);
	size_t n = 0;

	if (!residuals)
		return -ENOMEM;
	for (size_t i = 0; i < points->n; i++)
		if (isfinite(answer->residuals[i]))
			residuals[n++] = (struct residual){points->x[i], answer->residuals[i]};
	qsort(residuals, n, sizeof *residuals, by_x);
	n = condense(residuals, n);
	text_add(text, ",\"residuals\":{\"x\":");
	json_numbers(text, &residuals[0].x, 2, n);
	text_add(text, ",\"y\":");
	json_numbers(text, &residuals[0].r, 2, n);
	text_add_char(text, '}');
	free(residuals);
	return 0;
}

/* --- all --- */

static void add_verdict(const struct fit_result *result, struct text *text)
{
	text_add(text, ",\"sigma\":");
	json_number(text, result->sigma);
	text_addf(text, ",\"degrees\":%u,\"r2\":", result->degrees);
	json_number(text, result->r2);
	text_add(text, ",\"is_good\":");
	json_bool(text, fit_is_good(result->why));
	text_addf(text, ",\"why\":\"%s\",\"better\":", fit_why_name(result->why));
	if (result->better == FIT_MODELS)
		text_add(text, "null");
	else
		text_add_json(text, fit_model_id(result->better));
	text_add(text, ",\"bend\":");
	json_number(text, result->bend);
}

static void add_source(const struct fit_answer *answer, struct text *text)
{
	const struct fit_gathered *gathered = answer->gathered;

	text_add(text, ",\"x_zero_us\":");
	if (answer->range && !answer->range->x.stream)
		text_add_int(text, instant_us(answer->range->zero));
	else
		text_add(text, "null");
	text_addf(text, ",\"rows_per_point\":%llu,\"left_out\":%llu",
		(unsigned long long)(gathered ? gathered->most_rows : 1),
		(unsigned long long)((gathered ? gathered->n_left_out : 0) +
			answer->result->n_refused));
}

int fit_answer_add(const struct fit_answer *answer, struct text *text)
{
	text_addf(text, "{\"model\":\"%s\",\"n\":%zu", fit_model_id(answer->result->model),
		answer->result->n);
	add_parameters(answer, text);
	add_verdict(answer->result, text);
	add_sentence(answer, text);
	add_formula(answer, text);
	add_source(answer, text);
	int r = add_residuals(answer, text);
	text_add(text, "}\n");
	return r;
}
