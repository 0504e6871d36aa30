/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog session readings [SESSION]`: what the groups of a class typed. */
#include "tools/kitlog/session_readings.h"

#include "base/text.h"
#include "tools/kitlog/say.h"

/* All of them, page by page, the newest last; NULL: it has been said why not. */
static json_t *ask_all(const struct call *call, json_int_t session)
{
	json_t *all = json_array();
	json_int_t before = 0;
	bool has_more = true;

	while (has_more) {
		char path[96];

		snprintf(path, sizeof path,
			before ? "/api/v1/sessions/%lld/readings?before=%lld"
			       : "/api/v1/sessions/%lld/readings",
			(long long)session, (long long)before);
		json_t *page = board_get(call->board, path);
		json_t *readings = json_object_get(page, "readings");

		if (page && !json_is_array(readings))
			fputs(say("kitlog session readings: 板子的回答看不懂；把 kitlog 和 kitlogd 换成"
				  "同一个版本\n",
				      "kitlog session readings: what the board answers is not understood; give "
				      "kitlog and kitlogd the same version\n"),
				stderr);
		if (!json_is_array(readings)) {
			json_decref(page);
			json_decref(all);
			return NULL;
		}
		json_int_t oldest =
			json_integer_value(json_object_get(json_array_get(readings, 0), "id"));

		/* What leads no further back is no board, and would go on for ever. */
		has_more = json_is_true(json_object_get(page, "has_more")) && oldest > 0 &&
			(!before || oldest < before);
		before = oldest;
		json_array_extend(readings, all);
		json_decref(all);
		all = json_incref(readings);
		json_decref(page);
	}
	return all;
}

static void print_reading(const json_t *reading)
{
	char at[SAY_TEXT], group[SAY_TEXT], run[SAY_TEXT] = "-", room[SAY_LINE];
	struct text typed = text_over(room, sizeof room);
	const json_t *of = json_object_get(reading, "run");
	const char *name;
	json_t *value;

	snprintf(at, sizeof at, "%.3f s",
		(double)json_integer_value(json_object_get(reading, "at_us")) / 1e6);
	snprintf(group, sizeof group, say("%lld 组", "group %lld"),
		json_integer_value(json_object_get(reading, "group")));
	if (json_is_integer(of))
		snprintf(run, sizeof run, say("记录 %lld", "run %lld"), json_integer_value(of));
	json_object_foreach(json_object_get(reading, "typed"), name, value)
	{
		text_addf(&typed, "%s%s=", typed.length > 0 ? "  " : "", name);
		text_add_double(&typed, json_number_value(value));
	}
	say_row(stdout, (int[]){14, 10, 10, 0}, (const char *[]){at, group, run, typed.at}, 4);
}

int session_readings(const struct call *call, json_int_t session)
{
	json_t *all, *reading;
	size_t i;

	board_look_as_teacher(call->board);
	all = ask_all(call, session);
	if (!all)
		return 1;
	if (call->is_json) {
		json_t *told = json_pack("{sO}", "readings", all);

		say_json(told);
		json_decref(told);
	} else {
		json_array_foreach(all, i, reading) print_reading(reading);
	}
	json_decref(all);
	return 0;
}
