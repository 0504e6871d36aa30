/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog join [--output FILE] RUN@BOARD RUN@BOARD ...`: one experiment recorded by several boards, as one
 * file on the first one's line of time. How their clocks stand to each other is measured now
 * (join_clock.h), and stands in the first lines of the file. */
#include "tools/kitlog/command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "tools/kitlog/join_ask.h"
#include "tools/kitlog/join_clock.h"
#include "tools/kitlog/join_table.h"
#include "tools/kitlog/say.h"

enum { BOARDS = 8, PINGS = 8, PAUSE_MS = 20, SPAN_TEXT = 40, LINE_TEXT = 640 };

/* One board's part. */
struct part {
	struct board *board; /* owned, but that of the call */
	long run;
	struct join_clock clock;
	struct join_offset offset; /* against the first; of the first: 0, certain */
	int64_t zero_ns;           /* of its run, in the first's time */
	FILE *csv;
	struct join_table *table;
};

struct join {
	const struct call *call;
	const char *file; /* NULL: standard output */
	struct part parts[BOARDS];
	size_t n;
};

/* --- asking the boards --- */

/* Of two boards with the same name the second gets a number. */
static void tell_apart(struct join *join, struct part *part)
{
	char *name = part->clock.name;
	size_t length = strlen(name);

	for (struct part *other = join->parts; other < part; other++)
		if (!strcmp(other->clock.name, name)) {
			snprintf(name + length, sizeof part->clock.name - length, "-%d",
				(int)(part - join->parts) + 1);
			return;
		}
}

static int look_at_all(struct join *join)
{
	int result = 0;

	for (size_t i = 0; i < join->n && result == 0; i++) {
		struct part *part = &join->parts[i];

		result = join_ask_run(part->board, part->run, &part->clock);
		if (result == 0)
			tell_apart(join, part);
	}
	return result;
}

/* Round after round, so that all are asked over the same time; at no even beat, which another
 * program's might keep step with. */
static int ping_all(struct join *join)
{
	for (int round = 0; round < PINGS; round++) {
		int64_t pause = PAUSE_MS * (int64_t)NS_PER_MS;

		pause += join_monotonic_ns() % pause;

		for (size_t i = 0; i < join->n; i++)
			if (join_ask_time(join->parts[i].board, &join->parts[i].clock))
				return -EIO;
		nanosleep(&(struct timespec){.tv_nsec = (long)pause}, NULL);
	}
	return 0;
}

/* --- how they stand --- */

static int compare(struct join *join)
{
	const struct part *first = &join->parts[0];

	for (size_t i = 1; i < join->n; i++) {
		struct part *part = &join->parts[i];
		bool is_same = !strcmp(board_address(part->board), board_address(first->board)) &&
			!part->clock.is_imported && !first->clock.is_imported;

		if (!is_same && join_clock_compare(&first->clock, &part->clock, &part->offset)) {
			fprintf(stderr,
				say("kitlog join: 不知道 %s 和 %s 的时钟差多少：有一块后来重启过，当时又没对过时；让两块板子都连上网对时，再记一次\n",
					"kitlog join: nobody knows how the clocks of %s and %s stood: one has been "
					"restarted since, and had no hour then; give both a network that tells the "
					"hour, and record again\n"),
				first->clock.name, part->clock.name);
			return -ENODATA;
		}
		part->zero_ns = join_clock_zero(&first->clock, &part->clock, &part->offset);
	}
	return 0;
}

/* "+12.346 ms", "90.000 s": to the microsecond; an uncertainty is rounded up. */
static const char *span_text(int64_t ns, bool is_signed, char *ret_text)
{
	int64_t us = is_signed ? ns / NS_PER_US : (ns + NS_PER_US - 1) / NS_PER_US;
	bool is_long = us >= 10 * (int64_t)1000000 || us <= -10 * (int64_t)1000000;
	int64_t unit = is_long ? 1000000 : 1000;
	int64_t size = us < 0 ? -us : us;

	snprintf(ret_text, SPAN_TEXT, "%s%" PRId64 ".%0*" PRId64 " %s",
		us < 0              ? "-"
			: is_signed ? "+"
				    : "",
		size / unit, is_long ? 6 : 3, size % unit, is_long ? "s" : "ms");
	return ret_text;
}

/* "# 2 号板 board kitlog-b: 记录 run 5, http://...; 零点 its zero: +12.345 ms ± 0.812 ms (95 %), 按测时 by
 * pings". In both languages: a file is read by others. */
static const char *line_of(const struct join *join, size_t i, char *ret_line)
{
	const struct part *part = &join->parts[i];
	char zero[SPAN_TEXT], uncertainty[SPAN_TEXT];
	const char *by = part->offset.way == JOIN_BY_PINGS ? "按测时 by pings"
		: part->offset.way == JOIN_BY_HOUR         ? "按钟点 by the hour"
							   : "同一块板 the same board";
	int n = snprintf(ret_line, LINE_TEXT, "%zu 号板 board %s: 记录 run %ld, %s; ", i + 1,
		part->clock.name, part->run, board_address(part->board));

	if (i == 0)
		snprintf(ret_line + n, LINE_TEXT - (size_t)n,
			"时间从它的开始算 time_s counts from its start");
	else
		snprintf(ret_line + n, LINE_TEXT - (size_t)n,
			"它的开始 its start: %s ± %s (95 %%), %s",
			span_text(part->zero_ns, true, zero),
			span_text(part->offset.uncertainty_ns, false, uncertainty), by);
	return ret_line;
}

/* Rows nearer to each other than the clocks are known may stand in the wrong order. */
static bool is_too_uncertain(const struct part *part, const struct part *first)
{
	int64_t own = join_table_spacing(part->table), other = join_table_spacing(first->table);
	int64_t least = own > 0 && (other == 0 || own < other) ? own : other;

	return least > 0 && part->offset.uncertainty_ns > least;
}

/* Who records together does so on one day. */
static bool is_another_day(const struct part *part)
{
	return part->offset.way == JOIN_BY_HOUR && llabs(part->zero_ns) > 86400 * (int64_t)NS_PER_S;
}

static void warn_of_hours(const struct part *part, const struct part *first)
{
	char span[SAY_TEXT];

	if (part->offset.denied_ns)
		fprintf(stderr,
			say("kitlog join: 注意：%s 和 %s 的钟点差 %s，有一个是错的；文件按来回应答对齐，错的用 kitlog clock 看\n",
				"kitlog join: mind: the hours of %s and %s are %s apart, so one is false; the file "
				"lines up by pings, kitlog clock shows who told it\n"),
			part->clock.name, first->clock.name,
			say_duration(fabs((double)part->offset.denied_ns) / NS_PER_S, span));
	if (is_another_day(part))
		fprintf(stderr,
			say("kitlog join: 注意：按钟点，%s 的记录和 %s 的相差 %s；不是同一个实验，或有一块板子的钟点错了，用 kitlog clock 看\n",
				"kitlog join: mind: by the hour, the runs of %s and %s are %s apart: two "
				"experiments, or a board was told a false hour; see kitlog clock\n"),
			part->clock.name, first->clock.name,
			say_duration(fabs((double)part->zero_ns) / NS_PER_S, span));
}

static void warn(const struct join *join)
{
	char uncertainty[SPAN_TEXT];

	for (size_t i = 1; i < join->n; i++)
		warn_of_hours(&join->parts[i], &join->parts[0]);
	for (size_t i = 1; i < join->n; i++)
		if (is_too_uncertain(&join->parts[i], &join->parts[0]))
			fprintf(stderr,
				say("kitlog join: 注意：%s 只能对齐到 ± %s，比读数的间隔还大；实验后板子还没关就合并，或让板子连网对时\n",
					"kitlog join: mind: %s lines up to ± %s only, more than from row to row; "
					"join before the boards are switched off, or let a network tell them the hour\n"),
				join->parts[i].clock.name,
				span_text(
					join->parts[i].offset.uncertainty_ns, false, uncertainty));
}

/* --- the data --- */

static int damaged(const struct part *part, int error)
{
	if (error == -EPROTO)
		fprintf(stderr,
			say("kitlog join: %s 给的文件看不懂；把 kitlog 和 kitlogd 换成同一个版本\n",
				"kitlog join: the file that %s gives is not understood; give kitlog and kitlogd "
				"the same version\n"),
			part->clock.name);
	else
		fprintf(stderr,
			say("kitlog join: %s 的数据暂存不了：%s；给 /tmp 腾出地方\n",
				"kitlog join: the data of %s cannot be kept for now: %s; make room in /tmp\n"),
			part->clock.name, strerror(-error));
	return error;
}

static int fetch(struct part *part)
{
	char path[96], last[BOARD_LINE];
	int result;

	if (!(part->csv = tmpfile()))
		return damaged(part, -errno);
	snprintf(path, sizeof path, "/api/v1/export?format=csv&run=%ld", part->run);
	result = board_fetch(
		part->board, path, part->csv, say("临时文件", "a temporary file"), last);
	if (result)
		return result;
	result = join_table_open(part->csv, part->clock.name, &part->table);
	if (result)
		return damaged(part, result);
	join_table_shift(part->table, part->zero_ns);
	return 0;
}

static int write_all(const struct join *join, FILE *out)
{
	struct join_table *tables[BOARDS];
	char line[LINE_TEXT];

	/* Excel on Chinese Windows takes a file without the mark for GBK. */
	fputs("\xEF\xBB\xBF", out);
	for (size_t i = 0; i < join->n; i++) {
		tables[i] = join->parts[i].table;
		fprintf(out, "# %s\r\n", line_of(join, i, line));
	}
	return join_tables_write(tables, join->n, out);
}

/* Half a file would look like a whole one. */
static int write_file(const struct join *join)
{
	const char *file = join->file;
	FILE *out = file ? fopen(file, "wxe") : stdout;

	if (!out) {
		fprintf(stderr,
			errno == EEXIST
				? say("kitlog join: %s 已经有了；换个名字，不覆盖数据\n",
					  "kitlog join: %s is there already; choose another name\n")
				: say("kitlog join: %s 写不了；换个地方\n",
					  "kitlog join: %s cannot be written; choose another place\n"),
			file);
		return -EIO;
	}
	int result = write_all(join, out);
	bool is_unwritten = fflush(out) || ferror(out);

	if (file && fclose(out))
		is_unwritten = true;
	if (is_unwritten)
		board_cannot_write(file ? file : say("标准输出", "standard output"), errno);
	else if (result)
		damaged(&join->parts[0], result);
	if (file && (result || is_unwritten))
		unlink(file);
	return result || is_unwritten ? -EIO : 0;
}

/* --- the command --- */

static json_t *as_json(const struct join *join)
{
	json_t *boards = json_array();

	for (size_t i = 0; i < join->n; i++) {
		const struct part *part = &join->parts[i];
		const char *by = part->offset.way == JOIN_BY_PINGS ? "pings"
			: part->offset.way == JOIN_BY_HOUR         ? "hour"
								   : "same";

		json_array_append_new(boards,
			json_pack("{s:s, s:s, s:I, s:f, s:f, s:f, s:s}", "board", part->clock.name,
				"url", board_address(part->board), "run", (json_int_t)part->run,
				"offset_us", (double)part->offset.ns / NS_PER_US, "start_us",
				(double)part->zero_ns / NS_PER_US, "uncertainty_us",
				(double)part->offset.uncertainty_ns / NS_PER_US, "by", by));
	}
	return json_pack("{s:o}", "boards", boards);
}

static void report(const struct join *join)
{
	char line[LINE_TEXT];

	if (join->call->is_json) {
		json_t *json = as_json(join);

		say_json(json);
		json_decref(json);
		return;
	}
	for (size_t i = 0; join->file && i < join->n; i++)
		puts(line_of(join, i, line));
}

/* "3@kitlog-b.local"; "3" is a run of the usual board. 0; 2: the word is wrong; 1. */
static int take_word(struct join *join, char *word)
{
	struct part *part = &join->parts[join->n];
	char *end;

	part->run = strtol(word, &end, 10);
	if (part->run <= 0 || part->run > INT32_MAX || (*end && (*end != '@' || !end[1])))
		return command_misused("join", word,
			say("记录编号@板子，例如 3@kitlog-b.local",
				"a run and its board, such as 3@kitlog-b.local"));
	if (!*end)
		part->board = join->call->board;
	else if ((errno = -board_open_other(end + 1, &part->board)))
		return errno == EDESTADDRREQ ? 2 : 1;
	join->n++;
	return 0;
}

static int take_words(struct join *join)
{
	static const struct option options[] = {{"output", required_argument, NULL, 'o'}, {0}};
	const struct call *call = join->call;
	int option, status = 0;

	/* getopt looks at words from 1 on; the command's name stands before ours. */
	optind = 0;
	while ((option = getopt_long(call->argc + 1, call->argv - 1, ":o:", options, NULL)) != -1) {
		if (option != 'o')
			return command_no_option(" join", call->argv[optind - 2], option);
		join->file = optarg;
	}
	char **words = call->argv - 1 + optind;
	int n = call->argc + 1 - optind;

	if (call->is_json && !join->file)
		return command_misused("join --json", "", "--output");
	if (n < 2)
		return command_misused("join", "",
			say("两块以上板子的记录，例如 3@kitlog-a.local 5@kitlog-b.local",
				"runs of two boards or more, such as 3@kitlog-a.local "
				"5@kitlog-b.local"));
	if (n > BOARDS)
		return command_too_many("join", words[BOARDS],
			say("一次最多 8 块板子", "it takes 8 boards at most"));
	for (int i = 0; i < n && status == 0; i++)
		status = take_word(join, words[i]);
	return status;
}

static void forget(struct join *join)
{
	for (size_t i = 0; i < join->n; i++) {
		struct part *part = &join->parts[i];

		join_table_close(part->table);
		if (part->csv)
			fclose(part->csv);
		if (part->board != join->call->board)
			board_close(part->board);
	}
}

int command_join(const struct call *call)
{
	struct join join = {.call = call};
	int status = take_words(&join), result = 0;

	if (status == 0) {
		result = look_at_all(&join);
		if (result == 0)
			result = ping_all(&join);
		if (result == 0)
			result = compare(&join);
		for (size_t i = 0; i < join.n && result == 0; i++)
			result = fetch(&join.parts[i]);
		if (result == 0)
			result = write_file(&join);
		if (result == 0) {
			report(&join);
			warn(&join);
		}
		status = result ? 1 : 0;
	}
	forget(&join);
	return status;
}
