/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog kit replay [--update] FILE ...`: plays recordings and compares what comes out with the
 * .expect file beside each. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/kitlog/kit.h"
#include "tools/kitlog/kit_folder.h"
#include "tools/kitlog/kit_play.h"
#include "tools/kitlog/kit_shelf.h"
#include "tools/kitlog/say.h"

static int take(void *self, int option, const char *argument)
{
	(void)argument;
	*(bool *)self = option == 'u';
	return 0;
}

static json_t *as_json(const char *path, const struct kit_played *played)
{
	return json_pack("{s:s, s:s, s:b, s:b, s:I, s:I, s:I, s:f, s:s}", "file", path, "kit",
		played->kit, "is_good", played->is_good, "is_written",
		played->is_good && played->is_changed, "events", (json_int_t)played->outcome.events,
		"values", (json_int_t)played->outcome.values, "out_of_range",
		(json_int_t)played->outcome.flagged, "seconds",
		(double)played->outcome.length_ns / NS_PER_S, "problems", played->sentences);
}

static const char *verdict(const struct kit_played *played, bool is_update)
{
	if (!is_update)
		return say("一致", "as expected");
	if (played->is_new)
		return say("写好了 .expect", "wrote its .expect");
	return played->is_changed ? say("改了 .expect", "changed its .expect")
				  : say("没有变化", "nothing changed");
}

static bool play_one(const struct call *call, const char *path, bool is_update, json_t *all)
{
	struct kit_shelf *shelf;
	struct kit_played played;
	const struct model *model;
	bool is_good = false;

	if (kit_shelf_of_recording(call, path, &shelf, &model) == 0 &&
		kit_play(path, model, is_update, &played) == 0) {
		is_good = played.is_good;
		if (all)
			json_array_append_new(all, as_json(path, &played));
		else if (is_good)
			printf(say("%s：%s；%llu 个事件，%llu 个值，%.1f 秒\n",
				       "%s: %s; %llu events, %llu values, %.1f s\n"),
				path, verdict(&played, is_update),
				(unsigned long long)played.outcome.events,
				(unsigned long long)played.outcome.values,
				(double)played.outcome.length_ns / NS_PER_S);
		else
			say_mistakes_to(stderr, played.sentences);
	}
	kit_shelf_close(shelf);
	return is_good;
}

/* What lies beside a recording is named instead of it: 0, or 2 after saying so. */
static int look_at(const char *word)
{
	static const char expect[] = ".expect";
	size_t n = strlen(word);
	struct stat about;
	char other[PATH_MAX];

	if (stat(word, &about) == 0 && S_ISDIR(about.st_mode))
		snprintf(other, sizeof other,
			say("一个记录文件，例如 %s/recordings/normal.txt",
				"a recording, such as %s/recordings/normal.txt"),
			word);
	else if (n >= sizeof expect && strcmp(word + n + 1 - sizeof expect, expect) == 0)
		snprintf(other, sizeof other,
			say("记录文件 %.*s.txt；这个是它应当得出的数",
				"the recording, %.*s.txt; this is what must come out of it"),
			(int)(n + 1 - sizeof expect), word);
	else
		return 0;
	return command_misused("kit replay", word, other);
}

int kit_replay(const struct call *call)
{
	static const struct option options[] = {{"update", no_argument, NULL, 'u'}, {0}};
	json_t *all = NULL;
	bool is_update = false, is_good = true;
	char **words;
	int n, status = kit_options(call, options, take, &is_update, &words, &n);

	if (status)
		return status;
	if (n == 0)
		return command_misused("kit replay", "",
			say("记录文件，例如 kits/xy-md02/recordings/normal.txt",
				"a recording such as kits/xy-md02/recordings/normal.txt"));
	for (int i = 0; i < n && status == 0; i++)
		status = look_at(words[i]);
	if (status)
		return status;
	if (call->is_json)
		all = json_array();
	for (int i = 0; i < n; i++)
		is_good &= play_one(call, words[i], is_update, all);
	if (all)
		say_json(all);
	json_decref(all);
	return is_good ? 0 : 1;
}
