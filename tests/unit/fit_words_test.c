/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What a fit says to a class: digits that follow the uncertainty, units, and one sentence. */
#include "fit/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fit/digits.h"
#include "fit/fit.h"
#include "fit/units.h"
#include "support/cmocka_all.h"

/* --- digits --- */

static void assert_both(double value, double error, const char *wanted)
{
	char buffer[256], plain[256];
	struct text text = text_over(buffer, sizeof buffer);
	size_t n = 0;

	digits_add_both(&text, value, error);
	/* narrow spaces as plain ones */
	for (const char *c = buffer; *c; c++)
		if (strncmp(c, "\u202f", 3) == 0) {
			plain[n++] = ' ';
			c += 2;
		} else {
			plain[n++] = *c;
		}
	plain[n] = '\0';
	if (strcmp(plain, wanted) != 0)
		fail_msg("%g +- %g is written \"%s\", not \"%s\"", value, error, plain, wanted);
}

static void digits_follow_the_uncertainty(void **unused)
{
	(void)unused;
	assert_both(18.0351, 0.312, "18.0 ± 0.3");
	assert_both(9.8123, 0.0132, "9.812 ± 0.013");
	assert_both(9.8123, 0.0197, "9.81 ± 0.02");
	assert_both(9.8, 0.0962, "9.80 ± 0.10"); /* it rounds to one that begins with 1 */
	assert_both(-0.5213, 0.0441, "−0.52 ± 0.04");
	assert_both(12345, 340, "12300 ± 300");
	assert_both(12345, 1400, "12300 ± 1400");
	assert_both(1.5, 30, "0 ± 30");
	assert_both(-1.5, 30, "0 ± 30"); /* and not -0 */
	assert_both(6.02214e23, 3.1e21, "(6.02 ± 0.03)×10²³");
	assert_both(1.2345e-9, 1.6e-11, "(1.234 ± 0.016)×10⁻⁹");
	assert_both(0.99999991, 1.6e-8, "0.999999910 ± 0.000000016");
	assert_both(0.00052, 0.00003, "0.00052 ± 0.00003");
	assert_both(2.5, 0, "2.500000");
	assert_both(0, NAN, "0");
	assert_both(INFINITY, 1, "?");
}

static void a_number_of_digits_is_told_to_the_pages(void **unused)
{
	int decimals = 7;

	(void)unused;
	assert_true(digits_of(0.034, &decimals) && decimals == 2);
	assert_true(digits_of(0.013, &decimals) && decimals == 3);
	assert_true(digits_of(340, &decimals) && decimals == -2);
	assert_false(digits_of(0, &decimals) || digits_of(NAN, &decimals) ||
		digits_of(INFINITY, &decimals) || digits_of(-1, &decimals));
	assert_int_equal(decimals, -2);
}

/* --- units --- */

static void assert_unit(
	enum fit_model model, const char *id, const char *y, const char *x, const char *wanted)
{
	char buffer[128];
	struct text text = text_over(buffer, sizeof buffer);
	unsigned i = 0;

	while (strcmp(fit_parameter_id(model, i), id) != 0)
		i++;
	units_add(&text, model, i, y, x);
	assert_string_equal(buffer, wanted);
}

static void parameters_have_the_units_they_must(void **unused)
{
	(void)unused;
	assert_unit(FIT_LINEAR, "k", "Cel", "s", "Cel/s");
	assert_unit(FIT_LINEAR, "k", "m/s", "s", "m/s2");
	assert_unit(FIT_LINEAR, "b", "m/s", "s", "m/s");
	assert_unit(FIT_QUADRATIC, "a", "m", "s", "m/s2");
	assert_unit(FIT_QUADRATIC, "a", "m/s2", "s", "m/s4");
	assert_unit(FIT_PROPORTIONAL, "k", "s2", "m", "s2/m");
	assert_unit(FIT_PROPORTIONAL, "k", "V", "m/s", "V/(m/s)");
	assert_unit(FIT_PROPORTIONAL, "k", "m/min", "m", "m/min/m");
	assert_unit(FIT_PROPORTIONAL, "k", "1", "s", "/s");
	assert_unit(FIT_PROPORTIONAL, "k", "V", "", "V");
	assert_unit(FIT_POWER, "n", "V", "A", "");
	assert_unit(FIT_POWER, "a", "m", "s", ""); /* m/s^n, whatever n became */
	assert_unit(FIT_EXPONENTIAL, "k", "V", "s", "/s");
	assert_unit(FIT_DECAY, "tau", "V", "s", "s");
	assert_unit(FIT_SINE, "f", "V", "s", "Hz");
	assert_unit(FIT_SINE, "f", "V", "m", "/m");
	assert_unit(FIT_SINE, "phi", "V", "s", "rad");
	assert_unit(FIT_POISSON, "rate", "1", "s", "/s");
}

