/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/kernel_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void kernel_desk_plug(struct desk *desk, const char *number, const char *address, const char *name)
{
	char path[200], target[300];

	snprintf(path, sizeof path, "devices/%s", address);
	desk_make_folder(desk, path);
	snprintf(path, sizeof path, "devices/%s/iio:device%s", address, number);
	desk_make_folder(desk, path);
	snprintf(target, sizeof target, "%s/%s", desk->folder, path);
	snprintf(path, sizeof path, "%s/bus/iio/devices/iio:device%s", desk->folder, number);
	assert_int_equal(symlink(target, path), 0);
	snprintf(path, sizeof path, "bus/iio/devices/iio:device%s/name", number);
	desk_write_file(desk, path, name);
}

void kernel_desk_open(struct desk *desk)
{
	const char *build = getenv("KITLOG_BUILD");
	char own[300], school[100];
	const char *folders[] = {own, school};

	assert_non_null(build);
	snprintf(own, sizeof own, "%s/kit-folders", build);
	snprintf(school, sizeof school, "%s/school", desk->folder);
	assert_int_equal(
		catalogue_open(folders, access(school, F_OK) ? 1 : 2, &desk->catalogue), 0);
	assert_string_equal(catalogue_problems(desk->catalogue), "");
	desk_open(desk, "serial: {scan: no}\n");
}

int kernel_desk_set_up(void **state)
{
	static const char *const folders[] = {
		"devices", "bus", "bus/iio", "bus/iio/devices", "bus/w1", "bus/w1/devices"};
	struct desk *desk;
	int failed = desk_set_up(state);

	desk = *state;
	desk->sysfs = desk->folder;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		desk_make_folder(desk, folders[i]);
	return failed;
}
