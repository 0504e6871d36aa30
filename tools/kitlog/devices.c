/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog devices`: what is plugged in, a line per device and one per channel; what is flagged has a
 * mark, as in `kitlog tail`. */
#include "tools/kitlog/command.h"

#include <stdlib.h>
#include <string.h>

#include "tools/kitlog/flags.h"
#include "tools/kitlog/say.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static const char *state_word(const char *state)
{
	if (!strcmp(state, "ready"))
		return say("就绪", "ready");
	if (!strcmp(state, "silent"))
		return say("没有读数", "silent");
	return say("已拔下", "gone");
}

/* What is wrong and what to do, below the thing it is wrong with. */
static void print_problem(const json_t *of)
{
	const char *label = say_pick(json_object_get(of, "label"));
	const char *words = say_pick(json_object_get(of, "problem"));
	char of_stream[SAY_LINE], problem[SAY_LINE];

	if (*words)
		printf("    %s%s%s\n", say_harmless(label, of_stream),
			*label ? say("：", ": ") : "", say_harmless(words, problem));
}

/* Since it was plugged in, of all its streams. Most are never asked, or always answer. */
static void print_unanswered(const json_t *device)
{
	json_int_t n = json_integer_value(
		json_object_get(json_object_get(device, "health"), "unanswered"));

	if (n > 0)
		printf(say("    没应答 %lld 次\n", "    questions without an answer: %lld\n"),
			(long long)n);
}

/* "stream:12  1 Hz  ±1.0 ms  address 2": so often, so exact. */
static void add_stream(struct text *text, const json_t *stream)
{
	double period_us = json_number_value(json_object_get(stream, "period_us"));
	const char *label = say_pick(json_object_get(stream, "label"));
	char precision[SAY_TEXT];

	text_addf(
		text, "stream:%lld", (long long)json_integer_value(json_object_get(stream, "id")));
	if (period_us > 0)
		text_addf(text, "  %.4g Hz", 1e6 / period_us);
	if (*say_precision(json_object_get(stream, "uncertainty_us"), precision))
		text_addf(text, " %s", precision);
	if (*label)
		text_addf(text, "  %s", label);
}

/* Of the last reading: what it is flagged as, of a device that is there. */
static unsigned add_last(
	struct text *text, const json_t *device, const json_t *channel, json_int_t now_us)
{
	const json_t *last = json_object_get(channel, "last");
	double value = json_number_value(last);
	char digits[SAY_TEXT];
	unsigned flags;

	if (!json_is_number(last)) {
		text_add_char(text, '-');
		return 0;
	}
	flags = flags_of_value(channel, value) | flags_of_age(device, now_us);
	text_add(text,
		say_value(value, json_number_value(json_object_get(channel, "resolution")),
			text_of(channel, "unit"), digits));
	flags_add_marks(text, flags);
	return flags;
}

static unsigned print_channels(const json_t *device, const json_t *stream, json_int_t now_us)
{
	unsigned flags = 0;
	json_t *channel;
	size_t i;

	json_array_foreach(json_object_get(stream, "channels"), i, channel)
	{
		char buffer[SAY_TEXT + 8];
		struct text value = text_over(buffer, sizeof buffer);
		char room[SAY_LINE];
		struct text of_stream = text_over(room, sizeof room); /* beside its first channel */

		flags |= add_last(&value, device, channel, now_us);
		if (i == 0)
			add_stream(&of_stream, stream);
		say_row(stdout, (int[]){4, 24, 20, 0},
			(const char *[]){"", say_pick(json_object_get(channel, "name")), value.at,
				of_stream.at},
			4);
	}
	return flags;
}

static unsigned print_device(const json_t *device, json_int_t now_us)
{
	unsigned flags = 0;
	const char *name = say_pick(json_object_get(device, "name"));
	char number[SAY_TEXT];
	json_t *stream;
	size_t i;

	snprintf(number, sizeof number, say("%lld 号", "#%lld"),
		json_integer_value(json_object_get(device, "sticker")));
	say_row(stdout, (int[]){8, 34, 12, 0},
		(const char *[]){number, *name ? name : text_of(device, "kit"),
			state_word(text_of(device, "state")), text_of(device, "port")},
		4);
	print_problem(device);
	print_unanswered(device);
	json_array_foreach(json_object_get(device, "streams"), i, stream)
	{
		flags |= print_channels(device, stream, now_us);
		print_problem(stream);
	}
	return flags;
}

static int by_sticker(const void *a, const void *b)
{
	json_int_t left = json_integer_value(json_object_get(*(json_t *const *)a, "sticker"));
	json_int_t right = json_integer_value(json_object_get(*(json_t *const *)b, "sticker"));

	return (left > right) - (left < right);
}

/* In the order of the labels, as they lie on the table; then what the marks mean. */
static void print_devices(const json_t *devices, json_int_t now_us)
{
	unsigned flags = 0;
	size_t n = json_array_size(devices);
	json_t **sorted = calloc(n, sizeof *sorted);

	for (size_t i = 0; sorted && i < n; i++)
		sorted[i] = json_array_get(devices, i);
	if (sorted)
		qsort(sorted, n, sizeof *sorted, by_sticker);
	for (size_t i = 0; sorted && i < n; i++)
		flags |= print_device(sorted[i], now_us);
	flags_explain(flags);
	free(sorted);
}

/* The board's clock; 0: it does not say. */
static json_int_t get_now(const struct call *call)
{
	json_t *status = board_get(call->board, "/api/v1/status");
	json_int_t now_us = json_integer_value(json_object_get(status, "now_us"));

	json_decref(status);
	return now_us;
}

int command_devices(const struct call *call)
{
	if (call->argc)
		return command_too_many(
			"devices", call->argv[0], say("它后面不跟词", "it takes none"));
	json_t *body = board_get(call->board, "/api/v1/devices");

	if (!body)
		return 1;
	json_t *devices = json_object_get(body, "devices");
	if (call->is_json) {
		say_json(body);
	} else if (json_array_size(devices) == 0) {
		puts(say("还没有器材。插上一个；插了还没有，就看 kitlog status 里的“口”。",
			"No kit yet. Plug one in; if it stays away, look at the ports in kitlog status."));
	} else {
		print_devices(devices, get_now(call));
	}
	json_decref(body);
	return 0;
}
