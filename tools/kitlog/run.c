/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog run list | start [TITLE] | stop [ID] | receipt [ID]`; the others stand in run_package.c and
 * run_imports.c. */
#include "tools/kitlog/command.h"

#include <stdlib.h>
#include <string.h>

#include "tools/kitlog/run_imports.h"
#include "tools/kitlog/run_package.h"
#include "tools/kitlog/say.h"

static void print_run(const json_t *run, double now_us)
{
	char number[SAY_TEXT], id[SAY_TEXT], wall[SAY_TEXT], length[SAY_TEXT];
	const json_t *to = json_object_get(run, "to_us");
	double from = json_number_value(json_object_get(run, "from_us"));
	const char *title = json_string_value(json_object_get(run, "title"));
	bool is_open = !json_is_number(to);

	snprintf(id, sizeof id, "%lld", json_integer_value(json_object_get(run, "id")));
	snprintf(number, sizeof number, say("第 %lld 次", "run %lld"),
		json_integer_value(json_object_get(run, "number")));
	say_duration(((is_open ? now_us : json_number_value(to)) - from) / 1e6, length);
	say_row(stdout, (int[]){6, 12, 22, 14, 10, 0},
		(const char *[]){id, number,
			say_when(json_object_get(run, "from_us"),
				json_object_get(run, "wall_from_us"), wall),
			length, is_open ? say("记录中", "running") : say("完成", "done"),
			title ? title : ""},
		6);
}

static int finish(const struct call *call, json_t *run)
{
	if (!run)
		return 1;
	if (call->is_json) {
		say_json(run);
	} else {
		const json_t *to = json_object_get(run, "to_us");
		print_run(run,
			json_is_number(to) ? 0
					   : json_number_value(json_object_get(run, "from_us")));
	}
	json_decref(run);
	return 0;
}

/* {"runs": [...]} with all of them: the board gives them by pages. */
static json_t *get_runs(const struct call *call)
{
	char path[64] = "/api/v1/runs";
	json_t *all = NULL, *body, *runs;
	size_t n;

	do {
		if (!(body = board_get(call->board, path))) {
			json_decref(all);
			return NULL;
		}
		runs = json_object_get(body, "runs");
		n = json_array_size(runs);
		if (n)
			snprintf(path, sizeof path, "/api/v1/runs?before=%lld",
				(long long)json_integer_value(
					json_object_get(json_array_get(runs, 0), "id")));
		if (all)
			json_array_extend(runs, json_object_get(all, "runs"));
		json_decref(all);
		all = body;
	} while (n);
	return all;
}

static int list(const struct call *call)
{
	json_t *body = get_runs(call), *status = NULL, *run;
	size_t i;
	int result = 1;

	if (!body)
		return 1;
	if (call->is_json) {
		say_json(body);
		result = 0;
	} else if ((status = board_get(call->board, "/api/v1/status"))) {
		double now_us = json_number_value(json_object_get(status, "now_us"));
		json_array_foreach(json_object_get(body, "runs"), i, run) print_run(run, now_us);
		if (i == 0)
			puts(say("还没有一次记录；kitlog run start 开始",
				"No run yet; kitlog run start begins one"));
		result = 0;
	}
	json_decref(status);
	json_decref(body);
	return result;
}

static int start(const struct call *call)
{
	json_t *body = call->argc > 1 ? json_pack("{s:s}", "title", call->argv[1]) : NULL;

	if (call->argc > 1 && !body) {
		fputs(say("kitlog run: 名称要是 UTF-8 文字\n",
			      "kitlog run: the title must be UTF-8 text\n"),
			stderr);
		return 2;
	}
	json_t *run = board_post(call->board, "/api/v1/runs", body);
	json_decref(body);
	return finish(call, run);
}

/* The run that is going on, or 0 after saying that there is none. */
static json_int_t running(const struct call *call)
{
	json_t *body = get_runs(call), *run;
	json_int_t id = 0;
	size_t i;

	if (!body)
		return 0;
	json_array_foreach(json_object_get(body, "runs"), i,
		run) if (json_is_null(json_object_get(run, "to_us"))) id =
		json_integer_value(json_object_get(run, "id"));
	json_decref(body);
	if (!id)
		fputs(say("kitlog run: 现在没有在记录\n",
			      "kitlog run: nothing is being recorded now\n"),
			stderr);
	return id;
}

static int stop(const struct call *call)
{
	char path[64], *end = NULL;
	json_int_t id = call->argc > 1 ? strtoll(call->argv[1], &end, 10) : running(call);

	if (end && (*end || id <= 0))
		return command_misused("run stop", call->argv[1],
			say("kitlog run list 里的编号", "a number from kitlog run list"));
	if (id <= 0)
		return 1;
	snprintf(path, sizeof path, "/api/v1/runs/%lld/stop", (long long)id);
	return finish(call, board_post(call->board, path, NULL));
}

/* The newest that is over, or 0 after saying that there is none. */
static json_int_t newest(const struct call *call)
{
	json_t *body = board_get(call->board, "/api/v1/runs"), *run;
	json_int_t id = 0;
	size_t i;

	if (!body)
		return 0;
	json_array_foreach(json_object_get(body, "runs"), i,
		run) if (json_is_number(json_object_get(run, "to_us"))) id =
		json_integer_value(json_object_get(run, "id"));
	json_decref(body);
	if (!id)
		fputs(say("kitlog run: 还没有记完的一次\n", "kitlog run: no run is done yet\n"),
			stderr);
	return id;
}

static long long count_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* "8 min 12 s of 20 min 00 s", or of how many, where that is what it lacks. */
static const char *say_amount(const json_t *one, char *ret_text, size_t size)
{
	double us = (double)count_of(one, "us"), least_us = (double)count_of(one, "least_us");
	char has[SAY_TEXT], wants[SAY_TEXT];

	if (us < least_us)
		snprintf(ret_text, size, say("%s，要 %s", "%s of %s"), say_duration(us / 1e6, has),
			say_duration(least_us / 1e6, wants));
	else
		snprintf(ret_text, size, say("%lld 个", "%lld samples"), count_of(one, "n"));
	return ret_text;
}

/* What the lesson says of a run that is not as good as it wants it. */
static void print_lacking(const json_t *accept)
{
	const json_t *one;
	char channel[SAY_LINE], line[SAY_LINE], amount[3 * SAY_TEXT];
	size_t i;

	json_array_foreach(accept, i, one)
	{
		if (!json_is_false(json_object_get(one, "holds")))
			continue;
		printf(say("%s（%s）：%s\n", "%s (%s): %s\n"), say_member(one, "channel", channel),
			say_amount(one, amount, sizeof amount),
			say_harmless(say_pick(json_object_get(one, "otherwise")), line));
	}
}

static void print_receipt(const json_t *receipt)
{
	char text[SAY_LINE];
	const json_t *sink;
	size_t i;

	printf(say("第 %lld 号记录：%s\n", "run %lld: %s\n"), count_of(receipt, "run"),
		json_is_true(json_object_get(receipt, "is_complete"))
			? say("齐了", "complete")
			: say("不齐", "not complete"));
	printf(say("收到 %lld 行，存下 %lld 行，坏 %lld 行；缺口 %lld 处，缺 %lld 行\n",
		       "received %lld rows, kept %lld, bad %lld; gaps %lld, missing %lld rows\n"),
		count_of(receipt, "received"), count_of(receipt, "stored"),
		count_of(receipt, "bad"), count_of(receipt, "gaps"),
		count_of(receipt, "lost_rows"));
	json_array_foreach(json_object_get(receipt, "shipped"), i, sink)
		printf(say("%s 还差 %lld 行\n", "%s has %lld rows still to get\n"),
			say_member(sink, "sink", text), count_of(sink, "rows_behind"));
	print_lacking(json_object_get(receipt, "accept"));
	printf("sha256 %s\n", say_member(receipt, "sha256", text));
}

static int receipt(const struct call *call)
{
	char path[64], *end = NULL;
	json_int_t id = call->argc > 1 ? strtoll(call->argv[1], &end, 10) : newest(call);
	json_t *body;

	if (end && (*end || id <= 0))
		return command_misused("run receipt", call->argv[1],
			say("kitlog run list 里的编号", "a number from kitlog run list"));
	if (id <= 0)
		return 1;
	snprintf(path, sizeof path, "/api/v1/runs/%lld/receipt", (long long)id);
	if (!(body = board_get(call->board, path)))
		return 1;
	if (call->is_json)
		say_json(body);
	else
		print_receipt(body);
	json_decref(body);
	return 0;
}

int command_run(const struct call *call)
{
	const char *verb = call->argc ? call->argv[0] : "list";

	if (!strcmp(verb, "list") && call->argc > 1 && !strcmp(call->argv[1], "--imported"))
		return run_imports(call);
	if (!strcmp(verb, "list") && call->argc > 1)
		return command_too_many(
			"run list", call->argv[1], say("它后面不跟词", "it takes none"));
	if (!strcmp(verb, "start") && call->argc > 2)
		return command_too_many("run start", call->argv[2],
			say("名称有空格就加引号", "quote a title with spaces"));
	if (!strcmp(verb, "stop") && call->argc > 2)
		return command_too_many(
			"run stop", call->argv[2], say("它只跟一个编号", "it takes one number"));
	if (!strcmp(verb, "receipt") && call->argc > 2)
		return command_too_many(
			"run receipt", call->argv[2], say("它只跟一个编号", "it takes one number"));
	if (!strcmp(verb, "list"))
		return list(call);
	if (!strcmp(verb, "receipt"))
		return receipt(call);
	if (!strcmp(verb, "start"))
		return start(call);
	if (!strcmp(verb, "stop"))
		return stop(call);
	if (!strcmp(verb, "package"))
		return run_package(call);
	if (!strcmp(verb, "import"))
		return run_import(call);
	if (!strcmp(verb, "delete"))
		return run_delete(call);
	return command_misused("run", verb, "list, start, stop, receipt, package, import, delete");
}
