/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power cuts for SQLite, see power.h. */
#include "support/power.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/cmocka_all.h"

enum { SECTOR = 512, FILES = 2 };

static const char *const names[FILES] = {"kitlog.db", "kitlog.db-wal"};

enum event_kind { WRITE, TRUNCATE, SYNC };

struct event {
	enum event_kind kind;
	int file; /* of names */
	int64_t at;
	size_t n;
	uint8_t *bytes;
};

static struct {
	char directory[256];
	struct event *events;
	size_t n, size;
} record;

static int file_of(const char *path)
{
	size_t n = strlen(record.directory);

	if (!path || !n || strncmp(path, record.directory, n) || path[n] != '/')
		return -1;
	for (int i = 0; i < FILES; i++)
		if (!strcmp(path + n + 1, names[i]))
			return i;
	return -1;
}

static void add(enum event_kind kind, int file, int64_t at, const void *bytes, size_t n)
{
	if (file < 0)
		return;
	if (record.n == record.size) {
		record.size = record.size * 2 + 1024;
		record.events = realloc(record.events, record.size * sizeof *record.events);
		assert_non_null(record.events);
	}
	struct event *event = &record.events[record.n++];
	*event = (struct event){kind, file, at, n, NULL};
	if (n) {
		event->bytes = malloc(n);
		assert_non_null(event->bytes);
		memcpy(event->bytes, bytes, n);
	}
}

/* ---------------------------------------------------------------- the VFS: the system's,
 * watched */

struct watched {
	sqlite3_file base;
	int file;
	sqlite3_file *real; /* behind this struct */
};

static sqlite3_vfs *real_vfs;

static struct watched *watched_of(sqlite3_file *file)
{
	return (struct watched *)file;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return watched_of(file)->real;
}

static int close_file(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int read_file(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
	return real_of(file)->pMethods->xRead(real_of(file), to, n, at);
}

static int write_file(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
	add(WRITE, watched_of(file)->file, at, from, (size_t)n);
	return real_of(file)->pMethods->xWrite(real_of(file), from, n, at);
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
	add(TRUNCATE, watched_of(file)->file, size, NULL, 0);
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int sync_file(sqlite3_file *file, int flags)
{
	int code = real_of(file)->pMethods->xSync(real_of(file), flags);

	add(SYNC, watched_of(file)->file, 0, NULL, 0);
	return code;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), ret_size);
}

static int lock_file(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int unlock_file(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int check_lock(sqlite3_file *file, int *ret_is_locked)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret_is_locked);
}

static int control(sqlite3_file *file, int what, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}

static int sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shm_map(sqlite3_file *file, int page, int size, int is_to_grow, void volatile **ret_at)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, is_to_grow, ret_at);
}

static int shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shm_unmap(sqlite3_file *file, int is_to_delete)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), is_to_delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = close_file,
	.xRead = read_file,
	.xWrite = write_file,
	.xTruncate = truncate_file,
	.xSync = sync_file,
	.xFileSize = file_size,
	.xLock = lock_file,
	.xUnlock = unlock_file,
	.xCheckReservedLock = check_lock,
	.xFileControl = control,
	.xSectorSize = sector_size,
	.xDeviceCharacteristics = characteristics,
	.xShmMap = shm_map,
	.xShmLock = shm_lock,
	.xShmBarrier = shm_barrier,
	.xShmUnmap = shm_unmap,
};

static int open_file(
	sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
	struct watched *watched = watched_of(file);

	(void)vfs;
	watched->file = file_of(path);
	watched->real = (sqlite3_file *)(void *)(watched + 1);
	int code = real_vfs->xOpen(real_vfs, path, watched->real, flags, ret_flags);
	/* SQLite closes what has methods, also after a failure. */
	file->pMethods = watched->real->pMethods ? &methods : NULL;
	return code;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int is_synced)
{
	(void)vfs;
	add(TRUNCATE, file_of(path), 0, NULL, 0);
	return real_vfs->xDelete(real_vfs, path, is_synced);
}

void power_init(void)
{
	static sqlite3_vfs vfs;

	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "kitlog-power";
	vfs.szOsFile = (int)sizeof(struct watched) + real_vfs->szOsFile;
	vfs.xOpen = open_file;
	vfs.xDelete = delete_file;
	assert_int_equal(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
}

/* ---------------------------------------------------------------- recording and cutting */

void power_record(const char *directory)
{
	for (size_t i = 0; i < record.n; i++)
		free(record.events[i].bytes);
	free(record.events);
	memset(&record, 0, sizeof record);
	if (directory)
		snprintf(record.directory, sizeof record.directory, "%s", directory);
}

size_t power_now(void)
{
	return record.n;
}

/* A write that was not synced: each sector for itself. */
static void write_some(int fd, const struct event *event, struct draw *random)
{
	for (size_t from = 0, n; from < event->n; from += n) {
		size_t to_edge = SECTOR - ((size_t)event->at + from) % SECTOR;
		n = event->n - from < to_edge ? event->n - from : to_edge;
		if (draw_below(random, 2))
			assert_int_equal(
				pwrite(fd, event->bytes + from, n, (off_t)event->at + (off_t)from),
				n);
	}
}

static void apply(int fd, const struct event *event, bool is_safe, struct draw *random)
{
	if (event->kind == SYNC)
		return;
	/* All of it, nothing of it, or some. */
	unsigned fate = is_safe ? 0 : (unsigned)draw_below(random, 3);
	if (fate == 1)
		return;
	if (event->kind == TRUNCATE)
		assert_int_equal(ftruncate(fd, (off_t)event->at), 0);
	else if (fate == 2)
		write_some(fd, event, random);
	else
		assert_int_equal(pwrite(fd, event->bytes, event->n, (off_t)event->at), event->n);
}

void power_cut(size_t moment, struct draw *random, const char *directory)
{
	for (int file = 0; file < FILES; file++) {
		size_t synced = 0;
		char path[300];
		for (size_t i = 0; i < moment; i++)
			if (record.events[i].file == file && record.events[i].kind == SYNC)
				synced = i;
		snprintf(path, sizeof path, "%s/%s", directory, names[file]);
		int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
		assert_true(fd >= 0);
		for (size_t i = 0; i < moment; i++)
			if (record.events[i].file == file)
				apply(fd, &record.events[i], i < synced, random);
		close(fd);
	}
}
