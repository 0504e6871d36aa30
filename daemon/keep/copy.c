/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite's own way of copying a database that is in use, in one step: the reader's lock of the log holds one
 * instant still, and the writer goes on behind it. In several steps each commit would begin it anew. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keep/database.h"
#include "keep/store.h"

static int copy_pages(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *copying = sqlite3_backup_init(to, "main", from, "main");
	int code;

	if (!copying)
		return database_errno(to, sqlite3_errcode(to));
	code = sqlite3_backup_step(copying, -1);
	sqlite3_backup_finish(copying);
	return code == SQLITE_DONE ? 0 : database_errno(to, code);
}

static int put_on_card(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		result = -errno;
	close(fd);
	return result;
}

int store_copy(const char *directory, const char *folder)
{
	char path[DATABASE_PATH], copy[DATABASE_PATH];
	sqlite3 *from = NULL, *to = NULL;
	bool is_frozen;
	int result = database_path(directory, "", path);

	if (result == 0)
		result = database_path(folder, "", copy);
	if (result == 0)
		result = database_open_reader(path, &from, &is_frozen);
	if (result < 0)
		return result;
	int fd = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		result = -errno;
		database_close(from);
		return result;
	}
	close(fd);
	if (sqlite3_open_v2(copy, &to, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		result = to ? database_errno(to, sqlite3_errcode(to)) : -ENOMEM;
	if (result == 0)
		result = copy_pages(from, to);
	database_close(to);
	database_close(from);
	if (result == 0)
		result = put_on_card(copy);
	if (result < 0)
		unlink(copy);
	return result;
}
