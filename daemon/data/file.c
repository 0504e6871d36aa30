/* SPDX-License-Identifier: GPL-3.0-or-later */
/* open, read until the end or enough, close. */
#include "data/file.h"

#include <errno.h>
#include <fcntl.h>
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
