/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog calibrate list | offset | two-point | table | zero | use | withdraw`. */
#include "tools/kitlog/calibrate.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "tools/kitlog/say.h"

enum { MOST_POINTS = 16 };

enum { NAME = 1, RUN = 2, YES = 4 };

struct words {
	char **at; /* the verb, and what stands behind it beside options */
	int n;
	unsigned given;   /* NAME | ... */
	const char *name; /* --name; NULL: none */
	json_int_t run;   /* --run; 0: none */
};

/* "0.3=0" */
static bool add_point(json_t *points, const char *word)
{
	double raw, truth;
	size_t n = number_to_double(word, strlen(word), &raw);
	const char *rest = word + n;

	if (!n || *rest != '=')
		return false;
	n = number_to_double(rest + 1, strlen(rest + 1), &truth);
	if (!n || rest[1 + n])
		return false;
	json_array_append_new(points, json_pack("{s:f,s:f}", "raw", raw, "true", truth));
	return true;
}

/* The board's answer to a body with what the options say; NULL after it was said why there is none,
 * and *ret_status is then the exit status. */
static json_t *post_with_options(const struct call *call, const struct words *words,
	const char *path, json_t *body, int *ret_status)
{
	bool is_zero = strcmp(words->at[0], "zero") == 0;

	*ret_status = 1;
	if (words->name && json_object_set_new(body, "name", json_string(words->name)) < 0) {
		*ret_status = command_misused(
			"calibrate --name", words->name, say("UTF-8 文字", "UTF-8 text"));
		return NULL;
	}
	if (words->run)
		json_object_set_new(body, "run", json_integer(words->run));
	if (words->given & YES)
		json_object_set_new(body, "is_sure", json_true());
	json_t *answer = board_post(call->board, path, body);

	if (!answer && strcmp(board_refusal(call->board), "doubtful") == 0)
		fputs(is_zero ? say("kitlog: 一个也没归零；真的要这样，就再写一遍，加上 --yes\n",
					"kitlog: none was zeroed; if that is meant, write it again with --yes\n")
			      : say("kitlog: 真的要这样，就再写一遍，加上 --yes\n",
					"kitlog: if that is meant, write it again with --yes\n"),
			stderr);
	return answer;
}

static int finish(
	const struct call *call, const struct words *words, const char *path, json_t *body)
{
	int status;
	json_t *answer = post_with_options(call, words, path, body, &status);

	json_decref(body);
	return answer ? calibrate_show(call, answer) : status;
}

/* ---------------------------------------------------------------- the verbs */

static int list(const struct call *call, struct words *words)
{
	char path[64] = "/api/v1/calibrations";

	if (words->n > 2)
		return command_too_many("calibrate list", words->at[2],
			say("它只跟一个号码", "it takes one number"));
	if (words->n == 2) {
		char *end;
		json_int_t sticker = strtoll(words->at[1], &end, 10);

		if (*end || sticker <= 0)
			return command_misused("calibrate list", words->at[1],
				say("标签上的号码", "the number on a label"));
		json_t *device = json_object();
		int result = place_add_device(call, sticker, device);
		snprintf(path, sizeof path, "/api/v1/calibrations?device=%lld",
			(long long)json_integer_value(json_object_get(device, "device")));
		json_decref(device);
		if (result)
			return result;
	}
	return calibrate_show(call, board_get(call->board, path));
}

static const struct form {
	const char *kind;
	int least, most; /* points */
	const char *zh, *en;
} forms[] = {
	{"offset", 1, 1, "通道和一个点，例如 3/t 20.1=20.4",
		"a channel and one point, such as 3/t 20.1=20.4"},
	{"two-point", 2, 2, "通道和两个点，例如 3/t 0.3=0 98.9=100",
		"a channel and two points, such as 3/t 0.3=0 98.9=100"},
	{"table", 2, MOST_POINTS, "通道和 2 到 16 个点，例如 3/t 0=0 10=20 20=25",
		"a channel and 2 to 16 points, such as 3/t 0=0 10=20 20=25"},
};

/* The points behind the channel: 0, or 2 after saying what is wrong. */
static int add_points_given(const struct words *words, const struct form *form, json_t *points)
{
	int given = words->n - 2;

	for (int i = 0; i < given && i < form->most; i++)
		if (!add_point(points, words->at[2 + i]))
			return command_misused("calibrate", words->at[2 + i],
				say("读数=实际值，小数点写“.”，例如 0.3=0",
					"READ=TRUE with decimal points, such as 0.3=0"));
	if (given > form->most)
		return command_too_many(
			"calibrate", words->at[2 + form->most], say(form->zh, form->en));
	if (given < form->least)
		return command_misused("calibrate", "", say(form->zh, form->en));
	return 0;
}

static int make(const struct call *call, struct words *words)
{
	const struct form *form = forms;
	json_t *points = json_array();

	while (strcmp(form->kind, words->at[0]))
		form++;
	json_t *body = json_pack("{s:s,s:o}", "kind", form->kind, "points", points);
	int result = add_points_given(words, form, points);

	if (!result)
		result = place_add_channel(call, words->at[1], body);
	if (!result)
		return finish(call, words, "/api/v1/calibrations", body);
	json_decref(body);
	return result;
}

/* What is to be zeroed: 0, or the exit status after saying what is wrong. */
static int add_zeroed(const struct call *call, const char *word, json_t *body)
{
	char *end;
	json_int_t sticker = strtoll(word, &end, 10);

	if (!strcmp(word, "all"))
		return json_object_set_new(body, "all", json_true());
	if (*end || sticker <= 0)
		return place_add_channel(call, word, body);
	return place_add_device(call, sticker, body);
}

static int send_zero(const struct call *call, const struct words *words, json_t *body)
{
	json_t *devices = board_get(call->board, "/api/v1/devices"), *answer;
	int status = 1;

	answer = devices
		? post_with_options(call, words, "/api/v1/calibrations/zero", body, &status)
		: NULL;
	if (answer)
		status = calibrate_show_zeroed(call, devices, body, answer);
	json_decref(devices);
	return status;
}

static int zero(const struct call *call, struct words *words)
{
	json_t *body;
	double value = 0;
	int result;

	if (words->n < 2)
		return command_misused("calibrate zero", "",
			say("3/t 这样的通道，3 这样的号码，或 all",
				"a channel such as 3/t, a number such as 3, or all"));
	if (words->n > 3)
		return command_too_many("calibrate zero", words->at[3],
			say("一次一个；全部就写 all", "it takes one, or all"));
	if (words->n == 3 &&
		number_to_double(words->at[2], strlen(words->at[2]), &value) !=
			strlen(words->at[2]))
		return command_misused("calibrate zero", words->at[2],
			say("一个数：现在应当显示多少", "a number: what it is to read now"));
	body = json_pack("{s:f}", "value", value);
	result = add_zeroed(call, words->at[1], body);
	if (!result)
		result = send_zero(call, words, body);
	json_decref(body);
	return result;
}

static json_int_t number_at(const struct words *words, int i)
{
	char *end = NULL;
	json_int_t number = i < words->n ? strtoll(words->at[i], &end, 10) : 0;

	return end && !*end && number > 0 ? number : 0;
}

static int use(const struct call *call, struct words *words)
{
	json_int_t id = number_at(words, 1);

	if (!id)
		return command_misused("calibrate use", words->n > 1 ? words->at[1] : "",
			say("kitlog calibrate list 里的编号",
				"a number from kitlog calibrate list"));
	if (words->n > 3 || (words->n > 2 && words->run))
		return command_too_many("calibrate use", words->at[words->n - 1],
			say("一次一个校准，一次记录", "it takes one calibration and one run"));
	if (!words->run)
		words->run = number_at(words, 2);
	if (!words->run)
		return command_misused("calibrate use", words->n > 2 ? words->at[2] : "",
			say("kitlog run list 里的编号", "a number from kitlog run list"));
	return finish(call, words, "/api/v1/calibrations", json_pack("{s:I}", "use", id));
}

static int withdraw(const struct call *call, struct words *words)
{
	char path[80];
	json_int_t id = number_at(words, 1);

	if (!id)
		return command_misused("calibrate withdraw", words->n > 1 ? words->at[1] : "",
			say("kitlog calibrate list 里的编号",
				"a number from kitlog calibrate list"));
	if (words->n > 2)
		return command_too_many(
			"calibrate withdraw", words->at[2], say("一次撤销一个", "it takes one"));
	snprintf(path, sizeof path, "/api/v1/calibrations/%lld/withdraw", (long long)id);
	return finish(call, words, path, json_object());
}

/* Points may begin with a minus. */
static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] && !strchr("0123456789.", word[1]);
}

/* Takes the option at the front of `at` (behind a word that getopt skips) and says how many words
 * it was; 0 after saying what is wrong. */
static int take_option(int n, char **at, struct words *words)
{
	static const struct option options[] = {
		{"name", required_argument, NULL, 'n'},
		{"run", required_argument, NULL, 'r'},
		{"yes", no_argument, NULL, 'y'},
		{0},
	};
	char *end;

	optind = 0;
	int option = getopt_long(n, at, "+:n:r:y", options, NULL);
	switch (option) {
	case -1: /* "--" */
		break;
	case 'n':
		words->name = optarg;
		words->given |= NAME;
		break;
	case 'r':
		words->run = strtoll(optarg, &end, 10);
		words->given |= RUN;
		if (words->run > 0 && !*end)
			break;
		command_misused("calibrate --run", optarg,
			say("kitlog run list 里的编号", "a number from kitlog run list"));
		return 0;
	case 'y':
		words->given |= YES;
		break;
	default:
		command_no_option(" calibrate", at[optind - 1], option);
		return 0;
	}
	return optind - 1;
}

/* The verb, then options anywhere. 0, or 2 after saying what is wrong. */
static int read_words(const struct call *call, struct words *ret_words)
{
	*ret_words = (struct words){.at = call->argv, .n = 1};
	for (int i = 1; i < call->argc;) {
		if (!is_option(call->argv[i])) {
			ret_words->at[ret_words->n++] = call->argv[i++];
			continue;
		}
		int used = take_option(call->argc - i + 1, call->argv + i - 1, ret_words);

		if (!used)
			return 2;
		i += used;
	}
	return 0;
}

static const struct verb {
	const char *word;
	unsigned options;
	int (*run)(const struct call *call, struct words *words);
} verbs[] = {
	{"list", 0, list},
	{"offset", NAME | RUN | YES, make},
	{"two-point", NAME | RUN | YES, make},
	{"table", NAME | RUN | YES, make},
	{"zero", NAME | YES, zero},
	{"use", NAME | RUN, use},
	{"withdraw", NAME, withdraw},
};

/* An option that would do nothing is told, not swallowed. */
static bool are_options_right(const struct verb *verb, const struct words *words)
{
	unsigned wrong = words->given & ~verb->options;

	if (wrong & RUN && verb->run == zero)
		fputs(say("kitlog calibrate zero: 归零按现在的读数，不能用 --run；先归零，再用 "
			  "kitlog calibrate use 编号 记录\n",
			      "kitlog calibrate zero: it goes by what is read now and takes no --run; "
			      "zero first, then kitlog calibrate use ID RUN\n"),
			stderr);
	else if (wrong)
		fprintf(stderr,
			say("kitlog calibrate %s: 它不能带 %s；去掉它\n",
				"kitlog calibrate %s: it takes no %s; leave that out\n"),
			verb->word,
			wrong & NAME          ? "--name"
				: wrong & RUN ? "--run"
					      : "--yes");
	return !wrong;
}

int command_calibrate(const struct call *call)
{
	static char list_word[] = "list", *no_words[] = {list_word, NULL};
	const struct call usual = {call->board, call->is_json, 1, no_words};
	struct words words;
	int result = read_words(call->argc ? call : &usual, &words);

	if (result)
		return result;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(words.at[0], verbs[i].word))
			return are_options_right(&verbs[i], &words) ? verbs[i].run(call, &words)
								    : 2;
	return command_misused(
		"calibrate", words.at[0], "list, offset, two-point, table, zero, use, withdraw");
}
