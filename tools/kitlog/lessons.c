/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog lessons [list]`: what the board can teach now, a line each with what to do next; `kitlog lessons
 * reload`. */
#include "tools/kitlog/lessons.h"

#include <stdio.h>
#include <string.h>

#include "tools/kitlog/say.h"

/* Nobody can choose one with a mistake on the teacher's page, whatever is plugged in. */
static const char *state_word(const json_t *readiness, bool has_mistakes)
{
	const char *state = json_string_value(json_object_get(readiness, "state"));

	if (has_mistakes)
		return say("有错", "mistakes");
	if (state && strcmp(state, "ready") == 0)
		return say("能上", "ready");
	if (state && strcmp(state, "trouble") == 0)
		return say("有毛病", "trouble");
	return say("缺器材", "missing");
}

static void print_lesson(const json_t *lesson)
{
	const json_t *readiness = json_object_get(lesson, "readiness");
	const char *id = json_string_value(json_object_get(lesson, "id"));
	const char *problem = say_pick(json_object_get(lesson, "problem"));
	char line[SAY_LINE];

	say_row(stdout, (int[]){22, 9, 0},
		(const char *[]){id ? id : "?", state_word(readiness, *problem),
			say_pick(json_object_get(lesson, "title"))},
		3);
	printf("    %s\n", say_harmless(say_pick(json_object_get(readiness, "sentence")), line));
	if (*problem)
		printf("    %s\n", say_harmless(problem, line));
}

static int list(const struct call *call)
{
	json_t *body = board_get(call->board, "/api/v1/lessons");
	const json_t *lessons = json_object_get(body, "lessons");
	json_t *lesson, *problem;
	char line[SAY_LINE];
	size_t i;

	if (!body)
		return 1;
	if (call->is_json) {
		say_json(body);
	} else {
		json_array_foreach(json_object_get(body, "problems"), i, problem)
			fprintf(stderr, "%s\n", say_harmless(say_pick(problem), line));
		json_array_foreach(lessons, i, lesson) print_lesson(lesson);
		if (json_array_size(lessons) == 0)
			puts(say("一节课也没有；看看配置里的 lessons:",
				"No lesson; see lessons: in the configuration"));
	}
	json_decref(body);
	return 0;
}

static unsigned print_ids(const json_t *changes, const char *name, const char *words)
{
	const json_t *ids = json_object_get(changes, name);
	char line[SAY_LINE];
	json_t *id;
	size_t i;

	json_array_foreach(ids, i, id) if (json_is_string(id))
		printf("%s  %s\n", words, say_harmless(json_string_value(id), line));
	return (unsigned)json_array_size(ids);
}

/* What is different; what is wrong is on standard error, as of a list. */
static int reload(const struct call *call)
{
	json_t *nothing = json_object();
	json_t *body = board_post(call->board, "/api/v1/lessons/reload", nothing), *problem;
	char line[SAY_LINE];
	size_t i;

	json_decref(nothing);
	if (!body)
		return 1;
	if (call->is_json) {
		say_json(body);
	} else {
		json_array_foreach(json_object_get(body, "problems"), i, problem)
			fprintf(stderr, "%s\n", say_harmless(say_pick(problem), line));
		unsigned n = print_ids(body, "added", say("新的", "new")) +
			print_ids(body, "changed", say("改过", "changed")) +
			print_ids(body, "removed", say("去掉", "removed")) +
			print_ids(body, "waiting", say("下课后换", "after class"));

		if (n == 0)
			puts(say("没有变化", "nothing is different"));
	}
	json_decref(body);
	return 0;
}

int command_lessons(const struct call *call)
{
	const char *verb = call->argc ? call->argv[0] : "list";

	if (strcmp(verb, "check") == 0)
		return lessons_check(call);
	bool is_reload = strcmp(verb, "reload") == 0;

	if (!is_reload && strcmp(verb, "list"))
		return command_misused("lessons", verb, "list, check, reload");
	if (call->argc > 1)
		return command_too_many(is_reload ? "lessons reload" : "lessons list",
			call->argv[1], say("它后面不跟词", "it takes none"));
	return is_reload ? reload(call) : list(call);
}
