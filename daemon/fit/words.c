/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences by the pages' rules: numbers as digits, narrow spaces, no blame. */
#include "fit/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/unit.h"
#include "fit/digits.h"
#include "fit/units.h"

#define NARROW "\u202f"

enum { NUMBER = 128, FEW = 6 };

struct sentence {
	const struct fit_result *result;
	const struct fit_naming *naming;
	struct text *zh, *en;
};

static const char *const subjects[FIT_MODELS] = {"A proportional line", "A line", "A quadratic",
	"A power", "An exponential", "An exponential approach", "A logarithm", "A sine",
	"A damped sine", "A Gaussian", "A Poisson count"};

/* --- pieces --- */

/* "18.0 ± 0.3 °C" */
static const char *quantity(double value, double error, const char *ucum, char *ret_text)
{
	char buffer[NUMBER];
	struct text text = text_over(ret_text, NUMBER), unit = text_over(buffer, sizeof buffer);

	digits_add_both(&text, value, error);
	unit_add_for_people(&unit, ucum);
	if (unit.length > 0)
		text_addf(&text, NARROW "%s", unit.at);
	return ret_text;
}

/* Along x; a long time in minutes, hours or days. */
static const char *along_x(
	const struct sentence *sentence, double value, double error, char *ret_text)
{
	static const struct {
		double from, seconds;
		const char *ucum;
	} times[] = {{3 * 86400, 86400, "d"}, {3 * 3600, 3600, "h"}, {180, 60, "min"}};

	for (size_t i = 0; sentence->naming->x_is_time && i < sizeof times / sizeof *times; i++)
		if (fabs(value) >= times[i].from)
			return quantity(value / times[i].seconds, error / times[i].seconds,
				times[i].ucum, ret_text);
	return quantity(value, error, sentence->naming->x_unit, ret_text);
}

static const char *along_y(
	const struct sentence *sentence, double value, double error, char *ret_text)
{
	return quantity(value, error, sentence->naming->y_unit, ret_text);
}

/* A size of which one digit counts. */
static const char *about(const struct sentence *sentence, double value, char *ret_text)
{
	char buffer[NUMBER];
	struct text text = text_over(ret_text, NUMBER), unit = text_over(buffer, sizeof buffer);

	digits_add(&text, value, value);
	unit_add_for_people(&unit, sentence->naming->y_unit);
	if (unit.length > 0)
		text_addf(&text, NARROW "%s", unit.at);
	return ret_text;
}

/* A slope: how much y changes in one unit of x; of a slow one in a minute or an hour. */
static void add_slope(const struct sentence *sentence, double value, double error)
{
	static const struct {
		const char *ucum;
		double seconds;
	} times[] = {{"s", 1}, {"min", 60}, {"h", 3600}};
	const struct fit_naming *naming = sentence->naming;
	char change[NUMBER], buffer[NUMBER];
	struct text unit = text_over(buffer, sizeof buffer);
	size_t i = 0;

	if (!naming->x_is_time) {
		unit_add_for_people(&unit, naming->x_unit);
		along_y(sentence, value, error, change);
		text_addf(sentence->zh, "x 每增加 1%s%s，y 变化 %s。", unit.length ? NARROW : "",
			unit.at, change);
		text_addf(sentence->en, "For each 1%s%s of x, y changes by %s.",
			unit.length ? NARROW : "", unit.at, change);
		return;
	}
	while (i < 2 && fabs(value) * times[i].seconds < 0.05)
		i++;
	along_y(sentence, value * times[i].seconds, error * times[i].seconds, change);
	text_addf(sentence->zh, "每过 1" NARROW "%s，变化 %s。", times[i].ucum, change);
	text_addf(sentence->en, "Every 1" NARROW "%s it changes by %s.", times[i].ucum, change);
}

