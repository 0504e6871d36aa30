/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog lessons check [--all] [FOLDER ...]`: can a class be taught by this? What the daemon would say of
 * a lesson (data/lesson.h, sense/catalogue.h), and whether the sample can be read. */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "data/lesson.h"
#include "tools/kitlog/kit_shelf.h"
#include "tools/kitlog/lessons.h"
#include "tools/kitlog/say.h"

struct check {
	const struct catalogue *catalogue;
	json_t *all;    /* of --json; NULL: for people */
	FILE *problems; /* sentences of the lesson in hand */
	unsigned n_lessons, n_bad;
};

/* --- the sample --- */

static bool is_there(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct text text = text_over(path, sizeof path);

	text_addf(&text, "%s/%s", folder, name);
	return !text.is_cut && !strchr(name, '/') && access(path, R_OK) == 0;
}

/* `folder`: of the sample. */
static void check_package(
	const struct check *check, const char *folder, const char *lesson, const json_t *run)
{
	const char *of = json_string_value(json_object_get(run, "lesson"));
	json_t *stream;
	size_t i;

	if (json_integer_value(json_object_get(run, "kitlog_package")) != 1)
		fprintf(check->problems, "%s/run.json: %s\n", folder,
			say("不是记录包；kitlog_package 要是 1",
				"is no run package; kitlog_package must be 1"));
	if (!of || strcmp(of, lesson) != 0)
		fprintf(check->problems,
			say("%s/run.json: 它的 lesson 是“%s”，不是 %s；记录还合适就在这里改成 %s，不然删掉 sample "
			    "文件夹和 lesson.yaml 里的 sample: 这一行\n",
				"%s/run.json: its lesson is \"%s\", not %s; write %s there if the run "
				"still fits, else delete the folder sample and the line sample: of "
				"lesson.yaml\n"),
			folder, of ? of : "", lesson, lesson);
	json_array_foreach(json_object_get(run, "streams"), i, stream)
	{
		const char *file = json_string_value(json_object_get(stream, "file"));

		if (!file || !is_there(folder, file))
			fprintf(check->problems,
				say("%s/run.json: 没有 streams[%zu] 的文件 %s\n",
					"%s/run.json: the file of streams[%zu] is not there: %s\n"),
				folder, i, file ? file : "?");
	}
}

static void check_sample(const struct check *check, const struct lesson *lesson)
{
	char folder[PATH_MAX], path[PATH_MAX + 16];
	json_error_t error;
	json_t *run;

	if (!lesson->sample)
		return;
	snprintf(folder, sizeof folder, "%.3000s/%s", lesson->folder, lesson->sample);
	snprintf(path, sizeof path, "%s/run.json", folder);
	if (access(path, R_OK) != 0)
		return; /* was told */
	run = json_load_file(path, 0, &error);
	if (!run)
		fprintf(check->problems,
			say("%s:%d:%d: 不是 JSON；重新生成这份样例\n",
				"%s:%d:%d: is no JSON; make the sample again\n"),
			path, error.line, error.column);
	else
		check_package(check, folder, lesson->id, run);
	json_decref(run);
}

/* --- one lesson --- */

static const char *name_of(const char *folder)
{
	const char *slash = strrchr(folder, '/');

	return slash && slash[1] ? slash + 1 : folder;
}

static json_t *lines_json(const char *lines)
{
	json_t *list = json_array();

	for (const char *end; (end = strchr(lines, '\n')); lines = end + 1)
		json_array_append_new(list, json_stringn(lines, (size_t)(end - lines)));
	return list;
}

/* "1 need", "2 needs"; in Chinese nothing changes. */
static const char *plural(size_t n)
{
	return n == 1 ? "" : say("", "s");
}

static void print_one(const char *folder, const struct lesson *lesson, const char *said)
{
	unsigned n = 0;

	for (const char *at = said; (at = strchr(at, '\n')); at++)
		n++;
	fputs(said, stderr);
	if (n > 0)
		printf(say("%s：%u 处要改\n", "%s: %u to mend\n"), folder, n);
	else
		printf(say("%s：好；%zu 个量%s，%zu 个公式%s\n",
			       "%s: good; %zu need%s, %zu formula%s\n"),
			folder, lesson->n_needs, plural(lesson->n_needs), lesson->n_formulas,
			plural(lesson->n_formulas));
}

static int check_one(struct check *check, const char *folder)
{
	struct arena arena = arena_of(LESSON_BYTES);
	struct lesson *lesson = NULL;
	char *said = NULL;
	size_t size;

	check->problems = open_memstream(&said, &size);
	if (!check->problems)
		return -ENOMEM;
	int failed = lesson_open(folder, &arena, check->problems, &lesson);

	if (!failed) {
		failed = catalogue_check_lesson(check->catalogue, lesson, check->problems);
		check_sample(check, lesson);
	}
	if (fclose(check->problems) != 0)
		failed = -ENOMEM;
	if (failed != -ENOMEM) {
		char *english = said;

		said = say_mistakes(english);
		free(english);
		failed = said ? failed : -ENOMEM;
	}
	if (failed != -ENOMEM) {
		check->n_lessons++;
		check->n_bad += *said != '\0';
		if (check->all)
			json_array_append_new(check->all,
				json_pack("{s:s, s:s, s:b, s:o}", "lesson", name_of(folder),
					"folder", folder, "is_good", !*said, "problems",
					lines_json(said)));
		else
			print_one(folder, lesson, said);
	}
	free(said);
	arena_free(&arena);
	return failed == -ENOMEM ? failed : 0;
}

/* --- which --- */

static bool is_lesson(const char *folder)
{
	char path[PATH_MAX];
	struct text text = text_over(path, sizeof path);

	text_addf(&text, "%s/lesson.yaml", folder);
	return !text.is_cut && access(path, F_OK) == 0;
}

/* A shelf's folder: each lesson in it. How many there were, or -ENOMEM. */
static int check_within(struct check *check, const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort), found = 0;

	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];
		struct text text = text_over(path, sizeof path);

		text_addf(&text, "%s/%s", folder, entries[i]->d_name);
		if (found >= 0 && entries[i]->d_name[0] != '.' && !text.is_cut && is_lesson(path))
			found = check_one(check, path) ? -ENOMEM : found + 1;
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return found;
}

static int check_folder(struct check *check, const char *word)
{
	char folder[PATH_MAX];
	size_t n;

	text_copy(folder, sizeof folder, word);
	for (n = strlen(folder); n > 1 && folder[n - 1] == '/'; n--)
		folder[n - 1] = '\0';
	if (is_lesson(folder))
		return check_one(check, folder);
	int found = check_within(check, folder);

	if (found != 0)
		return found < 0 ? found : 0;
	fprintf(stderr,
		say("kitlog lessons check: %s 里没有 lesson.yaml；写一节课的文件夹\n",
			"kitlog lessons check: %s has no lesson.yaml; name a lesson's folder\n"),
		folder);
	check->n_bad++;
	return 0;
}

static int check_all(struct check *check, const struct board *board)
{
	size_t n;
	const char *const *folders = board_lessons(board, &n);
	int failed = 0;

	for (size_t i = 0; i < n && !failed; i++)
		failed = check_within(check, folders[i]) < 0 ? -ENOMEM : 0;
	if (!failed && check->n_lessons == 0) {
		fputs(say("kitlog lessons check: 一节课也没有；看看配置里的 lessons:\n",
			      "kitlog lessons check: no lesson; see lessons: in the configuration\n"),
			stderr);
		check->n_bad++;
	}
	return failed;
}

/* --- the command --- */

/* What is left of the words behind the options. 0, or 2 after saying what is wrong. */
static int take_words(const struct call *call, bool *ret_is_all, int *ret_first)
{
	static const struct option options[] = {{"all", no_argument, NULL, 'a'}, {0}};
	int option;

	*ret_is_all = false;
	optind = 0;
	while ((option = getopt_long(call->argc, call->argv, ":", options, NULL)) != -1) {
		if (option != 'a')
			return command_no_option(" lessons check",
				call->argv[optind > 1 ? optind - 1 : optind], option);
		*ret_is_all = true;
	}
	*ret_first = optind;
	if (*ret_is_all && optind < call->argc)
		return command_too_many("lessons check --all", call->argv[optind],
			say("--all 就是全部", "--all means every lesson"));
	return 0;
}

int lessons_check(const struct call *call)
{
	struct check check = {.all = call->is_json ? json_array() : NULL};
	struct kit_shelf *shelf;
	bool is_all;
	int first = 0, failed, status = take_words(call, &is_all, &first);

	if (status || kit_shelf_open(call, NULL, &shelf) < 0) {
		json_decref(check.all);
		return status ? status : 1;
	}
	check.catalogue = kit_shelf_catalogue(shelf);
	failed = is_all               ? check_all(&check, call->board)
		: first == call->argc ? check_folder(&check, ".")
				      : 0;
	for (int i = first; i < call->argc && !failed; i++)
		failed = check_folder(&check, call->argv[i]);
	if (failed)
		fprintf(stderr, "kitlog lessons check: %s\n", strerror(-failed));
	else if (check.all)
		say_json(check.all);
	json_decref(check.all);
	kit_shelf_close(shelf);
	return failed || check.n_bad > 0 ? 1 : 0;
}
