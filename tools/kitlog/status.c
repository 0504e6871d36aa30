/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog status`: is the board well? One screen, worst news last so that it stays in view. */
#include "tools/kitlog/command.h"

#include <stdlib.h>
#include <string.h>

#include "tools/kitlog/flags.h"
#include "tools/kitlog/say.h"

static double number(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

static void print_line(const char *name, const char *value)
{
	say_row(stdout, (int[]){14, 0}, (const char *[]){name, value}, 2);
}

static void print_clock(const json_t *status)
{
	char wall[SAY_TEXT], line[160];
	const json_t *source = json_object_get(status, "wall_source");

	if (json_is_string(source))
		snprintf(line, sizeof line, "%s (%s, ±%.3g s)",
			say_wall(json_object_get(status, "wall_us"), wall), say_source(source),
			number(status, "wall_uncertainty_us") / 1e6);
	else
		snprintf(line, sizeof line, "%s",
			say("还不知道几点；数据照记，连上网、或老师打开网页就会知道",
				"not known yet; data are kept, a network or the teacher's page will tell"));
	print_line(say("时间", "clock"), line);
	if (json_is_string(source) && number(status, "boots_without_hour") > 0) {
		snprintf(line, sizeof line,
			say("有 %.0f 次开机不知道是几点；看 kitlog clock",
				"starts of which nobody told the hour: %.0f; see kitlog clock"),
			number(status, "boots_without_hour"));
		print_line("", line);
	}
}

static void print_store(const json_t *store)
{
	char used[SAY_TEXT], limit[SAY_TEXT], line[160];

	snprintf(line, sizeof line, say("%s（上限 %s），%.0f 行", "%s of %s, %.0f rows"),
		say_bytes(number(store, "bytes"), used),
		say_bytes(number(store, "limit_bytes"), limit), number(store, "rows"));
	print_line(say("存储", "store"), line);
	if (number(store, "lost_rows") > 0) {
		snprintf(line, sizeof line, say("%.0f 行没能存下", "%.0f rows could not be kept"),
			number(store, "lost_rows"));
		print_line("", line);
	}
	if (number(store, "damaged_chunks") > 0) {
		snprintf(line, sizeof line,
			say("%.0f 块数据损坏，已移开；kitlog store verify 看详情，卡该换了",
				"%.0f pieces are damaged and set aside; see kitlog store verify, and "
				"replace the card"),
			number(store, "damaged_chunks"));
		print_line("", line);
	}
	const char *problem = say_pick(json_object_get(store, "problem"));
	if (*problem)
		print_line("", problem);
}

/* Three digits, and never as 1.5e+03. */
static const char *ms(const json_t *spread, const char *key, char *ret_text)
{
	double value = number(spread, key) / 1000;

	return say_value(value,
		value < 1             ? 0.001
			: value < 10  ? 0.01
			: value < 100 ? 0.1
				      : 1,
		"ms", ret_text);
}

/* How late the thread that stamps wakes: what a stamp of arrival is worth. */
static void print_punctual(const json_t *sense)
{
	const json_t *all = json_object_get(sense, "late_us");
	const json_t *minute = json_object_get(sense, "late_minute_us");
	char line[240];

	if (number(all, "n") <= 0)
		return;
	char half[SAY_TEXT], most_of[SAY_TEXT], nearly[SAY_TEXT], most[SAY_TEXT], last[SAY_TEXT];
	snprintf(line, sizeof line,
		say("一半不晚于 %s，99%% 不晚于 %s，99.9%% 不晚于 %s，最晚 %s（最近一分钟最晚 %s）",
			"half within %s, 99 %% within %s, 99.9 %% within %s, at most %s (last "
			"minute: %s)"),
		ms(all, "p50", half), ms(all, "p99", most_of), ms(all, "p999", nearly),
		ms(all, "most", most), ms(minute, "most", last));
	print_line(say("采集晚点", "wakes late"), line);
}

/* What to do about a port of which the board knows no problem; "" for one that needs nothing. */
static const char *advice(const char *state)
{
	if (!strcmp(state, "listening"))
		return say("还没有听到读数；看看器材有没有通电、线插紧没有",
			"nothing heard yet; see that the kit has power and its cable sits tight");
	return "";
}

static void print_ports(const json_t *ports)
{
	size_t i;
	json_t *port;

	json_array_foreach(ports, i, port)
	{
		const char *path = json_string_value(json_object_get(port, "path"));
		const char *state = json_string_value(json_object_get(port, "state"));
		const char *words = say_pick(json_object_get(port, "problem"));
		char line[640];

		if (!*words)
			words = advice(state ? state : "");
		snprintf(line, sizeof line, "%s%s%s", path ? path : "?", *words ? ": " : "", words);
		print_line(i ? "" : say("口", "ports"), line);
	}
}

/* ---------------------------------------------------------------- flagged readings */

static void print_flagged_channels(const json_t *device, const json_t *stream, const char **name)
{
	json_t *channel;
	size_t i;

	json_array_foreach(json_object_get(stream, "channels"), i, channel)
	{
		const json_t *last = json_object_get(channel, "last");
		const char *label = say_pick(json_object_get(stream, "label"));
		const char *unit = json_string_value(json_object_get(channel, "unit"));
		char value[SAY_TEXT], line[400];

		if (!json_is_number(last) || !flags_of_value(channel, json_number_value(last)))
			continue;
		snprintf(line, sizeof line,
			say("%.0f 号 %s%s%s = %s !  %s", "#%.0f %s%s%s = %s !  %s"),
			number(device, "sticker"), label, *label ? " " : "",
			say_pick(json_object_get(channel, "name")),
			say_value(json_number_value(last), number(channel, "resolution"),
				unit ? unit : "", value),
			flags_meaning(FLAG_OUT_OF_RANGE));
		print_line(*name, line);
		*name = "";
	}
}

static void print_warming(const json_t *device, double now_us, const char **name)
{
	double left_s = (number(device, "warming_until_us") - now_us) / 1e6;
	char line[160], left[SAY_TEXT];

	if (!flags_of_age(device, (json_int_t)now_us))
		return;
	snprintf(line, sizeof line, say("%.0f 号 ~  %s（还要 %s）", "#%.0f ~  %s (for %s)"),
		number(device, "sticker"), flags_meaning(FLAG_WARM_UP), say_duration(left_s, left));
	print_line(*name, line);
	*name = "";
}

/* Of what is plugged in; none: no line. */
static void print_flagged(const struct call *call, double now_us)
{
	json_t *body = board_get(call->board, "/api/v1/devices"), *device, *stream;
	const char *name = say("可疑读数", "flagged");
	size_t i, k;

	json_array_foreach(json_object_get(body, "devices"), i, device)
	{
		const char *state = json_string_value(json_object_get(device, "state"));

		if (state && strcmp(state, "gone") == 0)
			continue;
		print_warming(device, now_us, &name);
		json_array_foreach(json_object_get(device, "streams"), k, stream)
			print_flagged_channels(device, stream, &name);
	}
	json_decref(body);
}

/* How many are known, and which are not because of a mistake. `words` have a %.0f in them. */
static void print_known(const json_t *known, const char *name, const char *words)
{
	char line[160];
	json_t *problem;
	size_t i;

	if (!known)
		return; /* an older board */
	snprintf(line, sizeof line, words, number(known, "known"));
	print_line(name, line);
	json_array_foreach(json_object_get(known, "problems"), i, problem)
		print_line("", say_pick(problem));
}

/* Its sentences, a line each. */
static void print_config(const char *problem)
{
	const char *name = say("配置", "configuration");

	for (const char *end; (end = strchr(problem, '\n')); problem = end + 1) {
		char *line = strndup(problem, (size_t)(end - problem));

		if (line)
			print_line(name, line);
		free(line);
		name = "";
	}
}

int command_status(const struct call *call)
{
	if (call->argc)
		return command_too_many(
			"status", call->argv[0], say("它后面不跟词", "it takes none"));
	json_t *status = board_get(call->board, "/api/v1/status");

	if (!status)
		return 1;
	if (call->is_json) {
		say_json(status);
	} else {
		char line[160], up[SAY_TEXT];
		const char *name = json_string_value(json_object_get(status, "board"));
		const char *version = json_string_value(json_object_get(status, "version"));

		snprintf(line, sizeof line, "%s  (kitlogd %s, %s)", name ? name : "?",
			version ? version : "?", board_address(call->board));
		print_line(say("板子", "board"), line);
		print_line(say("已运行", "running for"),
			say_duration(
				(number(status, "now_us") - number(status, "started_us")) / 1e6,
				up));
		print_clock(status);
		print_store(json_object_get(status, "store"));
		print_punctual(json_object_get(status, "sense"));
		print_ports(json_object_get(status, "ports"));
		print_flagged(call, number(status, "now_us"));
		print_known(json_object_get(status, "kits"), say("器材", "kits"),
			say("认识 %.0f 种", "%.0f are described"));
		print_known(json_object_get(status, "lessons"), say("课", "lessons"),
			say("有 %.0f 节", "%.0f are here"));
		print_config(say_pick(json_object_get(status, "config_problem")));
	}
	json_decref(status);
	return 0;
}
