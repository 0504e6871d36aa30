/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: what fails is counted call by call. */
/* The n-th call to the kernel or for memory fails, once or from then on: what a commit has said is on the card
 * is there afterwards, exactly once; the store opens again, goes on, and is sound.
 *
 * The calls are those that SQLite and the store make, caught between them and the C library, in a life of
 * two rolls, with a restart. 40 of each kind drawn; KITLOG_LONG=1: all. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/draw.h"
#include "support/store_bench.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MAY_STARVE = 0 }; /* the sanitizer's own allocator does not fail */
#else
enum { MAY_STARVE = 1 };
#endif

/* ---------------------------------------------------------------- calls that fail */

enum call { OPEN, WRITE, SHORT_WRITE, SYNC, TRUNCATE, REMOVE, MAP, ALLOCATE, CALLS };

static const char *const call_names[CALLS] = {
	[OPEN] = "open",
	[WRITE] = "write",
	[SHORT_WRITE] = "short write",
	[SYNC] = "sync",
	[TRUNCATE] = "truncate",
	[REMOVE] = "remove",
	[MAP] = "map",
	[ALLOCATE] = "allocate",
};
static const int call_errors[CALLS] = {
	[OPEN] = EMFILE,
	[WRITE] = ENOSPC,
	[SYNC] = EIO,
	[TRUNCATE] = EIO,
	[REMOVE] = EROFS,
	[MAP] = ENOMEM,
	[ALLOCATE] = ENOMEM,
};

static struct {
	bool is_on; /* only while the store is at work */
	enum call call;
	bool is_for_ever;
	unsigned long at; /* 0: none fails */
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

