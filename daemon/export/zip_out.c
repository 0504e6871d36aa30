/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libarchive writes an entry of unknown length with its sums behind it, which every reader of zip knows. */
#include "export/zip_out.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The first hour that a zip can tell; a real one would make each archive another. */
enum { FIRST_HOUR_S = 315532800 };

struct zip_out {
	struct archive *archive;
	struct archive_entry *entry;
	char *bytes;
	size_t n, room;
	bool is_taken;
};

static la_ssize_t take(struct archive *archive, void *self, const void *bytes, size_t n)
{
	struct zip_out *zip = self;

	if (zip->n + n > zip->room) {
		size_t room = 2 * (zip->n + n);
		char *grown = realloc(zip->bytes, room);

		if (!grown) {
			archive_set_error(archive, ENOMEM, "no memory");
			return -1;
		}
		zip->bytes = grown;
		zip->room = room;
	}
	memcpy(zip->bytes + zip->n, bytes, n);
	zip->n += n;
	return (la_ssize_t)n;
}

static int errno_of(const struct zip_out *zip, int code)
{
	int error = archive_errno(zip->archive);

	if (code >= ARCHIVE_WARN)
		return 0;
	return error > 0 ? -error : -EIO;
}

static int make(const char *option, struct zip_out **ret_zip)
{
	struct zip_out *zip = calloc(1, sizeof *zip);
	int code;

	if (!zip)
		return -ENOMEM;
	zip->archive = archive_write_new();
	zip->entry = archive_entry_new();
	if (!zip->archive || !zip->entry) {
		zip_out_free(zip);
		return -ENOMEM;
	}
	code = archive_write_set_format_zip(zip->archive);
	if (code == ARCHIVE_OK)
		code = archive_write_set_format_option(zip->archive, "zip", "zip64", option);
	if (code == ARCHIVE_OK)
		code = archive_write_set_bytes_per_block(zip->archive, 0);
	if (code == ARCHIVE_OK)
		code = archive_write_open(zip->archive, zip, NULL, take, NULL);
	if (code != ARCHIVE_OK) {
		int r = errno_of(zip, ARCHIVE_FATAL);

		zip_out_free(zip);
		return r;
	}
	*ret_zip = zip;
	return 0;
}

int zip_out_new(struct zip_out **ret_zip)
{
	return make("1", ret_zip);
}

int zip_out_new_small(struct zip_out **ret_zip)
{
	return make(NULL, ret_zip);
}

void zip_out_free(struct zip_out *zip)
{
	if (!zip)
		return;
	archive_write_free(zip->archive);
	archive_entry_free(zip->entry);
	free(zip->bytes);
	free(zip);
}

static void forget_taken(struct zip_out *zip)
{
	if (zip->is_taken)
		zip->n = 0;
	zip->is_taken = false;
}

int zip_out_begin(struct zip_out *zip, const char *path)
{
	forget_taken(zip);
	archive_entry_clear(zip->entry);
	archive_entry_set_pathname(zip->entry, path);
	archive_entry_set_filetype(zip->entry, AE_IFREG);
	archive_entry_set_perm(zip->entry, 0644);
	archive_entry_set_mtime(zip->entry, FIRST_HOUR_S, 0);
	return errno_of(zip, archive_write_header(zip->archive, zip->entry));
}

int zip_out_add(struct zip_out *zip, const void *bytes, size_t n)
{
	forget_taken(zip);
	la_ssize_t written = archive_write_data(zip->archive, bytes, n);

	return written < 0 ? errno_of(zip, (int)written) : 0;
}

int zip_out_end(struct zip_out *zip)
{
	forget_taken(zip);
	return errno_of(zip, archive_write_close(zip->archive));
}

const void *zip_out_take(struct zip_out *zip, size_t *ret_n)
{
	forget_taken(zip);
	zip->is_taken = true;
	*ret_n = zip->n;
	return zip->bytes;
}

size_t zip_out_waiting(const struct zip_out *zip)
{
	return zip->is_taken ? 0 : zip->n;
}
