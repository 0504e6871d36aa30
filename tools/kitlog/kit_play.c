/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte-exact: the text that comes out is the file, or the first line that differs is named. */
#include "tools/kitlog/kit_play.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sense/vocabulary.h"
#include "tools/kitlog/kit_folder.h"
#include "tools/kitlog/kit_wound.h"
#include "tools/kitlog/say.h"

/* "a/normal.txt", "a/normal.txt.zst": "a/normal.expect". */
static void expect_path(char ret_path[PATH_MAX], const char *path)
{
	char *dot;

	text_copy(ret_path, PATH_MAX - 8, path);
	dot = strrchr(ret_path, '.');
	if (dot && strcmp(dot, ".zst") == 0) {
		*dot = '\0';
		dot = strrchr(ret_path, '.');
	}
	if (dot)
		*dot = '\0';
	strcat(ret_path, ".expect");
}

/* --- what is wrong --- */

static void add_report(struct text *text, const struct report *report)
{
	char *sentences = report_text(report);

	if (sentences)
		text_add(text, sentences);
	free(sentences);
}

/* One line of a text, or its end. */
struct line {
	const char *at; /* NULL: the text is over */
	size_t n;
};

static struct line take_line(const char **rest)
{
	struct line line = {**rest ? *rest : NULL, strcspn(*rest, "\n")};

	*rest += line.n + ((*rest)[line.n] == '\n');
	return line;
}

static size_t common_bytes(struct line a, struct line b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.at[n] == b.at[n])
		n++;
	return n;
}

/* What is too long is shown from a little before byte `at` on, which is what differs. */
static void add_quoted(struct text *text, struct line line, size_t at)
{
	enum { SHOWN = 100, BEFORE = 40 };
	size_t from = line.n > SHOWN && at > BEFORE ? at - BEFORE : 0;
	size_t n = line.n - from < SHOWN ? line.n - from : SHOWN;

	if (!line.at) {
		text_add(text, say("（到这里就完了）", "nothing more"));
		return;
	}
	text_addf(text, say("“%s%.*s%s”", "\"%s%.*s%s\""), from > 0 ? "..." : "", (int)n,
		line.at + from, from + n < line.n ? "..." : "");
}

/* The first line in which the two differ. */
static void add_difference(
	struct text *text, const char *path, const char *expected, const char *got)
{
	struct line own, played;
	size_t at;
	int number = 0;

	do {
		own = take_line(&expected);
		played = take_line(&got);
		at = common_bytes(own, played);
		number++;
	} while (own.at && played.at && at == own.n && at == played.n);
	if (!own.at && !played.at) {
		text_addf(text,
			say("%s:%d: 最后少一个换行；kitlog kit replay --update 会补上\n",
				"%s:%d: a line break is missing at the end; kitlog kit replay "
				"--update writes it\n"),
			path, number - 1);
		return;
	}
	text_addf(text, say("%s:%d: 这里写着", "%s:%d: it says "), path, number);
	add_quoted(text, own, at);
	text_add(text, say("，重放得到", ", the replay gives "));
	add_quoted(text, played, at);
	text_add(text,
		say("；对的话就 kitlog kit replay --update\n",
			"; if that is right: kitlog kit replay --update\n"));
}

/* --- comparing --- */

static void compare(const char *path, const char *whole, size_t n, bool is_update,
	struct kit_played *played, struct text *text)
{
	char *expected = NULL;
	size_t n_expected = 0;
	int error = kit_read_file(path, &expected, &n_expected);
	bool is_same = error == 0 && n == n_expected && memcmp(whole, expected, n) == 0;

	played->is_new = error == -ENOENT;
	played->is_changed = !is_same;
	if (is_update && !is_same)
		error = kit_write_file(path, whole, n);
	if (error == -ENOENT)
		text_addf(text,
			say("%s: 没有这个文件；kitlog kit replay --update 写一个，再亲眼核对\n",
				"%s: is not there; kitlog kit replay --update writes it, then check "
				"it with your own eyes\n"),
			path);
	else if (error < 0)
		text_addf(text, "%s: %s\n", path, strerror(-error));
	else if (!is_same && !is_update)
		add_difference(text, path, expected, whole);
	played->is_good = error == 0 && (is_same || is_update);
	free(expected);
}

static void note_word(const char *word, const struct model *model, struct kit_played *played)
{
	for (size_t i = 0; i < model->n_troubles; i++)
		if (strcmp(model->troubles[i].word, word) == 0)
			played->said |= UINT32_C(1) << i;
	if (!played->unsaid[0] && !vocabulary_find(model, word))
		text_copy(played->unsaid, sizeof played->unsaid, word);
}

/* The words of the lines "TIME error WORD". */
static void note_words(
	const char *out, size_t n, const struct model *model, struct kit_played *played)
{
	static const char error[] = " error ";
	const char *at = out, *end = out + n;

	while ((at = memmem(at, (size_t)(end - at), error, sizeof error - 1))) {
		char word[FEED_WORD] = "";

		at += sizeof error - 1;
		for (size_t i = 0; i < sizeof word - 1 && at < end && *at != '\n'; i++)
			word[i] = *at++;
		note_word(word, model, played);
	}
}

/* The .expect as a whole: first lines, an empty line, what came out. Malloc'ed. */
static char *make_whole(const char *path, const char *kit, const char *out, size_t n, size_t *ret_n)
{
	const char *slash = strrchr(path, '/');
	size_t size = n + strlen(path) + strlen(kit) + 64;
	char *buffer = malloc(size);
	struct text text;

	if (!buffer)
		return NULL;
	text = text_over(buffer, size);
	text_addf(&text, "kit: %s\nof: %s\n\n", kit, slash ? slash + 1 : path);
	text_add_bytes(&text, out, n);
	*ret_n = text.length;
	return buffer;
}

static int finish(const char *path, const char *out, size_t n, bool is_update,
	struct kit_played *played, struct text *text)
{
	char expect[PATH_MAX], *whole;
	size_t n_whole;

	if (played->outcome.failed_line) {
		text_addf(text, "%s:%d: %s\n", path, played->outcome.failed_line,
			played->outcome.failure);
		return 0;
	}
	whole = make_whole(path, played->kit, out, n, &n_whole);
	if (!whole)
		return -ENOMEM;
	expect_path(expect, path);
	compare(expect, whole, n_whole, is_update, played, text);
	free(whole);
	return 0;
}

int kit_play(
	const char *path, const struct model *model, bool is_update, struct kit_played *ret_played)
{
	struct replay_options options = kit_replay_options(model);
	struct report report = {.file = path};
	struct kit_played played = {0};
	struct text text = text_over(played.sentences, sizeof played.sentences);
	struct recording *recording;
	char *out = NULL;
	size_t n = 0;
	int error = recording_open(path, &report, &recording);

	if (error == 0) {
		text_copy(played.kit, sizeof played.kit, recording_header(recording, "kit"));
		options.is_lenient = strcmp(recording_header(recording, "made"), WOUNDS_MADE) == 0;
		error = replay_run(&options, recording, &played.outcome, &out, &n);
		recording_close(recording);
	}
	if (error == -ENOMEM)
		return error;
	if (error < 0)
		add_report(&text, &report);
	else
		error = finish(path, out, n, is_update, &played, &text);
	if (error == 0 && out)
		note_words(out, n, model, &played);
	free(out);
	if (error == -ENOMEM)
		return error;
	*ret_played = played;
	return 0;
}
