/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the service manager is told (sd_notify(3)): that everything is open, that we live, that we stop.
 *
 * It hears that we live only while those move without whom nothing is recorded or shown: the threads that are
 * watched each made a turn of their loop within their patience, and main, which serves the pages, says so
 * from its own. A thread that hangs is named in the log; systemd then ends kitlogd and starts it again, and the
 * time between is a gap like any other. A card may stall for longer than anybody may be silent, and what
 * waits for it in memory would be lost by a restart: hence a patience for each. Who waits for the network, or
 * makes files, is not watched: a restart would mend neither.
 *
 * Without a service manager nothing is told and nothing is watched. One that does not read what it is told is
 * not waited for: it hears the next beat, and "READY=1" until that was heard. Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"

/* systemd forgives one beat that comes late, and the kernel may be busy: three to a period. */
enum { SERVICE_WATCHED = 4, SERVICE_BEATS = 3 };

struct watched {
	const char *name;
	unsigned (*probe)(void *part); /* loop_probe */
	void *part;
	unsigned patience; /* for so many beats it may make no turn */
};

struct service {
	/* Whom to tell, and how often at least; service_start sets both from the environment. */
	int (*tell)(const char *state); /* 0, or -errno; -EAGAIN: not now */
	int64_t period_ns;              /* 0: nobody waits to hear that we live */

	bool is_ready; /* "READY=1" is told */
	struct loop *loop;
	struct timer timer;
	struct {
		struct watched part;
		unsigned turns;
		unsigned still; /* beats since it moved */
		struct log_state state;
	} watched[SERVICE_WATCHED];
	size_t n;
};

/* "READY=1", and from then on that we live. Parts are copied, at most SERVICE_WATCHED. */
void service_start(
	struct service *service, struct loop *loop, const struct watched *parts, size_t n);

/* "STOPPING=1". After it nothing is probed. Takes one that was not started. */
void service_stop(struct service *service);

/* One look at the parts, which the timer does; for tests. */
void service_look(struct service *service);
