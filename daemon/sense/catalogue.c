/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading folders of kits, and finding in what was read. Each kit has an arena of its own, so that
 * one with a mistake leaves nothing behind. Which kits claim one device is in catalogue_claims.c,
 * which families there are in catalogue_forms.c. */
#include "sense/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "sense/catalogue_claims.h"

/* A file of TREE_BYTES never takes so much. */
enum { KIT_BYTES = 512 * 1024, KITS_MOST = 1000, PATH_TEXT = 1024 };

struct entry {
	struct arena arena;
	const struct model *model;
};

struct catalogue {
	struct entry *entries; /* sorted by id when complete */
	size_t n;
	char *problems; /* malloc'ed by open_memstream */
	size_t problems_size;
};

/* --- one kit --- */

static struct entry *find_entry(const struct catalogue *catalogue, const char *id)
{
	for (size_t i = 0; i < catalogue->n; i++)
		if (strcmp(catalogue->entries[i].model->id, id) == 0)
			return &catalogue->entries[i];
	return NULL;
}

/* In place of an earlier one of that name. */
static int add_entry(struct catalogue *catalogue, const struct entry *entry)
{
	struct entry *earlier = find_entry(catalogue, entry->model->id);

	if (earlier) {
		arena_free(&earlier->arena);
		*earlier = *entry;
		return 0;
	}
	struct entry *grown =
		reallocarray(catalogue->entries, catalogue->n + 1, sizeof *catalogue->entries);

	if (!grown)
		return -ENOMEM;
	catalogue->entries = grown;
	catalogue->entries[catalogue->n++] = *entry;
	return 0;
}

static int tell_mistakes(const struct report *report, FILE *problems)
{
	char *sentences = report_text(report);
	bool is_told = sentences && fputs(sentences, problems) >= 0;

	free(sentences);
	return is_told ? 0 : -ENOMEM;
}

static int read_kit(struct catalogue *catalogue, const char *folder, FILE *problems)
{
	struct report report = {.file = folder};
	struct entry entry = {.arena = arena_of(KIT_BYTES)};
	struct model *model;
	int failed = model_read_folder(folder, catalogue_forms(), &entry.arena, &report, &model);

	if (!failed) {
		entry.model = model;
		failed = add_entry(catalogue, &entry);
		if (!failed)
			return 0;
	} else if (failed != -ENOMEM) {
		failed = tell_mistakes(&report, problems);
	}
	arena_free(&entry.arena);
	return failed;
}

/* --- one folder of kits --- */

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool is_folder(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static int read_child(
	struct catalogue *catalogue, const char *folder, const char *name, FILE *problems)
{
	char path[PATH_TEXT];
	struct text text = text_over(path, sizeof path);

	text_addf(&text, "%s/%s", folder, name);
	if (text.is_cut || !is_folder(path))
		return 0; /* a README is no kit */
	return read_kit(catalogue, path, problems);
}

static int read_folder(struct catalogue *catalogue, const char *folder, bool is_own, FILE *problems)
{
	struct dirent **children;
	int n = scandir(folder, &children, is_visible, alphasort), failed = 0;

	if (n < 0 && errno == ENOMEM)
		return -ENOMEM;
	if (n < 0 && !(is_own && errno == ENOENT))
		fprintf(problems,
			"%s: %s; take the folder out of kits, or let kitlogd read it there\n",
			folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (!failed && catalogue->n < KITS_MOST)
			failed = read_child(catalogue, folder, children[i]->d_name, problems);
		free(children[i]);
	}
	if (n >= 0)
		free(children);
	return failed;
}

/* --- all of them --- */

static int by_id(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return strcmp(left->model->id, right->model->id);
}

static void tell_claims(const struct catalogue *catalogue, FILE *problems)
{
	for (size_t i = 0; i < catalogue->n; i++)
		for (size_t j = 0; j < i; j++)
			catalogue_tell_claim(
				catalogue->entries[j].model, catalogue->entries[i].model, problems);
}

int catalogue_open(const char *const *folders, size_t n_folders, struct catalogue **ret_catalogue)
{
	struct catalogue *catalogue = calloc(1, sizeof *catalogue);
	FILE *problems =
		catalogue ? open_memstream(&catalogue->problems, &catalogue->problems_size) : NULL;
	int failed = problems ? 0 : -ENOMEM;

	for (size_t i = 0; i < n_folders && !failed; i++)
		failed = read_folder(catalogue, folders[i], i == 0, problems);
	if (!failed && catalogue->n > 0) {
		qsort(catalogue->entries, catalogue->n, sizeof *catalogue->entries, by_id);
		tell_claims(catalogue, problems);
	}
	if (problems && fclose(problems) != 0)
		failed = -ENOMEM;
	if (failed)
		catalogue_close(catalogue);
	else
		*ret_catalogue = catalogue;
	return failed;
}

void catalogue_close(struct catalogue *catalogue)
{
	if (!catalogue)
		return;
	for (size_t i = 0; i < catalogue->n; i++)
		arena_free(&catalogue->entries[i].arena);
	free(catalogue->entries);
	free(catalogue->problems);
	free(catalogue);
}

/* --- finding --- */

size_t catalogue_count(const struct catalogue *catalogue)
{
	return catalogue ? catalogue->n : 0;
}

const struct model *catalogue_at(const struct catalogue *catalogue, size_t index)
{
	return catalogue->entries[index].model;
}

const struct model *catalogue_find(const struct catalogue *catalogue, const char *id)
{
	const struct entry *entry = catalogue ? find_entry(catalogue, id) : NULL;

	return entry ? entry->model : NULL;
}

const char *catalogue_problems(const struct catalogue *catalogue)
{
	return catalogue ? catalogue->problems : "";
}

size_t catalogue_match_usb(const struct catalogue *catalogue, const struct model_usb *usb,
	const struct model **ret_models, size_t most)
{
	unsigned ranks[KITS_MOST];
	size_t n = 0;

	for (size_t i = 0; i < catalogue_count(catalogue); i++) {
		const struct model *model = catalogue->entries[i].model;
		const struct model_match *match = model_match_usb(model, usb);
		unsigned rank = match ? model_match_rank(match) : 0;
		size_t at = n;

		if (!match)
			continue;
		/* Before what is less exact; what does not find room at the end falls off. */
		while (at > 0 && ranks[at - 1] < rank)
			at--;
		if (at == most)
			continue;
		n += n < most;
		for (size_t j = n - 1; j > at; j--) {
			ret_models[j] = ret_models[j - 1];
			ranks[j] = ranks[j - 1];
		}
		ret_models[at] = model;
		ranks[at] = rank;
	}
	return n;
}
