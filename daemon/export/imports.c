/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/imports.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "http/files.h"
#include "export/import.h"
#include "history/import_place.h"

#define LOG_TAG "imports"
#include "base/log.h"

enum { PATH_BYTES = 512 };

static int take_run(void *self, const struct run *run)
{
	struct run *to = self;

	*to = *run;
	return 1;
}

/* Its devices are named by the hash (export/import.h); a run without any is its run.json alone. */
static int take_hash(void *self, const struct device *device)
{
	struct imported *to = self;

	return sscanf(device->identity, "import:%64[0-9a-f]", to->hash) == 1;
}

static int look_at_hash(struct reader *reader, const char *folder, struct imported *to)
{
	struct text text = text_over(to->hash, sizeof to->hash);
	uint8_t digest[SHA256_DIGEST_SIZE];
	char path[PATH_BYTES + 16];
	struct sha256_ctx hash;
	int r = reader_devices(reader, take_hash, to);

	if (r != 0)
		return r < 0 ? r : 0;
	snprintf(path, sizeof path, "%s/run.json", folder);
	sha256_init(&hash);
	r = file_hash(path, &hash);
	sha256_digest(&hash, sizeof digest, digest);
	text_add_hex(&text, digest, sizeof digest);
	return r;
}

static int look(struct reader *reader, struct imported *to)
{
	struct wall_map *map = NULL;
	struct anchor anchor;
	int r = reader_runs(reader, take_run, &to->run);

	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	if (to->run.id != import_run_id(to->import))
		return -EBADMSG;
	r = reader_wall_map(reader, &map);
	if (r < 0)
		return r;
	to->has_wall = wall_map_at(map, to->run.from, &to->wall, &anchor);
	if (to->has_wall)
		to->wall_uncertainty_ns = anchor.uncertainty_ns;
	wall_map_free(map);
	return 0;
}

int imports_look(const char *directory, uint32_t import, struct imported *ret_imported)
{
	char path[PATH_BYTES];
	struct imported imported = {.import = import};
	struct reader *reader;
	int r = import_path(directory, import, path, sizeof path);

	if (r == 0)
		r = reader_open(path, &reader);
	if (r < 0)
		return r;
	r = look(reader, &imported);
	if (r == 0)
		r = look_at_hash(reader, path, &imported);
	reader_close(reader);
	imported.bytes = folder_bytes(path);
	if (r == 0)
		*ret_imported = imported;
	return r;
}

int imports_reserve(struct imports *imports, size_t n)
{
	size_t room = imports->room ? imports->room : 16;
	struct imported *grown;

	while (room < imports->n + n)
		room *= 2;
	if (room == imports->room)
		return 0;
	grown = realloc(imports->all, room * sizeof *grown);
	if (!grown)
		return -ENOMEM;
	imports->all = grown;
	imports->room = room;
	return 0;
}

int imports_add(struct imports *imports, const struct imported *imported)
{
	int r = imports_reserve(imports, 1);

	if (r < 0)
		return r;
	imports->all[imports->n++] = *imported;
	if (imported->import > imports->last)
		imports->last = imported->import;
	return 0;
}

void imports_forget(struct imports *imports, uint32_t import)
{
	size_t kept = 0;

	for (size_t i = 0; i < imports->n; i++)
		if (imports->all[i].import != import)
			imports->all[kept++] = imports->all[i];
	imports->n = kept;
}

int imports_delete(const char *directory, uint32_t import, bool is_newest)
{
	char path[PATH_BYTES], gone[PATH_BYTES + 8];
	int r = import_path(directory, import, path, sizeof path);

	if (r < 0)
		return r;
	snprintf(gone, sizeof gone, "%s.gone", path);
	if (rename(path, gone) < 0)
		return -errno;
	/* What is left of it now goes at the next start, if not here. */
	if (folder_remove(gone) == 0 && is_newest)
		mkdir(gone, 0700);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct imported *left = a, *right = b;

	return (left->import > right->import) - (left->import < right->import);
}

/* "12", "12.part", "12.in", "12.gone" */
static void load_one(struct imports *imports, const char *folder, const char *name)
{
	char path[PATH_BYTES + 260], *end;
	struct imported imported;
	unsigned long number = strtoul(name, &end, 10);
	int r;

	if (end == name || number < 1 || number > IMPORT_MOST)
		return;
	if (number > imports->last && (!*end || strcmp(end, ".gone") == 0))
		imports->last = (uint32_t)number;
	if (*end) {
		snprintf(path, sizeof path, "%s/%s", folder, name);
		folder_remove(path);
		return;
	}
	r = imports_look(imports->directory, (uint32_t)number, &imported);
	if (r == 0)
		r = imports_add(imports, &imported);
	if (r < 0)
		log_warn("import %s cannot be read: %s; look at %s/%s", name, strerror(-r), folder,
			name);
}

static void remember_last(const char *folder, uint32_t last)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof path, "%s/%u.gone", folder, last);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		log_warn("%s: %s; look at the card", path, strerror(errno));
}

void imports_load(struct imports *imports)
{
	char folder[PATH_BYTES - 64];
	const struct dirent *found;
	DIR *dir;

	snprintf(folder, sizeof folder, "%s/uploads", imports->directory);
	folder_remove(folder);
	snprintf(folder, sizeof folder, "%s/imports", imports->directory);
	dir = opendir(folder);
	while (dir && (found = readdir(dir)))
		load_one(imports, folder, found->d_name);
	if (dir)
		closedir(dir);
	if (imports->n > 0)
		qsort(imports->all, imports->n, sizeof *imports->all, by_number);
	if (imports->last > (imports->n > 0 ? imports->all[imports->n - 1].import : 0))
		remember_last(folder, imports->last);
}

void imports_clear(struct imports *imports)
{
	free(imports->all);
	imports->all = NULL;
	imports->n = imports->room = 0;
}

const struct imported *imports_find(const struct imports *imports, int64_t id)
{
	const struct imported wanted = {.import = import_of(id)};

	if (wanted.import == 0 || imports->n == 0)
		return NULL;
	return bsearch(&wanted, imports->all, imports->n, sizeof *imports->all, by_number);
}

const struct imported *imports_same(const struct imports *imports, const struct imported *imported)
{
	for (size_t i = 0; i < imports->n; i++)
		if (strcmp(imports->all[i].hash, imported->hash) == 0)
			return &imports->all[i];
	return NULL;
}

uint32_t imports_next(const struct imports *imports)
{
	return imports->last + 1;
}
