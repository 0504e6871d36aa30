/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog boards`: the other boards in the room, and what is done on all of them. */
#include "tools/kitlog/command.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tools/kitlog/say.h"

/* The board begins to look for others when it is asked: so long it is asked again. */
enum { LOOKS = 20, LOOK_MS = 200, PIN_TEXT = 40 };

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* ---------------------------------------------------------------- looking */

/* Nobody is there yet, or somebody has not answered. */
static bool may_come(const json_t *body)
{
	const json_t *boards = json_object_get(body, "boards"), *board;
	size_t i;

	json_array_foreach(
		boards, i, board) if (strcmp(text_of(board, "state"), "found") == 0) return true;
	return json_array_size(boards) == 0;
}

static json_t *look(const struct call *call)
{
	json_t *body = board_get(call->board, "/api/v1/boards");

	for (int i = 0; i < LOOKS && body && may_come(body); i++) {
		nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
		json_decref(body);
		body = board_get(call->board, "/api/v1/boards");
	}
	return body;
}

static const char *state_word(const char *state)
{
	static const struct {
		const char *state, *zh, *en;
	} words[] = {
		{"found", "还没应答", "found"},
		{"locked", "要 PIN", "needs its PIN"},
		{"here", "在", "here"},
		{"missing", "没有应答", "missing"},
		{"other", "版本不合", "other version"},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(state, words[i].state) == 0)
			return say(words[i].zh, words[i].en);
	return state;
}

static void print_board(const json_t *board)
{
	char groups[SAY_TEXT], line[SAY_LINE];
	const char *sentence = say_pick(json_object_get(board, "sentence"));
	size_t n = json_array_size(json_object_get(board, "groups"));

	snprintf(groups, sizeof groups, say("%zu 组", "groups: %zu"), n);
	say_row(stdout, (int[]){22, 16, 12, 18, 0},
		(const char *[]){text_of(board, "name"), state_word(text_of(board, "state")),
			n ? groups : "-",
			*text_of(board, "lesson") ? text_of(board, "lesson") : "-",
			text_of(board, "address")},
		5);
	if (*sentence)
		printf("    %s\n", say_harmless(sentence, line));
}

static int list(const struct call *call)
{
	const json_t *board;
	json_t *body;
	size_t i;

	if (call->argc > 1)
		return command_too_many(
			"boards list", call->argv[1], say("它后面不跟词", "it takes none"));
	if (!(body = look(call)))
		return 1;
	if (call->is_json) {
		say_json(body);
	} else {
		const json_t *trouble = json_object_get(body, "trouble");

		json_array_foreach(json_object_get(body, "boards"), i, board) print_board(board);
		if (i == 0)
			puts(say("没有找到别的板子", "No other board is found"));
		if (json_is_object(trouble))
			puts(say_pick(trouble));
	}
	json_decref(body);
	return 0;
}

/* ---------------------------------------------------------------- keys */

/* A board that was asked for. */
struct chosen {
	char path[160]; /* of its key */
	char address[300];
};

/* "http://10.0.0.7:8080/", also without what is around "10.0.0.7:8080". */
static bool is_address(const char *address, const char *wanted)
{
	const char *behind = strstr(address, "://"), *start = behind ? behind + 3 : address;
	size_t n = strlen(wanted);

	if (strstr(wanted, "://"))
		start = address;
	return n && strncmp(start, wanted, n) == 0 && (!start[n] || strcmp(start + n, "/") == 0);
}

static void choose(const json_t *board, struct chosen *ret_chosen)
{
	snprintf(ret_chosen->path, sizeof ret_chosen->path, "/api/v1/boards/%s/key",
		text_of(board, "id"));
	snprintf(ret_chosen->address, sizeof ret_chosen->address, "%s", text_of(board, "address"));
}

/* Names are what boards say of themselves: none gets a PIN because it was listed last. */
static int refuse_ambiguous(const char *command, const char *name, const json_t *boards)
{
	const json_t *board;
	char line[SAY_LINE];
	size_t i;

	fprintf(stderr,
		say("kitlog %s: 叫“%s”的板子不止一块；写它的地址：\n",
			"kitlog %s: more than one board is called \"%s\"; name it by its address:\n"),
		command, name);
	json_array_foreach(boards, i, board) if (strcmp(text_of(board, "name"), name) == 0)
		fprintf(stderr, "    %s\n", say_harmless(text_of(board, "address"), line));
	return 2;
}

/* By its id, its address, or its name where only one has it. 0, or how to exit after saying why. */
static int find(const struct call *call, const char *command, struct chosen *ret_chosen)
{
	const char *wanted = call->argv[1];
	json_t *body = look(call);
	const json_t *boards = json_object_get(body, "boards"), *board;
	size_t n_named = 0, i;
	bool is_found = false;
	int result = 0;

	if (!body)
		return 1;
	json_array_foreach(boards, i, board)
	{
		bool is_exact = strcmp(text_of(board, "id"), wanted) == 0 ||
			is_address(text_of(board, "address"), wanted);
		bool is_named = strcmp(text_of(board, "name"), wanted) == 0;

		if (is_exact || (is_named && !is_found))
			choose(board, ret_chosen);
		is_found |= is_exact;
		n_named += is_named;
	}
	if (!is_found && n_named > 1)
		result = refuse_ambiguous(command, wanted, boards);
	else if (!is_found && n_named == 0)
		result = command_misused(command, wanted,
			say("kitlog boards 里的名字或地址",
				"a name or an address from kitlog boards"));
	json_decref(body);
	return result;
}

static struct termios terminal_before;

/* Whoever breaks off at the PIN sees again what he types. */
static void on_broken_off(int signal)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
	raise(signal); /* its action is again what it was before */
}

static void watch_for_the_end(void)
{
	static const int signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_broken_off, .sa_flags = (int)SA_RESETHAND};

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaction(signals[i], &action, NULL);
}

/* From the terminal, which does not show it; else a line of what is put in. */
static bool read_pin(const char *name, const char *address, char ret_pin[PIN_TEXT])
{
	bool is_terminal = tcgetattr(STDIN_FILENO, &terminal_before) == 0;
	struct termios quiet;
	char *line, line_of[SAY_LINE];

	if (is_terminal) {
		fprintf(stderr, say("“%s”（%s）的 PIN：", "PIN of \"%s\" (%s): "), name,
			say_harmless(address, line_of));
		watch_for_the_end();
		quiet = terminal_before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	line = fgets(ret_pin, PIN_TEXT, stdin);
	if (is_terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
		fputc('\n', stderr);
	}
	if (!line)
		return false;
	ret_pin[strcspn(ret_pin, "\r\n")] = '\0';
	return *ret_pin;
}

static int join(const struct call *call)
{
	struct chosen chosen;
	char pin[PIN_TEXT];
	int result;
	json_t *body, *board;

	if (call->argc < 2)
		return command_misused("boards join", "",
			say("kitlog boards 里的名字", "a name from kitlog boards"));
	if (call->argc > 2)
		return command_too_many("boards join", call->argv[2],
			say("PIN 不写在这里，它会问", "it asks for the PIN by itself"));
	if ((result = find(call, "boards join", &chosen)))
		return result;
	if (!read_pin(call->argv[1], chosen.address, pin))
		return command_misused(
			"boards join", "", say("那块板子的 PIN", "the PIN of that board"));
	body = json_pack("{s:s}", "pin", pin);
	explicit_bzero(pin, sizeof pin);
	board = board_post(call->board, chosen.path, body);
	json_decref(body);
	if (!board)
		return 1;
	if (call->is_json)
		say_json(board);
	else
		print_board(board);
	json_decref(board);
	return 0;
}

static int forget(const struct call *call)
{
	struct chosen chosen;
	json_t *answer;
	int result;

	if (call->argc < 2)
		return command_misused("boards forget", "",
			say("kitlog boards 里的名字", "a name from kitlog boards"));
	if (call->argc > 2)
		return command_too_many(
			"boards forget", call->argv[2], say("它只跟一个名字", "it takes one name"));
	if ((result = find(call, "boards forget", &chosen)))
		return result;
	if (!(answer = board_delete(call->board, chosen.path)))
		return 1;
	json_decref(answer);
	return 0;
}

/* ---------------------------------------------------------------- together */

/* A lesson is open there, and nobody can do it yet. */
static bool lacks_kits(const json_t *board)
{
	const json_t *ready = json_object_get(board, "groups_ready");

	return json_is_integer(ready) && json_integer_value(ready) == 0;
}

/* Was it done on all? A board without kits may lead others, but one must have some. */
static bool is_well(const json_t *body)
{
	const json_t *board;
	bool is_done = true, has_kits = false;
	size_t i;

	json_array_foreach(json_object_get(body, "boards"), i, board)
	{
		is_done &= json_is_true(json_object_get(board, "ok"));
		has_kits |= !lacks_kits(board);
	}
	return is_done && has_kits;
}

/* " ±0.3 ms" of a start; what became of it on each. */
static void print_results(const json_t *body)
{
	const json_t *board;
	size_t i;

	json_array_foreach(json_object_get(body, "boards"), i, board)
	{
		bool is_ok = json_is_true(json_object_get(board, "ok"));
		char line[SAY_LINE], exact[SAY_TEXT];
		const char *sentence = say_pick(json_object_get(board, "sentence"));
		/* This board's own clock is exact. */
		bool is_start = json_is_integer(json_object_get(board, "from_us")) &&
			json_integer_value(json_object_get(board, "stated_us"));

		printf(!is_ok                       ? say("%s：没有做%s\n", "%s: not done%s\n")
				: lacks_kits(board) ? say("%s：课开了，还没有合适的器材%s\n",
							      "%s: open, but no kits for it%s\n")
						    : say("%s：好%s\n", "%s: done%s\n"),
			say_harmless(text_of(board, "name"), line),
			is_start ? say_precision(json_object_get(board, "stated_us"), exact) : "");
		if (*sentence)
			printf("    %s\n", say_harmless(sentence, line));
	}
}

static int act(const struct call *call, json_t *wanted)
{
	json_t *before = look(call), *body;
	int result;

	json_decref(before);
	body = before ? board_post(call->board, "/api/v1/boards/acts", wanted) : NULL;
	json_decref(wanted);
	if (!body)
		return 1;
	if (call->is_json)
		say_json(body);
	else
		print_results(body);
	result = !is_well(body);
	json_decref(body);
	return result;
}

static int begin(const struct call *call)
{
	if (call->argc < 2)
		return command_misused("boards begin", "",
			say("课的编号（kitlog lessons）", "the id of a lesson (kitlog lessons)"));
	if (call->argc > 3)
		return command_too_many("boards begin", call->argv[3],
			say("名称有空格就加引号", "quote a title with spaces"));
	return act(call,
		json_pack("{s:s, s:s, s:s}", "do", "begin", "lesson", call->argv[1], "title",
			call->argc > 2 ? call->argv[2] : ""));
}

static int act_plainly(const struct call *call, const char *what)
{
	char command[32];

	snprintf(command, sizeof command, "boards %s", what);
	return call->argc > 1
		? command_too_many(command, call->argv[1], say("它后面不跟词", "it takes none"))
		: act(call, json_pack("{s:s}", "do", what));
}

int command_boards(const struct call *call)
{
	static const char *const plain[] = {"start", "stop", "zero", "end"};
	const char *verb = call->argc ? call->argv[0] : "list";

	if (!strcmp(verb, "list"))
		return list(call);
	if (!strcmp(verb, "join"))
		return join(call);
	if (!strcmp(verb, "forget"))
		return forget(call);
	if (!strcmp(verb, "begin"))
		return begin(call);
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (!strcmp(verb, plain[i]))
			return act_plainly(call, verb);
	return command_misused("boards", verb, "list, join, forget, begin, start, stop, zero, end");
}
