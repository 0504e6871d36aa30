/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in the file is the owner's: only an empty one, which a power cut may leave, is filled. */
#include "http/teacher_pin.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define LOG_TAG "kitlogd"
#include "base/log.h"
#include "data/config.h"
#include "data/file.h"

static int make_pin(const char *path, char *ret_pin, size_t size)
{
	uint32_t random;
	char line[32];

	if (getrandom(&random, sizeof random, 0) != sizeof random)
		return -EIO;
	snprintf(ret_pin, size, "%06u", random % 1000000);
	snprintf(line, sizeof line, "%s\n", ret_pin);
	return file_write_secret(path, line, strlen(line));
}

void teacher_pin_load(const char *data, char ret_pin[TEACHER_PIN_TEXT])
{
	char path[PATH_MAX];
	const char *why;

	*ret_pin = 0;
	if (snprintf(path, sizeof path, "%s/pin", data) >= (int)sizeof path)
		return; /* the store would not have opened */
	int failed = config_read_secret(path, ret_pin, TEACHER_PIN_TEXT);
	if (failed == -ENODATA)
		log_warn("%s: was empty and holds a new PIN now", path);
	if (failed == -ENOENT || failed == -ENODATA)
		failed = make_pin(path, ret_pin, TEACHER_PIN_TEXT);
	if (!failed)
		return;
	*ret_pin = 0;
	why = failed == -EMSGSIZE   ? "is longer than 15 characters"
		: failed == -EINVAL ? "holds control characters"
				    : strerror(-failed);
	log_err("%s: %s; nobody can sign in as teacher until you put that right (a line of 1 to 15 "
		"characters that this user may read, or no such file) and start kitlogd again",
		path, why);
}
