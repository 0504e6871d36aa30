/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ptybridge LINK SENT PROGRAM [ARGUMENT...]: runs a simulator whose serial line is its standard input
 * and output, and puts that line onto a pseudo-terminal named LINK. All that the simulator sends, whether
 * somebody reads it or not, is also written to the file SENT. Simulators make ptys of their own that
 * have no fixed name, lose what nobody reads yet, or, like Node, none at all. The port is the virtual
 * kit's, so a simulated board is plugged in and out the same way. Ends with the program, or ends it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boards/host/port.h"

#define EXIT_USAGE 2
#define EXIT_NO_PROGRAM 127 /* as of a shell */
#define BYTES 4096

struct bridge {
	struct port *port;
	pid_t program;
	int to, from; /* the program's line */
	int sent;     /* the file */
};

/* In the child: becomes the program, which shall not outlive us. */
static _Noreturn void become(char **words, int in, int out, pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execvp(words[0], words);
	fprintf(stderr, "ptybridge: cannot run %s: %s.\n", words[0], strerror(errno));
	_exit(EXIT_NO_PROGRAM);
}

static int start(struct bridge *bridge, char **words)
{
	int down[2], up[2];
	pid_t parent = getpid();

	if (pipe2(down, O_CLOEXEC) < 0 || pipe2(up, O_CLOEXEC) < 0)
		return -errno;
	bridge->program = fork();
	if (bridge->program < 0)
		return -errno;
	if (bridge->program == 0)
		become(words, down[0], up[1], parent);
	close(down[0]);
	close(up[1]);
	bridge->to = down[1];
	bridge->from = up[0];
	return fcntl(bridge->to, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

/* False when the program has closed its output. */
static bool carry_up(const struct bridge *bridge)
{
	uint8_t bytes[BYTES];
	ssize_t n = read(bridge->from, bytes, sizeof(bytes));

	if (n <= 0)
		return false;
	/* First to the file, which so has at least what anybody has read. */
	if (write(bridge->sent, bytes, (size_t)n) != n)
		fprintf(stderr, "ptybridge: what was sent cannot be written down.\n");
	port_send(bridge->port, bytes, (size_t)n);
	return true;
}

static void carry_down(const struct bridge *bridge)
{
	uint8_t bytes[BYTES];
	size_t n = port_receive(bridge->port, bytes, sizeof(bytes));

	/* What a simulator that stands still does not take is lost, as on a cable. */
	if (n > 0 && write(bridge->to, bytes, n) < 0 && errno != EAGAIN)
		fprintf(stderr, "ptybridge: the program takes nothing: %s.\n", strerror(errno));
}

/* Until a signal comes or the program ends. */
static void carry(const struct bridge *bridge, int signals)
{
	struct pollfd polls[] = {{.fd = signals, .events = POLLIN},
		{.fd = bridge->from, .events = POLLIN},
		{.fd = port_fd(bridge->port), .events = POLLIN}};

	while (poll(polls, 3, -1) >= 0 && polls[0].revents == 0) {
		if (polls[1].revents != 0 && !carry_up(bridge))
			return;
		if (polls[2].revents & POLLIN)
			carry_down(bridge);
	}
}

int main(int argc, char **argv)
{
	struct bridge bridge = {0};
	sigset_t ends;
	int signals, error, status;

	if (argc < 4) {
		fprintf(stderr, "usage: ptybridge LINK SENT PROGRAM [ARGUMENT...]\n");
		return EXIT_USAGE;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &ends, SFD_CLOEXEC);
	bridge.sent = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (bridge.sent < 0) {
		fprintf(stderr, "ptybridge: %s: %s.\n", argv[2], strerror(errno));
		return EXIT_FAILURE;
	}
	error = port_open(argv[1], &bridge.port);
	if (error == 0)
		error = start(&bridge, argv + 3);
	if (error < 0) {
		fprintf(stderr, "ptybridge: %s: %s.\n", argv[1], strerror(-error));
		port_close(bridge.port);
		return EXIT_FAILURE;
	}
	carry(&bridge, signals);
	kill(bridge.program, SIGTERM);
	kill(bridge.program, SIGCONT); /* a test may have stopped it */
	waitpid(bridge.program, &status, 0);
	port_close(bridge.port);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}
