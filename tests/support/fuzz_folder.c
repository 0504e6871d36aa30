/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files for a parser, see support/fuzz_folder.h. */
#include "support/fuzz_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "http/files.h"
#include "support/scratch.h"

static char home[64];

static void remove_home(void)
{
	folder_remove(home);
}

const char *fuzz_folder(void)
{
	if (!*home) {
		scratch_folder("fuzz", home, sizeof home);
		atexit(remove_home);
	}
	return home;
}

void fuzz_folder_save(const char *name, const void *bytes, size_t n)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || close(fd) < 0) {
		perror(path);
		abort();
	}
}
