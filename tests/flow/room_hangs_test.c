/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever asks other boards may hang, in the card or in a network: main waits for it neither when nobody looks any
 * more nor when the program ends. A signal holds its thread up. */
#include "room/room.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/patience.h"
#include "support/scratch.h"

static const int64_t LONG_NS = 61 * (int64_t)NS_PER_S; /* nobody looks so long */

static const struct clock kernel;
static struct loop *loop;
static struct room *room;
static char folder[200];
static int held[2], let_go[2]; /* pipes: a byte for each */
static int n_returned;

/* As a task of the kernel's; 0: it does not run. */
static pid_t find_thread(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	pid_t found = 0;

	assert_non_null(tasks);
	while ((task = readdir(tasks))) {
		char path[300], name[32] = "";
		snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
		FILE *file = fopen(path, "r");

		if (file && fgets(name, sizeof name, file) && strcmp(name, "kitlog-room\n") == 0)
			found = (pid_t)strtol(task->d_name, NULL, 10);
		if (file)
			fclose(file);
	}
	closedir(tasks);
	return found;
}

static void hang(int signal)
{
	char byte = 0;

	(void)signal;
	if (write(held[1], &byte, 1) == 1)
		while (read(let_go[0], &byte, 1) < 0 && errno == EINTR)
			continue;
}

static void turn_until(bool (*is_so)(void))
{
	int64_t end = clock_now(&kernel).ns + patience_ns(20);

	while (!is_so()) {
		assert_true(clock_now(&kernel).ns < end);
		loop_turn(loop, 10);
	}
}

static struct instant much_later(void)
{
	return instant_add(clock_now(&kernel), LONG_NS);
}

static bool is_there(void)
{
	return find_thread() != 0;
}

static bool is_finding(void)
{
	return room_is_finding(room);
}

static void hold_up(void)
{
	char byte;

	turn_until(is_there);
	assert_int_equal(syscall(SYS_tgkill, getpid(), find_thread(), SIGUSR1), 0);
	assert_int_equal(read(held[0], &byte, 1), 1);
}

static void changed(void *self)
{
	(void)self;
}

static void returned(struct room_order *order)
{
	assert_false(order->is_done);
	n_returned++;
}

static int set_up(void **unused)
{
	(void)unused;
	scratch_folder("hangs", folder, sizeof folder);
	signal(SIGUSR1, hang);
	assert_int_equal(pipe(held) | pipe(let_go), 0);
	assert_int_equal(loop_open(&kernel, &loop), 0);
	return room_new(&(struct room_options){.clock = &kernel,
				.loop = loop,
				.directory = folder,
				.machine = "",
				.changed = changed},
		&room);
}

static int tear_down(void **unused)
{
	char path[256];

	(void)unused;
	loop_close(loop);
	snprintf(path, sizeof path, "%s/board-id", folder);
	unlink(path);
	return rmdir(folder);
}

static void nobody_waits_for_one_that_hangs(void **unused)
{
	struct room_order order = {.deed = ROOM_FORGET, .done = returned};
	pid_t first;

	(void)unused;
	assert_int_equal(room_look(room), 0);
	hold_up();
	first = find_thread();
	room_beat(room, much_later()); /* comes back */
	assert_false(room_is_finding(room));

	/* Somebody looks again: as soon as it goes on it has ended, and another begins. */
	assert_int_equal(room_look(room), 0);
	assert_int_equal(room_order(room, &order), -EBUSY);
	loop_turn(loop, 10);
	assert_int_equal(find_thread(), first);
	assert_int_equal(write(let_go[1], "", 1), 1);
	turn_until(is_finding);
	turn_until(is_there);
	assert_int_not_equal(find_thread(), first);

	/* And the program ends, though an order is under way there. It hangs to the end. */
	hold_up();
	assert_int_equal(room_order(room, &order), 0);
	room_beat(room, much_later());
	assert_true(room_is_finding(room)); /* whoever ordered waits */
	room_close(room);
	assert_int_equal(n_returned, 1);
	room_free(room);
	assert_true(is_there());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_waits_for_one_that_hangs, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
