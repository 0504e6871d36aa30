/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog clock [list] | set --boot N --began TIME`: who told the board the hour, start by start, and
 * telling it oneself for a start of which nobody did. */
#define _XOPEN_SOURCE 700 /* strptime */
#include "tools/kitlog/command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "tools/kitlog/say.h"

/* "+-0.005 s" */
static const char *doubt_words(const json_t *uncertainty_us, char *ret_text)
{
	double s = (double)json_integer_value(uncertainty_us) / 1e6;

	if (!json_is_integer(uncertainty_us))
		return "";
	if (s >= 120)
		snprintf(ret_text, SAY_TEXT, say("±%.0f 分钟", "+-%.0f min"), s / 60);
	else
		snprintf(ret_text, SAY_TEXT, say("±%.*f s", "+-%.*f s"), s < 0.01 ? 6 : 3, s);
	return ret_text;
}

static void print_now(const json_t *clock)
{
	char wall[SAY_TEXT], doubt[SAY_TEXT];

	if (!json_is_integer(json_object_get(clock, "wall_us"))) {
		puts(say("板子还不知道几点。在老师页面登录一次，或接上网络。",
			"Nobody has told the board the hour. Sign in on its page as the teacher once, or give it a network."));
		return;
	}
	printf("%s  %s  %s\n", say_wall(json_object_get(clock, "wall_us"), wall),
		say_source(json_object_get(clock, "source")),
		doubt_words(json_object_get(clock, "uncertainty_us"), doubt));
}

static void print_sleep(const json_t *clock)
{
	char length[SAY_TEXT];
	double slept_s = (double)json_integer_value(json_object_get(clock, "slept_us")) / 1e6;

	if (slept_s > 0)
		printf(say("kitlogd 开始以来，板子睡了 %s\n",
			       "Since kitlogd began the board has slept for %s.\n"),
			say_duration(slept_s, length));
}

static void print_slew(const json_t *clock)
{
	long long ppm = json_integer_value(json_object_get(clock, "slew_ppm"));

	if (ppm != 0)
		printf(say("板子的时钟正在校准，快慢差 %lld ppm，现在测的时间间隔也差这么多。过几分钟再测。\n",
			       "The board's clock is being slewed by %lld ppm, and intervals measured now are off by as much. Measure again in some minutes.\n"),
			ppm);
}

static void print_boot(const json_t *boot)
{
	char id[SAY_TEXT], began[SAY_TEXT], ended[SAY_TEXT], doubt[SAY_TEXT];
	const json_t *ended_us = json_object_get(boot, "ended_us");

	snprintf(id, sizeof id, "%lld", json_integer_value(json_object_get(boot, "id")));
	say_row(stdout, (int[]){6, 22, 22, 20, 0},
		(const char *[]){id,
			say_when(json_object_get(boot, "began_us"),
				json_object_get(boot, "wall_began_us"), began),
			json_is_integer(ended_us)
				? say_when(ended_us, json_object_get(boot, "wall_ended_us"), ended)
				: say("现在", "now"),
			say_source(json_object_get(boot, "source")),
			doubt_words(json_object_get(boot, "uncertainty_us"), doubt)},
		5);
}

static void print_anchor(const json_t *anchor)
{
	char at[SAY_TEXT], wall[SAY_TEXT], doubt[SAY_TEXT];

	say_row(stdout, (int[]){6, 22, 22, 20, 0},
		(const char *[]){"", say_when(json_object_get(anchor, "at_us"), NULL, at),
			say_wall(json_object_get(anchor, "wall_us"), wall),
			say_source(json_object_get(anchor, "source")),
			doubt_words(json_object_get(anchor, "uncertainty_us"), doubt)},
		5);
}

static void print_all(const json_t *body)
{
	const json_t *boots = json_object_get(body, "boots"),
		     *anchors = json_object_get(body, "anchors"), *one;
	size_t i;

	print_now(json_object_get(body, "clock"));
	print_sleep(json_object_get(body, "clock"));
	print_slew(json_object_get(body, "clock"));
	puts("");
	say_row(stdout, (int[]){6, 22, 22, 20, 0},
		(const char *[]){say("开机", "start"), say("开始", "began"), say("结束", "ended"),
			say("听谁说的", "told by"), say("可能差", "within")},
		5);
	json_array_foreach(boots, i, one) print_boot(one);
	if (json_array_size(anchors) > 0)
		puts(say("\n这次开机以来听到的：", "\nHeard since the last start:"));
	json_array_foreach(anchors, i, one) print_anchor(one);
}

static int list(const struct call *call)
{
	json_t *clock = board_get(call->board, "/api/v1/clock");
	json_t *body = clock ? board_get(call->board, "/api/v1/clock/boots") : NULL;

	if (body) {
		json_object_set(body, "clock", clock);
		if (call->is_json)
			say_json(body);
		else
			print_all(body);
	}
	json_decref(clock);
	json_decref(body);
	return body ? 0 : 1;
}

/* Local time, as "2026-11-28T09:00", with a space in its middle, and with seconds. */
static bool read_time(const char *word, time_t *ret_time)
{
	static const char *const forms[] = {
		"%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct tm tm = {.tm_isdst = -1};
		const char *end = strptime(word, forms[i], &tm);

		if (!end || *end)
			continue;
		int day = tm.tm_mday;
		*ret_time = mktime(&tm);
		return *ret_time != -1 && tm.tm_mday == day; /* no 30th of February */
	}
	return false;
}

/* A slip of the year, which nothing on a board without the hour would notice. This computer's own clock is
 * asked if it can be right at all (on such a board it is in 1970). */
static bool is_in_future(time_t began)
{
	time_t now = time(NULL);

	return now >= CLOCK_OLDEST_WALL_S && began > now;
}

struct wish {
	const char *boot, *began;
};

static int read_wish(const struct call *call, struct wish *ret_wish)
{
	static const struct option options[] = {
		{"boot", required_argument, NULL, 'b'},
		{"began", required_argument, NULL, 't'},
		{0},
	};
	int option;

	optind = 0; /* the verb stands where getopt expects the program */
	while ((option = getopt_long(call->argc, call->argv, "+:", options, NULL)) != -1) {
		if (option == 'b')
			ret_wish->boot = optarg;
		else if (option == 't')
			ret_wish->began = optarg;
		else
			return command_no_option(" clock set", call->argv[optind - 1], option);
	}
	if (optind < call->argc)
		return command_too_many("clock set", call->argv[optind],
			say("时间里有空格就加引号", "quote a time with a space"));
	if (!ret_wish->boot || !ret_wish->began)
		return command_misused("clock set", "", "--boot N --began 2026-11-28T09:00");
	return 0;
}

static int set(const struct call *call)
{
	struct wish wish = {NULL, NULL};
	char path[64], *end;
	time_t began;
	int status = read_wish(call, &wish);

	if (status)
		return status;
	long long boot = strtoll(wish.boot, &end, 10);
	if (*end || boot <= 0)
		return command_misused("clock set --boot", wish.boot,
			say("kitlog clock 里的编号", "a number from kitlog clock"));
	if (!read_time(wish.began, &began))
		return command_misused("clock set --began", wish.began,
			say("本地时间，例如 2026-11-28T09:00",
				"local time, such as 2026-11-28T09:00"));

	if (is_in_future(began))
		return command_misused("clock set --began", wish.began,
			say("一个已经过去的时刻（按这台电脑的时钟）",
				"a time that has passed, by the clock of this computer"));

	json_t *body = json_pack("{s:I}", "wall_ms", (json_int_t)began * 1000);
	snprintf(path, sizeof path, "/api/v1/clock/boots/%lld", boot);
	json_t *answer = board_post(call->board, path, body);
	json_decref(body);
	if (!answer)
		return 1;
	if (call->is_json)
		say_json(answer);
	else
		printf(say("记下了：第 %lld 次开机，±5 分钟\n", "noted: start %lld, +-5 min\n"),
			boot);
	json_decref(answer);
	return 0;
}

int command_clock(const struct call *call)
{
	const char *verb = call->argc ? call->argv[0] : "list";

	if (!strcmp(verb, "set"))
		return set(call);
	if (strcmp(verb, "list"))
		return command_misused("clock", verb, "list, set");
	if (call->argc > 1)
		return command_too_many(
			"clock list", call->argv[1], say("它后面不跟词", "it takes none"));
	return list(call);
}
