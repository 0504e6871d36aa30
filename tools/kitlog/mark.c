/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog mark list | add TEXT`: notes pinned to instants, as presses of a button. */
#include "tools/kitlog/command.h"

#include <string.h>

#include "tools/kitlog/say.h"

static void print_mark(const json_t *mark)
{
	char id[SAY_TEXT], wall[SAY_TEXT];
	const char *author = json_string_value(json_object_get(mark, "author"));
	const char *text = json_string_value(json_object_get(mark, "text"));

	snprintf(id, sizeof id, "%lld", json_integer_value(json_object_get(mark, "id")));
	say_row(stdout, (int[]){6, 22, 14, 0},
		(const char *[]){id,
			say_when(json_object_get(mark, "at_us"), json_object_get(mark, "wall_us"),
				wall),
			author ? author : "?", text ? text : ""},
		4);
}

static json_int_t instant_of(const json_t *mark)
{
	return json_integer_value(json_object_get(mark, "at_us"));
}

/* Takes the marks of the last instant off again, and returns it: the next page begins with it, and
 * may have more of them. */
static json_int_t cut_last(json_t *marks)
{
	size_t n = json_array_size(marks);
	json_int_t last = n ? instant_of(json_array_get(marks, n - 1)) : 0;

	while (n > 0 && instant_of(json_array_get(marks, n - 1)) == last)
		json_array_remove(marks, --n);
	return last;
}

/* An array of all: the board gives them by pages. NULL after it was said why not. */
static json_t *get_marks(const struct call *call)
{
	char path[64] = "/api/v1/marks";
	json_t *all = json_array();
	json_int_t before = -1;
	bool has_more = true;

	while (has_more) {
		json_t *body = board_get(call->board, path);
		json_int_t last;

		if (!body) {
			json_decref(all);
			return NULL;
		}
		json_array_extend(all, json_object_get(body, "marks"));
		has_more = json_is_true(json_object_get(body, "has_more"));
		json_decref(body);
		if (!has_more)
			break;
		last = cut_last(all);
		has_more = last > before; /* else it is no board, and would go on for ever */
		before = last;
		snprintf(path, sizeof path, "/api/v1/marks?from_us=%lld", (long long)last);
	}
	return all;
}

static int add(const struct call *call)
{
	json_t *body, *mark;

	if (call->argc < 2)
		return command_misused("mark add", "", say("一句话", "a few words"));
	if (call->argc > 2)
		return command_too_many("mark add", call->argv[2],
			say("文字有空格就加引号", "quote words with spaces"));
	if (!call->argv[1][strspn(call->argv[1], " \t\r\n")]) {
		fputs(say("kitlog mark add: 标记是空的；写上一句话，例如 kitlog mark add \"开灯\"\n",
			      "kitlog mark add: these words are empty; write some, such as kitlog mark "
			      "add \"light on\"\n"),
			stderr);
		return 2;
	}
	body = json_pack("{s:s}", "text", call->argv[1]);
	mark = body ? board_post(call->board, "/api/v1/marks", body) : NULL;
	if (!body)
		fputs(say("kitlog mark: 要写 UTF-8 文字\n",
			      "kitlog mark: the words must be UTF-8 text\n"),
			stderr);
	if (mark && call->is_json)
		say_json(mark);
	else if (mark)
		print_mark(mark);
	json_decref(body);
	json_decref(mark);
	return mark ? 0 : 1;
}

int command_mark(const struct call *call)
{
	const char *verb = call->argc ? call->argv[0] : "list";
	json_t *marks, *mark;
	size_t i;

	if (!strcmp(verb, "add"))
		return add(call);
	if (strcmp(verb, "list"))
		return command_misused("mark", verb, "list, add");
	if (call->argc > 1)
		return command_too_many(
			"mark list", call->argv[1], say("它后面不跟词", "it takes none"));
	if (!(marks = get_marks(call)))
		return 1;
	if (call->is_json) {
		json_t *body = json_pack("{s:O}", "marks", marks);

		say_json(body);
		json_decref(body);
	} else if (json_array_size(marks) == 0) {
		puts(say("还没有标记；接上按钮，按一下就有",
			"No mark yet; connect a push button and press it"));
	} else {
		json_array_foreach(marks, i, mark) print_mark(mark);
	}
	json_decref(marks);
	return 0;
}
