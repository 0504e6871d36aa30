/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-rows: the load. Writes text rows "number,temperature,level" at a steady rate, the same
 * bytes at the same instants to a pty, for kitlogd, and to a file, for peers that tail files.
 * Prints how many rows went out by when, so that a measurement can divide by what was really
 * offered.
 *
 *     bench-rows RATE SECONDS [--pty LINK] [--file PATH]
 *
 * The values move like a slow temperature and a half of it, two decimals, one digit of noise. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
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

/* A raw pty with a link to it. The slave stays open so that a reader that comes and goes is no
 * hang-up. */
static int open_pty(const char *link)
{
	struct termios raw = {0};
	char name[64];
	int master, slave;

	cfmakeraw(&raw);
	raw.c_cflag |= CREAD | CLOCAL;
	if (openpty(&master, &slave, name, &raw, NULL))
		return -1;
	unlink(link);
	if (symlink(name, link))
		return -1;
	fcntl(master, F_SETFL, O_NONBLOCK);
	return master;
}

/* Waits for a slow reader: a load that drops rows would measure nothing. */
static int write_all(int fd, const char *bytes, size_t n)
{
	while (n && !is_stopped) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 100);
			continue;
		}
		if (done < 0)
			return -1;
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *link = NULL;
	int pty = -1, file = -1;

	for (int i = 3; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--pty")) {
			link = argv[i + 1];
			pty = open_pty(link);
		} else if (!strcmp(argv[i], "--file")) {
			file = open(argv[i + 1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		}
	}
	if (argc < 5 || (pty < 0 && file < 0)) {
		fputs("Usage: bench-rows RATE SECONDS [--pty LINK] [--file PATH]\n", stderr);
		return 2;
	}
	signal(SIGTERM, stop);
	signal(SIGINT, stop);

	int64_t rate = atoll(argv[1]), total = rate * atoll(argv[2]);
	int64_t start = now_ns(), next_report = start;
	uint64_t random = 88172645463325252u; /* xorshift64: the same rows each time */
	double level = 21.5;
	static char bytes[1 << 16];

	for (int64_t sent = 0; sent < total && !is_stopped;) {
		int64_t now = now_ns();
		int64_t due = (now - start) * rate / 1000000000;
		size_t n = 0;

		for (; sent < due && sent < total && n + 64 < sizeof bytes; sent++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			level += ((double)(random >> 40) / 16777216.0 - 0.5) * 0.02;
			n += (size_t)snprintf(bytes + n, sizeof bytes - n,
				"%" PRId64 ",%.2f,%.2f\n", sent, level, level * 0.5 + 1);
		}
		if (n &&
			((pty >= 0 && write_all(pty, bytes, n)) ||
				(file >= 0 && write_all(file, bytes, n)))) {
			perror("bench-rows");
			return 1;
		}
		if (now >= next_report) {
			printf("%" PRId64 " %" PRId64 "\n", now, sent);
			fflush(stdout);
			next_report += 100000000;
		}
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	if (link)
		unlink(link);
	return 0;
}
