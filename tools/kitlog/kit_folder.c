/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a kit. */
#include "tools/kitlog/kit_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sense/catalogue.h"

enum { ARENA_BYTES = 1 << 20 };

static const size_t file_most = (size_t)256 << 20;

extern const struct kit_family *const __start_kit_families[] __attribute__((weak));
extern const struct kit_family *const __stop_kit_families[] __attribute__((weak));

/* --- files --- */

const char *kit_path(char ret_path[PATH_MAX], const char *folder, const char *name)
{
	struct text text = text_over(ret_path, PATH_MAX);

	text_addf(&text, "%s/%s", folder, name);
	return ret_path;
}

int kit_read_file(const char *path, char **ret_text, size_t *ret_n)
{
	FILE *file = fopen(path, "re");
	struct stat about;
	char *text = NULL;
	size_t n;
	int error = 0;

	if (!file)
		return -errno;
	if (fstat(fileno(file), &about) < 0)
		error = -errno;
	else if (!S_ISREG(about.st_mode))
		error = -EISDIR;
	else if ((size_t)about.st_size > file_most)
		error = -EFBIG;
	else if (!(text = malloc((size_t)about.st_size + 1)))
		error = -ENOMEM;
	if (error < 0) {
		fclose(file);
		return error;
	}
	n = fread(text, 1, (size_t)about.st_size, file);
	fclose(file);
	text[n] = '\0';
	*ret_text = text;
	*ret_n = n;
	return 0;
}

int kit_write_file(const char *path, const char *text, size_t n)
{
	FILE *file = fopen(path, "we");
	bool is_written;

	if (!file)
		return -errno;
	is_written = fwrite(text, 1, n, file) == n;
	if (fclose(file) || !is_written)
		return -(errno ? errno : EIO);
	return 0;
}

/* --- recordings --- */

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

static int is_recording(const struct dirent *entry)
{
	return ends_with(entry->d_name, ".txt") || ends_with(entry->d_name, ".txt.zst");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void list_recordings(struct kit_folder *folder)
{
	char path[PATH_MAX];
	struct dirent **entries;
	int n = scandir(
		kit_path(path, folder->path, "recordings"), &entries, is_recording, by_name);

	if (n < 0)
		return;
	folder->recordings = calloc((size_t)n + 1, sizeof *folder->recordings);
	for (int i = 0; i < n; i++) {
		if (folder->recordings)
			folder->recordings[folder->n_recordings++] = strdup(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

bool kit_folder_of_recording(const char *path, char ret_folder[PATH_MAX])
{
	static const char part[] = "recordings/";
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash + 1 - path) : 0, m = sizeof part - 1;
	char yaml[PATH_MAX];

	if (n < m || strncmp(path + n - m, part, m) != 0 || n - m >= PATH_MAX - 16)
		return false;
	snprintf(ret_folder, PATH_MAX, "%.*s", (int)(n - m), path);
	if (n == m)
		strcpy(ret_folder, ".");
	else if (n - m > 1)
		ret_folder[n - m - 1] = '\0';
	return access(kit_path(yaml, ret_folder, "kit.yaml"), F_OK) == 0;
}

/* --- the folder --- */

char *kit_folder_name(const char *path)
{
	static char real[PATH_MAX];
	char *slash;

	if (!realpath(path, real))
		text_copy(real, sizeof real, path);
	slash = strrchr(real, '/');
	return slash ? slash + 1 : real;
}

int kit_folder_open(const char *path, struct kit_folder **ret_folder)
{
	struct kit_folder *folder = calloc(1, sizeof *folder);
	struct stat about;
	int error = 0;

	if (!folder)
		return -ENOMEM;
	text_copy(folder->path, sizeof folder->path, path);
	for (size_t n = strlen(folder->path); n > 1 && folder->path[n - 1] == '/'; n--)
		folder->path[n - 1] = '\0';
	if (stat(folder->path, &about) < 0)
		error = -errno;
	else if (!S_ISDIR(about.st_mode))
		error = -ENOTDIR;
	if (error < 0) {
		free(folder);
		return error;
	}
	text_copy(folder->name, sizeof folder->name, kit_folder_name(folder->path));
	kit_path(folder->yaml, folder->path, "kit.yaml");
	folder->arena = arena_of(ARENA_BYTES);
	folder->report.file = folder->yaml;
	error = model_read_folder(
		folder->path, catalogue_forms(), &folder->arena, &folder->report, &folder->model);
	if (error == -ENOMEM) {
		kit_folder_close(folder);
		return error;
	}
	list_recordings(folder);
	*ret_folder = folder;
	return 0;
}

void kit_folder_close(struct kit_folder *folder)
{
	if (!folder)
		return;
	for (size_t i = 0; i < folder->n_recordings; i++)
		free(folder->recordings[i]);
	free(folder->recordings);
	arena_free(&folder->arena);
	free(folder);
}

struct replay_options kit_replay_options(const struct model *model)
{
	return (struct replay_options){
		.model = model,
		.families = __start_kit_families,
		.n_families = (size_t)(__stop_kit_families - __start_kit_families),
	};
}
