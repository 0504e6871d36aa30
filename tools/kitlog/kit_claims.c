/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each of the others against this one, as the catalogue does it at the daemon's start. */
#include "tools/kitlog/kit_claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "sense/catalogue_claims.h"

const char *kit_neighbours(char ret_path[PATH_MAX], const char *folder)
{
	const char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return kit_path(ret_path, folder, "..");
	text_copy(ret_path, PATH_MAX, folder);
	ret_path[slash ? (size_t)(slash - folder) : 0] = '\0';
	if (!ret_path[0])
		strcpy(ret_path, slash ? "/" : ".");
	return ret_path;
}

static bool is_same_folder(const char *a, const char *b)
{
	struct stat left, right;

	return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
		left.st_ino == right.st_ino;
}

char *kit_claims(const struct catalogue *catalogue, const struct kit_folder *folder)
{
	const struct model *own = catalogue_find(catalogue, folder->model->id);
	bool is_replaced = own && !is_same_folder(own->folder, folder->path);
	char *sentences = NULL;
	size_t size;
	FILE *out = open_memstream(&sentences, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < catalogue_count(catalogue) && !is_replaced; i++) {
		const struct model *other = catalogue_at(catalogue, i);

		if (other != own)
			catalogue_tell_claim(other, folder->model, out);
	}
	if (fclose(out) == 0)
		return sentences;
	free(sentences);
	return NULL;
}
