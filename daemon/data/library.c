/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/library.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { PATH_TEXT = 1024 };

struct entry {
	struct arena arena;
	const void *thing;
	const char *id; /* the thing's */
};

struct library {
	const struct library_kind *kind;
	struct entry *entries; /* sorted by id when complete */
	size_t n;
	char *problems; /* malloc'ed by open_memstream */
	size_t problems_size;
};

static struct entry *find_entry(const struct library *library, const char *id)
{
	for (size_t i = 0; i < library->n; i++)
		if (strcmp(library->entries[i].id, id) == 0)
			return &library->entries[i];
	return NULL;
}

/* In place of an earlier one of that name. */
static int add_entry(struct library *library, const struct entry *entry)
{
	struct entry *earlier = find_entry(library, entry->id);

	if (earlier) {
		arena_free(&earlier->arena);
		*earlier = *entry;
		return 0;
	}
	struct entry *grown = reallocarray(library->entries, library->n + 1, sizeof *grown);

	if (!grown)
		return -ENOMEM;
	library->entries = grown;
	library->entries[library->n++] = *entry;
	return 0;
}

static int read_child(struct library *library, const char *place, const char *name, FILE *problems)
{
	char path[PATH_TEXT];
	struct text text = text_over(path, sizeof path);
	struct entry entry = {.arena = arena_of(library->kind->bytes)};

	text_addf(&text, "%s/%s", place, name);
	if (text.is_cut)
		return 0;
	int failed = library->kind->read(path, &entry.arena, problems, &entry.thing);

	if (!failed && entry.thing) {
		entry.id = library->kind->id(entry.thing);
		failed = add_entry(library, &entry);
		if (!failed)
			return 0;
	}
	arena_free(&entry.arena);
	return failed;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int read_place(struct library *library, const char *place, bool is_own, FILE *problems)
{
	const char *word = library->kind->word;
	struct dirent **children;
	int n = scandir(place, &children, is_visible, alphasort), failed = 0;

	if (n < 0 && errno == ENOMEM)
		return -ENOMEM;
	if (n < 0 && !(is_own && errno == ENOENT))
		fprintf(problems,
			"%s: %s; take the folder out of %s, or let kitlogd read it there\n", place,
			strerror(errno), word);
	for (int i = 0; i < n; i++) {
		if (!failed && library->n < library->kind->most)
			failed = read_child(library, place, children[i]->d_name, problems);
		free(children[i]);
	}
	if (n >= 0)
		free(children);
	return failed;
}

static int by_id(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static void compare_all(const struct library *library, FILE *problems)
{
	for (size_t i = 0; i < library->n; i++)
		for (size_t j = 0; j < i; j++)
			library->kind->compare(
				library->entries[j].thing, library->entries[i].thing, problems);
}

int library_open(const struct library_kind *kind, const char *const *places, size_t n_places,
	struct library **ret_library)
{
	struct library *library = calloc(1, sizeof *library);
	FILE *problems =
		library ? open_memstream(&library->problems, &library->problems_size) : NULL;
	int failed = problems ? 0 : -ENOMEM;

	if (library)
		library->kind = kind;
	for (size_t i = 0; i < n_places && !failed; i++)
		failed = read_place(library, places[i], i == 0, problems);
	if (!failed && library->n > 0)
		qsort(library->entries, library->n, sizeof *library->entries, by_id);
	if (!failed && kind->compare)
		compare_all(library, problems);
	if (problems && fclose(problems) != 0)
		failed = -ENOMEM;
	if (failed)
		library_close(library);
	else
		*ret_library = library;
	return failed;
}

void library_close(struct library *library)
{
	if (!library)
		return;
	for (size_t i = 0; i < library->n; i++)
		arena_free(&library->entries[i].arena);
	free(library->entries);
	free(library->problems);
	free(library);
}

size_t library_count(const struct library *library)
{
	return library ? library->n : 0;
}

const void *library_at(const struct library *library, size_t index)
{
	return library->entries[index].thing;
}

const void *library_find(const struct library *library, const char *id)
{
	const struct entry *entry = library ? find_entry(library, id) : NULL;

	return entry ? entry->thing : NULL;
}

const char *library_problems(const struct library *library)
{
	return library ? library->problems : "";
}