/* --- sentences --- */

static const struct fit_naming cup = {true, "s", "Cel", false}, class = {false, "m", "s2", true};

static void assert_says(
	struct fit_result result, const struct fit_naming *naming, const char *zh, const char *en)
{
	char in_zh[512], in_en[512];
	struct text of_zh = text_over(in_zh, sizeof in_zh), of_en = text_over(in_en, sizeof in_en);

	result.n_parameters = fit_model_parameters(result.model);
	result.n = result.n ? result.n : 60;
	result.better = result.better ? result.better : FIT_MODELS;
	for (unsigned i = 0; i < FIT_PARAMETERS; i++) {
		result.low[i] = result.values[i] - 2 * result.errors[i];
		result.high[i] = result.values[i] + 2 * result.errors[i];
	}
	fit_sentence(&result, naming, &of_zh, &of_en);
	if (!strstr(in_zh, zh) || !strstr(in_en, en))
		fail_msg("it says \"%s\" \"%s\", not \"%s\" \"%s\"", in_zh, in_en, zh, en);
}
#define RESULT(what, ...) ((struct fit_result){.model = what, __VA_ARGS__})

static void a_sentence_says_what_the_parameters_mean(void **unused)
{
	(void)unused;
	assert_says(RESULT(FIT_DECAY, .values = {42, 1080, 21.3}, .errors = {0.2, 18, 0.3}), &cup,
		"每过 18.0\u202f±\u202f0.3\u202fmin，与 21.3\u202f±\u202f0.3\u202f°C 的差只剩 37\u202f%。",
		"Every 18.0\u202f±\u202f0.3\u202fmin, the difference from 21.3");
	assert_says(RESULT(FIT_PROPORTIONAL, .values = {4.024}, .errors = {0.012}), &class,
		"x 每增加 1\u202fm，y 变化 4.024\u202f±\u202f0.012\u202fs²。",
		"For each 1\u202fm of x, y changes by 4.024\u202f±\u202f0.012\u202fs².");
	assert_says(RESULT(FIT_LINEAR, .values = {-0.0087, 60}, .errors = {0.0002, 0.1}), &cup,
		"每过 1\u202fmin，变化 −0.522\u202f±\u202f0.012\u202f°C。",
		"Every 1\u202fmin it changes by −0.522");
	assert_says(RESULT(FIT_QUADRATIC, .values = {4.905, 0, 0}, .errors = {0.02, 0.1, 0.1}),
		&(struct fit_naming){true, "s", "m", false},
		"变化率在每 1\u202fs 里变化 9.81\u202f±\u202f0.04\u202fm/s",
		"In each 1\u202fs its rate changes by 9.81");
	assert_says(RESULT(FIT_QUADRATIC, .values = {0.01, 2, 0}, .errors = {0.02, 0.1, 0.1}), &cup,
		"直线就够了", "a line will do");
	assert_says(RESULT(FIT_POWER, .values = {2.006, 0.5}, .errors = {0.01, 0.004}), &class,
		"x 加倍时，y 变为 1.414\u202f±\u202f0.004 倍。", "y is multiplied by 1.414");
	assert_says(RESULT(FIT_EXPONENTIAL, .values = {5, -0.0693147}, .errors = {0.1, 0.001}),
		&cup, "每过 10.00\u202f±\u202f0.14\u202fs，减半。", "it halves.");
	assert_says(RESULT(FIT_EXPONENTIAL, .values = {5, 0.0693147}, .errors = {0.1, 0.001}), &cup,
		"翻一倍", "it doubles.");
	assert_says(RESULT(FIT_LOGARITHM, .values = {0.06, 0.7}, .errors = {0.001, 0.01}), &class,
		"x 变为 10 倍时，y 变化 0.138\u202f±\u202f0.002", "10 times as large");
	assert_says(RESULT(FIT_SINE, .values = {0.12, 0.7, 0.4, 0.5},
			    .errors = {0.01, 0.001, 0.1, 0.1}),
		&cup, "一个来回用 1.429\u202f±\u202f0.002\u202fs，振幅 0.120\u202f±\u202f0.010",
		"One cycle takes 1.429");
	assert_says(RESULT(FIT_DAMPED, .values = {0.2, 6, 0.9, 1, 0},
			    .errors = {0.01, 0.1, 0.001, 0.1, 0.1}),
		&cup, "；每过 6.00\u202f±\u202f0.10\u202fs，振幅只剩 37",
		"the amplitude falls to 37");
	assert_says(
		RESULT(FIT_SINE, .values = {0.12, 2, 0.4, 0.5}, .errors = {0.01, 0.02, 0.1, 0.1}),
		&class, "x 每增加 0.500\u202f±\u202f0.005\u202fm 重复一次，振幅 0.120",
		"It repeats each time x grows by 0.500\u202f±\u202f0.005\u202fm; the amplitude is");
	assert_says(RESULT(FIT_DAMPED, .values = {0.2, 6, 0.9, 1, 0},
			    .errors = {0.01, 0.1, 0.001, 0.1, 0.1}),
		&class, "；x 每增加 6.00\u202f±\u202f0.10\u202fm，振幅只剩 37",
		"; each time x grows by 6.00\u202f±\u202f0.10\u202fm the amplitude falls to 37");
	assert_says(RESULT(FIT_GAUSSIAN, .values = {300, 588, 12, 40}, .errors = {5, 0.3, 0.3, 2}),
		&(struct fit_naming){false, "nm", "1", false},
		"峰在 588.0\u202f±\u202f0.3\u202fnm，半高处宽 28.3", "The peak is at 588.0");
	assert_says(RESULT(FIT_POISSON, .values = {3.4, 0.34}, .errors = {0.3, 0.03}), &cup,
		"平均每次 3.4\u202f±\u202f0.3 个", "scatter as random counts do");
}

