/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/machine.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/text.h"
#include "data/file.h"

enum { WORD = 80, PATH = 1024 };

/* Its first line; "" where there is none. */
static void read_line(const char *path, char ret_line[WORD])
{
	size_t n = 0;

	if (file_read(path, ret_line, WORD - 1, &n) < 0)
		n = 0;
	ret_line[n] = '\0';
	ret_line[strcspn(ret_line, "\n")] = '\0';
}

static void read_of(const char *folder, const char *file, char ret_line[WORD])
{
	char path[PATH];

	snprintf(path, sizeof path, "%s/%s", folder, file);
	read_line(path, ret_line);
}

static bool says(const char *folder, const char *file, const char *wanted)
{
	char line[WORD];

	read_of(folder, file, line);
	return strcmp(line, wanted) == 0;
}

/* Boards whose maker left it out say "0000000000000000". */
static bool ask_serial(const char *root, char ret_word[WORD])
{
	read_of(root, "sys/firmware/devicetree/base/serial-number", ret_word);
	return ret_word[strspn(ret_word, "0 ")] != '\0';
}

/* An adapter on USB goes to another board; what has no device is a bridge, a tunnel, or the loopback. */
static bool is_built_in(const char *folder)
{
	char path[PATH + 32], bus[PATH];

	snprintf(path, sizeof path, "%s/device/subsystem", folder);
	ssize_t n = readlink(path, bus, sizeof bus - 1);
	if (n < 0)
		return false;
	bus[n] = '\0';
	const char *name = strrchr(bus, '/');

	snprintf(path, sizeof path, "%s/phy80211", folder);
	return strcmp(name ? name + 1 : bus, "usb") != 0 && access(path, F_OK) != 0 &&
		says(folder, "type", "1") && says(folder, "addr_assign_type", "0");
}

/* The lower of the two; "" is none. */
static void take_lower(const char *folder, char ret_word[WORD])
{
	char address[WORD];

	read_of(folder, "address", address);
	if (*address && (!*ret_word || strcmp(address, ret_word) < 0))
		text_copy(ret_word, WORD, address);
}

static bool ask_wired(const char *root, char ret_word[WORD])
{
	char path[PATH], folder[PATH];
	const struct dirent *entry;
	DIR *list;

	*ret_word = '\0';
	snprintf(path, sizeof path, "%s/sys/class/net", root);
	list = opendir(path);
	while (list && (entry = readdir(list))) {
		int n = snprintf(folder, sizeof folder, "%s/%s", path, entry->d_name);

		if (entry->d_name[0] != '.' && n > 0 && n < PATH && is_built_in(folder))
			take_lower(folder, ret_word);
	}
	if (list)
		closedir(list);
	return *ret_word;
}

static bool ask_installation(const char *root, char ret_word[WORD])
{
	read_of(root, "etc/machine-id", ret_word);
	return *ret_word;
}

void machine_ask(const char *root, char ret_word[MACHINE_WORD])
{
	char word[WORD];

	*ret_word = '\0';
	if (ask_serial(root, word) || ask_wired(root, word) || ask_installation(root, word))
		snprintf(ret_word, MACHINE_WORD, "%016" PRIx64,
			hash_add(HASH_START, word, strlen(word)));
}
