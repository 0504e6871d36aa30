/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kitlog: the command line of a board. The table below is all there is; the only exit. */
#include <errno.h>
#include <getopt.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kitlog/board.h"
#include "tools/kitlog/command.h"
#include "tools/kitlog/say.h"

static const struct {
	const char *name;
	int (*run)(const struct call *call);
	const char *zh, *en; /* how each is written stands in usage.c and kit.c */
} commands[] = {
	{"status", command_status, "板子好不好", "how the board is"},
	{"devices", command_devices, "插着哪些器材", "what is plugged in"},
	{"tail", command_tail, "读数一来就显示", "readings as they come"},
	{"run", command_run, "记录：列出、开始、停止、清单、打包、导入、删掉导入的",
		"runs: list, start, stop, receipt, package, import, delete"},
	{"session", command_session,
		"课：开课、分器材、开始、停止、下课、日志、撤销、读数、打包、换板子",
		"sessions: begin, deal, start, stop, end, log, undo, readings, package, move"},
	{"boards", command_boards, "别的板子：列出、加入、一起开课、开始、停止、归零、下课",
		"other boards: list, join, and begin, start, stop, zero, end on all"},
	{"mark", command_mark, "标记：列出、打一个", "marks: list, add"},
	{"export", command_export, "导出数据", "data as a file"},
	{"fit", command_fit, "一种线合不合适，参数多大", "does a model fit, and its parameters"},
	{"join", command_join, "几块板子的记录合成一个文件", "runs of several boards as one file"},
	{"calibrate", command_calibrate, "校准和归零", "calibrate and zero"},
	{"clock", command_clock, "几点了，听谁的", "what hour it is, by whom"},
	{"teacher", command_teacher, "老师怎么登录", "how the teacher signs in"},
	{"hotspot", command_hotspot, "板子自己的 Wi-Fi", "a Wi-Fi of the board's own"},
	{"sink", command_sink, "数据送到了没有", "does the data arrive"},
	{"backup", command_backup, "备份这块板子的数据", "what is kept, copied elsewhere"},
	{"restore", command_restore, "把备份放回来", "a backup brought back"},
	{"store", command_store, "检查存储", "check what is kept"},
	{"lessons", command_lessons, "课：列出、检查、重新读入", "lessons: list, check, reload"},
	{"kits", command_kits, "板子认识哪些器材", "kits this board knows"},
	{"kit", command_kit, "做器材：--help", "for makers of kits: --help"},
};

enum { N_COMMANDS = sizeof commands / sizeof *commands };

int command_misused(const char *command, const char *word, const char *expected)
{
	if (*word)
		fprintf(stderr,
			say("kitlog %s: “%s”不对；应当是：%s\n",
				"kitlog %s: \"%s\" does not fit; expected: %s\n"),
			command, word, expected);
	else
		fprintf(stderr, say("kitlog %s: 还缺：%s\n", "kitlog %s: missing: %s\n"), command,
			expected);
	return 2;
}

int command_too_many(const char *command, const char *word, const char *advice)
{
	fprintf(stderr,
		say("kitlog %s: 多了一个词“%s”；%s\n",
			"kitlog %s: \"%s\" is one word too many; %s\n"),
		command, word, advice);
	return 2;
}

int command_no_option(const char *command, const char *word, int result)
{
	const char letter[] = {'-', (char)optopt, 0}; /* of several behind one dash */

	if (optopt > 0 && optopt < 256 && strncmp(word, "--", 2))
		word = letter;
	fprintf(stderr,
		result == ':'
			? say("kitlog%s: “%s”后面还缺一个词；看 kitlog%s --help\n",
				  "kitlog%s: \"%s\" needs a word behind it; see kitlog%s --help\n")
			: say("kitlog%s: 没有“%s”这个选项；看 kitlog%s --help\n",
				  "kitlog%s: there is no option \"%s\"; see kitlog%s --help\n"),
		command, word, command);
	return 2;
}

/* In 100 columns: what stands behind a command, then what it is for, on a line of its own where there is no
 * room. (A Han character has more bytes than columns.) */
static void print_command(FILE *out, const char *name, const char *words, const char *means)
{
	enum { LINE = 84, BESIDE = 44, MEANS = 42 };

	fprintf(out, "  %-9s ", name);
	while (strlen(words) > LINE) {
		size_t n = LINE;

		while (n > 0 && strncmp(words + n, " | ", 3))
			n--;
		if (n == 0)
			break;
		fprintf(out, "%.*s |\n%12s", (int)n, words, "");
		words += n + 3;
	}
	if (strlen(words) <= BESIDE && strlen(means) <= MEANS)
		fprintf(out, "%-*s  %s\n", BESIDE, words, means);
	else
		fprintf(out, "%s\n%16s%s\n", words, "", means);
}

