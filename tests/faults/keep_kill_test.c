/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: the killed ones are processes. */
/* kill -9 at random instants while rows, marks and cursors go the keep thread's way to the card:
 * what keep has told to be durable is there afterwards, bit by bit and once; all of it is of one
 * instant; and the next start, which may be killed, too, goes on.
 *
 * The writer is a process of its own that tells through a pipe what keep has told it; its clock
 * runs as fast as the processor lets it, at 2 000 rows a second of its own time. kitlogd as a whole
 * is killed in tests/system/kill_test.py. 60 kills; KITLOG_LONG=1: 10 000.
 *
 * The power is not cut here, so the store lies in memory (/dev/shm): a killed program leaves what
 * it wrote to the kernel, and without a card's pace there are minutes, rolls and merges between two
 * kills. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "keep/store.h"
#include "support/cmocka_all.h"
#include "support/draw.h"
#include "support/keeping.h"
#include "support/scratch.h"

enum {
	LIVES = 20, /* of a store: so many writers are killed at it */
	PATIENCE_MS = 60000,
};

/* ---------------------------------------------------------------- the writer */

static void write_for_ever(const char *directory, int told)
{
	struct keeping *keeping;

	setenv("CMOCKA_TEST_ABORT", "1", 1); /* else a failed assertion would go on as the test */
	keeping_open(directory, &keeping);
	for (;;) {
		int64_t durable_ns = keeping_second(keeping);

		if (write(told, &durable_ns, sizeof durable_ns) != sizeof durable_ns)
			abort();
	}
}

struct writer {
	pid_t process;
	int told; /* a pipe */
	int64_t durable_ns;
	bool has_ended;
};

static void start(struct writer *writer, const char *directory)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	writer->process = fork();
	assert_true(writer->process >= 0);
	if (writer->process == 0) {
		close(ends[0]);
		write_for_ever(directory, ends[1]);
	}
	close(ends[1]);
	writer->told = ends[0];
	writer->has_ended = false;
}

/* The next thing that it tells; false: nothing within that time, or it has ended. */
static bool hear(struct writer *writer, int patience_ms)
{
	struct pollfd look = {writer->told, POLLIN, 0};
	int64_t durable_ns;

	if (writer->has_ended || poll(&look, 1, patience_ms) <= 0)
		return false;
	ssize_t n = read(writer->told, &durable_ns, sizeof durable_ns);
	writer->has_ended = n == 0;
	if (n == 0)
		return false;
	assert_int_equal(n, sizeof durable_ns);
	assert_true(durable_ns >= writer->durable_ns);
	writer->durable_ns = durable_ns;
	return true;
}

static void wait_microseconds(uint64_t us)
{
	nanosleep(&(struct timespec){(time_t)(us / 1000000), (long)(us % 1000000) * 1000}, NULL);
}

/* A third are killed on their way through the opening, the others anywhere in a second, some
 * of them after so many that there were rolls. */
static void kill_somewhere(struct writer *writer, struct draw *random)
{
	uint64_t kind = draw_below(random, 12);
	uint64_t seconds = kind < 4 ? 0 : kind < 11 ? 1 + draw_below(random, 4) : 40;
	int status;

	for (uint64_t i = 0; i < seconds && hear(writer, PATIENCE_MS); i++)
		;
	wait_microseconds(draw_below(random, kind < 4 ? 12000 : 4000));
	assert_int_equal(kill(writer->process, SIGKILL), 0);
	while (hear(writer, PATIENCE_MS)) /* what was told before it died is a promise */
		;
	assert_int_equal(waitpid(writer->process, &status, 0), writer->process);
	close(writer->told);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_msg("the writer ended by itself: status 0x%x", (unsigned)status);
}

/* ---------------------------------------------------------------- the campaign */

static struct {
	unsigned kills, checks, stores;
	int64_t kept_ns;
} counts;

static void kill_at_one_store(struct draw *random, unsigned kills)
{
	char directory[128], command[160];
	struct writer writer = {0};
	struct verify_report report;
	int64_t end_ns = 0;

	scratch_folder("kill", directory, sizeof directory);
	for (unsigned i = 0; i < kills; i++) {
		start(&writer, directory);
		kill_somewhere(&writer, random);
		counts.kills++;
		/* Else the next writer itself opens what the killed one left. */
		if (i + 1 == kills || draw_below(random, 3)) {
			end_ns = keeping_check(directory, writer.durable_ns);
			counts.checks++;
		}
	}
	assert_int_equal(store_verify(directory, NULL, NULL, &report), 0);
	assert_true(report.is_sound);
	counts.stores++;
	counts.kept_ns += end_ns;
	snprintf(command, sizeof command, "rm -r %s", directory);
	assert_int_equal(system(command), 0);
}

static void what_keep_has_told_is_there_when_the_writer_is_killed(void **state)
{
	const char *given = getenv("KITLOG_SEED");
	struct draw random = {given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL)};
	const unsigned kills = getenv("KITLOG_LONG") ? 10000 : 60;

	(void)state;
	while (counts.kills < kills) {
		unsigned left = kills - counts.kills;

		if (counts.stores % 50 == 0)
			print_message("%u kills; KITLOG_SEED=%lu\n", counts.kills,
				(unsigned long)random.state);
		kill_at_one_store(&random, left < LIVES ? left : LIVES);
	}
	print_message(
		"%u kills, %u checks of %u stores, %ld s of data, nothing promised was lost\n",
		counts.kills, counts.checks, counts.stores, (long)(counts.kept_ns / NS_PER_S));
	assert_true(counts.kept_ns > 60LL * NS_PER_S); /* else nothing was rolled */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_keep_has_told_is_there_when_the_writer_is_killed),
	};

	setenv("TMPDIR", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", 1); /* no card is needed */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