/* "Every 18 min": how a sentence about a distance along x begins. */
static void add_every(const struct sentence *sentence, double value, double error)
{
	char number[NUMBER];

	along_x(sentence, value, error, number);
	if (sentence->naming->x_is_time) {
		text_addf(sentence->zh, "每过 %s，", number);
		text_addf(sentence->en, "Every %s, ", number);
	} else {
		text_addf(sentence->zh, "x 每增加 %s，", number);
		text_addf(sentence->en, "Each time x grows by %s, ", number);
	}
}

static void add(const struct sentence *sentence, const char *zh, const char *en)
{
	text_add(sentence->zh, zh);
	text_add(sentence->en, en);
}

/* --- a model that fits --- */

static void say_line(const struct sentence *sentence)
{
	add_slope(sentence, sentence->result->values[0], sentence->result->errors[0]);
}

static void say_quadratic(const struct sentence *sentence)
{
	const struct fit_result *result = sentence->result;
	char rate[NUMBER], buffer[NUMBER], x[NUMBER];
	struct text unit = text_over(buffer, sizeof buffer), of_x = text_over(x, sizeof x);

	if (result->low[0] <= 0 && result->high[0] >= 0) {
		add(sentence, "看不出弯曲，直线就够了。", "No bend is seen; a line will do.");
		return;
	}
	units_compose(&unit, sentence->naming->y_unit, sentence->naming->x_unit, -1);
	quantity(2 * result->values[0], 2 * result->errors[0], unit.at, rate);
	text_add(&of_x, "1");
	text_reset(&unit);
	unit_add_for_people(&unit, sentence->naming->x_unit);
	if (unit.length > 0)
		text_addf(&of_x, NARROW "%s", unit.at);
	text_addf(sentence->zh, "变化率在%s %s 里变化 %s。",
		sentence->naming->x_is_time ? "每" : " x 的每", of_x.at, rate);
	text_addf(sentence->en, "In each %s%s its rate changes by %s.", of_x.at,
		sentence->naming->x_is_time ? "" : " of x", rate);
}

static void say_power(const struct sentence *sentence)
{
	double times = exp2(sentence->result->values[1]);
	char number[NUMBER];

	quantity(times, times * log(2) * sentence->result->errors[1], "", number);
	text_addf(sentence->zh, "x 加倍时，y 变为 %s 倍。", number);
	text_addf(sentence->en, "When x doubles, y is multiplied by %s.", number);
}

static void say_exponential(const struct sentence *sentence)
{
	double k = sentence->result->values[1], half = log(2) / fabs(k);

	add_every(sentence, half, half * sentence->result->errors[1] / fabs(k));
	if (k < 0)
		add(sentence, "减半。", "it halves.");
	else
		add(sentence, "翻一倍。", "it doubles.");
}

static void say_decay(const struct sentence *sentence)
{
	const struct fit_result *result = sentence->result;
	char level[NUMBER];

	along_y(sentence, result->values[2], result->errors[2], level);
	add_every(sentence, fabs(result->values[1]), result->errors[1]);
	if (result->values[1] > 0) {
		text_addf(sentence->zh, "与 %s 的差只剩 37" NARROW "%%。", level);
		text_addf(sentence->en, "the difference from %s falls to 37" NARROW "%%.", level);
	} else {
		text_addf(sentence->zh, "与 %s 的差变为 2.7 倍。", level);
		text_addf(sentence->en, "the difference from %s grows 2.7 times.", level);
	}
}

static void say_logarithm(const struct sentence *sentence)
{
	char number[NUMBER];

	along_y(sentence, log(10) * sentence->result->values[0],
		log(10) * sentence->result->errors[0], number);
	text_addf(sentence->zh, "x 变为 10 倍时，y 变化 %s。", number);
	text_addf(sentence->en, "When x is 10 times as large, y changes by %s.", number);
}