	if (is_it && call_errors[call])
		errno = call_errors[call];
	return is_it;
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

/* ---------------------------------------------------------------- a life */

enum {
	STREAM = 3,
	ROWS_A_SECOND = 20,
	SECONDS = 130,
	RESTART = 90,
	MOST_ROWS = (SECONDS + 8) * ROWS_A_SECOND
};

/* Row k has the value k and was at k + 1 ROWS_A_SECONDths. */
enum fate { NOT_OFFERED, OFFERED, PENDING, PROMISED };

struct life {
	struct bench bench;
	unsigned char fate[MOST_ROWS];
	unsigned n_rows;
	unsigned found;
	int64_t last_ns;
};

static int64_t stamp_of(unsigned row)
{
	return (row + 1) * (int64_t)(NS_PER_S / ROWS_A_SECOND);
}

static int open_store(struct life *life)
{
	struct store_options options = {life->bench.directory, 0};
	uint32_t boot;
	int64_t base;

	fault.is_on = true;
	int r = store_open(&options, &life->bench.finding, &life->bench.store);
	if (r == 0)
		store_begin_boot(life->bench.store, "boot one", life->bench.now.ns, &boot, &base);
	fault.is_on = false;
	return r;
}

/* What was pending and is not on the card by now is lost with the store: nobody has promised it. */
static void close_store(struct life *life)
{
	fault.is_on = true;
	store_close(life->bench.store);
	fault.is_on = false;
	life->bench.store = NULL;
	for (unsigned k = 0; k < life->n_rows; k++)
		if (life->fate[k] == PENDING)
			life->fate[k] = OFFERED;
}

static void measure(struct life *life)
{
	int64_t stamps[ROWS_A_SECOND];
	double values[ROWS_A_SECOND];
	struct feed_record record = {.kind = FEED_BATCH, .at = life->bench.now};
	unsigned first = life->n_rows;

	for (unsigned i = 0; i < ROWS_A_SECOND; i++) {
		stamps[i] = stamp_of(first + i);
		values[i] = first + i;
	}
	record.batch.stream = STREAM;
	record.batch.n_channels = 1;
	record.batch.n_rows = ROWS_A_SECOND;
	record.batch.stamps_ns = stamps;
	record.batch.values = values;
	life->n_rows += ROWS_A_SECOND;
	life->bench.now.ns = stamp_of(life->n_rows - 1) + 1;
	fault.is_on = true;
	bool is_taken = store_add_batch(life->bench.store, &record) == 0;
	bool is_kept = store_commit(life->bench.store, life->bench.now) == 0;
	fault.is_on = false;
	memset(life->fate + first, is_taken ? PENDING : OFFERED, ROWS_A_SECOND);
	for (unsigned k = 0; is_kept && k < life->n_rows; k++)
		if (life->fate[k] == PENDING)
			life->fate[k] = PROMISED;
}

static void live(struct life *life, unsigned seconds)
{
	for (unsigned i = 0; i < seconds && life->bench.store; i++) {
		if (i == RESTART) {
			close_store(life);
			if (open_store(life) < 0)
				return;
		}
		measure(life);
	}
}

static int check_rows(void *self, const struct rows *rows)
{
	struct life *life = self;

	for (size_t i = 0; i < rows->n; i++) {
		unsigned row = (unsigned)rows->values[i];

		assert_true(row < life->n_rows && (double)row == rows->values[i]);
		assert_int_equal(rows->stamps_ns[i], stamp_of(row));
		assert_true(rows->stamps_ns[i] > life->last_ns); /* in order, once */
		life->last_ns = rows->stamps_ns[i];
		life->found += life->fate[row] == PROMISED;
	}
	return 0;
}

static void check(struct life *life)
{
	struct verify_report report;
	struct instant to = {stamp_of(life->n_rows) + 1};
	unsigned promised = 0;

	for (unsigned k = 0; k < life->n_rows; k++)
		promised += life->fate[k] == PROMISED;
	life->found = 0;
	life->last_ns = -1;
	assert_int_equal(reader_open(life->bench.directory, &life->bench.reader), 0);
	assert_int_equal(
		reader_rows(life->bench.reader, STREAM, (struct instant){0}, to, check_rows, life),
		0);
	assert_int_equal(life->found, promised);
	assert_int_equal(store_verify(life->bench.directory, NULL, NULL, &report), 0);
	assert_true(report.is_sound);
	reader_close(life->bench.reader);
	life->bench.reader = NULL;
}

/* A whole life with one fault in it, then one without. */
static void try_fault(enum call call, unsigned long at, bool is_for_ever)
{
	struct life *life = calloc(1, sizeof *life);

	assert_non_null(life);
	bench_open(&life->bench, 0);
	bench_shut(&life->bench);
	memset(&fault, 0, sizeof fault);
	fault.call = call;
	fault.at = at;
	fault.is_for_ever = is_for_ever;
	if (open_store(life) == 0)
		live(life, SECONDS);
	if (life->bench.store)
		close_store(life);
	fault.at = 0;
	assert_int_equal(open_store(life), 0);
	for (unsigned i = 0; i < 5; i++)
		measure(life);
	assert_int_equal(life->fate[life->n_rows - 1], PROMISED);
	close_store(life);
	check(life);
	bench_close(&life->bench);
	free(life);
}

static void what_is_promised_is_there_whatever_fails(void **state)
{
	const char *given = getenv("KITLOG_SEED");
	struct draw random = {given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL)};
	unsigned long most = getenv("KITLOG_LONG") ? ULONG_MAX : 40, tried = 0, seen[CALLS];

	(void)state;
	print_message("KITLOG_SEED=%lu\n", (unsigned long)random.state);
	try_fault(OPEN, 0, false);
	memcpy(seen, fault.seen, sizeof seen);
	for (enum call call = OPEN; call < CALLS; call++) {
		if (call == ALLOCATE && !MAY_STARVE)
			continue;
		assert_true(seen[call] > 0); /* else nothing is caught here */
		unsigned long n = seen[call] < most ? seen[call] : most;
		print_message("%s: %lu of %lu\n", call_names[call], n, seen[call]);
		for (unsigned long i = 0; i < n; i++) {
			unsigned long at =
				n == seen[call] ? i + 1 : 1 + draw_below(&random, seen[call]);

			try_fault(call, at, false);
			try_fault(call, at, true);
			tried += 2;
		}
	}
	print_message("%lu lives, nothing promised was lost\n", tried);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_promised_is_there_whatever_fails),
	};

	setenv("TMPDIR", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", 1); /* no card is needed */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
