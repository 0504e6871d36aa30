/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep/boot_ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "data/file.h"
#include "data/machine.h"

/* The first line of a small file; "" and -EIO when there is none. */
static int read_line(const char *path, char *ret_text, size_t size)
{
	size_t n = 0;

	if (file_read(path, ret_text, size - 1, &n) < 0)
		n = 0;
	ret_text[n] = '\0';
	ret_text[strcspn(ret_text, "\n")] = '\0';
	return *ret_text ? 0 : -EIO;
}

int boot_ask(char ret_asked[BOOT_ASKED])
{
	char kernel[48], machine[MACHINE_WORD];
	int failed = read_line("/proc/sys/kernel/random/boot_id", kernel, sizeof kernel);

	machine_ask("", machine);
	snprintf(ret_asked, BOOT_ASKED, "%s/%.8s", kernel, *machine ? machine : "00000000");
	return failed;
}
