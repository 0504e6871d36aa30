/* SPDX-License-Identifier: GPL-3.0-or-later */
/* open, read until the end or enough, close; or beside the file, then in its place. */
#include "data/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_whole(int fd, char *bytes, size_t size, size_t *ret_n)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, bytes + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret_n = n;
	return 0;
}

int file_read(const char *path, char *ret_bytes, size_t size, size_t *ret_n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int failed = read_whole(fd, ret_bytes, size, ret_n);
	close(fd);
	return failed;
}

int file_read_plain(const char *path, char *ret_bytes, size_t size, size_t *ret_n)
{
	struct stat found;

	if (stat(path, &found) < 0)
		return -errno;
	if (!S_ISREG(found.st_mode))
		return -EISDIR;
	return file_read(path, ret_bytes, size, ret_n);
}

static int write_whole(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, bytes, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		n -= (size_t)put;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* The new name is on the card, too. */
static int sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
		slash ? path : ".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int failed = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return failed;
}

int file_write_secret(const char *path, const void *bytes, size_t n)
{
	return file_write_secret_of(path, NULL, bytes, n);
}

int file_write_secret_of(const char *path, const char *of, const void *bytes, size_t n)
{
	struct stat owner;
	char fresh[PATH_MAX];

	if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
		return -ENAMETOOLONG;
	unlink(fresh); /* whoever could read that one */
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	int failed = write_whole(fd, bytes, n);
	if (!failed && of && (stat(of, &owner) < 0 || fchown(fd, owner.st_uid, owner.st_gid) < 0))
		failed = -errno;
	close(fd);
	if (!failed && rename(fresh, path))
		failed = -errno;
	if (failed)
		unlink(fresh);
	return failed ? failed : sync_folder_of(path);
}

char *file_folder_name(const char *folder, struct arena *arena)
{
	char *real = realpath(folder, NULL);
	const char *path = real ? real : folder;
	size_t n = strlen(path), from;
	char *name;

	while (n > 0 && path[n - 1] == '/')
		n--;
	for (from = n; from > 0 && path[from - 1] != '/';)
		from--;
	name = arena_copy(arena, path + from, n - from);
	free(real);
	return name;
}