static void a_refusal_names_the_reason_and_what_to_try(void **unused)
{
	(void)unused;
	assert_says(RESULT(FIT_LINEAR, .why = FIT_RUNS, .better = FIT_EXPONENTIAL), &cup,
		"直线不合适：残差呈弯曲。试试“指数”。",
		"A line does not fit: the residuals bend. Try Exponential.");
	assert_says(RESULT(FIT_EXPONENTIAL, .why = FIT_RUNS), &cup,
		"指数不合适：残差呈弯曲。选短一点的一段再试。", "Select a shorter range.");
	assert_says(RESULT(FIT_DECAY, .why = FIT_UNDETERMINED, .weakest = 1), &cup,
		"这一段定不出 τ。选长一点", "does not determine τ. Select a longer one.");
	assert_says(RESULT(FIT_SINE, .why = FIT_TOO_FEW, .n = 3), &cup,
		"只有 3 个点：正弦至少要 5 个", "There are only 3 points: Sine needs at least 5.");
	assert_says(RESULT(FIT_LOGARITHM, .why = FIT_NOT_POSITIVE, .n_refused = 2), &cup,
		"有 2 个点的 x 不大于 0", "2 points have an x not above 0");
	assert_says(RESULT(FIT_LINEAR, .why = FIT_SLIGHT, .bend = 0.031, .values = {1, 2},
			    .errors = {0.1, 0.1}),
		&cup, "残差还有一点弯，约 0.03\u202f°C。",
		"still bend a little, by about 0.03\u202f°C.");
}

