/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog export [--format csv|xlsx|lp] [--stamps refined|live|even] [--readings] [--output FILE]
 * RUN | stream:ID`: data as a file. */
#include "tools/kitlog/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/kitlog/say.h"

/* Line protocol needs the hour: what has none is not in the file, and the board says how much that
 * is. */
static void tell_left_out(const char *last_line)
{
	unsigned long long n;

	if (sscanf(last_line, "# %llu rows are left out", &n) != 1)
		return;
	fprintf(stderr,
		say("kitlog export: 有 %llu 行没写进去：没人知道它们是几点记的。让板子连上网；板子的钟若是准的，"
		    "就在配置里写 wall_clock: system；也可以用 --format csv\n",
			"kitlog export: %llu rows are left out, since nobody has told their hour; give "
			"the board a network, or set wall_clock: system if its clock is right, or take "
			"--format csv\n"),
		n);
}

static int fetch_to(const struct call *call, const char *path, const char *file)
{
	FILE *out = file ? fopen(file, "wxe") : stdout;
	char last_line[BOARD_LINE];

	if (!out) {
		fprintf(stderr,
			errno == EEXIST
				? say("kitlog export: %s 已经有了；换个名字，不覆盖数据\n",
					  "kitlog export: %s is there already; choose another name\n")
				: say("kitlog export: %s 写不了；换个地方\n",
					  "kitlog export: %s cannot be written; choose another place\n"),
			file);
		return 1;
	}
	int failed = board_fetch(call->board, path, out,
		file ? file : say("标准输出", "standard output"), last_line);
	if (file && fclose(out) && !failed) {
		board_cannot_write(file, errno);
		failed = -EIO;
	}
	if (file && failed)
		unlink(file); /* half a file would look like a whole one */
	if (!failed)
		tell_left_out(last_line);
	return failed ? 1 : 0;
}

int command_export(const struct call *call)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, 'f'},
		{"output", required_argument, NULL, 'o'},
		{"stamps", required_argument, NULL, 's'},
		{"readings", no_argument, NULL, 'r'},
		{0},
	};
	const char *format = "csv", *file = NULL, *stamps = NULL;
	bool is_of_readings = false;
	char path[192], *end;
	int option;

	/* getopt looks at words from 1 on; the command's name stands before ours. */
	optind = 0;
	while ((option = getopt_long(call->argc + 1, call->argv - 1, ":f:o:s:r", options, NULL)) !=
		-1) {
		if (option == 'f')
			format = optarg;
		else if (option == 'o')
			file = optarg;
		else if (option == 's')
			stamps = optarg;
		else if (option == 'r')
			is_of_readings = true;
		else
			return command_no_option(" export", call->argv[optind - 2], option);
	}
	char **words = call->argv - 1 + optind;
	int n = call->argc + 1 - optind;
	if (strcmp(format, "csv") && strcmp(format, "xlsx") && strcmp(format, "lp"))
		return command_misused("export --format", format, "csv, xlsx, lp");
	if (stamps && strcmp(stamps, "refined") && strcmp(stamps, "live") && strcmp(stamps, "even"))
		return command_misused("export --stamps", stamps, "refined, live, even");
	if (n < 1)
		return command_misused("export", "",
			say("一个编号，见 kitlog run list", "a number from kitlog run list"));
	if (n > 1)
		return command_too_many("export", words[1],
			say("一次导出一个，选项写在前面", "it takes one run or stream"));

	bool is_stream = strncmp(words[0], "stream:", 7) == 0;
	long id = strtol(words[0] + (is_stream ? 7 : 0), &end, 10);
	if (*end || id <= 0)
		return command_misused("export", words[0],
			say("kitlog run list 里的编号，或 stream:3 这样的流",
				"a number from kitlog run list, or a stream such as stream:3"));
	if (is_of_readings && (is_stream || strcmp(format, "csv")))
		return command_misused("export --readings", is_stream ? words[0] : format,
			say("一次记录的编号，格式是 csv", "the number of a run, as csv"));
	if (is_of_readings || strcmp(format, "xlsx") == 0)
		board_look_as_teacher(call->board);
	snprintf(path, sizeof path, "/api/v1/export?format=%s&%s=%ld%s%s%s", format,
		is_stream ? "stream" : "run", id, stamps ? "&stamps=" : "", stamps ? stamps : "",
		is_of_readings ? "&of=readings" : "");
	return fetch_to(call, path, file);
}
