/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Beside the program is bin/../share where kitlog is installed. In a build tree kitlogd and kitlog stand
 * one and two folders below it. */
#include "data/places.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of the program that runs. */
static int own_folder(char *ret_path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", ret_path, size - 1);

	if (n < 0)
		return -errno;
	ret_path[n] = 0;
	*strrchr(ret_path, '/') = 0;
	return 0;
}

/* The first that is there: installed/share/kitlog/`installed`, or the build tree's `built`. */
static int find_beside(const char *installed, const char *built, char ret_path[PATH_MAX])
{
	const struct {
		const char *way, *name;
	} places[] = {
		{"/../share/kitlog", installed},
		{"/..", built},
		{"/../..", built},
		{"", built},
	};
	char own[PATH_MAX / 2], path[PATH_MAX];
	int failed = own_folder(own, sizeof own);

	*ret_path = 0;
	if (failed)
		return failed;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		snprintf(path, sizeof path, "%s%s/%s", own, places[i].way, places[i].name);
		if (access(path, R_OK | X_OK) == 0)
			return realpath(path, ret_path) ? 0 : -errno;
	}
	snprintf(ret_path, PATH_MAX, "%s/../share/kitlog/%s", own, installed);
	return -ENOENT;
}

static void add_school(
	char *const *configured, size_t n_configured, const char *usual, struct places *places)
{
	for (size_t i = 0; i < n_configured && places->n < PLACES; i++)
		places->at[places->n++] = configured[i];
	if (n_configured == 0 && access(usual, F_OK) == 0)
		places->at[places->n++] = usual;
}

int places_of_kits(const struct config *config, struct places *ret_places)
{
	int failed = find_beside("kits", "kit-folders", ret_places->own);

	ret_places->at[0] = ret_places->own;
	ret_places->n = 1;
	add_school(config->kits, config->n_kits, "/etc/kitlog/kits", ret_places);
	return failed;
}

int places_of_lessons(const struct config *config, struct places *ret_places)
{
	int failed = find_beside("lessons", "lesson-folders", ret_places->own);

	ret_places->at[0] = ret_places->own;
	ret_places->n = 1;
	add_school(config->lessons, config->n_lessons, "/etc/kitlog/lessons", ret_places);
	return failed;
}

int places_of_pages(char ret_path[PATH_MAX])
{
	return find_beside("web", "pages", ret_path);
}
