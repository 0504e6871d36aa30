/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Asking chronyd, with programs that answer, that hang, that fail and that are not there. Their time is
 * real; the loop's is the test's. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/loop.h"
#include "keep/wall_chrony.h"
#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)

enum { PATIENCE_TURNS = 3000 }; /* of 10 ms */

static struct clock clock_fake;
static struct loop *loop;
static struct wall_chrony *chrony;
static char folder[64], program[96], left[96];
static unsigned n_told;
static struct chrony_tracking tracking;

static void told(void *self, const struct chrony_tracking *what)
{
	(void)self;
	tracking = *what;
	n_told++;
}

/* A chronyc that runs these words of a shell. */
static void write_program(const char *words)
{
	FILE *file = fopen(program, "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n[ \"$*\" = '-c -n tracking' ] || exit 9\n%s\n", words);
	fclose(file);
	assert_int_equal(chmod(program, 0700), 0);
}

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/kitlog-chrony-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(program, sizeof program, "%s/chronyc", folder);
	snprintf(left, sizeof left, "%s/left", folder);
	n_told = 0;
	clock_fake = (struct clock){.is_fake = true, .frozen_ns = 1000 * S};
	return loop_open(&clock_fake, &loop) ||
		wall_chrony_open(loop, program, told, NULL, &chrony);
}

static int end(void **state)
{
	(void)state;
	wall_chrony_close(chrony);
	loop_close(loop);
	unlink(program);
	unlink(left);
	return rmdir(folder);
}

static void ask(void)
{
	wall_chrony_ask(chrony, clock_now(&clock_fake));
}

static bool is_told(unsigned n)
{
	for (int i = 0; i < PATIENCE_TURNS && n_told < n; i++)
		loop_turn(loop, 10);
	return n_told == n;
}

/* Until the program has written down its number. */
static pid_t pid_left(void)
{
	long pid = 0;

	for (int i = 0; i < PATIENCE_TURNS && pid == 0; i++) {
		FILE *file = fopen(left, "r");

		if (file && fscanf(file, "%ld", &pid) != 1)
			pid = 0;
		if (file)
			fclose(file);
		usleep(10000);
	}
	assert_int_not_equal(pid, 0);
	return (pid_t)pid;
}

static void an_answer_is_told_each_time(void **state)
{
	(void)state;
	write_program(
		"echo CB00710F,203.0.113.15,3,1474024571.1,-0.001,0,0,0,0,0,0.02,0.003,64.2,Normal");
	for (unsigned i = 1; i <= 3; i++) {
		ask();
		ask(); /* one is under way */
		assert_true(is_told(i));
		assert_true(tracking.is_synchronised);
		assert_in_range(tracking.uncertainty_ns, 14000000, 14000001);
		clock_fake.frozen_ns += 60 * S;
	}
}

static void who_hangs_is_ended_and_asked_again_later(void **state)
{
	(void)state;
	write_program("echo $$ >\"${0%/*}/left\"; exec sleep 600");
	ask();
	pid_t pid = pid_left();
	clock_fake.frozen_ns += 4 * S;
	loop_turn(loop, 0);
	assert_int_equal(kill(pid, 0), 0);
	clock_fake.frozen_ns += 1 * S;
	loop_turn(loop, 0);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH); /* not even a zombie */
	assert_int_equal(n_told, 0);

	write_program(
		"echo CB00710F,203.0.113.15,3,1474024571.1,-0.001,0,0,0,0,0,0.02,0.003,64.2,Normal");
	clock_fake.frozen_ns += 599 * S;
	ask();
	loop_turn(loop, 200);
	assert_int_equal(n_told, 0);
	clock_fake.frozen_ns += 1 * S;
	ask();
	assert_true(is_told(1));
}

static void who_is_not_there_or_fails_tells_nothing(void **state)
{
	(void)state;
	ask(); /* no program */
	loop_turn(loop, 50);
	write_program("echo '506 Cannot talk to daemon' >&2; exit 1");
	clock_fake.frozen_ns += 600 * S;
	ask();
	loop_turn(loop, 2000);
	write_program("head -c 100000 /dev/zero | tr '\\0' ,");
	clock_fake.frozen_ns += 600 * S;
	ask();
	for (int i = 0; i < 50; i++)
		loop_turn(loop, 10);
	clock_fake.frozen_ns += 5 * S; /* if it waits for somebody to read it */
	loop_turn(loop, 0);
	assert_int_equal(n_told, 0);
}

static void the_end_of_kitlogd_is_the_programs(void **state)
{
	(void)state;
	write_program("echo $$ >\"${0%/*}/left\"; exec sleep 600");
	ask();
	pid_t pid = pid_left();
	wall_chrony_close(chrony);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(wall_chrony_open(loop, program, told, NULL, &chrony), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_answer_is_told_each_time, begin, end),
		cmocka_unit_test_setup_teardown(
			who_hangs_is_ended_and_asked_again_later, begin, end),
		cmocka_unit_test_setup_teardown(
			who_is_not_there_or_fails_tells_nothing, begin, end),
		cmocka_unit_test_setup_teardown(the_end_of_kitlogd_is_the_programs, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
