/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog COMMAND --help`: how each may be written. Those of `kit` are in kit.c. */
#include <string.h>

#include "tools/kitlog/command.h"
#include "tools/kitlog/say.h"

/* clang-format off */
static const struct {
	const char *command, *verb; /* "": it has none, or may be left out */
	const char *words, *zh, *en;
} forms[] = {
	{"status", "", "", "板子好不好：时钟、存储、口、器材、配置",
		"how the board is: clock, store, ports, kits, configuration"},
	{"devices", "", "", "插着哪些器材、通道和最近的读数；~ 预热中，! 超出量程",
		"what is plugged in, with channels and last readings; ~ warming up, ! out of range"},
	{"tail", "", "[NUMBER]", "读数一来就显示，全部的或这个号码的；Ctrl-C 停止",
		"readings as they come, of all kits or of this number; Ctrl-C ends"},
	{"run", "list", "[--imported]", "列出记录，或导入的记录", "the runs, or those that were imported"},
	{"run", "start", "[TITLE]", "开始一次记录", "start a run"},
	{"run", "stop", "[ID]", "停止一次记录，或正在记的那次", "stop a run, or the one that is going on"},
	{"run", "package", "ID [FILE]", "把一次记录做成数据包（zip）", "a run as a package (zip)"},
	{"run", "import", "FILE | FOLDER", "导入一个数据包，或课程的样本", "take a package back, or a lesson's sample"},
	{"run", "delete", "[--yes] ID", "删掉一次导入的记录", "delete a run that was imported"},
	{"run", "receipt", "[ID]", "一次记录齐不齐：收到、存下、缺失、补传、指纹",
		"is all of a run there: received, kept, missing, shipped, its hash"},
	{"session", "list", "[--ended]", "开着的课，或上完的", "sessions that are open, or that ended"},
	{"session", "begin", "[--lesson ID] [--groups N] [--project] [TITLE]",
		"开一节课，分好器材；--project 是几个星期的项目", "begin a session and deal kits; --project: one that lasts for weeks"},
	{"session", "deal", "[SESSION]", "后来插上的器材也分给各组", "deal what was plugged in since"},
	{"session", "start", "[--for TIME] [SESSION]", "各组一起开始记录", "start all groups at one instant"},
	{"session", "arm", "[--for TIME] [SESSION]", "各组等教案里的触发", "let groups wait for the lesson's trigger"},
	{"session", "stop", "[SESSION]", "各组一起停止", "stop all groups"},
	{"session", "resume", "[SESSION] GROUP", "一组接着上一次记", "a group's last run goes on"},
	{"session", "end", "[SESSION]", "下课", "end a session"},
	{"session", "log", "[SESSION]", "做过什么，谁做的", "what was done, by whom"},
	{"session", "undo", "[SESSION] NUMBER", "撤销日志里的一项", "undo what stands in the log"},
	{"session", "readings", "[SESSION]", "各组记下的读数", "what the groups typed"},
	{"session", "package", "[SESSION [FILE]]", "一节课打成一个 zip：各次记录、读数、预测、结果",
		"a class as a zip: its runs, readings, predictions and results"},
	{"session", "pack", "[--to BOARD] [SESSION [FILE]]", "下课并打包，到另一块板子接着上",
		"end a session here and pack it, to go on at another board"},
	{"session", "take", "FILE", "另一块板子打包的课，在这里接着上", "go on with a session that another board packed"},
	{"boards", "list", "", "房间里别的板子，好不好", "the other boards in the room, and how they are"},
	{"boards", "join", "NAME", "输一次它的 PIN（会问），以后就一起做", "type its PIN once (it asks): from then on it does the same"},
	{"boards", "forget", "NAME", "不再一起做", "it does so no longer"},
	{"boards", "begin", "LESSON [TITLE]", "每块板子上开这节课", "begin this lesson on each board"},
	{"boards", "start", "", "所有板子同一刻开始记录", "start all groups of all boards at one instant"},
	{"boards", "stop", "", "所有板子停止", "stop all groups of all boards"},
	{"boards", "zero", "", "所有板子归零", "let what can be zeroed read 0, on all boards"},
	{"boards", "end", "", "所有板子下课", "end the lesson on all boards"},
	{"mark", "add", "TEXT", "给全班打标记", "mark this instant for everybody"},
	{"mark", "list", "", "列出标记，例如按过的按钮", "the marks, such as presses of a button"},
	{"export", "", "[--format F] [--stamps S] [--readings] [--output FILE] RUN | stream:ID",
		"把一次记录或一个流写成文件；F 是 csv、xlsx、lp，S 是 refined、live、even；"
		"--readings 是这次记录里记下的读数",
		"the data of a run or a stream as a file; F: csv, xlsx, lp; S: refined, live, even; "
		"--readings: what was typed in the run"},
	{"fit", "", "[--x C] [--from S] [--to S] [--raw] RUN CHANNEL MODEL",
		"一次记录的一个通道用一种线拟合；S 是从开始起的秒数；CHANNEL 和 C 例如 3/t；MODEL 是 proportional、"
		"linear、quadratic、power、exponential、decay、logarithm、sine、damped、gaussian、poisson",
		"fit a model to a channel of a run; S: seconds from its begin; CHANNEL, C: such as 3/t; "
		"MODEL: proportional, linear, quadratic, power, exponential, decay, logarithm, sine, "
		"damped, gaussian, poisson"},
	{"join", "", "[--output FILE] RUN@BOARD RUN@BOARD ...",
		"几块板子记的同一个实验，对齐时间，写成一个文件",
		"one experiment of several boards as one file, lined up in time"},
	{"calibrate", "list", "[NUMBER]", "列出校准，全部的或这个号码的",
		"the calibrations, of all kits or of this number"},
	{"calibrate", "zero", "[--name NAME] [--yes] CHANNEL | NUMBER | all [VALUE]",
		"让现在的读数是 0，或这个值", "let what is read now be 0, or this value"},
	{"calibrate", "offset", "[--name NAME] [--run ID] [--yes] CHANNEL READ=TRUE", "单点校准",
		"calibrate by one point"},
	{"calibrate", "two-point",
		"[--name NAME] [--run ID] [--yes] CHANNEL READ=TRUE READ=TRUE", "两点校准",
		"calibrate by two points"},
	{"calibrate", "table", "[--name NAME] [--run ID] [--yes] CHANNEL READ=TRUE ...",
		"2 到 16 个点的多点表", "calibrate by a table of 2 to 16 points"},
	{"calibrate", "use", "[--name NAME] ID RUN", "把一个校准也用于以前的一次记录",
		"use a calibration for a run of the past too"},
	{"calibrate", "withdraw", "[--name WHY] ID", "撤销一个校准", "take a calibration back"},
	{"clock", "list", "", "每次开机：几点开始，听谁说的，差多少",
		"each start of the board: its hour, who told it, how sure"},
	{"clock", "set", "--boot N --began TIME", "告诉板子：第 N 次开机是几点，例如 2026-11-28T09:00",
		"tell when start N was, in local time, such as 2026-11-28T09:00"},
	{"teacher", "", "", "老师的页面和 PIN；还有一个只能用一次的 PIN，有人乱猜时也不用等",
		"the teacher's page and PIN, and a PIN that opens once, also while others guess"},
	{"hotspot", "on", "[--name NAME] [--password PASSWORD | -] [--device WLAN] [--svg FILE]", "打开板子自己的 Wi-Fi（用 sudo）",
		"open a Wi-Fi of the board's own (with sudo)"},
	{"hotspot", "off", "", "关掉它", "close it"},
	{"hotspot", "status", "[--svg FILE]", "它的名字、密码和二维码", "its name, password and QR code"},
	{"sink", "", "[NAME]", "数据送到了没有；写名字，也看退回的行",
		"do the data arrive; with a name also the lines that were refused"},
	{"backup", "", "[FOLDER]", "把存下的数据备份到这里，板子照常工作",
		"copy what is kept to a new folder in FOLDER, while the board goes on"},
	{"restore", "", "[--replace] FOLDER", "放回备份；--replace：原来的移到旁边",
		"bring a backup back; --replace: what is there is set aside"},
	{"store", "verify", "[FOLDER]", "检查存下的数据是否完好", "is what is kept sound"},
	{"lessons", "list", "", "有哪些课，现在能上的是哪些", "the lessons, and which can be taught now"},
	{"lessons", "check", "[--all] [FOLDER ...]", "检查课的文件夹，不用 kitlogd",
		"check lessons' folders, without kitlogd"},
	{"lessons", "reload", "", "让板子重新读入课的文件夹，不用重启",
		"have the board read the lessons again, without a restart"},
	{"kits", "", "", "板子认识哪些器材", "kits this board knows"},
};
/* clang-format on */

enum { FORMS = sizeof forms / sizeof *forms };

static bool has_verb(const char *command, const char *verb)
{
	for (int i = 0; i < FORMS; i++)
		if (strcmp(forms[i].command, command) == 0 && strcmp(forms[i].verb, verb) == 0)
			return true;
	return false;
}

void usage_print_form(
	FILE *out, const char *command, const char *verb, const char *words, const char *means)
{
	fprintf(out, "  kitlog %s%s%s%s%s\n      %s\n", command, *verb ? " " : "", verb,
		*words ? " " : "", words, means);
}

void usage_print(FILE *out, const char *command, const char *verb)
{
	bool is_one = has_verb(command, verb);

	fputs(say("用法：\n\n", "Usage:\n\n"), out);
	for (int i = 0; i < FORMS; i++)
		if (strcmp(forms[i].command, command) == 0 &&
			(!is_one || strcmp(forms[i].verb, verb) == 0))
			usage_print_form(out, command, forms[i].verb, forms[i].words,
				say(forms[i].zh, forms[i].en));
	if (strcmp(command, "calibrate") == 0)
		fputs(say("\n  CHANNEL 例如 3/t：标签上的号码，斜线，通道名；有几个同名的写 stream:10/t\n",
			      "\n  CHANNEL is such as 3/t: the number on the label, a slash, the channel's "
			      "id;\n  stream:10/t where a kit has several of that id\n"),
			out);
	usage_print_common(out);
}

void usage_add_form(struct text *text, const char *verb, const char *words)
{
	text_addf(text, "%s%s%s%s", text->length > 0 ? " | " : "", verb, *verb && *words ? " " : "",
		words);
}

void usage_add_words(struct text *text, const char *command)
{
	char buffer[512];
	struct text whole = text_over(buffer, sizeof buffer);

	for (int i = 0; i < FORMS; i++)
		if (strcmp(forms[i].command, command) == 0)
			usage_add_form(&whole, forms[i].verb, forms[i].words);
	if (whole.length <= USAGE_WORDS && !whole.is_cut) {
		text_add(text, whole.at);
		return;
	}
	for (int i = 0; i < FORMS; i++)
		if (strcmp(forms[i].command, command) == 0)
			usage_add_form(text, forms[i].verb, "");
}

void usage_print_common(FILE *out)
{
	fputs(say("\n  --json --board 地址 --config 文件 --pin 口令：见 kitlog --help\n",
		      "\n  --json  --board ADDRESS  --config FILE  --pin PIN: see kitlog --help\n"),
		out);
}
