/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board on a desk, with what is plugged in: the real sense thread, the real table of ports, and the
 * rings that they write into, read by the test. A folder of the test's own stands for /dev, for sysfs,
 * or for the school's folder of kits. Time is real: the test waits by AWAIT.
 *
 * The test's thread, but for what says otherwise. What goes wrong here fails the test by cmocka's
 * asserts. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/loop.h"
#include "base/ring.h"
#include "data/config.h"
#include "data/feed.h"
#include "sense/catalogue.h"
#include "sense/ports.h"
#include "sense/sense.h"
#include "support/cmocka_all.h"
#include "support/patience.h"

enum { DESK_PATIENCE_S = 30, DESK_ROWS = 100, DESK_GAPS = 512, DESK_STREAMS = 64 };

struct desk_row {
	int64_t stamp_ns;
	double values[STREAM_CHANNELS];
};

struct desk {
	char folder[64];             /* removed with all that is in it */
	const char *sysfs;           /* NULL: the board's own */
	struct catalogue *catalogue; /* NULL: no kits; closed with the desk */
	void (*noticed)(void); /* on the sense thread, each time it says something; NULL: none */

	struct clock clock; /* the real one */
	struct loop *loop;
	struct config *config;
	struct registry *registry;
	struct ring *keep, *to_main;
	struct sense *sense;
	struct ports *ports;
	pid_t virtual_kit; /* that runs; 0: none */

	/* What came out, as of desk_collect. */
	struct device device; /* the newest announcement */
	unsigned n_devices, n_gone;
	struct desk_row rows[DESK_ROWS],
		last; /* the first of that device's first stream; the newest */
	uint64_t n_rows, n_rows_with_ticks;
	int64_t last_stamps_ns[DESK_STREAMS]; /* by stream */
	bool rises;                           /* all stamps, stream by stream */
	struct gap gaps[DESK_GAPS];
	size_t n_gaps;
	struct feed_health health;
	struct feed_punctual punctual;
	atomic_uint n_urgent; /* notices; counted on the sense thread */
};

/* Around a test, whose state it is: an empty folder. */
int desk_set_up(void **ret_desk);
int desk_tear_down(void **desk);
#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)

/* In the folder; the path is good until the next call. */
const char *desk_path(const struct desk *desk, const char *name);
void desk_make_folder(struct desk *desk, const char *name);
void desk_write_file(struct desk *desk, const char *name, const char *words);

/* Begins to sense with this configuration; the second with the one serial port "kit" of the folder. */
void desk_open(struct desk *desk, const char *yaml);
void desk_open_port(struct desk *desk);

/* Takes what came. */
void desk_collect(struct desk *desk);

/* Turns main's loop until it is true of `desk`, a variable of this name. */
#define AWAIT(condition) \
	do { \
		int64_t end_ns = desk_now_ns(desk) + patience_ns(DESK_PATIENCE_S); \
		while (desk_collect(desk), !(condition)) { \
			if (desk_now_ns(desk) > end_ns) \
				fail_msg("waited %d s for %s", DESK_PATIENCE_S, #condition); \
			loop_turn(desk->loop, 5); \
		} \
	} while (0)
int64_t desk_now_ns(const struct desk *desk);

/* The only port there is. */
struct port_status desk_port(const struct desk *desk);

/* A pty whose far end is the port "kit": the near end, which does not block, to be closed. */
int desk_plug_pty(struct desk *desk);
void desk_say(int pty, const char *text);

/* kitlog-virtual's wave at the port "kit", with a clock that is so much fast. Skips the test where it
 * was not built. */
void desk_start_virtual(struct desk *desk, const char *skew_ppm);
void desk_end_virtual(struct desk *desk);
