/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog sink [NAME]`: does the data arrive? A line per sink and its sentence; with a name its
 * quarantine. */
#include "tools/kitlog/command.h"

#include <string.h>

#include "tools/kitlog/say.h"

static const char *state_word(const char *state)
{
	static const struct {
		const char *state, *zh, *en;
	} words[] = {
		{"idle", "都送到了", "all delivered"},
		{"sending", "正在送", "sending"},
		{"waiting", "等着再送", "waiting to retry"},
		{"refused", "被拒绝", "refused"},
		{"no_time", "不知几点", "hour unknown"},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(state, words[i].state))
			return say(words[i].zh, words[i].en);
	return state;
}

static void print_sink(const json_t *sink)
{
	const char *name = json_string_value(json_object_get(sink, "name"));
	const char *state = json_string_value(json_object_get(sink, "state"));
	const char *sentence = say_pick(json_object_get(sink, "sentence"));
	char sent[SAY_TEXT], behind[SAY_TEXT], bad[SAY_TEXT];

	snprintf(sent, sizeof sent, say("已送 %lld 行", "%lld rows sent"),
		json_integer_value(json_object_get(sink, "rows_sent")));
	snprintf(behind, sizeof behind, say("待送 %lld 行", "%lld to go"),
		json_integer_value(json_object_get(sink, "rows_behind")));
	snprintf(bad, sizeof bad, say("隔离 %lld 行", "%lld quarantined"),
		json_integer_value(json_object_get(sink, "quarantined")));
	say_row(stdout, (int[]){14, 22, 22, 18, 0},
		(const char *[]){
			name ? name : "?", state_word(state ? state : "?"), sent, behind, bad},
		5);
	if (*sentence) {
		fputs("  ", stdout);
		say_harmless_to(stdout, sentence);
	}
}

/* The sink of that name with its "lines", those in quarantine; NULL after saying what is wrong. */
static json_t *find_sink(const struct call *call, const json_t *sinks, const char *wanted)
{
	json_t *sink, *body;
	char path[160];
	size_t i;

	json_array_foreach(sinks, i, sink)
	{
		const char *name = json_string_value(json_object_get(sink, "name"));

		if (!name || strcmp(name, wanted))
			continue;
		snprintf(path, sizeof path, "/api/v1/sinks/%s/quarantine", wanted);
		if (!(body = board_get(call->board, path)))
			return NULL;
		json_object_set(sink, "lines", json_object_get(body, "lines"));
		json_decref(body);
		return sink;
	}
	command_misused("sink", wanted,
		say("配置里 sinks 的名字", "the name of a sink in the configuration"));
	return NULL;
}

static void print_lines(const json_t *sink)
{
	char words[SAY_LINE], rows[SAY_LINE];
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(sink, "lines"), i, line)
		printf("  %lld  %s\n    %s\n", json_integer_value(json_object_get(line, "status")),
			say_member(line, "words", words), say_member(line, "line", rows));
}

/* A sink with a mistake is left out, and then "none is set" is not the whole truth. */
static int explain_none(const struct call *call)
{
	json_t *status = board_get(call->board, "/api/v1/status");

	if (!status)
		return 1;
	puts(json_is_object(json_object_get(status, "config_problem"))
			? say("没有接收端在用，配置里有错：见 kitlog status。数据都在这块板子上。",
				  "No sink is in force, and the configuration has a mistake: see kitlog status. "
				  "Data stay on this board.")
			: say("没有设接收端；数据都在这块板子上。要送出去，就在配置里写 sinks。",
				  "No sink is set; data stay on this board. To ship them, name sinks in the configuration."));
	json_decref(status);
	return 0;
}

int command_sink(const struct call *call)
{
	const char *wanted = call->argc ? call->argv[0] : NULL;
	json_t *body, *sinks, *sink;
	int status = 0;
	size_t i;

	if (call->argc > 1)
		return command_too_many(
			"sink", call->argv[1], say("它只跟一个名字", "it takes one name"));
	if (!(body = board_get(call->board, "/api/v1/sinks")))
		return 1;
	sinks = json_object_get(body, "sinks");
	if (wanted) {
		sink = find_sink(call, sinks, wanted);
		if (!sink) {
			json_decref(body);
			return 2;
		}
		json_incref(sink);
		json_array_clear(sinks);
		json_array_append_new(sinks, sink);
	}
	if (call->is_json) {
		say_json(body);
	} else if (json_array_size(sinks) == 0) {
		status = explain_none(call);
	} else {
		json_array_foreach(sinks, i, sink)
		{
			print_sink(sink);
			print_lines(sink);
		}
	}
	json_decref(body);
	return status;
}
