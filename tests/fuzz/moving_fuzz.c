/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the session.json of an uploaded package: the session goes on, or it does not, or it is refused in
 * both languages. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/moving.h"
#include "keep/store.h"
#include "support/fuzz_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 40;

static struct reader *reader; /* of a board that has had no class */

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "moving_fuzz: %s\n", what);
	abort();
}

static void close_board(void)
{
	reader_close(reader);
}

static void open_board(void)
{
	struct store_options options = {fuzz_folder(), 0};
	struct store_finding finding;
	struct store *store;

	must(store_open(&options, &finding, &store) == 0, "no store");
	store_close(store);
	must(reader_open(options.directory, &reader) == 0, "no reader");
	atexit(close_board);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct run run = {.id = 4194368, .group = 3};
	struct about_fault fault = {"", ""};
	struct moving *moving;

	if (!reader)
		open_board();
	fuzz_folder_save("session.json", bytes, n);
	int r = moving_read(fuzz_folder(), reader, &moving, &fault);

	must(r == 0 || (r == -EBADMSG && !moving && *fault.zh && *fault.en), "no sentence");
	if (moving)
		moving_add(moving, &run);
	moving_free(moving);
	return 0;
}
