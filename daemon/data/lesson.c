/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a lesson.yaml to a lesson: read it, make numbers of its words; and the folder with its texts.
 * The keys and what they must be are in lesson_file.c and lesson_check.c, the texts in lesson_text.c. */
#include "data/lesson.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "data/file.h"
#include "data/lesson_file.h"
#include "data/lesson_text.h"
#include "data/model_word.h"
#include "data/quantity.h"
#include "data/word.h"

enum { PATH_TEXT = 1024 };

/* --- words become numbers; all of them were checked --- */

static int64_t duration_or_zero(const char *word)
{
	int64_t ns = 0;

	if (word)
		word_duration(word, &ns);
	return ns;
}

static int64_t period_or_zero(const char *rate)
{
	double hz = 0;

	if (rate)
		word_rate(rate, &hz);
	return hz > 0 ? llround((double)NS_PER_S / hz) : 0;
}

static struct model_text text_or_none(const struct model_text *text)
{
	return text ? *text : (struct model_text){0};
}

static struct lesson_need settle_need(const struct written_need *written, int line)
{
	const struct quantity *quantity = quantity_find(written->quantity);

	return (struct lesson_need){
		.id = written->id,
		.name = written->name
			? *written->name
			: (struct model_text){(char *)quantity->zh, (char *)quantity->en},
		.quantity = written->quantity,
		.unit = written->unit,
		.channel = written->channel,
		.kits = written->kits,
		.n_kits = written->n_kits,
		.groups_share = written->groups_share ? *written->groups_share : 1,
		.is_optional = written->optional,
		.place = text_or_none(written->place),
		.line = line,
	};
}

static struct lesson_trigger settle_trigger(const struct written_trigger *written)
{
	if (!written)
		return (struct lesson_trigger){0};
	return (struct lesson_trigger){
		.channel = written->channel,
		.edge = written->edge,
		.level = written->above ? *written->above : *written->below,
		.before_ns = duration_or_zero(written->before),
	};
}

static struct lesson_plot settle_plot(const struct written_plot *written)
{
	if (!written)
		return (struct lesson_plot){0};
	return (struct lesson_plot){
		.x = written->x, .y = written->y, .fits = written->fits, .n_fits = written->n_fits};
}

static struct lesson_accept settle_accept(const struct written_accept *written)
{
	struct lesson_accept accept = {
		.channel = written->channel,
		.has_range = written->range[0] < written->range[1],
		.low = written->range[0],
		.high = written->range[1],
		.otherwise = written->otherwise,
	};

	if (written->least)
		lesson_word_least(written->least, &accept.least_samples, &accept.least_ns);
	return accept;
}

/* --- the lists --- */

