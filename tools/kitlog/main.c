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
	const char *words, *zh, *en;
} commands[] = {
	{"status", command_status, "", "板子好不好", "how the board is"},
	{"devices", command_devices, "", "插着哪些器材", "what is plugged in"},
	{"tail", command_tail, "[NUMBER]", "读数一来就显示", "readings as they come"},
	{"run", command_run, "list | start [TITLE] | stop [ID]", "记录：列出、开始、停止",
		"runs: list, start, stop"},
	{"mark", command_mark, "[list]", "标记，例如按过的按钮",
		"marks, such as presses of a button"},
	{"export", command_export, "[--format csv|lp] [--output FILE] RUN | stream:ID", "导出数据",
		"data as a file"},
	{"calibrate", command_calibrate,
		"list | zero | offset | two-point | table | use | withdraw", "校准和归零",
		"calibrate and zero"},
	{"sink", command_sink, "[NAME]", "数据送到了没有", "does the data arrive"},
	{"store", command_store, "verify [DIR]", "检查存储", "check what is kept"},
	{"kits", command_kits, "", "板子认识哪些器材", "kits this board knows"},
	{"kit", command_kit, "new | record | replay | check | probe | bench ...", "做器材：--help",
		"for makers of kits: --help"},
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
			? say("kitlog%s: “%s”后面还缺一个词；看 kitlog --help\n",
				  "kitlog%s: \"%s\" needs a word behind it; see kitlog --help\n")
			: say("kitlog%s: 没有“%s”这个选项；看 kitlog --help\n",
				  "kitlog%s: there is no option \"%s\"; see kitlog --help\n"),
		command, word);
	return 2;
}

static void usage(FILE *out)
{
	fputs(say("用法：kitlog [选项] 命令 …\n\n", "Usage: kitlog [OPTIONS] COMMAND ...\n\n"),
		out);
	for (int i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-9s %-50s %s\n", commands[i].name, commands[i].words,
			say(commands[i].zh, commands[i].en));
	fputs(say("\n  --board 地址     板子的地址（默认按配置文件，再默认 http://127.0.0.1:8080）\n"
		  "  --config 文件    kitlogd 的配置文件\n"
		  "  --pin 口令       老师的口令（默认读数据文件夹里的 pin）\n"
		  "  --json           给程序看的输出\n"
		  "  --version  --help\n",
		      "\n  --board ADDRESS  the board (default: by the configuration, else http://127.0.0.1:8080)\n"
		      "  --config FILE    kitlogd's configuration\n"
		      "  --pin PIN        the teacher's (default: read from the data folder)\n"
		      "  --json           output for programs\n"
		      "  --version  --help\n"),
		out);
}

int main(int argc, char **argv)
{
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
	const char *address = getenv("KITLOG_BOARD"), *config = NULL, *pin = getenv("KITLOG_PIN");
	struct call call = {0};
	int option;

	say_open();
	while ((option = getopt_long(argc, argv, "+:Vh", options, NULL)) != -1) {
		switch (option) {
		case BOARD:
			address = optarg;
			break;
		case CONFIG:
			config = optarg;
			break;
		case PIN:
			pin = optarg;
			break;
		case JSON:
			call.is_json = true;
			break;
		case 'V':
			puts("kitlog " KITLOG_VERSION);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			return command_no_option("", argv[optind - 1], option);
		}
	}
	if (optind == argc) {
		usage(stderr);
		return 2;
	}

	const char *name = argv[optind];
	call.argv = argv + optind + 1;
	call.argc = argc - optind - 1;
	/* --json and --help are understood behind the command too: that is where fingers put
	 * them. */
	for (int i = 0; i < call.argc; i++) {
		if (!strcmp(call.argv[i], "--help")) {
			if (strcmp(name, "kit"))
				usage(stdout);
			else
				command_kit_usage(stdout, call.argv[0]);
			return 0;
		}
		if (!strcmp(call.argv[i], "--json")) {
			call.is_json = true;
			memmove(call.argv + i, call.argv + i + 1,
				(size_t)(call.argc - i) * sizeof *call.argv);
			call.argc--;
			i--;
		}
	}

	for (int i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i].name, name))
			continue;
		curl_global_init(CURL_GLOBAL_DEFAULT);
		int opened = board_open(address, config, pin, &call.board);
		int result = opened == -EDESTADDRREQ ? 2 : 1;
		if (opened == 0)
			result = commands[i].run(&call);
		board_close(call.board);
		curl_global_cleanup();
		return result;
	}
	fprintf(stderr,
		say("kitlog: 没有“%s”这个命令；看 kitlog --help\n",
			"kitlog: there is no command \"%s\"; see kitlog --help\n"),
		name);
	return 2;
}