static void add_cycle(const struct sentence *sentence, double f, double error)
{
	char number[NUMBER];

	along_x(sentence, 1 / f, error / (f * f), number);
	if (sentence->naming->x_is_time) {
		text_addf(sentence->zh, "一个来回用 %s", number);
		text_addf(sentence->en, "One cycle takes %s", number);
	} else {
		text_addf(sentence->zh, "x 每增加 %s 重复一次", number);
		text_addf(sentence->en, "It repeats each time x grows by %s", number);
	}
}

static void say_sine(const struct sentence *sentence)
{
	const struct fit_result *result = sentence->result;
	char number[NUMBER];

	add_cycle(sentence, result->values[1], result->errors[1]);
	along_y(sentence, result->values[0], result->errors[0], number);
	text_addf(sentence->zh, "，振幅 %s。", number);
	text_addf(sentence->en, "; the amplitude is %s.", number);
}

static void say_damped(const struct sentence *sentence)
{
	const struct fit_result *result = sentence->result;
	bool is_time = sentence->naming->x_is_time;
	char number[NUMBER];

	add_cycle(sentence, result->values[2], result->errors[2]);
	along_x(sentence, fabs(result->values[1]), result->errors[1], number);
	text_addf(sentence->zh, "；%s %s，振幅%s。", is_time ? "每过" : "x 每增加", number,
		result->values[1] > 0 ? "只剩 37" NARROW "%" : "变为 2.7 倍");
	text_addf(sentence->en, "; %s %s the amplitude %s.",
		is_time ? "every" : "each time x grows by", number,
		result->values[1] > 0 ? "falls to 37" NARROW "%" : "grows 2.7 times");
}

static void say_gaussian(const struct sentence *sentence)
{
	static const double width = 2.3548200450309493; /* 2 sqrt(2 ln 2) */
	const struct fit_result *result = sentence->result;
	char at[NUMBER], wide[NUMBER];

	along_x(sentence, result->values[1], result->errors[1], at);
	along_x(sentence, width * result->values[2], width * result->errors[2], wide);
	text_addf(sentence->zh, "%s在 %s，半高处宽 %s。", result->values[0] < 0 ? "谷" : "峰", at,
		wide);
	text_addf(sentence->en, "The %s is at %s, %s wide at half its height.",
		result->values[0] < 0 ? "dip" : "peak", at, wide);
}

static void say_poisson(const struct sentence *sentence)
{
	const struct fit_result *result = sentence->result;
	char number[NUMBER], per[NUMBER];
	struct text unit = text_over(per, sizeof per);

	units_compose(&unit, "", sentence->naming->x_unit, -1);
	if (result->is_waits) {
		quantity(result->values[1], result->errors[1], per, number);
		text_addf(sentence->zh, "平均 %s，间隔和随机事件的一样。", number);
		text_addf(sentence->en, "%s on average; the waits are those of random events.",
			number);
		return;
	}
	quantity(result->values[0], result->errors[0], "", number);
	text_addf(sentence->zh, "平均每次 %s 个，散布和随机计数一样。", number);
	text_addf(
		sentence->en, "%s each time on average; they scatter as random counts do.", number);
}

static void (*const meanings[FIT_MODELS])(const struct sentence *sentence) = {
	[FIT_PROPORTIONAL] = say_line,
	[FIT_LINEAR] = say_line,
	[FIT_QUADRATIC] = say_quadratic,
	[FIT_POWER] = say_power,
	[FIT_EXPONENTIAL] = say_exponential,
	[FIT_DECAY] = say_decay,
	[FIT_LOGARITHM] = say_logarithm,
	[FIT_SINE] = say_sine,
	[FIT_DAMPED] = say_damped,
	[FIT_GAUSSIAN] = say_gaussian,
	[FIT_POISSON] = say_poisson,
};

/* --- a model that does not --- */

