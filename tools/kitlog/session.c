/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog session`: list, begin, deal, start, arm, stop, resume, end, log, undo; what readings and package do
 * stands in files of their own, as does what pack and take do. Where one session is open, its number may be left out. */
#include "tools/kitlog/command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "data/word.h"
#include "tools/kitlog/run_package.h"
#include "tools/kitlog/say.h"
#include "tools/kitlog/session_move.h"
#include "tools/kitlog/session_readings.h"

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static json_int_t number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static const char *state_of(const json_t *session)
{
	const char *state = text_of(session, "state");

	if (strcmp(state, "running") == 0)
		return say("记录中", "running");
	return strcmp(state, "open") == 0 ? say("开着", "open") : say("下课了", "ended");
}

static void print_session(const json_t *session)
{
	char id[SAY_TEXT], wall[SAY_TEXT], groups[SAY_TEXT];

	snprintf(id, sizeof id, "%lld", number_of(session, "id"));
	snprintf(groups, sizeof groups, say("%zu 组", "groups: %zu"),
		json_array_size(json_object_get(session, "groups")));
	say_row(stdout, (int[]){6, 6, 10, 22, 12, 22, 0},
		(const char *[]){id, text_of(session, "code"), state_of(session),
			say_when(json_object_get(session, "made_us"),
				json_object_get(session, "wall_made_us"), wall),
			groups, text_of(session, "lesson"), text_of(session, "title")},
		7);
}

/* "1 号 防水温度探头"; what the board does not know any more has no name. */
static void add_kit(struct text *text, const json_t *devices, const json_t *id)
{
	char name[SAY_LINE];
	const json_t *device;
	size_t i;

	json_array_foreach(devices, i, device)
	{
		if (!json_equal(json_object_get(device, "id"), id))
			continue;
		text_addf(text, say("%lld 号 %s", "#%lld %s"), number_of(device, "sticker"),
			say_harmless(say_pick(json_object_get(device, "name")), name));
		return;
	}
	text_add(text, say("已拔下的一台", "one that is unplugged"));
}

/* Who has what, a line for each group. */
static void print_hands(const struct call *call, const json_t *session)
{
	json_t *body = board_get(call->board, "/api/v1/devices");
	const json_t *group, *id;
	size_t i, k;

	json_array_foreach(json_object_get(session, "groups"), i, group)
	{
		char buffer[4 * SAY_LINE], animal[SAY_LINE];
		struct text text = text_over(buffer, sizeof buffer);

		json_array_foreach(json_object_get(group, "devices"), k, id)
		{
			text_add(&text, k ? say("、", ", ") : "");
			add_kit(&text, json_object_get(body, "devices"), id);
		}
		say_harmless(say_pick(json_object_get(group, "animal")), animal);
		printf(say("    %lld 组 %s：%s\n", "    Group %lld %s: %s\n"),
			number_of(group, "number"), animal,
			k ? text.at : say("还没有器材", "no kit yet"));
	}
	json_decref(body);
}

static int finish(const struct call *call, json_t *session)
{
	if (!session)
		return 1;
	if (call->is_json)
		say_json(session);
	else
		print_session(session);
	json_decref(session);
	return 0;
}

static int finish_dealt(const struct call *call, json_t *session)
{
	json_incref(session);
	int result = finish(call, session);

	if (session && !call->is_json)
		print_hands(call, session);
	json_decref(session);
	return result;
}

/* ---------------------------------------------------------------- which one */

/* The only one that is open; 0 after saying that there are none, or several. */
static json_int_t only_open(const struct call *call)
{
	json_t *body = board_get(call->board, "/api/v1/sessions");
	const json_t *sessions = json_object_get(body, "sessions");
	size_t n = json_array_size(sessions);
	json_int_t id = n == 1 ? number_of(json_array_get(sessions, 0), "id") : 0;

	if (body && n == 0)
		fputs(say("kitlog session: 现在没有开着的课；kitlog session begin 开一节\n",
			      "kitlog session: no session is open; kitlog session begin opens one\n"),
			stderr);
	else if (body && n > 1)
		fprintf(stderr,
			say("kitlog session: 开着 %zu 节课；写上编号（kitlog session list）\n",
				"kitlog session: %zu sessions are open; name one by its number (kitlog session list)\n"),
			n);
	json_decref(body);
	return id;
}

/* A number that is a word of the command; 0 after saying that it is none. */
static json_int_t read_id(const char *command, const char *word)
{
	char *end;
	json_int_t id = strtoll(word, &end, 10);

	if (end != word && !*end && id > 0)
		return id;
	command_misused(command, word,
		say("kitlog session list 里的编号", "a number from kitlog session list"));
	return 0;
}

/* As it is then; NULL after saying why not. */
static json_t *act(const struct call *call, json_int_t session, json_t *body)
{
	char path[64];
	json_t *answer;

	snprintf(path, sizeof path, "/api/v1/sessions/%lld/acts", (long long)session);
	answer = board_post(call->board, path, body);
	json_decref(body);
	return answer;
}

/* The session named from word `at` on, or the only one. 0; else what to end with, after saying why. */
static int read_session(
	const struct call *call, const char *command, int at, json_int_t *ret_session)
{
	if (call->argc > at + 1)
		return command_too_many(
			command, call->argv[at + 1], say("它只跟一个编号", "it takes one number"));
	if (call->argc > at)
		return (*ret_session = read_id(command, call->argv[at])) ? 0 : 2;
	return (*ret_session = only_open(call)) ? 0 : 1;
}

/* deal, stop, end. */
static int act_plainly(const struct call *call, const char *what)
{
	char command[32];
	json_int_t id;

	snprintf(command, sizeof command, "session %s", what);
	int result = read_session(call, command, 1, &id);

	if (result)
		return result;
	json_t *session = act(call, id, json_pack("{s:s}", "do", what));

	return strcmp(what, "deal") == 0 ? finish_dealt(call, session) : finish(call, session);
}

/* start, arm: for how long is said by --for; 0 is until they are stopped. */
static int act_for(const struct call *call, const char *what)
{
	static const struct option options[] = {{"for", required_argument, NULL, 'f'}, {0}};
	char command[32], behind[40];
	int64_t ns = -1;
	int option;

	snprintf(command, sizeof command, "session %s", what);
	snprintf(behind, sizeof behind, " %s", command);
	optind = 0;
	while ((option = getopt_long(call->argc, call->argv, "+:", options, NULL)) != -1) {
		if (option != 'f')
			return command_no_option(
				behind, call->argv[optind > 1 ? optind - 1 : 1], option);
		if (strcmp(optarg, "0") == 0)
			ns = 0;
		else if (word_duration(optarg, &ns))
			return command_misused(command, optarg, "30 s, 5 min, 0");
	}
	json_int_t id;
	int result = read_session(call, command, optind, &id);

	if (result)
		return result;
	json_t *body = ns < 0
		? json_pack("{s:s}", "do", what)
		: json_pack("{s:s, s:I}", "do", what, "lasts_us", (json_int_t)(ns / NS_PER_US));

	return finish(call, act(call, id, body));
}

/* A group's last run goes on. */
static int resume(const struct call *call)
{
	json_int_t session = 0, group;

	if (call->argc < 2)
		return command_misused("session resume", "",
			say("组号，1 到 12", "the number of a group, 1 ... 12"));
	if (call->argc > 3)
		return command_too_many("session resume", call->argv[3],
			say("先课的编号，再组号", "the session's number, then the group's"));
	if (!(group = read_id("session resume", call->argv[call->argc - 1])))
		return 2;
	if (call->argc == 3 && !(session = read_id("session resume", call->argv[1])))
		return 2;
	if (call->argc == 2 && !(session = only_open(call)))
		return 1;
	return finish(call,
		act(call, session, json_pack("{s:s, s:[I]}", "do", "resume", "groups", group)));
}

/* ---------------------------------------------------------------- the commands */

static int list(const struct call *call)
{
	bool is_ended = call->argc > 1 && strcmp(call->argv[1], "--ended") == 0;
	json_t *body, *session;
	size_t i;

	if (call->argc > 1 + is_ended)
		return command_too_many("session list", call->argv[1 + is_ended],
			say("它只认 --ended", "it takes --ended only"));
	body = board_get(
		call->board, is_ended ? "/api/v1/sessions?ended=1&limit=200" : "/api/v1/sessions");
	if (!body)
		return 1;
	if (call->is_json) {
		say_json(body);
	} else {
		json_array_foreach(json_object_get(body, "sessions"), i, session)
			print_session(session);
		if (i == 0)
			puts(is_ended ? say("还没有上完的课", "No session has ended yet")
				      : say("现在没有开着的课；kitlog session begin 开一节",
						"No session is open; kitlog session begin opens one"));
	}
	json_decref(body);
	return 0;
}

/* The words behind `begin`; 2 after saying what is wrong. */
static int read_begin(const struct call *call, json_t **ret_body)
{
	static const struct option options[] = {
		{"lesson", required_argument, NULL, 'l'},
		{"groups", required_argument, NULL, 'g'},
		{"project", no_argument, NULL, 'p'},
		{0},
	};
	const char *lesson = "", *title = "";
	bool is_project = false;
	long groups = 1;
	int option;

	optind = 0;
	while ((option = getopt_long(call->argc, call->argv, "+:", options, NULL)) != -1) {
		char *end = "";

		if (option == 'l')
			lesson = optarg;
		else if (option == 'g')
			groups = strtol(optarg, &end, 10);
		else if (option == 'p')
			is_project = true;
		else
			return command_no_option(
				" session begin", call->argv[optind > 1 ? optind - 1 : 1], option);
		if (*end || groups < 1 || groups > 12)
			return command_misused("session begin --groups", optarg, "1 ... 12");
	}
	if (optind < call->argc)
		title = call->argv[optind++];
	if (optind < call->argc)
		return command_too_many("session begin", call->argv[optind],
			say("名称有空格就加引号", "quote a title with spaces"));
	*ret_body = json_pack("{s:s, s:s, s:i, s:b}", "title", title, "lesson", lesson, "groups",
		(int)groups, "is_project", is_project);
	if (*ret_body)
		return 0;
	fputs(say("kitlog session: 名称要是 UTF-8 文字\n",
		      "kitlog session: the title must be UTF-8 text\n"),
		stderr);
	return 2;
}

static int begin(const struct call *call)
{
	json_t *body = NULL, *session;
	int result = read_begin(call, &body);

	if (result)
		return result;
	session = board_post(call->board, "/api/v1/sessions", body);
	json_decref(body);
	return finish_dealt(call, session);
}

static void print_act(const json_t *act)
{
	char id[SAY_TEXT], wall[SAY_TEXT];
	const json_t *words = json_object_get(act, "words");
	bool is_undone = json_is_true(json_object_get(act, "is_undone"));

	snprintf(id, sizeof id, "%lld", number_of(act, "id"));
	say_row(stdout, (int[]){6, 22, 10, 10, 0},
		(const char *[]){id,
			say_when(json_object_get(act, "at_us"), json_object_get(act, "wall_us"),
				wall),
			text_of(act, "who"), is_undone ? say("已撤销", "undone") : "",
			text_of(words, say("zh", "en"))},
		5);
}

static int show_log(const struct call *call)
{
	json_int_t id;
	json_t *body, *act;
	char path[64];
	size_t i;
	int result = read_session(call, "session log", 1, &id);

	if (result)
		return result;
	snprintf(path, sizeof path, "/api/v1/sessions/%lld/log", (long long)id);
	if (!(body = board_get(call->board, path)))
		return 1;
	if (call->is_json) {
		say_json(body);
	} else {
		json_array_foreach(json_object_get(body, "acts"), i, act) print_act(act);
	}
	json_decref(body);
	return 0;
}

static int undo(const struct call *call)
{
	json_int_t session = 0, id;

	if (call->argc < 2)
		return command_misused("session undo", "",
			say("kitlog session log 里的编号", "a number from kitlog session log"));
	if (call->argc > 3)
		return command_too_many("session undo", call->argv[3],
			say("先课的编号，再日志里的编号", "the session's number, then the log's"));
	if (!(id = read_id("session undo", call->argv[call->argc - 1])))
		return 2;
	if (call->argc == 3 && !(session = read_id("session undo", call->argv[1])))
		return 2;
	if (call->argc == 2 && !(session = only_open(call)))
		return 1;
	return finish(call, act(call, session, json_pack("{s:s, s:I}", "do", "undo", "act", id)));
}

static int readings(const struct call *call)
{
	json_int_t id;
	int result = read_session(call, "session readings", 1, &id);

	return result ? result : session_readings(call, id);
}

/* A file may stand behind the number. */
static int package(const struct call *call)
{
	struct call numbered = *call;
	const char *file = call->argc > 2 ? call->argv[2] : NULL;
	json_int_t id;

	if (call->argc > 3)
		return command_too_many("session package", call->argv[3],
			say("一个编号和一个文件名", "it takes a number and a file"));
	if (file)
		numbered.argc = 2;
	int result = read_session(&numbered, "session package", 1, &id);

	return result ? result : session_package(call, id, file);
}

/* The session may be left out where one is open, and then the file, too. */
static int pack(const struct call *call)
{
	static const struct option options[] = {{"to", required_argument, NULL, 't'}, {0}};
	struct call numbered = *call;
	const char *to = NULL, *file;
	json_int_t id;
	int option;

	optind = 0;
	while ((option = getopt_long(call->argc, call->argv, "+:", options, NULL)) != -1) {
		if (option != 't')
			return command_no_option(
				" session pack", call->argv[optind > 1 ? optind - 1 : 1], option);
		to = optarg;
	}
	if (call->argc > optind + 2)
		return command_too_many("session pack", call->argv[optind + 2],
			say("一个编号和一个文件名", "it takes a number and a file"));
	file = call->argc > optind + 1 ? call->argv[optind + 1] : NULL;
	if (file)
		numbered.argc = optind + 1;
	int result = read_session(&numbered, "session pack", optind, &id);

	return result ? result : session_pack(call, id, to, file);
}

static int take(const struct call *call)
{
	if (call->argc != 2)
		return call->argc < 2 ? command_misused("session take", "",
						say("kitlog session pack 打的包",
							"a file of kitlog session pack"))
				      : command_too_many("session take", call->argv[2],
						say("一次带来一节课", "it takes one file"));
	return finish_dealt(call, session_take(call, call->argv[1]));
}

int command_session(const struct call *call)
{
	const char *verb = call->argc ? call->argv[0] : "list";

	if (!strcmp(verb, "list"))
		return list(call);
	if (!strcmp(verb, "begin"))
		return begin(call);
	if (!strcmp(verb, "start") || !strcmp(verb, "arm"))
		return act_for(call, verb);
	if (!strcmp(verb, "deal") || !strcmp(verb, "stop") || !strcmp(verb, "end"))
		return act_plainly(call, verb);
	if (!strcmp(verb, "resume"))
		return resume(call);
	if (!strcmp(verb, "log"))
		return show_log(call);
	if (!strcmp(verb, "undo"))
		return undo(call);
	if (!strcmp(verb, "readings"))
		return readings(call);
	if (!strcmp(verb, "package"))
		return package(call);
	if (!strcmp(verb, "pack"))
		return pack(call);
	if (!strcmp(verb, "take"))
		return take(call);
	return command_misused("session", verb,
		"list, begin, deal, start, arm, stop, resume, end, log, undo, readings, package, pack, take");
}
