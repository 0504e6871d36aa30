/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep/boot_name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* The part behind the n-th slash; NULL: it has none. */
static const char *part(const char *name, int n)
{
	for (; name && n; n--) {
		name = strchr(name, '/');
		name = name ? name + 1 : NULL;
	}
	return name;
}

static bool is_same_part(const char *a, const char *b)
{
	size_t n = strcspn(a, "/");

	return n && n == strcspn(b, "/") && !strncmp(a, b, n);
}

bool boot_name_is_of(const char *name, const char *asked)
{
	return is_same_part(name, asked);
}

uint32_t boot_name_board(const char *name)
{
	const char *board = part(name, 2);

	return board ? (uint32_t)strtoul(board, NULL, 16) : 0;
}

static int draw(uint32_t *ret_board)
{
	do
		if (getrandom(ret_board, sizeof *ret_board, 0) != sizeof *ret_board)
			return -EIO;
	while (!*ret_board);
	return 0;
}

int boot_name_make(const char *asked, const char *before, char ret_name[BOOT_NAME])
{
	const char *machine = part(asked, 1), *last = part(before, 1);
	bool is_here = machine && last && is_same_part(machine, last);
	uint32_t board = is_here ? boot_name_board(before) : 0;
	int failed = machine && !board ? draw(&board) : 0;
	int n = machine ? snprintf(ret_name, BOOT_NAME, "%s/%08" PRIx32, asked, board)
			: snprintf(ret_name, BOOT_NAME, "%s", asked);

	return failed ? failed : n < 0 || n >= BOOT_NAME ? -ENAMETOOLONG : 0;
}