static void add_advice(const struct sentence *sentence, const char *zh, const char *en)
{
	const char *name_zh, *name_en;

	if (sentence->result->better == FIT_MODELS) {
		add(sentence, zh, en);
		return;
	}
	fit_model_name(sentence->result->better, &name_zh, &name_en);
	text_addf(sentence->zh, "试试“%s”。", name_zh);
	text_addf(sentence->en, " Try %s.", name_en);
}

/* Or of points that are all there are, what to do about those. */
static void add_advice_of_range(const struct sentence *sentence, const char *zh, const char *en)
{
	if (!sentence->naming->is_of_points)
		add_advice(sentence, zh, en);
	else
		add_advice(sentence, "看看离得最远的点量得对不对，再测几个不同的 x。",
			" Check the points that lie farthest off, and measure at more x.");
}

/* "A line does not fit: ..." */
static void add_no(const struct sentence *sentence, const char *zh, const char *en)
{
	const char *name_zh, *name_en;

	fit_model_name(sentence->result->model, &name_zh, &name_en);
	text_addf(sentence->zh, "%s不合适：%s", name_zh, zh);
	text_addf(sentence->en, "%s does not fit: %s", subjects[sentence->result->model], en);
}

/* As it stands on paper. */
static const char *symbol_of(const char *id)
{
	static const char *const greek[][2] = {{"tau", "τ"}, {"phi", "φ"}, {"mu", "μ"}};

	for (size_t i = 0; i < sizeof greek / sizeof *greek; i++)
		if (strcmp(greek[i][0], id) == 0)
			return greek[i][1];
	return id;
}

static void say_undetermined(const struct sentence *sentence)
{
	const char *id =
		symbol_of(fit_parameter_id(sentence->result->model, sentence->result->weakest));

	bool is_of_points = sentence->naming->is_of_points;
	text_addf(sentence->zh, "%s定不出 %s。", is_of_points ? "这些点" : "这一段", id);
	text_addf(sentence->en, "%s not determine %s.",
		is_of_points ? "These points do" : "This range does", id);
	add_advice_of_range(sentence, "选长一点的一段再试。", " Select a longer one.");
}

static void say_too_few(const struct sentence *sentence)
{
	const char *name_zh, *name_en;
	unsigned least = fit_model_parameters(sentence->result->model) + 1;

	fit_model_name(sentence->result->model, &name_zh, &name_en);
	text_addf(sentence->zh, "只有 %zu 个点：%s至少要 %u 个。", sentence->result->n, name_zh,
		least);
	text_addf(sentence->en, "There are only %zu points: %s needs at least %u.",
		sentence->result->n, name_en, least);
}

static void say_not_positive(const struct sentence *sentence)
{
	bool is_power = sentence->result->model == FIT_POWER;

	text_addf(sentence->zh, "有 %zu 个点的 x %s 0，%s用不了。把它们去掉再试。",
		sentence->result->n_refused, is_power ? "小于" : "不大于",
		is_power ? "幂" : "对数");
	text_addf(sentence->en, "%zu points have an x %s 0, where %s has no value. Leave them out.",
		sentence->result->n_refused, is_power ? "below" : "not above",
		is_power ? "a power" : "a logarithm");
}

static void say_trouble(const struct sentence *sentence)
{
	const char *name_zh, *name_en;

	fit_model_name(sentence->result->model, &name_zh, &name_en);
	if (sentence->result->why == FIT_ILL) {
		text_addf(sentence->zh, "这些点分不清%s的各个参数。", name_zh);
		text_addf(sentence->en, "These points cannot tell the parameters of %s apart.",
			name_en);
	} else {
		bool is_of_points = sentence->naming->is_of_points;

		text_addf(
			sentence->zh, "%s定不出%s。", is_of_points ? "这些点" : "这一段", name_zh);
		text_addf(sentence->en, "%s not determine the fit \"%s\".",
			is_of_points ? "These points do" : "This range does", name_en);
	}
	add_advice_of_range(sentence, "换一段再试。", " Select another range.");
}

