/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog fit [--x CHANNEL] [--from S] [--to S] [--raw] RUN CHANNEL MODEL`: the board fits, this prints. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "data/unit.h"
#include "fit/digits.h"
#include "tools/kitlog/calibrate.h"
#include "tools/kitlog/say.h"

enum { NAME = 8, LINE = 192, US = 1000000 };

struct wish {
	const char *x, *from, *to; /* NULL: not said */
	bool is_raw;
};

/* --- what is asked --- */

/* The run of this number, also one that was imported, the caller's; NULL after saying that there is
 * none. */
static json_t *get_run(const struct call *call, json_int_t id)
{
	char path[64];

	snprintf(path, sizeof path, "/api/v1/runs/%lld", (long long)id);
	return board_get(call->board, path);
}

/* Seconds behind the run's begin as board time; absent: unchanged. False after saying what is wrong. */
static bool add_instant(
	const char *option, const char *seconds, json_int_t from_us, json_t *body, const char *name)
{
	double value;

	if (!seconds)
		return true;
	if (number_to_double(seconds, strlen(seconds), &value) != strlen(seconds) || value < 0 ||
		value > 1e9) {
		command_misused(option, seconds,
			say("从开始起的秒数", "seconds from the begin of the run"));
		return false;
	}
	json_object_set_new(body, name, json_integer(from_us + (json_int_t)(value * US)));
	return true;
}

/* 0, or the exit status after saying what is wrong. */
static int add_range(const struct wish *wish, const json_t *run, json_t *body)
{
	json_int_t from_us = json_integer_value(json_object_get(run, "from_us"));

	json_object_set(body, "from_us", json_object_get(run, "from_us"));
	json_object_set(body, "x_zero_us", json_object_get(run, "from_us"));
	if (json_is_integer(json_object_get(run, "to_us")))
		json_object_set(body, "to_us", json_object_get(run, "to_us"));
	if (!add_instant("fit --from", wish->from, from_us, body, "from_us") ||
		!add_instant("fit --to", wish->to, from_us, body, "to_us"))
		return 2;
	if (wish->is_raw)
		json_object_set_new(body, "values", json_string("raw"));
	return 0;
}

static int add_channels(
	const struct call *call, const struct wish *wish, const char *channel, json_t *body)
{
	int result = place_add_channel(call, channel, body);

	if (result || !wish->x)
		return result;
	json_t *x = json_object();
	result = place_add_channel(call, wish->x, x);
	json_object_set_new(body, "x", x);
	return result;
}

/* --- what is told --- */

static void print_parameter(const json_t *parameter)
{
	const char *id = json_string_value(json_object_get(parameter, "id"));
	const char *ucum = json_string_value(json_object_get(parameter, "unit"));
	char buffer[LINE], of[SAY_TEXT], name[SAY_LINE], harmless[SAY_LINE];
	struct text number = text_over(buffer, sizeof buffer), unit = text_over(of, sizeof of);

	digits_add_both(&number, json_number_value(json_object_get(parameter, "value")),
		json_number_value(json_object_get(parameter, "error")));
	unit_add_for_people(&unit, ucum ? ucum : "");
	printf("  %-*s%s%s%s\n", NAME, say_harmless(id ? id : "", name), number.at,
		unit.length > 0 ? " " : "", say_harmless(of, harmless));
}

static void print_fit(const json_t *fit)
{
	const char *formula = json_string_value(json_object_get(fit, "formula"));
	json_int_t rows = json_integer_value(json_object_get(fit, "rows_per_point"));
	char line[SAY_LINE];
	json_t *parameter;
	size_t i;

	puts(say_harmless(formula ? formula : "", line));
	json_array_foreach(json_object_get(fit, "parameters"), i, parameter)
	{
		print_parameter(parameter);
	}
	printf(say("  %lld 个点", "  %lld points"),
		(long long)json_integer_value(json_object_get(fit, "n")));
	if (rows > 1)
		printf(say("（每个是最多 %lld 行的平均）", " (each the mean of at most %lld rows)"),
			(long long)rows);
	if (json_is_number(json_object_get(fit, "sigma")))
		printf(say("，标准差 %.3g", ", standard deviation %.3g"),
			json_number_value(json_object_get(fit, "sigma")));
	if (json_is_number(json_object_get(fit, "r2")))
		printf(", R\u00b2 %.6g", json_number_value(json_object_get(fit, "r2")));
	putchar('\n');
	puts(say_harmless(say_pick(json_object_get(fit, "sentence")), line));
}

static int ask_board(const struct call *call, const struct wish *wish, json_int_t id, char **words)
{
	json_t *run = get_run(call, id);
	json_t *body = json_pack("{s:s}", "model", words[2]), *fit = NULL;
	int result = !run || !body ? 1 : add_range(wish, run, body);

	if (result == 0)
		result = add_channels(call, wish, words[1], body);
	if (result == 0) {
		fit = board_put_question(call->board, "/api/v1/fits", body);
		result = fit ? 0 : 1;
	}
	if (fit && call->is_json)
		say_json(fit);
	else if (fit)
		print_fit(fit);
	json_decref(fit);
	json_decref(body);
	json_decref(run);
	return result;
}

int command_fit(const struct call *call)
{
	static const struct option options[] = {
		{"x", required_argument, NULL, 'x'},
		{"from", required_argument, NULL, 'f'},
		{"to", required_argument, NULL, 't'},
		{"raw", no_argument, NULL, 'r'},
		{0},
	};
	struct wish wish = {0};
	char *end;
	int option;

	/* getopt looks at words from 1 on; the command's name stands before ours. */
	optind = 0;
	while ((option = getopt_long(call->argc + 1, call->argv - 1, ":x:f:t:r", options, NULL)) !=
		-1) {
		if (option == 'x')
			wish.x = optarg;
		else if (option == 'f')
			wish.from = optarg;
		else if (option == 't')
			wish.to = optarg;
		else if (option == 'r')
			wish.is_raw = true;
		else
			return command_no_option(" fit", call->argv[optind - 2], option);
	}
	char **words = call->argv - 1 + optind;
	int n = call->argc + 1 - optind;
	if (n < 3)
		return command_misused("fit", "",
			say("记录的编号、通道和线，如 3 2/t decay",
				"a run, a channel and a model, such as 3 2/t decay"));
	if (n > 3)
		return command_too_many(
			"fit", words[3], say("选项写在前面", "options stand before the run"));
	json_int_t id = strtoll(words[0], &end, 10);
	if (*end || id <= 0)
		return command_misused("fit", words[0],
			say("kitlog run list 里的编号", "a number from kitlog run list"));
	return ask_board(call, &wish, id, words);
}
