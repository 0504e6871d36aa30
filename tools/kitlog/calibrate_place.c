/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers on labels and ids of channels, looked up in what is plugged in. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/kitlog/calibrate.h"
#include "tools/kitlog/say.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int64_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* What its kit is called; older boards know only what the device says of itself. */
static const char *name_of(const json_t *device)
{
	const char *name = say_pick(json_object_get(device, "name"));

	if (!*name)
		name = text_of(device, "model");
	return *name ? name : text_of(device, "kit");
}

static bool has_channel(const json_t *stream, const char *id)
{
	json_t *channel;
	size_t i;

	json_array_foreach(json_object_get(stream, "channels"), i, channel)
	{
		if (strcmp(text_of(channel, "id"), id) == 0)
			return true;
	}
	return false;
}

/* Streams with such a channel; the first of them. */
static size_t count_streams(const json_t *device, const char *channel, const json_t **ret_first)
{
	json_t *stream;
	size_t i, n = 0;

	json_array_foreach(json_object_get(device, "streams"), i, stream)
	{
		if (!has_channel(stream, channel))
			continue;
		if (n++ == 0)
			*ret_first = stream;
	}
	return n;
}

/* The command in whose name something is said. */
static const char *command_of(const struct call *call)
{
	return call->argv[-1];
}

json_t *place_device(const struct call *call, json_t *devices, json_int_t sticker)
{
	json_t *device;
	size_t i;

	json_array_foreach(json_object_get(devices, "devices"), i, device)
	{
		if (number_of(device, "sticker") == sticker)
			return device;
	}
	fprintf(stderr,
		say("kitlog %s: 没有 %lld 号器材；用 kitlog devices 看看\n",
			"kitlog %s: there is no kit %lld; kitlog devices lists them\n"),
		command_of(call), (long long)sticker);
	return NULL;
}

/* ---------------------------------------------------------------- what is meant */

static int misused_channel(const struct call *call, const char *word)
{
	return command_misused(command_of(call), word,
		say("3/t 这样的通道：标签上的号码，斜线，通道名",
			"a channel such as 3/t: the number on the label, a slash, the channel's id"));
}

static void complain_of_none(const struct call *call, const json_t *device, const char *channel)
{
	json_t *stream, *of;
	const char *comma = "";
	char name[SAY_LINE], id[SAY_LINE];
	size_t i, k;

	fprintf(stderr,
		say("kitlog %s: %" PRId64 " 号（%s）没有通道“%s”；它有：",
			"kitlog %s: kit %" PRId64 " (%s) has no channel \"%s\"; it has: "),
		command_of(call), number_of(device, "sticker"), say_harmless(name_of(device), name),
		channel);
	json_array_foreach(json_object_get(device, "streams"), i, stream)
	{
		json_array_foreach(json_object_get(stream, "channels"), k, of)
		{
			fprintf(stderr, "%s%s", comma, say_harmless(text_of(of, "id"), id));
			comma = say("、", ", ");
		}
	}
	fputc('\n', stderr);
}

static void complain_of_several(const struct call *call, const json_t *device, const char *channel)
{
	json_t *stream;
	const char *comma = "";
	char name[SAY_LINE];
	size_t i;

	fprintf(stderr,
		say("kitlog %s: %" PRId64 " 号（%s）有几个“%s”；写明是哪一个：",
			"kitlog %s: kit %" PRId64 " (%s) has more than one \"%s\"; write which: "),
		command_of(call), number_of(device, "sticker"), say_harmless(name_of(device), name),
		channel);
	json_array_foreach(json_object_get(device, "streams"), i, stream)
	{
		const char *label = say_pick(json_object_get(stream, "label"));

		if (!has_channel(stream, channel))
			continue;
		fprintf(stderr,
			say("%sstream:%" PRId64 "/%s（%s）", "%sstream:%" PRId64 "/%s (%s)"), comma,
			number_of(stream, "id"), channel,
			say_harmless(*label ? label : text_of(stream, "name"), name));
		comma = say("、", ", ");
	}
	fputc('\n', stderr);
}

