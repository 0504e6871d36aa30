/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/shelf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"

enum { LESSONS_MOST = 500, PATH_TEXT = 1024 + sizeof "/lesson.yaml" };

/* A shelf is a library whose things are lessons: one pointer, two names. */
static const struct library *library_of(const struct shelf *shelf)
{
	return (const struct library *)shelf;
}

static int read_lesson(const void *self, const char *folder, struct arena *arena, FILE *problems,
	const void **ret_thing)
{
	const struct catalogue *catalogue = self;
	char yaml[PATH_TEXT];
	struct text text = text_over(yaml, sizeof yaml);
	struct lesson *lesson;

	text_addf(&text, "%s/lesson.yaml", folder);
	if (text.is_cut)
		return 0;
	if (access(yaml, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0; /* a README's folder, or the like; what cannot be looked into is told */
	int failed = lesson_open(folder, arena, problems, &lesson);

	if (!failed) {
		*ret_thing = lesson;
		if (catalogue)
			failed = catalogue_check_lesson(catalogue, lesson, problems);
	}
	return failed == -ENOMEM ? failed : 0; /* else it was told */
}

static const char *id_of(const void *thing)
{
	const struct lesson *lesson = thing;

	return lesson->id;
}

static uint64_t digest_of(const void *thing)
{
	const struct lesson *lesson = thing;

	return lesson->digest;
}

static bool is_held(const void *thing)
{
	return lesson_is_held(thing);
}

static bool has_mistakes(const void *thing)
{
	const struct lesson *lesson = thing;

	return lesson->has_mistakes;
}

int shelf_open(const char *const *folders, size_t n_folders, const struct catalogue *catalogue,
	struct shelf **ret_shelf)
{
	const struct library_kind kind = {
		.word = "lessons",
		.most = LESSONS_MOST,
		.bytes = LESSON_BYTES,
		.read = read_lesson,
		.self = catalogue,
		.id = id_of,
		.digest = digest_of,
		.is_held = is_held,
		.has_mistakes = has_mistakes,
	};
	struct library *library;
	int failed = library_open(&kind, folders, n_folders, &library);

	if (!failed)
		*ret_shelf = (struct shelf *)library;
	return failed;
}

void shelf_close(struct shelf *shelf)
{
	library_close((struct library *)shelf);
}

int shelf_reread(const struct shelf *shelf, struct shelf **ret_news)
{
	struct library *news;
	int failed = library_reread(library_of(shelf), &news);

	if (!failed)
		*ret_news = (struct shelf *)news;
	return failed;
}

int shelf_take(struct shelf *shelf, struct shelf *news, const struct library_reader *reader)
{
	return library_take((struct library *)shelf, (struct library *)news, reader);
}

bool shelf_is_due(const struct shelf *shelf, const struct library_reader *reader)
{
	return library_is_due(library_of(shelf), reader);
}

size_t shelf_count(const struct shelf *shelf)
{
	return library_count(library_of(shelf));
}

const struct lesson *shelf_at(const struct shelf *shelf, size_t index)
{
	return library_at(library_of(shelf), index);
}

const struct lesson *shelf_find(const struct shelf *shelf, const char *id)
{
	return library_find(library_of(shelf), id);
}

const char *shelf_problems(const struct shelf *shelf)
{
	return library_problems(library_of(shelf));
}
