/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog lessons [list]`: what the board can teach now, a line each with what to do next. */
#include "tools/kitlog/lessons.h"

#include <stdio.h>
#include <string.h>

#include "tools/kitlog/say.h"

static const char *state_word(const json_t *readiness)
{
	const char *state = json_string_value(json_object_get(readiness, "state"));

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
		(const char *[]){id ? id : "?", state_word(readiness),
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

int command_lessons(const struct call *call)
{
	const char *verb = call->argc ? call->argv[0] : "list";

	if (strcmp(verb, "check") == 0)
		return lessons_check(call);
	if (strcmp(verb, "list"))
		return command_misused("lessons", verb, "list, check");
	if (call->argc > 1)
		return command_too_many(
			"lessons list", call->argv[1], say("它后面不跟词", "it takes none"));
	return list(call);
}
