/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each lesson has an arena of its own, so that one with a mistake leaves nothing behind. */
#include "share/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { LESSONS_MOST = 500, PATH_TEXT = 1024 };

struct entry {
	struct arena arena;
	const struct lesson *lesson;
};

struct shelf {
	struct entry *entries; /* sorted by id when complete */
	size_t n;
	char *problems; /* malloc'ed by open_memstream */
	size_t problems_size;
};

static struct entry *find_entry(const struct shelf *shelf, const char *id)
{
	for (size_t i = 0; i < shelf->n; i++)
		if (strcmp(shelf->entries[i].lesson->id, id) == 0)
			return &shelf->entries[i];
	return NULL;
}

/* In place of an earlier one of that name. */
static int add_entry(struct shelf *shelf, const struct entry *entry)
{
	struct entry *earlier = find_entry(shelf, entry->lesson->id);

	if (earlier) {
		arena_free(&earlier->arena);
		*earlier = *entry;
		return 0;
	}
	struct entry *grown = reallocarray(shelf->entries, shelf->n + 1, sizeof *grown);

	if (!grown)
		return -ENOMEM;
	shelf->entries = grown;
	shelf->entries[shelf->n++] = *entry;
	return 0;
}

/* One without lesson.yaml is no lesson, but a README's folder or the like. */
static int read_child(struct shelf *shelf, const char *folder, const char *name, FILE *problems)
{
	char path[PATH_TEXT], yaml[PATH_TEXT + sizeof "/lesson.yaml"];
	struct text text = text_over(path, sizeof path);
	struct entry entry = {.arena = arena_of(LESSON_BYTES)};
	struct lesson *lesson;

	text_addf(&text, "%s/%s", folder, name);
	snprintf(yaml, sizeof yaml, "%s/lesson.yaml", path);
	if (text.is_cut || access(yaml, F_OK) != 0)
		return 0;
	int failed = lesson_open(path, &entry.arena, problems, &lesson);

	if (!failed) {
		entry.lesson = lesson;
		failed = add_entry(shelf, &entry);
		if (!failed)
			return 0;
	}
	arena_free(&entry.arena);
	return failed == -ENOMEM ? failed : 0; /* else it was told */
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int read_folder(struct shelf *shelf, const char *folder, bool is_own, FILE *problems)
{
	struct dirent **children;
	int n = scandir(folder, &children, is_visible, alphasort), failed = 0;

	if (n < 0 && errno == ENOMEM)
		return -ENOMEM;
	if (n < 0 && !(is_own && errno == ENOENT))
		fprintf(problems,
			"%s: %s; take the folder out of lessons, or let kitlogd read it there\n",
			folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (!failed && shelf->n < LESSONS_MOST)
			failed = read_child(shelf, folder, children[i]->d_name, problems);
		free(children[i]);
	}
	if (n >= 0)
		free(children);
	return failed;
}

static int by_id(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return strcmp(left->lesson->id, right->lesson->id);
}

int shelf_open(const char *const *folders, size_t n_folders, struct shelf **ret_shelf)
{
	struct shelf *shelf = calloc(1, sizeof *shelf);
	FILE *problems = shelf ? open_memstream(&shelf->problems, &shelf->problems_size) : NULL;
	int failed = problems ? 0 : -ENOMEM;

	for (size_t i = 0; i < n_folders && !failed; i++)
		failed = read_folder(shelf, folders[i], i == 0, problems);
	if (!failed && shelf->n > 0)
		qsort(shelf->entries, shelf->n, sizeof *shelf->entries, by_id);
	if (problems && fclose(problems) != 0)
		failed = -ENOMEM;
	if (failed)
		shelf_close(shelf);
	else
		*ret_shelf = shelf;
	return failed;
}

void shelf_close(struct shelf *shelf)
{
	if (!shelf)
		return;
	for (size_t i = 0; i < shelf->n; i++)
		arena_free(&shelf->entries[i].arena);
	free(shelf->entries);
	free(shelf->problems);
	free(shelf);
}

size_t shelf_count(const struct shelf *shelf)
{
	return shelf ? shelf->n : 0;
}

const struct lesson *shelf_at(const struct shelf *shelf, size_t index)
{
	return shelf->entries[index].lesson;
}

const struct lesson *shelf_find(const struct shelf *shelf, const char *id)
{
	const struct entry *entry = shelf ? find_entry(shelf, id) : NULL;

	return entry ? entry->lesson : NULL;
}

const char *shelf_problems(const struct shelf *shelf)
{
	return shelf ? shelf->problems : "";
}
