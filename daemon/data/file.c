/* SPDX-License-Identifier: GPL-3.0-or-later */
/* open, read until the end or enough, close. */
#include "data/file.h"

#include <errno.h>
#include <fcntl.h>
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