static void usage(FILE *out)
{
	fputs(say("用法：kitlog [选项] 命令 …\n\n", "Usage: kitlog [OPTIONS] COMMAND ...\n\n"),
		out);
	for (int i = 0; i < N_COMMANDS; i++) {
		char buffer[USAGE_ROOM];
		struct text words = text_over(buffer, sizeof buffer);

		if (strcmp(commands[i].name, "kit"))
			usage_add_words(&words, commands[i].name);
		else
			command_kit_add_words(&words);
		print_command(out, commands[i].name, words.at, say(commands[i].zh, commands[i].en));
	}
	fputs(say("\n  --board 地址     板子的地址（默认按配置文件，再默认 http://127.0.0.1:8080）\n"
		  "  --config 文件    kitlogd 的配置文件\n"
		  "  --pin 口令       老师的口令（默认读数据文件夹里的 pin）\n"
		  "  --json           给程序看的输出\n"
		  "  --version  --help\n\n"
		  "kitlog 命令 --help：一个命令的写法\n",
		      "\n  --board ADDRESS  the board (default: by the configuration, else http://127.0.0.1:8080)\n"
		      "  --config FILE    kitlogd's configuration\n"
		      "  --pin PIN        the teacher's (default: read from the data folder)\n"
		      "  --json           output for programs\n"
		      "  --version  --help\n\n"
		      "kitlog COMMAND --help: how a command is written\n"),
		out);
}

/* What all commands take, before them or behind: that is where fingers put it. */
struct common {
	const char *address, *config, *pin;
	bool is_json, is_help;
};

enum { BOARD = 256, CONFIG, PIN, JSON };

static const struct option options[] = {
	{"board", required_argument, NULL, BOARD},
	{"config", required_argument, NULL, CONFIG},
	{"pin", required_argument, NULL, PIN},
	{"json", no_argument, NULL, JSON},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static void take(struct common *common, int option, const char *argument)
{
	switch (option) {
	case BOARD:
		common->address = argument;
		break;
	case CONFIG:
		common->config = argument;
		break;
	case PIN:
		common->pin = argument;
		break;
	case JSON:
		common->is_json = true;
		break;
	case 'h':
		common->is_help = true;
		break;
	}
}

/* The common option that a word behind the command is, with its argument if that is in the same
 * word; NULL: none. By its whole name, for commands have options of their own; none is -h. */
static const struct option *find_common(const char *word, const char **ret_argument)
{
	for (const struct option *option = options; option->name; option++) {
		size_t n = strlen(option->name);

		if (option->val == 'h' && strcmp(word, "-h") == 0)
			return option;
		if (option->val == 'V' || strncmp(word, "--", 2) ||
			strncmp(word + 2, option->name, n))
			continue;
		if (word[2 + n] == '=' && option->has_arg)
			*ret_argument = word + 3 + n;
		else if (word[2 + n])
			continue;
		return option;
	}
	return NULL;
}

/* Takes them from the words behind the command: 0, or 2 after saying what is missing. */
static int take_behind(struct common *common, const char *command, struct call *call)
{
	int left = 0;

	for (int i = 0; i < call->argc; i++) {
		const char *argument = NULL;
		const struct option *option = find_common(call->argv[i], &argument);

		if (strcmp(call->argv[i], "--") == 0) {
			while (i < call->argc)
				call->argv[left++] = call->argv[i++];
		} else if (!option) {
			call->argv[left++] = call->argv[i];
		} else if (option->has_arg && !argument && i + 1 == call->argc) {
			fprintf(stderr,
				say("kitlog %s: “%s”后面还缺一个词；看 kitlog --help\n",
					"kitlog %s: \"%s\" needs a word behind it; see kitlog --help\n"),
				command, call->argv[i]);
			return 2;
		} else {
			take(common, option->val,
				argument || !option->has_arg ? argument : call->argv[++i]);
		}
	}
	call->argv[left] = NULL;
	call->argc = left;
	return 0;
}

static int help(const char *command, const struct call *call)
{
	const char *verb = call->argc ? call->argv[0] : "";

	if (strcmp(command, "kit"))
		usage_print(stdout, command, verb);
	else
		command_kit_usage(stdout, verb);
	return 0;
}

static int run(const char *name, const struct common *common, struct call *call)
{
	int i = 0;

	while (i < N_COMMANDS && strcmp(commands[i].name, name))
		i++;
	if (i == N_COMMANDS) {
		fprintf(stderr,
			say("kitlog: 没有“%s”这个命令；看 kitlog --help\n",
				"kitlog: there is no command \"%s\"; see kitlog --help\n"),
			name);
		return 2;
	}
	if (common->is_help)
		return help(name, call);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int opened = board_open(common->address, common->config, common->pin, &call->board);
	int result = opened == -EDESTADDRREQ ? 2 : 1;
	if (opened == 0)
		result = commands[i].run(call);
	board_close(call->board);
	curl_global_cleanup();
	return result;
}

int main(int argc, char **argv)
{
	struct common common = {.address = getenv("KITLOG_BOARD"), .pin = getenv("KITLOG_PIN")};
	struct call call = {0};
	int option;

	say_open();
	while ((option = getopt_long(argc, argv, "+:Vh", options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return command_no_option("", argv[optind - 1], option);
		if (option == 'V') {
			puts("kitlog " KITLOG_VERSION);
			return 0;
		}
		take(&common, option, optarg);
	}
	if (optind == argc || strcmp(argv[optind], "help") == 0) {
		bool is_asked = common.is_help || optind < argc;

		usage(is_asked ? stdout : stderr);
		return is_asked ? 0 : 2;
	}
	call.argv = argv + optind + 1;
	call.argc = argc - optind - 1;
	option = take_behind(&common, argv[optind], &call);
	call.is_json = common.is_json;
	return option ? option : run(argv[optind], &common, &call);
}
