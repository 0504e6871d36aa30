/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/files.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "keep/store.h"

int file_load(const char *path, char **ret_bytes, size_t *ret_n)
{
	FILE *file = fopen(path, "re");
	struct stat found;
	int r = 0;

	if (!file)
		return -errno;
	if (fstat(fileno(file), &found) < 0)
		r = -errno;
	else if (found.st_size > FILE_MOST)
		r = -EFBIG;
	char *bytes = r == 0 ? malloc((size_t)found.st_size + 1) : NULL;
	if (r == 0 && !bytes)
		r = -ENOMEM;
	if (r == 0) {
		*ret_n = fread(bytes, 1, (size_t)found.st_size, file);
		if (ferror(file))
			r = -EIO;
	}
	fclose(file);
	if (r < 0)
		free(bytes);
	else
		*ret_bytes = bytes;
	return r;
}

int file_hash(const char *path, struct sha256_ctx *hash)
{
	uint8_t block[16384];
	FILE *file = fopen(path, "re");
	size_t n;
	int r;

	if (!file)
		return -errno;
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		sha256_update(hash, n, block);
	r = ferror(file) ? -EIO : 0;
	fclose(file);
	return r;
}

int file_save(const char *path, const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), r = 0;

	if (fd < 0)
		return -errno;
	while (n > 0 && r == 0) {
		ssize_t written = write(fd, bytes, n);

		if (written < 0) {
			r = -errno;
			break;
		}
		bytes += written;
		n -= (size_t)written;
	}
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

int folder_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 || fsync(fd) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return r;
}

int card_has_room(const char *path, uint64_t n)
{
	struct statvfs card;

	if (statvfs(path, &card) < 0)
		return 0;
	return (uint64_t)card.f_bavail * card.f_frsize >= n + STORE_SPARE_BYTES ? 0 : -ENOSPC;
}

uint64_t folder_bytes(const char *path)
{
	char root[PATH_MAX], *const roots[] = {root, NULL};
	uint64_t bytes = 0;
	FTS *tree;

	if ((size_t)snprintf(root, sizeof root, "%s", path) >= sizeof root)
		return 0;
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	for (FTSENT *at; tree && (at = fts_read(tree));)
		if (at->fts_info == FTS_F)
			bytes += (uint64_t)at->fts_statp->st_blocks *
				512; /* stat(2): units of 512 */
	if (tree)
		fts_close(tree);
	return bytes;
}

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *where)
{
	(void)found;
	(void)kind;
	(void)where;
	return remove(path) < 0 && errno != ENOENT ? -errno : 0;
}

int folder_remove(const char *path)
{
	int r = nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);

	if (r == -1)
		return errno == ENOENT ? 0 : -errno;
	return r;
}
