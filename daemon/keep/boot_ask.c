/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep/boot_ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "data/file.h"

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
	char kernel[48], machine[80];
	int failed = read_line("/proc/sys/kernel/random/boot_id", kernel, sizeof kernel);

	if (read_line("/sys/firmware/devicetree/base/serial-number", machine, sizeof machine))
		read_line("/etc/machine-id", machine, sizeof machine);
	snprintf(ret_asked, BOOT_ASKED, "%s/%08x", kernel,
		(unsigned)(hash_add(HASH_START, machine, strlen(machine)) >> 32));
	return failed;
}
