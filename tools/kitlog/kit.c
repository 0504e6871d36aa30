/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog kit ...`: which of its commands was meant, and what they share. */
#include "tools/kitlog/kit.h"

#include <string.h>

#include "base/clock.h"
#include "data/word.h"
#include "tools/kitlog/say.h"

static const struct {
	const char *name;
	int (*run)(const struct call *call);
	const char *words, *zh, *en;
} verbs[] = {
	{"list", kit_list, "", "板子认识哪些器材", "kits this board knows"},
	{"new", kit_new,
		"NAME [--family F | --transport T] [--channels ID:QUANTITY:UNIT,...] [--driver]\n"
		"          [--zh NAME] [--en NAME] [--in FOLDER]",
		"新建一个器材文件夹", "make a folder for a new kit"},
	{"record", kit_record, "[--for 10s] [--output FILE] [--kit NAME] PORT",
		"把一个口上说的话记下来", "write down what is said at a port"},
	{"replay", kit_replay, "[--update] FILE ...", "重放记录，核对结果",
		"play recordings, compare what comes out"},
	{"check", kit_check, "[--fuzz TIME] [--seed NUMBER] [--all | FOLDER ...]",
		"检查一个器材文件夹", "check a kit's folder"},
	{"probe", kit_probe, "", "插着什么、哪个器材认得它、别的为什么不认",
		"what is plugged in, which kit fits and why others do not"},
	{"bench", kit_bench, "[--for 10s] NUMBER", "要的和得到的速率、抖动、字节数",
		"rate asked and got, jitter, raw bytes"},
};

enum { N_VERBS = sizeof verbs / sizeof *verbs };

void command_kit_usage(FILE *out, const char *verb)
{
	bool is_new = strcmp(verb, "new") == 0, is_one = false;

	for (int i = 0; i < N_VERBS; i++)
		is_one |= strcmp(verbs[i].name, verb) == 0;
	fputs(say("用法：\n\n", "Usage:\n\n"), out);
	for (int i = 0; i < N_VERBS; i++)
		if (!is_one || strcmp(verbs[i].name, verb) == 0)
			usage_print_form(out, "kit", verbs[i].name, verbs[i].words,
				say(verbs[i].zh, verbs[i].en));
	usage_print_common(out);
	if (is_new || !is_one) {
		fputs(say("\nkit new 的 --family：\n\n", "\nFamilies of kit new:\n\n"), out);
		kit_new_families(out);
	}
	fputs(say("\n从头做一个器材：CONTRIBUTING.md，“五步加一个器材”\n",
		      "\nA kit from scratch: CONTRIBUTING.md, \"Add a kit in five steps\"\n"),
		out);
}

void command_kit_add_words(struct text *text)
{
	for (int i = 0; i < N_VERBS; i++)
		usage_add_form(text, verbs[i].name, "");
}

int command_kit(const struct call *call)
{
	const char *verb = call->argc ? call->argv[0] : "";

	for (int i = 0; i < N_VERBS; i++)
		if (strcmp(verbs[i].name, verb) == 0)
			return verbs[i].run(call);
	return command_misused("kit", verb, "list, new, record, replay, check, probe, bench");
}

int command_kits(const struct call *call)
{
	char *words[] = {(char *)"list", NULL};
	struct call list = *call;

	if (call->argc)
		return command_too_many(
			"kits", call->argv[0], say("它后面不跟词", "it takes none"));
	list.argc = 1;
	list.argv = words;
	return kit_list(&list);
}

int kit_options(const struct call *call, const struct option *options, kit_option *take, void *self,
	char ***ret_words, int *ret_n)
{
	char name[32];
	int option;

	snprintf(name, sizeof name, " kit %s", call->argv[0]);
	optind = 0;
	while ((option = getopt_long(call->argc, call->argv, ":", options, NULL)) != -1) {
		int status;

		if (option == '?' || option == ':')
			return command_no_option(
				name, call->argv[optind > 1 ? optind - 1 : optind], option);
		status = take(self, option, optarg);
		if (status)
			return status;
	}
	*ret_words = call->argv + optind;
	*ret_n = call->argc - optind;
	return 0;
}

bool kit_seconds(const char *word, double *ret_seconds)
{
	int64_t ns;

	if (word_number(word, ret_seconds) == NULL)
		return *ret_seconds >= 0 && *ret_seconds <= 1e6;
	if (word_duration(word, &ns))
		return false;
	*ret_seconds = (double)ns / NS_PER_S;
	return true;
}
