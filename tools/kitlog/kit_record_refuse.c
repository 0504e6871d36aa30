/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "data/word.h"
#include "sense/permission.h"
#include "sense/ports.h"
#include "tools/kitlog/command.h"
#include "tools/kitlog/kit_record.h"
#include "tools/kitlog/say.h"

enum { NAMES_MOST = 256 };

int record_no_place(const char *word)
{
	static const char gpio[] = "gpio:";

	if (strncmp(word, gpio, sizeof gpio - 1) == 0 && word[sizeof gpio - 1])
		fprintf(stderr,
			say("kitlog kit record: 配置的 gpio 里没有 %s；写上 {kit: %s} 和它的引脚，用 --config "
			    "指明配置文件\n",
				"kitlog kit record: gpio in the configuration has no %s; write {kit: %s} "
				"with its pins there, and name the file with --config\n"),
			word + sizeof gpio - 1, word + sizeof gpio - 1);
	else
		fprintf(stderr,
			say("kitlog kit record: 没有“%s”这个口；kitlog kit probe 列出有的\n",
				"kitlog kit record: there is no \"%s\"; kitlog kit probe lists what is "
				"plugged in\n"),
			word);
	return 2;
}

int record_no_kit(const char *kit, const struct catalogue *catalogue)
{
	const char *names[NAMES_MOST], *near;
	size_t n = catalogue_count(catalogue);

	n = n < NAMES_MOST ? n : NAMES_MOST;
	for (size_t i = 0; i < n; i++)
		names[i] = catalogue_at(catalogue, i)->id;
	near = word_nearest(kit, names, n);
	if (near)
		fprintf(stderr,
			say("kitlog kit record: 没有器材叫“%s”；是不是 %s？\n",
				"kitlog kit record: no kit is called \"%s\"; did you mean %s?\n"),
			kit, near);
	else
		fprintf(stderr,
			say("kitlog kit record: 没有器材叫“%s”；kitlog kits 列出有的；自己的文件夹用 --config "
			    "里的 kits: 指明，或者用 --output 文件夹/recordings/normal.txt\n",
				"kitlog kit record: no kit is called \"%s\"; kitlog kits lists those "
				"there are; a folder of your own is found by kits: of --config, or by "
				"--output FOLDER/recordings/normal.txt\n"),
			kit);
	return 2;
}

int record_cannot_open(const char *path, const struct finder *finder,
	const struct finder_context *context, int error)
{
	const struct trouble *trouble = finder->troubles;
	char en[PORT_PROBLEM], zh[PORT_PROBLEM];
	const char *what, *what_zh;

	if (error == -EBUSY) {
		fprintf(stderr,
			say("kitlog kit record: %s 别的程序占着；若是 kitlogd：sudo systemctl stop "
			    "kitlogd，记完再启动\n",
				"kitlog kit record: another program holds %s; if it is kitlogd: sudo "
				"systemctl stop kitlogd, and start it again afterwards\n"),
			path);
		return 1;
	}
	if (error == -ENOENT || error == -ENODEV) {
		fprintf(stderr,
			say("kitlog kit record: 没有 %s；插上它，kitlog kit probe 列出插着的\n",
				"kitlog kit record: there is no %s; plug it in, kitlog kit probe "
				"lists what is\n"),
			path);
		return 1;
	}
	if (permission_explains(finder, context, path, error, NULL, en, zh, PORT_PROBLEM)) {
		fprintf(stderr, "kitlog kit record: %s: %s\n", path, say(zh, en));
		return 1;
	}
	while (trouble->error && trouble->error != error)
		trouble++;
	what = trouble->what ? trouble->what : strerror(-error);
	what_zh = trouble->what_zh ? trouble->what_zh : what;
	fprintf(stderr, "kitlog kit record: %s: %s%s%s\n", path, say(what_zh, what),
		say("；", "; "), say(trouble->step_zh, trouble->step));
	return 1;
}
