/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A package as somebody may send it, unpacked and imported: nothing is ever written beside its folder, a
 * refusal has its sentence in both languages and leaves no import, and what was imported is there.
 *
 * Input: a byte. 0: the rest is the zip itself; else the rest is its files, name, NUL, bytes, 0xFF, and
 * so on, put into a zip that is right, or checksums would find all damage. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/import.h"
#include "export/sums.h"
#include "export/unpack.h"
#include "export/zip_out.h"
#include "http/files.h"
#include "support/fuzz_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 400;

enum { PATH_BYTES = 256, FILES = 12 };

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "package_fuzz: %s\n", what);
	abort();
}

/* The folders in, store, and the file zip lie there, and nothing else. */
static const char *path_of(const char *name)
{
	static char paths[4][PATH_BYTES];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, PATH_BYTES, "%s/%s", fuzz_folder(), name);
	return path;
}

static void begin(void)
{
	must(folder_remove(path_of("in")) == 0 && folder_remove(path_of("store")) == 0, "folders");
	must(mkdir(path_of("in"), 0700) == 0 && mkdir(path_of("store"), 0700) == 0, "folders");
	unlink(path_of("zip"));
}

/* False: a name that libarchive does not write. */
static bool pack(const uint8_t *at, size_t n)
{
	struct zip_out *zip;
	bool is_written = true;

	must(zip_out_new(&zip) == 0, "no memory");
	for (unsigned i = 0; i < FILES && n > 0; i++) {
		const uint8_t *end = memchr(at, 0xFF, n);
		size_t all = end ? (size_t)(end - at) : n, name = strnlen((const char *)at, all);
		char path[PATH_BYTES];

		snprintf(path, sizeof path, "%.*s", (int)name, (const char *)at);
		is_written &= *path && zip_out_begin(zip, path) == 0;
		if (is_written && name + 1 < all)
			is_written = zip_out_add(zip, at + name + 1, all - name - 1) == 0;
		n -= all + (end != NULL);
		at += all + (end != NULL);
	}
	is_written = is_written && zip_out_end(zip) == 0;
	if (is_written) {
		size_t size;
		const void *bytes = zip_out_take(zip, &size);

		fuzz_folder_save("zip", bytes, size);
	}
	zip_out_free(zip);
	return is_written;
}

static bool is_listed(const char *name, const char *const *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, wanted[i]) == 0)
			return true;
	return false;
}

/* Nothing lies there but these. */
static void check_folder(const char *path, const char *const *wanted, size_t n)
{
	DIR *folder = opendir(path);

	must(folder != NULL, "a folder is gone");
	for (struct dirent *entry; (entry = readdir(folder));)
		must(is_listed(entry->d_name, (const char *[]){".", ".."}, 2) ||
				is_listed(entry->d_name, wanted, n),
			"something lies beside the folder");
	closedir(folder);
}

static void check_fault(int r, const struct about_fault *fault)
{
	if (r == 0)
		return;
	must(*fault->zh && *fault->en, "no sentence");
	must(utf8_is_valid(fault->zh, strlen(fault->zh)) &&
			utf8_is_valid(fault->en, strlen(fault->en)),
		"a sentence that is no UTF-8");
}

static void import(void)
{
	struct about_fault fault = {"", ""};
	atomic_bool is_cancelled = false;
	struct about about = {.n_streams = 0};
	char *bytes = NULL;
	size_t n;
	int r = unpack(path_of("zip"), path_of("in"), &is_cancelled, &fault);

	check_folder(fuzz_folder(), (const char *[]){"in", "store", "zip"}, 3);
	check_fault(r, &fault);
	if (r < 0)
		return;
	check_fault(sums_check(path_of("in"), "", &fault), &fault);
	r = import_folder(path_of("store"), 1, path_of("in"), &is_cancelled, &fault);
	must(r == 0 || r == -EBADMSG, "refused for another reason");
	check_fault(r, &fault);
	check_folder(fuzz_folder(), (const char *[]){"in", "store", "zip"}, 3);
	check_folder(path_of("store"), (const char *[]){"imports"}, 1);
	if (access(path_of("store/imports"), F_OK) == 0)
		check_folder(path_of("store/imports"), (const char *[]){"1"}, r == 0);
	must((import_about(path_of("store"), 1, &about, &bytes, &n) == 0) == (r == 0),
		"imported, and not there");
	about_clear(&about);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (!n)
		return 0;
	begin();
	if (bytes[0] == 0)
		fuzz_folder_save("zip", bytes + 1, n - 1);
	else if (!pack(bytes + 1, n - 1))
		return 0;
	import();
	return 0;
}
