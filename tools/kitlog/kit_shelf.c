/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue as the daemon would open it, and single folders beside it. */
#include "tools/kitlog/kit_shelf.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sense/recording.h"
#include "tools/kitlog/kit_folder.h"
#include "tools/kitlog/say.h"

enum { FOLDERS = 32 };

struct kit_shelf {
	struct catalogue *catalogue;
	struct kit_folder *folder; /* of one kit, where that is enough */
	char **names;              /* of kits' folders */
	size_t n_names;
};

const struct catalogue *kit_shelf_catalogue(const struct kit_shelf *shelf)
{
	return shelf->catalogue;
}

void kit_shelf_close(struct kit_shelf *shelf)
{
	if (!shelf)
		return;
	catalogue_close(shelf->catalogue);
	kit_folder_close(shelf->folder);
	for (size_t i = 0; i < shelf->n_names; i++)
		free(shelf->names[i]);
	free(shelf->names);
	free(shelf);
}

int kit_shelf_open(const struct call *call, const char *folder, struct kit_shelf **ret_shelf)
{
	struct kit_shelf *shelf = calloc(1, sizeof *shelf);
	const char *folders[FOLDERS];
	size_t n;
	const char *const *known = board_kits(call->board, &n);
	int error;

	if (n > FOLDERS - 1)
		n = FOLDERS - 1;
	memcpy(folders, known, n * sizeof *folders);
	if (folder)
		folders[n++] = folder;
	error = shelf ? catalogue_open(folders, n, &shelf->catalogue) : -ENOMEM;
	if (error < 0) {
		fprintf(stderr, "kitlog kit: %s\n", strerror(-error));
		kit_shelf_close(shelf);
		return error;
	}
	*ret_shelf = shelf;
	return 0;
}

/* --- folders --- */

static int add_folder(struct kit_shelf *shelf, const char *folder, const char *name)
{
	char path[PATH_MAX], yaml[PATH_MAX];
	char **grown;

	kit_path(path, folder, name);
	if (access(kit_path(yaml, path, "kit.yaml"), F_OK))
		return 0;
	grown = realloc(shelf->names, (shelf->n_names + 1) * sizeof *grown);
	if (!grown)
		return -ENOMEM;
	shelf->names = grown;
	shelf->names[shelf->n_names] = strdup(path);
	return shelf->names[shelf->n_names++] ? 0 : -ENOMEM;
}

static int add_folders(struct kit_shelf *shelf, const char *folder)
{
	struct dirent **entries;
	int error = 0, n = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (error == 0 && entries[i]->d_name[0] != '.')
			error = add_folder(shelf, folder, entries[i]->d_name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return error;
}

int kit_shelf_folders(
	const struct call *call, struct kit_shelf **ret_shelf, char ***ret_folders, size_t *ret_n)
{
	struct kit_shelf *shelf = calloc(1, sizeof *shelf);
	size_t n;
	const char *const *folders = board_kits(call->board, &n);
	int error = shelf ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && error == 0; i++)
		error = add_folders(shelf, folders[i]);
	if (error < 0) {
		fprintf(stderr, "kitlog kit: %s\n", strerror(-error));
		kit_shelf_close(shelf);
		return error;
	}
	*ret_shelf = shelf;
	*ret_folders = shelf->names;
	*ret_n = shelf->n_names;
	return 0;
}

/* --- the kit of a recording --- */

static int use_folder(const char *path, struct kit_shelf *shelf, const struct model **ret_model)
{
	int error = kit_folder_open(path, &shelf->folder);
	char *sentences;

	if (error < 0) {
		fprintf(stderr, "kitlog kit: %s: %s\n", path, strerror(-error));
		return error;
	}
	if (shelf->folder->model) {
		*ret_model = shelf->folder->model;
		return 0;
	}
	sentences = report_text(&shelf->folder->report);
	say_mistakes_to(stderr, sentences);
	free(sentences);
	return -EINVAL;
}

static int read_kit_of(const char *path, char ret_kit[64])
{
	struct report report = {.file = path};
	struct recording *recording;
	int error = recording_open(path, &report, &recording);
	char *sentences;

	if (error == 0) {
		text_copy(ret_kit, 64, recording_header(recording, "kit"));
		recording_close(recording);
		return 0;
	}
	sentences = report_text(&report);
	say_mistakes_to(stderr, sentences);
	free(sentences);
	return error;
}

int kit_shelf_of_recording(const struct call *call, const char *path, struct kit_shelf **ret_shelf,
	const struct model **ret_model)
{
	char folder[PATH_MAX], kit[64];
	int error;

	*ret_shelf = NULL;
	if (kit_folder_of_recording(path, folder)) {
		*ret_shelf = calloc(1, sizeof **ret_shelf);
		return *ret_shelf ? use_folder(folder, *ret_shelf, ret_model) : -ENOMEM;
	}
	error = read_kit_of(path, kit);
	if (error == 0)
		error = kit_shelf_open(call, NULL, ret_shelf);
	if (error == 0 && !(*ret_model = catalogue_find((*ret_shelf)->catalogue, kit)))
		say_mistakes_to(stderr, catalogue_problems((*ret_shelf)->catalogue));
	return error;
}
