/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the session.json of an uploaded package: the session goes on, or it does not, or it is refused in
 * both languages. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/moving.h"
#include "http/files.h"
#include "keep/store.h"
#include "support/scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 40;

static char home[64];
static struct reader *reader; /* of a board that has had no class */

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "moving_fuzz: %s\n", what);
	abort();
}

static void remove_home(void)
{
	reader_close(reader);
	folder_remove(home);
}

static void make_home(void)
{
	struct store_finding finding;
	struct store *store;

	scratch_folder("moving", home, sizeof home);
	must(store_open(&(struct store_options){home, 0}, &finding, &store) == 0, "no store");
	store_close(store);
	must(reader_open(home, &reader) == 0, "no reader");
	atexit(remove_home);
}

static void save(const uint8_t *bytes, size_t n)
{
	char path[100];

	if (!*home)
		make_home();
	snprintf(path, sizeof path, "%s/session.json", home);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0, "no file");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct run run = {.id = 4194368, .group = 3};
	struct about_fault fault = {"", ""};
	struct moving *moving;

	save(bytes, n);
	int r = moving_read(home, reader, &moving, &fault);

	must(r == 0 || (r == -EBADMSG && !moving && *fault.zh && *fault.en), "no sentence");
	if (moving)
		moving_add(moving, &run);
	moving_free(moving);
	return 0;
}
