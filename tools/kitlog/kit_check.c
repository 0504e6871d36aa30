/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog kit check [--fuzz SECONDS] [--all | FOLDER ...]`: is this kit fit for a class? Its
 * kit.yaml, both READMEs, its recordings byte by byte, and its driver under damaged ones. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "sense/vocabulary.h"
#include "tools/kitlog/kit.h"
#include "tools/kitlog/kit_claims.h"
#include "tools/kitlog/kit_finding.h"
#include "tools/kitlog/kit_folder.h"
#include "tools/kitlog/kit_fuzz.h"
#include "tools/kitlog/kit_named.h"
#include "tools/kitlog/kit_play.h"
#include "tools/kitlog/kit_shelf.h"
#include "tools/kitlog/say.h"

enum { YAML_LINES = 40, FUZZ_ONE_S = 60, FUZZ_MANY_S = 1 };

struct wish {
	double fuzz_s;
	bool has_fuzz, is_all;
	uint64_t seed;
	bool is_bad;
};

/* --- files --- */

static void hint_todo(struct finding *finding, const char *path, const char *text)
{
	if (strstr(text, "TODO"))
		finding_hint(finding, path,
			say("还有写着 TODO 的行；填上", "still has lines with TODO; fill them in"));
}

static void check_yaml(struct finding *finding)
{
	struct kit_folder *folder = finding->folder;
	char *text;
	size_t n, lines = 0;

	if (folder->report.count > 0) {
		char *sentences = report_text(&folder->report);

		finding_problems(finding, sentences ? sentences : "");
		free(sentences);
	}
	if (kit_read_file(folder->yaml, &text, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	if (lines > YAML_LINES) {
		char words[120];

		snprintf(words, sizeof words,
			say("有 %zu 行；一般 %d 行以内", "has %zu lines; %d are usually enough"),
			lines, YAML_LINES);
		finding_hint(finding, folder->yaml, words);
	}
	hint_todo(finding, folder->yaml, text);
	free(text);
}

/* Chinese, by its characters (U+4E00 to U+9FFF, which UTF-8 begins with E4 to E9). */
static bool is_in_chinese(const char *text)
{
	enum { LEAST = 20 };
	int n = 0;

	for (; *text; text++)
		n += (unsigned char)*text >= 0xe4 && (unsigned char)*text <= 0xe9;
	return n >= LEAST;
}

/* A README that says something: more than its heading, and nothing of the draft is left. */
static void check_readme(struct finding *finding, const char *name, bool is_chinese)
{
	enum { LEAST_BYTES = 120 };
	char path[PATH_MAX];
	char *text;
	size_t n;

	kit_path(path, finding->folder->path, name);
	if (kit_read_file(path, &text, &n) < 0) {
		finding_problem(finding, path,
			say("没有；两种语言各写一份说明：接线、量程、课上会出什么错",
				"is missing; write in both languages how to wire it, its range, and "
				"what goes wrong in class"));
		return;
	}
	if (n < LEAST_BYTES || !utf8_is_valid(text, n))
		finding_problem(finding, path,
			say("太短，或者不是 UTF-8；写上接线、量程、课上会出什么错",
				"is too short, or not UTF-8; say how to wire it, its range, and what "
				"goes wrong in class"));
	else if (is_chinese && !is_in_chinese(text))
		finding_problem(finding, path, say("要用中文写", "must be in Chinese"));
	else
		hint_todo(finding, path, text);
	free(text);
}

/* --- recordings --- */

static bool has_recording(const struct kit_folder *folder, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < folder->n_recordings; i++)
		if (strncmp(folder->recordings[i], name, n) == 0 && folder->recordings[i][n] == '.')
			return true;
	return false;
}

static void check_recordings_are_there(struct finding *finding)
{
	static const struct {
		const char *name, *zh, *en;
	} wanted[] = {
		{"normal", "一切正常时", "when all is well"},
		{"unplugged", "一句话说到一半被拔掉", "unplugged in the middle of a frame"},
		{"garbage", "夹着杂乱字节", "with garbage between the frames"},
	};

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		char path[PATH_MAX], words[200];

		if (has_recording(finding->folder, wanted[i].name))
			continue;
		snprintf(path, sizeof path, "%.3000s/recordings/%s.txt", finding->folder->path,
			wanted[i].name);
		snprintf(words, sizeof words,
			say("没有这个记录（%s）；kitlog kit record 记一个",
				"is missing (%s); kitlog kit record makes one"),
			say(wanted[i].zh, wanted[i].en));
		finding_problem(finding, path, words);
	}
}

static void check_normal(struct finding *finding, const char *path, const struct kit_played *played)
{
	if (played->outcome.values == 0)
		finding_problem(finding, path,
			say("正常的记录里一个值也没有；再记一次",
				"not one value comes out when all is well; record it again"));
	else if (played->outcome.flagged > 0)
		finding_hint(finding, path,
			say("正常的记录里有值超出 kit.yaml 写的范围",
				"values are out of the range in kit.yaml although all is well"));
}

/* A driver's word that nobody can read is no help to a class. */
static void check_words(struct finding *finding, const char *path, const struct kit_played *played)
{
	char words[200];

	if (!played->unsaid[0])
		return;
	snprintf(words, sizeof words,
		say("报出的词 %s 没有说法；在 kit.yaml 的 troubles 里给它中文和英文各一句",
			"the word %s has no sentence; give it one in Chinese and English under "
			"troubles in kit.yaml"),
		played->unsaid);
	finding_problem(finding, path, words);
}

static int check_recordings(struct finding *finding)
{
	const struct kit_folder *folder = finding->folder;

	for (size_t i = 0; i < folder->n_recordings; i++) {
		char recordings[PATH_MAX], path[PATH_MAX];
		struct kit_played played;

		kit_path(recordings, folder->path, "recordings");
		kit_path(path, recordings, folder->recordings[i]);
		if (kit_play(path, folder->model, false, &played) < 0)
			return -ENOMEM;
		finding_problems(finding, played.sentences);
		check_words(finding, path, &played);
		finding->n_replayed += played.is_good;
		finding->values += played.outcome.values;
		finding->said |= played.said;
		if (played.kit[0] && strcmp(played.kit, folder->name) != 0)
			finding_problem(finding, path,
				say("kit: 写的不是这个文件夹的名字",
					"kit: is not the folder's name"));
		if (played.is_good && strncmp(folder->recordings[i], "normal.", 7) == 0)
			check_normal(finding, path, &played);
		if (played.is_good)
			kit_named_check(finding, folder->recordings[i], path, &played);
	}
	return 0;
}

/* A sentence for a word that is never said helps nobody: it is a slip, or of another kit. */
static void check_troubles(struct finding *finding)
{
	const struct model *model = finding->folder->model;
	struct model bare = *model; /* what its family and all kits say */

	bare.n_troubles = 0;
	for (size_t i = 0; i < model->n_troubles; i++) {
		const char *word = model->troubles[i].word;
		char words[400];

		if (finding->said & UINT32_C(1) << i || vocabulary_find(&bare, word))
			continue;
		snprintf(words, sizeof words,
			say("troubles: %s 这个词没有谁报出：所用的协议或驱动没有它，记录里也没有；改对这个词，或记一个报出它的记录",
				"troubles: nobody says the word %s: neither its family or driver, nor "
				"one of its recordings; correct it, or record how it comes"),
			word);
		finding_problem(finding, finding->folder->yaml, words);
	}
}

/* `catalogue`: the board's kits and this one's neighbours. */
static int check_claims(struct finding *finding, const struct catalogue *catalogue)
{
	char *sentences = kit_claims(catalogue, finding->folder);

	if (!sentences)
		return -ENOMEM;
	finding_problems(finding, sentences);
	free(sentences);
	return 0;
}

static void check_ranges(struct finding *finding)
{
	const struct model *model = finding->folder->model;

	for (size_t i = 0; i < model->n_channels; i++) {
		char words[160];

		if (model->channels[i].low < model->channels[i].high)
			continue;
		snprintf(words, sizeof words,
			say("通道 %s 没有 range；写上它能量的范围",
				"the channel %s has no range; write what it can measure"),
			model->channels[i].id);
		finding_problem(finding, finding->folder->yaml, words);
	}
}

static int check_damaged(struct finding *finding, const struct wish *wish)
{
	char words[KIT_FUZZ_TEXT + PATH_MAX + 120];
	int error;

	if (wish->fuzz_s <= 0 || finding->folder->n_recordings == 0)
		return 0;
	error = kit_fuzz(finding->folder, wish->fuzz_s, wish->seed, &finding->fuzzed);
	if (error < 0 || !finding->fuzzed.problem[0])
		return error;
	snprintf(words, sizeof words,
		say("%s；记录留在 %s，kitlog kit replay 可以重放",
			"%s; the recording is kept in %s, kitlog kit replay repeats it"),
		finding->fuzzed.problem, finding->fuzzed.kept);
	finding_problem(finding, finding->folder->path, words);
	return 0;
}

/* --- one kit --- */

static int check_all_of(
	struct finding *finding, const struct catalogue *catalogue, const struct wish *wish)
{
	int error;

	check_yaml(finding);
	check_readme(finding, "README.md", false);
	check_readme(finding, "README.zh-CN.md", true);
	check_recordings_are_there(finding);
	if (!finding->folder->model)
		return 0;
	check_ranges(finding);
	error = check_claims(finding, catalogue);
	if (error == 0)
		error = check_recordings(finding);
	if (error < 0)
		return error;
	check_troubles(finding);
	return check_damaged(finding, wish);
}

static bool check_one(
	const char *path, const struct catalogue *catalogue, const struct wish *wish, json_t *all)
{
	struct finding finding = {
		.is_json = all != NULL, .problems = json_array(), .hints = json_array()};
	int error = kit_folder_open(path, &finding.folder);
	bool is_good;

	if (error == 0)
		error = check_all_of(&finding, catalogue, wish);
	if (error < 0)
		fprintf(stderr,
			say("kitlog kit check: %s：%s；写一个器材的文件夹\n",
				"kitlog kit check: %s: %s; name a kit's folder\n"),
			path, strerror(-error));
	else if (all)
		json_array_append_new(all, finding_json(&finding));
	else
		finding_print(&finding);
	is_good = error == 0 && finding_is_good(&finding);
	json_decref(finding.problems);
	json_decref(finding.hints);
	kit_folder_close(finding.folder);
	return is_good;
}

/* --- the command --- */

static int take(void *self, int option, const char *argument)
{
	struct wish *wish = self;
	char *end;

	if (option == 'a') {
		wish->is_all = true;
	} else if (option == 's') {
		wish->seed = strtoull(argument, &end, 10);
		if (*end || !*argument)
			return command_misused(
				"kit check --seed", argument, say("一个整数", "a whole number"));
	} else if (kit_seconds(argument, &wish->fuzz_s)) {
		wish->has_fuzz = true;
	} else {
		return command_misused("kit check --fuzz", argument,
			say("多少秒，例如 60；0 是不做", "seconds such as 60; 0 for none"));
	}
	return 0;
}

/* A folder with nothing of a kit in it was not meant: six sentences would say less than one. */
static bool is_other_folder(const char *path)
{
	char yaml[PATH_MAX], recordings[PATH_MAX];

	if (access(path, F_OK) || access(kit_path(yaml, path, "kit.yaml"), F_OK) == 0 ||
		access(kit_path(recordings, path, "recordings"), F_OK) == 0)
		return false;
	return errno == ENOENT;
}

/* A folder that may lie anywhere. */
static bool check_folder(
	const struct call *call, const char *path, const struct wish *wish, json_t *all)
{
	char neighbours[PATH_MAX];
	struct kit_shelf *shelf;
	bool is_good;

	if (is_other_folder(path)) {
		fprintf(stderr,
			say("kitlog kit check: %s 里没有 kit.yaml，不是器材的文件夹；写一个器材的文件夹，或用 "
			    "kitlog kit new 新建\n",
				"kitlog kit check: %s has no kit.yaml, so it is no kit's folder; name "
				"one, or make one with kitlog kit new\n"),
			path);
		return false;
	}
	if (kit_shelf_open(call, kit_neighbours(neighbours, path), &shelf) < 0)
		return false;
	is_good = check_one(path, kit_shelf_catalogue(shelf), wish, all);
	kit_shelf_close(shelf);
	return is_good;
}

/* Every kit of this board, also those with mistakes: by their folders. */
static bool check_shelf(const struct call *call, const struct wish *wish, json_t *all)
{
	struct kit_shelf *shelf, *folders_shelf;
	char **folders;
	size_t n;
	bool is_good = true;

	if (kit_shelf_open(call, NULL, &shelf) < 0)
		return false;
	if (kit_shelf_folders(call, &folders_shelf, &folders, &n) < 0) {
		kit_shelf_close(shelf);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		is_good &= check_one(folders[i], kit_shelf_catalogue(shelf), wish, all);
	if (n == 0)
		fputs(say("kitlog kit check: 一个器材也没有；看看配置里的 kits:\n",
			      "kitlog kit check: no kit; see kits: in the configuration\n"),
			stderr);
	kit_shelf_close(folders_shelf);
	kit_shelf_close(shelf);
	return is_good && n > 0;
}

int kit_check(const struct call *call)
{
	static const struct option options[] = {{"all", no_argument, NULL, 'a'},
		{"fuzz", required_argument, NULL, 'f'}, {"seed", required_argument, NULL, 's'},
		{0}};
	struct wish wish = {0};
	json_t *all = call->is_json ? json_array() : NULL;
	bool is_good = true;
	char **words;
	int n, status = kit_options(call, options, take, &wish, &words, &n);

	if (status == 0 && wish.is_all && n > 0)
		status = command_too_many("kit check --all", words[0],
			say("--all 就是全部", "--all means every kit"));
	if (status) {
		json_decref(all);
		return status;
	}
	if (!wish.has_fuzz)
		wish.fuzz_s = wish.is_all || n > 1 ? FUZZ_MANY_S : FUZZ_ONE_S;
	if (wish.is_all)
		is_good = check_shelf(call, &wish, all);
	else if (n == 0)
		is_good = check_folder(call, ".", &wish, all);
	for (int i = 0; i < n; i++)
		is_good &= check_folder(call, words[i], &wish, all);
	if (all)
		say_json(all);
	json_decref(all);
	return is_good ? 0 : 1;
}
