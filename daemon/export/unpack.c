/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Only what the directory at the zip's end lists is read: a file that was cut off has none. */
#include "export/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/sums.h"
#include "http/files.h"

enum { BLOCK_BYTES = 65536, PATH_BYTES = 512 };

struct unpacking {
	struct archive *archive;
	const char *folder;
	const atomic_bool *is_cancelled;
	struct about_fault *fault;
	int64_t bytes;
};

static int blame(struct unpacking *in, int error, const char *zh, const char *en)
{
	snprintf(in->fault->zh, sizeof in->fault->zh, "%s", zh);
	snprintf(in->fault->en, sizeof in->fault->en, "%s", en);
	return error;
}

static int blame_zip(struct unpacking *in)
{
	return blame(in, -EBADMSG, "这个 zip 不完整或坏了。重新拷贝一份再试。",
		"This zip is cut off or damaged. Copy it again and try once more.");
}

static int blame_card(struct unpacking *in, int error)
{
	if (error == -ENOSPC || error == -EDQUOT)
		return blame(in, error, "存储卡满了，没有导入。腾出地方再试。",
			"The card is full; nothing was imported. Make room and try again.");
	return blame(in, error, "存储卡写不了，没有导入。检查存储卡。",
		"The card cannot be written; nothing was imported. Look at the card.");
}

static bool is_plain(const char *name, size_t n)
{
	static const char GOOD[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return n > 0 && n < ABOUT_FILE && name[0] != '.' && strspn(name, GOOD) >= n;
}

/* "run.json", "run-3/run.json"; the folder's length, 0: none; -1: it leads elsewhere. */
static int folder_of(const char *path)
{
	const char *slash = strchr(path, '/');

	if (!slash)
		return is_plain(path, strlen(path)) ? 0 : -1;
	if (!is_plain(path, (size_t)(slash - path)) || !is_plain(slash + 1, strlen(slash + 1)))
		return -1;
	return (int)(slash - path);
}

static bool is_wanted(const char *path)
{
	const char *slash = strchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t n = strlen(name);

	return strcmp(name, "run.json") == 0 || strcmp(name, SUMS_FILE) == 0 ||
		(!slash && strcmp(name, "session.json") == 0) ||
		(n > 4 && strcmp(name + n - 4, ".csv") == 0);
}

static int copy(struct unpacking *in, int to)
{
	const void *block;
	size_t n;
	la_int64_t offset;
	int code;

	while ((code = archive_read_data_block(in->archive, &block, &n, &offset)) == ARCHIVE_OK) {
		in->bytes += (int64_t)n;
		if (in->bytes > UNPACK_BYTES)
			return blame(in, -EBADMSG,
				"这个 zip 解开超过 2 GiB，没有导入。分几次导入。",
				"Unpacked, this zip is more than 2 GiB; nothing was imported. Import "
				"it in parts.");
		if (atomic_load(in->is_cancelled))
			return blame(in, -ECANCELED, "板子正在停下来，没有导入。",
				"The board is stopping; nothing was imported.");
		if (card_has_room(in->folder, n) < 0)
			return blame_card(in, -ENOSPC);
		for (const char *at = block; n > 0;) {
			ssize_t written = write(to, at, n);

			if (written < 0)
				return blame_card(in, -errno);
			at += written;
			n -= (size_t)written;
		}
	}
	return code == ARCHIVE_EOF ? 0 : blame_zip(in);
}

static int take(struct unpacking *in, const char *path, int folder_n)
{
	char to[PATH_BYTES];
	int fd, r;

	if (folder_n > 0) {
		snprintf(to, sizeof to, "%s/%.*s", in->folder, folder_n, path);
		if (mkdir(to, 0700) < 0 && errno != EEXIST)
			return blame_card(in, -errno);
	}
	snprintf(to, sizeof to, "%s/%s", in->folder, path);
	fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == EEXIST
			? blame(in, -EBADMSG, "这个 zip 里有同名的文件，没有导入。",
				  "Two files of this zip have the same name; nothing "
				  "was imported.")
			: blame_card(in, -errno);
	r = copy(in, fd);
	if (close(fd) < 0 && r == 0)
		r = blame_card(in, -errno);
	return r;
}

static int take_entry(struct unpacking *in, struct archive_entry *entry)
{
	const char *path = archive_entry_pathname(entry);
	int folder_n;

	if (archive_entry_filetype(entry) == AE_IFDIR)
		return 0;
	folder_n = path ? folder_of(path) : -1;
	if (path && folder_n >= 0 && !is_wanted(path))
		return 0;
	if (folder_n < 0 && path && !is_wanted(path) && !strstr(path, "..") && path[0] != '/')
		return 0; /* somebody's own notes beside it */
	if (folder_n < 0 || archive_entry_filetype(entry) != AE_IFREG)
		return blame(in, -EBADMSG, "这个 zip 里的文件名不对，它不是 kitlog 的数据包。",
			"A file name in this zip is wrong: it is no package of kitlog's.");
	return take(in, path, folder_n);
}

static int take_all(struct unpacking *in)
{
	struct archive_entry *entry;
	unsigned n = 0;
	int code, r = 0;

	while (r == 0 && (code = archive_read_next_header(in->archive, &entry)) == ARCHIVE_OK) {
		if (++n > UNPACK_FILES)
			return blame(in, -EBADMSG, "这个 zip 里的文件太多，没有导入。",
				"There are too many files in this zip; nothing was imported.");
		r = take_entry(in, entry);
	}
	return r == 0 && code != ARCHIVE_EOF ? blame_zip(in) : r;
}

int unpack(const char *zip, const char *folder, const atomic_bool *is_cancelled,
	struct about_fault *ret_fault)
{
	struct unpacking in = {.archive = archive_read_new(),
		.folder = folder,
		.is_cancelled = is_cancelled,
		.fault = ret_fault};
	int r;

	if (!in.archive)
		return blame(&in, -ENOMEM, "内存不够，没有导入。等一会儿再试。",
			"There is no memory left; nothing was imported. Try again later.");
	archive_read_support_format_zip_seekable(in.archive);
	if (archive_read_open_filename(in.archive, zip, BLOCK_BYTES) != ARCHIVE_OK)
		r = blame(&in, -EBADMSG,
			"这不是完整的 zip 文件。选一个 kitlog 的数据包，或重新拷贝。",
			"This is no whole zip file. Choose a package of kitlog's, or copy it again.");
	else
		r = take_all(&in);
	archive_read_free(in.archive);
	return r;
}
