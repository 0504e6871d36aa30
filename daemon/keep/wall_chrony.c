/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child with a pipe, watched by its pidfd: what it says is shorter than a pipe holds, so it is read
 * when the child is over. */
#include "keep/wall_chrony.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/container.h"
#include "base/number.h"

enum { FIELDS = 14, ANSWER_BYTES = 1024, MOST_S = 10 };

enum field {
	REFERENCE = 0,
	STRATUM = 2,
	OFFSET = 4,
	ROOT_DELAY = 10,
	ROOT_DISPERSION = 11,
	LEAP = 13
};

static const int64_t patience_ns = 5 * (int64_t)NS_PER_S;

/* Without chronyc, and without chronyd, it is asked as seldom as somebody installs them. */
static const int64_t absent_ns = 600 * (int64_t)NS_PER_S;

struct wall_chrony {
	struct loop *loop;
	const char *program;
	void (*told)(void *self, const struct chrony_tracking *tracking);
	void *self;
	struct watch over; /* its pidfd */
	struct timer late;
	pid_t pid; /* 0: none runs */
	int pipe;
	struct instant not_before;
};

/* ---------------------------------------------------------------- the answer */

/* Splits in place; how many there are. */
static size_t split(char *line, char *ret_fields[FIELDS])
{
	size_t n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	for (char *at = line; at && n < FIELDS; n++) {
		ret_fields[n] = at;
		at = strchr(at, ',');
		if (at)
			*at++ = '\0';
		if (at && n == FIELDS - 1)
			return 0; /* more than there should be */
	}
	return n;
}

static bool read_seconds(const char *text, double *ret_s)
{
	size_t n = number_to_double(text, strlen(text), ret_s);

	return n > 0 && text[n] == '\0' && isfinite(*ret_s);
}

int chrony_read(const char *line, struct chrony_tracking *ret_tracking)
{
	char copy[ANSWER_BYTES], *fields[FIELDS];
	double offset_s, delay_s, dispersion_s;

	if (strlen(line) >= sizeof copy)
		return -EINVAL;
	strcpy(copy, line);
	if (split(copy, fields) != FIELDS || !read_seconds(fields[OFFSET], &offset_s) ||
		!read_seconds(fields[ROOT_DELAY], &delay_s) ||
		!read_seconds(fields[ROOT_DISPERSION], &dispersion_s))
		return -EINVAL;

	/* 7F7F0101 is chronyd's own clock: "local stratum" makes it a server of whatever hour it
	 * has. */
	double doubt_s = fabs(offset_s) + fabs(dispersion_s) + fabs(delay_s) / 2;
	ret_tracking->is_synchronised = strcmp(fields[LEAP], "Not synchronised") != 0 &&
		strcmp(fields[STRATUM], "0") != 0 && strcmp(fields[REFERENCE], "7F7F0101") != 0 &&
		doubt_s < MOST_S;
	ret_tracking->uncertainty_ns =
		doubt_s < MOST_S ? (int64_t)ceil(doubt_s * NS_PER_S) : MOST_S * (int64_t)NS_PER_S;
	return 0;
}

/* ---------------------------------------------------------------- the question */

static void end(struct wall_chrony *chrony)
{
	int pidfd = chrony->over.fd;

	timer_cancel(&chrony->late);
	watch_remove(&chrony->over);
	close(pidfd);
	close(chrony->pipe);
	waitpid(chrony->pid, NULL, 0); /* it is over, or was just killed */
	chrony->pid = 0;
}

static void is_over(struct watch *over, uint32_t events)
{
	struct wall_chrony *chrony = CONTAINER(over, struct wall_chrony, over);
	struct chrony_tracking tracking;
	char answer[ANSWER_BYTES];
	ssize_t n = read(chrony->pipe, answer, sizeof answer - 1);

	(void)events;
	end(chrony);
	if (n <= 0) {
		chrony->not_before = instant_add(loop_now(chrony->loop), absent_ns);
		return; /* there is no chronyd */
	}
	answer[n] = '\0';
	if (chrony_read(answer, &tracking) == 0)
		chrony->told(chrony->self, &tracking);
}

static void is_late(struct timer *late, struct instant now)
{
	struct wall_chrony *chrony = CONTAINER(late, struct wall_chrony, late);

	kill(chrony->pid, SIGKILL);
	end(chrony);
	chrony->not_before = instant_add(now, absent_ns);
}

/* Signals that kitlogd blocks and ignores are the child's as usual. */
static int start(struct wall_chrony *chrony, int out)
{
	char *words[] = {(char *)chrony->program, "-c", "-n", "tracking", NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t signals;
	sigset_t none, usual;
	int result;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawnattr_init(&signals);
	posix_spawnattr_setsigmask(&signals, &none);
	posix_spawnattr_setsigdefault(&signals, &usual);
	posix_spawnattr_setflags(&signals, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	result = posix_spawnp(&chrony->pid, chrony->program, &files, &signals, words, environ);
	posix_spawnattr_destroy(&signals);
	posix_spawn_file_actions_destroy(&files);
	if (result != 0)
		chrony->pid = 0;
	return -result;
}

static int begin(struct wall_chrony *chrony)
{
	int ends[2], pidfd, result;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	result = start(chrony, ends[1]);
	close(ends[1]);
	if (result < 0) {
		close(ends[0]);
		return result;
	}
	pidfd = pidfd_open(chrony->pid, 0);
	result = pidfd < 0 ? -errno : watch_add(chrony->loop, &chrony->over, pidfd, EPOLLIN);
	if (result < 0) {
		kill(chrony->pid, SIGKILL);
		waitpid(chrony->pid, NULL, 0);
		chrony->pid = 0;
		close(ends[0]);
		if (pidfd >= 0)
			close(pidfd);
		return result;
	}
	chrony->pipe = ends[0];
	return 0;
}

void wall_chrony_ask(struct wall_chrony *chrony, struct instant now)
{
	if (chrony->pid || instant_since(now, chrony->not_before) < 0)
		return;
	if (begin(chrony) < 0)
		chrony->not_before = instant_add(now, absent_ns);
	else
		timer_at(chrony->loop, &chrony->late, instant_add(now, patience_ns));
}

/* ---------------------------------------------------------------- life */

int wall_chrony_open(struct loop *loop, const char *program,
	void (*told)(void *self, const struct chrony_tracking *tracking), void *self,
	struct wall_chrony **ret_chrony)
{
	struct wall_chrony *chrony = calloc(1, sizeof *chrony);

	if (!chrony)
		return -ENOMEM;
	*chrony =
		(struct wall_chrony){.loop = loop, .program = program, .told = told, .self = self};
	chrony->not_before.ns = INT64_MIN / 2;
	chrony->over.ready = is_over;
	chrony->late.due = is_late;
	*ret_chrony = chrony;
	return 0;
}

void wall_chrony_close(struct wall_chrony *chrony)
{
	if (chrony && chrony->pid) {
		kill(chrony->pid, SIGKILL);
		end(chrony);
	}
	free(chrony);
}