static void say_no(const struct sentence *sentence)
{
	switch (sentence->result->why) {
	case FIT_FLAT:
		add(sentence, "看不出变化：一条水平线也一样好。",
			"No change is seen: a level line does as well.");
		if (sentence->result->n <= FEW) {
			text_addf(sentence->zh, "只有 %zu 个点，也可能是点太少。",
				sentence->result->n);
			text_addf(sentence->en, " With %zu points it may only be hidden.",
				sentence->result->n);
		}
		break;
	case FIT_WORSE:
		add_no(sentence, "一条水平线离这些点还近些。",
			"a level line is nearer to the points.");
		add_advice_of_range(sentence, "换一段再试。", " Select another range.");
		break;
	case FIT_RUNS:
		add_no(sentence, "残差呈弯曲。", "the residuals bend.");
		add_advice_of_range(sentence, "选短一点的一段再试。", " Select a shorter range.");
		break;
	case FIT_NOISE:
		add_no(sentence, "噪声也有这么大。", "noise alone has as much.");
		add_advice_of_range(sentence, "换一段再试。", " Select another range.");
		break;
	case FIT_SCATTER:
		add_no(sentence, "有的点离得比不确定度远得多。看看那几个点。",
			"points lie farther off than their uncertainties. Look at those.");
		break;
	case FIT_DISPERSED:
		add(sentence, "不像随机计数：时多时少，太散了。看看中间变了什么。",
			"Not like random counts: they scatter too much. See what changed meanwhile.");
		break;
	case FIT_TOO_EVEN:
		add(sentence, "不像随机计数：太整齐了。",
			"Not like random counts: they are too even.");
		break;
	case FIT_WAITS:
		add(sentence, "间隔不像随机事件的。看看是不是有节奏。",
			"The waits are not those of random events. See whether they have a beat.");
		break;
	case FIT_COARSE:
		add(sentence, "每个点是许多行的平均，一个来回里点太少。选短一点的一段。",
			"Each point is the mean of many rows, too few for a cycle. Select a shorter "
			"range.");
		break;
	case FIT_UNDETERMINED:
		say_undetermined(sentence);
		break;
	case FIT_TOO_FEW:
		say_too_few(sentence);
		break;
	case FIT_NO_SPREAD:
		add(sentence, "所有点的 x 都一样，画不出线。再测几个不同的 x。",
			"All points have the same x. Measure at other x, too.");
		break;
	case FIT_NOT_POSITIVE:
		say_not_positive(sentence);
		break;
	case FIT_NOT_FINITE:
		add(sentence, "有的点不是数。把它们去掉再试。",
			"Some points are no numbers. Leave them out.");
		break;
	case FIT_NOT_COUNTS:
		add(sentence, "随机计数要整数个数，从 0 起。选记次数的通道。",
			"Poisson wants whole counts from 0 on. Choose a channel that counts.");
		break;
	case FIT_NO_COUNTS:
		add(sentence, "一个也没有数到。记久一点再试。",
			"Nothing was counted. Record longer.");
		break;
	default:
		say_trouble(sentence);
	}
}

void fit_sentence(const struct fit_result *result, const struct fit_naming *naming, struct text *zh,
	struct text *en)
{
	struct sentence sentence = {result, naming, zh, en};
	char number[NUMBER];

	if (result->why != FIT_OK && result->why != FIT_SLIGHT && result->why != FIT_FEW_TO_TELL) {
		say_no(&sentence);
		return;
	}
	meanings[result->model](&sentence);
	if (result->why == FIT_SLIGHT) {
		about(&sentence, result->bend, number);
		text_addf(zh, "残差还有一点弯，约 %s。", number);
		text_addf(en, " The residuals still bend a little, by about %s.", number);
	} else if (result->why == FIT_FEW_TO_TELL) {
		text_addf(zh, "只有 %zu 个点，弯不弯还看不出。", result->n);
		text_addf(en, " With %zu points a bend cannot be seen.", result->n);
	}
}
