/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog run list --imported`, and `kitlog run delete [--yes] ID`: one of those goes, once it is sure. */
#include "tools/kitlog/run_imports.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/kitlog/say.h"

static void print_import(const json_t *run)
{
	char id[SAY_TEXT], wall[SAY_TEXT], length[SAY_TEXT];
	double us = json_number_value(json_object_get(run, "to_us")) -
		json_number_value(json_object_get(run, "from_us"));

	snprintf(id, sizeof id, "%lld", json_integer_value(json_object_get(run, "id")));
	say_duration(us / 1e6, length);
	say_row(stdout, (int[]){10, 22, 14, 0},
		(const char *[]){id,
			say_when(json_object_get(run, "from_us"),
				json_object_get(run, "wall_from_us"), wall),
			length, json_string_value(json_object_get(run, "title"))},
		4);
}

int run_imports(const struct call *call)
{
	json_t *body, *run;
	size_t i;

	if (call->argc > 2)
		return command_too_many(
			"run list --imported", call->argv[2], say("它后面不跟词", "it takes none"));
	if (!(body = board_get(call->board, "/api/v1/runs?imported=1")))
		return 1;
	if (call->is_json) {
		say_json(body);
	} else {
		json_array_foreach(json_object_get(body, "runs"), i, run) print_import(run);
		if (i == 0)
			puts(say("还没有导入过；kitlog run import 导入一个",
				"No run was imported yet; kitlog run import takes one"));
	}
	json_decref(body);
	return 0;
}

/* Nobody can undo it, but whoever has the package imports it again. */
static bool is_sure(long id)
{
	char answer[16] = "";

	if (!isatty(STDIN_FILENO)) {
		fputs(say("kitlog run delete: 删了就没有了；确定就加上 --yes\n",
			      "kitlog run delete: it would be gone for good; if that is meant, add --yes\n"),
			stderr);
		return false;
	}
	printf(say("%ld 号记录删了就没有了，除非还有它的数据包。删掉吗？[y/N] ",
		       "Run %ld would be gone, unless somebody has its package. Delete it? [y/N] "),
		id);
	fflush(stdout);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

int run_delete(const struct call *call)
{
	bool has_word = call->argc > 1 && strcmp(call->argv[1], "--yes") == 0;
	int at = has_word ? 2 : 1;
	char path[64], *end = NULL;
	long id = call->argc > at ? strtol(call->argv[at], &end, 10) : 0;
	json_t *answer;

	if (call->argc > at + 1)
		return command_too_many("run delete", call->argv[at + 1],
			say("它只跟一个编号", "it takes one number"));
	if (call->argc <= at || *end || id <= 0)
		return command_misused("run delete", call->argc > at ? call->argv[at] : "",
			say("kitlog run list --imported 里的编号",
				"a number from kitlog run list --imported"));
	if (!has_word && !is_sure(id))
		return 1;
	snprintf(path, sizeof path, "/api/v1/runs/%ld", id);
	if (!(answer = board_delete(call->board, path)))
		return 1;
	if (call->is_json)
		say_json(answer);
	else
		printf(say("%ld 号记录删掉了\n", "run %ld is deleted\n"), id);
	json_decref(answer);
	return 0;
}
