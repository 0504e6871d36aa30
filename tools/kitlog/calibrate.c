/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog calibrate list | offset | two-point | table | zero | use | withdraw`. A channel is called
 * 3/t: the number on the kit's label and the channel's id; stream:10/t where a kit has two of that
 * id. */
#include "tools/kitlog/command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "tools/kitlog/say.h"

enum { MOST_POINTS = 16 };

struct words {
	char **at;
	int n;
	const char *name; /* --name; NULL: none */
	json_int_t run;   /* --run; 0: none */
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* ---------------------------------------------------------------- showing */

static const char *kind_word(const char *kind)
{
	if (!strcmp(kind, "offset"))
		return say("单点", "offset");
	if (!strcmp(kind, "two-point"))
		return say("两点", "two-point");
	if (!strcmp(kind, "table"))
		return say("多点表", "table");
	return say("撤销", "withdrawal");
}

/* "0.3=0 98.9=100", or "#12" of a withdrawal. */
static void add_points(struct text *text, const json_t *calibration)
{
	const json_t *refers = json_object_get(calibration, "refers");
	json_t *points = json_object_get(calibration, "points"), *point;
	size_t i;

	if (json_array_size(points) == 0 && json_is_integer(refers))
		text_addf(text, "#%lld", (long long)json_integer_value(refers));
	json_array_foreach(points, i, point)
	{
		text_add(text, i > 0 ? " " : "");
		text_add_double(text, json_number_value(json_object_get(point, "raw")));
		text_add_char(text, '=');
		text_add_double(text, json_number_value(json_object_get(point, "true")));
	}
}

static const char *state_word(const json_t *calibration)
{
	json_int_t made = json_integer_value(json_object_get(calibration, "made_us"));
	json_int_t from = json_integer_value(json_object_get(calibration, "from_us"));

	if (json_is_true(json_object_get(calibration, "is_withdrawn")))
		return say("已撤销", "withdrawn");
	if (!json_is_null(json_object_get(calibration, "to_us")))
		return say("用于一段时间", "for a range");
	return from < made ? say("也用于以前", "before as well") : say("从那时起", "from then on");
}

static void print_calibration(const json_t *calibration)
{
	char id[SAY_TEXT], channel[SAY_TEXT], wall[SAY_TEXT], room[1024];
	struct text points = text_over(room, sizeof room);
	const json_t *sticker = json_object_get(calibration, "sticker");

	snprintf(id, sizeof id, "%lld",
		(long long)json_integer_value(json_object_get(calibration, "id")));
	if (json_is_number(sticker))
		snprintf(channel, sizeof channel, "%.0f/%s", json_number_value(sticker),
			text_of(calibration, "channel"));
	else
		snprintf(channel, sizeof channel, "%.32s/%.24s", text_of(calibration, "identity"),
			text_of(calibration, "channel"));
	add_points(&points, calibration);
	say_row(stdout, (int[]){6, 12, 12, 22, 16, 24, 0},
		(const char *[]){id, channel, kind_word(text_of(calibration, "kind")),
			say_wall(json_object_get(calibration, "wall_made_us"), wall),
			state_word(calibration), room, text_of(calibration, "name")},
		7);
}

static int show(const struct call *call, json_t *body)
{
	json_t *calibration;
	size_t i;

	if (!body)
		return 1;
	if (call->is_json) {
		say_json(body);
	} else {
		json_array_foreach(json_object_get(body, "calibrations"), i, calibration)
			print_calibration(calibration);
		if (i == 0)
			puts(say("还没有校准；kitlog calibrate zero 3/t 让 3 号的 t 归零",
				"No calibration yet; kitlog calibrate zero 3/t zeroes t of kit 3"));
	}
	json_decref(body);
	return 0;
}

/* ---------------------------------------------------------------- what is meant */

/* The device with this number on its label; NULL after saying that there is none. */
static json_t *find_device(json_t *devices, json_int_t sticker)
{
	json_t *device;
	size_t i;

	json_array_foreach(json_object_get(devices, "devices"), i,
		device) if (json_integer_value(json_object_get(device, "sticker")) ==
		sticker) return device;
	fprintf(stderr,
		say("kitlog calibrate: 没有 %lld 号器材；用 kitlog devices 看看\n",
			"kitlog calibrate: there is no kit %lld; kitlog devices lists them\n"),
		(long long)sticker);
	return NULL;
}

/* The id of the device with this number on its label; 0 after saying that there is none. */
static json_int_t find_id(const struct call *call, json_int_t sticker)
{
	json_t *devices = board_get(call->board, "/api/v1/devices");
	json_t *device = devices ? find_device(devices, sticker) : NULL;
	json_int_t id = json_integer_value(json_object_get(device, "id"));

	json_decref(devices);
	return id;
}

/* The first stream of a device that has the channel; 0 after saying that none has. */
static json_int_t find_stream(const json_t *device, const char *channel)
{
	json_t *stream, *of;
	size_t i, k;

	json_array_foreach(json_object_get(device, "streams"), i, stream) json_array_foreach(
		json_object_get(stream, "channels"), k,
		of) if (!strcmp(text_of(of, "id"),
				channel)) return json_integer_value(json_object_get(stream, "id"));
	fprintf(stderr,
		say("kitlog calibrate: 这台器材没有通道“%s”；kitlog --json devices 里的 id 是通道名\n",
			"kitlog calibrate: that kit has no channel \"%s\"; the ids are in kitlog --json "
			"devices\n"),
		channel);
	return 0;
}

static int misused_channel(const char *word)
{
	return command_misused("calibrate", word,
		say("3/t 这样的通道：标签上的号码，斜线，通道名",
			"a channel such as 3/t: the number on the label, a slash, the channel's id"));
}

/* Adds stream and channel to the body: 0, or the exit status after saying what is wrong. */
static int add_channel(const struct call *call, const char *word, json_t *body)
{
	const char *slash = strchr(word, '/');
	bool is_stream = strncmp(word, "stream:", 7) == 0;
	json_int_t number;
	char *end;

	number = strtoll(word + (is_stream ? 7 : 0), &end, 10);
	if (!slash || end != slash || number <= 0 || !slash[1])
		return misused_channel(word);
	if (!is_stream) {
		json_t *devices = board_get(call->board, "/api/v1/devices");
		json_t *device = devices ? find_device(devices, number) : NULL;

		number = device ? find_stream(device, slash + 1) : 0;
		json_decref(devices);
	}
	if (!number)
		return 1;
	json_object_set_new(body, "stream", json_integer(number));
	if (json_object_set_new(body, "channel", json_string(slash + 1)) < 0)
		return misused_channel(word);
	return 0;
}

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

static int finish(
	const struct call *call, const struct words *words, const char *path, json_t *body)
{
	if (words->name && json_object_set_new(body, "name", json_string(words->name)) < 0) {
		json_decref(body);
		return command_misused(
			"calibrate --name", words->name, say("UTF-8 文字", "UTF-8 text"));
	}
	if (words->run)
		json_object_set_new(body, "run", json_integer(words->run));
	json_t *answer = board_post(call->board, path, body);

	json_decref(body);
	return show(call, answer);
}

/* ---------------------------------------------------------------- the verbs */

static int list(const struct call *call, const struct words *words)
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
		json_int_t id = find_id(call, sticker);
		if (!id)
			return 1;
		snprintf(path, sizeof path, "/api/v1/calibrations?device=%lld", (long long)id);
	}
	return show(call, board_get(call->board, path));
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
				say("读数=实际值，例如 0.3=0", "READ=TRUE, such as 0.3=0"));
	if (given > form->most)
		return command_too_many(
			"calibrate", words->at[2 + form->most], say(form->zh, form->en));
	if (given < form->least)
		return command_misused("calibrate", "", say(form->zh, form->en));
	return 0;
}

static int make(const struct call *call, const struct words *words, const struct form *form)
{
	json_t *points = json_array();
	json_t *body = json_pack("{s:s,s:o}", "kind", form->kind, "points", points);
	int result = add_points_given(words, form, points);

	if (!result)
		result = add_channel(call, words->at[1], body);
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
		return add_channel(call, word, body);
	json_int_t id = find_id(call, sticker);
	if (!id)
		return 1;
	return json_object_set_new(body, "device", json_integer(id));
}

static int zero(const struct call *call, const struct words *words)
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
		return finish(call, words, "/api/v1/calibrations/zero", body);
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
	words->run = number_at(words, 2);
	if (!words->run)
		return command_misused("calibrate use", words->n > 2 ? words->at[2] : "",
			say("kitlog run list 里的编号", "a number from kitlog run list"));
	return finish(call, words, "/api/v1/calibrations", json_pack("{s:I}", "use", id));
}

static int withdraw(const struct call *call, const struct words *words)
{
	char path[80];
	json_int_t id = number_at(words, 1);

	if (!id)
		return command_misused("calibrate withdraw", words->n > 1 ? words->at[1] : "",
			say("kitlog calibrate list 里的编号",
				"a number from kitlog calibrate list"));
	snprintf(path, sizeof path, "/api/v1/calibrations/%lld/withdraw", (long long)id);
	return finish(call, words, path, json_object());
}

/* The verb first, then options, then the rest: points may begin with a minus. */
static int read_words(const struct call *call, struct words *ret_words)
{
	static const struct option options[] = {
		{"name", required_argument, NULL, 'n'},
		{"run", required_argument, NULL, 'r'},
		{0},
	};
	char *end;
	int option;

	*ret_words = (struct words){call->argv, call->argc, NULL, 0};
	optind = 0;
	while ((option = getopt_long(call->argc, call->argv, "+:n:r:", options, NULL)) != -1) {
		if (option == 'n')
			ret_words->name = optarg;
		else if (option != 'r')
			return command_no_option(" calibrate", call->argv[optind - 1], option);
		else if ((ret_words->run = strtoll(optarg, &end, 10)) <= 0 || *end)
			return command_misused("calibrate --run", optarg,
				say("kitlog run list 里的编号", "a number from kitlog run list"));
	}
	call->argv[optind - 1] = call->argv[0];
	ret_words->at = call->argv + optind - 1;
	ret_words->n = call->argc - optind + 1;
	return 0;
}

int command_calibrate(const struct call *call)
{
	static char list_word[] = "list", *no_words[] = {list_word, NULL};
	const struct call usual = {call->board, call->is_json, 1, no_words};
	struct words words;
	int result = read_words(call->argc ? call : &usual, &words);

	if (result)
		return result;
	const char *verb = words.at[0];
	if (!strcmp(verb, "list"))
		return list(call, &words);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (!strcmp(verb, forms[i].kind))
			return make(call, &words, &forms[i]);
	if (!strcmp(verb, "zero"))
		return zero(call, &words);
	if (!strcmp(verb, "use"))
		return use(call, &words);
	if (!strcmp(verb, "withdraw"))
		return withdraw(call, &words);
	return command_misused(
		"calibrate", verb, "list, offset, two-point, table, zero, use, withdraw");
}
