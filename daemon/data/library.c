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
	const char *id;     /* the thing's */
	const char *folder; /* in the arena */
	size_t place;       /* that it is in: a later one wins */
	bool waits;         /* it stayed because it was used */
};

/* A folder with a mistake, or a place that cannot be read. */
struct broken {
	char *path;
	bool is_told; /* that what was read of it before stays */
};

struct library {
	struct library_kind kind;
	char **places;
	size_t n_places;
	struct entry *entries; /* sorted by id when complete */
	size_t n;
	struct broken *broken;
	size_t n_broken;
	struct entry *retired; /* no longer of the library, and held by somebody */
	size_t n_retired;
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

static int add_broken(struct library *library, const char *path)
{
	struct broken *grown = reallocarray(library->broken, library->n_broken + 1, sizeof *grown);

	if (!grown)
		return -ENOMEM;
	library->broken = grown;
	grown[library->n_broken] = (struct broken){.path = strdup(path)};
	return grown[library->n_broken].path ? (library->n_broken++, 0) : -ENOMEM;
}

static int read_child(struct library *library, size_t place, const char *name, FILE *problems)
{
	char path[PATH_TEXT];
	struct text text = text_over(path, sizeof path);
	struct entry entry = {.arena = arena_of(library->kind.bytes), .place = place};

	text_addf(&text, "%s/%s", library->places[place], name);
	if (text.is_cut)
		return 0;
	long before = ftell(problems);
	int failed =
		library->kind.read(library->kind.self, path, &entry.arena, problems, &entry.thing);

	if (!failed && !entry.thing && ftell(problems) > before)
		failed = add_broken(library, path);
	if (!failed && entry.thing) {
		entry.id = library->kind.id(entry.thing);
		entry.folder = arena_copy(&entry.arena, path, text.length);
		failed = entry.folder ? add_entry(library, &entry) : -ENOMEM;
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

/* The first place is kitlog's own. */
static int read_place(struct library *library, size_t place, FILE *problems)
{
	const char *path = library->places[place], *word = library->kind.word;
	struct dirent **children;
	int n = scandir(path, &children, is_visible, alphasort), failed = 0;

	if (n < 0 && errno == ENOMEM)
		return -ENOMEM;
	if (n < 0 && !(place == 0 && errno == ENOENT))
		fprintf(problems,
			"%s: %s; take the folder out of %s, or let kitlogd read it there\n", path,
			strerror(errno), word);
	if (n < 0)
		return add_broken(library, path);
	for (int i = 0; i < n; i++) {
		if (!failed && library->n < library->kind.most)
			failed = read_child(library, place, children[i]->d_name, problems);
		free(children[i]);
	}
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
			library->kind.compare(
				library->entries[j].thing, library->entries[i].thing, problems);
}

static int copy_places(struct library *library, const char *const *places, size_t n)
{
	library->places = calloc(n + 1, sizeof *library->places);
	for (; library->places && library->n_places < n; library->n_places++) {
		char *copy = strdup(places[library->n_places]);

		if (!copy)
			return -ENOMEM;
		library->places[library->n_places] = copy;
	}
	return library->places ? 0 : -ENOMEM;
}

int library_open(const struct library_kind *kind, const char *const *places, size_t n_places,
	struct library **ret_library)
{
	struct library *library = calloc(1, sizeof *library);
	FILE *problems =
		library ? open_memstream(&library->problems, &library->problems_size) : NULL;
	int failed = problems ? copy_places(library, places, n_places) : -ENOMEM;

	if (library)
		library->kind = *kind;
	for (size_t i = 0; i < n_places && !failed; i++)
		failed = read_place(library, i, problems);
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

static void free_entries(struct entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		arena_free(&entries[i].arena);
	free(entries);
}

static void free_texts(char **texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(texts[i]);
	free(texts);
}

static void free_broken(struct broken *broken, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(broken[i].path);
	free(broken);
}

void library_close(struct library *library)
{
	if (!library)
		return;
	free_entries(library->entries, library->n);
	free_entries(library->retired, library->n_retired);
	free_texts(library->places, library->n_places);
	free_broken(library->broken, library->n_broken);
	free(library->problems);
	free(library);
}

/* --- reading again --- */

int library_reread(const struct library *library, struct library **ret_news)
{
	return library_open(
		&library->kind, (const char *const *)library->places, library->n_places, ret_news);
}

/* Is this folder at `path`, or in it? */
static bool is_of(const char *folder, const char *path)
{
	size_t n = strlen(path);

	return strncmp(folder, path, n) == 0 &&
		(folder[n] == '\0' || (folder[n] == '/' && !strchr(folder + n + 1, '/')));
}

/* What keeps a new version of this folder from being read; NULL: nothing does. */
static struct broken *find_broken(const struct library *library, const char *folder)
{
	for (size_t i = 0; i < library->n_broken; i++)
		if (is_of(folder, library->broken[i].path))
			return &library->broken[i];
	return NULL;
}

static bool is_same(
	const struct library_kind *kind, const struct entry *entry, const struct entry *news)
{
	return news && strcmp(news->folder, entry->folder) == 0 &&
		kind->digest(news->thing) == kind->digest(entry->thing);
}

/* Is there a mistake now that was not there before? */
static bool is_worse(
	const struct library_kind *kind, const struct entry *entry, const struct entry *news)
{
	return news && kind->has_mistakes && kind->has_mistakes(news->thing) &&
		!kind->has_mistakes(entry->thing);
}

/* Room for the worst, before anything is changed. */
static int make_room(struct library *library, struct library *news)
{
	size_t most = library->n + news->n + 1;
	struct entry *entries = reallocarray(news->entries, most, sizeof *entries);
	struct entry *retired;

	if (!entries)
		return -ENOMEM;
	news->entries = entries;
	retired = reallocarray(library->retired, library->n_retired + most, sizeof *retired);
	if (!retired)
		return -ENOMEM;
	library->retired = retired;
	return 0;
}

/* The old one, where the new one, if there is one, would be. */
static void keep(struct library *news, const struct entry *entry, struct entry *instead, bool waits)
{
	if (instead)
		arena_free(&instead->arena);
	else
		instead = &news->entries[news->n++];
	*instead = *entry;
	instead->waits = waits;
}

static void tell_stays(const char *path, FILE *problems)
{
	fprintf(problems,
		"%s: what was read of it before stays in use; mend it, and read it again\n", path);
}

static void tell_broken(struct broken *broken, FILE *problems)
{
	if (!broken->is_told)
		tell_stays(broken->path, problems);
	broken->is_told = true;
}

static void tell(
	const struct library_reader *reader, enum library_change change, const struct entry *entry)
{
	if (reader->tell)
		reader->tell(reader->self, change, entry->id);
}

/* What was read before goes into `news`, or out of use. */
static void take_entry(struct library *library, struct library *news, const struct entry *entry,
	const struct library_reader *reader, FILE *problems)
{
	struct entry *now = find_entry(news, entry->id);
	struct broken *broken = find_broken(news, entry->folder);
	bool is_overruled = now && now->place > entry->place;

	if (is_same(&library->kind, entry, now)) {
		keep(news, entry, now, false);
	} else if (broken && !is_overruled) {
		tell_broken(broken, problems);
		keep(news, entry, now, false);
	} else if (is_worse(&library->kind, entry, now)) {
		tell_stays(now->folder, problems);
		keep(news, entry, now, false);
	} else if (reader->is_used(reader->self, entry->id)) {
		fprintf(problems,
			"%s: a class uses it as it was; it is read again 15 minutes after that is over, "
			"or when you ask for it then\n",
			entry->folder);
		tell(reader, LIBRARY_WAITS, entry);
		keep(news, entry, now, true);
	} else {
		tell(reader, now ? LIBRARY_CHANGED : LIBRARY_REMOVED, entry);
		library->retired[library->n_retired++] = *entry;
	}
}

static void free_retired(struct library *library)
{
	size_t n = 0;

	for (size_t i = 0; i < library->n_retired; i++)
		if (library->kind.is_held(library->retired[i].thing))
			library->retired[n++] = library->retired[i];
		else
			arena_free(&library->retired[i].arena);
	library->n_retired = n;
}

/* What is behind the pointer changes places; who holds the pointer sees the new. */
static void exchange(struct library *library, struct library *news)
{
	struct library before = *library;

	*library = *news;
	library->retired = before.retired;
	library->n_retired = before.n_retired;
	*news = before;
	news->retired = NULL;
	news->n_retired = news->n = 0; /* each went somewhere */
}

int library_take(struct library *library, struct library *news, const struct library_reader *reader)
{
	char *notes = NULL, *all = NULL;
	size_t size;
	FILE *problems = open_memstream(&notes, &size);

	if (!problems || make_room(library, news) < 0) {
		if (problems)
			fclose(problems);
		free(notes);
		return -ENOMEM;
	}
	for (size_t i = 0; i < news->n; i++)
		if (!find_entry(library, news->entries[i].id))
			tell(reader, LIBRARY_ADDED, &news->entries[i]);
	for (size_t i = 0; i < library->n; i++)
		take_entry(library, news, &library->entries[i], reader, problems);
	if (news->n > 0)
		qsort(news->entries, news->n, sizeof *news->entries, by_id);
	if (fclose(problems) == 0 && asprintf(&all, "%s%s", news->problems, notes) >= 0) {
		free(news->problems);
		news->problems = all;
	}
	free(notes);
	exchange(library, news);
	library_close(news);
	free_retired(library);
	return 0;
}

bool library_is_due(const struct library *library, const struct library_reader *reader)
{
	for (size_t i = 0; library && i < library->n; i++)
		if (library->entries[i].waits &&
			!reader->is_used(reader->self, library->entries[i].id))
			return true;
	return false;
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