/* The points of a class are all there are: nobody is told to select a range of them. */
static void points_of_a_class_have_no_range_to_select(void **unused)
{
	(void)unused;
	assert_says(RESULT(FIT_PROPORTIONAL, .why = FIT_RUNS), &class,
		"正比不合适：残差呈弯曲。看看离得最远的点量得对不对",
		"the residuals bend. Check the points that lie farthest off");
	assert_says(RESULT(FIT_PROPORTIONAL, .why = FIT_WORSE, .n = 4), &class,
		"正比不合适：一条水平线离这些点还近些。看看",
		"A proportional line does not fit: a level line is nearer to the points. Check");
	assert_says(RESULT(FIT_LINEAR, .why = FIT_FLAT, .n = 4), &class,
		"一条水平线也一样好。只有 4 个点，也可能是点太少。",
		"With 4 points it may only be hidden.");
	for (enum fit_model model = 0; model < FIT_POISSON; model++)
		for (enum fit_why why = 0; why < FIT_WHYS; why++) {
			struct fit_result result = RESULT(model, .why = why,
				.values = {1, 2, 3, 4, 5}, .errors = {0.1, 0.1, 0.1, 0.1, 0.1});
			char in_zh[512], in_en[512];
			struct text zh = text_over(in_zh, sizeof in_zh);
			struct text en = text_over(in_en, sizeof in_en);

			if (why == FIT_COARSE)
				continue; /* of means over a range only */
			result.better = FIT_MODELS;
			fit_sentence(&result, &class, &zh, &en);
			assert_null(strstr(in_zh, "一段"));
			assert_null(strstr(in_en, "range"));
		}
}

/* Each outcome of each model has its sentence, closed, in both languages. */
static void nobody_is_left_without_a_sentence(void **unused)
{
	(void)unused;
	for (enum fit_model model = 0; model < FIT_MODELS; model++)
		for (enum fit_why why = 0; why < FIT_WHYS; why++) {
			struct fit_result result = RESULT(model, .why = why,
				.values = {1, 2, 3, 4, 5}, .errors = {0.1, 0.1, 0.1, 0.1, 0.1});
			char in_zh[512], in_en[512];
			struct text zh = text_over(in_zh, sizeof in_zh);
			struct text en = text_over(in_en, sizeof in_en);

			result.better = FIT_MODELS;
			fit_sentence(&result, &cup, &zh, &en);
			assert_false(zh.is_cut || en.is_cut);
			assert_true(zh.length > 6 && en.length > 6);
			assert_memory_equal(in_zh + zh.length - 3, "。", 3);
			assert_int_equal(in_en[en.length - 1], '.');
			assert_true(fit_why_name(why)[0] != '\0');
		}
}

/* The formula for people and the one for programs have the same parameters. */
static void formulas_name_their_parameters(void **unused)
{
	(void)unused;
	for (enum fit_model model = 0; model < FIT_MODELS; model++) {
		const char *formula = fit_model_formula(model), *said = fit_model_expression(model);

		assert_true(fit_model_find(fit_model_id(model)) == model);
		for (unsigned i = 0; i < fit_model_parameters(model); i++) {
			const char *id = fit_parameter_id(model, i);

			if (strcmp(id, "rate") == 0)
				continue; /* what m is in a second */
			assert_non_null(strstr(formula, id));
			assert_non_null(strstr(said, id));
		}
	}
	assert_int_equal(fit_model_find("cubic"), FIT_MODELS);
}

/* The pages' buttons and the sentence that tells to press them: strings-later.js has a line for each,
 *   m_linear: ['直线', 'Linear'], */
static void a_model_is_called_as_on_the_pages(void **unused)
{
	static char catalogue[1 << 20];
	FILE *file = fopen(KITLOG_SOURCE "/daemon/web/js/strings-later.js", "r");

	(void)unused;
	assert_non_null(file);
	catalogue[fread(catalogue, 1, sizeof catalogue - 1, file)] = '\0';
	fclose(file);
	for (enum fit_model model = 0; model < FIT_MODELS; model++) {
		const char *zh, *en;
		char line[128];

		fit_model_name(model, &zh, &en);
		snprintf(line, sizeof line, "m_%s: ['%s', '%s']", fit_model_id(model), zh, en);
		if (!strstr(catalogue, line))
			fail_msg("strings-later.js has no %s", line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_follow_the_uncertainty),
		cmocka_unit_test(a_number_of_digits_is_told_to_the_pages),
		cmocka_unit_test(parameters_have_the_units_they_must),
		cmocka_unit_test(a_sentence_says_what_the_parameters_mean),
		cmocka_unit_test(a_refusal_names_the_reason_and_what_to_try),
		cmocka_unit_test(points_of_a_class_have_no_range_to_select),
		cmocka_unit_test(nobody_is_left_without_a_sentence),
		cmocka_unit_test(a_model_is_called_as_on_the_pages),
		cmocka_unit_test(formulas_name_their_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