/* The stream of a device that has the channel; 0 after saying that none has, or several. */
static json_int_t find_stream(const struct call *call, const json_t *device, const char *channel)
{
	const json_t *stream = NULL;
	size_t n = count_streams(device, channel, &stream);

	if (n == 0)
		complain_of_none(call, device, channel);
	else if (n > 1)
		complain_of_several(call, device, channel);
	return n == 1 ? number_of(stream, "id") : 0;
}

int place_add_channel(const struct call *call, const char *word, json_t *body)
{
	const char *slash = strchr(word, '/');
	bool is_stream = strncmp(word, "stream:", 7) == 0;
	json_int_t number;
	char *end;

	number = strtoll(word + (is_stream ? 7 : 0), &end, 10);
	if (!slash || end != slash || number <= 0 || !slash[1])
		return misused_channel(call, word);
	if (!is_stream) {
		json_t *devices = board_get(call->board, "/api/v1/devices");
		json_t *device = devices ? place_device(call, devices, number) : NULL;

		number = device ? find_stream(call, device, slash + 1) : 0;
		json_decref(devices);
	}
	if (!number)
		return 1;
	json_object_set_new(body, "stream", json_integer(number));
	if (json_object_set_new(body, "channel", json_string(slash + 1)) < 0)
		return misused_channel(call, word);
	return 0;
}

int place_add_device(const struct call *call, json_int_t sticker, json_t *body)
{
	json_t *devices = board_get(call->board, "/api/v1/devices");
	json_t *device = devices ? place_device(call, devices, sticker) : NULL;

	if (device)
		json_object_set(body, "device", json_object_get(device, "id"));
	json_decref(devices);
	return device ? 0 : 1;
}

/* ---------------------------------------------------------------- what it is called */

static const json_t *find_named(const json_t *devices, const char *identity)
{
	json_t *device;
	size_t i;

	json_array_foreach(json_object_get(devices, "devices"), i, device)
	{
		if (strcmp(text_of(device, "identity"), identity) == 0)
			return device;
	}
	return NULL;
}

static const json_t *find_stream_named(const json_t *device, const char *name)
{
	json_t *stream;
	size_t i;

	json_array_foreach(json_object_get(device, "streams"), i, stream)
	{
		if (strcmp(text_of(stream, "name"), name) == 0)
			return stream;
	}
	return NULL;
}

void place_of(const json_t *devices, const json_t *calibration, char ret_channel[PLACE_TEXT],
	char ret_kit[PLACE_TEXT])
{
	const char *id = text_of(calibration, "channel");
	const char *identity = text_of(calibration, "identity");
	const json_t *device = find_named(devices, identity), *first = NULL;
	const json_t *stream = find_stream_named(device, text_of(calibration, "stream"));
	struct text channel = text_over(ret_channel, PLACE_TEXT);
	struct text kit = text_over(ret_kit, PLACE_TEXT);

	if (!device) {
		text_addf(&channel, "-/%s", id);
		text_add_harmless(&kit, identity);
		return;
	}
	if (stream && count_streams(device, id, &first) > 1)
		text_addf(&channel, "stream:%" PRId64 "/%s", number_of(stream, "id"), id);
	else
		text_addf(&channel, "%" PRId64 "/%s", number_of(device, "sticker"), id);
	text_addf(&kit, say("%" PRId64 " 号 ", "#%" PRId64 " "), number_of(device, "sticker"));
	text_add_harmless(&kit, name_of(device));
	if (stream && json_array_size(json_object_get(device, "streams")) > 1) {
		const char *label = say_pick(json_object_get(stream, "label"));

		text_add(&kit, say("，", ", "));
		text_add_harmless(&kit, *label ? label : text_of(stream, "name"));
	}
}
