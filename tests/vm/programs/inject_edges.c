/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moves lines of the kernel's gpio-sim at known instants, so that the stamps of the edges which a
 * program reads can be held against what really happened.
 *
 *     inject_edges [--at NS] [--burst HZ COUNT] PULL...
 *
 * PULL are files .../sim_gpioN/pull. Without --burst, standard input says what to do, one edge a
 * line: "OFFSET_NS LINE LEVEL", where LINE counts the PULLs from 0; with it line 0 changes HZ times
 * a second, COUNT times, beginning with up. Offsets count from --at (CLOCK_MONOTONIC), else from a
 * tenth of a second after the start.
 *
 * Prints a line for each edge when all are done, for printing takes time: "LINE LEVEL BEFORE
 * AFTER", CLOCK_MONOTONIC ns around the call that moved the line. The kernel raised the edge
 * between the two. Status 1: a line could not be moved; 2: what is asked makes no sense. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { LINES = 64 };

static const int64_t second_ns = 1000000000;

struct edge {
	int64_t offset_ns;
	unsigned line, level;
	int64_t before_ns, after_ns;
};

struct edges {
	size_t n, room;
	struct edge *edge;
};

static _Noreturn void refuse(const char *what)
{
	fprintf(stderr, "inject_edges: %s\n", what);
	exit(2);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * second_ns + now.tv_nsec;
}

static void add(struct edges *edges, int64_t offset_ns, unsigned line, unsigned level)
{
	if (edges->n == edges->room) {
		edges->room = edges->room ? 2 * edges->room : 1024;
		edges->edge = realloc(edges->edge, edges->room * sizeof *edges->edge);
		if (!edges->edge)
			refuse("too many edges for this memory");
	}
	edges->edge[edges->n++] =
		(struct edge){.offset_ns = offset_ns, .line = line, .level = level};
}

static void read_edges(struct edges *edges)
{
	int64_t offset_ns;
	unsigned line, level;
	int got;

	while ((got = scanf("%" SCNd64 " %u %u", &offset_ns, &line, &level)) == 3) {
		if (line >= LINES || level > 1)
			refuse("an edge is OFFSET_NS LINE LEVEL, LEVEL is 0 or 1");
		add(edges, offset_ns, line, level);
	}
	if (got != EOF)
		refuse("an edge is OFFSET_NS LINE LEVEL");
}

static void make_burst(struct edges *edges, double hz, long count)
{
	if (!(hz > 0) || count < 1)
		refuse("--burst needs a rate and a number above 0");
	for (long i = 0; i < count; i++)
		add(edges, (int64_t)((double)i * 1e9 / hz), 0, i % 2 == 0);
}

static void inject(struct edge *edge, int fd, int64_t start_ns)
{
	const char *pull = edge->level ? "pull-up" : "pull-down";
	int64_t due_ns = start_ns + edge->offset_ns;
	struct timespec due = {due_ns / second_ns, due_ns % second_ns};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
		;
	edge->before_ns = now_ns();
	if (pwrite(fd, pull, strlen(pull), 0) < 0) {
		perror("inject_edges: pull");
		exit(1);
	}
	edge->after_ns = now_ns();
}

int main(int argc, char **argv)
{
	struct edges edges = {0};
	int64_t start_ns = 0;
	int fds[LINES];
	unsigned n_lines = 0;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--at") && i + 1 < argc) {
			start_ns = strtoll(argv[++i], NULL, 10);
		} else if (!strcmp(argv[i], "--burst") && i + 2 < argc) {
			make_burst(
				&edges, strtod(argv[i + 1], NULL), strtol(argv[i + 2], NULL, 10));
			i += 2;
		} else if (n_lines == LINES || (fds[n_lines++] = open(argv[i], O_WRONLY)) < 0) {
			perror(argv[i]);
			return 1;
		}
	}
	if (!edges.n)
		read_edges(&edges);
	for (size_t i = 0; i < edges.n; i++)
		if (edges.edge[i].line >= n_lines)
			refuse("an edge names a line that is not among the PULLs");
	/* Before any reader, whose work would else lie between the two instants; behind the threads of
	 * interrupts (50), for edges that come when they are late would be lost in the kernel. */
	mlockall(MCL_CURRENT | MCL_FUTURE);
	sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 49});
	if (!start_ns)
		start_ns = now_ns() + second_ns / 10;
	for (size_t i = 0; i < edges.n; i++)
		inject(&edges.edge[i], fds[edges.edge[i].line], start_ns);
	for (size_t i = 0; i < edges.n; i++)
		printf("%u %u %" PRId64 " %" PRId64 "\n", edges.edge[i].line, edges.edge[i].level,
			edges.edge[i].before_ns, edges.edge[i].after_ns);
	free(edges.edge);
	return 0;
}
