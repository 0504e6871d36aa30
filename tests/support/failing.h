/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The n-th call to the kernel or for memory fails, once or from then on. The calls are those that
 * SQLite and the store make, caught between them and the C library, while `fault.is_on`.
 *
 * Included by the one file of a test, which must be linked with its functions before the C
 * library's; not for a library, which every test would be linked with. One thread. */
#pragma once

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/draw.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MAY_STARVE = 0 }; /* the sanitizer's own allocator does not fail */
#else
enum { MAY_STARVE = 1 };
#endif

enum call { OPEN, READ, WRITE, SHORT_WRITE, SYNC, TRUNCATE, REMOVE, RENAME, MAP, ALLOCATE, CALLS };

static const char *const call_names[CALLS] = {
	[OPEN] = "open",
	[READ] = "read",
	[WRITE] = "write",
	[SHORT_WRITE] = "short write",
	[SYNC] = "sync",
	[TRUNCATE] = "truncate",
	[REMOVE] = "remove",
	[RENAME] = "rename",
	[MAP] = "map",
	[ALLOCATE] = "allocate",
};

/* How a card refuses it: it is full, has become read-only, is broken. 0: none further. */
enum { CALL_ERRORS = 3 };
static const int call_errors[CALLS][CALL_ERRORS] = {
	[OPEN] = {EMFILE, EROFS, ENOSPC},
	[READ] = {EIO},
	[WRITE] = {ENOSPC, EROFS, EIO},
	[SYNC] = {EIO, ENOSPC, EROFS},
	[TRUNCATE] = {EIO, EROFS},
	[REMOVE] = {EROFS, EIO},
	[RENAME] = {EROFS, ENOSPC, EIO},
	[MAP] = {ENOMEM},
	[ALLOCATE] = {ENOMEM},
};

static struct {
	bool is_on; /* only while the store is at work */
	enum call call;
	int error;
	bool is_for_ever;
	unsigned long at; /* 0: none fails */
	unsigned long was_at;
	unsigned long seen[CALLS];
} fault;

/* Counts it; does it fail? */
static bool fails(enum call call)
{
	if (!fault.is_on)
		return false;
	unsigned long n = ++fault.seen[call];
	bool is_it = fault.at && fault.call == call &&
		(n == fault.at || (fault.is_for_ever && n > fault.at));

	if (is_it && fault.error)
		errno = fault.error;
	return is_it;
}

/* The next fault: call number `at` of its kind, with one of the errors that it may have. Counts
 * anew. */
static void set_fault(enum call call, unsigned long at, bool is_for_ever, struct draw *random)
{
	unsigned n = 0;

	while (n < CALL_ERRORS && call_errors[call][n])
		n++;
	memset(&fault, 0, sizeof fault);
	fault.call = call;
	fault.at = at;
	fault.is_for_ever = is_for_ever;
	fault.error = n ? call_errors[call][draw_below(random, n)] : 0;
}

static void end_fault(void)
{
	fault.was_at = fault.at;
	fault.at = 0;
}

/* What the C library has behind our name. */
#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

int open(const char *path, int flags, ...)
{
	va_list rest;

	va_start(rest, flags);
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return fails(OPEN) ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list rest;

	va_start(rest, flags);
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return fails(OPEN) ? -1 : REAL(open64)(path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	if (fails(WRITE))
		return -1;
	return REAL(write)(fd, bytes, n > 1 && fails(SHORT_WRITE) ? n / 2 : n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	if (fails(WRITE))
		return -1;
	return REAL(pwrite)(fd, bytes, n > 1 && fails(SHORT_WRITE) ? n / 2 : n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	if (fails(WRITE))
		return -1;
	return REAL(pwrite64)(fd, bytes, n > 1 && fails(SHORT_WRITE) ? n / 2 : n, at);
}

ssize_t read(int fd, void *bytes, size_t n)
{
	return fails(READ) ? -1 : REAL(read)(fd, bytes, n);
}

ssize_t pread(int fd, void *bytes, size_t n, off_t at)
{
	return fails(READ) ? -1 : REAL(pread)(fd, bytes, n, at);
}

ssize_t pread64(int fd, void *bytes, size_t n, off64_t at)
{
	return fails(READ) ? -1 : REAL(pread64)(fd, bytes, n, at);
}

int fsync(int fd)
{
	return fails(SYNC) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
	return fails(SYNC) ? -1 : REAL(fdatasync)(fd);
}

int ftruncate(int fd, off_t n)
{
	return fails(TRUNCATE) ? -1 : REAL(ftruncate)(fd, n);
}

int ftruncate64(int fd, off64_t n)
{
	return fails(TRUNCATE) ? -1 : REAL(ftruncate64)(fd, n);
}

int unlink(const char *path)
{
	return fails(REMOVE) ? -1 : REAL(unlink)(path);
}

int rename(const char *from, const char *to)
{
	return fails(RENAME) ? -1 : REAL(rename)(from, to);
}

void *mmap(void *at, size_t n, int access, int flags, int fd, off_t from)
{
	return fails(MAP) ? MAP_FAILED : REAL(mmap)(at, n, access, flags, fd, from);
}

void *mmap64(void *at, size_t n, int access, int flags, int fd, off64_t from)
{
	return fails(MAP) ? MAP_FAILED : REAL(mmap64)(at, n, access, flags, fd, from);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* dlsym would allocate. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t n);

void *malloc(size_t n)
{
	return fails(ALLOCATE) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails(ALLOCATE) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *at, size_t n)
{
	return fails(ALLOCATE) ? NULL : __libc_realloc(at, n);
}
#endif
