/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calibrations as lines: of which kit, how it was made, whether it is the one that holds and until
 * when, by which points. */
#include <string.h>

#include "base/text.h"
#include "tools/kitlog/calibrate.h"
#include "tools/kitlog/say.h"

enum { DAY = 10 }; /* letters of 2026-11-27 */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static bool is(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static bool is_withdrawal(const json_t *calibration)
{
	return strcmp(text_of(calibration, "kind"), "withdrawal") == 0;
}

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

/* Of the one that holds: until when. */
static void add_due(struct text *text, const json_t *calibration)
{
	const json_t *due_us = json_object_get(calibration, "wall_due_us");
	char due[SAY_TEXT];

	say_wall(due_us, due);
	if (is(calibration, "is_overdue") && json_is_integer(due_us))
		text_addf(text, say("现在用，%.*s 就该重做了", "holds, overdue since %.*s"), DAY,
			due);
	else if (is(calibration, "is_overdue"))
		text_add(text, say("现在用，该重做了", "holds, overdue"));
	else if (json_is_integer(due_us))
		text_addf(text, say("现在用，到 %.*s", "holds until %.*s"), DAY, due);
	else
		text_add(text, say("现在用", "holds now"));
}

static void add_state(struct text *text, const json_t *calibration)
{
	int64_t made = json_integer_value(json_object_get(calibration, "made_us"));
	int64_t from = json_integer_value(json_object_get(calibration, "from_us"));
	bool is_for_a_time = !json_is_null(json_object_get(calibration, "to_us"));

	if (is_withdrawal(calibration))
		return;
	if (is(calibration, "is_withdrawn")) {
		text_add(text, say("已撤销", "withdrawn"));
		return;
	}
	if (is_for_a_time)
		text_add(text, say("用于一段时间", "for a time"));
	else if (is(calibration, "is_current"))
		add_due(text, calibration);
	else
		text_add(text, say("后来换了", "replaced since"));
	if (!is_for_a_time && from < made)
		text_add(text, say("，也用于以前", ", and before"));
}

static void print_calibration(const json_t *devices, const json_t *calibration)
{
	char id[SAY_TEXT], wall[SAY_TEXT], channel[PLACE_TEXT], kit[PLACE_TEXT];
	char points_room[1024], state_room[128], name_room[512];
	struct text points = text_over(points_room, sizeof points_room);
	struct text state = text_over(state_room, sizeof state_room);
	struct text name = text_over(name_room, sizeof name_room);

	snprintf(id, sizeof id, "%lld",
		(long long)json_integer_value(json_object_get(calibration, "id")));
	place_of(devices, calibration, channel, kit);
	add_points(&points, calibration);
	add_state(&state, calibration);
	text_add_harmless(&name, text_of(calibration, "name"));
	say_row(stdout, (int[]){6, 12, 30, 12, 22, 28, 24, 0},
		(const char *[]){id, channel, kit, kind_word(text_of(calibration, "kind")),
			say_wall(json_object_get(calibration, "wall_made_us"), wall), state.at,
			points.at, name.at},
		8);
}

int calibrate_show(const struct call *call, json_t *body)
{
	json_t *devices, *calibration;
	size_t i;

	if (!body)
		return 1;
	if (call->is_json) {
		say_json(body);
		json_decref(body);
		return 0;
	}
	devices = board_get(call->board, "/api/v1/devices");
	json_array_foreach(json_object_get(body, "calibrations"), i, calibration)
		print_calibration(devices, calibration);
	if (i == 0)
		puts(say("还没有校准；kitlog calibrate zero 3/t 让 3 号的 t 归零",
			"No calibration yet; kitlog calibrate zero 3/t zeroes t of kit 3"));
	json_decref(devices);
	json_decref(body);
	return 0;
}
