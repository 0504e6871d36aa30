/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `kitlog calibrate zero` has done, in one line: a class is about to start, and a kit that was
 * left out would be found only in its data. The board tells what it zeroed; what else was plugged in
 * when it was asked was left out. */
#include <string.h>

#include "base/text.h"
#include "tools/kitlog/calibrate.h"
#include "tools/kitlog/say.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static bool is_same(const json_t *a, const json_t *b, const char *key)
{
	return strcmp(text_of(a, key), text_of(b, key)) == 0;
}

static bool has_place(const json_t *places, const json_t *place)
{
	json_t *one;
	size_t i;

	json_array_foreach(places, i, one)
	{
		if (is_same(one, place, "identity") && is_same(one, place, "stream") &&
			is_same(one, place, "channel"))
			return true;
	}
	return false;
}

static void add_left_out(
	json_t *left_out, const json_t *zeroed, const json_t *device, const json_t *stream)
{
	json_t *channel;
	size_t i;

	json_array_foreach(json_object_get(stream, "channels"), i, channel)
	{
		bool is_spared = json_is_false(json_object_get(channel, "is_zeroable"));
		json_t *place = json_pack("{s:O, s:s, s:s, s:s, s:s}", "sticker",
			json_object_get(device, "sticker"), "identity", text_of(device, "identity"),
			"stream", text_of(stream, "name"), "channel", text_of(channel, "id"),
			"reason", is_spared ? "not_offered" : "no_reading");

		if (!has_place(zeroed, place))
			json_array_append(left_out, place);
		json_decref(place);
	}
}

/* Of what `asked` meant, if that was more than one channel. */
static json_t *find_left_out(const json_t *devices, const json_t *asked, const json_t *zeroed)
{
	json_t *left_out = json_array(), *device, *stream;
	const json_t *only = json_object_get(asked, "device");
	size_t i, k;

	json_array_foreach(json_object_get(devices, "devices"), i, device)
	{
		if (json_object_get(asked, "channel") ||
			strcmp(text_of(device, "state"), "gone") == 0 ||
			(only && !json_equal(only, json_object_get(device, "id"))))
			continue;
		json_array_foreach(json_object_get(device, "streams"), k, stream)
			add_left_out(left_out, zeroed, device, stream);
	}
	return left_out;
}

/* Those that were left out for a reason (NULL: all), behind its words. */
static void print_places(
	const json_t *devices, const json_t *places, const char *reason, const char *words)
{
	const char *before = words;
	char channel[PLACE_TEXT], kit[PLACE_TEXT];
	json_t *place;
	size_t i;

	json_array_foreach(places, i, place)
	{
		if (reason && strcmp(text_of(place, "reason"), reason))
			continue;
		place_of(devices, place, channel, kit);
		printf("%s%s", before, channel);
		before = say("、", ", ");
	}
}

int calibrate_show_zeroed(
	const struct call *call, const json_t *devices, const json_t *asked, json_t *answer)
{
	json_t *zeroed = json_incref(json_object_get(answer, "calibrations"));
	json_t *left_out = find_left_out(devices, asked, zeroed);
	bool is_silent = false;
	json_t *place;
	size_t i;

	json_object_set(answer, "left_out", left_out);
	json_array_foreach(left_out, i, place) is_silent |=
		strcmp(text_of(place, "reason"), "no_reading") == 0;
	calibrate_show(call, answer);
	if (!call->is_json) {
		print_places(devices, zeroed, NULL, say("归零了：", "zeroed: "));
		print_places(devices, left_out, "no_reading",
			say("；没归零，因为现在没有读数：", "; left out, no reading now: "));
		print_places(devices, left_out, "not_offered",
			say("；没归零，因为不和别的一起归零（要就单写它）：",
				"; left out, not zeroed with others (name one to zero it): "));
		putchar('\n');
	}
	json_decref(left_out);
	json_decref(zeroed);
	return is_silent ? 1 : 0;
}
