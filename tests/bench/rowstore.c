/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-rowstore: the obvious logger, as a peer. Reads "a,b,c" lines from a pty, puts one SQLite
 * row per line (stamp and three values; WAL, FULL), commits each second. What people write first.
 *
 *     bench-rowstore TTY DATABASE */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t is_stopped;

static void stop(int signal)
{
	(void)signal;
	is_stopped = 1;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int insert(sqlite3_stmt *row, char *line)
{
	sqlite3_bind_int64(row, 1, now_ns());
	for (int i = 2; i <= 4; i++) {
		char *end;
		double value = strtod(line, &end);

		if (end == line)
			return 0; /* half a line at the start */
		sqlite3_bind_double(row, i, value);
		line = *end == ',' ? end + 1 : end;
	}
	int result = sqlite3_step(row);
	sqlite3_reset(row);
	return result == SQLITE_DONE ? 0 : -1;
}

int main(int argc, char **argv)
{
	static char buffer[1 << 16];
	struct termios raw = {0};
	sqlite3 *db = NULL;
	sqlite3_stmt *row = NULL;
	size_t held = 0;

	if (argc != 3) {
		fputs("Usage: bench-rowstore TTY DATABASE\n", stderr);
		return 2;
	}
	signal(SIGTERM, stop);
	int fd = open(argv[1], O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	cfmakeraw(&raw);
	raw.c_cflag |= CREAD | CLOCAL;
	if (fd < 0 || tcsetattr(fd, TCSANOW, &raw) || sqlite3_open(argv[2], &db) ||
		sqlite3_exec(db,
			"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			"CREATE TABLE IF NOT EXISTS sample(t INTEGER PRIMARY KEY, a REAL, b REAL, c REAL);"
			"BEGIN",
			NULL, NULL, NULL) ||
		sqlite3_prepare_v2(
			db, "INSERT OR REPLACE INTO sample VALUES(?,?,?,?)", -1, &row, NULL)) {
		fprintf(stderr, "bench-rowstore: %s or %s cannot be opened\n", argv[1], argv[2]);
		return 1;
	}
	int64_t commit_at = now_ns() + 1000000000;
	while (!is_stopped) {
		poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 100);
		ssize_t n = read(fd, buffer + held, sizeof buffer - held);
		char *line = buffer, *end;

		held += n > 0 ? (size_t)n : 0;
		while ((end = memchr(line, '\n', held - (size_t)(line - buffer)))) {
			*end = 0;
			if (insert(row, line))
				return 1;
			line = end + 1;
		}
		held -= (size_t)(line - buffer);
		memmove(buffer, line, held);
		if (now_ns() >= commit_at) {
			sqlite3_exec(db, "COMMIT; BEGIN", NULL, NULL, NULL);
			commit_at += 1000000000;
		}
	}
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return 0;
}
