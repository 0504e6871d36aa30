/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/kitlog/backup.h"

#include <dirent.h>
#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "http/files.h"
#include "keep/store.h"

static const char list_name[] = "backup.json";

enum { FORMAT = 1, HEX = 2 * SHA256_DIGEST_SIZE + 1 };

static int join(char ret_path[BACKUP_PATH], const char *folder, const char *name)
{
	struct text text = text_over(ret_path, BACKUP_PATH);

	text_addf(&text, "%s%s%s", folder, *name ? "/" : "", name);
	return text.is_cut ? -ENAMETOOLONG : 0;
}

static bool is_number(const char *word)
{
	return *word && strspn(word, "0123456789") == strlen(word) && strlen(word) < 10;
}

int backup_place(const char *folder, const char *store, char ret_path[BACKUP_PATH])
{
	if (*store && (strncmp(store, "imports/", 8) || !is_number(store + 8)))
		return -EBADMSG;
	return join(ret_path, folder, store);
}

static int database_of(const char *folder, const char *store, char ret_path[BACKUP_PATH])
{
	char place[BACKUP_PATH];
	int r = backup_place(folder, store, place);

	return r < 0 ? r : join(ret_path, place, "kitlog.db");
}

/* ---------------------------------------------------------------- making one */

static int hash(const char *path, char ret_hex[HEX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct text text = text_over(ret_hex, HEX);
	struct sha256_ctx context;

	sha256_init(&context);
	int r = file_hash(path, &context);

	sha256_digest(&context, sizeof digest, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		text_addf(&text, "%02x", digest[i]);
	return r;
}

static int list_store(json_t *stores, const char *folder, const char *store)
{
	char path[BACKUP_PATH], hex[HEX];
	struct stat found;
	int r = database_of(folder, store, path);

	if (r == 0 && stat(path, &found) < 0)
		r = -errno;
	if (r == 0)
		r = hash(path, hex);
	if (r < 0)
		return r;
	return json_array_append_new(stores,
		       json_pack("{s:s, s:I, s:s}", "store", store, "bytes",
			       (json_int_t)found.st_size, "sha256", hex)) < 0
		? -ENOMEM
		: 0;
}

static int copy_store(json_t *stores, const char *data, const char *folder, const char *store)
{
	char from[BACKUP_PATH], to[BACKUP_PATH];
	int r = backup_place(data, store, from);

	if (r == 0)
		r = backup_place(folder, store, to);
	if (r == 0 && *store && mkdir(to, 0700) < 0)
		r = -errno;
	if (r == 0)
		r = store_copy(from, to);
	return r < 0 ? r : list_store(stores, folder, store);
}

/* One that is deleted meanwhile is left out. */
static int copy_imports(json_t *stores, const char *data, const char *folder)
{
	char path[BACKUP_PATH], store[64];
	int r = join(path, data, "imports");
	DIR *imports = r == 0 ? opendir(path) : NULL;

	if (r < 0 || !imports)
		return r < 0 ? r : errno == ENOENT ? 0 : -errno;
	r = join(path, folder, "imports");
	if (r == 0 && mkdir(path, 0700) < 0)
		r = -errno;
	for (struct dirent *entry; r == 0 && (entry = readdir(imports));) {
		if (!is_number(entry->d_name))
			continue;
		snprintf(store, sizeof store, "imports/%.9s", entry->d_name);
		r = copy_store(stores, data, folder, store);
		if (r == -ENOENT && join(path, folder, store) == 0)
			r = folder_remove(path);
	}
	closedir(imports);
	return r;
}

static json_t *describe(const char *board, json_t *stores)
{
	char made[32];
	time_t now = time(NULL);

	strftime(made, sizeof made, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	return json_pack("{s:s, s:i, s:s, s:s, s:s, s:o}", "kitlog", "backup", "format", FORMAT,
		"version", KITLOG_VERSION, "board", board, "made", made, "stores", stores);
}

/* The list is written last: a folder without it is no backup. */
static int write_list(const char *folder, const json_t *list)
{
	char path[BACKUP_PATH];
	char *words = json_dumps(list, JSON_INDENT(1));
	int r = words ? join(path, folder, list_name) : -ENOMEM;

	if (r == 0)
		r = file_save(path, words, strlen(words));
	free(words);
	return r < 0 ? r : folder_sync(folder);
}

int backup_make(const char *data, const char *folder, const char *board, json_t **ret_list)
{
	json_t *stores = json_array(), *list = NULL;
	int r = stores ? 0 : -ENOMEM;

	if (r == 0 && mkdir(folder, 0700) < 0) {
		json_decref(stores);
		return -errno;
	}
	if (r == 0)
		r = copy_store(stores, data, folder, "");
	if (r == 0)
		r = copy_imports(stores, data, folder);
	if (r == 0) {
		list = describe(board, json_incref(stores));
		r = list ? write_list(folder, list) : -ENOMEM;
	}
	json_decref(stores);
	if (r < 0) {
		json_decref(list);
		folder_remove(folder);
		return r;
	}
	*ret_list = list;
	return 0;
}

/* ---------------------------------------------------------------- looking at one */

static int check_store(const char *folder, const json_t *entry, char ret_what[BACKUP_PATH])
{
	const char *store = json_string_value(json_object_get(entry, "store"));
	const char *sha256 = json_string_value(json_object_get(entry, "sha256"));
	char hex[HEX];
	int r = store && sha256 ? database_of(folder, store, ret_what) : -EBADMSG;

	if (r == 0)
		r = hash(ret_what, hex);
	return r < 0 ? r : strcmp(hex, sha256) ? -EBADMSG : 0;
}

int backup_check(const char *folder, json_t **ret_list, char ret_what[BACKUP_PATH])
{
	const json_t *entry, *stores;
	const char *kind;
	json_t *list;
	size_t i;
	int r = join(ret_what, folder, list_name);

	if (r < 0)
		return r;
	if (access(ret_what, R_OK) < 0)
		return -errno;
	list = json_load_file(ret_what, 0, NULL);
	kind = json_string_value(json_object_get(list, "kitlog"));
	stores = json_object_get(list, "stores");
	if (!kind || strcmp(kind, "backup") || json_array_size(stores) == 0)
		r = -EBADMSG;
	if (r == 0 && json_integer_value(json_object_get(list, "format")) > FORMAT)
		r = -ENOTSUP;
	if (r == 0)
		json_array_foreach(stores, i, entry)
		{
			r = check_store(folder, entry, ret_what);
			if (r < 0)
				break;
		}
	if (r < 0)
		json_decref(list);
	else
		*ret_list = list;
	return r;
}

/* ---------------------------------------------------------------- bringing one back */

static int give(const char *path, const struct stat *owner)
{
	return geteuid() == 0 && chown(path, owner->st_uid, owner->st_gid) < 0 ? -errno : 0;
}

/* Into a folder of its own first: nothing of the board is touched before all of it is on the card. */
static int bring(
	const char *folder, const json_t *list, const char *fresh, const struct stat *owner)
{
	const json_t *entry;
	char from[BACKUP_PATH], to[BACKUP_PATH];
	size_t i;
	int r = mkdir(fresh, 0700) < 0 ? -errno : give(fresh, owner);

	if (r == 0)
		r = join(to, fresh, "imports");
	if (r == 0)
		r = mkdir(to, 0700) < 0 ? -errno : give(to, owner);
	json_array_foreach(json_object_get(list, "stores"), i, entry)
	{
		const char *store = json_string_value(json_object_get(entry, "store"));

		if (r == 0)
			r = backup_place(folder, store, from);
		if (r == 0)
			r = backup_place(fresh, store, to);
		if (r == 0 && *store)
			r = mkdir(to, 0700) < 0 ? -errno : give(to, owner);
		if (r == 0)
			r = store_copy(from, to);
		if (r == 0)
			r = database_of(fresh, store, to);
		if (r == 0)
			r = give(to, owner);
	}
	return r < 0 ? r : folder_sync(fresh);
}

static const char *const parts[] = {"kitlog.db", "kitlog.db-wal", "kitlog.db-shm", "imports"};

/* Those of the parts that are there, back where they were if one cannot be moved. 1: there were some. */
static int move_parts(const char *from, const char *to)
{
	char source[BACKUP_PATH], target[BACKUP_PATH];
	size_t n = sizeof parts / sizeof *parts, i;
	int r = 0, moved = 0;

	for (i = 0; i < n && r == 0; i++) {
		r = join(source, from, parts[i]);
		if (r == 0)
			r = join(target, to, parts[i]);
		if (r == 0 && rename(source, target) == 0)
			moved = 1;
		else if (r == 0 && errno != ENOENT)
			r = -errno;
	}
	while (r < 0 && i-- > 0)
		if (join(source, from, parts[i]) == 0 && join(target, to, parts[i]) == 0)
			(void)!rename(target, source);
	return r < 0 ? r : moved;
}

static int set_aside(const char *data, const struct stat *owner, char ret_aside[BACKUP_PATH])
{
	char name[64];
	time_t now = time(NULL);
	int r;

	strftime(name, sizeof name, "before-restore-%Y%m%d-%H%M%S", localtime(&now));
	r = join(ret_aside, data, name);
	if (r == 0 && mkdir(ret_aside, 0700) < 0)
		r = -errno;
	if (r == 0)
		r = give(ret_aside, owner);
	if (r == 0)
		r = move_parts(data, ret_aside);
	if (r <= 0) {
		rmdir(ret_aside);
		*ret_aside = 0;
	}
	return r < 0 ? r : 0;
}

int backup_restore(
	const char *folder, const json_t *list, const char *data, char ret_aside[BACKUP_PATH])
{
	char fresh[BACKUP_PATH];
	struct stat owner;
	int r = join(fresh, data, "restore.part");

	*ret_aside = 0;
	if (r == 0 && stat(data, &owner) < 0)
		r = -errno;
	if (r == 0)
		r = folder_remove(fresh); /* of a time before that was cut off */
	if (r < 0)
		return r;
	r = bring(folder, list, fresh, &owner);
	if (r == 0)
		r = set_aside(data, &owner, ret_aside);
	if (r == 0)
		r = move_parts(fresh, data);
	if (r < 0 && *ret_aside && move_parts(ret_aside, data) >= 0) {
		rmdir(ret_aside);
		*ret_aside = 0;
	}
	folder_remove(fresh);
	if (r < 0)
		return r;
	return folder_sync(data);
}