#define TAKE(lesson, written, list) \
	((lesson)->list = arena_take(arena, (written)->n_##list * sizeof *(lesson)->list))

static int line_of(const struct tree *tree, unsigned need)
{
	char path[32];

	snprintf(path, sizeof path, "needs[%u].id", need);
	const struct node *node = tree_near(tree, path);

	return node ? node->line : 0;
}

static int settle_lists(const struct written_lesson *written, const struct tree *tree,
	struct arena *arena, struct lesson *lesson)
{
	const struct written_record *record = &written->record;

	if (!TAKE(lesson, written, needs) || !TAKE(lesson, record, typed) ||
		!TAKE(lesson, written, expect) || !TAKE(lesson, written, accept) ||
		!TAKE(lesson, written, phases) || !TAKE(lesson, written, reminders))
		return -ENOMEM;
	for (unsigned i = 0; i < written->n_needs; i++)
		lesson->needs[lesson->n_needs++] =
			settle_need(&written->needs[i], line_of(tree, i));
	for (unsigned i = 0; i < record->n_typed; i++) {
		const struct written_typed *typed = &record->typed[i];

		lesson->typed[lesson->n_typed++] = (struct lesson_typed){
			typed->id, typed->name, typed->unit, typed->range[0], typed->range[1]};
	}
	for (unsigned i = 0; i < written->n_expect; i++) {
		const struct written_expect *expect = &written->expect[i];

		lesson->expect[lesson->n_expect++] = (struct lesson_expect){expect->what,
			expect->range[0], expect->range[1], expect->unit, expect->because};
	}
	for (unsigned i = 0; i < written->n_accept; i++)
		lesson->accept[lesson->n_accept++] = settle_accept(&written->accept[i]);
	for (unsigned i = 0; i < written->n_phases; i++)
		lesson->phases[lesson->n_phases++] = (struct lesson_phase){
			written->phases[i].name, duration_or_zero(written->phases[i].time)};
	for (unsigned i = 0; i < written->n_reminders; i++)
		lesson->reminders[lesson->n_reminders++] = (struct lesson_reminder){
			written->reminders[i].text, duration_or_zero(written->reminders[i].every),
			written->reminders[i].who};
	return 0;
}

static void settle_words(const struct written_lesson *written, struct lesson *lesson)
{
	const struct written_predict *predict = written->predict;

	lesson->id = written->id;
	lesson->title = written->title;
	lesson->question = written->question;
	lesson->theme = text_or_none(written->theme);
	lesson->stages = written->stage;
	lesson->subject = written->subject;
	lesson->catalogue = written->catalogue;
	if (predict) {
		lesson->predict.kind = predict->kind;
		lesson->predict.ask = text_or_none(predict->ask);
		lesson->predict.choices = predict->choices;
		lesson->predict.n_choices = predict->n_choices;
		lesson->predict.unit = predict->unit;
		lesson->predict.compare = predict->compare;
		lesson->predict.y = predict->y;
		lesson->predict.low = predict->range[0];
		lesson->predict.high = predict->range[1];
		lesson->predict.ns =
			duration_or_zero(predict->time ? predict->time : written->record.duration);
	}
	lesson->mode = written->record.mode;
	lesson->period_ns = period_or_zero(written->record.rate);
	lesson->duration_ns = duration_or_zero(written->record.duration);
	lesson->is_project = written->record.project;
	lesson->trigger = settle_trigger(written->record.trigger);
	lesson->formulas = written->formulas;
	lesson->n_formulas = written->n_formulas;
	lesson->plot = settle_plot(written->plot);
	lesson->class_plot = settle_plot(written->class_plot);
	lesson->safety = written->safety;
	lesson->n_safety = written->n_safety;
	lesson->extension = written->extension;
	lesson->n_extension = written->n_extension;
	lesson->slips = written->slips;
	lesson->n_slips = written->n_slips;
	lesson->sample = written->sample;
}

/* --- lesson.yaml --- */

static int take(const struct tree *tree, const char *folder_name, struct arena *arena,
	struct report *report, struct lesson **ret_lesson)
{
	static char none[] = "";
	struct lesson *lesson = arena_take(arena, sizeof *lesson);
	void *data;
	int failed = lesson ? load(&lesson_format, tree, arena, report, &data) : -ENOMEM;

	if (failed)
		return failed;
	const struct written_lesson *written = data;

	if (folder_name && strcmp(written->id, folder_name) != 0) {
		load_mistake(tree, report, "lesson",
			"lesson: \"%s\" is not the name of its folder, %s", written->id,
			folder_name);
		return -EINVAL;
	}
	settle_words(written, lesson);
	failed = settle_lists(written, tree, arena, lesson);
	if (failed)
		return failed;
	lesson->n_holders = arena_take(arena, sizeof *lesson->n_holders);
	if (!lesson->n_holders)
		return -ENOMEM;
	lesson->folder = none;
	lesson->student = lesson->teacher = (struct model_text){none, none};
	*ret_lesson = lesson;
	return 0;
}

int lesson_read(const char *yaml, size_t n, const char *folder_name, struct arena *arena,
	struct report *report, struct lesson **ret_lesson)
{
	struct tree tree;
	int failed = tree_read(yaml, n, report, &tree);

	if (!failed)
		failed = take(&tree, folder_name, arena, report, ret_lesson);
	tree_free(&tree);
	return failed;
}

/* --- the folder --- */

struct folder {
	const char *path;
	struct arena *arena;
	FILE *problems;
	bool *has_mistakes;
	uint64_t *digest; /* so far */
};

static void tell(const struct folder *folder, const struct report *report)
{
	char *sentences = report->count > 0 ? report_text(report) : NULL;

	*folder->has_mistakes |= report->count > 0;
	if (sentences)
		fputs(sentences, folder->problems);
	free(sentences);
}

static const char *path_in(const struct folder *folder, const char *name)
{
	char path[PATH_TEXT];
	struct text text = text_over(path, sizeof path);

	text_addf(&text, "%s/%s", folder->path, name);
	return arena_copy(folder->arena, path, text.length);
}

/* A file of at most `most` bytes, closed by NUL, in the arena. What is wrong with it is in the report,
 * which names it from now on; `why` has a %s for it. */
static int read_in(const struct folder *folder, const char *name, size_t most, const char *why,
	struct report *report, char **ret_bytes, size_t *ret_n)
{
	char *bytes = malloc(most + 1);
	size_t n;

	report->file = path_in(folder, name);
	int failed = bytes && report->file ? file_read_plain(report->file, bytes, most + 1, &n)
					   : -ENOMEM;

	if (failed && failed != -ENOMEM)
		report_add(report, 0, 0, why, failed == -EISDIR ? "is no file" : strerror(-failed));
	if (!failed) {
		*ret_bytes = arena_copy(folder->arena, bytes, n);
		*folder->digest = hash_add(hash_add(*folder->digest, &n, sizeof n), bytes, n);
	}
	free(bytes);
	if (failed)
		return failed;
	*ret_n = n;
	return *ret_bytes ? 0 : -ENOMEM;
}

static int read_yaml(const struct folder *folder, struct lesson **ret_lesson)
{
	struct report report = {0};
	const char *name = file_folder_name(folder->path, folder->arena);
	char *bytes;
	size_t n;
	int failed = name ? read_in(folder, "lesson.yaml", TREE_BYTES,
				    "%s; each lesson's folder has one, which kitlogd may read",
				    &report, &bytes, &n)
			  : -ENOMEM;

	if (!failed)
		failed = lesson_read(bytes, n, name, folder->arena, &report, ret_lesson);
	tell(folder, &report);
	return failed;
}

/* What editors of other systems leave in a text: a byte order mark, \r at the ends of lines, tabs. */
static void make_plain(char *text, size_t *n)
{
	static const char mark[] = "\xEF\xBB\xBF";
	size_t from = *n >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0, to = 0;

	for (; from < *n; from++)
		if (text[from] != '\r' || text[from + 1] != '\n')
			text[to++] = text[from] == '\t' ? ' ' : text[from];
	text[to] = '\0';
	*n = to;
}

/* One of the four texts; "" with a sentence where it cannot be shown. */
static int read_text(
	const struct folder *folder, const char *name, struct report *report, char **ret_text)
{
	char *bytes;
	size_t n;
	int failed = read_in(folder, name, LESSON_TEXT_BYTES,
		"%s; a lesson has four texts: student.zh.md, student.en.md, teacher.zh.md, teacher.en.md",
		report, &bytes, &n);

	if (failed)
		return failed == -ENOMEM ? failed : 0;
	make_plain(bytes, &n);
	if (n > LESSON_TEXT_BYTES)
		report_add(report, 0, 0, "is larger than %d KiB; shorten it",
			LESSON_TEXT_BYTES / 1024);
	else if (!utf8_is_valid(bytes, n) || memchr(bytes, '\0', n) || word_has_control(bytes))
		report_add(report, 0, 0, "is not plain text in UTF-8; save it again as UTF-8");
	else
		*ret_text = bytes;
	return 0;
}

static void check_language(const struct lesson *lesson, bool is_teacher, const char *text,
	struct report *report, struct lesson_sections *ret_sections)
{
	*ret_sections = (struct lesson_sections){.n = 0};
	if (!*text)
		return;
	lesson_text_check(text, is_teacher, report, ret_sections);
	if (!is_teacher)
		lesson_text_keeps_secret(text, lesson, report);
}

/* Both languages of one, and against each other when each is well by itself. */
static int read_pair(const struct folder *folder, const struct lesson *lesson, bool is_teacher,
	struct model_text *texts)
{
	struct report zh = {0}, en = {0};
	struct lesson_sections zh_sections, en_sections;
	int failed =
		read_text(folder, is_teacher ? "teacher.zh.md" : "student.zh.md", &zh, &texts->zh);

	if (!failed)
		failed = read_text(
			folder, is_teacher ? "teacher.en.md" : "student.en.md", &en, &texts->en);
	if (failed)
		return failed;
	check_language(lesson, is_teacher, texts->zh, &zh, &zh_sections);
	check_language(lesson, is_teacher, texts->en, &en, &en_sections);
	if (zh.count == 0 && en.count == 0)
		lesson_text_compare(&zh_sections, &en_sections, &en);
	tell(folder, &zh);
	tell(folder, &en);
	return 0;
}

/* Whether what is in it can be replayed is for who imports it (export/import.h). */
static void check_sample(const struct folder *folder, const struct lesson *lesson)
{
	char name[160];

	if (!lesson->sample)
		return;
	snprintf(name, sizeof name, "%s/run.json", lesson->sample);
	const char *path = path_in(folder, name);

	if (!path || access(path, R_OK) == 0)
		return;
	*folder->has_mistakes = true;
	fprintf(folder->problems,
		"%s: %s; put the run there that sample names, or leave sample out of lesson.yaml\n",
		path, strerror(errno));
}

int lesson_open(const char *path, struct arena *arena, FILE *problems, struct lesson **ret_lesson)
{
	bool has_mistakes = false;
	uint64_t digest = HASH_START;
	const struct folder folder = {.path = path,
		.arena = arena,
		.problems = problems,
		.has_mistakes = &has_mistakes,
		.digest = &digest};
	struct lesson *lesson;
	int failed = read_yaml(&folder, &lesson);

	if (failed)
		return failed;
	lesson->folder = arena_copy(arena, path, strlen(path));
	failed = lesson->folder ? read_pair(&folder, lesson, false, &lesson->student) : -ENOMEM;
	if (!failed)
		failed = read_pair(&folder, lesson, true, &lesson->teacher);
	if (failed)
		return failed;
	check_sample(&folder, lesson);
	lesson->has_mistakes = has_mistakes;
	lesson->digest = hash_add(digest, &has_mistakes, sizeof has_mistakes);
	*ret_lesson = lesson;
	return 0;
}

/* --- holding --- */

const struct lesson *lesson_hold(const struct lesson *lesson)
{
	if (lesson)
		atomic_fetch_add(lesson->n_holders, 1);
	return lesson;
}

void lesson_let_go(const struct lesson *lesson)
{
	if (lesson)
		atomic_fetch_sub(lesson->n_holders, 1);
}

bool lesson_is_held(const struct lesson *lesson)
{
	return lesson && atomic_load(lesson->n_holders) > 0;
}

/* --- serving a need --- */

bool lesson_need_fits(const struct lesson_need *need, const char *quantity, const char *unit)
{
	return strcmp(quantity, need->quantity) == 0 &&
		(!need->unit || strcmp(unit, need->unit) == 0);
}

unsigned lesson_need_rank(const struct lesson_need *need, const char *kit, const char *channel)
{
	bool is_other = need->channel && strcmp(need->channel, channel) != 0;
	unsigned place = 0;

	while (place < need->n_kits && strcmp(need->kits[place], kit) != 0)
		place++;
	return place * 2 + is_other;
}

const struct model_text *lesson_name(const struct lesson *lesson, const char *id)
{
	for (size_t i = 0; i < lesson->n_needs; i++)
		if (strcmp(lesson->needs[i].id, id) == 0)
			return &lesson->needs[i].name;
	for (size_t i = 0; i < lesson->n_typed; i++)
		if (strcmp(lesson->typed[i].id, id) == 0)
			return &lesson->typed[i].name;
	for (size_t i = 0; i < lesson->n_formulas; i++)
		if (strcmp(lesson->formulas[i].id, id) == 0)
			return &lesson->formulas[i].name;
	return NULL;
}

const char *lesson_unit(const struct lesson *lesson, const char *id)
{
	for (size_t i = 0; i < lesson->n_needs; i++)
		if (strcmp(lesson->needs[i].id, id) == 0)
			return lesson->needs[i].unit;
	for (size_t i = 0; i < lesson->n_typed; i++)
		if (strcmp(lesson->typed[i].id, id) == 0)
			return lesson->typed[i].unit;
	for (size_t i = 0; i < lesson->n_formulas; i++)
		if (strcmp(lesson->formulas[i].id, id) == 0)
			return lesson->formulas[i].unit;
	return NULL;
}
